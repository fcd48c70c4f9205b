"""Editing the toolbox: what is refused, two editors at once, rows that move, and what a lawyer has confirmed."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.utils import timezone

from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    LegalSource,
    Requirement,
    Risk,
    TemplateField,
    toolbox_version,
)
from tests.admin_pages import Page, admin_url, form_data
from tests.legaltoolbox.admin.item_forms import PAGES, TEXTS, Form, example, section_url
from tests.reading import parse, read

TOOLBOX = "/en/juridisk-vaerktoejskasse/"


# What is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", TEXTS)
def test_a_text_of_any_length_is_refused_in_words_and_comes_back_whole(model, editor_client):
    before = getattr(example(model), TEXTS[model])
    page = read_response(Form(editor_client, example(model)).send(**{TEXTS[model]: "æ" * 20_001}))
    assert "The text can have 20,000 characters at most. It has 20,001." in page
    assert "æ" * 20_001 in page
    assert "maxlength" not in page.partition(f'name="{TEXTS[model]}"')[2].partition(">")[0]
    assert getattr(example(model), TEXTS[model]) == before
    assert Form(editor_client, example(model)).send(**{TEXTS[model]: "æ" * 20_000}).redirect_chain


def read_response(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("model", [LegalSource, Activity])
def test_what_is_uncertain_is_public_only_with_a_text_on_what_is_unsettled(model, editor_client, client):
    item = example(model)
    response = Form(editor_client, item).send(certainty="uncertain", unsettled="")
    assert "public only with a text on what is not settled" in response.content.decode()
    assert example(model).certainty != "uncertain"
    Form(editor_client, item).send(certainty="uncertain", unsettled="Det ved vi ikke endnu.")
    assert example(model).certainty == "uncertain"
    assert "Det ved vi ikke endnu." in read(client, TOOLBOX + PAGES[model]).text


def test_what_is_uncertain_and_not_public_may_wait_without_a_text(editor_client):
    response = Form(editor_client, example(Risk)).send(certainty="uncertain", unsettled="", is_public=[])
    assert response.redirect_chain
    assert not example(Risk).is_public


def test_dates_of_review_must_make_sense(editor_client):
    today = timezone.localdate()
    for dates in (
        {"reviewed_on": today + timedelta(days=1), "review_by": today + timedelta(days=2)},
        {"reviewed_on": today, "review_by": today},
    ):
        response = Form(editor_client, example(Risk)).send(**{name: day.isoformat() for name, day in dates.items()})
        assert not response.redirect_chain


def test_a_source_was_not_checked_on_a_day_to_come(editor_client):
    tomorrow = timezone.localdate() + timedelta(days=1)
    response = Form(editor_client, example(LegalSource)).send(checked_on=tomorrow.isoformat())
    assert not response.redirect_chain
    assert "This day is still to come." in response.content.decode()


def test_an_act_cannot_be_part_of_itself(content_rows):
    article = LegalSource.objects.get(slug="gdpr-art-35")
    act = article.part_of
    act.part_of = article
    with pytest.raises(ValidationError, match=r"part of itself|del af sig selv"):
        act.full_clean()


@pytest.mark.parametrize("kind", ["table", "choice", "wording"])
def test_a_field_of_a_template_needs_the_texts_of_its_kind(kind, editor_client, client):
    section = example(DocumentTemplate).sections.first()
    page = Page(editor_client, section_url("change", section))
    response = page.send(
        **{"fields-0-kind": kind, "fields-0-columns": "", "fields-0-options": "", "fields-0-wording": ""}
    )
    assert not response.redirect_chain
    TemplateField.objects.filter(section=section).update(kind=kind, columns=[], options=[], wording="")
    toolbox_version.bump()  # should it come to be all the same, the document is made
    assert client.get(f"{TOOLBOX}skabeloner/S11.docx").status_code == 200


# Two at once --------------------------------------------------------------------------------------------


def test_of_two_tabs_the_second_is_told_and_keeps_what_was_typed(editor_client, client):
    first, second = Form(editor_client, example(Requirement)), Form(editor_client, example(Requirement))
    second.send(duty="Ny pligt.")
    response = first.send(evidence="Nyt bevis.")
    assert not response.redirect_chain
    assert "Somebody saved this while you had it open." in response.content.decode()
    assert parse(response.content.decode()).find("textarea", name="evidence").text == "Nyt bevis."
    assert example(Requirement).duty == "Ny pligt."
    editor_client.post(first.url, form_data(response.content.decode()) | first.links)  # having been told
    assert example(Requirement).evidence == "Nyt bevis."


def test_a_row_that_somebody_else_changed_is_not_overwritten_either(editor_client):
    first, second = Form(editor_client, example(Activity)), Form(editor_client, example(Activity))
    second.send(**{"checklist-0-question": "Først?"})
    response = first.send(**{"checklist-1-question": "Siden?"})
    assert not response.redirect_chain
    assert "Somebody saved this while you had it open." in response.content.decode()


def test_nor_is_a_row_that_was_changed_in_its_own_form(editor_client):
    form = Form(editor_client, example(Activity))
    row = example(Activity).checklist.first()
    assert Page(editor_client, admin_url(ChecklistItem, "change", row.pk)).send(question="Først?").redirect_chain
    response = form.send(**{"checklist-0-question": "Siden?"})
    assert not response.redirect_chain
    assert "Somebody saved this while you had it open." in response.content.decode()
    row.refresh_from_db()
    assert row.question == "Først?"


def test_a_row_that_somebody_else_deleted_is_named(editor_client):
    form = Form(editor_client, example(Activity))
    example(Activity).checklist.first().delete()
    response = form.send(why="En ny grund.")
    for _again in range(2):
        assert "A row was deleted by somebody else while you had this open." in response.content.decode()
        response = editor_client.post(form.url, form_data(response.content.decode()) | form.links)


def test_the_second_of_two_clicks_is_no_conflict(editor_client):
    first, second = Form(editor_client, example(Risk)), Form(editor_client, example(Risk))
    for page in (first, second):
        assert page.send(cause="En ny årsag.").redirect_chain


# Rows in their order ------------------------------------------------------------------------------------


def test_questions_change_places_and_one_is_put_between(editor_client):
    activity = example(Activity)
    before = list(activity.checklist.values_list("pk", flat=True))
    Form(editor_client, activity).send(**{"checklist-0-number": 2, "checklist-1-number": 1})
    assert list(activity.checklist.values_list("pk", flat=True)) == [before[1], before[0], *before[2:]]
    assert list(activity.checklist.values_list("number", flat=True)) == list(range(1, len(before) + 1))


def test_a_withdrawn_question_leaves_its_number_to_another(editor_client, client):
    activity = example(Activity)
    before = list(activity.checklist.values_list("pk", flat=True))
    last = len(before) - 1
    changes = {f"checklist-{last}-is_withdrawn": "on", f"checklist-{last}-number": 1, "checklist-0-number": len(before)}
    assert Form(editor_client, activity).send(**changes).redirect_chain
    remaining_rows = activity.checklist.filter(is_withdrawn=False)
    assert list(remaining_rows.values_list("pk", flat=True)) == [*before[1:last], before[0]]


def test_whoever_may_not_change_the_rows_leaves_them_as_they_are(editor, editor_client):
    activity = example(Activity)
    before = list(activity.checklist.values_list("pk", "number", "question"))
    editor.groups.clear()
    names = ("view_activity", "change_activity", "view_checklistitem", "view_involvement", "view_activitycondition")
    editor.user_permissions.set(Permission.objects.filter(codename__in=names))
    assert Form(editor_client, activity).send(why="En ny grund.").redirect_chain
    assert example(Activity).why == "En ny grund."
    assert list(activity.checklist.values_list("pk", "number", "question")) == before


@pytest.mark.parametrize(("number", "is_taken"), [(9_999, True), (10_000, False), (32_767, False)])
def test_a_number_leaves_room_to_move(number, is_taken, editor_client):
    """A row that moves stands aside beyond all numbers, within what the column holds."""
    response = Form(editor_client, example(Activity)).send(**{"checklist-0-number": number})
    assert bool(response.redirect_chain) == is_taken


# What a lawyer has confirmed ----------------------------------------------------------------------------


def test_a_lawyers_confirmation_is_of_the_text_that_was_confirmed(editor_client):
    today = timezone.localdate()
    assert not Form(editor_client, example(Risk)).send(confirmed_on=today + timedelta(days=1)).redirect_chain
    Form(editor_client, example(Risk)).send(confirmed_on=today)
    Form(editor_client, example(Risk)).send(review_by=today + timedelta(days=90))
    assert example(Risk).confirmed_on == today
    response = Form(editor_client, example(Risk)).send(cause="En ny årsag.")
    assert "The text of R09 has changed: no lawyer has confirmed it now." in response.content.decode()
    assert example(Risk).confirmed_on is None


def test_a_text_of_several_lines_is_not_changed_by_being_shown(editor_client):
    """A browser ends its lines with CR and LF."""
    activity = Activity.objects.filter(what__contains="\n").first()
    Activity.objects.filter(pk=activity.pk).update(confirmed_on=timezone.localdate())
    Form(editor_client, activity).send(review_by=timezone.localdate() + timedelta(days=99))
    saved = Activity.objects.get(pk=activity.pk)
    assert (saved.what, saved.confirmed_on) == (activity.what, timezone.localdate())


def test_a_changed_row_takes_the_confirmation_back_too(editor_client):
    Form(editor_client, example(Activity)).send(confirmed_on=timezone.localdate())
    Form(editor_client, example(Activity)).send(**{"checklist-0-question": "Er det nyt?"})
    assert example(Activity).confirmed_on is None


def test_so_does_a_section_that_is_corrected_in_a_form_of_its_own(editor_client):
    template = example(DocumentTemplate)
    Form(editor_client, template).send(confirmed_on=timezone.localdate())
    page = Page(editor_client, section_url("change", template.sections.first()))
    page.send()
    assert example(DocumentTemplate).confirmed_on
    Page(editor_client, page.url).send(heading="Nyt afsnit")
    assert example(DocumentTemplate).confirmed_on is None


def test_going_back_or_withdrawing_takes_a_confirmation_back_too(editor_client):
    template = example(DocumentTemplate)
    section = template.sections.first()
    change = section_url("change", section)
    back = section_url("simple_history", section, section.history.first().pk)
    for path, more in ((change, {"is_withdrawn": "on"}), (back, {})):
        DocumentTemplate.objects.filter(pk=template.pk).update(confirmed_on=timezone.localdate())
        editor_client.post(path, form_data(editor_client.get(path).content.decode()) | more)
        assert example(DocumentTemplate).confirmed_on is None


def test_an_earlier_version_comes_back_unconfirmed(editor_client):
    Form(editor_client, example(Risk)).send(confirmed_on=timezone.localdate())
    confirmed = example(Risk).history.first()
    Form(editor_client, example(Risk)).send(cause="En ny årsag.")
    path = admin_url(Risk, "simple_history", example(Risk).pk, confirmed.pk)
    editor_client.post(
        path, form_data(editor_client.get(path).content.decode()) | Form(editor_client, example(Risk)).links
    )
    assert (example(Risk).cause, example(Risk).confirmed_on) == (confirmed.cause, None)
