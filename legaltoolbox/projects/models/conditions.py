"""That the conditions of a decision are met, as the project says, and which of them still wait. Appended, never changed."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.validators import validate_text

from .events import ProjectEvent
from .opinions import Decision


class ConditionsMet(models.Model):
    """That the project has met the conditions of a decision, and how."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="conditions_met")
    at = models.DateTimeField(_("time"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    how = models.TextField(_("how the conditions are met"), max_length=4000, validators=[validate_text])

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("met conditions")
        verbose_name_plural = _("met conditions")
        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=("decision",), name="conditions_met_once_per_decision"),)

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d}"

    @classmethod
    def write(cls, project: Any, by: Any, decision_key: int, how: str) -> "ConditionsMet":
        """Say how the conditions of this decision of the project are met. A form sent twice says it once.

        Raises `ValidationError` where they do not wait: the management has decided again, or somebody has said it
        before; and as `Project.lock`. Eight queries.
        """
        with transaction.atomic():
            project.lock()
            rows = list(project.decisions.select_related("document").with_conditions_met())
            decision = next((row for row in rows if row.pk == decision_key), None)
            earlier: ConditionsMet | None = decision.met if decision else None
            if earlier is not None:
                if (earlier.by_id, earlier.how) == (by.pk, how):
                    return earlier
                raise ValidationError(
                    gettext(
                        "Somebody has written meanwhile how the conditions are met. Open the page again to read it."
                    )
                )
            if decision is None or decision not in open_conditions(rows):
                raise ValidationError(
                    gettext("These conditions do not wait any more. Open the page again to see what was decided since.")
                )
            met = cls(decision=decision, by=by, how=how)
            met.full_clean()
            met.save()
            ProjectEvent.record(project, ProjectEvent.What.CONDITIONS_MET, by, decision.place, new=how)
            project.touch()
            return met


def open_conditions(decisions: Iterable[Decision]) -> list[Decision]:
    """Of these decisions of one project those whose conditions wait, by what they are about; in an order that stays.

    Of a template the newest approved version counts, at a decision point what was decided last. They are read with
    their document and `with_conditions_met`. No query.
    """
    counting: dict[str, Decision] = {}
    for decision in sorted(decisions, key=lambda row: (row.document.version if row.document else 0, row.at, row.pk)):
        if decision.document is None or decision.answer != Decision.Answer.NO:
            counting[decision.place] = decision
    return [counting[place] for place in sorted(counting) if counting[place].has_open_conditions]
