"""What a changed catalogue means for a running project: nothing of an answer moves until somebody decides."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count

from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import Activity, ChecklistItem, DocumentTemplate, Requirement, Risk, TemplateField
from legaltoolbox.projects.models import (
    EarlierAnswer,
    ItemDecision,
    ItemVerdict,
    ProjectEvent,
    ProjectItem,
    TextChanged,
    TextVersion,
)
from legaltoolbox.projects.work.pinning import pin
from legaltoolbox.projects.work.text_differences import MOST_WORDS, marked
from legaltoolbox.projects.work.texts import texts
from legaltoolbox.projects.work.updates import Change, updates

from .builders import Team
from .project_rows import say_all


def now():
    """The catalogue as the database has it now."""
    return catalogues.build()


def sync(team, catalogue=None) -> list[str]:
    catalogue = catalogue or now()
    with transaction.atomic():
        team.project.hold()
        team.project.texts_version = 0
        return pin(team.project, catalogue)


def decide(team, update, verdict, **values):
    return ProjectItem.decide(
        team.project, texts(now()), update.key, verdict, team.lead.user, **{"seen": update.seen, **values}
    )


def only(team):
    [update] = updates(team.project, now())
    return update


def test_nothing_waits_where_nothing_has_changed(team):
    say_all(team)
    assert sync(team) == []
    assert updates(team.project, now()) == []
    assert {row.key for row in team.project.items.all()} == set(texts(now()).hashes)


def test_changed_duty_of_an_assessed_requirement_waits_with_its_difference(team):
    say_all(team)
    sync(team)
    Requirement.objects.filter(code="K01").update(duty="Kommunen skal altid spørge.")
    assert sync(team) == []
    update = only(team)
    assert (update.code, update.what, update.is_waiting, update.needs_new_assessment) == (
        "K01",
        Change.CHANGED,
        True,
        True,
    )
    [difference] = update.differences
    assert difference.new == "Kommunen skal altid spørge."
    assert "".join(text for mark, text in difference.marks if mark != "new") == difference.old


def test_changed_item_that_nobody_has_written_on_is_taken_over(team):
    sync(team)
    Requirement.objects.filter(code="K01").update(duty="Kommunen skal altid spørge.")
    assert sync(team) == ["K01"]
    assert updates(team.project, now()) == []
    [event] = team.project.events.filter(what=ProjectEvent.What.TEXTS_TAKEN_OVER)
    assert event.new == "K01"


def test_white_space_of_an_assessed_item_is_taken_over_and_recorded(team):
    say_all(team)
    sync(team)
    risk = Risk.objects.get(code="R01")
    Risk.objects.filter(code="R01").update(cause=f"  {risk.cause}\n")
    assert only(team).what == Change.MOVED
    assert not only(team).is_waiting
    assert sync(team) == ["R01"]
    assert updates(team.project, now()) == []
    assert ItemDecision.objects.get().verdict == ItemVerdict.TAKEN_OVER


def test_white_space_in_a_field_that_is_empty_is_no_change(team):
    old = texts(now()).record(("requirement", "K01"))
    assert texts(now()).is_same("requirement", old, {**old, "level_note": " \n"})


def test_kept_text_comes_back_only_when_the_catalogue_changes_again(team):
    say_all(team)
    sync(team)
    Risk.objects.filter(code="R01").update(cause="En anden årsag.")
    with pytest.raises(ValidationError, match=" hvorfor"):
        decide(team, only(team), ItemVerdict.KEEP)
    decide(team, only(team), ItemVerdict.KEEP, reason="Vi er næsten færdige.")
    assert not only(team).is_waiting
    Risk.objects.filter(code="R01").update(cause="En anden\nårsag.")
    sync(team)
    assert not only(team).is_waiting, "white space alone asks nobody again"
    Risk.objects.filter(code="R01").update(cause="En tredje årsag.")
    assert only(team).is_waiting
    assert only(team).reason == "Vi er næsten færdige."


def test_kept_text_that_the_catalogue_has_again_is_kept_no_more(team):
    say_all(team)
    sync(team)
    before = Risk.objects.get(code="R01").cause
    Risk.objects.filter(code="R01").update(cause="En anden årsag.")
    decide(team, only(team), ItemVerdict.KEEP, reason="Vi er næsten færdige.")
    Risk.objects.filter(code="R01").update(cause=before)
    sync(team)
    assert updates(team.project, now()) == []
    Risk.objects.filter(code="R01").update(cause="En anden årsag.")
    assert only(team).is_waiting
    decide(team, only(team), ItemVerdict.KEEP, reason="Stadig.")
    assert not only(team).is_waiting


def test_reassessed_item_waits_until_it_is_saved_again(team):
    say_all(team)
    sync(team)
    Requirement.objects.filter(code="K01").update(level="may")
    decide(team, only(team), ItemVerdict.REASSESS)
    update = only(team)
    assert (update.what, update.to_assess, update.is_waiting) == (Change.ASSESS, True, True)
    assert team.project.requirement_states.get().state == "met", "the answer itself does not change"
    ProjectItem.assessed(team.project, update.key, team.lead.user)
    assert updates(team.project, now()) == []


def test_decision_on_a_text_that_has_changed_once_more_is_refused(team):
    say_all(team)
    sync(team)
    Risk.objects.filter(code="R01").update(cause="En anden årsag.")
    update = only(team)
    Risk.objects.filter(code="R01").update(cause="En tredje årsag.")
    with pytest.raises(TextChanged):
        decide(team, update, ItemVerdict.ACCEPT)
    assert not ItemDecision.objects.exists()


def test_same_decision_twice_is_one(team):
    say_all(team)
    sync(team)
    Risk.objects.filter(code="R01").update(cause="En anden årsag.")
    update = only(team)
    for _click in range(2):
        decide(team, update, ItemVerdict.ACCEPT)
    assert ItemDecision.objects.count() == 1
    assert team.project.events.filter(what=ProjectEvent.What.TEXT_DECIDED).count() == 1
    assert updates(team.project, now()) == []


def test_withdrawn_item_with_work_waits_and_one_without_does_not(team):
    say_all(team)
    sync(team)
    Requirement.objects.filter(code="K01").update(is_public=False)
    Requirement.objects.filter(code="K02").update(is_public=False)
    sync(team)
    assert [(update.code, update.what) for update in updates(team.project, now())] == [("K01", Change.WITHDRAWN)]
    decide(team, only(team), ItemVerdict.ACCEPT)
    assert updates(team.project, now()) == []
    Requirement.objects.filter(code="K01").update(is_public=True)
    sync(team)
    assert updates(team.project, now()) == []
    assert team.project.items.get(code="K01").state == ProjectItem.State.CURRENT


def test_answer_to_a_withdrawn_question_is_an_earlier_answer_once_the_new_text_is_accepted(team):
    check = ChecklistItem.objects.order_by("activity__code", "number").first()
    answer = team.project.checklist_answers.create(activity=check.activity.code, key=check.reference, value="yes")
    sync(team)
    ChecklistItem.objects.filter(pk=check.pk).update(is_withdrawn=True)
    update = only(team)
    assert not EarlierAnswer.objects.exists()
    decide(team, update, ItemVerdict.ACCEPT)
    [earlier] = team.project.earlier_answers.all()
    assert (earlier.row, earlier.question, earlier.value) == (check.reference, check.question, ["yes", ""])
    answer.refresh_from_db()
    assert answer.value == "yes"


def test_choice_whose_option_is_gone_is_an_earlier_answer(team):
    field = TemplateField.objects.filter(kind="choice").order_by("pk").first() or _make_choice()
    document = team.project.documents.create(number=1, template=field.section.template.code)
    option = field.options[0]
    document.answers.create(section=field.section.key, field=field.key, value=option)
    sync(team)
    TemplateField.objects.filter(pk=field.pk).update(options=[f"Ikke {option}", *field.options[1:]])
    update = only(team)
    assert update.needs_new_assessment
    decide(team, update, ItemVerdict.ACCEPT)
    assert [row.value for row in team.project.earlier_answers.all()] == [option]
    assert document.answers.get().value == option


def _make_choice() -> TemplateField:
    field = TemplateField.objects.filter(kind="line").order_by("pk").first()
    TemplateField.objects.filter(pk=field.pk).update(kind="choice", options=["Ja, altid", "Nej"])
    field.refresh_from_db()
    return field


def test_approved_document_is_in_no_update(team):
    template = DocumentTemplate.objects.order_by("code").first()
    document = team.project.documents.create(number=1, template=template.code, status="approved")
    document.answers.create(section="1", field="1", value="x")
    sync(team)
    DocumentTemplate.objects.filter(pk=template.pk).update(purpose="Et andet formål.")
    assert sync(team) == [], "its text stays"
    assert updates(team.project, now()) == []


def test_new_item_is_named_until_somebody_has_seen_it(team):
    Requirement.objects.filter(code="K02").update(is_public=False)
    sync(team)
    Requirement.objects.filter(code="K02").update(is_public=True)
    assert only(team).what == Change.NEW
    sync(team)
    update = only(team)
    assert (update.code, update.what) == ("K02", Change.NEW)
    decide(team, update, ItemVerdict.ACCEPT)
    assert updates(team.project, now()) == []


def test_item_that_begins_to_apply_by_its_conditions_is_new_and_others_are_not(team):
    requirement = (
        Requirement.objects.annotate(most=Count("conditions")).filter(most=1, conditions__answer="yes").first()
    )
    condition = requirement.conditions.get()
    team.project.answer(team.lead.user, {condition.question.code: ("no", "")})
    sync(team)
    type(condition).objects.filter(pk=condition.pk).update(reason="sagen er en anden")
    sync(team)
    assert updates(team.project, now()) == [], "it still does not apply"
    type(condition).objects.filter(pk=condition.pk).update(answer="no")
    sync(team)
    assert (only(team).code, only(team).what) == (requirement.code, Change.NEW)


def test_text_is_stored_once_for_all_projects(team):
    other = Team("9902")
    sync(team)
    number = TextVersion.objects.count()
    sync(other)
    assert TextVersion.objects.count() == number == len(texts(now()).hashes)


def test_reviews_sources_and_confirmations_are_no_change_of_the_text(team):
    sync(team)
    Activity.objects.update(reviewed_on="2020-01-01", review_by="2021-01-01", certainty="verified", read_in="Loven")
    for activity in Activity.objects.all():
        activity.sources.clear()
    assert sync(team) == []


def test_long_texts_are_compared_in_bounded_time():
    old, new = (" ".join(f"{letter}{number % 7}" for number in range(20 * MOST_WORDS)) for letter in "ab")
    assert [mark for mark, _text in marked(f"start {old} slut", f"start {new} slut")] == ["same", "gone", "new", "same"]


def test_number_of_queries_is_constant(team, django_assert_max_num_queries):
    say_all(team)
    sync(team)
    Requirement.objects.update(duty="Kommunen skal altid spørge.")
    Risk.objects.update(cause="En anden årsag.")
    catalogue = now()
    texts(catalogue)
    with django_assert_max_num_queries(7):
        updates(team.project, catalogue)
    with transaction.atomic():
        team.project.hold()
        team.project.texts_version = 0
        with django_assert_max_num_queries(12):
            pin(team.project, catalogue)
