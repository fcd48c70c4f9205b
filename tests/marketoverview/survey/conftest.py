"""A part of the survey in a real browser."""

import pytest

from tests.marketoverview.vendor_area import part_url


@pytest.fixture
def writer(desktop, draft, owner, log_in):
    """The part on the company, in the browser of the owner."""
    log_in(desktop, owner)
    desktop.goto(part_url(draft, "company"))
    return desktop
