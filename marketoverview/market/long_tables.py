"""The published answers with one row for each answer, for pivot tables, and one for each offering with its text."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from ..models import Response, SampleOffering
from ..models.countries import country_name
from .snapshot import Snapshot
from .tallies import QuestionTally

Row = list[Any]


def _company_headings() -> list[str]:
    return [_("ID in the portal"), _("Company"), _("CVR number"), _("Country")]


def _company(response: Response) -> Row:
    vendor = response.vendor
    return [vendor.slug, vendor.name, vendor.cvr_number or "", country_name(vendor.country)]


# Answers ------------------------------------------------------------------------------------------

ANSWER_WIDTHS = (24, 34, 14, 14, 30, 22, 44, 22, 14, 44)


def answer_headings() -> list[str]:
    return [
        *_company_headings(),
        _("Question"),
        _("Question's code"),
        _("Answer"),
        _("Answer's code"),
        _("Counted by KL"),
        _("Own words"),
    ]


def answer_rows(snapshot: Snapshot, response: Response) -> Iterator[Row]:
    """A row for each answer of the response, in the survey's order; it comes `with_everything`. No query."""
    company, yes, no = _company(response), _("Yes"), _("No")
    for tally in snapshot.tallies.values():
        question, heading = tally.question, tally.question.heading
        for answer in response.answers_by_question.get(question.pk, ()):
            counted = yes if answer.mapped_from_id else no
            option = answer.option
            yield [*company, heading, question.code, option.label, option.code, counted, answer.own_words]


def answer_count(snapshot: Snapshot, vendors: int) -> int:
    """How many rows the answers of these vendors (bitset) take. No query."""
    choices = (choice for tally in snapshot.tallies.values() for choice in tally.choices)
    return sum((choice.vendors & vendors).bit_count() for choice in choices)


# Offerings ----------------------------------------------------------------------------------------

OFFERING_WIDTHS = (24, 34, 14, 14, 34, 60, 18, 34, 44)


def offering_headings(snapshot: Snapshot) -> list[str]:
    texts = [_("Example"), _("Description"), _("Stage"), _("Where it is used")]
    return [*_company_headings(), *texts, *(tally.question.heading for tally in _combined_questions(snapshot))]


def offering_rows(snapshot: Snapshot, response: Response) -> Iterator[Row]:
    """A row for each offering of the response, which comes `with_everything`. No query."""
    return (offering_row(snapshot, response, offering) for offering in response.offerings.all())


def offering_row(snapshot: Snapshot, response: Response, offering: SampleOffering) -> Row:
    """The row of one offering of the response, which comes `with_everything`. No query."""
    texts = [offering.title, offering.description, offering.get_stage_display(), offering.where_used]
    combined = [_labels(offering, tally) for tally in _combined_questions(snapshot)]
    return [*_company(response), *texts, *combined]


def _combined_questions(snapshot: Snapshot) -> list[QuestionTally]:
    """The questions whose options an offering can combine: those of the matrix."""
    return [tally for tally in snapshot.tallies.values() if tally.question.matrix_axis]


def _labels(offering: SampleOffering, tally: QuestionTally) -> str:
    options = (option for option in offering.options.all() if option.question_id == tally.question.pk)
    return "; ".join(option.label for option in options)
