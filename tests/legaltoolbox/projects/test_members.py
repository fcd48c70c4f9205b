"""Letting somebody into a project."""

from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from kl_ai.mail.models import OutgoingMail
from legaltoolbox.projects.mails.members import send_added
from legaltoolbox.projects.models import Municipality
from tests.reading import parse


def test_nobody_is_let_in_before_a_role_is_chosen(team):
    browser, page = Client(), reverse("projects:members", args=team.project.address)
    browser.force_login(team.lead.user)
    assert [
        option.text for option in parse(browser.get(page).content.decode()).find_all("select")[-1].find_all("option")
    ][:2] == ["Vælg en rolle", "Projektleder"]
    answer = browser.post(page, {"person": team.strange.pk, "role": ""}).content.decode()
    assert "Vælg den rolle, personen skal have." in answer
    assert not team.project.members.filter(member=team.strange).exists()


@pytest.mark.parametrize("asks_second_step", [False, True])
def test_whoever_is_let_in_gets_one_mail(team, asks_second_step):
    Municipality.objects.filter(pk=team.municipality.pk).update(requires_second_factor=asks_second_step)
    team.project.refresh_from_db()
    for _click in range(2):
        with suppress(ValidationError):
            team.project.add_member(team.lead.user, team.strange, "editor")
        send_added(team.project, team.strange)
    mail = OutgoingMail.objects.get()
    assert mail.to == team.strange.user.email
    assert "redaktør" in mail.body
    assert reverse("projects:overview", args=team.project.address) in mail.body
    assert ("Udkast til breve" in mail.subject + mail.body) is not asks_second_step


def test_the_page_lets_in_and_tells(team):
    browser, page = Client(), reverse("projects:members", args=team.project.address)
    browser.force_login(team.lead.user)
    browser.post(page, {"person": team.strange.pk, "role": "reader"})
    assert [mail.to for mail in OutgoingMail.objects.all()] == [team.strange.user.email]
