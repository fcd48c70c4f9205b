"""The municipality's pages of a requirement annex: a draft, recipients, sending, questions, and the answers side by side."""

import pytest
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint, new_page
from kl_ai.mail.models import OutgoingMail
from legaltoolbox.models import Requirement
from legaltoolbox.projects.models import Annex, AnnexQuestion, Recipient
from legaltoolbox.projects.models.annex_recipients import NewRecipient
from tests.legaltoolbox.projects.annexes import (
    add_companies,
    hand_in,
    in_days,
    loaded,
    make_draft,
    make_sent,
    pass_deadline,
)
from tests.legaltoolbox.projects.documents import browser

pytestmark = pytest.mark.database
LONG = "9" * 5000


def url(name: str, annex: Annex, *more: int) -> str:
    return reverse(f"projects:{name}", args=[*annex.project.address, annex.number, *more])


def typed(team, **values: str) -> dict[str, str]:
    return {
        "title": "Krav til brevhjælper",
        "contact": "udbud@k9901.example",
        "deadline": in_days(10).isoformat(),
        "use-K10": "minimum",
        "use-K31": "competition",
        **values,
    }


def seen_on(client, annex: Annex) -> str:
    return client.get(url("annex", annex)).context["seen"]


# Drafts ---------------------------------------------------------------------------------------------


def test_a_new_annex_offers_what_applies_used_as_the_catalogue_proposes(team):
    response = browser(team.editor).get(reverse("projects:annex_new", args=team.project.address))
    item = Requirement.objects.get(code="K10")
    assert response.context["form"]["use-K10"].value() == item.tender_use
    assert item.title in response.text


def test_a_form_that_is_sent_twice_makes_one_draft(team):
    client, page = browser(team.editor), new_page()
    path = reverse("projects:annex_new", args=team.project.address)
    for _click in range(2):
        assert client.post(path, typed(team, page=page)).status_code == 302
    annex = team.project.annexes.get()
    assert annex.uses == {"K10": "minimum", "K31": "competition"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("title", "x" * 121),
        ("title", "Se www.firma.example"),
        ("contact", ""),
        ("deadline", "2020-01-01"),
        ("deadline", LONG),
        ("deadline", "31-12-2099"),
        ("use-K10", "vigtigt"),
        ("introduction", "x" * 4001),
    ],
)
def test_what_cannot_be_comes_back_with_what_was_typed(team, name, value):
    path = reverse("projects:annex_new", args=team.project.address)
    response = browser(team.editor).post(path, typed(team, **{"introduction": "Kun dansk.", name: value}))
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not team.project.annexes.exists()


def test_a_draft_without_requirements_is_refused(team):
    path = reverse("projects:annex_new", args=team.project.address)
    response = browser(team.editor).post(path, typed(team, **{"use-K10": "", "use-K31": ""}))
    assert response.context["form"].non_field_errors()


def test_an_annex_is_copied_without_its_deadline_and_recipients(team):
    annex = make_sent(team)
    path = reverse("projects:annex_new", args=team.project.address)
    form = browser(team.editor).get(f"{path}?kopi={annex.number}").context["form"]
    assert (form["title"].value(), form["deadline"].value()) == (annex.title, None)
    assert {each.code: each.use for each in form.offered if each.use} == annex.uses
    for number in (LONG, "x", "-1", "99", "²"):
        assert browser(team.editor).get(path, {"kopi": number}).status_code == 200


def test_two_who_change_a_draft_see_each_other(team):
    draft = make_draft(team)
    seen = fingerprint(draft.content)
    path = url("annex_edit", draft)
    assert browser(team.lead).post(path, typed(team, title="Lederens", seen=seen)).status_code == 302
    response = browser(team.editor).post(path, typed(team, title="Redaktørens", seen=seen))
    assert "Lederens" in response.text
    assert "Redaktørens" in response.text
    assert Annex.objects.get().title == "Lederens"


# Sending --------------------------------------------------------------------------------------------


def test_the_lead_sends_what_the_page_shows_and_each_recipient_gets_a_link_of_its_own(team):
    draft = make_draft(team)
    add_companies(draft, team)
    Recipient.add_many(draft, team.lead.user, [NewRecipient("Gamma på papir")])
    client = browser(team.lead)
    data = {"seen": seen_on(client, draft)}
    for _click in range(2):
        client.post(url("annex_send", draft), data)
    mails = OutgoingMail.objects.filter(kind="annex_link")
    recipients = draft.recipients.exclude(email="")
    assert {mail.to for mail in mails} == {row.email for row in recipients}
    for row in recipients:
        [mail] = [mail for mail in mails if mail.to == row.email]
        assert row.token in mail.body
        assert draft.contact in mail.body
        assert not any(other.token in mail.body or other.company in mail.body for other in recipients if other != row)
    assert draft.recipients.filter(mailed_at=None).get().company == "Gamma på papir"
    assert team.project.events.filter(what="annex-sent").count() == 1


def test_a_text_that_has_changed_is_shown_instead_of_sent(team):
    draft = make_draft(team)
    add_companies(draft, team)
    client = browser(team.lead)
    seen = seen_on(client, draft)
    draft.edit(team.editor.user, {"introduction": "Noget nyt."}, fingerprint(draft.content))
    response = client.post(url("annex_send", draft), {"seen": seen}, follow=True)
    assert "siden du så den" in response.text
    assert "Noget nyt." in response.text
    assert not OutgoingMail.objects.exists()


def test_nobody_at_the_municipality_sees_a_link(team):
    annex = make_sent(team)
    for name in ("annex", "annex_answers"):
        text = browser(team.lead).get(url(name, annex)).text
        assert not any(row.token.partition(".")[2] in text for row in annex.recipients.all())


def test_a_vendor_that_is_added_later_gets_its_link_at_once(team):
    annex = make_sent(team)
    data = {"one-company": "Gamma", "one-email": "g@leverandor.example", "one-language": "en"}
    browser(team.lead).post(url("recipient_add", annex), data)
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.language) == ("g@leverandor.example", "en")
    assert "/en/juridisk-vaerktoejskasse/svar/" in mail.body


def test_an_editor_adds_to_a_draft_and_not_to_a_sent_annex(team):
    data = {"one-company": "Gamma", "one-email": "", "one-language": "da"}
    assert browser(team.editor).post(url("recipient_add", make_draft(team)), data).status_code == 302
    assert browser(team.editor).post(url("recipient_add", make_sent(team)), data).status_code == 404


def test_companies_are_pasted_line_by_line(team):
    draft = make_draft(team)
    lines = "Alfa; alfa@leverandor.example\r\n\r\nBeta\tbeta@leverandor.example\r\nGamma på papir\r\n"
    browser(team.editor).post(url("recipient_add", draft), {"many-lines": lines})
    rows = list(draft.recipients.alphabetical().values_list("company", "email"))
    assert rows == [("Alfa", "alfa@leverandor.example"), ("Beta", "beta@leverandor.example"), ("Gamma på papir", "")]


@pytest.mark.parametrize(
    "lines",
    [
        "Alfa; intet",
        "; a@b.example",
        "x" * 300,
        "Alfa; a@b.example\nBeta; a@b.example",
        "A\n" * 51,
        "\0;\0",
        ";" * 20_001,
    ],
)
def test_lines_that_are_none_come_back_and_add_nobody(team, lines):
    draft = make_draft(team)
    response = browser(team.editor).post(url("recipient_add", draft), {"many-lines": lines})
    assert response.status_code == 200
    assert response.context["forms"]["recipients"].errors
    assert not draft.recipients.exists()


def test_a_new_link_is_mailed_once_and_the_old_mail_leads_nowhere(team):
    annex = make_sent(team, ["Alfa"])
    row = annex.recipients.get()
    old = row.token
    for _click in range(2):
        browser(team.lead).post(url("recipient_link", annex, row.pk), {"link": "1"})
    assert OutgoingMail.objects.count() == 1
    assert Recipient.objects.with_token(old) is None
    for link in (LONG, "x", ""):
        browser(team.lead).post(url("recipient_link", annex, row.pk), {"link": link})
    assert OutgoingMail.objects.count() == 1


def test_a_link_is_ended_and_the_recipient_gets_no_more_mails(team):
    annex = make_sent(team)
    row = annex.recipients.get(company="Alfa Prøve")
    browser(team.lead).post(url("recipient_revoke", annex, row.pk))
    browser(team.lead).post(url("annex_deadline", annex), {"deadline": in_days(20).isoformat()})
    assert [mail.to for mail in OutgoingMail.objects.all()] == ["beta@leverandor.example"]


def test_recipients_of_another_annex_are_not_found(team):
    first, second = make_sent(team), make_sent(team, ["Gamma"])
    row = second.recipients.get()
    for name in ("recipient_link", "recipient_revoke"):
        assert browser(team.lead).post(url(name, first, row.pk), {"link": "1"}).status_code == 404


# Time and questions ---------------------------------------------------------------------------------


def test_a_later_deadline_is_told_to_all_and_an_earlier_one_refused(team):
    annex = make_sent(team)
    client = browser(team.lead)
    for day in (in_days(3).isoformat(), "", LONG):
        response = client.post(url("annex_deadline", annex), {"deadline": day})
        assert response.context["forms"]["deadline"].errors
    for _click in range(2):
        client.post(url("annex_deadline", annex), {"deadline": in_days(20).isoformat()})
    assert OutgoingMail.objects.filter(kind="annex_news").count() == 2


def test_an_answer_goes_to_all_recipients_without_its_text(team):
    annex = make_sent(team)
    question = AnnexQuestion.ask(loaded(annex.recipients.get(company="Alfa Prøve")), "Gælder det også test?")
    client = browser(team.editor)
    response = client.post(url("annex_question", annex, question.pk), {f"q{question.pk}-answer": ""})
    assert response.context["waiting"][0][1].errors
    for _click in range(2):
        client.post(url("annex_question", annex, question.pk), {f"q{question.pk}-answer": "Ja, også test."})
    mails = list(OutgoingMail.objects.all())
    assert {mail.to for mail in mails} == {"alfa@leverandor.example", "beta@leverandor.example"}
    assert not any(
        "test" in mail.body.replace(annex.title, "") or "Alfa" in mail.body.replace("Alfa Prøve som", "")
        for mail in mails
        if mail.to.startswith("beta")
    )
    page = client.get(url("annex", annex)).text
    assert "Alfa Prøve" in page
    assert "Ja, også test." in page


def test_the_time_ends_after_a_question_and_a_second_click_does_nothing(team):
    annex = make_sent(team)
    client = browser(team.lead)
    assert client.get(url("annex_close", annex)).status_code == 200
    assert annex.is_open
    for _click in range(2):
        client.post(url("annex_close", annex), {"reason": "Alle har svaret"})
    assert Annex.objects.get().status == "closed"
    assert team.project.events.filter(what="annex-closed").count() == 1
    assert client.get(url("annex_close", make_draft(team))).status_code == 404


# The answers ----------------------------------------------------------------------------------------


def test_before_the_time_is_over_nobody_reads_an_answer_anywhere(team):
    annex = make_sent(team)
    hand_in(loaded(annex.recipients.get(company="Alfa Prøve")), "Anne Hemmelig")
    client = browser(team.lead)
    paths = [url("annex", annex), url("annex_answers", annex)]
    paths += [
        reverse(f"projects:{name}", args=team.project.address)
        for name in ("annexes", "history", "report", "project_json", "overview")
    ]
    for path in paths:
        text = client.get(path).text
        assert "Sådan" not in text, path
        assert "Anne Hemmelig" not in text, path
    assert "Alfa Prøve" in client.get(url("annex", annex)).text
    pass_deadline(annex)
    text = client.get(url("annex_answers", annex)).text
    assert "Sådan" in text
    assert "Anne Hemmelig" in text
    assert "Sådan" in client.get(reverse("projects:project_json", args=team.project.address)).text


def test_vendors_stand_a_to_aa_and_what_none_has_stated_reads_not_stated(team):
    annex = make_sent(team, ["Århus Data", "Alfa"])
    hand_in(loaded(annex.recipients.get(company="Alfa")))
    pass_deadline(annex)
    response = browser(team.reader).get(url("annex_answers", annex))
    assert [row.company for row in response.context["recipients"]] == ["Alfa", "Århus Data"]
    point = next(point for row in response.context["rows"] for point in row.points if point.number == "K10.1")
    assert [(answer.value, answer.is_stated) for answer in point.answers] == [("ja", True), ("", False)]
    assert "Ikke oplyst" in response.text


def test_what_a_vendor_has_written_after_handing_in_is_not_shown(team):
    annex = make_sent(team)
    alfa = loaded(annex.recipients.get(company="Alfa Prøve"))
    hand_in(alfa)
    line = annex.lines.get(code="K31")
    alfa.save_requirement(
        "K31", {f"{line.answered_points[0]['number']}.how": "Ikke indsendt"}, fingerprint(alfa.stored(line))
    )
    pass_deadline(annex)
    assert "Ikke indsendt" not in browser(team.lead).get(url("annex_answers", annex)).text


def test_a_vendor_is_chosen_on_the_page_with_a_reason(team):
    annex = make_sent(team)
    pass_deadline(annex)
    alfa = annex.recipients.get(company="Alfa Prøve")
    client = browser(team.lead)
    for data in (
        {"recipient": alfa.pk, "reason": ""},
        {"recipient": LONG, "reason": "x"},
        {"recipient": "\0", "reason": "x"},
    ):
        assert client.post(url("annex_choose", annex), data).context["form"].errors
    client.post(url("annex_choose", annex), {"recipient": alfa.pk, "reason": "Opfylder alle krav"})
    assert Annex.objects.get().chosen == alfa


@pytest.mark.parametrize("name", ["annex_send", "recipient_add", "annex_deadline", "annex_choose"])
def test_nothing_is_done_in_a_closed_project(team, name):
    annex = make_sent(team) if name != "annex_send" else make_draft(team)
    before = list(Annex.objects.values())
    team.project.close(team.lead.user)
    data = {
        "seen": "x",
        "one-company": "Gamma",
        "one-language": "da",
        "deadline": in_days(30).isoformat(),
        "recipient": annex.recipients.values_list("pk", flat=True).first() or "",
        "reason": "x",
    }
    assert browser(team.lead).post(url(name, annex), data).status_code in (200, 302)
    assert list(Annex.objects.values()) == before
    assert not OutgoingMail.objects.exists()


# Costs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["annexes", "annex", "annex_answers"])
def test_the_number_of_queries_is_the_same_with_two_and_fifty_recipients(team, name, django_assert_max_num_queries):
    client = browser(team.lead)

    def count(companies: int) -> int:
        annex = make_sent(team, [f"Firma{n} Prøve" for n in range(companies)])
        for recipient in annex.recipients.all()[:20]:
            hand_in(loaded(recipient))
            AnnexQuestion.ask(loaded(recipient), "Hvad?")
        if name == "annex_answers":
            pass_deadline(annex)
        path = reverse("projects:annexes", args=team.project.address) if name == "annexes" else url(name, annex)
        client.get(path)
        with django_assert_max_num_queries(40) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    assert count(2) == count(50)


def test_a_deadline_on_the_last_day_still_takes_answers(team):
    annex = make_sent(team)
    Annex.objects.filter(pk=annex.pk).update(deadline=timezone.localdate())
    assert hand_in(loaded(annex.recipients.first())).number == 1
