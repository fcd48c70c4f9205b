"""Answers that came on paper: the municipality enters the file of a company without a link, and what a chosen vendor has answered."""

import io
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint
from legaltoolbox.projects.models import Annex, ProjectEvent, ProjectFact, Recipient
from tests.legaltoolbox.projects import annexes
from tests.legaltoolbox.projects.annex_workbooks import changed, content_of, excel, fill, points_of
from tests.legaltoolbox.projects.annexes import hand_in, loaded, make_sent, pass_deadline
from tests.legaltoolbox.projects.documents import begin, browser, docx_text

pytestmark = pytest.mark.database


@pytest.fixture
def paper(team) -> Recipient:
    return annexes.on_paper(team)


def address(recipient: Recipient) -> str:
    return reverse("projects:recipient_excel", args=[*recipient.annex.address, recipient.pk])


def upload(team: Any, recipient: Recipient, data: bytes) -> Any:
    return browser(team.editor).post(address(recipient), {"file": SimpleUploadedFile("svar.xlsx", data)})


def back(response: Any, **more: str) -> dict[str, str]:
    return {
        "_read": response.context["packed"],
        "seen": response.context["seen"],
        "name": "Anne, mail 3. december",
        **more,
    }


def test_a_file_is_shown_and_then_handed_in_for_the_company(team, paper):
    response = upload(team, paper, changed(excel(paper.annex), fill))
    assert paper.last_submission() is None
    assert browser(team.editor).post(address(paper), back(response)).status_code == 302
    submission = paper.last_submission()
    assert submission.is_entered
    assert set(submission.answers) == set(points_of(paper.annex))
    event = ProjectEvent.objects.filter(project=team.project, what=ProjectEvent.What.ENTERED).get()
    assert (event.actor, event.new) == (team.editor.user, paper.company)


def test_a_second_click_hands_in_once(team, paper):
    sent = back(upload(team, paper, changed(excel(paper.annex), fill)))
    for _click in range(2):
        browser(team.editor).post(address(paper), sent)
    assert paper.submissions.count() == 1


def test_a_later_file_keeps_what_it_leaves_empty(team, paper):
    browser(team.editor).post(address(paper), back(upload(team, paper, changed(excel(paper.annex), fill))))
    only_one = changed(excel(paper.annex), lambda sheet: sheet.cell(2, 6, "Rettet"))
    browser(team.editor).post(address(paper), back(upload(team, paper, only_one)))
    first, second = points_of(paper.annex)[:2]
    answers = paper.last_submission().answers
    assert (answers[first]["how"], answers[second]["how"]) == ("Rettet", "Sådan")


def test_who_has_sent_it_is_asked_and_nothing_that_was_read_is_lost(team, paper):
    response = upload(team, paper, changed(excel(paper.annex), fill))
    again = browser(team.editor).post(address(paper), back(response, name=""))
    assert again.context["form"].errors
    assert again.context["packed"] == response.context["packed"]


def test_answers_that_a_colleague_entered_meanwhile_are_shown_first(team, paper):
    sent = back(upload(team, paper, changed(excel(paper.annex), fill)))
    paper.enter_submission(
        team.lead.user, "Bo", {"K10.1": {"value": "no", "how": "", "reference": ""}}, fingerprint({})
    )
    assert browser(team.editor).post(address(paper), sent).context["is_outdated"]
    assert paper.submissions.count() == 1


def test_a_recipient_with_a_link_answers_itself(team):
    annex = make_sent(team)
    recipient = annex.recipients.first()
    recipient.annex = annex
    assert browser(team.editor).get(address(recipient)).status_code == 404
    with pytest.raises(ValidationError):
        recipient.enter_submission(team.editor.user, "Bo", {"K10.1": {"value": "yes"}}, fingerprint({}))


@pytest.mark.parametrize(
    "answers", [{"K99.1": {"value": "yes"}}, {"K10.1": {"value": "partly"}}, {"K10.1": {"how": "x" * 4_001}}, {}]
)
def test_answers_that_the_annex_does_not_take_are_refused(team, paper, answers):
    with pytest.raises(ValidationError):
        paper.enter_submission(team.editor.user, "Bo", answers, fingerprint({}))
    with pytest.raises(ChangedMeanwhile):
        paper.enter_submission(team.editor.user, "Bo", {"K10.1": {"value": "yes", "how": ""}}, "x")


# Files of the municipality ----------------------------------------------------------------------


def answers_path(annex: Annex, ending: str = "xlsx") -> str:
    return reverse("projects:annex_answers_file", args=[*annex.address, ending])


@pytest.mark.parametrize("ending", ["xlsx", "docx"])
def test_nobody_gets_answers_before_the_time_is_over(team, ending):
    annex = make_sent(team)
    hand_in(loaded(annex.recipients.first()))
    assert browser(team.lead).get(answers_path(annex, ending)).status_code == 404
    pass_deadline(annex)
    response = browser(team.lead).get(answers_path(annex, ending))
    assert response.status_code == 200
    if ending == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content_of(response))).worksheets[0]
        assert "Ja" in [cell.value for cell in sheet[2]]


def test_the_empty_form_is_there_once_the_texts_are_pinned(team):
    draft = annexes.make_draft(team)
    path = reverse("projects:annex_file", args=[*draft.address, "docx"])
    assert browser(team.reader).get(path).status_code == 404
    annexes.add_companies(draft, team)
    annexes.send(draft, team)
    assert browser(team.reader).get(path).status_code == 200


# The vendor that was chosen ---------------------------------------------------------------------


@pytest.fixture
def chosen(team) -> Annex:
    annex = make_sent(team)
    hand_in(loaded(annex.recipients.get(company="Alfa Prøve")), K10="yes", K31="no")
    pass_deadline(annex)
    annex.choose(team.lead.user, annex.recipients.get(company="Alfa Prøve"), "Bedst")
    return annex


def test_the_agreement_shows_the_answers_of_the_vendor_also_its_no(team, chosen):
    document = begin(team, "S18")
    page = browser(team.lead).get(reverse("projects:section", args=[*team.project.address, document.number, "5"]))
    path = reverse("projects:document_file", args=[*team.project.address, document.number, "docx"])
    for text in (page.content.decode(), docx_text(browser(team.lead).get(path).content)):
        assert "K10.1" in text
        assert "Nej" in text
        assert "Sådan" in text


def test_the_agreement_is_another_when_another_vendor_is_chosen(team, chosen):
    document = begin(team, "S18")
    before = document.state_hash()
    chosen.choose(team.lead.user, chosen.recipients.get(company="Beta Prøve"), "Fortrudt")
    assert document.state_hash() != before


def test_a_requirement_quotes_the_vendor_that_was_chosen(team, chosen):
    path = reverse("projects:requirement", args=[*team.project.address, "k10"])
    page = browser(team.lead).get(path).content.decode()
    assert "quoted-answer" in page
    assert "Alfa Prøve" in page
    chosen.chosen = None
    chosen.save()
    assert "quoted-answer" not in browser(team.lead).get(path).content.decode()


def test_the_shared_facts_keep_their_vendor_and_the_page_says_so(team, chosen):
    seen = fingerprint(ProjectFact.stored(team.project))
    ProjectFact.save_all(team.project, {"vendor": "Gamma Prøve"}, seen, team.lead.user)
    page = browser(team.lead).get(reverse("projects:annex_answers", args=chosen.address)).content.decode()
    assert "Gamma Prøve" in page
    assert ProjectFact.stored(team.project)["vendor"] == "Gamma Prøve"
