"""Frozen editions of the published answers: one when KL declares a round published, and one a month.

An edition keeps what was public on its day, with the questions as they read then. A vendor that withdraws is taken out
of every edition in the transaction of the withdrawal, and KL can take out a single text; counts and checksums are made
anew then. `freezing` decides when an edition is made.

Who makes an edition, or takes a vendor out, first bumps the market's version. Every verb that changes what is public
does so too and holds the version's row until it commits: nothing public changes while an edition is read, and no
withdrawal misses an edition that is being written.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.search.danish import sort_key

from ..querysets import ResponseQuerySet
from ..statuses import Status
from .edition_content import (
    SCHEMA,
    TextKind,
    codes_by_key,
    company_content,
    company_texts,
    csv_chunks,
    json_chunks,
    question_content,
    to_line,
    without_texts,
)
from .moderation import Verb
from .rounds import SurveyRound
from .survey import Question
from .vendors import Vendor
from .version import market_version

CODE_LENGTH = 20
BATCH = 1_000
"""Companies read, and entries written, at a time."""


class EditionQuerySet(models.QuerySet):
    def with_removals(self) -> "EditionQuerySet":
        """The newest first, with their rounds and with the days on which vendors were taken out. Two queries."""
        return self.select_related("round").prefetch_related("removals")

    def at(self, code: str) -> Any:
        """The edition of this code, with its round and removals, or None. At most two queries."""
        return self.with_removals().filter(code=code).first()


class Edition(models.Model):
    """The published answers of one day."""

    class Occasion(models.TextChoices):
        ROUND = "round", _("KL declared a round published")
        MONTH = "month", _("the month's edition")

    code = models.SlugField(_("code"), max_length=CODE_LENGTH, unique=True)
    """Part of its address: the day, or the code of the round."""
    day = models.DateField(_("day"))
    """The day of which the answers are."""
    occasion = models.CharField(_("occasion"), max_length=10, choices=Occasion)
    month = models.DateField(_("month"), null=True, unique=True)
    """The first day of the month that a monthly edition is of."""
    questions = models.JSONField(_("questions"))
    """The questions and options as they read on the day (`edition_content.question_content`)."""
    is_demo = models.BooleanField(_("demonstration data"))
    count = models.PositiveIntegerField(_("companies"), default=0)
    json_size = models.PositiveBigIntegerField(default=0)
    json_sha256 = models.CharField(max_length=64, default="")
    csv_size = models.PositiveBigIntegerField(default=0)
    csv_sha256 = models.CharField(max_length=64, default="")
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    changed_on = models.DateField(_("changed on"), null=True)
    """The day on which a vendor or a text was last taken out."""
    round = models.OneToOneField(
        SurveyRound, on_delete=models.PROTECT, null=True, related_name="edition", verbose_name=_("round")
    )
    """The round that was declared published."""

    objects: ClassVar = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ("-day", "-made_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(occasion="round", round__isnull=False, month__isnull=True)
                | models.Q(occasion="month", round__isnull=True, month__isnull=False),
                name="edition_is_of_a_round_or_a_month",
            ),
        )

    def __str__(self) -> str:
        return self.code

    # Files ----------------------------------------------------------------------------------

    @property
    def header(self) -> dict[str, Any]:
        """What stands before the companies in the JSON file."""
        return {
            "schema": SCHEMA,
            "edition": self.code,
            "day": self.day.isoformat(),
            "occasion": self.occasion,
            "round": self.round.code if self.round else None,
            "changed_on": self.changed_on.isoformat() if self.changed_on else None,
            "is_demonstration_data": self.is_demo,
            "count": self.count,
            "questions": self.questions,
        }

    def lines(self) -> Iterator[str]:
        """Each company as a line of JSON, A to Å by the names of the day. One query, read in pieces."""
        return self.entries.order_by("position").values_list("line", flat=True).iterator(BATCH)

    def json_chunks(self) -> Iterator[bytes]:
        """The JSON file. One query."""
        return json_chunks(self.header, self.lines())

    def csv_chunks(self) -> Iterator[bytes]:
        """The CSV file. One query."""
        return csv_chunks(self.questions, self.lines())

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def freeze(
        cls,
        code: str,
        day: date,
        responses: ResponseQuerySet,
        *,
        month: date | None = None,
        survey_round: SurveyRound | None = None,
    ) -> "Edition | None":
        """A new edition of these responses; None where there are none, or where the month or the round has an edition.

        The code gets a number where an edition has it: that of a round may look like a day. Two at once make one. Eight queries for each `BATCH` of responses, and sixteen.
        """
        with transaction.atomic():
            market_version.bump([])
            of_the_same = models.Q(round__isnull=False, round=survey_round) | models.Q(month__isnull=False, month=month)
            order = _in_order(responses)
            if not order or cls.objects.filter(of_the_same).exists():
                return None
            questions = _public_questions(day)
            edition = cls.objects.create(
                code=cls._free_code(code),
                day=day,
                occasion=cls.Occasion.ROUND if survey_round else cls.Occasion.MONTH,
                month=month,
                round=survey_round,
                questions=[question_content(question, day) for question in questions],
                is_demo=responses.filter(vendor__is_demo=True).exists(),
            )
            edition._write_entries(order, responses, codes_by_key(questions))
            edition._set_facts()
            return edition

    @classmethod
    def _free_code(cls, code: str) -> str:
        """The code, or with a number after it the first that no edition has. One query for each that is taken, and one."""
        number, free = 1, code
        while cls.objects.filter(code=free).exists():
            number += 1
            ending = f"-{number}"
            free = code[: CODE_LENGTH - len(ending)] + ending
        return free

    @classmethod
    def leave_out(cls, vendors: Collection[int]) -> int:
        """Take these vendors (keys) out of every edition, and make counts and checksums anew; how many editions changed.

        Each edition notes the day, and not who it was. Seven queries, and five for each edition that changes.
        """
        with transaction.atomic():
            market_version.bump([])
            entries = EditionEntry.objects.filter(vendor__in=vendors)
            changed = dict(entries.values_list("edition").annotate(number=models.Count("pk")).order_by())
            entries.delete()
            for edition in cls.objects.select_related("round").filter(pk__in=changed):
                edition._note_removals(EditionRemoval.What.COMPANY, changed[edition.pk])
            return len(changed)

    @classmethod
    def take_out_texts(cls, vendor: Vendor, texts: Collection[str], by: Any, reason: str) -> int:
        """Take these texts of the vendor out of every edition, wherever one stands there as a whole; how many editions changed.

        Its answers stay. Counts and checksums are made anew, and each edition notes the day, and neither whose text it
        was nor what it said. The vendor's log has who did it and why, without the text. Nothing is noted where no edition
        holds one of them. Raises `ValidationError` without a reason. Seven queries, and six for each edition that changes.
        """
        if not reason.strip():
            raise ValidationError(gettext("Give a reason. The vendor reads it."))
        with transaction.atomic():
            vendor.lock()  # before the version's row, as every verb that changes what a vendor has public
            market_version.bump([])
            changed = {
                entry.edition_id: number for entry in vendor.edition_entries.all() if (number := entry.blank(texts))
            }
            for edition in cls.objects.select_related("round").filter(pk__in=changed):
                edition._note_removals(EditionRemoval.What.TEXT, changed[edition.pk])
            if changed:
                latest = vendor.responses.latest("sequence")  # an entry of an edition was made from one
                unchanged = {"from_status": latest.status, "to_status": latest.status}
                latest.events.create(actor=by, by_kl=True, verb=Verb.TAKE_OUT, reason=reason, **unchanged)
            return len(changed)

    def _note_removals(self, what: str, number: int) -> None:
        """Note that so many things were taken out today, and store the facts of the files anew. Five queries."""
        self.changed_on = timezone.localdate()
        removals = (EditionRemoval(edition=self, day=self.changed_on, what=what) for _each in range(number))
        EditionRemoval.objects.bulk_create(removals)
        self._set_facts()

    @classmethod
    def discard_demonstration(cls) -> None:
        """Take the demonstration's vendors out of every edition, and delete the editions that held no others."""
        with transaction.atomic():
            market_version.bump([])
            EditionEntry.objects.filter(vendor__is_demo=True).delete()
            for edition in cls.objects.select_related("round").filter(is_demo=True):
                if edition.entries.exists():
                    edition.is_demo = False
                    edition._set_facts()
                else:
                    edition.delete()

    def _write_entries(self, keys: Sequence[int], responses: ResponseQuerySet, codes: dict[int, str]) -> None:
        """Write one entry for each response, in this order."""
        for start in range(0, len(keys), BATCH):
            batch = responses.with_everything().in_order(keys[start : start + BATCH])
            EditionEntry.objects.bulk_create(
                EditionEntry(
                    edition=self,
                    vendor_id=response.vendor_id,
                    position=position,
                    line=to_line(company_content(response, codes)),
                )
                for position, response in enumerate(batch, start)
            )

    def _set_facts(self) -> None:
        """Store number of companies, sizes and checksums, which follow from the entries. Four queries."""
        self.count = self.entries.count()
        self.json_size, self.json_sha256 = _facts(self.json_chunks())
        self.csv_size, self.csv_sha256 = _facts(self.csv_chunks())
        self.save(update_fields=FACTS)


FACTS = ("count", "json_size", "json_sha256", "csv_size", "csv_sha256", "is_demo", "changed_on")


def _facts(chunks: Iterable[bytes]) -> tuple[int, str]:
    """The number of bytes, and their SHA-256 in hexadecimal digits."""
    size, digest = 0, sha256()
    update: Callable[[bytes], None] = digest.update
    for chunk in chunks:
        size += len(chunk)
        update(chunk)
    return size, digest.hexdigest()


def _in_order(responses: ResponseQuerySet) -> list[int]:
    """The keys of the responses, by their public names from A to Å. One query."""
    rows = responses.values_list("pk", "status", "company_name", "vendor__name", "vendor__slug")
    names = (
        (sort_key(name if status == Status.PUBLISHED else company_name or name), slug, pk)
        for pk, status, company_name, name, slug in rows
    )
    return [pk for _name, _slug, pk in sorted(names)]


def _public_questions(day: date) -> list[Question]:
    """The questions of every round that had opened on `day`, with their options and rounds. Three queries."""
    rounds = SurveyRound.objects.released().filter(opens_on__lte=day)
    questions = Question.objects.filter(rounds__in=rounds.values("pk"), introduced_on__lte=day).distinct()
    return list(questions.prefetch_related("options", "rounds"))


class EditionEntry(models.Model):
    """What a vendor had public on the day of an edition."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="entries")
    # Without a constraint of the database: to check it, PostgreSQL would lock the vendor's row, and a withdrawal, which
    # has locked it, waits for the version's row that the edition's maker holds.
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, db_constraint=False, related_name="edition_entries")
    position = models.PositiveIntegerField()
    line = models.TextField()
    """The company as it stands in the JSON file (`edition_content.company_content`)."""

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("entry of an edition")
        verbose_name_plural = _("entries of editions")
        constraints = (
            models.UniqueConstraint(fields=("edition", "vendor"), name="vendor_once_per_edition"),
            models.UniqueConstraint(fields=("edition", "position"), name="position_once_per_edition"),
        )

    def __str__(self) -> str:
        return f"{self.edition} · {self.position}"

    def blank(self, texts: Collection[str]) -> int:
        """Store the line without these texts; how many places held one. One query, none where there are none."""
        company = json.loads(self.line)
        number = sum(text in texts for _kind, text in company_texts(company))
        if number:
            self.line = to_line(without_texts(company, texts))
            self.save(update_fields=["line"])
        return number

    @property
    def texts(self) -> list[tuple[TextKind, str]]:
        """The vendor's own texts in the edition, each with where it stands. No query."""
        return list(company_texts(json.loads(self.line)))


class EditionRemoval(models.Model):
    """That a vendor, or one of a vendor's texts, was taken out of an edition, and when; not whose."""

    class What(models.TextChoices):
        COMPANY = "company", _("a company")
        TEXT = "text", _("a text")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="removals")
    day = models.DateField(_("day"))
    what = models.CharField(_("what"), max_length=10, choices=What, default=What.COMPANY, db_default=What.COMPANY)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("removal from an edition")
        verbose_name_plural = _("removals from editions")
        ordering = ("day", "pk")

    def __str__(self) -> str:
        return f"{self.edition} · {self.day}"
