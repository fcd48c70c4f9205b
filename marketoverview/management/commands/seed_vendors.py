"""`manage.py seed_vendors`: adds invented vendors in bulk, for load tests."""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, reset_queries, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from kl_ai.admin.private_names import raw_delete
from marketoverview.company_names import stored_name
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

from ..vendor_generator import SLUG_PREFIX, GeneratedVendor, VendorGenerator

BATCH = 5_000
"""How many vendors are in memory at a time, with about a hundred thousand rows."""
ROWS_PER_STATEMENT = 300
"""With at most four values in a row this stays far below the 32,766 values that SQLite takes."""
MAX_NUMBER = 999_999
VENDOR_RELATIONS: tuple[Any, ...] = (VendorMember, JoinRequest, Invitation, DeadlineExtension)
"""The models that refer to a vendor, beside `Response`."""


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
            removed = _remove_generated() if clear else 0
            if number:
                for added in _add_vendors(number, seed):
                    if verbosity > 1:
                        self.stdout.write(f"{added:,} of {number:,}")
            market_version.bump()
        if verbosity:
            self.stdout.write(self.style.SUCCESS(f"Removed {removed:,} and added {number:,} vendors."))


def _add_vendors(number: int, seed: int) -> Iterator[int]:
    """Add vendors with the numbers after those of earlier runs; yields how many are added after each batch."""
    survey_round = _latest_round()
    questions = list(survey_round.questions.prefetch_related("options"))
    first = _last_number() + 1
    if first + number - 1 > MAX_NUMBER:
        raise CommandError(f"There is room for {MAX_NUMBER:,} vendors in all. Remove the earlier ones with --clear.")
    generator = VendorGenerator(questions, seed, timezone.localdate())
    for start in range(first, first + number, BATCH):
        stop = min(start + BATCH, first + number)
        _insert_vendors([generator.vendor(vendor_number) for vendor_number in range(start, stop)], survey_round)
        reset_queries()  # with DEBUG Django stores every query, and these are long
        yield stop - first


def _latest_round() -> SurveyRound:
    """The latest round with questions that has opened, or else the latest of all."""
    rounds = SurveyRound.objects.filter(pk__in=Question.objects.values("rounds")).order_by("-opens_on")
    if latest := rounds.filter(opens_on__lte=timezone.localdate()).first() or rounds.first():
        return latest
    raise CommandError("There are no questions to answer yet. Load them first: manage.py load_survey")


def _generated_vendors() -> QuerySet[Vendor]:
    """The vendors of earlier runs, recognized by their slug: the prefix and six digits."""
    return Vendor.objects.filter(slug__startswith=SLUG_PREFIX, slug__regex=rf"^{SLUG_PREFIX}[0-9]{{6}}$")


def _last_number() -> int:
    last = _generated_vendors().order_by("-slug").values_list("slug", flat=True).first()
    return int(last.removeprefix(SLUG_PREFIX)) if last else 0


# Inserting ----------------------------------------------------------------------------------------


def _insert_vendors(generated: list[GeneratedVendor], survey_round: SurveyRound) -> None:
    """Insert the rows of these vendors, one table after the other."""
    vendors = Vendor.objects.bulk_create(
        # No CVR number: any valid one may belong to a real company.
        Vendor(
            name=source.name,
            **stored_name(source.name),
            slug=source.slug,
            website=f"https://{source.domain}/",
            is_demo=True,
        )
        for source in generated
    )
    responses = Response.objects.bulk_create(
        _response(vendor, survey_round, source) for vendor, source in zip(vendors, generated, strict=True)
    )
    _insert_rows(
        Answer,
        ("response", "option", "own_words", "objection"),
        [
            (response.pk, answer.option_id, answer.own_words, "")
            for response, source in zip(responses, generated, strict=True)
            for answer in source.answers
        ],
    )
    _insert_offerings(responses, generated)


def _response(vendor: Vendor, survey_round: SurveyRound, source: GeneratedVendor) -> Response:
    return Response(
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


def _insert_offerings(responses: Sequence[Response], generated: Sequence[GeneratedVendor]) -> None:
    sources = [
        (response, position, offering)
        for response, source in zip(responses, generated, strict=True)
        for position, offering in enumerate(source.offerings, start=1)
    ]
    offerings = SampleOffering.objects.bulk_create(
        SampleOffering(
            response=response,
            position=position,
            title=source.title,
            description=source.description,
            stage=source.stage,
            where_used=source.where_used,
        )
        for response, position, source in sources
    )
    _insert_rows(
        SampleOffering.options.through,
        ("sampleoffering", "option"),
        [
            (offering.pk, option_id)
            for offering, (_, _, source) in zip(offerings, sources, strict=True)
            for option_id in source.option_ids
        ],
    )


def _insert_rows(model: type[Model], fields: Sequence[str], rows: list[tuple[int | str, ...]]) -> None:
    """Insert rows without making objects of them: nine in ten rows are inserted so, and objects would take most time."""
    quote = connection.ops.quote_name
    column = {field.name: field.column for field in model._meta.concrete_fields}
    columns = ", ".join(quote(str(column[name])) for name in fields)
    insert = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608 - names of the models
    placeholders = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_PER_STATEMENT):
            batch = rows[start : start + ROWS_PER_STATEMENT]
            cursor.execute(insert + ", ".join([placeholders] * len(batch)), list(chain.from_iterable(batch)))


# Removing -----------------------------------------------------------------------------------------


def _remove_generated() -> int:
    """Delete the vendors of earlier runs with all rows that refer to them; how many vendors there were."""
    vendors = _generated_vendors().filter(is_demo=True)
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
            *(model.objects.filter(vendor__in=batch) for model in VENDOR_RELATIONS),
            Vendor.objects.filter(pk__in=batch),
        ]
        for queryset in rows:
            raw_delete(queryset)
    return number
