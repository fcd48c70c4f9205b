"""What a vendor answers to an annex: its working answers, and what it has handed in.

Working answers are the vendor's alone. The municipality reads the newest submission, once the time for answers is over for
everybody (`Annex.are_answers_readable`).
"""

from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.drafts.parts import NO_PAGE, AbstractSavedPart, ChangedMeanwhile, PageSave, changed_items, fingerprint
from kl_ai.validators import validate_line, validate_text

from .annex_lines import AnnexLine
from .events import ProjectEvent

What = ProjectEvent.What
NAME_LETTERS, HOW_LETTERS, REFERENCE_LETTERS = 120, 4_000, 200
MOST_SUBMISSIONS = 30
"""Of a recipient: each holds all answers."""
MOST_LETTERS = 200_000
"""Of all working answers of a recipient together."""
ANSWER_FIELDS = ("value", "how", "reference")
EMPTY_ANSWER = dict.fromkeys(ANSWER_FIELDS, "")


class AnswerValue(models.TextChoices):
    YES = "yes", _("yes")
    PARTLY = "partly", _("partly")
    NO = "no", _("no")


class AnsweringRecipient(models.Model):
    """What the holder of a recipient's link does."""

    class Meta:
        abstract = True

    annex: Any
    answers: Any
    is_on_paper: Any
    saved_parts: Any
    submissions: Any
    link_number: int
    revoked_at: Any

    # What is stored -------------------------------------------------------------------------

    def stored(self, line: AnnexLine) -> dict[str, str]:
        """The working answers to a requirement, as `save_requirement` takes them. One query."""
        points = [point["number"] for point in line.answered_points]
        rows = self.answers.filter(point__in=points)
        return empty_answers(line) | {
            f"{row.point}.{name}": getattr(row, name) for row in rows for name in ANSWER_FIELDS
        }

    def working_answers(self) -> dict[str, dict[str, str]]:
        """The working answers that say something: number of the point to `value`, `how` and `reference`. One query."""
        rows = self.answers.order_by("point")
        return {row.point: row.content for row in rows if any(row.content.values())}

    def last_submission(self) -> "Submission | None":
        """What was handed in last. One query."""
        submission: Submission | None = self.submissions.order_by("-number").first()
        return submission

    # Verbs ----------------------------------------------------------------------------------

    def read_anew(self) -> None:
        """Read the recipient and its annex again, in a transaction that holds the project. Two queries.

        Raises `ValidationError` where one of them is deleted by now.
        """
        annex = self.annex
        annex.read_anew()
        try:
            self.refresh_from_db()
        except type(self).DoesNotExist:
            raise ValidationError(gettext("The recipient is not there any more.")) from None
        self.annex = annex

    @contextmanager
    def answering(self) -> Any:
        """A transaction in which the project is held and the link still opens an annex that takes answers.

        Raises `ValidationError` where it does not: closed, revoked, renewed, expired, or the project is closed.
        """
        number = self.link_number
        with transaction.atomic():
            self.annex.project.hold()
            self.read_anew()
            if self.revoked_at is not None or self.link_number != number:
                raise ValidationError(gettext("This link does not work any more. Write to the municipality."))
            if not self.annex.takes_answers:
                raise ValidationError(gettext("The time for answers is over. Nothing was stored."))
            yield

    def save_requirement(self, code: str, typed: Mapping[str, str], seen: str, page: PageSave = NO_PAGE) -> bool:
        """Store what differs in the answers to a requirement; whether anything does.

        `typed` has "K10.1.value", "K10.1.how" and "K10.1.reference", all of them or some. `seen` is the fingerprint of
        `stored` that the page had shown: raises `ChangedMeanwhile` where another page has stored something else since, and
        `ValidationError` for a value that the requirement does not take, with its key, and as `answering`.
        """
        with self.answering():
            line: AnnexLine | None = self.annex.lines.filter(code=code).first()
            if line is None:
                raise ValidationError(gettext("The requirement annex does not have this requirement."))
            stored = self.stored(line)
            known = {key: value for key, value in typed.items() if key in stored}
            last = lambda: self.saved_parts.filter(part=code).first()  # noqa: E731  # asked in a conflict alone
            changed = changed_items(stored, known, seen, last, page, AnonymousUser())
            if changed:
                self._write(line, stored, changed)
            AnnexPart.record(None, changed=bool(changed), page=page, part=code, recipient=self)
            return bool(changed)

    def save_answers(self, typed: Mapping[str, Mapping[str, str]], seen: Mapping[str, str]) -> list[str]:
        """Store what differs in the answers to several requirements, all of it or nothing; the codes of those where anything does.

        `typed` has for each code what `save_requirement` takes, `seen` the fingerprint of what the page had shown. Raises as
        `save_requirement`, and `ChangedMeanwhile` for the first one that somebody has changed. Eight queries, and two for
        each requirement that differs.
        """
        with self.answering():
            all_rows: list[AnnexAnswer] = []
            codes = []
            answers = self.working_answers()
            for line in self.annex.lines.filter(code__in=list(typed)):
                stored = stored_answers(line, answers)
                known = {key: value for key, value in typed[line.code].items() if key in stored}
                changed = changed_items(stored, known, seen.get(line.code, ""), lambda: None, NO_PAGE, AnonymousUser())
                if changed:
                    all_rows += changed_rows(self.pk, line, stored, changed)
                    codes.append(line.code)
            if all_rows:
                self._store(all_rows)
            for code in codes:
                AnnexPart.record(None, changed=True, part=code, recipient=self)
            return codes

    def enter_submission(
        self, by: Any, name: str, answers: "Mapping[str, Mapping[str, str]]", seen: str
    ) -> "Submission":
        """Store what a company without a link has sent on paper, as handed in by it and entered by the municipality.

        `answers` are those to all points, `name` says who has sent them, `seen` is the fingerprint of the answers that the
        page had shown as stored before. The same again is the one that there is. Raises `ChangedMeanwhile` where somebody
        has entered others since, and `ValidationError` for a recipient with a link, for a draft, for answers that cannot
        be, and as `Project.lock`.
        """
        with transaction.atomic():
            self.annex.project.lock()
            self.read_anew()
            if not self.is_on_paper or self.annex.is_draft:
                raise ValidationError(
                    gettext("Answers can be entered only for a recipient without a link, once the annex is sent.")
                )
            last = self.last_submission()
            kept = {number: dict(answer) for number, answer in answers.items() if any(answer.values())}
            if last is not None and (last.answers, last.name) == (kept, name):
                return last
            before = last.answers if last else {}
            if fingerprint(before) != seen:
                raise ChangedMeanwhile(before, None)
            self._refuse_answers(kept)
            number = last.number + 1 if last else 1
            if not kept or number > MOST_SUBMISSIONS:
                raise ValidationError(
                    gettext("Answers were entered too many times for this recipient.")
                    if kept
                    else gettext("The file has no answer to any point. Nothing was stored.")
                )
            submission = Submission(recipient_id=self.pk, number=number, name=name, answers=kept, is_entered=True)
            submission.full_clean()
            submission.save()
            project = self.annex.project
            ProjectEvent.record(project, What.ENTERED, by, self.annex.place, new=str(self), reason=name)
            project.touch()
            return submission

    def _refuse_answers(self, answers: Mapping[str, Mapping[str, str]]) -> None:
        """Raise `ValidationError` for answers that the annex does not take. One query."""
        known = set()
        for line in self.annex.lines.all():
            stored = stored_answers(line, {})
            of_line = stored_answers(line, answers)
            changed_rows(self.pk, line, stored, {key: value for key, value in of_line.items() if value})
            known |= {point["number"] for point in line.answered_points}
        if (
            not answers.keys() <= known
            or sum(len(text) for answer in answers.values() for text in answer.values()) > MOST_LETTERS
        ):
            raise ValidationError(gettext("The answers do not fit the requirement annex. Send the file once more."))

    def _write(self, line: AnnexLine, stored: Mapping[str, str], changed: Mapping[str, str]) -> None:
        """Store the answers with these changes. Raises `ValidationError` with the key of a value that cannot be. Three queries."""
        self._store(changed_rows(self.pk, line, stored, changed))

    def _store(self, rows: "list[AnnexAnswer]") -> None:
        self._refuse_longer(rows)
        self.answers.bulk_create(
            rows, update_conflicts=True, unique_fields=["recipient", "point"], update_fields=list(ANSWER_FIELDS)
        )

    def _refuse_longer(self, rows: "list[AnnexAnswer]") -> None:
        """Raise `ValidationError` where all answers would be longer than a recipient's can be. One query."""
        texts = self.working_answers() | {row.point: row.content for row in rows}
        if sum(len(text) for content in texts.values() for text in content.values()) > MOST_LETTERS:
            raise ValidationError(gettext("The answers are too long in all. Refer to a paper of your own instead."))

    def hand_in(self, name: str, seen: str | None = None) -> "Submission":
        """Hand in the working answers as they are; the same again, as by a double click, is the one that there is.

        `seen` is the fingerprint of the `working_answers` that the page had shown: raises `ChangedMeanwhile` where others are
        saved by now. With None nothing is compared.

        Raises `ValidationError` without a name or an answer, for too many, and as `answering`.
        """
        with self.answering():
            answers, last = self.working_answers(), self.last_submission()
            if last is not None and (last.answers, last.name) == (answers, name):
                return last
            if seen is not None and seen != fingerprint(answers):
                raise ChangedMeanwhile(answers, None)
            if not answers:
                raise ValidationError(gettext("Answer at least one point before you hand in."))
            number = last.number + 1 if last else 1
            if number > MOST_SUBMISSIONS:
                raise ValidationError(gettext("You have handed in too many times. Write to the municipality."))
            submission = Submission(recipient_id=self.pk, number=number, name=name, answers=answers)
            submission.full_clean()
            submission.save()
            project = self.annex.project
            ProjectEvent.record(project, What.HANDED_IN, None, self.annex.place, new=str(self))
            project.touch()
            return submission


def stored_answers(line: AnnexLine, answers: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Of these answers, the number of a point to the answer, those to a requirement as `save_requirement` takes them. No query."""
    points = {key: key.rpartition(".") for key in empty_answers(line)}
    return {key: answers.get(point, EMPTY_ANSWER).get(name, "") for key, (point, _dot, name) in points.items()}


def changed_rows(
    recipient: int, line: AnnexLine, stored: Mapping[str, str], changed: Mapping[str, str]
) -> "list[AnnexAnswer]":
    """The answers to the points that change, not stored. Raises `ValidationError` with the key of a value that cannot be. No query."""
    rows: list[AnnexAnswer] = []
    errors: dict[str, list[str]] = {}
    content_after = {**stored, **changed}
    for point in {key.rpartition(".")[0]: None for key in changed}:
        content = {name: content_after[f"{point}.{name}"] for name in ANSWER_FIELDS}
        row = AnnexAnswer(recipient_id=recipient, point=point, **content)
        if row.value and row.value not in line.allowed_values:
            errors[f"{point}.value"] = [gettext("Choose one of the answers.")]
        try:
            row.clean_fields(exclude=["recipient"])
        except ValidationError as invalid:
            errors |= {f"{point}.{name}": messages for name, messages in invalid.message_dict.items()}
        rows.append(row)
    if errors:
        raise ValidationError(errors)
    return rows


def empty_answers(line: AnnexLine) -> dict[str, str]:
    """The items of a requirement, unanswered: "K10.1.value", "K10.1.how", "K10.1.reference" and so on. No query."""
    return {f"{point['number']}.{name}": "" for point in line.answered_points for name in ANSWER_FIELDS}


class AnnexAnswer(models.Model):
    """A vendor's working answer to a point of a requirement."""

    recipient = models.ForeignKey("projects.Recipient", on_delete=models.CASCADE, related_name="answers")
    point = models.CharField(_("point"), max_length=10)
    """Its number, "K10.1"."""
    value = models.CharField(_("is it met?"), max_length=10, choices=AnswerValue, blank=True)
    how = models.TextField(
        _("how it is met"),
        max_length=HOW_LETTERS,
        blank=True,
        validators=[MaxLengthValidator(HOW_LETTERS), validate_text],
    )
    reference = models.CharField(
        _("annex and page"), max_length=REFERENCE_LETTERS, blank=True, validators=[validate_line]
    )

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("working answer of a vendor")
        verbose_name_plural = _("working answers of vendors")
        constraints = (models.UniqueConstraint(fields=("recipient", "point"), name="point_once_per_recipient"),)

    def __str__(self) -> str:
        return self.point

    @property
    def content(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ANSWER_FIELDS}


class AnnexPart(AbstractSavedPart):
    """When the answers to a requirement were saved last; by whom is not known."""

    recipient = models.ForeignKey("projects.Recipient", on_delete=models.CASCADE, related_name="saved_parts")

    class Meta:
        verbose_name = _("saved answers to a requirement")
        verbose_name_plural = _("saved answers to requirements")
        constraints = (models.UniqueConstraint(fields=("recipient", "part"), name="part_once_per_recipient"),)


class Submission(models.Model):
    """All answers of a recipient, as they were handed in. Appended, never changed; the newest counts."""

    recipient = models.ForeignKey("projects.Recipient", on_delete=models.CASCADE, related_name="submissions")
    number = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("handed in"), default=timezone.now)
    name = models.CharField(_("name"), max_length=NAME_LETTERS, validators=[validate_line])
    """Who has handed in, as typed."""
    answers = models.JSONField(_("answers"), default=dict)
    """The number of each answered point to its `value`, `how` and `reference`."""
    is_entered = models.BooleanField(_("entered by the municipality"), default=False)
    """Whether the recipient has no link, and the municipality has entered what came on paper. Who did stands in the history."""

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("answers that were handed in")
        verbose_name_plural = _("answers that were handed in")
        ordering = ("recipient", "number")
        constraints = (
            models.UniqueConstraint(fields=("recipient", "number"), name="submission_number_once_per_recipient"),
        )

    def __str__(self) -> str:
        return f"{self.number} {timezone.localtime(self.at):%Y-%m-%d %H:%M}"
