"""A step of a project that breaks off at any of its writes leaves the old state; a second try gives the new one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from kl_ai.mail.models import OutgoingMail
from legaltoolbox.projects.models import AnnexQuestion, ProjectDocument, RiskAssessment
from legaltoolbox.projects.models.document_steps import advice_answers
from tests.legaltoolbox.projects.annexes import add_companies, answer, loaded, make_draft, make_sent
from tests.legaltoolbox.projects.broken_off import whole_or_not_at_all
from tests.legaltoolbox.projects.documents import begin, looked_at, shown_to_decide
from tests.mails import log_in_recently

SOON = timezone.localdate() + timedelta(days=14)


@pytest.fixture
def dpia(team) -> ProjectDocument:
    document = begin(team, "S11")
    for person, text in ((team.lead, "Hurtigere"), (team.editor, "Rigtigere")):
        empty = {"1": ""}
        document.save_section("4", empty, {"1": text}, fingerprint(document.stored("4", empty)), person.user)
    return document


def poster(team: Any, person: str, name: str, document: ProjectDocument, **data: str) -> Callable[[], Any]:
    browser = Client()
    log_in_recently(browser, team.people[person].user)
    url = reverse(f"projects:{name}", args=[*team.project.address, document.number])

    def act() -> Any:
        opinion = document.last_opinion()
        shown = shown_to_decide(document)
        if opinion:
            shown |= {"opinion": str(opinion.pk), "seen": fingerprint(advice_answers(opinion.points.all()))}
        return browser.post(url, shown | data)

    return act


def test_each_step_of_a_document_is_done_or_not_done(dpia, team):
    """The question to the officer, the opinion, the answers to it, the question to the management, and the decision."""
    opinion = {"verdict": "advice", "points": "Slet efter 30 dage.\n\nTest."}
    steps = (
        poster(team, "lead", "document_ask_dpo", dpia, until=SOON.isoformat(), unfinished="on"),
        poster(team, "dpo", "document_opinion", dpia, **looked_at(opinion)),
        poster(
            team,
            "lead",
            "document_advice",
            dpia,
            **{"answer-1": "followed", "answer-2": "not-followed", "reason-2": "Testet."},
        ),
        poster(team, "lead", "document_ask_management", dpia),
        poster(team, "management", "document_decide", dpia, answer="conditions", conditions="Genbesøg om et år."),
    )
    for step in steps:
        events = team.project.events.count()
        assert whole_or_not_at_all(step) >= 3
        assert team.project.events.count() > events
    assert bytes(dpia.approved_file.pdf).startswith(b"%PDF")
    whats = list(team.project.events.order_by("pk").values_list("what", flat=True))
    assert whats[-6:] == ["asked-dpo", "opinion", "answered-advice", "answered-advice", "to-management", "decided"]


def test_what_is_typed_in_a_section_is_stored_or_not_stored(dpia, team):
    empty = {"1": "", "2": ""}
    seen = fingerprint(dpia.stored("4", empty))

    def save() -> None:
        dpia.save_section("4", empty, {"1": "Helt nyt", "2": "Også nyt"}, seen, team.lead.user)

    assert whole_or_not_at_all(save) >= 4
    assert dpia.stored("4", empty) == {"1": "Helt nyt", "2": "Også nyt"}


def test_an_assessment_is_stored_with_its_events_or_not_at_all(team):
    values = {**RiskAssessment(project=team.project, code="R09").content, "likelihood": 3, "consequence": 4}
    seen = fingerprint(RiskAssessment(project=team.project, code="R09").content)

    def assess() -> None:
        RiskAssessment.assess(team.project, "R09", values, seen, team.lead.user)

    assert whole_or_not_at_all(assess) >= 4
    assert team.project.events.filter(what="risk").count() == 2


def test_closing_and_reopening_break_off_without_a_trace(team):
    assert whole_or_not_at_all(lambda: team.project.close(team.lead.user, "Færdig")) >= 2
    assert whole_or_not_at_all(lambda: team.project.reopen(team.lead.user)) >= 2


def test_an_annex_is_sent_to_all_recipients_or_to_none(team):
    draft = make_draft(team)
    add_companies(draft, team)
    browser = Client()
    log_in_recently(browser, team.lead.user)
    path = reverse("projects:annex_send", args=draft.address)
    data = {"seen": browser.get(reverse("projects:annex", args=draft.address)).context["seen"]}
    assert whole_or_not_at_all(lambda: browser.post(path, data)) >= 6
    assert (
        OutgoingMail.objects.filter(kind="annex_link").count()
        == draft.recipients.filter(mailed_at__isnull=False).count()
        == 2
    )


def test_what_vendors_save_ask_and_hand_in_is_stored_or_not_stored(team):
    annex = make_sent(team)
    recipient = loaded(annex.recipients.get(company="Alfa Prøve"))
    assert whole_or_not_at_all(lambda: answer(loaded(recipient))) >= 2
    assert whole_or_not_at_all(lambda: loaded(recipient).hand_in("Anne")) >= 3
    assert whole_or_not_at_all(lambda: AnnexQuestion.ask(loaded(recipient), "Hvad?")) >= 3


def test_the_steps_of_a_sent_annex_break_off_without_a_trace(team):
    annex = make_sent(team)
    recipient = loaded(annex.recipients.get(company="Alfa Prøve"))
    question = AnnexQuestion.ask(recipient, "Hvad?")
    browser = Client()
    log_in_recently(browser, team.lead.user)
    later = (timezone.localdate() + timedelta(days=30)).isoformat()
    for name, more, data in (
        ("annex_question", [question.pk], {f"q{question.pk}-answer": "Ja."}),
        ("annex_deadline", [], {"deadline": later}),
        ("recipient_link", [recipient.pk], {"link": "1"}),
        ("recipient_revoke", [recipient.pk], {}),
        ("annex_close", [], {"reason": "Slut"}),
        ("annex_choose", [], {"recipient": recipient.pk, "reason": "Bedst"}),
    ):
        path = reverse(f"projects:{name}", args=[*annex.address, *more])
        assert whole_or_not_at_all(lambda path=path, data=data: browser.post(path, data)) >= 3, name
