"""Somebody who logs in by mail."""

import pytest

from kl_ai.models import User
from tests.builders import make_user


@pytest.fixture
def member(db) -> User:
    return make_user("ida@agern.example")
