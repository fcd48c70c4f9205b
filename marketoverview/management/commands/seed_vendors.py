"""`manage.py seed_vendors`: vendors in bulk, to see how the portal bears load."""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, reset_queries, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from marketoverview.models import (
    Answer,
    DeadlineExtension,
    Invitation,
    JoinRequest,
    ModerationEvent,
    Question,
    Remark,
    Response,
    SampleOffering,
    SavedPart,
    Status,
    SurveyRound,
    Vendor,
    VendorMember,
    market_version,
)

from ..load_data import SLUG_PREFIX, Drawing, DrawnVendor

BATCH = 5_000
"""Vendors that are in memory at a time, about a hundred thousand rows in all."""
ROWS_AT_ONCE = 300
"""Rows in one statement; SQLite takes 999 values at a time."""
LAST_NUMBER = 999_999


class Command(BaseCommand):
    help = (
        "Adds N invented vendors (“… (belastningsdata 000123)”), each with a published response in the latest round. "
        "The same seed gives the same vendors; a second run adds new ones."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", metavar="N", type=int, nargs="?", default=0, help="how many vendors to add")
        parser.add_argument("--seed", type=int, default=1, help="what the vendors are drawn from (default 1)")
        parser.add_argument(
            "--clear", action="store_true", help="first remove the vendors of earlier runs, and no others"
        )
        parser.add_argument("--force", action="store_true", help="also where DEBUG is off")

    def handle(self, *, number: int, seed: int, clear: bool, force: bool, verbosity: int, **options) -> None:
        if not (settings.DEBUG or force):
            raise CommandError(
                "DEBUG is off, so this may be the real portal, where invented vendors would be public at once. "
                "Add --force if that is what you want."
            )
        if number < 0 or not (number or clear):
            raise CommandError("Say how many vendors to add, for example: manage.py seed_vendors 2000")
        with transaction.atomic():
            removed = _clear() if clear else 0
            if number:
                for done in _add(number, seed):
                    if verbosity > 1:
                        self.stdout.write(f"{done:,} of {number:,}")
            market_version.bump()
        if verbosity:
            self.stdout.write(self.style.SUCCESS(f"Removed {removed:,} and added {number:,} vendors."))


def _add(number: int, seed: int) -> Iterator[int]:
    """Adds so many vendors after those of earlier runs, and yields after each batch how many are there."""
    survey_round = _latest_round()
    questions = list(survey_round.questions.prefetch_related("options"))
    first = _last_number() + 1
    if first + number - 1 > LAST_NUMBER:
        raise CommandError(f"There is room for {LAST_NUMBER:,} vendors in all. Remove the earlier ones with --clear.")
    drawing = Drawing(questions, seed, timezone.localdate())
    for start in range(first, first + number, BATCH):
        stop = min(start + BATCH, first + number)
        _write([drawing.vendor(vendor) for vendor in range(start, stop)], survey_round)
        reset_queries()  # with DEBUG every query is remembered, and these are long
        yield stop - first


def _latest_round() -> SurveyRound:
    rounds = SurveyRound.objects.filter(pk__in=Question.objects.values("rounds")).order_by("-opens_on")
    if latest := rounds.filter(opens_on__lte=timezone.localdate()).first() or rounds.first():
        return latest
    raise CommandError("There are no questions to answer yet. Load them first: manage.py load_survey")


def _earlier() -> QuerySet[Vendor]:
    """The vendors of earlier runs, known by the form of their slug: prefix and six digits."""
    return Vendor.objects.filter(slug__startswith=SLUG_PREFIX, slug__regex=rf"^{SLUG_PREFIX}[0-9]{{6}}$")


def _last_number() -> int:
    last = _earlier().order_by("-slug").values_list("slug", flat=True).first()
    return int(last.removeprefix(SLUG_PREFIX)) if last else 0


def _write(drawn: list[DrawnVendor], survey_round: SurveyRound) -> None:
    """The rows of these vendors, one table after the other."""
    vendors = Vendor.objects.bulk_create(
        # No CVR number: any valid one may belong to a real company.
        Vendor(name=vendor.name, slug=vendor.slug, website=f"https://{vendor.domain}/", is_demo=True)
        for vendor in drawn
    )
    responses = Response.objects.bulk_create(
        Response(
            vendor=vendor,
            round=survey_round,
            status=Status.PUBLISHED,
            company_name=vendor.name,
            website=vendor.website,
            description=source.description,
            contact_function="Salg til det offentlige",
            contact_email=f"kontakt@{source.domain}",
            created_at=source.created_at,
            changed_at=source.published_at,
            submitted_at=source.submitted_at,
            published_at=source.published_at,
            confirmed_at=source.confirmed_on,
        )
        for vendor, source in zip(vendors, drawn, strict=True)
    )
    _insert(
        Answer,
        ("response", "option", "own_words", "objection"),
        [
            (response.pk, answer.option_id, answer.own_words, "")
            for response, source in zip(responses, drawn, strict=True)
            for answer in source.answers
        ],
    )
    sources = [
        (response, position, offering)
        for response, source in zip(responses, drawn, strict=True)
        for position, offering in enumerate(source.offerings, start=1)
    ]
    offerings = SampleOffering.objects.bulk_create(
        SampleOffering(
            response=response, position=position, title=source.title, description=source.description,
            stage=source.stage, where_used=source.where_used,
        )
        for response, position, source in sources
    )  # fmt: skip
    _insert(
        SampleOffering.options.through,
        ("sampleoffering", "option"),
        [
            (offering.pk, option_id)
            for offering, (_, _, source) in zip(offerings, sources, strict=True)
            for option_id in source.option_ids
        ],
    )


OF_A_VENDOR: tuple[Any, ...] = (VendorMember, JoinRequest, Invitation, DeadlineExtension)
"""What hangs on a vendor beside its responses."""


def _insert(model: type[Model], fields: Sequence[str], rows: list[tuple[int | str, ...]]) -> None:
    """Rows that nobody needs back as objects: nine in ten of all, and objects would take most of the time."""
    quote = connection.ops.quote_name
    column = {field.name: field.column for field in model._meta.concrete_fields}
    columns = ", ".join(quote(str(column[name])) for name in fields)
    insert = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608 - names of the models
    places = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            cursor.execute(insert + ", ".join([places] * len(part)), list(chain.from_iterable(part)))


def _clear() -> int:
    """Removes the vendors of earlier runs with all that hangs on them, and says how many there were."""
    vendors = _earlier().filter(is_demo=True)
    number = vendors.count()
    while batch := list(vendors.values_list("pk", flat=True)[:BATCH]):
        responses = list(Response.objects.filter(vendor__in=batch).values_list("pk", flat=True))
        rows: list[QuerySet] = [
            SampleOffering.options.through.objects.filter(sampleoffering__response__in=responses),
            SampleOffering.objects.filter(response__in=responses),
            Answer.objects.filter(response__in=responses),
            Remark.objects.filter(event__response__in=responses),
            ModerationEvent.objects.filter(response__in=responses),
            SavedPart.objects.filter(response__in=responses),
            Response.objects.filter(vendor__in=batch),
            *(model.objects.filter(vendor__in=batch) for model in OF_A_VENDOR),
            Vendor.objects.filter(pk__in=batch),
        ]
        for queryset in rows:
            # `delete()` would fetch every row and write a history of it.
            queryset._raw_delete(queryset.db)
    return number
