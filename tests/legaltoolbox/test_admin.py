"""The toolbox in KL's administration: who may write, what is refused, and what shows on the public pages at once."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from legaltoolbox import catalogue
from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    Guidance,
    Item,
    LegalSource,
    Phase,
    Requirement,
    Risk,
    Role,
    ScreeningQuestion,
    TemplateField,
    toolbox_version,
)
from tests.admin_pages import Page, logged_in, said, sent_by
from tests.builders import make_editor, make_user
from tests.reading import parse, read

TOOLBOX = "/en/juridisk-vaerktoejskasse/"
ITEMS = {
    LegalSource: "gdpr-art-35", Role: "dpo", Phase: "foranalyse", ScreeningQuestion: "generativ",
    DocumentTemplate: "S11", Activity: "A25", Risk: "R09", Requirement: "K31", Guidance: "M05",
}  # fmt: skip
items = pytest.mark.parametrize("model", ITEMS)
PAGES = {
    LegalSource: "kilder/gdpr-art-35/", Role: "roller/dpo/", Phase: "faser/foranalyse/", ScreeningQuestion: "",
    DocumentTemplate: "skabeloner/S11/", Activity: "aktiviteter/A25/", Risk: "risici/R09/", Requirement: "krav/K31/",
    Guidance: "maa-og-maa-ikke/",
}  # fmt: skip
TEXTS = {
    LegalSource: "summary", Role: "why", Phase: "goal", ScreeningQuestion: "help", DocumentTemplate: "purpose",
    Activity: "why", Risk: "cause", Requirement: "duty", Guidance: "explanation",
}  # fmt: skip
"""A text of each kind that its page shows."""


@pytest.fixture
def editor(content_rows):
    return make_editor("editor@kl.example")


@pytest.fixture
def kl(editor) -> Client:
    """The editor's browser."""
    return logged_in(editor)


def url(model: type[Item], page: str, *args) -> str:
    with override("en"):
        return reverse(f"admin:legaltoolbox_{model._meta.model_name}_{page}", args=args)


def example(model: type[Item]) -> Item:
    return model.objects.get(**{model.KEY: ITEMS[model]})


class Form(Page):
    """An item's form. Sends the links of the item along, of which it has several under one name."""

    def __init__(self, client: Client, item: Item) -> None:
        super().__init__(client, url(type(item), "change", item.pk))
        self.links = {
            of.name: [other.pk for other in getattr(item, of.name).all()]
            for of in item._meta.many_to_many
            if of.remote_field.through._meta.auto_created
        }

    def send(self, **changes):
        return super().send(**self.links | changes)


# Who may do what --------------------------------------------------------------------------------------


@items
def test_an_editor_changes_an_item_but_not_its_key_and_the_page_shows_it_at_once(model, kl, editor, client):
    item = example(model)
    assert "Nyskrevet tekst" not in read(client, TOOLBOX + PAGES[model]).text
    form = Form(kl, item)
    assert f'name="{model.KEY}"' not in form.text
    answer = form.send(**{model.KEY: "X99", TEXTS[model]: "Nyskrevet tekst."})
    assert answer.redirect_chain, re.findall(r"errorlist.*?</ul>", answer.content.decode())
    assert "Nyskrevet tekst" in read(client, TOOLBOX + PAGES[model]).text
    item.refresh_from_db()
    assert item.key == ITEMS[model]
    history = kl.get(url(model, "history", item.pk)).content.decode()
    assert "Nyskrevet tekst." in history
    assert editor.email in history or str(editor) in history


@pytest.mark.parametrize("model", [Activity, Risk])
def test_a_form_sent_as_it_was_shown_changes_nothing(model, kl, client):
    before = read(client, TOOLBOX + PAGES[model]).one("main").text
    assert Form(kl, example(model)).send().redirect_chain
    assert read(client, TOOLBOX + PAGES[model]).one("main").text == before


@items
def test_a_curator_may_look_and_not_write(model, content_rows, curator):
    item = example(model)
    page = Form(logged_in(curator), item)
    assert page.response.status_code == 200
    assert 'name="_save"' not in page.text
    assert page.send(**{TEXTS[model]: "Nyskrevet tekst."}).status_code == 403
    assert logged_in(curator).get(url(model, "add")).status_code == 403
    assert getattr(example(model), TEXTS[model]) == getattr(item, TEXTS[model])


@items
def test_nobody_deletes_an_item_not_even_a_superuser(model, content_rows):
    item = example(model)
    client = logged_in(make_user("boss@kl.example", is_staff=True, is_superuser=True))
    assert "deletelink" not in client.get(url(model, "change", item.pk)).content.decode()
    assert client.post(url(model, "delete", item.pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [item.pk], "post": "yes"}
    client.post(url(model, "changelist"), chosen)
    assert example(model) == item


def test_somebody_who_is_not_of_kl_sees_none_of_it(content_rows, stranger, client):
    for browser in (client, logged_in(stranger)):
        for page in ("changelist", "add"):
            assert browser.get(url(Risk, page)).status_code in (302, 404)
        answer = browser.get(url(Risk, "preview", example(Risk).pk))
        assert answer.status_code in (302, 404)


# Codes ------------------------------------------------------------------------------------------------


def test_a_new_risk_is_public_when_it_is_saved_and_its_code_is_checked(kl, client):
    today = timezone.localdate()
    page = Page(kl, url(Risk, "add"))
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
    assert read(client, f"{TOOLBOX}risici/R98/").one("h1").text == "Ny risiko"
    assert Risk.objects.get(code="R98").reviewed_on == today


# What is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [LegalSource, Activity])
def test_what_is_uncertain_is_public_only_with_a_text_on_what_is_unsettled(model, kl, client):
    item = example(model)
    answer = Form(kl, item).send(certainty="uncertain", unsettled="")
    assert "public only with a text on what is not settled" in answer.content.decode()
    assert example(model).certainty != "uncertain"
    Form(kl, item).send(certainty="uncertain", unsettled="Det ved vi ikke endnu.")
    assert example(model).certainty == "uncertain"
    assert "Det ved vi ikke endnu." in read(client, TOOLBOX + PAGES[model]).text


def test_what_is_uncertain_and_not_public_may_wait_without_a_text(kl):
    answer = Form(kl, example(Risk)).send(certainty="uncertain", unsettled="", is_public=[])
    assert answer.redirect_chain
    assert not example(Risk).is_public


def test_dates_of_review_must_make_sense(kl):
    today = timezone.localdate()
    for dates in (
        {"reviewed_on": today + timedelta(days=1), "review_by": today + timedelta(days=2)},
        {"reviewed_on": today, "review_by": today},
    ):
        answer = Form(kl, example(Risk)).send(**{name: day.isoformat() for name, day in dates.items()})
        assert not answer.redirect_chain


def test_an_act_cannot_be_part_of_itself(content_rows):
    article = LegalSource.objects.get(slug="gdpr-art-35")
    act = article.part_of
    act.part_of = article
    with pytest.raises(ValidationError, match=r"part of itself|del af sig selv"):
        act.full_clean()


def test_of_two_tabs_the_second_is_told_and_keeps_what_was_typed(kl, client):
    first, second = Form(kl, example(Requirement)), Form(kl, example(Requirement))
    second.send(duty="Ny pligt.")
    answer = first.send(evidence="Nyt bevis.")
    assert not answer.redirect_chain
    assert "Somebody saved this while you had it open." in answer.content.decode()
    assert parse(answer.content.decode()).one("textarea", name="evidence").text == "Nyt bevis."
    assert example(Requirement).duty == "Ny pligt."
    kl.post(first.url, sent_by(answer.content.decode()) | first.links)  # having been told
    assert example(Requirement).evidence == "Nyt bevis."


def test_a_row_that_somebody_else_changed_is_not_overwritten_either(kl):
    first, second = Form(kl, example(Activity)), Form(kl, example(Activity))
    second.send(**{"checklist-0-question": "Først?"})
    answer = first.send(**{"checklist-1-question": "Siden?"})
    assert not answer.redirect_chain
    assert "Somebody saved this while you had it open." in answer.content.decode()


def test_the_second_of_two_clicks_is_no_conflict(kl):
    first, second = Form(kl, example(Risk)), Form(kl, example(Risk))
    for page in (first, second):
        assert page.send(cause="En ny årsag.").redirect_chain


def test_questions_change_places_and_one_is_put_between(kl):
    activity = example(Activity)
    before = list(activity.checklist.values_list("pk", flat=True))
    Form(kl, activity).send(**{"checklist-0-number": 2, "checklist-1-number": 1})
    assert list(activity.checklist.values_list("pk", flat=True)) == [before[1], before[0], *before[2:]]
    assert list(activity.checklist.values_list("number", flat=True)) == list(range(1, len(before) + 1))


def test_whoever_may_not_change_the_rows_leaves_them_as_they_are(editor, kl):
    activity = example(Activity)
    before = list(activity.checklist.values_list("pk", "number", "question"))
    editor.groups.clear()
    names = ("view_activity", "change_activity", "view_checklistitem", "view_involvement", "view_activitycondition")
    editor.user_permissions.set(Permission.objects.filter(codename__in=names))
    assert Form(kl, activity).send(why="En ny grund.").redirect_chain
    assert example(Activity).why == "En ny grund."
    assert list(activity.checklist.values_list("pk", "number", "question")) == before


def test_a_row_that_somebody_else_deleted_is_named(kl):
    form = Form(kl, example(Activity))
    example(Activity).checklist.first().delete()
    answer = form.send(why="En ny grund.")
    for _again in range(2):
        assert "A row was deleted by somebody else while you had this open." in answer.content.decode()
        answer = kl.post(form.url, sent_by(answer.content.decode()) | form.links)


def test_a_text_of_several_lines_is_not_changed_by_being_shown(kl):
    """A browser ends its lines with CR and LF."""
    activity = Activity.objects.filter(what__contains="\n").first()
    Activity.objects.filter(pk=activity.pk).update(confirmed_on=timezone.localdate())
    Form(kl, activity).send(review_by=timezone.localdate() + timedelta(days=99))
    saved = Activity.objects.get(pk=activity.pk)
    assert (saved.what, saved.confirmed_on) == (activity.what, timezone.localdate())


def test_a_deleted_question_leaves_its_number_to_another(kl):
    activity = example(Activity)
    before = list(activity.checklist.values_list("pk", flat=True))
    last = len(before) - 1
    Form(kl, activity).send(**{f"checklist-{last}-DELETE": "on", "checklist-0-number": len(before)})
    assert list(activity.checklist.values_list("pk", flat=True)) == [*before[1:last], before[0]]


@pytest.mark.parametrize("kind", ["table", "choice", "wording"])
def test_a_field_of_a_template_needs_what_its_kind_is_made_of(kind, kl, client):
    section = example(DocumentTemplate).sections.first()
    with override("en"):
        page = Page(kl, reverse("admin:legaltoolbox_templatesection_change", args=[section.pk]))
    answer = page.send(
        **{"fields-0-kind": kind, "fields-0-columns": "", "fields-0-options": "", "fields-0-wording": ""}
    )
    assert not answer.redirect_chain
    TemplateField.objects.filter(section=section).update(kind=kind, columns=[], options=[], wording="")
    toolbox_version.bump()  # should it come to be all the same, the document is made
    assert client.get(f"{TOOLBOX}skabeloner/S11.docx").status_code == 200


def test_a_lawyers_confirmation_is_of_the_text_that_was_confirmed(kl):
    today = timezone.localdate()
    assert not Form(kl, example(Risk)).send(confirmed_on=today + timedelta(days=1)).redirect_chain
    Form(kl, example(Risk)).send(confirmed_on=today)
    Form(kl, example(Risk)).send(review_by=today + timedelta(days=90))
    assert example(Risk).confirmed_on == today
    answer = Form(kl, example(Risk)).send(cause="En ny årsag.")
    assert "The text of R09 has changed: no lawyer has confirmed it now." in answer.content.decode()
    assert example(Risk).confirmed_on is None


def test_a_changed_row_takes_the_confirmation_back_too(kl):
    Form(kl, example(Activity)).send(confirmed_on=timezone.localdate())
    Form(kl, example(Activity)).send(**{"checklist-0-question": "Er det nyt?"})
    assert example(Activity).confirmed_on is None


def test_so_does_a_section_that_is_corrected_in_a_form_of_its_own(kl):
    template = example(DocumentTemplate)
    Form(kl, template).send(confirmed_on=timezone.localdate())
    with override("en"):
        page = Page(kl, reverse("admin:legaltoolbox_templatesection_change", args=[template.sections.first().pk]))
    page.send()
    assert example(DocumentTemplate).confirmed_on
    Page(kl, page.url).send(heading="Nyt afsnit")
    assert example(DocumentTemplate).confirmed_on is None


@pytest.mark.parametrize("key", ["intet", "1.0", "9" * 30])
def test_what_no_row_has_as_its_key_is_not_found(key, kl):
    activity = example(Activity).pk
    for name, args in (("history", [key]), ("simple_history", [key, 1]), ("simple_history", [activity, key])):
        assert kl.get(url(Activity, name, *args)).status_code == 404
    assert kl.get(url(Activity, "change", key)).status_code in (302, 404)


def test_going_back_or_deleting_takes_a_confirmation_back_too(kl):
    template = example(DocumentTemplate)
    section = template.sections.first()
    with override("en"):
        back = reverse(
            "admin:legaltoolbox_templatesection_simple_history", args=[section.pk, section.history.first().pk]
        )
        delete = reverse("admin:legaltoolbox_templatesection_delete", args=[section.pk])
    for path, fields in ((back, sent_by(kl.get(back).content.decode())), (delete, {"post": "yes"})):
        DocumentTemplate.objects.filter(pk=template.pk).update(confirmed_on=timezone.localdate())
        kl.post(path, fields)
        assert example(DocumentTemplate).confirmed_on is None


def test_an_earlier_version_comes_back_unconfirmed(kl):
    Form(kl, example(Risk)).send(confirmed_on=timezone.localdate())
    confirmed = example(Risk).history.first()
    Form(kl, example(Risk)).send(cause="En ny årsag.")
    path = url(Risk, "simple_history", example(Risk).pk, confirmed.pk)
    kl.post(path, sent_by(kl.get(path).content.decode()))
    assert (example(Risk).cause, example(Risk).confirmed_on) == (confirmed.cause, None)


def test_only_whoever_may_see_the_rows_sees_their_history(editor, kl):
    activity = example(Activity)
    Form(kl, activity).send(**{"checklist-0-question": "Hvad må man se?"})
    assert "Hvad må man se?" in history_of(kl, activity)
    editor.groups.clear()
    editor.user_permissions.set(Permission.objects.filter(codename="view_activity"))
    assert "Hvad må man se?" not in history_of(kl, activity)


def history_of(kl, item) -> str:
    return kl.get(url(type(item), "history", item.pk)).content.decode()


def test_the_history_tells_what_happened_to_the_rows_and_leads_to_a_deleted_one(kl):
    activity = example(Activity)
    assert "Rows that belong to it" not in history_of(kl, activity)  # what was loaded is no news
    check = activity.checklist.get(number=1)
    Form(kl, activity).send(**{"checklist-0-question": "Er det nyt?"})
    assert f"{check.question} → Er det nyt?" in parse(history_of(kl, activity)).text
    last = activity.checklist.last()
    Form(kl, activity).send(**{f"checklist-{activity.checklist.count() - 1}-DELETE": "on"})
    assert last.done_when in parse(history_of(kl, activity)).text
    path = next(
        link for link in re.findall(r'href="([^"]+)"', history_of(kl, activity)) if f"/{last.pk}/history/" in link
    )
    kl.post(path, sent_by(kl.get(path).content.decode()), follow=True)
    assert activity.checklist.get(pk=last.pk).done_when == last.done_when


def test_a_deleted_section_comes_back_with_its_fields(kl):
    template = example(DocumentTemplate)
    section = template.sections.last()
    labels = list(section.fields.values_list("label", flat=True))
    Form(kl, template).send(**{f"sections-{template.sections.count() - 1}-DELETE": "on"})
    assert not template.sections.filter(pk=section.pk).exists()
    path = next(
        link for link in re.findall(r'href="([^"]+)"', history_of(kl, template)) if f"/{section.pk}/history/" in link
    )
    kl.post(path, sent_by(kl.get(path).content.decode()), follow=True)
    assert list(template.sections.get(pk=section.pk).fields.values_list("label", flat=True)) == labels


# Lists of texts -----------------------------------------------------------------------------------------


def test_measures_are_written_one_to_a_line(kl, client):
    page = Form(kl, example(Risk))
    assert "One to a line." in page.text
    shown = parse(page.text).one("textarea", name="measures")
    assert [line for line in "".join(shown.children).split("\n") if line] == example(Risk).measures
    page.send(measures='Første, med komma\r\n\r\n  Anden "citat"  \r\nTredje')
    assert example(Risk).measures == ["Første, med komma", 'Anden "citat"', "Tredje"]
    measures = read(client, f"{TOOLBOX}risici/R09/").one("section", **{"aria-labelledby": "measures-heading"})
    assert [item.text for item in measures.all("li")] == ["Første, med komma", 'Anden "citat"', "Tredje"]
    assert not page.send(measures=" \r\n ").redirect_chain


def test_options_and_columns_of_a_field_are_written_one_to_a_line(kl, client):
    field = TemplateField.objects.filter(kind="choice").select_related("section__template").first()
    section = field.section
    number = list(section.fields.values_list("pk", flat=True)).index(field.pk)
    with override("en"):
        page = Page(kl, reverse("admin:legaltoolbox_templatesection_change", args=[section.pk]))
    answer = page.send(**{f"fields-{number}-options": "Lav\r\nHelt ny mulighed\r\nHøj"})
    assert answer.redirect_chain
    field.refresh_from_db()
    assert field.options == ["Lav", "Helt ny mulighed", "Høj"]
    assert "Helt ny mulighed" in read(client, f"{TOOLBOX}skabeloner/{section.template.code}/").text


def test_a_question_of_a_checklist_is_corrected_in_the_form_of_its_activity(kl, client):
    check = ChecklistItem.objects.get(activity=example(Activity), number=1)
    sources = set(check.sources.all())
    Form(kl, example(Activity)).send(**{"checklist-0-question": "Er det rettet nu?"})
    check.refresh_from_db()
    assert check.question == "Er det rettet nu?"
    assert set(check.sources.all()) == sources
    assert "Er det rettet nu?" in read(client, f"{TOOLBOX}aktiviteter/A25/tjekliste/").text


# Preview, what uses an item, the content check --------------------------------------------------------------


@items
def test_what_is_not_public_is_seen_in_a_preview_and_by_no_visitor(model, kl, client):
    item = example(model)
    model.objects.filter(pk=item.pk).update(is_public=False, **{TEXTS[model]: "Nyskrevet tekst."})
    toolbox_version.bump()
    shown = client.get(TOOLBOX + PAGES[model])
    assert shown.status_code == 404 or "Nyskrevet tekst" not in shown.content.decode()
    page = Form(kl, item)
    (path,) = [link for link in re.findall(r'href="([^"]+)"', page.text) if link.endswith("/preview/")]
    preview = read(kl, path)
    assert "Nyskrevet tekst." in preview.text
    assert "Visitors do not see this page." in preview.text
    assert preview.has("meta", content="noindex")
    assert not client.get(path).content.decode().count("Nyskrevet tekst")


def test_a_preview_shows_the_content_as_it_is_now(kl):
    """Not as it was when somebody last looked."""
    path = url(Risk, "preview", example(Risk).pk)
    kl.get(path)
    Risk.objects.filter(code="R09").update(title="Ny titel")
    assert read(kl, path).one("h1").text == "Ny titel"


@pytest.mark.parametrize("model", [LegalSource, Role, DocumentTemplate, Requirement])
def test_the_form_shows_what_is_linked_with_the_item(model, kl):
    item = example(model)
    found = catalogue.build(drafts=True)
    linked = {
        url(type(other), "change", other.pk)
        for kind in ("activity", "template", "risk", "requirement", "guidance", "role", "phase", "source")
        for other in found.linked(found.find(model.KIND, item.key), kind)
    }
    assert linked
    assert linked <= set(re.findall(r'href="([^"]+)"', Form(kl, item).text))


def test_whoever_saves_is_told_what_the_content_check_finds_about_the_item(kl):
    answer = Form(kl, example(Risk)).send(cause="Se K99 og GDPR art. 999, stk. 1.")
    assert "Content check: R09: mentions K99, which does not exist." in said(answer)
    assert "GDPR art. 999" in said(answer)
    answer = Form(kl, example(Risk)).send(cause="Se K31.")
    assert "Content check" not in said(answer)


# The front page -------------------------------------------------------------------------------------------


def tasks(client: Client) -> dict[str, int]:
    with override("en"):
        page = client.get(reverse("admin:index"))
    return {task.url: task.number for task in page.context["tasks"] if "legaltoolbox" in task.url}


@items
def test_what_is_to_be_reviewed_again_stands_on_the_front_page(model, kl):
    assert tasks(kl) == {}
    today = timezone.localdate()
    model.objects.filter(pk=example(model).pk).update(
        reviewed_on=today - timedelta(days=400), review_by=today - timedelta(days=1)
    )
    ((path, number),) = tasks(kl).items()
    assert number == 1
    assert list(kl.get(path).context["cl"].result_list) == [example(model)]


def test_the_number_on_the_front_page_is_the_length_of_the_list_behind_it(kl):
    today = timezone.localdate()
    Risk.objects.filter(code__in=["R01", "R02", "R09"]).update(
        reviewed_on=today - timedelta(days=400), review_by=today - timedelta(days=1)
    )
    Risk.objects.filter(code="R09").update(is_public=False)
    ((path, number),) = tasks(kl).items()
    assert kl.get(path).context["cl"].result_count == number


def test_the_lists_are_searched_and_filtered(kl):
    for query, code in (("q=R09", "R09"), ("is_public__exact=0", "R10")):
        Risk.objects.filter(code="R10").update(is_public=False)
        assert code in {risk.code for risk in kl.get(f"{url(Risk, 'changelist')}?{query}").context["cl"].result_list}
    assert kl.get(f"{url(Risk, 'changelist')}?q=findesikke").context["cl"].result_count == 0


# History --------------------------------------------------------------------------------------------------


def test_an_earlier_version_can_be_brought_back_and_shows_at_once(kl, client):
    item = example(Risk)
    first = item.title
    Form(kl, item).send(title="Forkert titel")
    assert f"{first} → Forkert titel" in kl.get(url(Risk, "history", item.pk)).content.decode()
    assert read(client, f"{TOOLBOX}risici/R09/").one("h1").text == "Forkert titel"
    earlier = item.history.filter(title=first).first()
    path = url(Risk, "simple_history", item.pk, earlier.pk)
    links = {of.name: {other.pk for other in getattr(item, of.name).all()} for of in item._meta.many_to_many}
    shown = parse(kl.get(path).content.decode())
    for name, pks in links.items():
        options = shown.one("select", name=name).all("option")
        assert {int(option.attrs["value"]) for option in options if "selected" in option.attrs} == pks, name
    Page(kl, path).send(**{name: sorted(pks) for name, pks in links.items()})
    assert read(client, f"{TOOLBOX}risici/R09/").one("h1").text == first


def test_the_links_of_an_earlier_version_come_back_with_it(kl):
    item = example(Risk)
    before = set(item.sources.values_list("pk", flat=True))
    assert len(before) > 1
    Form(kl, item).send(sources=[min(before)])
    path = url(Risk, "simple_history", item.pk, item.history.earliest().pk)
    options = parse(kl.get(path).content.decode()).one("select", name="sources").all("option")
    shown = {int(option.attrs["value"]) for option in options if "selected" in option.attrs}
    assert shown == before
    others = {
        name: list(getattr(item, name).values_list("pk", flat=True)) for name in ("phases", "roles", "activities")
    }
    Page(kl, path).send(sources=sorted(shown), **others)
    assert set(item.sources.values_list("pk", flat=True)) == before


def test_no_page_holds_inline_script_or_style(kl):
    with override("en"):
        section = reverse("admin:legaltoolbox_templatesection_changelist")
    addresses = [section]
    for model in ITEMS:
        item = example(model)
        addresses += [
            url(model, "changelist"),
            url(model, "add"),
            url(model, "change", item.pk),
            url(model, "history", item.pk),
        ]
    for address in addresses:
        page = Page(kl, address)
        assert page.response.status_code == 200, address
        found = re.findall(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)[^>]*>", page.text)
        assert not found, (address, found)
