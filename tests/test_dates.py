"""English pages, files and forms write dates as Europe does: 29 November 2026. Danish ones as Denmark does."""

import re
from datetime import date, datetime
from io import BytesIO

import pytest
from django import forms
from django.urls import reverse
from django.utils.formats import date_format, get_format
from django.utils.translation import override
from docx import Document

from tests.admin_addresses import admin_paths
from tests.marketoverview.vendor_addresses import TABLE
from tests.pages import PUBLIC
from tests.reading import AMERICAN_DATE, parse

pytestmark = pytest.mark.any_database

FORMATS = {
    "DATE": "29 November 2026",
    "DATETIME": "29 November 2026 16:05",
    "TIME": "16:05",
    "MONTH_DAY": "29 November",
    "YEAR_MONTH": "November 2026",
    "SHORT_DATE": "29 Nov 2026",
    "SHORT_DATETIME": "29 Nov 2026 16:05",
}


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_is_american(name):
    with override("en"):
        assert date_format(datetime(2026, 11, 29, 16, 5), f"{name}_FORMAT") == FORMATS[name]


def test_danish_dates_stay_danish():
    with override("da"):
        assert date_format(date(2026, 11, 29)) == "29. november 2026"


@pytest.mark.parametrize("text", ["2026-12-01", "1/12/2026", "1.12.2026", "1 Dec 2026", "1 December 2026"])
def test_the_day_stands_before_the_month_in_what_is_typed(text):
    with override("en"):
        assert forms.DateField().clean(text) == date(2026, 12, 1)
        assert forms.DateTimeField().clean(f"{text} 16:05").date() == date(2026, 12, 1)


def test_a_calendar_begins_on_monday():
    with override("en"):
        assert get_format("FIRST_DAY_OF_WEEK") == 1


@pytest.mark.parametrize(
    ("text", "is_american"),
    [("Nov. 29, 2026", True), ("November 29", True), ("11/29/2026", True), ("4:05 p.m.", True),
     ("29 November 2026", False), ("May 2026", False), ("16:05", False), ("2026-11-29", False), ("20/01/2026", False), ("01/20/2026", True)],
)  # fmt: skip
def test_american_dates_are_known(text, is_american):
    assert bool(AMERICAN_DATE.search(text)) == is_american


FILES = [address for address in PUBLIC if not address.is_page and address.status == 200 and address.in_both_languages]


@pytest.mark.parametrize("address", FILES, ids=lambda address: "-".join([address.name, *address.args]))
def test_english_files_write_no_american_dates(address, demo, client):
    response = client.get(address.path("en"))
    content = response.getvalue()
    if response["Content-Type"].endswith("wordprocessingml.document"):
        content = "\n".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs).encode()
    assert not AMERICAN_DATE.search(content.decode(errors="replace"))


def test_english_pages_of_a_vendor_write_no_american_dates(world, owner, client):
    client.force_login(owner)
    seen = 0
    with override("en"):
        for row in TABLE:
            response = client.get(reverse(row.name, args=row.args(world)))
            if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                assert AMERICAN_DATE.findall(parse(response.text).text) == [], row.name
                seen += bool(re.search(r"\b\d{1,2} [A-Z][a-z]+ 20\d\d\b", response.text))
    assert seen


def test_english_pages_of_the_administration_write_no_american_dates(demo, client, curator):
    client.force_login(curator)
    with override("en"):
        pages = {name: client.get(path) for name, path in admin_paths().items() if "jsi18n" not in name}
    shown = {name: parse(page.text).text for name, page in pages.items() if page.status_code == 200}
    assert shown
    assert {name: AMERICAN_DATE.findall(text) for name, text in shown.items() if AMERICAN_DATE.search(text)} == {}
