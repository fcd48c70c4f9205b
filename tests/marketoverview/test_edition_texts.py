"""KL takes a vendor's text out of the editions: for good, everywhere, with its day and without its name."""

import json
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from marketoverview.models import Edition, Response, SampleOffering, Verb, freeze_month, market_version
from tests.builders import make_curator, make_response
from tests.days import on_date
from tests.marketoverview.edition_files import checked, csv_file, json_file, make_full_response, names
from tests.query_counts import costs
from tests.reading import read

pytestmark = pytest.mark.django_db

PERSON = "Ring til Hans Æble, 12 34 56 78"


@pytest.fixture
def agern() -> Response:
    """A vendor whose description names a person, beside another one with the same words."""
    response = make_full_response()
    Response.objects.filter(pk=response.pk).update(description=PERSON)
    SampleOffering.objects.filter(response=response).update(where_used=PERSON, description="Sorterer post")
    make_response("Birk", answers={"services": ["advisory"]}, description=PERSON)
    return Response.objects.get(pk=response.pk)


@pytest.fixture
def edition(agern) -> Edition:
    edition = freeze_month()
    assert edition is not None
    return edition


def company(edition: Edition, name: str = "Agern") -> dict:
    return next(company for company in json_file(edition)["companies"] if company["name"] == name)


# The verb -----------------------------------------------------------------------------------------


def test_a_text_leaves_every_edition_and_the_answers_stay(agern, edition):
    with on_date(date(2099, 1, 1)):
        later = freeze_month()
    before, version = company(edition), market_version.current()
    with on_date(date(2099, 3, 4)):
        assert Edition.take_out_texts(agern.vendor, {PERSON}, make_curator(), "Efter ønske fra personen.") == 2
    for changed in (edition, later):
        after = company(checked(changed))
        assert after["description"] == ""
        assert after["offerings"] == [before["offerings"][0] | {"where_used": ""}]
        assert {key: after[key] for key in ("answers", "own_words", "counted_by_kl", "id")} == {
            key: before[key] for key in ("answers", "own_words", "counted_by_kl", "id")
        }
        assert json_file(changed)["changed_on"] == "2099-03-04"
        assert company(changed, "Birk")["description"] == PERSON, "the other vendor's words are its own"
        assert [(removal.what, removal.day) for removal in changed.removals.all()] == [("text", date(2099, 3, 4))] * 2
        assert names(changed) == ["Agern", "Birk"]
    assert market_version.current() != version


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Dataetik; æøå", lambda agern: agern["own_words"] == {}),
        ("Post", lambda agern: agern["offerings"][0]["title"] == ""),
        ("Sorterer post", lambda agern: agern["offerings"][0]["description"] == ""),
    ],
)
def test_own_words_and_the_texts_of_examples_can_be_taken_out(agern, edition, text, left):
    assert Edition.take_out_texts(agern.vendor, {text}, make_curator(), "Personoplysning.") == 1
    assert left(company(checked(edition)))
    (row,) = (row for row in csv_file(edition) if row["name"] == "Agern")
    assert text not in row.values()
    assert row["offerings"] == ("" if text == "Post" else "Post")


def test_the_vendor_reads_who_and_why_and_the_log_does_not_hold_the_text(agern, edition):
    Edition.take_out_texts(agern.vendor, {PERSON}, make_curator(), "Efter ønske fra personen.")
    event = agern.events.get(verb=Verb.TAKE_OUT)
    assert (event.is_by_kl, event.reason, event.to_status) == (True, "Efter ønske fra personen.", "published")
    agern.refresh_from_db()
    assert agern.decision.verb != Verb.TAKE_OUT


def test_without_a_reason_or_a_text_nothing_happens(agern, edition):
    with pytest.raises(ValidationError):
        Edition.take_out_texts(agern.vendor, {PERSON}, make_curator(), "  ")
    assert Edition.take_out_texts(agern.vendor, {"Hans"}, make_curator(), "Del af en tekst.") == 0
    assert company(checked(edition))["description"] == PERSON
    assert not edition.removals.exists()
    assert not agern.events.filter(verb=Verb.TAKE_OUT).exists()


def test_taking_out_costs_the_same_for_any_number_of_companies(agern, edition):
    curator, vendor = make_curator(), agern.vendor
    with costs(15):
        Edition.take_out_texts(vendor, {PERSON}, curator, "Personoplysning.")
    for number in range(5):
        make_response(f"Firma {number}", description=PERSON)
    with on_date(date(2099, 1, 1)):
        freeze_month()
    with costs(15):
        Edition.take_out_texts(vendor, {PERSON}, curator, "Personoplysning.")


# What the public sees -----------------------------------------------------------------------------


def test_the_edition_says_the_day_and_that_it_was_a_text_and_no_more(agern, edition, client):
    with on_date(date(2099, 3, 4)):
        Edition.take_out_texts(agern.vendor, {PERSON}, make_curator(), "Personoplysning.")
        agern.withdraw(agern.vendor.members.first(), "")
    path = f"/en/markedsoverblik/udgaver/{edition.code}/"
    changes = [change.text for change in read(client, path).find_all("p", "edition-change")]
    assert changes == [
        "Changed on 4 March 2099: KL has taken 2 texts out of companies' answers.",
        "Changed on 4 March 2099: a company has withdrawn.",
    ]
    catalogue = json.loads(client.get("/markedsoverblik/udgaver/dcat.jsonld").content)
    assert "KL har taget 2 tekster ud" in json.dumps(catalogue, ensure_ascii=False)


def test_a_text_that_was_taken_out_is_no_withdrawal(agern, edition, client):
    Edition.take_out_texts(agern.vendor, {PERSON}, make_curator(), "Personoplysning.")
    text = read(client, "/en/markedsoverblik/udvikling/").text
    assert "1 company has withdrawn" not in text
    assert "2 companies have withdrawn" not in text
