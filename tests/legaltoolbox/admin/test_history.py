"""The history of the toolbox's items: what it tells, and what comes back from it."""

import re

import pytest
from django.contrib.auth.models import Permission

from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    Risk,
    TemplateSection,
)
from tests.admin_pages import Page, admin_url, form_data
from tests.legaltoolbox.admin.item_forms import Form, example, section_url
from tests.reading import parse, read

TOOLBOX = "/en/juridisk-vaerktoejskasse/"


def history_text(editor_client, item) -> str:
    return editor_client.get(admin_url(type(item), "history", item.pk)).content.decode()


def test_the_history_tells_what_happened_to_the_rows_and_leads_to_a_deleted_one(editor_client):
    activity = example(Activity)
    assert "Rows that belong to it" not in history_text(editor_client, activity)  # what was loaded is no news
    check = activity.checklist.get(number=1)
    Form(editor_client, activity).send(**{"checklist-0-question": "Er det nyt?"})
    assert f"{check.question} → Er det nyt?" in parse(history_text(editor_client, activity)).text
    last = activity.checklist.last()
    activity.checklist.last().delete()
    assert last.done_when in parse(history_text(editor_client, activity)).text
    path = next(
        link
        for link in re.findall(r'href="([^"]+)"', history_text(editor_client, activity))
        if f"/{last.pk}/history/" in link
    )
    editor_client.post(path, form_data(editor_client.get(path).content.decode()), follow=True)
    assert activity.checklist.get(pk=last.pk).done_when == last.done_when


def test_only_whoever_may_see_the_rows_sees_their_history(editor, editor_client):
    activity = example(Activity)
    Form(editor_client, activity).send(**{"checklist-0-question": "Hvad må man se?"})
    assert "Hvad må man se?" in history_text(editor_client, activity)
    editor.groups.clear()
    editor.user_permissions.set(Permission.objects.filter(codename="view_activity"))
    assert "Hvad må man se?" not in history_text(editor_client, activity)


def test_a_section_deleted_under_version_1_0_0_comes_back_with_its_fields(editor_client):
    template = example(DocumentTemplate)
    section = template.sections.last()
    rows = list(section.fields.values_list("key", "label"))
    template.sections.last().delete()
    path = next(
        link
        for link in re.findall(r'href="([^"]+)"', history_text(editor_client, template))
        if f"/{section.pk}/history/" in link
    )
    editor_client.post(path, form_data(editor_client.get(path).content.decode()), follow=True)
    back = template.sections.get(pk=section.pk)
    assert back.key == section.key
    assert list(back.fields.values_list("key", "label")) == rows


def test_an_earlier_version_can_be_brought_back_and_shows_at_once(editor_client, client):
    item = example(Risk)
    first = item.title
    Form(editor_client, item).send(title="Forkert titel")
    assert f"{first} → Forkert titel" in editor_client.get(admin_url(Risk, "history", item.pk)).content.decode()
    assert read(client, f"{TOOLBOX}risici/R09/").find("h1").text == "Forkert titel"
    earlier = item.history.filter(title=first).first()
    path = admin_url(Risk, "simple_history", item.pk, earlier.pk)
    links = {field.name: {other.pk for other in getattr(item, field.name).all()} for field in item._meta.many_to_many}
    form = parse(editor_client.get(path).content.decode())
    assert all(links.values())
    for name, pks in links.items():
        options = form.find("select", name=name).find_all("option")
        assert {int(option.attrs["value"]) for option in options if "selected" in option.attrs} == pks, name
    Page(editor_client, path).send(**{name: sorted(pks) for name, pks in links.items()})
    assert read(client, f"{TOOLBOX}risici/R09/").find("h1").text == first


def test_the_links_of_an_earlier_version_come_back_with_it(editor_client):
    item = example(Risk)
    before = set(item.sources.values_list("pk", flat=True))
    assert len(before) > 1
    Form(editor_client, item).send(sources=[min(before)])
    path = admin_url(Risk, "simple_history", item.pk, item.history.earliest().pk)
    options = parse(editor_client.get(path).content.decode()).find("select", name="sources").find_all("option")
    selected = {int(option.attrs["value"]) for option in options if "selected" in option.attrs}
    assert selected == before
    others = {
        name: list(getattr(item, name).values_list("pk", flat=True)) for name in ("phases", "roles", "activities")
    }
    Page(editor_client, path).send(sources=sorted(selected), **others)
    assert set(item.sources.values_list("pk", flat=True)) == before


@pytest.mark.parametrize("key", ["intet", "1.0", "9" * 30])
def test_what_no_row_has_as_its_key_is_not_found(key, editor_client):
    activity = example(Activity).pk
    for name, args in (("history", [key]), ("simple_history", [key, 1]), ("simple_history", [activity, key])):
        assert editor_client.get(admin_url(Activity, name, *args)).status_code == 404
    assert editor_client.get(admin_url(Activity, "change", key)).status_code in (302, 404)


def test_a_deleted_field_gives_its_place_to_the_one_that_took_it(editor_client):
    section = example(DocumentTemplate).sections.last()
    first = section.fields.first()
    labels = list(section.fields.values_list("label", flat=True))
    section.fields.first().delete()
    Page(editor_client, section_url("change", section)).send(**{"fields-0-position": first.position})
    TemplateSection.objects.get(pk=section.pk).delete()
    gone = section_url("simple_history", section, TemplateSection.history.filter(id=section.pk).first().pk)
    editor_client.post(gone, form_data(editor_client.get(gone).content.decode()))
    assert list(TemplateSection.objects.get(pk=section.pk).fields.values_list("label", flat=True)) == labels[1:]


def test_what_was_deleted_comes_back_only_by_whoever_may_make_it(editor, editor_client):
    check = example(Activity).checklist.last()
    pk, path = check.pk, admin_url(ChecklistItem, "simple_history", check.pk, check.history.first().pk)
    check.delete()
    editor.groups.clear()
    editor.user_permissions.set(Permission.objects.filter(codename__in=("view_checklistitem", "change_checklistitem")))
    assert editor_client.post(path, form_data(editor_client.get(path).content.decode())).status_code == 403
    assert not ChecklistItem.objects.filter(pk=pk).exists()
