"""Nobody floods a colleague with mails by doing and undoing the same; the work is not refused, but for too many requests."""

from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import Letter
from kl_ai.people.limits import MAILS_A_DAY
from legaltoolbox.projects.mails import posting
from legaltoolbox.projects.models import DocumentStatus, MunicipalityEvent, ProjectMember, requests
from tests.legaltoolbox.projects.documents import begin
from tests.legaltoolbox.projects.points import address
from tests.mails import log_in_recently

MOST = {"project_step": 3, "municipality_membership": 4, "annex_link": 3, "annex_news": 2}
TIMES = 6
UNTIL = (timezone.localdate() + timedelta(days=14)).isoformat()


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Numbers that a test reaches soon."""
    monkeypatch.setattr(posting.limits, "MAILS_A_DAY", MOST)


def browser(member) -> Client:
    client = Client()
    log_in_recently(client, member.user)
    return client


def written(team):
    """A document in which something is written, so that it can be sent on."""
    document = begin(team, "S11")
    document.save_section("1", {"3": ""}, {"3": "Kort."}, fingerprint(document.stored("1", {"3": ""})), team.lead.user)
    return document


def mails(kind: str) -> Counter:
    """How many mails of the kind each address has."""
    return Counter(OutgoingMail.objects.filter(kind=kind).values_list("to", flat=True))


def test_letting_in_and_removing_sends_so_many_mails_a_day(team):
    lead = browser(team.lead)
    members = reverse("projects:members", args=team.project.address)
    for _time in range(TIMES):
        lead.post(members, {"person": team.strange.pk, "role": "reader"})
        ProjectMember.objects.get(project=team.project, member=team.strange).delete()
    assert team.project.events.filter(what="member-added", person=team.strange.user).count() == TIMES
    assert mails("project_step") == {team.strange.user.email: MOST["project_step"]}


def test_settings_tasks_and_places_changed_to_and_fro_send_so_many_mails_a_day(team):
    team.reader.change_tasks(team.keeper.user, is_keeper=True)
    keeper, code = browser(team.keeper), team.municipality.code
    for number in range(TIMES):
        shown = {"mail_domains": "", "kept_months": "60" if number % 2 else "24"}
        team.municipality.refresh_from_db()
        shown["seen"] = fingerprint(team.municipality.settings)
        assert keeper.post(reverse("projects:settings", args=[code]), shown).status_code == 302
    assert MunicipalityEvent.objects.filter(what="settings").count() == TIMES
    assert mails("municipality_membership") == {team.reader.user.email: MOST["municipality_membership"]}
    OutgoingMail.objects.all().delete()
    for number in range(TIMES):
        places = [team.editor, team.strange] if number % 2 == 0 else [team.strange, team.editor]
        typed = {"leaving": places[0].pk, "taking": places[1].pk}
        assert keeper.post(reverse("projects:hand_over", args=[code]), typed).status_code == 302
    assert team.project.events.filter(what="handed-over").count() == TIMES
    most = MOST["municipality_membership"]
    assert mails("municipality_membership") == {team.editor.user.email: most, team.strange.user.email: most}


def test_a_day_of_much_work_is_below_the_numbers():
    assert set(MAILS_A_DAY) == set(MOST)
    assert all(20 <= most <= 40 for most in MAILS_A_DAY.values())


def test_a_request_is_refused_before_its_mail_is_left_out(team, monkeypatch):
    """Nobody is asked, and the time for the answer runs, without being told; another municipality's number is its own."""
    monkeypatch.setattr(requests, "MOST_REQUESTS_A_DAY", 2)
    document, lead = written(team), browser(team.lead)
    step = lambda name: reverse(f"projects:document_{name}", args=[*team.project.address, document.number])  # noqa: E731
    for _time in range(2):
        lead.post(step("ask_dpo"), {"until": UNTIL, "unfinished": "on"})
        lead.post(step("take_back"))
    refused = lead.post(step("ask_dpo"), {"until": UNTIL, "unfinished": "on"})
    assert "Spørg igen i morgen" in refused.content.decode()
    document.refresh_from_db()
    assert document.status == DocumentStatus.DRAFT
    team.project.events.filter(what="asked-dpo").update(at=timezone.now() - timedelta(days=1))
    assert lead.post(step("ask_dpo"), {"until": UNTIL, "unfinished": "on"}).status_code == 302


def words_after(client, path, data=()):
    """What the page says after this was sent, from its messages alone."""
    page = client.post(path, dict(data), follow=True)
    return " ".join(str(message) for message in page.context["messages"])


def fill_day(member, kind):
    """The person has had as many mails of the kind today as there can be."""
    mail = {"to": member.user.email, "kind": kind, "language": "da", "subject": "-", "body": "-"}
    for number in range(MOST[kind]):
        OutgoingMail.objects.create(key=f"{member.pk}:{number}", **mail)


def test_a_keeper_tells_those_whom_no_mail_tells(team):
    fill_day(team.strange, "municipality_membership")
    fill_day(team.editor, "municipality_membership")
    keeper, code = browser(team.keeper), team.municipality.code
    path = reverse("projects:hand_over", args=[code])
    words = words_after(keeper, path, {"leaving": team.editor.pk, "taking": team.strange.pk})
    assert f"{team.editor.user}, {team.strange.user}" in words
    team.reader.change_tasks(team.keeper.user, is_keeper=True)
    path = reverse("projects:tasks_of_member", args=[code, team.strange.pk])
    assert f"mange mails til {team.strange.user} i dag" in words_after(keeper, path, {"tasks": "keeper"})


def test_others_get_their_mails_still_and_tomorrow_everybody_does(team):
    fill_day(team.editor, "municipality_membership")
    keeper, code = browser(team.keeper), team.municipality.code
    path = reverse("projects:hand_over", args=[code])
    keeper.post(path, {"leaving": team.editor.pk, "taking": team.strange.pk})
    most = MOST["municipality_membership"]
    assert mails("municipality_membership") == {team.editor.user.email: most, team.strange.user.email: 1}
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(days=1))
    keeper.post(path, {"leaving": team.strange.pk, "taking": team.editor.pk})
    assert mails("municipality_membership") == {team.editor.user.email: most + 1, team.strange.user.email: 2}


def test_who_is_let_in_without_a_mail_is_named(team):
    fill_day(team.strange, "project_step")
    members = reverse("projects:members", args=team.project.address)
    assert str(team.strange.user) in words_after(
        browser(team.lead), members, {"person": team.strange.pk, "role": "reader"}
    )


def test_a_request_is_mailed_however_many_mails_the_person_has_had(team):
    document, lead = written(team), browser(team.lead)
    fill_day(team.dpo, "project_step")
    fill_day(team.management, "project_step")
    ask = reverse("projects:document_ask_dpo", args=[*team.project.address, document.number])
    lead.post(ask, {"until": UNTIL, "unfinished": "on"})
    assert "får en mail" in words_after(lead, address(team, "ask_point"))
    most = MOST["project_step"]
    asked = {each.user.email: most + 1 for each in (team.dpo, team.management)}
    assert mails("project_step") == asked | {team.substitute.user.email: 1}


def test_a_letter_that_is_posted_already_is_not_withheld_by_a_second_click(team):
    letters = [
        Letter(
            f"x:{number}",
            team.lead.user.email,
            "project_step",
            {"subject": "-", "sentence": "-", "why": "-", "url": "-"},
            "da",
        )
        for number in range(MOST["project_step"] + 1)
    ]
    assert posting.post_within_limits("project_step", letters).withheld == [team.lead.user.email]
    assert posting.post_within_limits("project_step", letters[:-1]).withheld == []
