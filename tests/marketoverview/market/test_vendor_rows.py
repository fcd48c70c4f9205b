"""The rows of the directory, whose unchanging part is kept from page to page, show what is public now."""

import pytest
from django.utils import timezone

from marketoverview.models import Option, Question, Response, map_answer, market_version
from marketoverview.views import vendor_rows
from tests.builders import make_curator, make_option, make_own_words, make_question, make_response
from tests.reading import page_queries, read

DIRECTORY = "/markedsoverblik/"


@pytest.fixture(autouse=True)
def _no_rows_kept(monkeypatch):
    monkeypatch.setattr(vendor_rows, "_kept", {})


@pytest.fixture
def made(monkeypatch):
    """The contexts of the rows that were rendered."""
    contexts, render = [], vendor_rows.GAPS.render

    def counted(template, context):
        contexts.append(context["row"].name)
        return render(template, context)

    monkeypatch.setattr(vendor_rows.GAPS, "render", counted)
    return contexts


def row(client, path: str = DIRECTORY) -> str:
    (element,) = read(client, path).find_all("li", "vendor-row")
    return element.text


def test_a_row_is_rendered_once_for_a_language_and_again_for_its_own_changes_alone(db, client, made):
    make_question("services", ["a", "b"], in_summary=True)
    agern = make_response("Agern", answers={"services": ["a"]})
    make_response("Birk", answers={"services": ["b"]})
    read(client, DIRECTORY)
    read(client, f"{DIRECTORY}?sort=confirmed")
    read(client, "/en/markedsoverblik/")
    assert made == ["Agern", "Birk"] * 2
    agern.vendor.update_identity("Ahorn", "")
    market_version.bump([agern.vendor_id])
    assert "Ahorn" in read(client, DIRECTORY).text
    assert made[4:] == ["Ahorn"]


def test_a_row_follows_its_answers_the_survey_and_the_day(db, client):
    make_question("services", ["a"], in_summary=True)
    answer = make_own_words("Agern", "Dataetik")
    option = make_option(answer.option.question, "ethics", label_da="Etik")
    assert "Etik" not in row(client)
    map_answer(answer, option, make_curator())
    assert "Etik" in row(client)
    Option.objects.filter(pk=option.pk).update(label_da="Ordentlighed")
    market_version.bump([])
    assert "Ordentlighed" in row(client)
    Question.objects.update(heading_da="Ydelser")
    market_version.bump([])
    assert "Ydelser" in row(client)


def test_a_row_says_from_the_day_on_which_it_is_so_that_a_confirmation_is_old(db, client, monkeypatch):
    make_response("Agern")
    assert "ikke bekræftet siden" not in row(client)
    later = timezone.localdate().replace(year=timezone.localdate().year + 3, day=1)
    monkeypatch.setattr(timezone, "localdate", lambda *_: later)
    assert "ikke bekræftet siden" in row(client)


def test_the_tick_the_shortlist_and_the_reasons_are_those_of_the_page(db, client):
    make_question("services", ["a"], in_summary=True)
    make_response("Agern & Søn", answers={"services": ["a"]})
    for path, link in ((DIRECTORY, ""), (f"{DIRECTORY}?v=agern-sn", "?v=agern-sn"), (DIRECTORY, "")):
        (element,) = read(client, path).find_all("li", "vendor-row")
        assert element.find("h3").find("a").attrs["href"] == f"/markedsoverblik/virksomheder/agern-sn/{link}"
        assert ("checked" in element.find("input").attrs) == bool(link)
        assert not element.has("ul", "vendor-reasons")
    (element,) = read(client, f"{DIRECTORY}?services=a&q=agern").find_all("li", "vendor-row")
    assert element.has("ul", "vendor-reasons")


def test_the_rows_that_are_kept_are_limited(db, client, made, monkeypatch):
    monkeypatch.setattr(vendor_rows, "MOST_KEPT", 2)
    for name in ("Agern", "Birk", "Ceder"):
        make_response(name)
    read(client, DIRECTORY)
    assert len(vendor_rows._kept) <= 2
    assert len(read(client, f"{DIRECTORY}?sort=confirmed").find_all("li", "vendor-row")) == 3


def test_rows_cost_no_query(db, client):
    make_response("Agern")
    page_queries(client, DIRECTORY)
    make_response("Birk")
    read(client, "/en/markedsoverblik/")
    queries = page_queries(client, DIRECTORY)
    assert not [query for query in queries if "marketoverview_answer" in query or '"description"' in query]
    assert Response.objects.published().count() == 2
