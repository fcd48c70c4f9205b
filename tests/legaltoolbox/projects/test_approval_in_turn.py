"""An approval makes the files of its document: it waits for its turn as all who have files made, and nothing typed is lost."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from kl_ai.pages import places
from legaltoolbox.projects.models import Decision, DocumentStatus
from tests.legaltoolbox.projects.documents import begin, browser, shown_to_decide
from tests.reading import parse

CONDITIONS = "Kun i piloten, og evaluér efter tre måneder."


@pytest.fixture
def sent(team):
    document = begin(team, "S05")
    for person, text in ((team.lead, "Hurtigere"), (team.editor, "Rigtigere")):
        document.save_section("4", {"1": ""}, {"1": text}, fingerprint(document.stored("4", {"1": ""})), person.user)
    document.ask_management(team.lead.user)
    return document


@pytest.fixture
def full(monkeypatch):
    """The places for files are taken."""
    of_process = places.Places(2)
    assert of_process.take_for_file()
    monkeypatch.setattr(places, "places", of_process)
    return of_process


def decide(team, document, **typed):
    path = reverse("projects:document_decide", args=[*team.project.address, document.number])
    return browser(team.management).post(path, {**shown_to_decide(document), **typed})


def test_an_approval_that_has_to_wait_is_answered_with_its_form_and_can_be_sent_again(team, sent, full):
    response = decide(team, sent, answer="conditions", conditions=CONDITIONS)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert not Decision.objects.exists()
    page = parse(response.content.decode())
    assert "Intet er gemt endnu" in page.text
    form = page.find("main").find("form", method="post")
    fields = {field.attrs["name"]: field.attrs["value"] for field in form.find_all("input")}
    assert fields["conditions"] == CONDITIONS
    full.give_back_of_file()
    assert browser(team.management).post(form.attrs["action"], fields).status_code == 302
    decision = Decision.objects.get()
    assert (decision.answer, decision.conditions) == ("conditions", CONDITIONS)
    sent.refresh_from_db()
    assert sent.status == DocumentStatus.APPROVED


def test_a_refusal_and_a_form_with_an_error_need_no_place(team, sent, full):
    assert decide(team, sent, answer="conditions", conditions="").status_code == 200
    assert decide(team, sent, answer="no", reason="Hjemlen mangler.").status_code == 302
    assert Decision.objects.get().answer == "no"


def test_the_place_is_free_again_after_an_approval_and_after_one_that_is_refused(team, sent, monkeypatch):
    of_process = places.Places(2)
    monkeypatch.setattr(places, "places", of_process)
    assert decide(team, sent, answer="yes", state="forældet").status_code == 200
    assert decide(team, sent, answer="yes").status_code == 302
    assert of_process.take_for_file()


def test_an_import_that_has_to_wait_says_that_its_file_is_chosen_again(team, full):
    path = reverse("projects:import", args=[team.municipality.code])
    file = SimpleUploadedFile("projekt.json", b"{}", "application/json")
    response = browser(team.lead).post(path, {"file": file, "page": "a" * 32})
    assert response.status_code == 503
    assert "skal vælges igen" in parse(response.content.decode()).text


def test_a_file_that_is_asked_for_has_no_form_but_its_address(team, sent, full):
    path = reverse("projects:document_file", args=[*team.project.address, sent.number, "pdf"])
    page = parse(browser(team.lead).get(path).content.decode())
    assert page.find("main").find("a", "button").attrs["href"] == path
