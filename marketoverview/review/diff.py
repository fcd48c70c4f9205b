"""What a response would change of what is public: item by item, and in texts word by word.

Pure functions of two responses that have been read with everything. What KL counts of a vendor's own words is no
change of the vendor's, and is left out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from ..models import Answer, Question, Response, SampleOffering

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
ALIKE = 0.5
"""Examples with other titles are taken for the same one when so much of their text agrees."""
LONGEST_DIFF = 5_000
"""Texts longer than this are shown whole, old and new; comparing them would take too long."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a text: `same`, `added` or `removed`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A field or an option: what it is called, what has become of it, and its words."""

    label: str
    kind: str
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together: an item's own, or one example's under its title."""

    heading: str
    kind: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Change:
    """One item of the response against what is public: `same`, `changed`, `added` (nothing before) or `removed`."""

    item: str
    heading: str
    kind: str
    groups: list[Group]

    @property
    def is_change(self) -> bool:
        return self.kind != SAME


def changes(response: Response, public: Response | None, questions: Iterable[Question] = ()) -> list[Change]:
    """Every item in the order of the survey; without `public` everything that is said is `added`.

    `questions` are those of the response's round; what either of the two answers beside them comes along. No query
    on responses `with_everything` and their vendor.
    """
    asked = {question.pk: question for question in questions}
    for one in filter(None, (response, public)):
        asked |= {answer.option.question_id: answer.option.question for answer in one.answers.all()}
    ordered = sorted(asked.values(), key=lambda question: (question.position, question.code))
    return [
        *_company(response, public),
        *(_question(question, response, public) for question in ordered),
        _offerings(response, public),
        _contact(response, public),
    ]


def differing(found: Sequence[Change]) -> int:
    """How many items are not as they are in public."""
    return sum(change.is_change for change in found)


def _change(item: str, heading: str, groups: Sequence[Group]) -> Change:
    return Change(item, heading, _together([group.kind for group in groups]), list(groups))


def _together(kinds: Sequence[str]) -> str:
    """What the parts' kinds make of the whole."""
    found = set(kinds)
    return found.pop() if len(found) == 1 else CHANGED if found else SAME


# Texts --------------------------------------------------------------------------------------------


def words(old: str, new: str) -> list[Piece]:
    """The new text with what was removed and added, by whole words; white space belongs to the word before it."""
    if old == new:
        return [Piece(SAME, new)] if new else []
    if not old or not new or len(old) + len(new) > LONGEST_DIFF:
        return [Piece(kind, text) for kind, text in ((REMOVED, old), (ADDED, new)) if text]
    before, after = (re.findall(r"\s*\S+|\s+$", text) for text in (old, new))
    pieces = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece(SAME, "".join(after[c:d])))
            continue
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        pieces += [Piece(kind, text) for kind, text in ((REMOVED, gone), (ADDED, come)) if text]
    return pieces


def _line(label: str, old: str, new: str) -> Line:
    kind = SAME if old == new else ADDED if not old else REMOVED if not new else CHANGED
    return Line(label, kind, words(old, new))


def _text(item: str, heading: str, old: str, new: str) -> Change:
    line = _line("", old, new)
    return Change(item, heading, line.kind, [Group("", line.kind, [line] if line.pieces else [])])


def _fields(*lines: Line) -> Group:
    """Fields under one heading; what is empty before and after is left out."""
    shown = [line for line in lines if line.pieces]
    return Group("", _together([line.kind for line in shown]), shown)


# The parts of a response --------------------------------------------------------------------------


def _company(response: Response, public: Response | None) -> Iterator[Change]:
    """Name and website against the vendor's, which are what is public; the description against the response's."""
    name, website = (public.vendor.name, public.vendor.website) if public else ("", "")
    yield _text("company_name", _("Name"), name, response.company_name or response.vendor.name)
    yield _text("website", _("Website"), website, response.website)
    yield _text("description", _("Description"), public.description if public else "", response.description)


def own_answers(response: Response | None, question: Question) -> dict[int, Answer]:
    """Option id to the answer that the vendor itself has given to the question."""
    given = response.given.get(question.pk, []) if response else []
    return {answer.option_id: answer for answer in given if answer.mapped_from_id is None}


def _question(question: Question, response: Response, public: Response | None) -> Change:
    before, after = own_answers(public, question), own_answers(response, question)
    options = {answer.option_id: answer.option for answer in [*before.values(), *after.values()]}
    ordered = sorted(options.values(), key=lambda option: (option.position, option.code))
    lines = []
    for option in ordered:
        old, new = before.get(option.pk), after.get(option.pk)
        line = _line(option.label, old.own_words if old else "", new.own_words if new else "")
        kind = ADDED if old is None else REMOVED if new is None else line.kind if line.kind == SAME else CHANGED
        lines.append(Line(option.label, kind, line.pieces))
    group = Group("", _together([line.kind for line in lines]), lines)
    return Change(question.code, question.heading, group.kind, [group])


def _contact(response: Response, public: Response | None) -> Change:
    def line(name: str, label: str) -> Line:
        return _line(label, getattr(public, name) if public else "", getattr(response, name))

    group = _fields(
        line("contact_function", _("Function")),
        line("contact_email", _("E-mail")),
        line("contact_phone", _("Phone")),
        line("contact_name", _("Person")),
        _line(_("Consent of the person"), _consent(public), _consent(response)),
    )
    return Change("contact", _("Contact"), group.kind, [group])


def _consent(response: Response | None) -> str:
    return _("yes") if response and response.contact_name and response.contact_consent else ""


# Examples -----------------------------------------------------------------------------------------


def _offerings(response: Response, public: Response | None) -> Change:
    after = list(response.offerings.all())
    before = list(public.offerings.all()) if public else []
    pairs = matched(before, after)
    groups = [_offering(old, new) for old, new in pairs]
    kept = [(old.position, new.position) for old, new in pairs if old and new]
    if [old for old, _new in kept] != sorted(old for old, _new in kept):
        titles = " · ".join(old.title for old, new in sorted(pairs, key=_place) if old and new)
        line = _line(_("Order"), titles, " · ".join(new.title for old, new in pairs if old and new))
        groups.append(Group("", CHANGED, [line]))
    return _change("offerings", _("Examples"), groups)


def _place(pair: tuple[SampleOffering | None, SampleOffering | None]) -> int:
    return pair[0].position if pair[0] else 0


def matched(before: list, after: list) -> list[tuple[SampleOffering | None, SampleOffering | None]]:
    """Each example with the public one that it continues: of the same title, or else the one most alike.

    In the new order, what was removed at the end.
    """
    left = list(before)
    continues: dict[int, SampleOffering] = {}
    for new in after:
        same = next((old for old in left if old.title.casefold() == new.title.casefold()), None)
        if same:
            continues[new.pk] = same
            left.remove(same)
    for new in after:
        if new.pk not in continues and left:
            best = max(left, key=lambda old: _likeness(old, new))
            if _likeness(best, new) >= ALIKE:
                continues[new.pk] = best
                left.remove(best)
    return [*((continues.get(new.pk), new) for new in after), *((old, None) for old in left)]


def _likeness(old: SampleOffering, new: SampleOffering) -> float:
    """0 to 1: how much of the words agrees."""
    before, after = (f"{one.title} {one.description} {one.where_used}".casefold().split() for one in (old, new))
    return SequenceMatcher(None, before, after, autojunk=False).ratio()


def _offering(old: SampleOffering | None, new: SampleOffering | None) -> Group:
    was, now = _content(old), _content(new)
    lines = [line for label in (was or now) if (line := _line(label, was.get(label, ""), now.get(label, ""))).pieces]
    kind = ADDED if old is None else REMOVED if new is None else _together([line.kind for line in lines])
    title = (new or old).title  # type: ignore[union-attr]
    return Group(title, kind, lines)


def _content(offering: SampleOffering | None) -> dict[str, Any]:
    """What an example says, by the names of its fields."""
    if offering is None:
        return {}
    options = sorted(offering.options.all(), key=lambda one: (one.question.position, one.position, one.code))
    return {
        _("Title"): offering.title,
        _("What it does"): offering.description,
        _("Stage"): str(offering.get_stage_display()),
        _("Where it is used"): offering.where_used,
        _("Technologies and business areas"): " · ".join(option.short for option in options),
    }
