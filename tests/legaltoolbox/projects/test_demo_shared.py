"""The demonstration's second municipality: it cannot be mistaken for a real one, and shares a copy that others can begin from."""

import pytest
from django.core.management import CommandError, call_command

from legaltoolbox.projects.management.commands import load_demo_shared as demo
from legaltoolbox.projects.models import Municipality, SharedCopy
from legaltoolbox.projects.work.redaction import LEFT_OUT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]


@pytest.fixture(autouse=True)
def develop(settings):
    settings.DEBUG = True


def load(**options) -> None:
    call_command("load_demo_shared", verbosity=0, **options)


def test_the_municipality_says_that_it_is_invented_and_shares_a_copy_without_its_vendor():
    load()
    load()
    municipality = Municipality.objects.get()
    assert "opfundet" in municipality.name
    assert municipality.is_demo
    copy = SharedCopy.objects.current().get()
    text = SharedCopy.to_bytes(copy.record).decode()
    assert "Referatfirma" not in text
    assert LEFT_OUT in text
    assert set(copy.contents) >= {"answers", "risks", "requirements", "measures", "documents", "bases", "checklists"}


def test_a_reset_puts_it_back_and_production_refuses_it(settings):
    load()
    SharedCopy.objects.get().project.measures.all().delete()
    load(reset=True)
    assert SharedCopy.objects.get().project.measures.count() == len(demo.SharedDemoProject.read()["measures"])
    settings.DEBUG = False
    with pytest.raises(CommandError):
        load()
