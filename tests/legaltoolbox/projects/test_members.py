"""Letting somebody into a project."""

from django.test import Client
from django.urls import reverse

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
