"""A market of any size in a few queries, for what must not depend on the size."""

from datetime import UTC, date, datetime
from itertools import islice

from marketoverview.models import (
    Answer,
    Question,
    Response,
    SampleOffering,
    Status,
    SurveyRound,
    Vendor,
    market_version,
)

PUBLISHED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_market(size: int, start: int = 0) -> None:
    """`size` published vendors that answer every question of the survey, each with two offerings.

    Their names run on from number `start`.
    """
    names = [f"Firma {number:04}" for number in range(start, start + size)]
    vendors = Vendor.objects.bulk_create(Vendor(name=name, slug=name.lower().replace(" ", "-")) for name in names)
    responses = Response.objects.bulk_create(
        Response(
            vendor=vendor,
            round=SurveyRound.objects.get(code="2026"),
            status=Status.PUBLISHED,
            description=f"Vi er {vendor.name}.",
            contact_email=f"ki@{vendor.slug}.example",
            published_at=PUBLISHED_AT,
            confirmed_at=date(2026, 3, 1),
        )
        for vendor in vendors
    )
    chosen = _two_of_each_question()
    Answer.objects.bulk_create(
        Answer(response=response, option=option, own_words="Noget andet" if option.is_other else "")
        for response in responses
        for option in chosen
    )
    offerings = SampleOffering.objects.bulk_create(
        SampleOffering(response=response, position=position, title=f"Eksempel {position}")
        for response in responses
        for position in (1, 2)
    )
    used = [option for option in chosen if option.question.matrix_axis]
    through = SampleOffering.options.through
    through.objects.bulk_create(
        through(sampleoffering_id=offering.pk, option_id=option.pk) for offering in offerings for option in used
    )
    market_version.bump()


def _two_of_each_question() -> list:
    """The first option and “other” of each question with several answers, the first one of the others."""
    chosen = []
    for question in Question.objects.prefetch_related("options"):
        options = list(question.options.all())
        if question.kind == Question.Kind.SEVERAL:
            chosen += [options[0], next(option for option in options if option.is_other)]
        else:
            chosen += islice(options, 1)
    return chosen
