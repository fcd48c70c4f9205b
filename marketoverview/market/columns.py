"""The one list of export columns: CSV, XLSX and JSON hold the same, in the same order.

A table has readable labels in the active language; JSON has the stable codes. Named contact
persons are in neither.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from ..models import Answer, Response
from ..models.survey import COUNTED_BY_KL_KEY, OWN_WORDS_KEY
from .profiles import contact
from .snapshot import Asked, Snapshot

BATCH = 2_000
"""Responses read at a time: seven queries each."""


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    heading: str
    explanation: str
    cell: Callable[[Response], Any]
    data: Callable[[Response], Any]
    width: int = 24


def columns(snapshot: Snapshot, request: HttpRequest) -> list[Column]:
    """The columns for the questions of the snapshot. `request` makes addresses absolute."""

    def profile(response: Response) -> str:
        return request.build_absolute_uri(reverse("market:profile", args=[response.vendor.slug]))

    listed = [
        _plain("name", _("Company"), _("The company's name."), lambda response: response.vendor.name, 34),
        _plain("id", _("Identifier"), _("The last part of the profile's address; stays when the name changes."),
               lambda response: response.vendor.slug),
        _plain("profile", _("Profile"), _("The profile's address in this portal."), profile, 40),
        _plain("description", _("Description"), _("The company's own description."),
               lambda response: response.description, 60),
    ]  # fmt: skip
    for asked in snapshot.asked.values():
        listed += _of_question(asked)
    listed += [
        Column("offerings", _("Examples"), _("What the company has described as examples: title and stage; in JSON the "
               "description, where it is used and the codes of what it combines, too."), _offering_titles, _offerings, 44),
        _plain("contact_function", _("Contact"), _("A function or shared mailbox; persons are never named here."),
               lambda response: response.contact_function),
        _plain("contact_email", _("E-mail"), _("The contact's e-mail address; empty where a person is named."), lambda response: contact(response, in_bulk=True).email, 30),
        _plain("contact_phone", _("Phone"), _("The contact's phone number; empty where a person is named."), lambda response: contact(response, in_bulk=True).phone),
        _plain("website", _("Website"), _("The company's own website."), lambda response: response.vendor.website, 30),
        Column("round", _("Survey round"), _("The round in which the company answered."),
               lambda response: response.round.name, lambda response: response.round.code),
        _plain("confirmed_on", _("Confirmed"), _("The day on which the company last confirmed its answers."),
               lambda response: response.confirmed_at, 14),
    ]  # fmt: skip
    return listed


def _plain(key: str, heading: str, explanation: str, value: Callable[[Response], Any], width: int = 24) -> Column:
    return Column(key, heading, explanation, value, value, width)


def _of_question(asked: Asked) -> Iterator[Column]:
    """The chosen options, and the own words where the question has an option “other”."""
    question = asked.question

    def given(response: Response) -> Sequence[Answer]:
        return response.given.get(question.pk, ())

    def own_words(response: Response) -> str:
        return " ".join(answer.own_words for answer in given(response) if answer.own_words)

    yield Column(
        key=question.code,
        heading=question.heading,
        explanation=question.text,
        cell=lambda response: "; ".join(answer.option.label for answer in given(response)),
        data=lambda response: [answer.option.code for answer in given(response)],
        width=44,
    )
    if any(choice.option.is_other for choice in asked.choices):
        words = {"question": question.heading}
        explanation = _("The company's own words beside the answer “other”.")
        heading = _("%(question)s: own words") % words
        yield _plain(question.code + OWN_WORDS_KEY, heading, explanation, own_words, 40)
        yield Column(
            key=question.code + COUNTED_BY_KL_KEY,
            heading=_("%(question)s: counted by KL") % words,
            explanation=_(
                "Those of the answers that the company has not ticked: KL has counted its own words there. In JSON codes."
            ),
            cell=lambda response: "; ".join(answer.option.label for answer in given(response) if answer.mapped_from_id),
            data=lambda response: [answer.option.code for answer in given(response) if answer.mapped_from_id],
            width=40,
        )


def _offering_titles(response: Response) -> str:
    return "; ".join(
        f"{offering.title} ({offering.get_stage_display()})" if offering.stage else offering.title
        for offering in response.offerings.all()
    )


def _offerings(response: Response) -> list[dict[str, Any]]:
    found = []
    for offering in response.offerings.all():
        combined: dict[str, list[str]] = {}
        for option in offering.options.all():
            combined.setdefault(option.question.code, []).append(option.code)
        found.append({
            "title": offering.title,
            "description": offering.description,
            "stage": offering.stage,
            "where_used": offering.where_used,
            "combines": combined,
        })  # fmt: skip
    return found


def read_in_order(response_ids: Sequence[int]) -> Iterator[Response]:
    """The responses with everything, in the given order, `BATCH` at a time."""
    # Not only what is still published: a file holds what the snapshot counted, also when one is withdrawn meanwhile.
    responses = Response.objects.with_everything()
    for start in range(0, len(response_ids), BATCH):
        yield from responses.in_order(response_ids[start : start + BATCH])
