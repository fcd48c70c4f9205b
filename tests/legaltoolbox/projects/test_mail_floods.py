"""Nobody floods a colleague with mails by doing and undoing the same; the work itself is never refused."""

from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from kl_ai.mail.models import OutgoingMail
from kl_ai.people.limits import MAILS_A_DAY
from legaltoolbox.projects.mails import posting
from legaltoolbox.projects.models import DocumentStatus, MunicipalityEvent, ProjectMember, requests
from tests.legaltoolbox.projects.documents import begin
from tests.legaltoolbox.projects.points import address, decide
from tests.mails import log_in_recently

MOST = {"project_step": 3, "municipality_membership": 4}
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


def test_asking_the_officer_and_taking_back_sends_so_many_mails_a_day_and_works_on(team):
    document, lead = written(team), browser(team.lead)
    step = lambda name: reverse(f"projects:document_{name}", args=[*team.project.address, document.number])  # noqa: E731
    for _time in range(TIMES):
        assert lead.post(step("ask_dpo"), {"until": UNTIL, "unfinished": "on"}).status_code == 302
        assert lead.post(step("take_back")).status_code == 302
    assert team.project.events.filter(what="asked-dpo").count() == TIMES
    most = MOST["project_step"]
    assert mails("project_step") == {team.dpo.user.email: most, team.substitute.user.email: most}


def test_asking_the_management_again_and_again_sends_so_many_mails_a_day(team):
    lead = browser(team.lead)
    for _time in range(TIMES):
        assert lead.post(address(team, "ask_point")).status_code == 302
        decide(team, "no", reason="Ikke endnu.")
    assert team.project.events.filter(what="to-management").count() == TIMES
    assert mails("project_step") == {team.management.user.email: MOST["project_step"]}


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


def test_others_get_their_mails_still_and_tomorrow_everybody_does(team):
    step = {"to": team.dpo.user.email, "kind": "project_step", "language": "da", "subject": "-", "body": "-"}
    for number in range(MOST["project_step"]):
        OutgoingMail.objects.create(key=f"x:{number}", **step)
    document, lead = written(team), browser(team.lead)
    ask = reverse("projects:document_ask_dpo", args=[*team.project.address, document.number])
    lead.post(ask, {"until": UNTIL, "unfinished": "on"})
    assert mails("project_step")[team.substitute.user.email] == 1
    assert mails("project_step")[team.dpo.user.email] == MOST["project_step"]
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(days=1))
    document.take_back(team.lead.user)
    lead.post(ask, {"until": UNTIL, "unfinished": "on"})
    assert mails("project_step")[team.dpo.user.email] == MOST["project_step"] + 1


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
