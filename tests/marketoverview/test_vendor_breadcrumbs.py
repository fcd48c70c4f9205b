"""The way back on the pages of one vendor: the same on all of them."""

import pytest
from django.urls import reverse

from tests.mails import log_in_recently
from tests.marketoverview.vendor_addresses import TABLE, address
from tests.reading import read

OUTSIDE = ("vendor:home", "vendor:invitation")
PAGES = [row for row in TABLE if row.owner == 200 and row.name not in OUTSIDE]


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_every_page_of_a_vendor_leads_back_by_the_same_steps(row, world, client, owner):
    log_in_recently(client, owner)
    page = read(client, address(row, world))
    ways = [link.attrs["href"] for link in page.find("nav", "breadcrumbs").find_all("a")]
    steps = [reverse("home"), reverse("vendor:home"), reverse("vendor:company", args=[world.vendor.slug])]
    assert ways[: len(steps)] == (steps[:2] if row.name == "vendor:company" else steps)
