"""The demonstration's editions: of a round that is over and of a month, made of what was public then."""

import json
from datetime import date

import pytest
from django.core.management import call_command

from marketoverview.market.snapshot import snapshots
from marketoverview.models import Edition, EditionEntry, Response, Vendor
from tests.builders import make_response
from tests.days import on_date
from tests.marketoverview.edition_files import checked, json_file, names

pytestmark = pytest.mark.any_database

PUBLISHED_COUNTS = {
    "services": {"implementation": 30, "development": 25, "advisory": 23, "other": 18, "legal-advisory": 1},
    "technologies": {
        "prediction": 27, "representation": 23, "nlp": 19, "planning": 18, "other": 14, "object-recognition": 14, "speech": 10,
    },
    "business-areas": {
        "administration": 23, "casework": 22, "technical-environment": 21, "health": 20, "finance-insurance": 15,
        "social": 13, "employment": 13, "children-youth": 12, "other": 8, "procurement": 1,
    },
}  # fmt: skip


@pytest.fixture
def develop(settings):
    settings.DEBUG = True


def load(**options) -> None:
    call_command("load_demo", verbosity=0, **options)


def stored() -> list[tuple[str, int, str, str]]:
    return list(Edition.objects.order_by("day").values_list("code", "count", "json_sha256", "occasion"))


def test_it_has_a_round_and_a_month_of_answers_that_were_public_then(demo):
    of_round, monthly = Edition.objects.order_by("day")
    assert (of_round.code, of_round.day, of_round.count, of_round.is_demo) == ("2025", date(2025, 12, 31), 23, True)
    assert monthly.day.day == 1
    assert {company["round"] for company in json_file(checked(of_round))["companies"]} == {"2025"}
    assert set(names(of_round)) < set(names(checked(monthly))) | {"Aaløb (demofirma)"}
    assert all(name.endswith("(demofirma)") for name in names(monthly))


def test_the_published_counts_are_those_of_today(demo):
    snapshot = snapshots.current()
    for code, counts in PUBLISHED_COUNTS.items():
        assert {choice.code: choice.vendors.bit_count() for choice in snapshot.tallies[code].choices} == counts


def test_what_was_archived_has_no_contact_and_its_own_dates(demo):
    archived = Response.objects.filter(status="archived", round__code="2025", sequence=1)
    assert archived.count() == 18
    for response in archived.select_related("vendor"):
        successor = response.vendor.responses.published().get()
        assert response.closed_at == successor.published_at
        assert successor.based_on == response
        assert response.vendor.created_at < response.created_at < response.submitted_at < response.published_at
        assert response.published_at < successor.created_at


def test_loaded_again_it_stays_as_it_is(demo, develop):
    before = stored()
    load()
    assert stored() == before


def test_reset_makes_it_anew_with_the_withdrawn_vendor(demo, develop):
    before = stored()
    leaving = Response.objects.published().get(vendor__slug="aeblegren-demofirma")
    leaving.withdraw(None, "", by_kl=False)
    assert stored() != before
    load(reset=True)
    assert stored() == before
    assert not EditionEntry.objects.exclude(vendor__in=Vendor.objects.all()).exists()


def test_reset_leaves_a_real_vendor_in_its_edition(demo, develop):
    make_response("Et rigtigt firma")
    with on_date(date(2099, 1, 1)):
        call_command("freeze_edition", verbosity=0)
    real = Edition.objects.get(code="2099-01-01")
    assert (real.count, real.is_demo) == (36, True)
    load(reset=True, force=True)
    assert names(checked(real)) == ["Et rigtigt firma"]
    assert not real.is_demo
    assert "demofirma" not in json.dumps(json_file(real))
