"""What cannot be seen, and arrives with texts that are pasted, is never a reason to refuse them, and is stored nowhere."""

from collections import Counter

import pytest
from django.apps import apps
from django.db.models import CharField, JSONField, TextField
from django.test import Client

from kl_ai.text import has_unseen
from tests.legaltoolbox.projects.text_forms import forms_with_texts, sent
from tests.mails import log_in_recently

pytestmark = pytest.mark.any_database

PASTED = "Sags\u00adbehandling\u200b \ufeffog\u202e \uf0b7svar\u2028her"
STORED = "Sagsbehandling og svar her"


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
    for action, form in forms_with_texts(client, team):
        answer = client.post(action, sent(form, PASTED))
        assert answer.status_code in (200, 302), (action, answer.status_code)
    found = stored_texts()
    assert [text for text in found if has_unseen(text)] == []
    assert found[STORED] > least, found[STORED]
