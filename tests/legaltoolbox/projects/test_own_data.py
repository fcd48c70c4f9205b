"""The copy of the own data, the deletion of a login and a new address, for the people of municipalities."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from kl_ai.mail.models import OutgoingMail
from kl_ai.models import User
from kl_ai.people.login_deletion import login_deletion
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.mails.membership import send_municipality_news
from legaltoolbox.projects.models import (
    Comment,
    Decision,
    Measure,
    Municipality,
    MunicipalityInvitation,
    Project,
    ProjectEvent,
    RequirementState,
    RiskAssessment,
    Task,
)
from legaltoolbox.projects.models.tasks import EMPTY
from legaltoolbox.projects.rights import ProjectRole
from tests.authenticators import APP, secret_on, totp
from tests.builders import make_user
from tests.legaltoolbox.projects.documents import begin
from tests.legaltoolbox.projects.planned import add, take
from tests.mails import log_in_recently

EMAIL = "ny@k9901.example"


def delete(user) -> None:
    login_deletion().delete_login(user)


def project_tables() -> str:
    """Every value of every row of the projects' tables, in small letters."""
    models = apps.get_app_config("projects").get_models()
    return str([list(model._default_manager.values_list()) for model in models]).lower()


def test_the_copy_holds_memberships_roles_and_acts(client, team):
    log_in_recently(client, team.lead.user)
    data = json.loads(client.get(reverse("vendor:data")).content)
    assert [row["name"] for row in data["municipalities"]] == [team.municipality.name]
    assert [row["role"] for row in data["projects"]] == ["lead"]
    assert [row["what"] for row in data["project_acts"]] == ["created", *["member-added"] * 3]


def test_the_copy_holds_the_own_comments_and_those_of_nobody_else(client, team):
    for person in (team.lead, team.dpo):
        Comment.write(team.project, person.user, "R09", f"Fra {person.user.email}")
    log_in_recently(client, team.lead.user)
    data = json.loads(client.get(reverse("vendor:data")).content)
    assert [row["text"] for row in data["comments"]] == [f"Fra {team.lead.user.email}"]


def test_the_copy_holds_what_the_person_has_said_and_decided_and_nobody_else(client, team):
    document = begin(team, "S11")
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    document.give_opinion(team.dpo.user, "advice", "Som helhed god.", ["Slet før."], document.state_hash())
    document.answer_advice(team.editor.user, {1: ("not-followed", "Loven siger fem år.")})
    Decision.objects.create(
        project=team.project, point="P1", by=team.management.user, answer="no", reason="For dyrt.", state="0" * 64
    )
    words = {"dpo": "Som helhed god.", "editor": "Loven siger fem år.", "management": "For dyrt."}
    names = ("opinions_given", "advice_answered", "decisions_taken")
    for name, text in words.items():
        log_in_recently(client, team.people[name].user)
        data = json.loads(client.get(reverse("vendor:data")).content)
        said = str([data[part] for part in names])
        assert [each for each in words.values() if each in said] == [text]


def test_the_copy_holds_by_title_what_the_person_is_responsible_for(client, team):
    add(team, "Aftal et møde", owner=team.editor.pk)
    take(team, "A25", owner=team.editor.pk)
    Measure.add_measure(team.project, "Slet efter 30 dage", ["R09"], team.lead.user, owner=team.editor.pk)
    for model, code in ((RiskAssessment, "R09"), (RequirementState, "K31")):
        content = model(project=team.project, code=code).content
        model.assess(team.project, code, {"owner": team.editor.pk}, fingerprint(content), team.lead.user)
    log_in_recently(client, team.editor.user)
    data = json.loads(client.get(reverse("vendor:data")).content)
    catalogue = catalogues.current()
    assert [row["title"] for row in data["tasks_owned"]] == ["Aftal et møde", catalogue.find("activity", "A25").title]
    assert [row["text"] for row in data["measures_owned"]] == ["Slet efter 30 dage"]
    assert [row["title"] for row in data["risks_owned"]] == [catalogue.find("risk", "R09").title]
    assert [row["title"] for row in data["requirements_owned"]] == [catalogue.find("requirement", "K31").title]
    log_in_recently(client, team.lead.user)
    data = json.loads(client.get(reverse("vendor:data")).content)
    assert not any(data[f"{kind}_owned"] for kind in ("tasks", "measures", "risks", "requirements"))


def test_the_copy_holds_nothing_of_others(client, team, other_team):
    log_in_recently(client, team.strange.user)
    text = client.get(reverse("vendor:data")).content.decode()
    assert other_team.municipality.name not in text
    assert team.project.title not in text


def test_nothing_of_address_and_name_is_left_after_the_deletion(team):
    invitation = MunicipalityInvitation.invite(team.municipality, EMAIL, team.keeper.user)
    user = make_user(EMAIL, full_name="Ny Medarbejder")
    invitation.accept(user)
    member = team.municipality.member(user)
    team.project.add_member(team.lead.user, member, ProjectRole.EDITOR)
    member.change_tasks(team.keeper.user, is_keeper=True)
    waiting = MunicipalityInvitation.invite(team.municipality, "en@k9901.example", user)
    send_municipality_news(team.municipality)
    delete(user)
    tables = project_tables()
    assert EMAIL not in tables
    assert "ny medarbejder" not in tables
    waiting.refresh_from_db()
    assert waiting.cancelled_at
    assert {"cancelled", "deleted"} <= set(team.municipality.events.values_list("what", flat=True))
    mails = OutgoingMail.objects.filter(to=team.keeper.user.email)
    assert mails.exists()
    assert not any("Ny Medarbejder" in mail.body or EMAIL in mail.body for mail in mails)


def test_the_last_keeper_and_the_only_lead_are_told_what_to_do_first(client, team):
    for member in (team.keeper, team.lead):
        (obstacle,) = login_deletion().obstacles([member.user])
        assert team.municipality.name in obstacle
        with pytest.raises(ValidationError):
            delete(member.user)
        assert User.objects.filter(pk=member.user.pk).exists()
    log_in_recently(client, team.lead.user)
    page = client.get(reverse("vendor:account_delete")).content.decode()
    assert team.project.title in page
    assert f'action="{reverse("vendor:account_delete")}"' not in page


def test_the_only_lead_of_a_closed_project_is_told_too(team):
    team.project.close(team.lead.user)
    (obstacle,) = login_deletion().obstacles([team.lead.user])
    assert obstacle.startswith("1 ")
    assert team.project.title not in obstacle


def test_who_is_neither_is_told_what_ends(client, team):
    log_in_recently(client, team.editor.user)
    assert team.municipality.name in client.get(reverse("vendor:account_delete")).content.decode()
    assert login_deletion().obstacles([team.editor.user]) == []
    delete(team.editor.user)
    assert team.municipality.events.get().what == "deleted"


def test_two_who_go_together_are_no_successors_of_each_other(team):
    team.strange.change_tasks(team.keeper.user, is_keeper=True)
    assert login_deletion().obstacles([team.keeper.user]) == []
    assert len(login_deletion().obstacles([team.keeper.user, team.strange.user])) == 1


def test_an_invitation_moves_to_the_new_address(team):
    invitation, user = MunicipalityInvitation.invite(team.municipality, EMAIL, team.keeper.user), make_user(EMAIL)
    User.objects.filter(pk=user.pk).update(email="nyere@k9901.example")
    user.refresh_from_db()
    login_deletion().move_address(user, EMAIL)
    assert invitation.accept(user) == team.municipality


# Before the second step, and after somebody has left --------------------------------------------------


def copy_of(client) -> dict:
    return json.loads(client.get(reverse("vendor:data")).content)


def words_of_the_lead(team) -> tuple[str, ...]:
    """Do as the lead what projects keep word for word; the words."""
    Comment.write(team.project, team.lead.user, "R09", "Min kommentar")
    Decision.objects.create(
        project=team.project, point="P1", by=team.lead.user, answer="no", reason="Min grund", state="0" * 64
    )
    MunicipalityInvitation.objects.create(
        municipality=team.municipality, email=EMAIL, invited_by=team.lead.user, language="da"
    )
    Task.add_own(team.project, team.lead.user, {**EMPTY, "title": "Min opgave", "owner": team.lead.pk}, "")
    return "Min kommentar", "Min grund", "Min opgave", EMAIL


def ask_for_the_step(team) -> None:
    Municipality.objects.filter(pk=team.municipality.pk).update(requires_second_factor=True)
    team.municipality.refresh_from_db()


def pass_the_step(client) -> None:
    client.post(APP, {"code": totp(secret_on(client.get(APP)))})


def test_before_the_second_step_the_copy_holds_nothing_of_a_municipality_that_asks_for_it(client, team, other_team):
    member = other_team.municipality.members.create(user=team.lead.user)
    other_team.project.add_member(other_team.lead.user, member, ProjectRole.EDITOR)
    for each, title in ((team, "Titel her"), (other_team, "Titel i nabokommunen")):
        Project.objects.filter(pk=each.project.pk).update(title=title)
    words = ("Titel her", *words_of_the_lead(team))
    ask_for_the_step(team)
    log_in_recently(client, team.lead.user)
    text = client.get(reverse("vendor:data")).content.decode()
    assert [word for word in words if word in text] == []
    assert "Titel i nabokommunen" in text
    data = json.loads(text)
    (sentence,) = data["left_out_of_municipalities"]
    assert team.municipality.name in sentence
    assert APP in sentence
    account = client.get(reverse("vendor:account")).content.decode()
    assert f'href="{APP}?next=' in account
    pass_the_step(client)
    text = client.get(reverse("vendor:data")).content.decode()
    assert [word for word in words if word not in text] == []
    assert json.loads(text)["left_out_of_municipalities"] == []
    assert APP not in client.get(reverse("vendor:account")).content.decode()


def test_who_has_left_passes_the_step_too(client, team):
    Comment.write(team.project, team.editor.user, "R09", "Min kommentar")
    team.editor.end(team.keeper.user)
    ask_for_the_step(team)
    log_in_recently(client, team.editor.user)
    assert copy_of(client)["comments"] == []
    pass_the_step(client)
    assert [row["text"] for row in copy_of(client)["comments"]] == ["Min kommentar"]


def test_before_the_second_step_the_deletion_names_no_project(client, team):
    ask_for_the_step(team)
    log_in_recently(client, team.lead.user)
    path = reverse("vendor:account_delete")
    pages = [client.get(path).content.decode(), client.post(path, follow=True).content.decode()]
    assert not any(team.project.title in page for page in pages)
    assert all(team.municipality.name in page for page in pages)
    assert f'href="{APP}?next=' in pages[0]
    assert User.objects.filter(pk=team.lead.user.pk).exists()
    pass_the_step(client)
    assert team.project.title in client.get(path).content.decode()


def test_who_is_no_longer_in_a_project_gets_the_own_words_and_no_words_of_others(client, team):
    Comment.write(team.project, team.editor.user, "R09", "Min kommentar")
    ProjectEvent.record(team.project, "edited", team.editor.user, "purpose", old="Andres ord", new="Mine ord")
    team.project.members.get(member=team.editor).delete()
    Project.objects.filter(pk=team.project.pk).update(title="Ny titel")
    log_in_recently(client, team.editor.user)
    text = client.get(reverse("vendor:data")).content.decode()
    assert [word for word in ("Ny titel", "Andres ord") if word in text] == []
    data = json.loads(text)
    assert [row["text"] for row in data["comments"]] == ["Min kommentar"]
    (act,) = [row for row in data["project_acts"] if row["what"] == "edited"]
    assert (act["new"], act["municipality"], act["project_number"]) == ("Mine ord", team.municipality.name, 1)
