"""A project's pages show what it has written under the text that it was written to, whatever the catalogue says by now."""

from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import ChecklistItem, Requirement, Risk, ScreeningQuestion, TemplateField, toolbox_version
from legaltoolbox.projects.models import DocumentStatus, ItemVerdict, ProjectItem
from legaltoolbox.projects.views import lookups
from legaltoolbox.projects.work.pinning import pin
from legaltoolbox.projects.work.project_catalogue import project_catalogue
from legaltoolbox.projects.work.texts import texts
from legaltoolbox.projects.work.updates import updates
from tests.admin_pages import logged_in

from .project_rows import say_all

NEW_TEXT = "Har I spurgt en uafhængig revisor?"


def publish():
    """Let the pages show what the tests have changed; the catalogue then."""
    toolbox_version.bump()
    return catalogues.current()


@pytest.fixture
def checked(team):
    """A question of a checklist that the team has answered yes; its text is pinned."""
    check = ChecklistItem.objects.select_related("activity").order_by("activity__code", "number").first()
    team.project.checklist_answers.create(activity=check.activity.code, key=check.reference, value="yes")
    pin_now(team)
    return check


def pin_now(team):
    catalogue = publish()
    with transaction.atomic():
        team.project.hold()
        pin(team.project, catalogue)
    return catalogue


def page(team, name, *args, who="lead"):
    client = logged_in(getattr(team, who).user)
    return client.get(reverse(f"projects:{name}", args=[*team.project.address, *args])).content.decode()


def decide_all(team, verdict=ItemVerdict.ACCEPT):
    catalogue = publish()
    for update in updates(team.project, catalogue):
        ProjectItem.decide(
            team.project, texts(catalogue), update.key, verdict, team.lead.user, seen=update.seen, reason="Fordi"
        )


def test_project_whose_texts_do_not_differ_sees_the_catalogue_itself(team, django_assert_num_queries):
    catalogue = pin_now(team)
    with django_assert_num_queries(1):
        assert project_catalogue(team.project, catalogue) is catalogue


def test_view_is_made_once(team, checked, django_assert_num_queries):
    ChecklistItem.objects.filter(pk=checked.pk).update(question=NEW_TEXT)
    catalogue = publish()
    view = project_catalogue(team.project, catalogue)
    with django_assert_num_queries(2):
        assert project_catalogue(team.project, catalogue) is view


def test_answer_stands_under_its_question_until_somebody_decides(team, checked):
    code = checked.activity.code.lower()
    ChecklistItem.objects.filter(pk=checked.pk).update(question=NEW_TEXT)
    publish()
    html = page(team, "activity", code)
    assert NEW_TEXT not in html
    assert checked.question in html
    decide_all(team)
    assert NEW_TEXT in page(team, "activity", code)


def test_kept_text_stays_on_the_page(team, checked):
    ChecklistItem.objects.filter(pk=checked.pk).update(question=NEW_TEXT)
    decide_all(team, ItemVerdict.KEEP)
    html = page(team, "activity", checked.activity.code.lower())
    assert NEW_TEXT not in html


def test_withdrawn_question_is_there_until_somebody_decides_and_then_among_the_earlier_answers(team, checked):
    code = checked.activity.code.lower()
    ChecklistItem.objects.filter(pk=checked.pk).update(is_withdrawn=True)
    publish()
    assert f"answer-{checked.reference}" in page(team, "activity", code)
    decide_all(team)
    html = page(team, "activity", code)
    assert f"answer-{checked.reference}" not in html
    assert "Tidligere svar" in html
    assert checked.question in html


def test_item_without_work_has_its_new_text_at_once(team, checked):
    Requirement.objects.filter(code="K01").update(duty=NEW_TEXT)
    Risk.objects.filter(code="R01").update(cause=NEW_TEXT)
    publish()
    assert NEW_TEXT in page(team, "requirement", "k01")
    assert NEW_TEXT in page(team, "risk", "r01")


def test_withdrawn_item_with_work_keeps_its_page_and_counts_no_more_once_it_is_taken_leave_of(team):
    say_all(team)
    pin_now(team)
    Requirement.objects.filter(code="K01").update(is_public=False)
    catalogue = publish()
    assert "I aftalen" in page(team, "requirement", "k01")
    decide_all(team)
    assert "I aftalen" in page(team, "requirement", "k01")
    view = project_catalogue(team.project, catalogue)
    assert view.withdrawn == {("requirement", view.find("requirement", "K01").pk)}


def test_answer_to_a_withdrawn_question_about_the_solution_stays(team):
    question = ScreeningQuestion.objects.filter(requires=None, followed_by=None).order_by("position").last()
    team.project.answer(team.lead.user, {question.code: ("yes", "Vi har spurgt")})
    pin_now(team)
    ScreeningQuestion.objects.filter(pk=question.pk).update(is_public=False)
    publish()
    assert question.question in page(team, "screening")
    decide_all(team)
    html = page(team, "screening")
    assert f'name="{question.code}"' not in html
    assert question.question in html
    assert "Vi har spurgt" in html
    assert team.project.screening_answers.get().value == "yes"


def test_approved_document_has_the_text_that_it_was_approved_with(team):
    field = TemplateField.objects.filter(kind="text", section__template__code="S11").order_by("pk").first()
    document = team.project.documents.create(number=1, template="S11", status=DocumentStatus.APPROVED)
    document.answers.create(section=field.section.key, field=field.key, value="Breve")
    pin_now(team)
    team.project.decisions.create(document=document, by=team.management.user, answer="yes", point="")
    draft = team.project.documents.create(number=2, template="S11", version=2)
    draft.answers.create(section=field.section.key, field=field.key, value="Breve")
    TemplateField.objects.filter(pk=field.pk).update(label=NEW_TEXT)
    publish()
    for number in (1, 2):
        assert NEW_TEXT not in page(team, "section", number, field.section.key)
    decide_all(team)
    assert NEW_TEXT in page(team, "section", 2, field.section.key)
    assert NEW_TEXT not in page(team, "section", 1, field.section.key)
    assert field.label in page(team, "section", 1, field.section.key)


def test_choice_whose_option_is_gone_is_shown_and_saving_the_page_does_not_take_it(team):
    field = TemplateField.objects.filter(kind="text", section__template__code="S11").order_by("pk").first()
    document = team.project.documents.create(number=1, template="S11")
    document.answers.create(section=field.section.key, field=field.key, value="Et helt andet svar")
    pin_now(team)
    TemplateField.objects.filter(pk=field.pk).update(kind="check", options=["Ja", "Nej"])
    decide_all(team)
    html = page(team, "section", 1, field.section.key)
    assert "Et helt andet svar" in html
    empty = {field.key: []}
    stored = document.stored(field.section.key, empty)
    document.save_section(field.section.key, empty, {field.key: ["Ja"]}, fingerprint(stored), team.lead.user)
    html = page(team, "section", 1, field.section.key)
    assert "Et helt andet svar" in html
    assert field.label in html


def test_answer_in_a_withdrawn_section_is_on_the_page_of_the_document(team):
    field = TemplateField.objects.filter(kind="text", section__template__code="S11").order_by("pk").first()
    document = team.project.documents.create(number=1, template="S11")
    document.answers.create(section=field.section.key, field=field.key, value="Et helt andet svar")
    pin_now(team)
    type(field.section).objects.filter(pk=field.section.pk).update(is_withdrawn=True)
    decide_all(team)
    assert "Et helt andet svar" in page(team, "document", 1)


def test_first_save_after_a_change_pins_what_it_was_written_to(team):
    pin_now(team)
    check = ChecklistItem.objects.select_related("activity").order_by("activity__code", "number").first()
    ChecklistItem.objects.filter(pk=check.pk).update(question=NEW_TEXT)
    catalogue = publish()
    url = reverse("projects:activity", args=[*team.project.address, check.activity.code.lower()])
    client = logged_in(team.lead.user)
    client.get(url)
    client.post(
        reverse("projects:comments", args=team.project.address),
        {"place": check.activity.code, "text": "Hvem spørger?", "page.id": "a" * 32},
    )
    item = team.project.items.get(kind="activity", code=check.activity.code)
    assert item.hash == texts(catalogue).hashes[item.key]


LIVE_VIEWS = {
    *("home.py", "new.py", "my_tasks.py", "register.py", "shared_projects.py"),  # of no project, or a list of several
    *("annexes.py", "annex_page.py", "annex_steps.py"),  # a requirement annex pins the texts of the day when it is made
    *("updates.py", "projects.py", "lookups.py", "report.py"),  # they compare both
}


def test_no_page_of_a_project_reads_the_catalogue_past_the_project():
    folder = Path(lookups.__file__).parent
    live = {path.name for path in folder.glob("*.py") if "catalogues.for_request" in path.read_text()}
    assert live == LIVE_VIEWS
    assert [path.name for path in folder.glob("*.py") if "get_item_or_404" in path.read_text()] == []
