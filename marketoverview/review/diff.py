"""The differences between a response and the vendor's public one: item by item, and in texts word by word.

Functions of the contents of responses that are loaded `with_everything`; none of them makes a query. Answers that KL counts
from a vendor's own words are left out: they are not the vendor's.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from ..models import Answer, Option, Question, Response

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
MIN_SIMILARITY = 0.5
"""Examples of different titles are taken for the same one where so much of their text (0 to 1) agrees."""
MAX_DIFF_LENGTH = 5_000
"""Old and new text with more characters than this together are not compared, but shown one after the other."""


CONTACT_FIELDS = ("contact_function", "contact_email", "contact_phone", "contact_name")


@dataclass(frozen=True, eq=False, slots=True)
class ComparedOffering:
    """An example of a content. `stage` is the label."""

    position: int
    title: str
    description: str
    stage: str
    where_used: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class ComparedContent:
    """What a response says, or has said. `contact` is the text of each of `CONTACT_FIELDS`, empty where it is not known."""

    name: str
    website: str
    description: str
    answers: Sequence[Answer]
    offerings: Sequence[ComparedOffering]
    contact: Mapping[str, str]
    has_consent: bool = False
    """Whether a person is named as the contact and has consented."""

    def own_answers(self, question: Question) -> dict[int, Answer]:
        """Option id to the vendor's own answer to the question."""
        own = (answer for answer in self.answers if answer.mapped_from_id is None)
        return {answer.option_id: answer for answer in own if answer.option.question_id == question.pk}

    def limited_to(self, questions: Collection[int]) -> "ComparedContent":
        """The content without the answers to other questions than these, and without their options in examples."""
        return replace(
            self,
            answers=[answer for answer in self.answers if answer.option.question_id in questions],
            offerings=[
                replace(row, options=[option for option in row.options if option.question_id in questions])
                for row in self.offerings
            ],
        )


NO_CONTENT = ComparedContent("", "", "", (), (), dict.fromkeys(CONTACT_FIELDS, ""))
"""Of a vendor without a public response."""


def _content(response: Response, *, name: str, website: str) -> ComparedContent:
    """The content of a response that is loaded `with_everything`. No query."""
    return ComparedContent(
        name,
        website,
        response.description,
        list(response.answers.all()),
        [
            ComparedOffering(
                offering.position,
                offering.title,
                offering.description,
                str(offering.get_stage_display()),
                offering.where_used,
                list(offering.options.all()),
            )
            for offering in response.offerings.all()
        ],
        {field: getattr(response, field) for field in CONTACT_FIELDS},
        bool(response.contact_name and response.contact_consent),
    )


def written_content(response: Response, questions: Iterable[Question] = ()) -> ComparedContent:
    """What the vendor has written in a response; the registered name where it writes none. No query.

    `questions` are those of its round: what an open response holds of others is left out, since publication deletes it.
    """
    name = response.company_name or response.vendor.name
    content = _content(response, name=name, website=response.website)
    asked = {question.pk for question in questions} if response.is_open else set()
    return content.limited_to(asked) if asked else content


def public_content(public: Response) -> ComparedContent:
    """What the public pages show of a response: name and website are the vendor's. No query."""
    return _content(public, name=public.vendor.name, website=public.vendor.website)


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """Some words of a text: `same`, `added` or `removed`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A field or an option: its label, its kind and its words."""

    label: str
    kind: str
    pieces: list[DiffPiece]


@dataclass(frozen=True, slots=True)
class DiffGroup:
    """The lines of an item, or of one example under its title."""

    heading: str
    kind: str
    lines: list[DiffLine]


@dataclass(frozen=True, slots=True)
class ItemDiff:
    """One item of the response against the public one: `same`, `changed`, `added` (nothing before) or `removed`."""

    item: str
    heading: str
    kind: str
    groups: list[DiffGroup]

    @property
    def is_change(self) -> bool:
        return self.kind != SAME


def diff_items(response: Response, public: Response | None, questions: Iterable[Question] = ()) -> list[ItemDiff]:
    """Every item in the order of the survey; without `public` every item with content is `added`.

    `questions` are those of the response's round; those that the public response answers besides are added.
    """
    questions = list(questions)
    return diff_contents(
        written_content(response, questions), public_content(public) if public else NO_CONTENT, questions
    )


def diff_contents(after: ComparedContent, before: ComparedContent, questions: Iterable[Question]) -> list[ItemDiff]:
    """Every item in the order of the survey: these questions, and those that only one of the two contents answers."""
    by_pk = {question.pk: question for question in questions}
    by_pk |= {answer.option.question_id: answer.option.question for answer in (*after.answers, *before.answers)}
    ordered = sorted(by_pk.values(), key=lambda question: (question.position, question.code))
    return [
        _text_item("company_name", _("Name"), before.name, after.name),
        _text_item("website", _("Website"), before.website, after.website),
        _text_item("description", _("Description"), before.description, after.description),
        *(_question(question, after, before) for question in ordered),
        _offerings(after, before),
        _contact(after, before),
    ]


def count_changes(diffs: Sequence[ItemDiff]) -> int:
    """How many items differ from the public response."""
    return sum(diff.is_change for diff in diffs)


def _combined_kind(kinds: Sequence[str]) -> str:
    """The kind of the whole: that of its parts where they agree, `same` where there are none, else `changed`."""
    distinct = set(kinds)
    return distinct.pop() if len(distinct) == 1 else CHANGED if distinct else SAME


# Texts --------------------------------------------------------------------------------------------


def diff_words(old: str, new: str) -> list[DiffPiece]:
    """The new text with the removed and added words; white space belongs to the word after it."""
    if old == new:
        return [DiffPiece(SAME, new)] if new else []
    if not old or not new or len(old) + len(new) > MAX_DIFF_LENGTH:
        return _removed_and_added(old, new)
    old_words, new_words = (re.findall(r"\s*\S+|\s+$", text) for text in (old, new))
    pieces = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old_words, new_words, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(DiffPiece(SAME, "".join(new_words[j1:j2])))
        else:
            pieces += _removed_and_added("".join(old_words[i1:i2]), "".join(new_words[j1:j2]))
    return pieces


def _removed_and_added(old: str, new: str) -> list[DiffPiece]:
    return [DiffPiece(kind, text) for kind, text in ((REMOVED, old), (ADDED, new)) if text]


def _line(label: str, old: str, new: str) -> DiffLine:
    kind = SAME if old == new else ADDED if not old else REMOVED if not new else CHANGED
    return DiffLine(label, kind, diff_words(old, new))


def _text_item(item: str, heading: str, old: str, new: str) -> ItemDiff:
    line = _line("", old, new)
    return ItemDiff(item, heading, line.kind, [DiffGroup("", line.kind, [line] if line.pieces else [])])


# The items of a response --------------------------------------------------------------------------


def _question(question: Question, after: ComparedContent, before: ComparedContent) -> ItemDiff:
    old_answers, new_answers = before.own_answers(question), after.own_answers(question)
    options = {answer.option_id: answer.option for answer in [*old_answers.values(), *new_answers.values()]}
    ordered = sorted(options.values(), key=lambda option: (option.position, option.code))
    lines = []
    for option in ordered:
        old, new = old_answers.get(option.pk), new_answers.get(option.pk)
        line = _line(option.label, old.own_words if old else "", new.own_words if new else "")
        kind = ADDED if old is None else REMOVED if new is None else line.kind if line.kind == SAME else CHANGED
        lines.append(DiffLine(option.label, kind, line.pieces))
    group = DiffGroup("", _combined_kind([line.kind for line in lines]), lines)
    return ItemDiff(question.code, question.heading, group.kind, [group])


def _contact(after: ComparedContent, before: ComparedContent) -> ItemDiff:
    """The fields of the contact; those that are empty before and after are left out."""

    def line(name: str, label: str) -> DiffLine:
        return _line(label, before.contact[name], after.contact[name])

    lines = [
        line("contact_function", _("Function")),
        line("contact_email", _("E-mail")),
        line("contact_phone", _("Phone")),
        line("contact_name", _("Person")),
        _line(_("Consent of the person"), *(_("yes") if side.has_consent else "" for side in (before, after))),
    ]
    filled = [line for line in lines if line.pieces]
    group = DiffGroup("", _combined_kind([line.kind for line in filled]), filled)
    return ItemDiff("contact", _("Contact"), group.kind, [group])


# Examples -----------------------------------------------------------------------------------------


def _offerings(after: ComparedContent, before: ComparedContent) -> ItemDiff:
    """A group for each example, and one for their order where examples that stay have changed places."""
    pairs = match_offerings(before.offerings, after.offerings)
    groups = [_offering(old, new) for old, new in pairs]
    continued = [(old, new) for old, new in pairs if old and new]
    in_old_order = sorted(continued, key=lambda pair: pair[0].position)
    if continued != in_old_order:
        old_titles = " · ".join(old.title for old, _new in in_old_order)
        new_titles = " · ".join(new.title for _old, new in continued)
        groups.append(DiffGroup("", CHANGED, [_line(_("Order"), old_titles, new_titles)]))
    return ItemDiff("offerings", _("Examples"), _combined_kind([group.kind for group in groups]), groups)


def match_offerings(
    old_offerings: Sequence[ComparedOffering], new_offerings: Sequence[ComparedOffering]
) -> list[tuple[ComparedOffering | None, ComparedOffering | None]]:
    """Each new example with the old one that it continues: that of the same title, or else the most similar one.

    In the new order; the removed ones stand at the end.
    """
    unmatched = list(old_offerings)
    matches: dict[ComparedOffering, ComparedOffering] = {}
    for new in new_offerings:
        same_title = next((old for old in unmatched if old.title.casefold() == new.title.casefold()), None)
        if same_title:
            matches[new] = same_title
            unmatched.remove(same_title)
    for new in new_offerings:
        if new not in matches and unmatched:
            similarity, best = max(((_similarity(old, new), old) for old in unmatched), key=lambda pair: pair[0])
            if similarity >= MIN_SIMILARITY:
                matches[new] = best
                unmatched.remove(best)
    return [*((matches.get(new), new) for new in new_offerings), *((old, None) for old in unmatched)]


def _similarity(old: ComparedOffering, new: ComparedOffering) -> float:
    """How much of the two examples' words agrees, 0 to 1."""
    old_words, new_words = (
        f"{offering.title} {offering.description} {offering.where_used}".casefold().split() for offering in (old, new)
    )
    return SequenceMatcher(None, old_words, new_words, autojunk=False).ratio()


def _offering(old: ComparedOffering | None, new: ComparedOffering | None) -> DiffGroup:
    """The fields of one example under its title; those that are empty before and after are left out."""
    before, after = _offering_texts(old), _offering_texts(new)
    compared = (_line(label, before.get(label, ""), after.get(label, "")) for label in before or after)
    lines = [line for line in compared if line.pieces]
    kind = ADDED if old is None else REMOVED if new is None else _combined_kind([line.kind for line in lines])
    offering = new or old
    return DiffGroup(offering.title if offering else "", kind, lines)


def _offering_texts(offering: ComparedOffering | None) -> dict[str, str]:
    """Label to text of each field of an example; empty for None."""
    if offering is None:
        return {}
    options = sorted(offering.options, key=lambda option: (option.question.position, option.position, option.code))
    return {
        _("Title"): offering.title,
        _("What it does"): offering.description,
        _("Stage"): offering.stage,
        _("Where it is used"): offering.where_used,
        _("Technologies and business areas"): " · ".join(option.short for option in options),
    }
