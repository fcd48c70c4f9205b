"""A line of the list that means a company which KL knows, or whose invitation waits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from marketoverview.models import CompanyClaim, Invitation, SurveyRound, Vendor
from tests.admin_pages import admin_url, form_data, message_text
from tests.builders import make_round, make_user, make_vendor
from tests.invitation_lists import invite, kinds, make_invitation_by_kl, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def survey_round(db) -> SurveyRound:
    return make_round()


KNOWN_AND_NEW = "Birk;ny@birk.example\nEg;ki@eg.example"


def test_known_companies_get_the_announcement_by_a_tick(curator_client):
    make_user("pia@birk.example", member_of=make_vendor("Birk"))
    preview = invite(curator_client, KNOWN_AND_NEW)
    assert 'name="announce" checked' in preview.content.decode()
    page = send(curator_client, preview)
    assert "1 person who acts for a known company gets the announcement" in message_text(page)
    assert set(OutgoingMail.objects.values_list("to", flat=True)) == {"pia@birk.example", "ki@eg.example"}
    assert 'name="announce"' not in invite(curator_client, KNOWN_AND_NEW).content.decode()  # nobody is left


def test_without_the_tick_known_companies_get_nothing(curator_client):
    make_user("pia@birk.example", member_of=make_vendor("Birk"))
    preview = invite(curator_client, KNOWN_AND_NEW)
    data = form_data(preview.content.decode().split("</form>")[1])
    del data["announce"]
    curator_client.post(admin_url(Invitation, "invite"), data | {"send": "Send"})
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == ["ki@eg.example"]


def test_a_known_company_that_nobody_acts_for_gets_an_invitation_and_whoever_accepts_it_acts_for_it(curator_client):
    vendor = make_vendor("Birk")
    preview = invite(curator_client, "Birk;ny@birk.example")
    assert kinds(preview) == ["vacant"]
    assert "the address gets an invitation to act for it" in preview.content.decode()
    assert "1 company is invited" in message_text(send(curator_client, preview))
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == ["ny@birk.example"]
    assert kinds(invite(curator_client, "Birk;ny@birk.example")) == ["invited"]
    user = make_user("ny@birk.example")
    assert Invitation.objects.get().accept(user) == vendor
    assert list(vendor.members.all()) == [user]
    assert not CompanyClaim.objects.exists()
    assert Vendor.objects.count() == 1


def test_whoever_cannot_log_in_acts_for_no_company_and_is_not_invited_again(curator_client):
    make_user("gik@birk.example", member_of=make_vendor("Birk"), is_active=False)
    assert kinds(invite(curator_client, "Birk;ny@birk.example")) == ["vacant"]
    assert kinds(invite(curator_client, "Birk;gik@birk.example")) == ["known"]


def test_a_company_that_nobody_acts_for_is_a_question_under_another_name(curator_client):
    vendor = make_vendor("Birk", cvr_number="13585628")
    line = "Birk Nord;ny@birk.example;13585628"
    preview = invite(curator_client, line)
    assert kinds(preview) == ["question"]
    assert "Yes: nobody acts for it" in preview.content.decode()
    assert kinds(invite(curator_client, line, **{"answer-0-registered": "another"})) == ["new"]
    assert kinds(invite(curator_client, line, **{"answer-0-registered": "registered"})) == ["vacant"]
    send(curator_client, preview, **{"answer-0-registered": "registered"})
    invitation = Invitation.objects.get()
    assert (invitation.vendor, invitation.company_name, invitation.by_kl) == (vendor, "Birk", True)


def test_an_invitation_to_act_for_a_company_that_waits_is_not_sent_again_in_another_round(curator_client):
    vendor = make_vendor("Birk")
    make_invitation_by_kl(email="ny@birk.example", vendor=vendor, company_name="Birk", round=make_round("2025"))
    assert kinds(invite(curator_client, "Birk;ny@birk.example")) == ["invited"]
    assert Invitation.invite_to_vendors([(vendor, "Ny@birk.example")], make_round(), make_user(), "da") == []


def test_an_invitation_to_act_for_a_company_that_has_expired_is_replaced(curator_client):
    vendor = make_vendor("Birk")
    old = timezone.now() - timedelta(days=100)
    make_invitation_by_kl(email="ny@birk.example", vendor=vendor, company_name="Birk", created_at=old)
    send(curator_client, invite(curator_client, "Birk;ny@birk.example"))
    assert Invitation.objects.get().is_waiting


def test_the_address_of_a_known_company_that_gets_nothing_is_named(curator_client):
    make_user("pia@birk.example", member_of=make_vendor("Birk"))
    sentence = "gets nothing, because it does not act for the company"
    assert f"ny@birk.example {sentence}" in invite(curator_client, "Birk;ny@birk.example").content.decode()
    assert sentence not in invite(curator_client, "Birk;PIA@birk.example").content.decode()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Noget Helt Andet ApS;x@andet.example;13585628", "with this CVR number waits at ki@eg.example"),
        ("Eg & Søn;ny@eg.example;13585628", "with this CVR number waits at ki@eg.example"),
        ("EG & SØN ApS;ny@eg.example", "An invitation of “Eg &amp; Søn” waits at ki@eg.example"),
        ("Eg & Søn;ny@eg.example;24256790", "with the CVR number 13585628 waits at ki@eg.example"),
    ],
)
def test_a_line_of_a_company_that_is_invited_at_another_address_is_a_question(curator_client, line, words):
    make_invitation_by_kl(company_name="Eg & Søn", cvr_number="13585628")
    preview = invite(curator_client, line)
    assert kinds(preview) == ["question"]
    assert words in preview.content.decode()
    assert kinds(invite(curator_client, line, **{"answer-0-waiting": "waiting"})) == ["invited"]
    assert kinds(invite(curator_client, line, **{"answer-0-waiting": "too"})) == ["new"]
    assert kinds(invite(curator_client, line, **{"answer-0-waiting": "leave-out"})) == ["left-out"]


def test_an_invitation_that_waits_no_more_or_to_the_same_address_raises_no_question(curator_client):
    line = "Eg & Søn;ny@eg.example;13585628"
    fields = {"company_name": "Eg & Søn", "cvr_number": "13585628"}
    make_invitation_by_kl(**fields, cancelled_at=timezone.now())
    make_invitation_by_kl(**fields, created_at=timezone.now() - timedelta(days=100))
    assert kinds(invite(curator_client, line)) == ["new"]
    make_invitation_by_kl(**fields, email="ny@eg.example", round=make_round("2025"))
    assert kinds(invite(curator_client, line)) == ["new"]


def test_the_line_of_a_known_company_says_which_mail_it_gets(curator_client):
    make_user("pia@birk.example", member_of=make_vendor("Birk"))
    preview = invite(curator_client, KNOWN_AND_NEW)
    page = preview.content.decode()
    assert "1 person who acts for the company gets the announcement of the round." in page
    promise = "1 person who acts for a known company gets the announcement of the round."
    assert promise in page.partition("preview-counts")[0]
    assert promise in message_text(send(curator_client, preview))
    page = invite(curator_client, KNOWN_AND_NEW).content.decode()
    assert "Those who act for the company have got the announcement of the round: nothing is sent." in page
    assert promise not in page


def test_without_the_tick_the_line_of_a_known_company_promises_nothing(curator_client):
    make_user("pia@birk.example", member_of=make_vendor("Birk", cvr_number="13585628"))
    page = invite(
        curator_client, "Birk;ny@birk.example\nBirk Nord;ny@nord.example;13585628", send="Send"
    ).content.decode()
    assert "You have chosen not to mail the announcement of the round: nothing is sent." in page
    assert "gets the announcement of the round" not in page


# What was not sent ------------------------------------------------------------------------------


def test_lines_that_were_not_sent_are_named_and_stay_in_the_field(curator_client):
    text = (
        'Virksomhed;E-mail;CVR\nElm;ki@elm.example;\n\n"Kan ikke\nlæses";x;12345678\nEg;ki@eg.example;\n;y@y.example;'
    )
    page = send(curator_client, invite(curator_client, text))
    assert "2 companies are invited" in message_text(page)
    assert "2 lines were not sent: line 4 (Kan ikke læses), line 7" in message_text(page)
    kept = form_data(page.content.decode().split("</form>")[1])["text"]
    assert kept.splitlines() == ["Virksomhed;E-mail;CVR", '"Kan ikke', 'læses";x;12345678', ";y@y.example;"]
    assert kinds(invite(curator_client, kept)) == ["invalid", "invalid"]
    corrected = kept.replace("x;12345678", "x@x.example;13585628")
    assert kinds(invite(curator_client, corrected)) == ["new", "invalid"]


def test_a_list_of_which_all_lines_are_sent_leads_to_the_invitations(curator_client):
    page = send(curator_client, invite(curator_client, "Elm;ki@elm.example"))
    assert page.redirect_chain
    assert "not sent" not in message_text(page)


def test_of_many_lines_that_were_not_sent_the_first_ones_are_named(curator_client):
    lines = "\n".join(f"Firma {number};forkert" for number in range(1, 15))
    page = send(curator_client, invite(curator_client, f"Elm;ki@elm.example\n{lines}"))
    assert "14 lines were not sent: line 2 (Firma 1)" in message_text(page)
    assert "line 11 (Firma 10), and 4 more." in message_text(page)


def test_the_line_that_names_the_separator_stays_with_those_that_were_not_sent(curator_client):
    page = send(curator_client, invite(curator_client, "sep=|\nElm|ki@elm.example\nBirk, Eg; Søn|x"))
    assert form_data(page.content.decode().split("</form>")[1])["text"].splitlines() == ["sep=|", "Birk, Eg; Søn|x"]


def test_somebody_who_acts_for_one_company_is_invited_to_another_that_nobody_acts_for(curator_client):
    send(curator_client, invite(curator_client, "Birk;pia@birk.example"))
    Invitation.objects.get().accept(make_user("pia@birk.example"))
    make_vendor("Eg", cvr_number="25313763")
    listed = "virksomhed;mail;cvr\nEg;pia@birk.example;25313763"
    preview = invite(curator_client, listed)
    assert kinds(preview) == ["vacant"]
    send(curator_client, preview)
    assert Invitation.objects.waiting().get().vendor.name == "Eg"
    assert kinds(invite(curator_client, listed)) == ["invited"]


def test_a_company_that_somebody_acts_for_since_the_preview_is_not_invited_to(curator_client):
    vendor = make_vendor("Birk")
    make_user("pia@birk.example", member_of=vendor)
    survey_round = SurveyRound.objects.get()
    assert Invitation.invite_to_vendors([(vendor, "ny@birk.example")], survey_round, make_user(), "da") == []
