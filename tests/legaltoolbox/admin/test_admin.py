"""The toolbox in KL's administration: who may write, what shows on the public pages at once, and what the lists say."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from legaltoolbox.catalogue import draft_catalogues
from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    LegalSource,
    Phase,
    Requirement,
    Risk,
    Role,
    TemplateField,
    TemplateSection,
    toolbox_version,
)
from tests.admin_pages import Page, admin_url, inline_code, logged_in, message_text, tasks
from tests.builders import make_user
from tests.legaltoolbox.admin.item_forms import ITEMS, PAGE_OF_ITS_OWN, PAGES, TEXTS, Form, example, section_url
from tests.reading import parse, read

TOOLBOX = "/en/juridisk-vaerktoejskasse/"
items = pytest.mark.parametrize("model", ITEMS)


# Who may do what --------------------------------------------------------------------------------------


@items
def test_an_editor_changes_an_item_but_not_its_key_and_the_page_shows_it_at_once(model, editor_client, editor, client):
    item = example(model)
    assert "Nyskrevet tekst" not in read(client, TOOLBOX + PAGES[model]).text
    form = Form(editor_client, item)
    assert f'name="{model.KEY}"' not in form.text
    response = form.send(**{model.KEY: "X99", TEXTS[model]: "Nyskrevet tekst."})
    assert response.redirect_chain, re.findall(r"errorlist.*?</ul>", response.content.decode())
    assert "Nyskrevet tekst" in read(client, TOOLBOX + PAGES[model]).text
    item.refresh_from_db()
    assert item.key == ITEMS[model]
    history = editor_client.get(admin_url(model, "history", item.pk)).content.decode()
    assert "Nyskrevet tekst." in history
    assert editor.email in history or str(editor) in history


@pytest.mark.parametrize("model", [Activity, Risk])
def test_a_form_sent_as_it_was_shown_changes_nothing(model, editor_client, client):
    before = read(client, TOOLBOX + PAGES[model]).find("main").text
    assert Form(editor_client, example(model)).send().redirect_chain
    assert read(client, TOOLBOX + PAGES[model]).find("main").text == before


@items
def test_a_curator_may_look_and_not_write(model, content_rows, curator):
    item = example(model)
    page = Form(logged_in(curator), item)
    assert page.response.status_code == 200
    assert 'name="_save"' not in page.text
    assert page.send(**{TEXTS[model]: "Nyskrevet tekst."}).status_code == 403
    assert logged_in(curator).get(admin_url(model, "add")).status_code == 403
    assert getattr(example(model), TEXTS[model]) == getattr(item, TEXTS[model])


@items
def test_nobody_deletes_an_item_not_even_a_superuser(model, content_rows):
    item = example(model)
    client = logged_in(make_user("boss@kl.example", is_staff=True, is_superuser=True))
    assert "deletelink" not in client.get(admin_url(model, "change", item.pk)).content.decode()
    assert client.post(admin_url(model, "delete", item.pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [item.pk], "post": "yes"}
    client.post(admin_url(model, "changelist"), chosen)
    assert example(model) == item


def test_somebody_who_is_not_of_kl_sees_none_of_it(content_rows, stranger, client):
    for browser in (client, logged_in(stranger)):
        for page in ("changelist", "add"):
            assert browser.get(admin_url(Risk, page)).status_code in (302, 404)
        response = browser.get(admin_url(Risk, "preview", example(Risk).pk))
        assert response.status_code in (302, 404)


# Codes ------------------------------------------------------------------------------------------------


def test_a_new_risk_is_public_when_it_is_saved_and_its_code_is_checked(editor_client, client):
    today = timezone.localdate()
    page = Page(editor_client, admin_url(Risk, "add"))
    values = {
        "title": "Ny risiko", "kind": "data", "cause": "Å", "event": "H", "consequence": "K", "measures": "Gør noget",
        "phases": [Phase.objects.first().pk], "roles": [Role.objects.first().pk],
        "activities": [Activity.objects.first().pk], "is_public": "on", "certainty": "recalled",
        "review_by": (today + timedelta(days=180)).isoformat(),
    }  # fmt: skip
    for code in ("X1", "R9", "R09", "r98"):
        assert not page.send(code=code, **values).redirect_chain, code
    assert not Risk.objects.filter(title="Ny risiko").exists()
    page.send(code="R98", **values)
    assert read(client, f"{TOOLBOX}risici/R98/").find("h1").text == "Ny risiko"
    assert Risk.objects.get(code="R98").reviewed_on == today


# Lists of texts -----------------------------------------------------------------------------------------


def test_measures_are_written_one_to_a_line(editor_client, client):
    page = Form(editor_client, example(Risk))
    assert "One to a line." in page.text
    textarea = parse(page.text).find("textarea", name="measures")
    assert [line for line in "".join(textarea.children).split("\n") if line] == example(Risk).measures
    page.send(measures='Første, med komma\r\n\r\n  Anden "citat"  \r\nTredje')
    assert example(Risk).measures == ["Første, med komma", 'Anden "citat"', "Tredje"]
    measures = read(client, f"{TOOLBOX}risici/R09/").find("section", **{"aria-labelledby": "measures-heading"})
    assert [item.text for item in measures.find_all("li")] == ["Første, med komma", 'Anden "citat"', "Tredje"]
    assert (
        Form(editor_client, example(Risk))
        .send(measures="sags\u00adbehandling\u200b\r\n\u2028\r\n\uf0b7 punkt")
        .redirect_chain
    )
    assert example(Risk).measures == ["sagsbehandling", "punkt"]
    refused = Form(editor_client, example(Risk)).send(measures=" \r\n ")
    assert "The text has nothing in it that can be seen." in refused.content.decode()


def test_options_and_columns_of_a_field_are_written_one_to_a_line(editor_client, client):
    field = TemplateField.objects.filter(kind="choice").select_related("section__template").first()
    section = field.section
    number = list(section.fields.values_list("pk", flat=True)).index(field.pk)
    page = Page(editor_client, section_url("change", section))
    response = page.send(**{f"fields-{number}-options": "Lav\r\nHelt ny mulighed\r\nHøj"})
    assert response.redirect_chain
    field.refresh_from_db()
    assert field.options == ["Lav", "Helt ny mulighed", "Høj"]
    assert "Helt ny mulighed" in read(client, f"{TOOLBOX}skabeloner/{section.template.code}/").text


def test_a_question_of_a_checklist_is_corrected_in_the_form_of_its_activity(editor_client, client):
    check = ChecklistItem.objects.get(activity=example(Activity), number=1)
    sources = set(check.sources.all())
    Form(editor_client, example(Activity)).send(**{"checklist-0-question": "Er det rettet nu?"})
    check.refresh_from_db()
    assert check.question == "Er det rettet nu?"
    assert set(check.sources.all()) == sources
    assert "Er det rettet nu?" in read(client, f"{TOOLBOX}aktiviteter/A25/tjekliste/").text


# Preview, what uses an item, the content check --------------------------------------------------------------


@items
def test_what_is_not_public_is_seen_in_a_preview_and_by_no_visitor(model, editor_client, client):
    item = example(model)
    model.objects.filter(pk=item.pk).update(is_public=False, **{TEXTS[model]: "Nyskrevet tekst."})
    toolbox_version.bump()
    response = client.get(TOOLBOX + PAGES[model])
    assert response.status_code == (404 if model in PAGE_OF_ITS_OWN else 200)
    assert "Nyskrevet tekst" not in response.content.decode()
    page = Form(editor_client, item)
    (path,) = [link for link in re.findall(r'href="([^"]+)"', page.text) if link.endswith("/preview/")]
    preview = read(editor_client, path)
    assert "Nyskrevet tekst." in preview.text
    assert "Visitors do not see this page." in preview.text
    assert preview.has("meta", content="noindex")
    assert not client.get(path).content.decode().count("Nyskrevet tekst")


def test_whoever_may_not_see_the_item_sees_no_preview_of_it(editor, editor_client):
    path = admin_url(Risk, "preview", example(Risk).pk)
    assert editor_client.get(path).status_code == 200
    editor.groups.clear()
    assert editor_client.get(path).status_code == 404


def test_a_preview_shows_the_content_as_it_is_now(editor_client):
    """Not as it was when somebody last looked."""
    path = admin_url(Risk, "preview", example(Risk).pk)
    assert not editor_client.get(path).has_header("ETag")  # it is not kept with the public pages
    Form(editor_client, example(Risk)).send(title="Ny titel", is_public=[])
    assert read(editor_client, path).find("h1").text == "Ny titel"


@pytest.mark.parametrize("model", [LegalSource, Role, DocumentTemplate, Requirement])
def test_the_form_shows_what_is_linked_with_the_item(model, editor_client):
    item = example(model)
    catalogue = draft_catalogues.build()
    linked = {
        admin_url(type(other), "change", other.pk)
        for kind in ("activity", "template", "risk", "requirement", "guidance", "role", "phase", "source")
        for other in catalogue.linked(catalogue.find(model.KIND, item.key), kind)
    }
    assert linked
    assert linked <= set(re.findall(r'href="([^"]+)"', Form(editor_client, item).text))


def test_whoever_saves_is_told_what_the_content_check_finds_about_the_item(editor_client):
    response = Form(editor_client, example(Risk)).send(cause="Se K99 og GDPR art. 999, stk. 1.")
    assert "Content check: R09: mentions K99, which does not exist." in message_text(response)
    assert "GDPR art. 999" in message_text(response)
    response = Form(editor_client, example(Risk)).send(cause="Se K31.")
    assert "Content check" not in message_text(response)


def test_a_save_says_what_it_breaks_elsewhere_and_not_what_was_wrong_before(editor_client):
    Risk.objects.filter(code="R10").update(cause="Se K98.")
    toolbox_version.bump()
    template = example(DocumentTemplate)
    (activity,) = [row for row in template.activities.all() if row.outputs.count() == 1 or row.code == "A25"][:1]
    others = [row for row in template.activities.all() if row != activity]
    for other in others:
        other.outputs.remove(template)
    toolbox_version.bump()
    form = Page(editor_client, admin_url(Activity, "change", activity.pk))
    links = {"outputs": [], "sources": [source.pk for source in activity.sources.all()]}
    texts = message_text(form.send(**links))
    assert f"Content check: {template.code}: comes of no activity." in texts
    assert "K98" not in texts


def test_a_save_reads_the_content_once(editor_client, monkeypatch):
    """The state before it is that of the form, or of the save before."""
    draft_catalogues.forget()
    readings = []
    read_drafts = draft_catalogues.read
    monkeypatch.setattr(draft_catalogues, "read", lambda *key: readings.append(key) or read_drafts(*key))
    form = Form(editor_client, example(Risk))
    assert len(readings) == 1
    for number, cause in enumerate(("Ny årsag.", "Endnu en årsag.", "Og en til."), start=1):
        assert form.send(cause=cause).redirect_chain
        assert len(readings) == 1 + number
        form = Form(editor_client, example(Risk))
        assert len(readings) == 1 + number


# The front page -------------------------------------------------------------------------------------------


@items
def test_what_is_to_be_reviewed_again_stands_on_the_front_page(model, editor_client):
    assert tasks(editor_client, "legaltoolbox") == {}
    today = timezone.localdate()
    model.objects.filter(pk=example(model).pk).update(
        reviewed_on=today - timedelta(days=400), review_by=today - timedelta(days=1)
    )
    ((path, number),) = tasks(editor_client, "legaltoolbox").items()
    assert number == 1
    assert list(editor_client.get(path).context["cl"].result_list) == [example(model)]


def test_the_number_on_the_front_page_is_the_length_of_the_list_behind_it(editor_client):
    today = timezone.localdate()
    Risk.objects.filter(code__in=["R01", "R02", "R09"]).update(
        reviewed_on=today - timedelta(days=400), review_by=today - timedelta(days=1)
    )
    Risk.objects.filter(code="R09").update(is_public=False)
    ((path, number),) = tasks(editor_client, "legaltoolbox").items()
    assert editor_client.get(path).context["cl"].result_count == number


def test_the_lists_are_searched_and_filtered(editor_client):
    for query, code in (("q=R09", "R09"), ("is_public__exact=0", "R10")):
        Risk.objects.filter(code="R10").update(is_public=False)
        assert code in {
            risk.code
            for risk in editor_client.get(f"{admin_url(Risk, 'changelist')}?{query}").context["cl"].result_list
        }
    assert editor_client.get(f"{admin_url(Risk, 'changelist')}?q=findesikke").context["cl"].result_count == 0


def test_no_page_holds_inline_script_or_style(editor_client):
    addresses = [admin_url(TemplateSection, "changelist")]
    for model in ITEMS:
        item = example(model)
        addresses += [
            admin_url(model, "changelist"),
            admin_url(model, "add"),
            admin_url(model, "change", item.pk),
            admin_url(model, "history", item.pk),
        ]
    for address in addresses:
        page = Page(editor_client, address)
        assert page.response.status_code == 200, address
        assert inline_code(page.text) == [], address
