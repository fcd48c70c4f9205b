"""Rows of checklists and templates: their keys are given once, and nothing is deleted, only withdrawn."""

import pytest
from django.db import IntegrityError, transaction

from legaltoolbox.models import Activity, ChecklistItem, DocumentTemplate, TemplateField
from tests.admin_pages import Page, admin_url, form_data, logged_in
from tests.builders import make_user
from tests.legaltoolbox.admin.item_forms import Form, example, section_url
from tests.reading import read
from tests.word import element_text, xml_parts

TOOLBOX = "/en/juridisk-vaerktoejskasse/"
QUESTION = {"question": "Er det nyt?", "guidance": "Spørg.", "done_when": "Det er svaret."}


def add_question(editor_client, activity: Activity, number: int) -> ChecklistItem:
    """An editor adds a question in the form of the activity."""
    row = activity.checklist.count()
    fields = {f"checklist-{row}-{name}": value for name, value in {**QUESTION, "number": number}.items()}
    response = Form(editor_client, activity).send(**{"checklist-TOTAL_FORMS": row + 1}, **fields)
    assert response.redirect_chain, response.context["errors"]
    return activity.checklist.get(question="Er det nyt?")


def test_a_new_question_gets_the_next_key_wherever_it_stands(editor_client, client):
    activity = example(Activity)
    last = activity.checklist.count()
    assert activity.checklist.last().key == str(last)
    activity.checklist.filter(number=1).update(number=9_000)
    new = add_question(editor_client, activity, number=1)
    assert new.key == str(last + 1)
    page_text = read(client, f"{TOOLBOX}aktiviteter/A25/tjekliste/").text
    assert page_text.index(f"A25.{last + 1}") < page_text.index("A25.2") < page_text.index("A25.1 ")


def test_no_form_holds_the_key_and_what_is_sent_as_one_is_ignored(editor_client):
    check = example(Activity).checklist.get(number=3)
    page = Page(editor_client, admin_url(ChecklistItem, "change", check.pk))
    assert 'name="key"' not in page.text
    assert page.send(key="99", number=77).redirect_chain
    check.refresh_from_db()
    assert (check.number, check.key, check.code) == (77, "3", "A25.3")


def test_a_question_that_has_no_key_yet_gets_one_when_it_is_saved_with_its_activity(editor_client):
    """Version 1.0.0 has written it. Another question has its number as its key."""
    activity = example(Activity)
    last = activity.checklist.count()
    activity.checklist.filter(number=1).update(number=9_000)
    new = ChecklistItem.objects.create(activity=activity, number=1, **QUESTION)
    assert Form(editor_client, activity).send(**{"checklist-0-question": "Er det rettet?"}).redirect_chain
    new.refresh_from_db()
    assert (new.question, new.key) == ("Er det rettet?", str(last + 1))


def test_a_key_is_not_used_again_even_where_its_row_was_deleted(editor_client):
    activity = example(Activity)
    last = activity.checklist.last()
    key, number = int(last.key), last.number
    last.delete()
    assert add_question(editor_client, activity, number).key == str(key + 1)


def test_the_database_takes_a_key_once(content_rows):
    first, second = example(Activity).checklist.all()[:2]
    with pytest.raises(IntegrityError), transaction.atomic():
        ChecklistItem.objects.filter(pk=first.pk).update(key=second.key)


def test_a_question_that_moves_to_another_activity_gets_a_key_there_and_its_own_when_it_comes_back(editor_client):
    other = Activity.objects.get(code="A26")
    check = example(Activity).checklist.last()
    key, expected = check.key, str(other.checklist.count() + 1)
    for activity, code in ((other, f"A26.{expected}"), (example(Activity), f"A25.{key}")):
        sources = list(check.sources.values_list("pk", flat=True))
        page = Page(editor_client, admin_url(ChecklistItem, "change", check.pk))
        assert page.send(activity=activity.pk, number=500, sources=sources).redirect_chain
        check.refresh_from_db()
        assert check.code == code


@pytest.mark.parametrize("is_boss", [False, True])
def test_no_row_can_be_deleted_not_even_by_a_superuser(is_boss, editor_client):
    client = logged_in(make_user("boss@kl.example", is_staff=True, is_superuser=True)) if is_boss else editor_client
    section = example(DocumentTemplate).sections.first()
    check = example(Activity).checklist.first()
    for path in (admin_url(Activity, "change", example(Activity).pk), section_url("change", section)):
        page = Page(client, path).text
        assert "checklist-0-DELETE" not in page
        assert "fields-0-DELETE" not in page
    for path in (section_url("delete", section), admin_url(ChecklistItem, "delete", check.pk)):
        assert client.post(path, {"post": "yes"}).status_code == 403


def test_a_withdrawn_question_leaves_pages_and_files_and_comes_back(editor_client, client):
    activity = example(Activity)
    pages = [f"{TOOLBOX}aktiviteter/A25/", f"{TOOLBOX}aktiviteter/A25/tjekliste/", f"{TOOLBOX}soeg/?q=A25"]
    files = [f"{TOOLBOX}katalog.json", f"{TOOLBOX}aktiviteter/A25/tjekliste.docx"]
    question = activity.checklist.get(number=2).question
    assert question in read(client, pages[0]).text
    for changes, is_shown in (({"checklist-1-is_withdrawn": "on"}, False), ({"checklist-1-is_withdrawn": []}, True)):
        assert Form(editor_client, activity).send(**changes).redirect_chain
        assert (question in read(client, pages[1]).text) == is_shown
        assert (question in client.get(files[0]).content.decode()) == is_shown
        document = xml_parts(client.get(files[1]).getvalue())["word/document.xml"]
        assert ("A25.2" in element_text(document)) == is_shown
    assert activity.checklist.get(number=2).key == "2"


def test_a_withdrawn_section_and_a_withdrawn_field_leave_the_template(editor_client, client):
    template = example(DocumentTemplate)
    first, second = template.sections.all()[:2]
    field = second.fields.first()
    Page(editor_client, section_url("change", first)).send(is_withdrawn="on")
    Page(editor_client, section_url("change", second)).send(**{"fields-0-is_withdrawn": "on"})
    page_text = read(client, f"{TOOLBOX}skabeloner/S11/").text
    assert first.heading not in page_text
    assert field.label not in page_text
    assert second.heading in page_text


def test_the_history_of_the_activity_tells_of_the_withdrawal_and_leads_back(editor_client):
    activity = example(Activity)
    check = activity.checklist.get(number=2)
    Form(editor_client, activity).send(**{"checklist-1-is_withdrawn": "on"})
    assert "Withdrawn: → yes" in " ".join(read(editor_client, admin_url(Activity, "history", activity.pk)).text.split())
    earlier = admin_url(ChecklistItem, "simple_history", check.pk, check.history.earliest().pk)
    sources = list(check.sources.values_list("pk", flat=True))
    editor_client.post(earlier, form_data(editor_client.get(earlier).content.decode()) | {"sources": sources})
    check.refresh_from_db()
    assert (check.is_withdrawn, check.key) == (False, "2")


def test_a_field_added_to_a_section_gets_a_key(editor_client):
    section = example(DocumentTemplate).sections.last()
    number = section.fields.count()
    fields = {"position": 900, "label": "Nyt felt", "kind": "line", "rows": 0}
    changes = {f"fields-{number}-{name}": value for name, value in fields.items()}
    assert (
        Page(editor_client, section_url("change", section))
        .send(**{"fields-TOTAL_FORMS": number + 1}, **changes)
        .redirect_chain
    )
    highest = max(int(key) for key in section.fields.exclude(label="Nyt felt").values_list("key", flat=True))
    assert TemplateField.objects.get(label="Nyt felt").key == str(highest + 1)
