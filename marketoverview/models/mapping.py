"""KL counts a vendor's own words under another option, and says so; the vendor can object."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from .answers import Answer
from .moderation import ModerationEvent, Verb
from .survey import Option
from .vendors import Vendor
from .version import market_version


def map_answer(answer: Answer, option: Option, by) -> Answer:
    """Count the answer's own words under `option` as well. Counting it again changes nothing.

    Raises `ValidationError` where the vendor has objected, has ticked the option itself, or the question differs.
    """
    response = answer.response
    words = {"vendor": response.vendor, "option": option}
    with transaction.atomic():
        Vendor.objects.select_for_update().get(pk=response.vendor_id)
        answer.refresh_from_db()
        if answer.objected_at:
            raise ValidationError(gettext("%(vendor)s has objected to being counted otherwise.") % words)
        if option.question_id != answer.option.question_id or option.is_other:
            raise ValidationError(gettext("Choose another answer to the same question."))
        same = response.answers.filter(option=option).first()
        if same and same.mapped_from_id == answer.pk:
            return same
        if same:
            raise ValidationError(gettext("%(vendor)s has “%(option)s” among its answers already.") % words)
        mapped = Answer.objects.create(
            response=response, option=option, mapped_from=answer, mapped_by=by, mapped_at=timezone.now()
        )
        _note(answer, Verb.MAP, by, f"“{answer.own_words}” → {option.label_da}")
        return mapped


def unmap_answer(mapped: Answer, by) -> None:
    """KL takes its counting back."""
    with transaction.atomic():
        words = mapped.mapped_from.own_words if mapped.mapped_from else ""
        _note(mapped, Verb.UNMAP, by, f"“{words}” → {mapped.option.label_da}")
        mapped.delete()


def object_to_mapping(answer: Answer, by, objection: str) -> None:
    """The vendor does not want its own words counted as anything else; from now on they are not."""
    with transaction.atomic():
        Vendor.objects.select_for_update().get(pk=answer.response.vendor_id)
        if answer.mappings.all().delete()[0]:
            answer.objected_at, answer.objection = timezone.now(), objection.strip()
            answer.save(update_fields=["objected_at", "objection"])
            _note(answer, Verb.OBJECT, by, f"“{answer.own_words}”: {answer.objection}".removesuffix(": "))


def _note(answer: Answer, verb: Verb, by, what: str) -> None:
    """One event in the response's log, and a new version where it is public."""
    status = answer.response.status
    ModerationEvent.objects.create(
        response=answer.response, actor=by, verb=verb, from_status=status, to_status=status, reason=what
    )
    market_version.bump()
