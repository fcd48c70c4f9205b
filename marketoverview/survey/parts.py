"""The survey as a vendor meets it: its parts in their order, and how far each of them is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Question, Response, SavedPart, SurveyRound
from ..models.drafts import COMPANY, NO_CONTACT, OFFERINGS


@dataclass(frozen=True)
class Part:
    """One page of the survey and the items that it holds: fields, question codes, or the offerings."""

    key: str
    title: str
    intro: str
    items: tuple[str, ...]
    questions: tuple[Question, ...] = ()

    @property
    def is_optional(self) -> bool:
        """Whether the part may be left empty."""
        return self.key == OFFERINGS or (bool(self.questions) and not any(one.is_required for one in self.questions))

    def holds(self, item: str) -> bool:
        """Whether what is missing or remarked at `item` belongs to this part."""
        return item == self.key or item in self.items


@dataclass(frozen=True)
class PartState:
    part: Part
    state: str
    """`not-started`, `in-progress` or `complete`."""
    missing: list[str]
    saved: SavedPart | None
    remarks: list[str] = field(default_factory=list)
    news: int = 0
    """Questions and options that are new or reworded since the answers it starts from."""


def parts_of(round: SurveyRound) -> list[Part]:
    """The parts of the round's survey, in the order of the task list. Three queries."""
    pages: dict[int | None, list[Question]] = {}
    groups = {}
    for question in round.questions.select_related("group").prefetch_related("options"):
        pages.setdefault(question.group_id, []).append(question)
        groups[question.group_id] = question.group
    ordered = sorted((group for group in groups.values() if group), key=lambda group: (group.position, group.code))
    pages_before = [_page(group, pages[group.pk]) for group in ordered if not group.after_offerings]
    pages_after = [_page(group, pages[group.pk]) for group in ordered if group.after_offerings]
    more = [_page(None, pages[None])] if None in pages else []
    return [_company(), *pages_before, *more, _offerings(), *pages_after, _contact()]


def _company() -> Part:
    return Part("company", _("The company"), _("Who you are, and in a few words what you offer."), COMPANY)


def _page(group, questions: Sequence[Question]) -> Part:
    codes = tuple(question.code for question in questions)
    if group is None:
        return Part("more", _("Further questions"), "", codes, tuple(questions))
    return Part(group.code, group.title, group.intro, codes, tuple(questions))


def _offerings() -> Part:
    intro = _(
        "Examples of solutions or services. They show municipalities which technologies you have used in which areas."
    )
    return Part(OFFERINGS, _("Examples of what you offer"), intro, (OFFERINGS,))


def _contact() -> Part:
    intro = _("Whom a municipality can write to or call. A shared mailbox is better than a person's own address.")
    return Part("contact", _("Contact and consent"), intro, tuple(NO_CONTACT))


def states(response: Response, parts: Sequence[Part]) -> list[PartState]:
    """How far each part is. Ten queries at most."""
    missing = response.missing()
    saved = {one.part: one for one in response.saved_parts.select_related("saved_by")}
    remarks = response.remarks
    answered = set(response.answers.filter(mapped_from=None).values_list("option__question__code", flat=True))
    if response.offerings.exists():
        answered.add(OFFERINGS)
    answered |= {name for name in ("description", "contact_email") if getattr(response, name)}
    since = based_on_day(response)
    found = []
    for part in parts:
        lacks = [one.text for one in missing if part.holds(one.item)]
        has_content = part.key in saved or bool(answered & set(part.items))
        state = "not-started" if not has_content else "in-progress" if lacks else "complete"
        said = [text for item, text in remarks.items() if part.holds(item)]
        found.append(PartState(part, state, lacks, saved.get(part.key), said, news(part, since)))
    return found


def based_on_day(response: Response) -> date | None:
    """The day of the answers that the response was copied from; None where it started from nothing."""
    at = response.based_on and (response.based_on.submitted_at or response.based_on.created_at)
    return timezone.localdate(at) if at else None


def news(part: Part, since: date | None) -> int:
    """How many questions and offered options of the part are new or reworded since then. No query."""
    return len(what_is_new(part, since))


def what_is_new(part: Part, since: date | None) -> list[str]:
    """The questions, and the offered options of the others, that are new or reworded since then. No query."""
    found = []
    for question in part.questions:
        if question.is_news_since(since):
            found.append(question.heading)
        else:
            offered = [option for option in question.options.all() if not option.is_retired]
            found += [f"{question.heading}: {option.label}" for option in offered if option.is_news_since(since)]
    return found


def next_part(parts: Sequence[Part], key: str) -> Part | None:
    """The part that follows `key`, None after the last one."""
    keys = [part.key for part in parts]
    after = keys.index(key) + 1
    return parts[after] if after < len(parts) else None


def item_headings(round: SurveyRound) -> dict[str, str]:
    """What each item at which KL can give a reason is called. One query."""
    company = {"company_name": _("Name"), "website": _("Website"), "description": _("Description")}
    questions = {question.code: question.heading for question in round.questions.all()}
    return {**company, **questions, "offerings": _("Examples"), "contact": _("Contact")}
