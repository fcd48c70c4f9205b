"""KL counts a vendor's own words under another option as well, or leaves them; the vendor can object, and KL answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kl_ai.models import User

from .answers import Answer
from .moderation import KL_VERBS, ModerationEvent, Verb
from .survey import Option, Question
from .vendors import Vendor
from .version import market_version


@dataclass
class MappingResult:
    """The option, the answers that are counted under it now, and a sentence for each one that cannot be."""

    option: Option
    mapped: list[Answer] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def map_answers(
    question: Question, answers: Iterable[Answer], option: Option | Mapping[str, str], by: User
) -> MappingResult:
    """Count each of these answers to the question under `option` as well, those that cannot be left out.

    `option` is one of the question's or the `code`, `label_da` and `label_en` of a new one, which is made only where
    at least one answer is counted under it. Raises `ValidationError` where an option has the code of the new one by now.
    """
    with transaction.atomic():
        Question.objects.select_for_update().get(pk=question.pk)  # two curators make one new option, not two
        if not isinstance(option, Option) and question.options.filter(code=option["code"]).exists():
            raise ValidationError({"code": gettext("This code is in use. Choose another.")})
        result = MappingResult(option if isinstance(option, Option) else add_option(question, **option))
        for answer in answers:
            try:
                map_answer(answer, result.option, by)
            except ValidationError as error:
                result.refusals += error.messages
            else:
                result.mapped.append(answer)
        if result.mapped:
            market_version.bump([answer.response.vendor_id for answer in result.mapped])
        else:
            transaction.set_rollback(True)
        return result


def add_option(question: Question, *, code: str, label_da: str, label_en: str) -> Option:
    """A new option of the question, behind those that there are; “other” stays last."""
    with transaction.atomic():
        options = list(question.options.all())
        position = max((option.position for option in options if not option.is_other), default=0) + 1
        for option in options:
            if option.is_other and option.position >= position - 1:
                option.position = max(option.position, position) + 1
                option.save(update_fields=["position"])
        return Option.objects.create(
            question=question, position=position, code=code, label_da=label_da, label_en=label_en
        )


def map_answer(answer: Answer, option: Option, by: User) -> Answer:
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
        existing = response.answers.filter(option=option).first()
        if existing and existing.mapped_from_id == answer.pk:
            return existing
        if existing:
            raise ValidationError(gettext("%(vendor)s has “%(option)s” among its answers already.") % words)
        mapped = Answer.objects.create(
            response=response, option=option, mapped_from=answer, mapped_by=by, mapped_at=timezone.now()
        )
        if answer.left_as_other_at:
            _mark_left(answer, None, None)
        _record_event(answer, Verb.MAP, by, f"“{answer.own_words}” → {option.label_da}")
        return mapped


def unmap_answer(mapped: Answer, by: User) -> bool:
    """Delete what KL counted: the own words that it came from stay. False where it had been taken back already."""
    with transaction.atomic():
        Vendor.objects.select_for_update().get(pk=mapped.response.vendor_id)
        words = mapped.mapped_from.own_words if mapped.mapped_from else ""
        if not Answer.objects.filter(pk=mapped.pk, mapped_from__isnull=False).delete()[0]:
            return False
        _record_event(mapped, Verb.UNMAP, by, f"“{words}” → {mapped.option.label_da}")
        return True


def object_to_mapping(answer: Answer, by: User, objection: str) -> None:
    """Store the vendor's objection: its own words are counted under “other” only, now and later."""
    with transaction.atomic():
        Vendor.objects.select_for_update().get(pk=answer.response.vendor_id)
        if answer.mappings.all().delete()[0]:
            answer.objected_at, answer.objection = timezone.now(), objection.strip()
            answer.objection_answered_at = None
            answer.save(update_fields=["objected_at", "objection", "objection_answered_at"])
            _record_event(answer, Verb.OBJECT, by, f"“{answer.own_words}”: {answer.objection}".removesuffix(": "))


def answer_objection(answer: Answer, by: User, reply: str) -> bool:
    """Store that KL has answered the vendor's objection; the words stay under “other”. False where it was answered before.

    Raises `ValidationError` without a reply. What is public does not change.
    """
    if not reply.strip():
        raise ValidationError(gettext("Write an answer. The vendor reads it."))
    with transaction.atomic():
        Vendor.objects.select_for_update().get(pk=answer.response.vendor_id)
        answer.refresh_from_db()
        if answer.objected_at is None or answer.objection_answered_at:
            return False
        answer.objection_answered_at = timezone.now()
        answer.save(update_fields=["objection_answered_at"])
        _append_event(answer, Verb.REPLY, by, reply.strip())
        return True


def leave_as_other(answer: Answer, by: User) -> bool:
    """Record that KL has looked at the own words and leaves them under “other” only.

    False, and nothing is changed, where that is recorded already, they are counted elsewhere, or the vendor has objected.
    """
    with transaction.atomic():
        Vendor.objects.select_for_update().get(pk=answer.response.vendor_id)
        answer.refresh_from_db()
        if answer.left_as_other_at or answer.objected_at or answer.mappings.exists():
            return False
        _mark_left(answer, timezone.now(), by)
        _append_event(answer, Verb.LEAVE, by, f"“{answer.own_words}”")
        return True


def look_again(answer: Answer, by: User) -> bool:
    """Take back that KL leaves the own words under “other”: they wait again. False where nothing is to take back."""
    with transaction.atomic():
        Vendor.objects.select_for_update().get(pk=answer.response.vendor_id)
        answer.refresh_from_db()
        if not answer.left_as_other_at:
            return False
        _mark_left(answer, None, None)
        _append_event(answer, Verb.UNLEAVE, by, f"“{answer.own_words}”")
        return True


def _mark_left(answer: Answer, at: datetime | None, by: User | None) -> None:
    """Nothing public follows from it, and so the public version stays. One query."""
    answer.left_as_other_at, answer.left_as_other_by = at, by
    Answer.objects.filter(pk=answer.pk).update(left_as_other_at=at, left_as_other_by=by)


def _record_event(answer: Answer, verb: Verb, by: User, reason: str) -> None:
    """Append one event to the response's log and bump the public version."""
    _append_event(answer, verb, by, reason)
    market_version.bump([answer.response.vendor_id])


def _append_event(answer: Answer, verb: Verb, by: User, reason: str) -> None:
    status = answer.response.status
    ModerationEvent.objects.create(
        response=answer.response,
        actor=by,
        by_kl=verb in KL_VERBS,
        verb=verb,
        from_status=status,
        to_status=status,
        reason=reason,
    )
