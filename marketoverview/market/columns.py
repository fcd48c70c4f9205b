"""The one list of export columns: CSV, XLSX and JSON hold the same, in the same order.

A table has readable labels in the active language; JSON has the stable codes. Named contact
persons are in neither.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.export.document import Link

from ..models import Answer, Question, Response, SampleOffering
from ..models.countries import country_name
from ..models.export_keys import COUNTED_BY_KL_KEY, OWN_WORDS_KEY, ExportKey
from .profiles import contact
from .selection import Selection, selected
from .snapshot import Snapshot
from .tallies import QuestionTally

BATCH = 500
"""Responses read at a time: seven queries each."""


Schema = Mapping[str, Any]
"""A JSON Schema."""
TEXT: Schema = {"type": "string"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the export."""

    key: str
    """In JSON: an `ExportKey`, a question's code, or that with one of the two endings."""
    heading: str
    """In tables, in the active language."""
    explanation: str
    cell: Callable[[Response], Any]
    """The value in tables; responses come `with_everything`, so no column makes a query."""
    data: Callable[[Response], Any]
    """The value in JSON."""
    width: int = 24
    """In characters, for XLSX."""
    schema: Schema = field(default_factory=lambda: TEXT)
    """Of the value in JSON."""


def columns(snapshot: Snapshot, request: HttpRequest) -> list[Column]:
    """The fixed columns, one for each `ExportKey`, around those of the snapshot's questions. No query.

    `request` makes addresses absolute.
    """
    answers = (column for tally in snapshot.tallies.values() for column in _question_columns(tally))
    return [*_company_columns(request), *answers, _offering_column(), *_contact_columns(), *_response_columns()]


def _fixed_column(
    key: ExportKey,
    heading: str,
    explanation: str,
    value: Callable[[Response], Any],
    width: int = 24,
    schema: Schema = TEXT,
) -> Column:
    """A column that holds the same in tables and in JSON."""
    return Column(key, heading, explanation, value, value, width, schema)


def _link_column(
    key: ExportKey,
    heading: str,
    explanation: str,
    value: Callable[[Response], str],
    width: int = 24,
    url: Callable[[Response], str] | None = None,
) -> Column:
    """A column of addresses, which can be clicked in a workbook. `url` is where each leads, "" for nowhere; else it is the address."""

    def link(response: Response) -> Link | str:
        address = value(response)
        return Link(address, url(response) if url else address) if address else ""

    return Column(key, heading, explanation, link, value, width)


def _company_columns(request: HttpRequest) -> list[Column]:
    """Name, identifiers, profile and description."""

    def profile(response: Response) -> str:
        return request.build_absolute_uri(reverse("market:profile", args=[response.vendor.slug]))

    return [
        _fixed_column(
            ExportKey.NAME, _("Company"), _("The company's name."), lambda response: response.vendor.name, 34
        ),
        _fixed_column(
            ExportKey.ID,
            _("ID in the portal"),
            _("The last part of the profile's address; stays when the name changes."),
            lambda response: response.vendor.slug,
        ),
        *_register_columns(),
        _link_column(ExportKey.PROFILE, _("Profile"), _("The profile's address in this portal."), profile, 40),
        _fixed_column(
            ExportKey.DESCRIPTION,
            _("Description"),
            _("The company's own description."),
            lambda response: response.description,
            60,
        ),
    ]


def _register_columns() -> list[Column]:
    """Where a company is registered."""
    return [
        _fixed_column(
            ExportKey.CVR,
            _("CVR number"),
            _("The company's number in Denmark's register; empty for foreign companies."),
            lambda response: response.vendor.cvr_number or "",
            14,
            {"type": "string", "pattern": "^([0-9]{8})?$"},
        ),
        Column(
            ExportKey.COUNTRY,
            _("Country"),
            _("Where the company is registered; in JSON the code of ISO 3166-1, “ZZ” for one that is not on our list."),
            lambda response: country_name(response.vendor.country),
            lambda response: response.vendor.country,
            14,
            {"type": "string", "pattern": "^[A-Z]{2}$"},
        ),
    ]


def _offering_column() -> Column:
    explanation = _(
        "What the company has described as examples: title and stage; in JSON the "
        "description, where it is used and the codes of what it combines, too."
    )
    return Column(ExportKey.OFFERINGS, _("Examples"), explanation, _offering_titles, _offerings, 44, {"type": "array"})


def _contact_columns() -> list[Column]:
    """Contact and website; where a person is named, that person's address and number are left out."""
    return [
        _fixed_column(
            ExportKey.CONTACT_FUNCTION,
            _("Contact"),
            _("A function or shared mailbox; persons are never named here."),
            lambda response: response.contact_function,
        ),
        _link_column(
            ExportKey.CONTACT_EMAIL,
            _("E-mail"),
            _("The contact's e-mail address; empty where a person is named."),
            lambda response: contact(response, in_bulk=True).email,
            30,
            lambda response: contact(response, in_bulk=True).email_url,
        ),
        _fixed_column(
            ExportKey.CONTACT_PHONE,
            _("Phone"),
            _("The contact's phone number; empty where a person is named."),
            lambda response: contact(response, in_bulk=True).phone,
        ),
        _link_column(
            ExportKey.WEBSITE,
            _("Website"),
            _("The company's own website."),
            lambda response: response.vendor.website,
            30,
            lambda response: contact(response, in_bulk=True).website_url,
        ),
    ]


def _response_columns() -> list[Column]:
    """The round of the answers and the day of their confirmation."""
    return [
        Column(
            ExportKey.ROUND,
            _("Survey round"),
            _("The round in which the company answered."),
            lambda response: response.round.name,
            lambda response: response.round.code,
        ),
        _fixed_column(
            ExportKey.CONFIRMED_ON,
            _("Confirmed"),
            _("The day on which the company last confirmed its answers."),
            lambda response: response.confirmed_at,
            14,
            {"type": ["string", "null"], "format": "date"},
        ),
    ]


def _question_columns(tally: QuestionTally) -> Iterator[Column]:
    """The chosen options, and the own words where the question has an option “other”."""
    question = tally.question
    yield Column(
        key=question.code,
        heading=question.heading,
        explanation=question.text,
        cell=lambda response: _labels(_answers(response, question)),
        data=lambda response: _codes(_answers(response, question)),
        width=44,
        schema=_codes_schema(tally),
    )
    if any(choice.option.is_other for choice in tally.choices):
        words = {"question": question.heading}
        yield Column(
            key=question.code + OWN_WORDS_KEY,
            heading=_("%(question)s: own words") % words,
            explanation=_("The company's own words beside the answer “other”."),
            cell=lambda response: _own_words(_answers(response, question)),
            data=lambda response: _own_words(_answers(response, question)),
            width=40,
        )
        yield Column(
            key=question.code + COUNTED_BY_KL_KEY,
            heading=_("%(question)s: counted by KL") % words,
            explanation=_(
                "Those of the answers that the company has not ticked: KL has counted its own words there. In JSON codes."
            ),
            cell=lambda response: _labels(_counted_by_kl(_answers(response, question))),
            data=lambda response: _codes(_counted_by_kl(_answers(response, question))),
            width=40,
            schema=_codes_schema(tally),
        )


def _codes_schema(tally: QuestionTally) -> Schema:
    """A list of the question's codes, retired ones included."""
    return {"type": "array", "items": {"enum": [choice.code for choice in tally.choices]}, "uniqueItems": True}


def _answers(response: Response, question: Question) -> Sequence[Answer]:
    return response.answers_by_question.get(question.pk, ())


def _counted_by_kl(answers: Iterable[Answer]) -> list[Answer]:
    return [answer for answer in answers if answer.mapped_from_id]


def _own_words(answers: Iterable[Answer]) -> str:
    return " ".join(answer.own_words for answer in answers if answer.own_words)


def _labels(answers: Iterable[Answer]) -> str:
    return "; ".join(answer.option.label for answer in answers)


def _codes(answers: Iterable[Answer]) -> list[str]:
    return [answer.option.code for answer in answers]


def _offering_titles(response: Response) -> str:
    return "; ".join(
        f"{offering.title} ({offering.get_stage_display()})" if offering.stage else offering.title
        for offering in response.offerings.all()
    )


def _offerings(response: Response) -> list[dict[str, Any]]:
    return list(map(offering_data, response.offerings.all()))


def offering_data(offering: SampleOffering) -> dict[str, Any]:
    """An offering in JSON; it comes with its options and their questions. No query."""
    return {
        "title": offering.title,
        "description": offering.description,
        "stage": offering.stage,
        "where_used": offering.where_used,
        "combines": _combined(offering),
    }


def _combined(offering: SampleOffering) -> dict[str, list[str]]:
    """The codes of the options that it combines, by the code of their question."""
    combined: dict[str, list[str]] = {}
    for option in offering.options.all():
        combined.setdefault(option.question.code, []).append(option.code)
    return combined


def selected_responses(snapshot: Snapshot, selection: Selection, limit: int | None = None) -> Iterator[Response]:
    """The responses of the selection or the shortlist in its order, or the first `limit`; queries as in `read_in_order`."""
    entries = islice(snapshot.in_order(selected(snapshot, selection), selection.sort), limit)
    return read_in_order([entry.response_id for entry in entries])


def read_in_order(response_ids: Sequence[int]) -> Iterator[Response]:
    """The responses with everything, in the given order. Seven queries for each `BATCH` of them.

    Also those that are no longer published: a file holds what the snapshot has counted.
    """
    responses = Response.objects.with_everything()
    for start in range(0, len(response_ids), BATCH):
        yield from responses.in_order(response_ids[start : start + BATCH])
