"""Fixtures of a vendor's own area: a draft of the whole survey, and the browser of whoever writes it."""

import pytest
from django.test import Client

from marketoverview.models import Response, SurveyRound
from tests.builders import make_response


@pytest.fixture
def draft(survey, vendor) -> Response:
    return make_response(vendor, "draft", round=SurveyRound.current(), description="Gammel tekst")


@pytest.fixture
def member_client(client, owner) -> Client:
    """The client, logged in as the vendor's owner."""
    client.force_login(owner)
    return client
