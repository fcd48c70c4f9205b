"""The market note of very many vendors."""

import pytest

from marketoverview.market import note
from marketoverview.market.snapshot import snapshots
from marketoverview.models import Vendor
from tests.bulk import make_market
from tests.reading import MARKET, page_queries, read, read_bytes, read_docx
from tests.word import element_text

NOTE, DOCX, PDF = f"{MARKET}markedsnotat/", f"{MARKET}markedsnotat.docx", f"{MARKET}markedsnotat.pdf"


def noted_vendors(page) -> list[str]:
    return [section.find("h3").text for section in page.find_all("section", "note-vendor")]


def test_holds_all_vendors_not_one_page_of_them(survey, client):
    make_market(60)
    assert len(noted_vendors(read(client, f"{NOTE}?page=2"))) == 60


def test_more_vendors_than_a_note_holds_are_said_with_the_excel_file(survey, client):
    make_market(203)
    page = read(client, NOTE)
    assert len(noted_vendors(page)) == 200
    assert "3 more companies are in the selection and stand here by name alone." in page.text
    assert read_bytes(client, PDF).startswith(b"%PDF")
    assert "3 more companies" in element_text(read_docx(client, DOCX).element.body)


@pytest.mark.parametrize("path", [NOTE, DOCX, PDF, f"{NOTE}?q=firma"])
def test_a_note_costs_the_same_queries_for_any_number_of_vendors(path, survey, client):
    make_market(2)
    snapshots.current()
    few = len(page_queries(client, path))
    make_market(30, start=2)
    snapshots.current()
    assert len(page_queries(client, path)) == few


def test_a_note_of_very_many_names_every_vendor(survey, client, monkeypatch):
    monkeypatch.setattr(note, "MOST_IN_NOTE", 3)
    make_market(7)
    page = read(client, NOTE)
    names = list(Vendor.objects.values_list("name", flat=True))
    others = [item.text for item in page.find("ul", "note-others").find_all("li")]
    assert sorted([*noted_vendors(page), *others]) == sorted(names)
    assert len(others) == 4
    assert "4 more companies are in the selection and stand here by name alone." in page.text
    word = element_text(read_docx(client, DOCX).element.body)
    assert "; ".join(others) in word
