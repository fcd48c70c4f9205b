"""Cases that wait for KL, and the pages on which they are decided."""

from django.test import Client

from marketoverview.models import (
    Answer,
    Option,
    Response,
    map_answer,
    object_to_mapping,
)
from tests.admin_pages import Page, admin_url
from tests.builders import (
    make_curator,
    make_option,
    make_own_words,
    make_question,
    make_response,
    make_user,
)


def inbox(client: Client) -> Page:
    return Page(client, admin_url(Response, "inbox"))


INBOX_KINDS = ("responses", "join-requests", "objections", "withdrawals")


def waiting_list(code: str) -> str:
    """The address of the inbox's list of this kind."""
    return f"{admin_url(Response, 'inbox')}?kind={code}"


def objected(vendor: str, words: str = "Dataetik", objection: str = "") -> Answer:
    """An answer in own words that KL has counted elsewhere, to which the vendor has objected."""
    answer = make_own_words(vendor, words)
    option = Option.objects.filter(code="legal").first() or make_option(make_question("services"), "legal")
    map_answer(answer, option, make_curator())
    object_to_mapping(answer, make_user(member_of=answer.response.vendor), objection)
    return answer


def withdrawn(vendor: str, reason: str = "Vi er lukket") -> Response:
    """A profile that one of the vendor's people has withdrawn."""
    response = make_response(vendor)
    response.withdraw(make_user(member_of=response.vendor), reason)
    return response


def review(client: Client, response: Response) -> Page:
    return Page(client, admin_url(Response, "review", response.pk))


def corrected(name: str = "Agern", **fields) -> Response:
    """A submitted correction of a public response."""
    public = make_response(name, description="Vi hjælper små kommuner", answers={"services": ["advisory", "other"]})
    draft = Response.begin(public.vendor, public.round, make_user(member_of=public.vendor))
    Response.objects.filter(pk=draft.pk).update(**{"description": "Vi hjælper store kommuner"} | fields)
    draft.refresh_from_db()
    draft.submit(make_user(f"pia@{public.vendor.slug}.example", member_of=public.vendor))
    return draft
