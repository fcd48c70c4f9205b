"""KL makes municipalities, invites their first keeper, and sees no more than numbers of their projects."""

import pytest
from django.core import mail

from legaltoolbox.projects.admin.municipalities import MunicipalityForm
from legaltoolbox.projects.models import Municipality, MunicipalityInvitation
from tests.admin_pages import admin_url, logged_in
from tests.builders import make_curator

KEEPER = "tovholder@k9901.example"
NEW = {"code": "9901", "name": "Prøvekommune", "cvr_number": "", "agreement_signed_on": "", "keeper_email": KEEPER}


def test_kl_makes_a_municipality_and_its_first_keeper_gets_the_link(curator, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = logged_in(curator).post(admin_url(Municipality, "add"), NEW)
    assert response.status_code == 302
    invitation = MunicipalityInvitation.objects.get()
    assert (invitation.email, invitation.is_keeper, invitation.by_kl) == (KEEPER, True, True)
    assert invitation.token in mail.outbox[0].body
    assert [event.by_kl for event in invitation.municipality.events.all()] == [True]


def test_kl_enters_the_day_of_the_agreement_and_the_code_stays(curator, team):
    url = admin_url(Municipality, "change", team.municipality.pk)
    fields = NEW | {"code": "9999", "agreement_signed_on": "02-02-2026", "keeper_email": ""}
    assert logged_in(curator).post(url, fields).status_code == 302
    team.municipality.refresh_from_db()
    assert (team.municipality.code, team.municipality.agreement_signed_on.month) == ("9901", 2)
    assert not MunicipalityInvitation.objects.exists()


def test_an_address_that_works_there_is_not_invited(curator, team):
    url = admin_url(Municipality, "change", team.municipality.pk)
    response = logged_in(curator).post(url, NEW | {"keeper_email": team.lead.user.email})
    assert response.status_code == 200
    assert not MunicipalityInvitation.objects.exists()


def test_an_address_of_kls_staff_is_refused_in_the_form_and_no_municipality_is_made(curator):
    for staff in (curator, make_curator("kollega@kl.example")):
        response = logged_in(curator).post(admin_url(Municipality, "add"), NEW | {"keeper_email": staff.email})
        assert response.status_code == 200
        assert response.context["errors"]
    assert not Municipality.objects.exists()


def test_who_is_invited_by_a_second_click_meanwhile_gets_one_mail_and_the_page_says_so(curator, team, monkeypatch):
    url = admin_url(Municipality, "change", team.municipality.pk)
    monkeypatch.setattr(MunicipalityForm, "clean_keeper_email", lambda form: form.cleaned_data["keeper_email"])
    for tags in ([], ["error"]):
        response = logged_in(curator).post(url, NEW | {"keeper_email": KEEPER}, follow=True)
        assert response.status_code == 200
        assert [each.tags for each in response.context["messages"] if each.tags == "error"] == tags
    assert MunicipalityInvitation.objects.count() == 1


@pytest.mark.parametrize("page", ["changelist", "change", "history"])
def test_kl_sees_no_project(page, curator, team):
    args = [] if page == "changelist" else [team.municipality.pk]
    shown = logged_in(curator).get(admin_url(Municipality, page, *args)).content.decode()
    assert team.municipality.name in shown
    assert team.project.title not in shown
    assert team.lead.user.email not in shown
