"""A vendor that withdraws is in no edition, whatever happens at the same moment."""

from datetime import date
from threading import Event
from time import sleep

import pytest
from django.db import connection
from django.db.models import ProtectedError

from marketoverview.models import (
    Edition,
    EditionEntry,
    Response,
    SurveyRound,
    declare_published,
    freeze_month,
    market_version,
)
from tests.builders import make_curator, make_response
from tests.concurrency import ProcessKilled, killed_after, run_at_once
from tests.days import on_date
from tests.marketoverview.edition_files import checked, json_file, make_full_response, names
from tests.query_counts import costs


@pytest.fixture
def agern(db) -> Response:
    return make_full_response()


def test_a_vendor_that_withdraws_is_in_no_edition(agern):
    other = make_response("Birk")
    monthly = freeze_month()
    declare_published(agern.round)
    of_round = Edition.objects.get(round=agern.round)
    before = monthly.json_sha256
    with on_date(date(2027, 3, 4)):
        agern.withdraw(agern.vendor.members.first(), "")
    for edition in (monthly, of_round):
        assert names(checked(edition)) == ["Birk"]
        assert [removal.day for removal in edition.removals.all()] == [date(2027, 3, 4)]
        assert json_file(edition)["changed_on"] == "2027-03-04"
        content = b"".join(edition.json_chunks()) + b"".join(edition.csv_chunks())
        assert b"agern" not in content.lower()
    assert monthly.json_sha256 != before
    assert not EditionEntry.objects.filter(vendor=agern.vendor).exists()
    other.withdraw(make_curator(), "Ikke kunstig intelligens.")
    assert checked(monthly).count == 0
    assert monthly.removals.count() == 2


def test_the_return_of_a_vendor_does_not_bring_it_back(agern):
    make_response("Birk")
    edition = freeze_month()
    agern.withdraw(agern.vendor.members.first(), "")
    again = Response.begin(agern.vendor, agern.round, agern.vendor.members.first())
    again.contact_email = "ki@agern.example"
    again.save()
    again.submit(agern.vendor.members.first())
    again.publish(make_curator())
    assert names(checked(edition)) == ["Birk"]
    assert [removal.day for removal in edition.removals.all()]


def test_a_rejected_correction_leaves_the_public_answers_where_they_are(agern):
    edition = freeze_month()
    draft = Response.begin(agern.vendor, agern.round, make_curator())
    draft.submit(agern.vendor.members.first())
    draft.reject(make_curator(), "Ikke kunstig intelligens.")
    assert names(checked(edition)) == ["Agern"]


def test_a_withdrawal_that_breaks_off_changes_no_edition(agern, monkeypatch):
    edition = freeze_month()
    monkeypatch.setattr(Edition, "leave_out", killed_after(Edition.leave_out))
    with pytest.raises(ProcessKilled):
        agern.withdraw(agern.vendor.members.first(), "")
    assert names(checked(edition)) == ["Agern"]
    assert not edition.removals.exists()


def test_a_change_of_an_edition_is_a_change_of_what_is_public(agern):
    version = market_version.current()
    freeze_month()
    assert market_version.current() != version


def test_a_vendor_in_an_edition_is_not_deleted_without_the_edition_knowing(agern):
    freeze_month()
    with pytest.raises(ProtectedError):
        agern.vendor.delete()


def test_taking_vendors_out_costs_the_same_for_any_number_of_companies(agern):
    freeze_month()
    with costs(12):
        Edition.leave_out([agern.vendor_id])
    leaving = [make_response(name).vendor_id for name in ("Birk", "Chili", "Dild")]
    with on_date(date(2099, 1, 1)):
        freeze_month()
    with costs(12):
        Edition.leave_out(leaving)
    assert names(checked(Edition.objects.first())) == ["Agern"]
    assert Edition.objects.first().removals.count() == 3


# At once ------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_attempt", range(3))
def test_two_at_once_make_one_edition(_attempt):
    make_response("Agern")
    made = run_at_once(lambda _number: freeze_month(), range(2))
    assert [bool(edition) for edition in made].count(True) == 1
    assert checked(Edition.objects.get()).count == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_declare_a_round_published_at_once_make_one_edition():
    make_response("Agern")
    survey_round = SurveyRound.objects.get()
    assert sorted(run_at_once(declare_published, [survey_round, survey_round])) == [False, True]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["freeze", "withdraw"])
def test_no_entry_survives_a_withdrawal_while_the_edition_is_written(monkeypatch, first):
    """Whichever of the two begins first, and wherever in its work the other one comes."""
    leaving = make_response("Agern")
    make_response("Birk")
    waits, goes_on = Event(), Event()
    if first == "freeze":
        monkeypatch.setattr(Edition, "_write_entries", _pausing(Edition._write_entries, waits, goes_on))
    else:
        monkeypatch.setattr(Response, "_perform", _pausing(Response._perform, waits, goes_on))

    def freeze() -> None:
        if first == "withdraw":
            waits.wait(5)
            goes_on.set()
        freeze_month()

    def withdraw() -> None:
        if first == "freeze":
            waits.wait(5)
            goes_on.set()
        Response.objects.get(pk=leaving.pk).withdraw(leaving.vendor.members.first(), "")

    run_at_once(lambda work: work(), [freeze, withdraw])
    assert names(checked(Edition.objects.get())) == ["Birk"]
    assert not EditionEntry.objects.filter(vendor=leaving.vendor).exists()


def _pausing(work, waits, goes_on):
    """`work`, after which the others are told to begin, and get half a second for it."""

    def wrapped(*args, **kwargs):
        result = work(*args, **kwargs)
        waits.set()
        goes_on.wait(5)
        if connection.vendor == "postgresql":
            sleep(0.5)
        return result

    return wrapped


@pytest.mark.django_db(transaction=True)
def test_withdrawals_at_once_leave_right_checksums():
    responses = [make_response(f"Firma {number}") for number in range(4)]
    edition = freeze_month()

    def withdraw(response: Response) -> None:
        Response.objects.get(pk=response.pk).withdraw(response.vendor.members.first(), "")

    run_at_once(withdraw, responses[:3])
    assert names(checked(edition)) == ["Firma 3"]
    assert edition.removals.count() == 3
