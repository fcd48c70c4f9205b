"""Requests to the pages on which a vendor writes its draft and submits it."""

from django.urls import reverse

from marketoverview.models import Response
from tests.reading import parse

DECLARATIONS = dict.fromkeys(("authorised", "true", "publication", "personal_data"), "on")
"""The boxes that must be ticked to submit a response."""


def part_url(draft: Response, part: str) -> str:
    return reverse("vendor:part", args=[draft.pk, part])


def seen_value(client, draft: Response, part: str) -> str:
    """The value of the part's hidden field `seen`: the state of the draft that the page shows."""
    return parse(client.get(part_url(draft, part)).content.decode()).find("input", name="seen").attrs["value"]


def submit_review(client, response: Response, seen: str = "", **declarations: str):
    """Press the button that submits the response; returns the page that follows. All declarations by default."""
    seen = seen or Response.objects.get(pk=response.pk).changed_at.isoformat()
    data = (declarations or DECLARATIONS) | {"seen": seen}
    return client.post(reverse("vendor:review", args=[response.pk]), data, follow=True)
