"""A kind of item that the toolbox does not have: with a model, a record and two templates it is in the whole toolbox."""

import importlib
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import override_settings
from django.urls import clear_url_caches, reverse
from django.utils.translation import override

import kl_ai.urls
import legaltoolbox.urls
from legaltoolbox.admin import register_kinds
from legaltoolbox.axes import choice_axis
from legaltoolbox.catalogue import catalogues, draft_catalogues
from legaltoolbox.content import check, files
from legaltoolbox.content.load import load
from legaltoolbox.kind_types import ItemKind, ItemPart
from legaltoolbox.kinds import KINDS, STATE
from legaltoolbox.linking import linker
from legaltoolbox.models import Activity, LegalSource, Role, toolbox_version
from tests.admin_pages import Page, logged_in
from tests.builders import make_user
from tests.legaltoolbox.small import REVIEWED
from tests.reading import facet_counts, read, read_json

pytestmark = pytest.mark.any_database

TOOLBOX = "/en/juridisk-vaerktoejskasse/"
APP = "tests.legaltoolbox.invented"


def record() -> ItemKind:
    """The record of the invented kind."""
    from tests.legaltoolbox.invented.models import Tool, ToolStep  # only while its app is installed

    steps = ItemPart(
        name="steps",
        model=ToolStep,
        parent="tool",
        fields=("text", "role"),
        number="number",
        links=("role",),
        searched=("text",),
        has_code=True,
    )
    return ItemKind(
        model=Tool,
        heading="Tools",
        json_name="all_tools",
        list_name="tools",
        fields=("code", "title", "medium", "purpose", "activities", "sources", *STATE),
        file="tools.yaml",
        parts=(steps,),
        rank=10,
        codes=(("V", 2),),
        searched=("code", "title", "purpose"),
        excerpt="purpose",
        address="vaerktoejer",
        related=("activity", "role"),
        axes=(choice_axis("medium", "Medium", Tool.Medium),),
        needs=(("activity", "helps with no activity."),),
    )


@pytest.fixture(scope="module")
def _app(database, django_db_blocker) -> Iterator[None]:
    """The invented kind's app, as if it were installed; its tables are in the database that the tests start from."""
    with django_db_blocker.unblock(), override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, APP]):
        apps.clear_cache()  # what the other models know of their relations
        models = list(apps.get_app_config("invented").get_models())
        with connection.schema_editor() as editor:
            for model in models:
                editor.create_model(model)
        yield
        with connection.schema_editor() as editor:
            for model in reversed(models):
                editor.delete_model(model)
    apps.clear_cache()


@pytest.fixture
def kind(_app, monkeypatch) -> Iterator[ItemKind]:
    """The invented kind's record, with the addresses and the form that follow from it."""
    kind = record()
    monkeypatch.setitem(KINDS, kind.name, kind)
    register_kinds()
    _read_addresses_anew()
    yield kind
    admin.site.unregister(kind.model)
    monkeypatch.undo()
    _read_addresses_anew()


def _read_addresses_anew() -> None:
    for module in (legaltoolbox.urls, kl_ai.urls):
        importlib.reload(module)
    clear_url_caches()


@pytest.fixture
def tool(kind, content_rows):
    """A tool for the activity A25 with a step that the role of the vendor takes."""
    tool = kind.model.objects.create(
        code="V01", title="Tavlen", medium="paper", purpose="Samler sporene. Se R09.", **REVIEWED
    )
    tool.activities.add(Activity.objects.get(code="A25"))
    tool.sources.add(LegalSource.objects.get(slug="gdpr-art-35"))
    tool.steps.create(
        key="a", number=1, text="Hæng en overstregningstusch op.", role=Role.objects.get(slug="leverandor")
    )
    toolbox_version.bump()
    return tool


def test_it_is_found_by_search_and_has_a_list_and_a_page(tool, client):
    for query in ("tavlen", "overstregningstusch", "V01", "v 1", "sporene"):
        results = read(client, f"{TOOLBOX}soeg/?q={query}")
        assert {link.attrs["href"] for link in results.find_all("a", cls="ref")} >= {f"{TOOLBOX}vaerktoejer/V01/"}, (
            query
        )
    listed = read(client, f"{TOOLBOX}vaerktoejer/")
    assert facet_counts(listed, "medium") == {"paper": 1, "screen": 0}
    assert listed.has("a", href=f"{TOOLBOX}vaerktoejer/V01/")
    assert not read(client, f"{TOOLBOX}vaerktoejer/?medium=screen").has("a", href=f"{TOOLBOX}vaerktoejer/V01/")
    page = read(client, f"{TOOLBOX}vaerktoejer/V01/")
    assert page.find("h1").text == "Tavlen"
    addresses = {link.attrs["href"] for link in page.find("main").find_all("a")}
    assert addresses >= {f"{TOOLBOX}{path}/" for path in ("aktiviteter/A25", "roller/leverandor", "risici/R09")}


def test_it_is_in_the_json_and_described_there(tool, client):
    (record,) = read_json(client, "/juridisk-vaerktoejskasse/katalog.json")["all_tools"]
    assert record == {
        "code": "V01",
        "title": "Tavlen",
        "medium": "paper",
        "purpose": "Samler sporene. Se R09.",
        "activities": ["A25"],
        "sources": ["gdpr-art-35"],
        "search_words": [],
        "certainty": "recalled",
        "read_in": "",
        "read_on": None,
        "unread_reason": "",
        "unsettled": "",
        "reviewed_on": "2025-03-01",
        "review_by": "2030-03-01",
        "confirmed_on": None,
        "steps": [{"code": "V01.a", "text": "Hæng en overstregningstusch op.", "role": "leverandor"}],
        "url": "http://testserver/juridisk-vaerktoejskasse/vaerktoejer/V01/",
    }
    assert "steps of tools: code, text, role" in read(client, f"{TOOLBOX}genbrug/").text


def test_it_is_checked_as_every_item_is(tool, kind):
    tool.activities.clear()
    kind.model.objects.filter(pk=tool.pk).update(purpose="Se V99 og GDPR art. 999.", unread_reason="Opdigtet.")
    Activity.objects.filter(code="A25").update(why="Se V01 og V98.")
    with override("en"):
        problems = [str(finding) for finding in check.findings(draft_catalogues.build()) if finding.is_problem]
    assert problems == [
        "A25: mentions V98, which does not exist.",
        "V01: cites “GDPR art. 999”, which is not in the table of sources.",
        "V01: mentions V99, which does not exist.",
        "V01: helps with no activity.",
    ]


def test_it_is_linked_from_both_ends(tool, client):
    catalogue = catalogues.build()
    item = catalogue.find("tool", "V01")
    for other_kind, key in (("activity", "A25"), ("role", "leverandor"), ("source", "gdpr-art-35")):
        other = catalogue.find(other_kind, key)
        assert other in catalogue.linked(item, other_kind)
        assert catalogue.linked(other, "tool") == [item]
    assert read(client, f"{TOOLBOX}kilder/gdpr-art-35/").has("a", href=f"{TOOLBOX}vaerktoejer/V01/")
    with override("da"):
        link = '<a href="/juridisk-vaerktoejskasse/vaerktoejer/V01/">V01</a>'
        assert linker(catalogue).inline("Brug tavlen V01.") == f"Brug tavlen {link}."
        assert linker(catalogue).inline("Brug V01.") == f"Brug {link} (Tavlen)."


def test_what_its_part_must_name_and_is_not_public_takes_the_row_with_it(tool):
    Role.objects.filter(slug="leverandor").update(is_public=False)
    catalogue = catalogues.build()
    assert catalogue.parts("steps", catalogue.find("tool", "V01")) == []


def test_it_is_loaded_from_its_file_and_written_back(kind, small, db):
    text = files.dump(
        [
            {
                "code": "V01",
                "title": "Tavlen",
                "medium": "paper",
                "purpose": "Samler.",
                "activities": ["A01"],
                "sources": ["gdpr"],
                **REVIEWED,
                "steps": [{"key": "1", "text": "Hæng den op.", "role": "leder"}],
            }
        ]
    )
    (small / "tools.yaml").write_text(text, encoding="utf-8", newline="\n")
    load(small)
    assert files.export()["tools.yaml"] == text


def test_it_has_a_form_in_the_administration(tool, kind, client):
    client = logged_in(make_user("boss@kl.example", is_staff=True, is_superuser=True))
    with override("en"):
        page = Page(client, reverse("admin:invented_tool_change", args=[tool.pk]))
    links = {"activities": [activity.pk for activity in tool.activities.all()], "sources": []}
    page.send(title="Whiteboardet", **{"steps-0-is_withdrawn": "on"}, **links)
    tool = kind.model.objects.get()
    assert tool.title == "Whiteboardet"
    assert tool.steps.get().is_withdrawn


def test_its_list_in_the_administration_searches_the_fields_that_its_record_names(tool):
    client = logged_in(make_user("boss@kl.example", is_staff=True, is_superuser=True))
    for query, number in (("sporene", 1), ("V01", 1), ("overstregningstusch", 0)):
        response = client.get(reverse("admin:invented_tool_changelist"), {"q": query})
        assert response.context["cl"].result_count == number, query
