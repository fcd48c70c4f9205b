"""KL invites companies from a list, sees how far each is, reminds and cancels."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kl_ai.mail.models import BadAddress, OutgoingMail
from marketoverview.models import Invitation, Response, SurveyRound, Vendor
from marketoverview.review.invitation_list import MAX_LINES
from tests.admin_pages import Page, admin_url, form_data, logged_in, message_text
from tests.builders import make_editor, make_response, make_round, make_user, make_vendor
from tests.invitation_lists import LIST, invite, kinds, make_invitation_by_kl, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def survey_round(db):
    return make_round()


# The list ---------------------------------------------------------------------------------------


def test_the_preview_shows_each_line_and_sends_nothing(curator_client):
    agern = make_vendor("Agern")
    make_user("pia@agern.example", member_of=agern)
    page = invite(curator_client)
    assert kinds(page) == ["new", "new", "known", "invalid"]
    assert admin_url(Vendor, "change", agern.pk) in page.content.decode()
    assert "Send 2 invitations" in page.content.decode()
    assert not Invitation.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_vendors_are_known_by_number_member_and_name(curator_client):
    for vendor in (make_vendor("Agern"), make_vendor("Elm", cvr_number="13585628")):
        make_user(member_of=vendor)
    make_user("pia@birk.example", member_of=make_vendor("Birk"))
    text = "ELM a/s;a@b.example;13585628\nTredje navn;PIA@birk.example\nAGERN ApS;c@d.example\nEg;ki@eg.example"
    assert kinds(invite(curator_client, text)) == ["known", "known", "known", "new"]


@pytest.mark.parametrize(
    "line",
    ["Andet navn;a@b.example;13585628", "Agern ApS;a@b.example;29190623", "Andet navn;pia@agern.example;29190623"],
)
def test_a_line_that_disagrees_with_a_known_vendor_is_a_question(line, curator_client):
    vendor = make_vendor("Agern", cvr_number="13585628")
    make_user("pia@agern.example", member_of=vendor)
    page = invite(curator_client, line)
    assert kinds(page) == ["question"]
    assert "Is it the same company?" in page.content.decode()
    assert "has a question without an answer" in send(curator_client, page).content.decode()
    assert not Invitation.objects.exists()
    answer = {"answer-0-registered": "registered"}
    (same,) = invite(curator_client, line, **answer).context["sections"][0].outcomes
    assert (same.kind, same.vendor) == ("known", vendor)
    assert kinds(invite(curator_client, line, **answer | {"answer-0-registered": "leave-out"})) == ["left-out"]
    send(curator_client, page, **{"answer-0-registered": "another"})
    assert Invitation.objects.get().company_name == line.partition(";")[0]


def test_of_two_vendors_of_a_name_the_line_means_the_one_with_its_number(curator_client):
    make_vendor("Agern", cvr_number="13585628")
    make_vendor("Agern A/S", cvr_number="29190623")
    for number in ("29190623", "13585628"):
        (outcome,) = invite(curator_client, f"Agern;a@b.example;{number}").context["sections"][0].outcomes
        assert (outcome.kind, outcome.vendor.cvr_number) == ("vacant", number)


def test_a_vendor_that_kl_does_not_know_makes_no_line_known(curator_client):
    make_user("pia@agern.example", member_of=make_vendor("Agern", cvr_number="13585628", vetted_at=None))
    text = "Offer;o@offer.example;13585628\nAgern;pia@agern.example;29190623"
    page = invite(curator_client, text)
    assert kinds(page) == ["new", "new"]
    assert page.content.decode().count("you decide between them") == 2


def test_exactly_the_new_ones_are_invited_in_the_chosen_language_and_round(curator_client, curator):
    make_user("pia@agern.example", member_of=make_vendor("Agern"))
    other = make_round("2027")
    page = send(curator_client, invite(curator_client, round=other.pk, language="en"))
    assert "2 companies are invited" in message_text(page)
    rows = Invitation.objects.order_by("email").values_list(
        "email", "company_name", "cvr_number", "by_kl", "invited_by", "language", "round"
    )
    assert list(rows) == [
        ("ki@eg.example", "Eg & Søn", "13585628", True, curator.pk, "en", other.pk),
        ("ki@elm.example", "Elm", "", True, curator.pk, "en", other.pk),
    ]
    assert OutgoingMail.objects.filter(key__startswith="invitation:").count() == 2


def test_the_same_list_twice_invites_nobody_twice(curator_client):
    preview = invite(curator_client)
    send(curator_client, preview)
    page = send(curator_client, preview)
    assert "Nobody was invited" in message_text(page)
    assert Invitation.objects.count() == 3
    assert OutgoingMail.objects.count() == 3
    assert kinds(invite(curator_client)) == ["invited", "invited", "invited", "invalid"]


def test_what_was_cancelled_can_be_invited_anew(curator_client):
    make_invitation_by_kl(email="KI@eg.example").cancel()
    assert kinds(invite(curator_client, "Eg;ki@eg.example")) == ["new"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_file_is_read_and_travels_on_as_text(encoding, curator_client):
    file = SimpleUploadedFile("liste.csv", "Virksomhed;Mail\nBøg;ki@boeg.example".encode(encoding))
    preview = invite(curator_client, "", file=file)
    assert kinds(preview) == ["new"]
    send(curator_client, preview)
    assert Invitation.objects.get().company_name == "Bøg"


def test_hostile_lines_stay_text(curator_client):
    text = '=HYPERLINK("x");a@b.example\n<script>alert(1)</script>;c@d.example\nEg;e@f.example\x0bBcc: g@h.example\n{{ x }};i@j.example\n"'
    page = invite(curator_client, text)
    assert kinds(page) == ["new", "new", "question", "new"]
    assert "<script>alert(1)" not in page.content.decode()
    assert "&lt;script&gt;alert(1)" in page.content.decode()
    assert invite(curator_client, f"{text}\x00").status_code == 200


@pytest.mark.parametrize("text", ["", "  \n;;\n", "Eg;ki@eg.example\n" * (MAX_LINES + 1), "x" * 600_000])
def test_too_much_and_nothing_at_all_is_told(text, curator_client):
    page = invite(curator_client, text)
    assert page.status_code == 200
    assert page.context["form"].non_field_errors()
    assert page.context["sections"] == []


def test_the_list_costs_the_same_at_any_length(curator_client, django_assert_num_queries):
    make_vendor("Agern")
    invite(curator_client, "a;a@b.example")
    with CaptureQueriesContext(connection) as few:
        invite(curator_client, "a;a@b.example")
    with django_assert_num_queries(len(few)):
        assert len(kinds(invite(curator_client, "\n".join(f"a;a{n}@b.example" for n in range(50))))) == 50


TWO_ADDRESSES = 'Eg;"ki@eg.example, ny@eg.example";13585628\nElm;ki@elm.example'


def test_a_question_is_answered_on_the_preview(curator_client):
    preview = invite(curator_client, TWO_ADDRESSES)
    assert kinds(preview) == ["question", "new"]
    page = send(curator_client, preview)
    assert "Nothing is sent: 1 line has a question" in page.content.decode()
    assert not Invitation.objects.exists()
    send(curator_client, page, **{"answer-0-email": "ny@eg.example"})
    assert set(Invitation.objects.values_list("email", flat=True)) == {"ny@eg.example", "ki@elm.example"}


def test_an_answer_stays_ticked_and_an_invented_one_counts_as_none(curator_client):
    preview = invite(curator_client, TWO_ADDRESSES, **{"answer-0-email": "ny@eg.example"})
    assert 'name="answer-0-email" value="ny@eg.example" checked' in preview.content.decode()
    assert kinds(preview) == ["new", "new"]
    page = send(curator_client, preview, **{"answer-0-email": "ond@ond.example"})
    assert kinds(page) == ["question", "new"]
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("changes", [{"skip_open": "on"}, {"answer-0-email": "leave-out"}])
def test_a_line_with_a_question_can_be_left_out(changes, curator_client):
    send(curator_client, invite(curator_client, TWO_ADDRESSES), **changes)
    assert Invitation.objects.get().email == "ki@elm.example"


def test_a_list_with_hundreds_of_questions_is_to_be_corrected(curator_client):
    text = "\n".join(f"Firma {n};a{n}@test.example / b{n}@test.example" for n in range(401))
    page = invite(curator_client, text)
    assert "More than 400 lines leave a question open" in page.content.decode()
    assert text.replace("\n", "\r\n") == form_data(page.content.decode())["text"]


def test_a_workbook_is_read_and_travels_on_as_text(curator_client):
    book = openpyxl.Workbook()
    for row in (["Firma", "E-mail", "CVR"], ['"Bøg" & Ær', "ki@boeg.example", 13585628.0]):
        book.active.append(row)
    data = BytesIO()
    book.save(data)
    preview = invite(curator_client, "", file=SimpleUploadedFile("liste.xlsx", data.getvalue()))
    assert kinds(preview) == ["new"]
    send(curator_client, preview)
    invitation = Invitation.objects.get()
    assert (invitation.company_name, invitation.cvr_number) == ('"Bøg" & Ær', "13585628")


def test_the_sheets_of_a_workbook_that_are_not_read_are_named(curator_client):
    book = openpyxl.Workbook()
    book.active.append(["Eg", "ki@eg.example"])
    book.create_sheet("<b>Sidste år").append(["Elm", "ki@elm.example"])
    data = BytesIO()
    book.save(data)
    preview = invite(curator_client, "", file=SimpleUploadedFile("liste.xlsx", data.getvalue()))
    assert kinds(preview) == ["new"]
    assert "Only the first sheet of the file is read, not: &lt;b&gt;Sidste år." in preview.content.decode()


def test_a_file_that_is_no_list_is_refused_with_a_sentence(curator_client):
    page = invite(curator_client, "", file=SimpleUploadedFile("liste.pdf", b"%PDF-1.7 x"))
    assert "The file is a PDF document. Save the list as an Excel file" in page.content.decode()


def test_a_foreign_company_keeps_its_country(curator_client):
    send(curator_client, invite(curator_client, "Firma;E-mail;Land\nNord AB;a@test.example;Sverige"))
    assert Invitation.objects.get().country == "SE"


def test_a_round_that_closes_meanwhile_sends_nothing_and_loses_nothing(curator_client, survey_round):
    preview = invite(curator_client)
    SurveyRound.objects.update(closes_on=timezone.localdate() - timedelta(days=1))
    page = send(curator_client, preview)
    assert "This round is closed or not released" in page.content.decode()
    assert form_data(page.content.decode())["text"].startswith("Virksomhed;E-mail;CVR")
    assert not Invitation.objects.exists()


def test_without_a_round_the_page_says_so(curator_client):
    SurveyRound.objects.all().delete()
    assert "There is no round to invite to" in Page(curator_client, admin_url(Invitation, "invite")).text


def test_two_thousand_companies_are_queued_by_a_handful_of_queries(curator_client):
    preview = invite(curator_client, "\n".join(f"Firma {n};ki{n}@test.example" for n in range(MAX_LINES)))
    with CaptureQueriesContext(connection) as queries:
        page = send(curator_client, preview)
    assert "2,000 companies are invited" in message_text(page)
    assert len(queries) < 200  # in blocks, not one by one
    assert OutgoingMail.objects.filter(attempts=0).count() == MAX_LINES  # none was tried in the request


def test_an_editor_invites_nobody():
    editor = logged_in(make_editor())
    assert editor.get(admin_url(Invitation, "invite")).status_code == 403
    assert editor.post(admin_url(Invitation, "invite"), {"text": LIST, "send": "Send"}).status_code == 403


# The list of invitations --------------------------------------------------------------------------------


def act(client: Client, action: str, *invitations: Invitation):
    data = {"action": action, "_selected_action": [invitation.pk for invitation in invitations]}
    return client.post(admin_url(Invitation, "changelist"), data, follow=True)


def test_the_list_shows_how_far_each_company_is(curator_client):
    response = make_response("Eg", "submitted")
    user = response.vendor.members.get()
    make_invitation_by_kl(
        vendor=response.vendor, accepted_at=timezone.now(), accepted_by=user, opened_at=timezone.now()
    )
    make_invitation_by_kl(email="ki@elm.example", company_name="Elm")
    BadAddress.objects.create(email="ki@elm.example")
    rows = {
        row.company_name: row
        for row in curator_client.get(admin_url(Invitation, "changelist")).context["cl"].result_list
    }
    assert rows["Eg"].handed_in_at == Response.objects.get().submitted_at
    assert rows["Eg"].started_at
    assert (rows["Elm"].handed_in_at, rows["Elm"].started_at, rows["Elm"].is_bad) == (None, None, True)
    assert "cannot be reached" in Page(curator_client, admin_url(Invitation, "changelist")).text


def test_a_list_of_invitations_costs_the_same_at_any_length(curator_client, django_assert_num_queries):
    def make(number: int) -> None:
        for _ in range(number):
            make_invitation_by_kl(vendor=make_response(f"Firma {Response.objects.count()}", "draft").vendor)

    make(2)
    curator_client.get(admin_url(Invitation, "changelist"))
    with CaptureQueriesContext(connection) as few:
        curator_client.get(admin_url(Invitation, "changelist"))
    make(10)
    with django_assert_num_queries(len(few)):
        assert len(curator_client.get(admin_url(Invitation, "changelist")).context["cl"].result_list) == 12


def test_a_reminder_goes_once_a_day_to_those_who_have_not_accepted(curator_client):
    waiting = make_invitation_by_kl()
    not_due = [
        make_invitation_by_kl(accepted_at=timezone.now()),
        make_invitation_by_kl(cancelled_at=timezone.now()),
        make_invitation_by_kl(created_at=timezone.now() - timedelta(days=100)),
        make_invitation_by_kl(created_at=timezone.now()),
    ]
    act(curator_client, "remind", waiting, *not_due)
    assert "Nobody was reminded" in message_text(act(curator_client, "remind", waiting, *not_due))
    assert OutgoingMail.objects.count() == 1
    yesterday = timezone.now() - timedelta(days=1)
    Invitation.objects.filter(pk=waiting.pk).update(created_at=yesterday - timedelta(days=2), reminded_at=yesterday)
    act(curator_client, "remind", waiting)
    assert OutgoingMail.objects.count() == 2


def test_a_cancelled_link_is_worthless(curator_client):
    waiting, accepted = make_invitation_by_kl(), make_invitation_by_kl(accepted_at=timezone.now())
    assert "1 invitation is cancelled" in message_text(act(curator_client, "cancel", waiting, accepted))
    waiting.refresh_from_db()
    assert not waiting.is_waiting
    assert waiting.accept(make_user()) is None


def test_an_editor_neither_sees_nor_changes_them():
    invitation = make_invitation_by_kl()
    assert act(logged_in(make_editor()), "cancel", invitation).status_code == 403
    invitation.refresh_from_db()
    assert invitation.cancelled_at is None
