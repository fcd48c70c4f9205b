"""What cannot be seen, and arrives with texts that are pasted, is never a reason to refuse them, and is stored nowhere."""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db.models import CharField, JSONField, TextField
from django.test import Client

from kl_ai.text import has_unseen
from tests.legaltoolbox.projects.access import TABLE
from tests.mails import log_in_recently
from tests.reading import Element, parse

pytestmark = pytest.mark.any_database

PASTED = "Sags\u00adbehandling\u200b \ufeffog\u202e \uf0b7svar\u2028her"
STORED = "Sagsbehandling og svar her"
TYPED = {"text", "search", ""}


def texts(form: Element) -> list[str]:
    """The names of the fields in which one can write anything."""
    lines = [each for each in form.find_all("input") if each.attrs.get("type", "") in TYPED and each.attrs.get("name")]
    return [each.attrs["name"] for each in (*lines, *form.find_all("textarea"))]


def sent(form: Element) -> dict[str, list[str]]:
    """What a browser sends of the form as it is shown, with the pasted text in each field of text."""
    data: dict[str, list[str]] = {}
    for field in form.find_all("input"):
        kind, name = field.attrs.get("type", ""), field.attrs.get("name")
        if name and (kind not in ("checkbox", "radio") or "checked" in field.attrs):
            data.setdefault(name, []).append(field.attrs.get("value", ""))
    for field in form.find_all("select"):
        options = [each.attrs.get("value", "") for each in field.find_all("option")]
        data[field.attrs["name"]] = [next((value for value in options if value), "")]
    for field in form.find_all("input", type="radio"):
        data.setdefault(field.attrs["name"], [field.attrs["value"]])
    return data | {name: [PASTED] for name in texts(form)}


def stored_texts() -> Counter:
    """Each text that a row of the projects holds, whatever it stands in."""
    found: Counter = Counter()

    def collect(value) -> None:
        if isinstance(value, str):
            found[value] += 1
        elif isinstance(value, dict | list):
            for each in value.values() if isinstance(value, dict) else value:
                collect(each)

    for model in apps.get_app_config("projects").get_models():
        names = [field.attname for field in model._meta.fields if isinstance(field, CharField | TextField | JSONField)]
        for row in model.objects.values_list(*names) if names else ():
            collect(list(row))
    return found


@pytest.mark.parametrize(("name", "least"), [("lead", 25), ("dpo", 1)])
def test_text_that_is_pasted_is_stored_without_what_cannot_be_seen(team, name, least):
    client = Client(raise_request_exception=True)
    log_in_recently(client, team.people[name].user)
    for row in TABLE:
        path = row.path(team)
        if row.is_post or not path.endswith("/"):
            continue
        page = client.get(path)
        if page.status_code != 200:
            continue
        for form in parse(page.content.decode()).find("main").find_all("form"):
            if form.attrs.get("method") == "post" and texts(form):
                action = urlsplit(form.attrs.get("action") or path).path or path
                answer = client.post(action, sent(form))
                assert answer.status_code in (200, 302), (row.name, answer.status_code)
    found = stored_texts()
    assert [text for text in found if has_unseen(text)] == []
    assert found[STORED] > least, found[STORED]
