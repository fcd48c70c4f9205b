"""The solutions of a selection as rows of a file, and the form of their JSON with its JSON Schema (2020-12)."""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from ...models import Response, SampleOffering
from ..columns import TEXT, offering_data, read_in_order
from ..export_schema import (
    ADDRESS,
    DIALECT,
    Key,
    about_keys,
    count_key,
    example_keys,
    object_schema,
    selection_key,
)
from ..snapshot import Snapshot
from .listing import SolutionMatches, in_order
from .selection import SolutionSelection

FORM = "kl-ai-solutions/1"
"""Name and version of the JSON; the version is raised when a key changes its meaning or goes. New keys can come at any time."""


def selected_solutions(snapshot: Snapshot, selection: SolutionSelection) -> Iterator[tuple[Response, SampleOffering]]:
    """The solutions of the selection in its order, each with its response; seven queries for each batch of responses."""
    matches = SolutionMatches(snapshot, selection).match()
    listed = list(in_order(snapshot, matches, selection.sort))
    keys = {offering.key for _entry, offering in listed}
    responses = list(dict.fromkeys(entry.response_id for entry, _offering in listed))
    for response in read_in_order(responses):
        yield from ((response, offering) for offering in response.offerings.all() if offering.pk in keys)


# JSON ---------------------------------------------------------------------------------------------


def envelope_keys() -> list[Key]:
    """The keys around the solutions, in the order of the file; the solutions themselves come last."""
    return [
        *about_keys(FORM, _("The selection in the list of solutions.")),
        selection_key(_("The free text (q), the chosen stages and the chosen codes by question."), "q", "stage"),
        count_key(_("The number of solutions in the selection.")),
    ]


def solutions_key() -> Key:
    return Key("solutions", _("The solutions, with the keys below."), {"type": "array"})


def solution_keys(snapshot: Snapshot) -> list[Key]:
    """The keys of a solution: those of an example in the companies' JSON, and those of its company. No query."""
    return [
        *example_keys(snapshot),
        Key("company", _("The name of the company that has described it."), TEXT),
        Key("company_id", _("The company's ID in the portal: the last part of its profile's address."), TEXT),
        Key("cvr", _("The company's CVR number; empty where it has none."), TEXT),
        Key("country", _("The company's country, as two letters."), TEXT),
        Key("profile", _("The profile's address in this portal."), ADDRESS),
        Key(
            "confirmed_on",
            _("The day on which the company last confirmed its answers."),
            {"type": "string", "format": "date"},
        ),
    ]


def solution_data(response: Response, offering: SampleOffering, profile: Callable[[Response], str]) -> dict[str, Any]:
    """A solution with the keys of `solution_keys`; `profile` gives the absolute address of a profile. No query."""
    vendor = response.vendor
    return {
        **offering_data(offering),
        "company": vendor.name,
        "company_id": vendor.slug,
        "cvr": vendor.cvr_number or "",
        "country": vendor.country,
        "profile": profile(response),
        "confirmed_on": response.confirmed_at,
    }


def json_schema(snapshot: Snapshot, address: str) -> dict[str, Any]:
    """The JSON Schema of the file, published at `address`. No query."""
    schema = object_schema([*envelope_keys(), solutions_key()])
    schema["properties"]["solutions"]["items"] = object_schema(solution_keys(snapshot))
    return {"$schema": DIALECT, "$id": address, "title": FORM, **schema}
