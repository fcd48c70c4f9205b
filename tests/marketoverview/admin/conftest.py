"""The browser of a curator in the administration."""

import pytest
from django.test import Client

from tests.admin_pages import logged_in


@pytest.fixture
def curator_client(curator) -> Client:
    return logged_in(curator)
