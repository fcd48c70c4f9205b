"""No browser, and nothing on the way to it, keeps anything that is answered at an address of a project."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.legaltoolbox.projects.access import TABLE, Row
from tests.mails import log_in_recently

TRIED = {200, 302, 404, 405}


def is_kept(response) -> bool:
    list(response)  # a file is closed when it has been read
    return "no-store" not in response.headers.get("Cache-Control", "")


def browsers(team, other_team, row: Row) -> list[Client]:
    """Nobody, somebody who may and somebody of another municipality."""
    allowed = next(member for name, member in team.people.items() if row.may(team, name))
    clients = [Client(), Client(), Client()]
    for client, member in zip(clients[1:], (allowed, other_team.lead), strict=True):
        log_in_recently(client, member.user)
    return clients


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_nothing_is_kept_of_any_address_for_anybody(row, language, team, other_team):
    path = row.path(team, language)
    for client in browsers(team, other_team, row):
        responses = [
            client.get(path),
            client.put(path),
            client.post(path),
            client.get(path.rstrip("/") + "/findes-ikke/"),
        ]
        statuses = [response.status_code for response in responses]
        assert not [status for status, response in zip(statuses, responses, strict=True) if is_kept(response)]


def test_the_walk_meets_pages_redirects_and_errors(team, other_team):
    """So that the rule above is held against each of them."""
    met = set()
    for name in ("projects:overview", "projects:ask_point", "projects:decisions", "projects:risk_add"):
        row = next(row for row in TABLE if row.name == name)
        for client in browsers(team, other_team, row):
            path = row.path(team)
            met |= {client.get(path).status_code, client.put(path).status_code}
    assert met >= TRIED


def test_an_address_without_its_last_stroke_leads_on_and_is_not_kept(team):
    response = Client().get(reverse("projects:overview", args=team.project.address).rstrip("/"))
    assert response.status_code in (301, 302)
    assert not is_kept(response)


@pytest.mark.django_db
def test_the_public_agreement_may_be_kept(content_rows):
    assert is_kept(Client().get(reverse("projects:agreement")))
