"""Fields of a document that say what has happened to it: who was asked when, the opinion, the answers and the decision.

Nobody types them: they are read from the document's way each time, until it is approved. Then it keeps them as they were.
They are Danish, as the template is, whatever the language of the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import override

from legaltoolbox.files.texts import danish_date
from legaltoolbox.models import DocumentTemplate, TemplateField

from ..models import AdvicePoint, Decision, DocumentStatus, Opinion, ProjectDocument, ProjectEvent
from ..models.live import WAY_FIELDS, WaySource
from .live import own_rows
from .sections import Kind, field_kind, fitting

OF_OPINION = frozenset(
    {WaySource.ASKED, WaySource.OPINION_DAY, WaySource.OPINION, WaySource.FOLLOWED, WaySource.NOT_FOLLOWED}
)
NOT_ALL_ANSWERED = "Ikke alle råd er besvaret endnu."
What = ProjectEvent.What
Answer = AdvicePoint.Answer
WayTexts = Mapping[tuple[str, str], str]
"""The keys of section and field to what has happened; "" for what has not happened yet."""


def shown_way(
    document: ProjectDocument, template: DocumentTemplate, section: str = "", decision: Decision | None = None
) -> dict[tuple[str, str], str]:
    """The fields that the document's way fills, of one section or of all, as they were at its approval or as they are.

    `decision` is the newest one, where it is not stored yet. Four queries at most, none where the template has no such field.
    """
    sources = {
        (in_section, key): source
        for (code, in_section, key), source in WAY_FIELDS.items()
        if code == template.code and section in ("", in_section)
    }
    if not sources:
        return {}
    if (approved := document.approved_content.get("way")) is not None:
        return {(in_section, key): text for in_section, key, text in approved if section in ("", in_section)}
    with override("da"):
        way = _read(document, decision)
        return {place: way.text(source) for place, source in sources.items()}


def way_to_keep(document: ProjectDocument, template: DocumentTemplate, decision: Decision) -> dict[str, Any]:
    """The fields as they are with this decision, as JSON. Four queries at most."""
    way = shown_way(document, template, decision=decision)
    return {"way": [[section, key, text] for (section, key), text in way.items()]}


def is_typed(field: TemplateField, value: Any) -> bool:
    """Whether somebody has typed something in such a field, beside what the template gives it."""
    fits = fitting(field, value)
    match field_kind(field):
        case Kind.TABLE:
            return bool(own_rows(fits))
        case Kind.WORDING:
            return bool(fits) and fits != field.wording
    return bool(fits)


def is_open(document: ProjectDocument, section: str, field: TemplateField, text: str, value: Any) -> bool:
    """Whether people write in such a field all the same: where it holds something that was typed before.

    And where nothing of an opinion is known here, and none is required: the officer may have been asked elsewhere.
    """
    source = WAY_FIELDS.get((document.template, section, field.key))
    may_be_elsewhere = not text and source in OF_OPINION and not document.needs_opinion
    return may_be_elsewhere or is_typed(field, value)


# What has happened --------------------------------------------------------------------------------


def _read(document: ProjectDocument, decision: Decision | None) -> _Way:
    """The way of this version of the document. Four queries at most."""
    decision = decision or document.decisions.select_related("by").first()
    steps = document.project.events.filter(
        place=document.template, what__in=(What.ASKED, What.TO_MANAGEMENT), at__gte=document.created_at
    )
    if decision and document.status == DocumentStatus.APPROVED:
        steps = steps.filter(at__lte=decision.at)
    newest = {event.what: event for event in reversed(list(steps.select_related("actor")))}
    opinion = document.last_opinion()
    return _Way(
        document.version,
        newest.get(What.ASKED),
        opinion,
        list(opinion.points.all()) if opinion else [],
        newest.get(What.TO_MANAGEMENT),
        decision,
    )


@dataclass(frozen=True)
class _Way:
    version: int
    asked: ProjectEvent | None
    opinion: Opinion | None
    points: list[AdvicePoint]
    sent: ProjectEvent | None
    """To the management."""
    decision: Decision | None

    def text(self, source: WaySource) -> str:
        texts = {
            WaySource.ASKED: lambda: _day(self.asked.at) if self.asked else "",
            WaySource.OPINION_DAY: lambda: _day(self.opinion.at) if self.opinion else "",
            WaySource.OPINION: self._opinion,
            WaySource.FOLLOWED: self._followed,
            WaySource.NOT_FOLLOWED: self._not_followed,
            WaySource.DECISION: lambda: capfirst(str(self.decision.get_answer_display())) if self.decision else "",
            WaySource.DECISION_WORDS: self._decision,
            WaySource.SIGNED: self._signed,
        }
        return texts[source]()

    def _opinion(self) -> str:
        late = self.decision.without_opinion_since if self.decision else None
        parts = [f"DPO’en er spurgt og havde ikke svaret den {danish_date(late)}."] if late else []
        if self.opinion:
            parts += [f"{capfirst(str(self.opinion.get_verdict_display()))}.", self.opinion.text]
        return _paragraphs(*parts, *(f"Råd {point.number}: {point.text}" for point in self.points))

    def _followed(self) -> str:
        answers = [point.answer for point in self.points]
        followed = answers.count(Answer.FOLLOWED)
        if not answers:
            return "Der er ingen råd at svare på." if self.opinion else ""
        if Answer.OPEN in answers:
            return NOT_ALL_ANSWERED
        if followed == len(answers):
            return "Ja, alle råd følges."
        if set(answers) == {Answer.NOT_FOLLOWED}:
            return "Nej, ingen råd følges."
        return f"Delvist. {followed} af {len(answers)} råd følges helt."

    def _not_followed(self) -> str:
        others = [point for point in self.points if point.answer in (Answer.PARTLY, Answer.NOT_FOLLOWED)]
        if self.opinion and not others and all(point.answer for point in self.points):
            return "Der er ingen afvigelser fra DPO’ens råd."
        if self.opinion and not others:
            return NOT_ALL_ANSWERED
        return _paragraphs(*(f"Råd {each.number} {each.get_answer_display()}: {each.reason}" for each in others))

    def _decision(self) -> str:
        decision = self.decision
        if decision is None:
            return ""
        answer = decision.get_answer_display()
        return _paragraphs(
            f"Ledelsen besluttede den {_day(decision.at)}: {answer}. Beslutningen gælder version {self.version}.",
            f"Vilkår: {decision.conditions}" if decision.conditions else "",
            f"Begrundelse: {decision.reason}" if decision.reason else "",
        )

    def _signed(self) -> str:
        sent, decision = self.sent, self.decision
        return _paragraphs(
            f"Sendt til ledelsen den {_day(sent.at)}{_by(sent.actor)}." if sent else "",
            f"Besluttet i portalen den {_day(decision.at)}{_by(decision.by)} for ledelsen, version {self.version}."
            if decision
            else "",
        )


def _day(at: datetime) -> str:
    return danish_date(timezone.localdate(at))


def _by(person: Any) -> str:
    """The name of who did it; "" for somebody whose login is deleted."""
    return f" af {person}" if person else ""


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))
