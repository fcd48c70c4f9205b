"""Whatever is posted to the pages of a draft: a page with a sentence or a redirect, never an error of the server."""

from uuid import uuid4

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from marketoverview.models import Response
from tests.builders import make_offering

ODD_TEXTS = [
    "", "9" * 40, "-1", "1e400", "\0", "x" * 3000, "[", "https://[::1", "on", "None", "🏳️‍🌈" * 50, "%00", "../..", "\u2028",
    "NaN", "٣",
]  # fmt: skip
ODD = st.sampled_from(ODD_TEXTS)
VALUES = st.one_of(ODD, st.text(max_size=60), st.integers().map(str), st.lists(ODD, max_size=4))
FIELDS = (
    "seen", "page", "save", "back", "_next", "part", "start", "pages", "company_name", "website", "description", "services",
    "services.retired", "services.reworded", "technologies", "business-areas", "contact_email", "contact_phone",
    "contact_consent", "title", "stage", "where_used", "authorised", "true", "reason", "understood", "focus",
)  # fmt: skip
POSTS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=12)


@pytest.fixture
def addresses(draft):
    """The pages of the draft that take a post, apart from those that end it."""
    offering = make_offering(draft, "Post", options={"technologies": ["nlp"]})

    def page(name: str, *args) -> str:
        return reverse(f"vendor:{name}", args=[draft.pk, *args])

    return [
        *(page("part", key) for key in ("company", "services", "experience", "offerings", "challenges", "contact")),
        page("offering", offering.key),
        page("offering", uuid4()),
        *(page("offering_do", offering.key, action) for action in ("flyt-op", "flyt-ned", "slet", "fortryd")),
        page("review"),
        page("discard"),
        page("take_back"),
        reverse("vendor:begin", args=[draft.vendor.slug]),
    ]


@settings(max_examples=60)
@given(post=POSTS, number=st.integers(0, 15), is_fetch=st.booleans())
def test_no_post_is_an_error_of_the_server(post, number, is_fetch, addresses, member_client, draft):
    headers = {"X-Requested-With": "fetch"} if is_fetch else {}
    response = member_client.post(addresses[number], post, headers=headers)
    assert response.status_code in (200, 302, 400, 404, 409, 413)
    assert Response.objects.get(pk=draft.pk).is_editable


@settings(max_examples=30)
@given(focus=VALUES, back=VALUES)
def test_no_query_string_is_an_error_of_the_server(focus, back, addresses, member_client):
    for address in (addresses[0], addresses[3], addresses[6], addresses[12]):
        assert member_client.get(address, {"focus": focus, "back": back}).status_code == 200
