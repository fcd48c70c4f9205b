"""The parts of a round's survey in their order, and how far the vendor is with each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Question, QuestionGroup, Response, SavedPart, SurveyRound
from ..models.draft_base import COMPANY_FIELDS, EMPTY_CONTACT, OFFERINGS


@dataclass(frozen=True)
class SurveyPart:
    """One page of the survey and the items that it holds: fields, question codes, or the offerings."""

    key: str
    title: str
    intro: str
    items: tuple[str, ...]
    questions: tuple[Question, ...] = ()

    @property
    def is_optional(self) -> bool:
        """Whether the part may be left empty."""
        no_question_is_required = not any(question.is_required for question in self.questions)
        return self.key == OFFERINGS or (bool(self.questions) and no_question_is_required)

    def holds(self, item: str) -> bool:
        """Whether what is missing or remarked at `item` belongs to this part."""
        return item == self.key or item in self.items


@dataclass(frozen=True)
class RemarkState:
    """KL's remark at an item of the part, and whether the item stands as it was sent back."""

    text: str
    is_open: bool


@dataclass(frozen=True)
class PartState:
    """How far a part is. `saved` is None where nobody has saved it; `remarks` are KL's, of an answer sent back."""

    part: SurveyPart
    state: str
    """`not-started`, `in-progress` or `complete`."""
    missing: list[str]
    saved: SavedPart | None
    remarks: list[RemarkState] = field(default_factory=list)
    news: int = 0
    """The number of questions and options that are new or reworded since the answers it starts from."""
    decisions: int = 0
    """The number of chosen options that KL has retired or reworded; the vendor decides about each."""

    @property
    def has_open_remark(self) -> bool:
        return any(remark.is_open for remark in self.remarks)

    @property
    def badge(self) -> str:
        """`remark` (KL's, still open), `decide`, the state, or `corrected` for a complete part without an open remark."""
        if self.has_open_remark:
            return "remark"
        if self.decisions:
            return "decide"
        return "corrected" if self.remarks and self.state == "complete" else self.state


def survey_parts(round: SurveyRound) -> list[SurveyPart]:
    """The parts of the round's survey, in the order of the task list. Two queries."""
    pages: dict[int | None, list[Question]] = {}
    groups = {}
    for question in round.questions.select_related("group").prefetch_related("options"):
        pages.setdefault(question.group_id, []).append(question)
        groups[question.group_id] = question.group
    ordered = sorted((group for group in groups.values() if group), key=lambda group: (group.position, group.code))
    pages_before = [_question_part(group, pages[group.pk]) for group in ordered if not group.after_offerings]
    pages_after = [_question_part(group, pages[group.pk]) for group in ordered if group.after_offerings]
    more = [_question_part(None, pages[None])] if None in pages else []
    return [_company_part(), *pages_before, *more, _offerings_part(), *pages_after, _contact_part()]


def _company_part() -> SurveyPart:
    intro = _("Who you are, and in a few words what you offer.")
    return SurveyPart("company", _("The company"), intro, COMPANY_FIELDS)


def _question_part(group: QuestionGroup | None, questions: Sequence[Question]) -> SurveyPart:
    codes = tuple(question.code for question in questions)
    if group is None:
        return SurveyPart("more", _("Further questions"), "", codes, tuple(questions))
    return SurveyPart(group.code, group.title, group.intro, codes, tuple(questions))


def _offerings_part() -> SurveyPart:
    intro = _(
        "Examples of solutions or services. They show municipalities which technologies you have used in which areas."
    )
    return SurveyPart(OFFERINGS, _("Examples of what you offer"), intro, (OFFERINGS,))


def _contact_part() -> SurveyPart:
    intro = _("Whom a municipality can write to or call. A shared mailbox is better than a person's own address.")
    return SurveyPart("contact", _("Contact and consent"), intro, tuple(EMPTY_CONTACT))


def part_states(response: Response, parts: Sequence[SurveyPart]) -> list[PartState]:
    """How far each part is. Fourteen queries and at most four more with examples and changed options, where the round of the response is read already."""
    missing_items = response.missing_items()
    saved_parts = {saved.part: saved for saved in response.saved_parts.select_related("saved_by")}
    remarks, open_items = response.remarks_and_open()
    answered = _answered_items(response)
    since = basis_day(response)
    states = []
    for part in parts:
        missing = [missing_item for missing_item in missing_items if part.holds(missing_item.item)]
        has_content = part.key in saved_parts or bool(answered & set(part.items))
        state = "not-started" if not has_content else "in-progress" if missing else "complete"
        states.append(
            PartState(
                part,
                state,
                missing=[missing_item.text for missing_item in missing],
                saved=saved_parts.get(part.key),
                remarks=[RemarkState(text, item in open_items) for item, text in remarks.items() if part.holds(item)],
                news=len(news_since(part, since)),
                decisions=sum(missing_item.is_decision for missing_item in missing),
            )
        )
    return states


def _answered_items(response: Response) -> set[str]:
    """The items that have content. The name and the website always have, and do not count. Two queries."""
    codes = response.answers.filter(mapped_from=None).values_list("option__question__code", flat=True)
    fields = [name for name in ("description", "contact_email") if getattr(response, name)]
    offerings = [OFFERINGS] if response.offerings.exists() else []
    return {*codes, *fields, *offerings}


def basis_day(response: Response) -> date | None:
    """The day of the answers that the response was copied from; None where it started from nothing."""
    at = response.based_on and (response.based_on.submitted_at or response.based_on.created_at)
    return timezone.localdate(at) if at else None


def news_since(part: SurveyPart, since: date | None) -> list[str]:
    """The questions, and the offered options of the others, that are new or reworded since then. No query."""
    headings = []
    for question in part.questions:
        if question.is_news_since(since):
            headings.append(question.heading)
        else:
            offered = [option for option in question.options.all() if not option.is_retired]
            headings += [f"{question.heading}: {option.label}" for option in offered if option.is_news_since(since)]
    return headings


def next_part(parts: Sequence[SurveyPart], key: str) -> SurveyPart | None:
    """The part that follows `key`, None after the last one."""
    keys = [part.key for part in parts]
    index = keys.index(key) + 1
    return parts[index] if index < len(parts) else None


def item_headings(round: SurveyRound, remarked: Collection[str] = ()) -> dict[str, str]:
    """Item to its heading, for each item at which KL can give a reason, or has given one (`remarked`). One query."""
    company = {"company_name": _("Name"), "website": _("Website"), "description": _("Description")}
    asked = Question.objects.filter(Q(rounds=round) | Q(code__in=remarked)).distinct()
    questions = {question.code: question.heading for question in asked}
    return {**company, **questions, "offerings": _("Examples"), "contact": _("Contact")}
