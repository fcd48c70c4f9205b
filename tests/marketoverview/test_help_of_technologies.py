"""The help of the technologies that the portal came with names no business area, in databases of earlier versions, too."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from marketoverview.market.snapshot import snapshots
from marketoverview.models import Option

migration = import_module("marketoverview.migrations.0037_name_no_business_area_in_help_of_technologies")
EDITOR = SimpleNamespace(connection=connection)


def help_texts() -> dict[tuple[str, str], str]:
    options = {option.code: option for option in Option.objects.filter(question__code="technologies")}
    return {(code, language): getattr(options[code], f"help_{language}") for code, language, *_texts in migration.TEXTS}


@pytest.fixture
def as_it_came(survey):
    migration.name_business_areas(apps, EDITOR)
    assert help_texts() == {(code, language): old for code, language, old, _new in migration.TEXTS}


def test_what_stands_as_it_came_reads_as_a_new_installation(as_it_came):
    migration.name_no_business_area(apps, EDITOR)
    assert help_texts() == {(code, language): new for code, language, _old, new in migration.TEXTS}


def test_what_kl_has_written_stays(as_it_came):
    Option.objects.filter(code="planning").update(help_da="Fx køreplaner.")
    migration.name_no_business_area(apps, EDITOR)
    assert help_texts()["planning", "da"] == "Fx køreplaner."
    assert help_texts()["planning", "en"] == "For example planning routes or shifts."


@pytest.mark.parametrize("query", ["hjemmepleje", "hjemmeplejen"])
def test_who_forecasts_is_not_found_by_an_example(query, demo):
    snapshot = snapshots.current()
    only_forecasting = snapshot.match({"technologies": ["prediction"]}) & ~snapshot.match(
        {"business-areas": ["health"]}
    )
    assert not only_forecasting & snapshot.match({}, query) & ~snapshot.match({}, "Birkekvist")
