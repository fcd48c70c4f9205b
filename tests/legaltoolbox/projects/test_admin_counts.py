"""Whoever changes a text of the catalogue sees before saving how many projects are to decide on it, and nothing of whose they are."""

from io import StringIO

import pytest
from django.core.management import call_command

from legaltoolbox.models import Activity, ChecklistItem, LegalBasis, Requirement, Risk, Role, ScreeningQuestion
from legaltoolbox.projects.models import Measure
from legaltoolbox.projects.work.text_counts import text_use
from tests.admin_pages import admin_url
from tests.reading import parse

from .builders import Team
from .project_rows import say_all


def shown(client, item) -> str:
    response = client.get(admin_url(type(item), "change", item.pk))
    assert response.status_code == 200
    return " ".join(parse(response.content.decode()).text.split())


def test_change_page_says_how_many_projects_decide(editor_client, pinned):
    Team("9902")
    text = shown(editor_client, Requirement.objects.get(code="K01"))
    assert "2 projects in 2 municipalities" in text or "2 projekter i 2 kommuner" in text
    assert "1 of them has written" in text or "1 af dem har skrevet" in text
    assert "Prøvekommune" not in text
    assert pinned.project.title not in text


@pytest.mark.parametrize("model", [Activity, Risk, Requirement, LegalBasis, ScreeningQuestion])
def test_every_kind_that_projects_pin_has_the_line(editor_client, pinned, model):
    text = shown(editor_client, model.objects.first())
    assert "1 project in 1 municipality" in text or "1 projekt i 1 kommune" in text


def test_row_of_an_item_has_the_line_of_its_item(editor_client, pinned):
    check = ChecklistItem.objects.first()
    pinned.project.checklist_answers.create(activity=check.activity.code, key=check.reference, value="yes")
    text = shown(editor_client, check)
    assert "1 of them has written" in text or "1 af dem har skrevet" in text


def test_item_that_no_project_pins_says_so(editor_client, pinned):
    text = shown(editor_client, Role.objects.first())
    assert "asks nobody" in text or "Ingen skal tage stilling" in text


def test_counts_follow_what_is_written(team, django_assert_num_queries):
    assert text_use("risk", "R01").written == 0
    Measure.add_measure(team.project, "To læser hvert brev", ["R01"], team.lead.user)
    with django_assert_num_queries(1):
        assert text_use("risk", "R01").written == 1
    assert text_use("risk", "R011").written == 0
    say_all(team)
    assert text_use("scale", "scale").written == 1
    team.project.close(team.lead.user, "")
    assert text_use("risk", "R01").projects == 0


def test_new_item_has_no_line(editor_client):
    response = editor_client.get(admin_url(Risk, "add"))
    assert response.status_code == 200
    assert "project_use" not in response.content.decode()


def test_loading_of_content_says_how_many_projects_decide(pinned):
    Requirement.objects.filter(code="K01").update(duty="Kommunen skal altid spørge.")
    out = StringIO()
    call_command("load_content", "--yes", stdout=out)
    assert "K01 is used in 1 projects of 1 municipalities; 1 have written on it" in out.getvalue()
