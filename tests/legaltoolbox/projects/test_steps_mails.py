"""Mails of a document's steps: whoever has the next step is told, once, and of nothing that did not happen."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from kl_ai.mail.models import OutgoingMail
from legaltoolbox.projects.mails import steps as step_mails
from legaltoolbox.projects.models import Decision, ProjectDocument
from legaltoolbox.projects.models.document_steps import advice_answers
from legaltoolbox.projects.rights import ProjectRole
from legaltoolbox.projects.views import steps as step_views
from tests.concurrency import ProcessKilled, killed_after, run_at_once
from tests.legaltoolbox.projects.builders import make_member
from tests.legaltoolbox.projects.documents import begin, keep, looked_at, shown_to_decide
from tests.mails import log_in_recently

SOON = timezone.localdate() + timedelta(days=14)
UNTIL = SOON.isoformat()


@pytest.fixture
def document(team) -> ProjectDocument:
    document = begin(team, "S11")
    for person, text in ((team.lead, "Hurtigere"), (team.editor, "Rigtigere")):
        document.save_section("1", {"3": ""}, {"3": text}, fingerprint(document.stored("1", {"3": ""})), person.user)
    return document


@pytest.fixture
def short_files(monkeypatch):
    monkeypatch.setattr(step_views, "approved_document", lambda *args: keep())


def send(document, step, member, **typed):
    """The answer to a form of the page of steps, sent by this person."""
    browser = Client()
    log_in_recently(browser, member.user)
    address = [*document.project.address, document.number]
    if opinion := document.last_opinion():
        typed |= {"opinion": str(opinion.pk), "seen": fingerprint(advice_answers(opinion.points.all()))}
    typed = {**shown_to_decide(document), "conditions": "", "reason": "Det haster.", **typed}
    if step == "opinion":
        typed = looked_at(typed)
    return browser.post(reverse(f"projects:document_{step}", args=address), typed)


def told() -> list[str]:
    """Before the @ of each address that a mail of a step went to, with those who got two twice."""
    return sorted(mail.to.partition("@")[0] for mail in OutgoingMail.objects.filter(kind=step_mails.KIND))


def told_of(action) -> list[str]:
    OutgoingMail.objects.all().delete()
    action()
    return told()


def test_each_step_is_told_to_whoever_has_the_next_one(document, team, short_files):
    opinion = {"verdict": "advice", "points": "Slet efter 30 dage."}
    assert told_of(lambda: send(document, "ask_dpo", team.lead, until=UNTIL, unfinished="on")) == ["dpo", "substitute"]
    assert told_of(lambda: send(document, "opinion", team.dpo, **opinion)) == ["editor", "lead"]
    advice = {"answer-1": "followed", "reason-1": ""}
    assert told_of(lambda: send(document, "advice", team.lead, **advice)) == []
    assert told_of(lambda: send(document, "ask_management", team.editor)) == ["management"]
    assert told_of(lambda: send(document, "decide", team.management, answer="yes")) == [
        "dpo",
        "editor",
        "lead",
        "substitute",
    ]


def test_a_mail_leads_to_the_steps_and_tells_nothing_of_the_content(document, team):
    send(document, "ask_dpo", team.lead, until=UNTIL, unfinished="on")
    mail = OutgoingMail.objects.get(to=team.dpo.user.email)
    assert reverse("projects:document_steps", args=[*document.project.address, document.number]) in mail.body
    assert document.project.title in mail.body
    assert "S11" in mail.subject
    assert "Rigtigere" not in mail.body
    assert team.lead.user.full_name not in mail.body


def test_nobody_is_told_what_they_have_done_and_nobody_who_cannot_log_in(document, team, short_files):
    second = make_member(team.municipality, "gone")
    team.project.add_member(team.lead.user, second, ProjectRole.LEAD)
    second.user.is_active = False
    second.user.save()
    ProjectDocument.objects.filter(pk=document.pk).update(status="at-management")
    row = team.project.members.get(member=team.management)
    row.role = ProjectRole.LEAD
    row.save()
    document.decide(team.management.user, "no", seen=document.state_hash(), reason="For dyrt.")
    step_mails.send_step(document, "decided", "Titel")
    assert told() == ["dpo", "editor", "lead", "substitute"]


@pytest.mark.parametrize("step", ["take_back", "opinion", "decide", "ask_management"])
def test_a_refused_step_and_one_that_nobody_waits_for_tell_nobody(step, document, team):
    member = {"opinion": team.dpo, "decide": team.management}.get(step, team.lead)
    typed = {"verdict": "supports", "points": "", "answer": "no", "reason": "For dyrt."}
    if step == "take_back":
        document.ask_dpo(team.lead.user, SOON)
    send(document, step, member, **typed)
    assert told() == []


@pytest.mark.parametrize("number", range(3))
def test_a_step_that_breaks_off_tells_nobody_and_changes_nothing(number, document, team, monkeypatch):
    place = [(type(document), "_change"), (step_mails, "recipients"), (step_mails, "post_many")][number]
    monkeypatch.setattr(*place, killed_after(getattr(*place)))
    with pytest.raises(ProcessKilled):
        send(document, "ask_dpo", team.lead, until=UNTIL, unfinished="on")
    document.refresh_from_db()
    assert (document.status, told()) == ("draft", [])
    assert not team.project.events.filter(what="asked-dpo").exists()


def test_a_second_click_tells_nobody_twice(document, team, short_files):
    ProjectDocument.objects.filter(pk=document.pk).update(status="at-management")
    for _click in range(2):
        assert send(document, "decide", team.management, answer="yes").status_code == 302
    assert told() == ["dpo", "editor", "lead", "substitute"]
    assert Decision.objects.count() == 1


def test_a_second_round_is_told_again(document, team):
    for number in (1, 2):
        assert send(document, "ask_dpo", team.lead, until=UNTIL, unfinished="on").status_code == 302
        assert told() == sorted(["dpo", "substitute"] * number)
        send(document, "take_back", team.lead)


def test_a_text_that_comes_too_late_is_not_lost(document, team):
    document.ask_dpo(team.lead.user, SOON)
    document.take_back(team.lead.user)
    page = send(document, "opinion", team.dpo, verdict="against", text="Lang begrundelse.", points="Stop.")
    assert page.status_code == 200
    assert "Lang begrundelse." in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_twenty_decisions_at_once_one_is_made_and_told_once(document, team, short_files):
    other = make_member(team.municipality, "director")
    team.project.add_member(team.lead.user, other, ProjectRole.MANAGEMENT)
    ProjectDocument.objects.filter(pk=document.pk).update(status="at-management")
    answers = [
        (member, answer) for _time in range(5) for member in (team.management, other) for answer in ("yes", "no")
    ]

    def decide(pair) -> int:
        member, answer = pair
        return send(document, "decide", member, answer=answer, reason="Fordi.").status_code

    codes = run_at_once(decide, answers)
    assert set(codes) <= {200, 302, 503}, "or nothing is decided, as too many files are being made"
    assert Decision.objects.count() == 1
    assert team.project.events.filter(what="decided").count() == 1
    assert told() == ["dpo", "editor", "lead", "substitute"]
