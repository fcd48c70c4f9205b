"""The steps of a document: to the data protection officer, to the management, and back.

One table says which step leads from where to where; `_perform` is the only change of a status. A decision is about the
state that was shown: where something has changed since, nothing is decided.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.drafts.parts import changed_items, fingerprint

from ..rights import can_work
from .answers import LastChange
from .authors import authors, has_words_of
from .events import ProjectEvent
from .live import live_states
from .opinions import (
    HASH_LETTERS,
    AdvicePoint,
    Approved,
    ApprovedFile,
    Decision,
    Opinion,
    hash_of_state,
    refuse_early,
    refuse_points,
    refuse_without_management,
)
from .requests import refuse_too_many

What = ProjectEvent.What
NEEDS_OPINION = frozenset({"S11"})
"""Templates whose document cannot be decided on before the officer was asked: the impact assessment (GDPR art. 35(2))."""


class DocumentStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    AT_DPO = "at-dpo", _("at the data protection officer")
    COMMENTED = "commented", _("commented by the data protection officer")
    AT_MANAGEMENT = "at-management", _("at the management")
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("returned by the management")


WRITABLE = (DocumentStatus.DRAFT, DocumentStatus.COMMENTED, DocumentStatus.RETURNED)

STATUS_SENTENCES = {
    DocumentStatus.DRAFT: _("The document is a draft."),
    DocumentStatus.AT_DPO: _("The document is at the data protection officer."),
    DocumentStatus.COMMENTED: _("The data protection officer has given an opinion."),
    DocumentStatus.AT_MANAGEMENT: _("The document is at the management."),
    DocumentStatus.APPROVED: _("The management has approved the document."),
    DocumentStatus.RETURNED: _("The management has sent the document back."),
}


class Step(NamedTuple):
    """One step of a document."""

    before: tuple[str, ...]
    after: str


STEPS: dict[str, Step] = {
    What.ASKED: Step(WRITABLE, DocumentStatus.AT_DPO),
    What.OPINION: Step((DocumentStatus.AT_DPO,), DocumentStatus.COMMENTED),
    What.TO_MANAGEMENT: Step((*WRITABLE, DocumentStatus.AT_DPO), DocumentStatus.AT_MANAGEMENT),
    What.TAKEN_BACK: Step((DocumentStatus.AT_DPO, DocumentStatus.AT_MANAGEMENT), DocumentStatus.DRAFT),
}


Answers = Mapping[int, tuple[str, str]]
"""Numbers of points of advice to the answer, an `AdvicePoint.Answer`, and its reason."""


def advice_answers(points: Iterable[AdvicePoint]) -> dict[str, Any]:
    """The number of each of these points to what is answered to it, as a page shows it. No query."""
    return {str(point.number): (point.answer, point.reason) for point in points}


def _last_answer(points: Iterable[AdvicePoint]) -> LastChange | None:
    """When and by whom one of these points was answered last; None where nobody has answered."""
    answered = [LastChange(point.answered_at, point.answered_by) for point in points if point.answered_at is not None]
    return max(answered, key=lambda change: change.saved_at, default=None)


def _read_again(read: Callable[[], Mapping[str, Any]], shown: str | None) -> dict[str, Any]:
    """What a decision rests on now. Raises `ValidationError` where it is not what the page has shown, with the hash `shown`."""
    record = dict(read())
    if shown is not None and hash_of_state(record) != shown:
        raise ValidationError(
            gettext("What the decision rests on has changed since this page was opened. Read it again first.")
        )
    return record


class DocumentSteps(models.Model):
    """The part of `ProjectDocument` that leads from a draft to a decision."""

    project: Any
    template: Any
    version: Any
    status: Any
    opinions: Any
    decisions: Any
    edits: Any
    answers: Any
    created_by_id: Any

    opinion_until = models.DateField(_("opinion asked for until"), null=True, blank=True, editable=False)
    sent_state = models.CharField(max_length=HASH_LETTERS, blank=True, default="", editable=False)
    """The hash of its state when it was sent to the officer or the management last; "" before."""
    approved_content = models.JSONField(default=dict, editable=False)
    """What it showed of the project at its approval and does not hold itself, see `work/live.py`; {} before."""

    class Meta:
        abstract = True

    # What holds -----------------------------------------------------------------------------

    @property
    def _document(self) -> Any:
        """The document itself, as its rows refer to it."""
        return self

    @staticmethod
    def state_hashes(project: Any, documents: Iterable["DocumentSteps"]) -> dict[Any, str]:
        """Key of each of these documents to a text that is equal for equal content and version.

        Its content are its answers, the facts and the rows of the project that it shows, and what is answered about the
        solution, by which its sections are chosen. Three queries, and one for each kind of row: eight at most.
        """
        by_key = {document.pk: document for document in documents}
        answers: dict[Any, list[list[Any]]] = {key: [] for key in by_key}
        rows = project.documents.filter(pk__in=by_key, answers__isnull=False).order_by()
        for key, *answer in rows.values_list("pk", "answers__section", "answers__field", "answers__value"):
            answers[key].append(answer)
        situation = [
            list(answer) for answer in project.screening_answers.order_by("question").values_list("question", "value")
        ]
        live = live_states(project, {document.template for document in by_key.values()})
        return {
            key: hash_of_state(
                [document.template, document.version, sorted(answers[key]), live[document.template], situation]
            )
            for key, document in by_key.items()
        }

    def state_hash(self) -> str:
        """The text of this document, as `state_hashes`. Six queries at most."""
        return self.state_hashes(self.project, [self])[self.pk]

    def is_changed_since_sent(self, state: str) -> bool:
        """Whether it waits for an answer and its state, with the hash `state`, is another one than when it was sent."""
        is_sent = self.status in (DocumentStatus.AT_DPO, DocumentStatus.AT_MANAGEMENT)
        return is_sent and bool(self.sent_state) and self.sent_state != state

    def last_opinion(self) -> Opinion | None:
        """The newest opinion with its points and who gave it. Two queries."""
        opinion: Opinion | None = self.opinions.select_related("by").prefetch_related("points").first()
        return opinion

    @property
    def needs_opinion(self) -> bool:
        return self.template in NEEDS_OPINION

    @property
    def is_opinion_overdue(self) -> bool:
        """Whether the officer was asked and the day until which is over."""
        return (
            self.status == DocumentStatus.AT_DPO
            and self.opinion_until is not None
            and self.opinion_until < timezone.localdate()
        )

    def missing_for_management(self, opinion: Opinion | None) -> str:
        """What has to happen before the management can be asked, in words; "" for nothing. `opinion` is the newest one. No query on its points."""
        if self.status == DocumentStatus.AT_DPO and not self.is_opinion_overdue:
            return gettext("The data protection officer has time until the day that was given.")
        if self.needs_opinion and opinion is None and not self.is_opinion_overdue:
            return gettext("Ask the data protection officer first.")
        if opinion and any(not point.answer for point in opinion.points.all()):
            if self.is_opinion_overdue:
                return gettext("Take the document back, and answer each point of the earlier advice first.")
            return gettext("Answer each point of the advice first.")
        return ""

    @property
    def status_sentence(self) -> str:
        """Where it is on its way, as a sentence."""
        return str(STATUS_SENTENCES[self.status])

    # Verbs ----------------------------------------------------------------------------------

    def ask_dpo(self, by: Any, until: date) -> None:
        """Send the document to the municipality's data protection officers. Raises `ValidationError` where there is none, and as `refuse_too_many`."""
        with transaction.atomic():
            self._lock()
            if self._is_repeated(What.ASKED, by, until.isoformat()):
                return
            if not self.project.municipality.members.exclude(dpo="").filter(can_work("user")).exists():
                raise ValidationError(gettext("The municipality has no data protection officer here. Ask its keeper."))
            refuse_early(until)
            refuse_too_many(self.project, What.ASKED)
            self._perform(What.ASKED, by, new=until.isoformat(), opinion_until=until, sent_state=self.state_hash())

    def give_opinion(self, by: Any, verdict: str, text: str, points: Sequence[str], seen: str) -> Opinion:
        """Store the opinion on the state whose hash is `seen`. Raises `ValidationError` where that has changed, and as `_perform`."""
        with transaction.atomic():
            self._lock()
            repeated = self._repeated(self.opinions, by=by, verdict=verdict, text=text, state=seen)
            if repeated and [point.text for point in repeated.points.all()] == list(points):
                return cast(Opinion, repeated)
            self._refuse_changed(seen)
            if has_words_of(self, by):
                raise ValidationError(
                    gettext("You have written in this document. Somebody else has to give the opinion.")
                )
            refuse_points(verdict, points)
            self._perform(What.OPINION, by, new=verdict)
            opinion = Opinion(document=self._document, by=by, verdict=verdict, text=text, state=seen)
            opinion.full_clean()
            opinion.save()
            rows = [AdvicePoint(opinion=opinion, number=number, text=point) for number, point in enumerate(points, 1)]
            for row in rows:
                row.full_clean()
            AdvicePoint.objects.bulk_create(rows)
            return opinion

    def answer_advice(
        self, by: Any, answers: Answers, *, seen: str | None = None, opinion_key: int | None = None
    ) -> None:
        """Answer points of the newest opinion: number to answer and reason. Raises `ValidationError` for a missing reason.

        `seen` is the fingerprint of the answers that the page had shown (`advice_answers`), `opinion_key` the opinion that
        they are about: raises `ChangedMeanwhile` where somebody else has answered otherwise since, and `ValidationError`
        where there is a newer opinion. With None nothing is compared.
        """
        with transaction.atomic():
            self._lock()
            self._refuse_locked()
            opinion = self.last_opinion()
            if opinion_key is not None and (opinion is None or opinion.pk != opinion_key):
                raise ValidationError(gettext("There is a newer opinion. Read it before you answer."))
            points = {point.number: point for point in opinion.points.all()} if opinion else {}
            stored = advice_answers(points.values())
            typed = {str(number): answer for number, answer in answers.items() if number in points}
            shown = fingerprint(stored) if seen is None else seen
            changed = changed_items(stored, typed, shown, lambda: _last_answer(points.values()))
            for number, (answer, reason) in changed.items():
                point = points[int(number)]
                place, old = f"{self.template}.{number}", point.answer
                point.answer, point.reason, point.answered_by, point.answered_at = answer, reason, by, timezone.now()
                point.full_clean()
                point.save()
                ProjectEvent.record(self.project, What.ANSWERED_ADVICE, by, place, old=old, new=answer, reason=reason)
            if changed:
                self.project.touch()

    def ask_management(self, by: Any) -> None:
        """Send the document to the management. Raises `ValidationError` where an opinion, an answer to advice or the management is missing."""
        with transaction.atomic():
            self._lock()
            if self._is_repeated(What.TO_MANAGEMENT, by, DocumentStatus.AT_MANAGEMENT):
                return
            if missing := self.missing_for_management(self.last_opinion()):
                raise ValidationError(missing)
            refuse_without_management(self.project)
            refuse_too_many(self.project, What.TO_MANAGEMENT)
            self._perform(What.TO_MANAGEMENT, by, sent_state=self.state_hash())

    def take_back(self, by: Any) -> None:
        """Make the document a draft again before the officer or the management has answered."""
        with transaction.atomic():
            self._lock()
            if not self._is_repeated(What.TAKEN_BACK, by, DocumentStatus.DRAFT):
                self._perform(What.TAKEN_BACK, by, opinion_until=None)

    def decide(
        self,
        by: Any,
        answer: str,
        *,
        seen: str,
        conditions: str = "",
        reason: str = "",
        read: Callable[[], Mapping[str, Any]] = dict,
        shown: str | None = None,
        approve: Callable[[Decision], Approved] | None = None,
    ) -> Decision:
        """Decide on the state whose hash is `seen`.

        `read` gives what the decision rests on, and `approve` what is kept of the document that this decision, not stored
        yet, approves; both are called while the project is held. `shown` is the hash of what the page has shown of the
        first; with None nothing is compared. Raises `ValidationError` where something has changed since, where the only author would decide alone, and
        as `_perform`; `ValueError` for an approval of which nothing is kept.
        """
        with transaction.atomic():
            self._lock()
            texts = {"answer": answer, "conditions": conditions, "reason": reason}
            if repeated := self._repeated(self.decisions, by=by, state=seen, **texts):
                return cast(Decision, repeated)
            self._refuse_changed(seen)
            self._refuse_partial(by)
            is_approved = answer != Decision.Answer.NO
            decision = Decision(project=self.project, document=self._document, by=by, state=seen, **texts)
            decision.rested_on = _read_again(read, shown)
            decision.without_opinion_since = self._day_of_no_opinion()
            decision.full_clean()
            after = DocumentStatus.APPROVED if is_approved else DocumentStatus.RETURNED
            approved = self._approved(approve, decision) if is_approved else None
            content = {"approved_content": approved.content} if approved else {}
            waiting, words = (DocumentStatus.AT_MANAGEMENT,), decision.answer_words
            self._change(What.DECIDED, by, waiting, after, new=words, reason=reason, **content)
            decision.save()
            if approved:
                ApprovedFile.objects.create(document=self._document, docx=approved.docx, pdf=approved.pdf)
            return decision

    @staticmethod
    def _approved(approve: Callable[[Decision], Approved] | None, decision: Decision) -> Approved:
        if approve is None:
            raise ValueError("An approved document is kept as it was approved.")
        return approve(decision)

    def _day_of_no_opinion(self) -> date | None:
        """The day until which the officer was asked the last time, where no opinion has come since; else None. Two queries."""
        asked = self.project.events.filter(what=What.ASKED, place=self.template).first()
        is_answered = asked is None or self.opinions.filter(at__gte=asked.at).exists()
        return None if is_answered else self.opinion_until

    # Rules ----------------------------------------------------------------------------------

    def _lock(self) -> None:
        """Hold the project, and read what may have changed. Raises as `Project.lock`. Two queries."""
        self.project.lock()
        self.refresh_from_db(fields=["status", "version", "opinion_until"])

    def _repeated(self, rows: Any, **values: Any) -> Any:
        """The newest opinion or decision, where these are its values: the form was sent twice. None where they are not. One query."""
        waiting = (DocumentStatus.AT_DPO, DocumentStatus.AT_MANAGEMENT)
        last = None if self.status in waiting else rows.first()
        return last if last and all(getattr(last, name) == value for name, value in values.items()) else None

    def _is_repeated(self, what: str, by: Any, new: str) -> bool:
        """Whether this is the document's newest step already, by the same person: a form was sent twice. One query."""
        last = self.project.events.filter(place=self.template, what__in=(*STEPS, What.DECIDED)).first()
        return last is not None and (last.what, last.actor_id, last.new) == (what, by.pk, new)

    def _perform(self, what: str, by: Any, *, new: str = "", **fields: Any) -> None:
        step = STEPS[what]
        self._change(what, by, step.before, step.after, new=new, **fields)

    def _change(
        self, what: str, by: Any, before: Sequence[str], after: str, *, new: str = "", reason: str = "", **fields: Any
    ) -> None:
        """The only change of the status, with one event. Raises `ValidationError` where it is another one meanwhile."""
        if self.status not in before:
            raise ValidationError(gettext("That cannot be done now. %(standing)s") % {"standing": self.status_sentence})
        old, self.status = self.status, after
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["status", *fields])
        ProjectEvent.record(self.project, what, by, self.template, old=old, new=new or after, reason=reason)
        self.project.touch()

    def _refuse_changed(self, seen: str) -> None:
        if self.state_hash() != seen:
            raise ValidationError(gettext("The document has changed since this page was opened. Read it again first."))

    def _refuse_locked(self) -> None:
        if self.status not in WRITABLE:
            raise ValidationError(
                gettext("The document cannot be changed now. %(standing)s") % {"standing": self.status_sentence}
            )

    def _refuse_partial(self, by: Any) -> None:
        """Nobody decides alone on what only they have written, nor on what they have given the opinion on."""
        if self.authors() == {by.pk}:
            raise ValidationError(
                gettext("You have written this document alone. Somebody else in the management has to decide.")
            )
        if self.opinions.filter(by=by).exists():
            raise ValidationError(
                gettext("You have given the opinion on this document. Somebody else has to decide on it.")
            )

    def authors(self) -> set[Any]:
        """As `authors.authors`: the keys of those who have written this version. Nine queries at most."""
        return authors(self)
