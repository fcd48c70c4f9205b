"""What somebody wrote on a page of a project while the login expired stands in its field after the next login."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.people import limits
from legaltoolbox.projects.models import ProjectEvent
from tests.legaltoolbox.projects.documents import begin
from tests.legaltoolbox.projects.text_forms import forms_with_texts, sent, texts
from tests.mails import log_in, log_in_recently
from tests.reading import parse

pytestmark = pytest.mark.any_database

TEXT = "Skrevet, da login udløb"


@pytest.fixture
def steps(team, request):
    """The page of the steps of an impact assessment: at the officer, with advice, or at the management."""
    document = begin(team, "S11")
    document.ask_dpo(team.lead.user, timezone.localdate() + timezone.timedelta(days=14))
    if request.param != "dpo":
        document.give_opinion(team.dpo.user, "advice", "", ["Slet efter 30 dage."], document.state_hash())
    if request.param == "management":
        document.answer_advice(team.lead.user, {1: ("followed", "")}, seen=None)
        document.ask_management(team.lead.user)
    return team.people[request.param].user, reverse(
        "projects:document_steps", args=[*team.project.address, document.number]
    )


def shown_texts(page) -> list[str]:
    fields = [each.attrs.get("value", "") for each in page.find_all("input") if each.attrs.get("type") != "hidden"]
    return [*fields, *(each.text.strip() for each in page.find_all("textarea"))]


@pytest.mark.parametrize(
    ("steps", "own"), [("dpo", "udtalelse/"), ("lead", "raad/"), ("management", "beslutning/")], indirect=["steps"]
)
def test_what_was_typed_stands_in_its_field_after_the_next_login(team, steps, own, monkeypatch):
    monkeypatch.setattr(limits, "consume", lambda *_args, **_options: None)
    user, steps_path = steps
    client = Client()
    log_in_recently(client, user)
    forms = list(forms_with_texts(client, team, steps_path))
    assert steps_path + own in [action for action, _form in forms]
    events = ProjectEvent.objects.count()
    lost = []
    for action, form in forms:
        del client.cookies[settings.SESSION_COOKIE_NAME]
        assert client.post(action, sent(form, TEXT)).status_code == 302, action
        log_in(client, user.email, next=action)
        response = client.get(action)
        shown = shown_texts(parse(response.content.decode()).find("main")) if response.status_code == 200 else []
        if shown.count(TEXT) < len(texts(form)):
            lost.append((action, texts(form)))
    assert lost == []
    assert ProjectEvent.objects.count() == events, "nothing is saved by itself"


@pytest.mark.parametrize("is_known", [True, False])
def test_a_long_section_is_kept_too_where_the_browser_is_known(team, is_known):
    """A stranger cannot fill the table of sessions with long texts."""
    document, client = begin(team, "S11"), Client()
    client.post("/log-ind/", {"email": team.lead.user.email})
    log_in(client, team.lead.user.email)
    if not is_known:
        client.cookies.clear()
    else:
        del client.cookies[settings.SESSION_COOKIE_NAME]
    path = reverse("projects:section", args=[*team.project.address, document.number, 2])
    form = {"f-1": "Æ" * 140_000, "seen": "x"}
    assert client.post(path, form).status_code == 302
    log_in(client, team.lead.user.email, next=path)
    shown = shown_texts(parse(client.get(path).content.decode()).find("main"))
    assert (form["f-1"] in shown) is is_known
