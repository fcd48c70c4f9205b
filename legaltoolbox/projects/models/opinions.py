"""What the data protection officer has said of a document, and what the management has decided. Appended, never changed."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.validators import validate_text

from ..rights import ProjectRole, can_work
from .events import ProjectEvent
from .requests import refuse_too_many

MOST_POINTS = 50
"""Points of advice in one opinion."""
MOST_POINT_LETTERS = 4_000
FEWEST_DAYS = 5
"""That a data protection officer gets for an opinion."""
HASH_LETTERS = 64


def hash_of_state(state: Any) -> str:
    """A text that is equal for equal states: anything that JSON can hold."""
    return hashlib.sha256(json.dumps(state, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class Opinion(models.Model):
    """The opinion of a data protection officer on a document as it stood then (GDPR art. 35(2) and 39(1)(c))."""

    class Verdict(models.TextChoices):
        SUPPORTS = "supports", _("no remarks")
        ADVICE = "advice", _("advice to the project")
        AGAINST = "against", _("advises against it")

    document = models.ForeignKey("projects.ProjectDocument", on_delete=models.CASCADE, related_name="opinions")
    at = models.DateTimeField(_("time"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    verdict = models.CharField(_("opinion"), max_length=10, choices=Verdict)
    text = models.TextField(_("opinion in words"), max_length=8000, blank=True, validators=[validate_text])
    state = models.CharField(max_length=HASH_LETTERS, editable=False)
    """The hash of the document's state that it is about (`ProjectDocument.state_hash`)."""

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} {timezone.localtime(self.at):%Y-%m-%d}"


class AdvicePointQuerySet(models.QuerySet["AdvicePoint"]):
    def open(self) -> "AdvicePointQuerySet":
        """The points that nobody has answered, of the newest opinion on each document. No query of its own."""
        newest = Opinion.objects.filter(document=OuterRef("opinion__document")).order_by("-at", "-pk")
        return self.filter(opinion=Subquery(newest.values("pk")[:1]), answer=AdvicePoint.Answer.OPEN)


class AdvicePoint(models.Model):
    """A point of advice, and what the project answers to it. The advice never changes; the answer is given until the decision."""

    class Answer(models.TextChoices):
        OPEN = "", _("not answered yet")
        FOLLOWED = "followed", _("followed")
        PARTLY = "partly", _("followed in part")
        NOT_FOLLOWED = "not-followed", _("not followed")

    opinion = models.ForeignKey(Opinion, on_delete=models.CASCADE, related_name="points")
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("advice"), max_length=MOST_POINT_LETTERS, validators=[validate_text])
    answer = models.CharField(_("answer"), max_length=12, choices=Answer, default=Answer.OPEN, blank=True)
    reason = models.TextField(_("reason"), max_length=4000, blank=True, validators=[validate_text])
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = AdvicePointQuerySet.as_manager()

    class Meta:
        verbose_name = _("point of advice")
        verbose_name_plural = _("points of advice")
        ordering = ("opinion", "number")
        constraints = (
            models.UniqueConstraint(fields=("opinion", "number"), name="advice_number_once_per_opinion"),
            models.CheckConstraint(
                condition=~Q(answer__in=["partly", "not-followed"]) | ~Q(reason=""),
                name="advice_not_followed_has_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"


def refuse_early(until: date) -> None:
    """Raise `ValidationError` for a day by which no officer can answer."""
    first = timezone.localdate() + timedelta(days=FEWEST_DAYS)
    if until < first:
        text = gettext("Give the officer at least %(n)s days: choose %(day)s or a later day.")
        day = date_format(first, "DATE_FORMAT")
        raise ValidationError({"until": text % {"n": FEWEST_DAYS, "day": day}})


def refuse_points(verdict: str, points: Sequence[str]) -> None:
    """Raise `ValidationError` where an opinion with this verdict cannot have these points of advice. No query."""
    if len(points) > MOST_POINTS:
        raise ValidationError({"points": gettext("An opinion can have %(most)s points.") % {"most": MOST_POINTS}})
    for number, point in enumerate(points, 1):
        if len(point) > MOST_POINT_LETTERS:
            text = gettext("Point %(number)s has more than %(most)s characters. Divide it by an empty line.")
            most = number_format(MOST_POINT_LETTERS, force_grouping=True)
            raise ValidationError({"points": text % {"number": number, "most": most}})
    if verdict != Opinion.Verdict.SUPPORTS and not points:
        raise ValidationError({"points": gettext("Write the advice in points, so that each can be answered.")})


class DecisionQuerySet(models.QuerySet["Decision"]):
    def with_conditions_met(self) -> "DecisionQuerySet":
        """With what the project says of its conditions, and who says it. Two queries of its own at most."""
        return self.prefetch_related("conditions_met__by")


class Decision(models.Model):
    """What the management has decided about a document, or at a decision point (P1 to P3), on what it rested on then."""

    class Answer(models.TextChoices):
        YES = "yes", _("yes")
        CONDITIONS = "conditions", _("yes, on conditions")
        NO = "no", _("no")

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="decisions")
    document = models.ForeignKey(
        "projects.ProjectDocument", on_delete=models.CASCADE, null=True, blank=True, related_name="decisions"
    )
    point = models.CharField(_("decision point"), max_length=4, blank=True)
    """The code of the decision point ("P1"); "" for a decision about a document."""
    at = models.DateTimeField(_("time"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    answer = models.CharField(_("decision"), max_length=10, choices=Answer)
    conditions = models.TextField(_("conditions"), max_length=4000, blank=True, validators=[validate_text])
    reason = models.TextField(_("reason"), max_length=4000, blank=True, validators=[validate_text])
    state = models.CharField(max_length=HASH_LETTERS, editable=False)
    """The hash of what it rested on."""
    rested_on = models.JSONField(default=dict, editable=False)
    """What the page of the decision showed: documents, opinions, open risks and bases, in words."""
    without_opinion_since = models.DateField(null=True, blank=True, editable=False)
    """The day by which the data protection officer was asked for an opinion that did not come; None where there is one."""

    objects: ClassVar = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(document__isnull=False, point="") | Q(document__isnull=True) & ~Q(point=""),
                name="decision_is_about_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(answer="conditions") | ~Q(conditions=""), name="conditions_are_written"
            ),
            models.CheckConstraint(condition=~Q(answer="no") | ~Q(reason=""), name="refusal_has_a_reason"),
        )

    def __str__(self) -> str:
        return f"{self.get_answer_display()} {timezone.localtime(self.at):%Y-%m-%d}"

    @classmethod
    def ask_point(cls, project: Any, by: Any, point: str) -> bool:
        """Ask the management to decide at a decision point; False where it is asked already and has not answered yet.

        Raises `ValidationError` where nobody is in the project as management, as `refuse_too_many`, and as `Project.lock`. Six queries.
        """
        with transaction.atomic():
            project.lock()
            refuse_without_management(project)
            if project.events.filter(place=point).unanswered_points():
                return False
            refuse_too_many(project, ProjectEvent.What.TO_MANAGEMENT)
            ProjectEvent.record(project, ProjectEvent.What.TO_MANAGEMENT, by, point)
            project.touch()
            return True

    @classmethod
    def decide_point(
        cls,
        project: Any,
        by: Any,
        point: str,
        *,
        seen: str,
        last: int,
        read: Callable[[], Mapping[str, Any]],
        **texts: str,
    ) -> "Decision":
        """Decide at a decision point of the project, on the state whose hash is `seen`. A form sent twice decides once.

        `read` gives what the decision rests on, and is called while the project is held; `last` is the key of the newest
        decision that the page showed, 0 for none; `texts` are answer, conditions and reason. Raises `ValidationError`
        where something has changed or is decided since, where the management has said yes to the same state before, and
        as `Project.lock`. Six queries and those of `read`.
        """
        with transaction.atomic():
            project.lock()
            decision = cls(project=project, point=point, by=by, state=seen, **texts)
            earlier: Decision | None = project.decisions.filter(point=point).first()
            if earlier is not None and earlier.pk != last:
                if earlier._says_the_same(decision):
                    return earlier
                raise ValidationError(gettext("Somebody has decided meanwhile. Read the decision first."))
            decision.rested_on = dict(read())
            if hash_of_state(decision.rested_on) != seen:
                raise ValidationError(
                    gettext("What the decision rests on has changed since this page was opened. Read it again first.")
                )
            if earlier is not None and earlier.is_yes_to(seen):
                raise ValidationError(gettext("You have said yes to this before, and nothing has changed since."))
            decision.full_clean()
            decision.save()
            what, reason = ProjectEvent.What.DECIDED, decision.reason
            ProjectEvent.record(project, what, by, point, new=decision.answer_words, reason=reason)
            project.touch()
            return decision

    @property
    def place(self) -> str:
        """The code of what it is about: a template or a decision point. No query on `select_related`."""
        return self.document.template if self.document else self.point

    @property
    def met(self) -> Any:
        """The `ConditionsMet` of its conditions; None where nobody has said so. No query on `with_conditions_met`."""
        return next(iter(self.conditions_met.all()), None)

    @property
    def has_open_conditions(self) -> bool:
        """Whether it has conditions of which nobody has said that they are met. As `met`."""
        return self.answer == self.Answer.CONDITIONS and self.met is None

    @property
    def answer_words(self) -> str:
        """What the log keeps of it: the answer, and below it the conditions."""
        return f"{self.answer}\n{self.conditions}" if self.answer == self.Answer.CONDITIONS else str(self.answer)

    def is_yes_to(self, state: str) -> bool:
        """Whether it is a yes without conditions to this state."""
        return self.answer == self.Answer.YES and self.state == state

    def _says_the_same(self, other: "Decision") -> bool:
        names = ("by_id", "answer", "conditions", "reason", "state")
        return all(getattr(self, name) == getattr(other, name) for name in names)


class Approved(NamedTuple):
    """What is kept of a document that is approved."""

    docx: bytes
    pdf: bytes
    content: dict[str, Any]
    """What it showed of the project and does not hold itself (`work/live.py`)."""


class ApprovedFile(models.Model):
    """The files of a document as it was approved: the same bytes until the project is deleted."""

    document = models.OneToOneField("projects.ProjectDocument", on_delete=models.CASCADE, related_name="approved_file")
    docx = models.BinaryField()
    pdf = models.BinaryField()

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("approved document")
        verbose_name_plural = _("approved documents")

    def __str__(self) -> str:
        return str(self.document_id)


def refuse_without_management(project: Any) -> None:
    """Raise `ValidationError` where nobody is in the project who could decide. One query."""
    if not project.members.filter(can_work("member__user"), role=ProjectRole.MANAGEMENT).exists():
        raise ValidationError(gettext("Nobody is in the project as management yet. Add somebody first."))
