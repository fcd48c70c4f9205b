"""The page on which KL begins a response for a vendor: in a round that has opened, and never in the place of a later draft."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from marketoverview.models import Response, SurveyRound
from tests.admin_pages import Page, admin_url, message_text
from tests.builders import make_response, make_round, make_vendor
from tests.days import days

pytestmark = pytest.mark.django_db


def closed_round(code: str = "2024") -> SurveyRound:
    return make_round(code, opens_on=days(-800), closes_on=days(-700))


def begin(client, vendor, survey_round) -> Page:
    address = admin_url(Response, "add")
    data = {"vendor": str(vendor.pk), "round": str(survey_round.pk)}
    return Page(client, address, client.post(address, data, follow=True))


@pytest.mark.parametrize("fields", [{"released_at": None}, {"opens_on": days(3)}], ids=["not-released", "to-come"])
def test_a_round_that_has_not_opened_is_not_offered_and_is_refused(fields, curator_client):
    make_round("2026")
    later = make_round("2027", **{"opens_on": days(-1), "closes_on": None} | fields)
    assert f'value="{later.pk}"' not in Page(curator_client, admin_url(Response, "add")).text
    page = begin(curator_client, make_vendor("Vestlyset"), later)
    assert page.response.status_code == 200
    assert "Select a valid choice" in page.text or "Choose" in page.text
    assert not Response.objects.exists()


def test_a_round_that_is_taken_back_at_the_same_moment_is_an_error_of_the_form(curator_client, monkeypatch):
    survey_round = make_round("2026")
    hold = SurveyRound.hold

    def taken_back_meanwhile(self) -> None:
        SurveyRound.objects.filter(pk=survey_round.pk).update(released_at=None)
        hold(self)

    monkeypatch.setattr(SurveyRound, "hold", taken_back_meanwhile)
    page = begin(curator_client, make_vendor("Vestlyset"), survey_round)
    assert page.response.status_code == 200
    assert "is not released, or KL has taken it back" in page.text
    assert not Response.objects.exists()


def test_a_round_that_was_never_released_says_so():
    draft = make_round("2027", released_at=None)
    with pytest.raises(ValidationError, match="ikke frigivet"):
        Response.begin(make_vendor("Vestlyset"), draft, None)


@pytest.mark.parametrize("status", ["draft", "returned", "submitted"])
def test_an_open_response_stays_in_its_round_when_an_earlier_one_is_chosen(status, curator_client):
    earlier, vendor = closed_round(), make_vendor("Vestlyset")
    response = make_response(vendor, round=make_round("2026"), status=status)
    page = begin(curator_client, vendor, earlier)
    assert "Vestlyset has an open response in" in page.text
    assert "Choose that round" in page.text
    response.refresh_from_db()
    assert (response.round.code, Response.objects.count()) == ("2026", 1)


def test_a_correction_of_an_earlier_round_leads_to_the_later_draft_where_it_is(curator):
    vendor = make_vendor("Vestlyset")
    public = make_response(vendor, round=closed_round())
    draft = Response.begin(vendor, make_round("2026"), curator)
    assert Response.begin(vendor, public.round, curator) == draft
    draft.refresh_from_db()
    assert draft.round.code == "2026"


def test_a_draft_of_an_earlier_round_goes_on_in_the_later_one(curator_client):
    vendor = make_vendor("Vestlyset")
    draft = make_response(vendor, round=closed_round(), status="draft", description="Skrevet.")
    later = make_round("2026")
    page = begin(curator_client, vendor, later)
    assert "This is the open response of Vestlyset" in message_text(page.response)
    draft.refresh_from_db()
    assert (draft.round, draft.description) == (later, "Skrevet.")


def test_beginning_again_in_the_same_round_changes_nothing(curator_client):
    vendor = make_vendor("Vestlyset")
    draft = make_response(vendor, round=make_round("2026"), status="draft")
    Response.objects.update(changed_at=timezone.now() - timedelta(days=1))
    draft.refresh_from_db()
    begin(curator_client, vendor, draft.round)
    assert Response.objects.get().changed_at == draft.changed_at


def test_a_paper_answer_to_a_closed_round_can_be_begun_where_nothing_is_open(curator_client):
    earlier = closed_round()
    make_round("2026")
    begin(curator_client, make_vendor("Vestlyset"), earlier)
    assert Response.objects.get().round == earlier
