"""The copy of a person's own data holds every column that names a user, or a reason stands here why not."""

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kl_ai.models import User
from kl_ai.security.models import LoginSession, OneTimeSecret
from kl_ai.security.reading_log import record_reading
from marketoverview.models import Announcement, Response, VendorQuestion
from marketoverview.views.own_data import own_data
from tests.builders import make_curator, make_response, make_round, make_user
from tests.checks import not_empty

pytestmark = pytest.mark.django_db

LEFT_OUT = {
    "kl_ai_user.email_changed_by_id": "`changes_in_the_administration` has it: each change there is a line",
    "account_emailaddress.user_id": "the portal makes no such row: a login has one address",
    "marketoverview_answer.mapped_by_id": "`acts` has it: each counting of own words is an event",
    "marketoverview_historicalanswer.mapped_by_id": "the same, as an earlier version",
    "marketoverview_answer.left_as_other_by_id": "`acts` has it: leaving own words is an event",
    "projects_task.saved_by_id": "`project_acts` has it: each change is an event",
    "projects_checklistanswer.saved_by_id": "the same",
    "projects_projectdocument.created_by_id": "the same",
    "projects_projectdocument.changed_by_id": "the same",
    "projects_documentpart.saved_by_id": "the same",
    "projects_riskassessment.saved_by_id": "the same",
    "projects_requirementstate.saved_by_id": "the same",
    "projects_measure.saved_by_id": "the same",
    "projects_projectlegalbasis.saved_by_id": "the same",
    "projects_sharedcopy.published_by_id": "the same",
    "projects_sharedcopy.withdrawn_by_id": "the same",
    "projects_projectitem.decided_by_id": "`decisions_on_changed_texts` has it",
    "projects_annexpart.saved_by_id": "it is always empty: nobody is known who answers behind a link",
    "projects_comment.resolved_by_id": "the same",
    "projects_projectimport.by_id": "the same",
    "marketoverview_historicalvendorquestion.answered_by_id": "`questions_answered` has it",
}
BROWSER_LEFT_OUT = {
    "id": "a number that says nothing of the person",
    "user": "the person",
    "session_key": "whoever knows it is logged in",
}
LOGIN = {
    "full_name": "name",
    "date_joined": "created_at",
    "work_mail": "mails_about_work",
    "login_generation": "times_logged_out_everywhere",
}
"""Column of the user to its name in the copy, where they differ."""


def columns_for_a_user() -> set[str]:
    """The columns of all tables that name a user, tables between two others included."""
    return {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if field.is_relation and field.related_model is User
    }


def test_every_column_that_names_a_user_is_copied_or_left_out_with_a_reason():
    user = make_user(pk=987_654)
    with CaptureQueriesContext(connection) as captured:
        own_data(user)
    queries = " ".join(query["sql"] for query in captured).replace('"', "")
    columns = columns_for_a_user()
    assert LEFT_OUT.keys() <= columns
    missing = {column for column in not_empty(columns - LEFT_OUT.keys()) if f"{column} = {user.pk}" not in queries}
    assert missing == set()


def test_every_field_of_a_browser_is_copied_or_left_out_with_a_reason():
    user = make_user()
    LoginSession.record(user, "k1", browser="Firefox", system="Windows", network="192.0.x.x")
    (browser,) = own_data(user)["browsers"]
    assert {field.name for field in LoginSession._meta.fields} == browser.keys() | BROWSER_LEFT_OUT.keys()
    assert (browser["browser"], browser["system"], browser["network"]) == ("Firefox", "Windows", "192.0.x.x")


def test_every_field_of_the_login_is_copied():
    login = own_data(make_user(full_name="Ida Opdigtet", work_mail="at_once"))["login"]
    assert {LOGIN.get(field.name, field.name) for field in User._meta.fields} - login.keys() == {"id"}
    assert (login["name"], login["mails_about_work"]) == ("Ida Opdigtet", "at_once")


def test_what_somebody_of_kl_has_done_is_in_the_copy(rf):
    curator, survey_round = make_curator(), make_round()
    submission = make_response("Agern", "submitted", round=survey_round)
    submission.send_back(curator, "For kort.")
    Announcement(round=survey_round, kind="message", subject="information", text_da="Nyt").store(
        curator, vendor_count=1, person_count=1
    )
    question, _ = VendorQuestion.ask(submission.vendor, survey_round, make_user(), "Hvad?")
    question.answer_privately(curator, answer_da="Alt.", answer_en="", reason="Eget svar")
    request = rf.get("/")
    request.user = curator
    record_reading(request, "response: review", submission.pk, str(submission))
    OneTimeSecret.make("enrolment", make_user(), curator)
    copy = own_data(curator)
    assert [(act["verb"], act["reason"], act["vendor"]) for act in copy["acts"]] == [
        ("send_back", "For kort.", "Agern")
    ]
    assert [each["text_da"] for each in copy["announcements_made"]] == ["Nyt"]
    assert [each["answer_da"] for each in copy["questions_answered"]] == ["Alt."]
    assert [each["page"] for each in copy["readings"]] == ["response: review"]
    assert [each["kind"] for each in copy["one_time_codes_and_links_made_for_others"]] == ["enrolment"]
    assert own_data(make_user())["acts"] == []


def test_what_a_member_has_written_and_asked_is_in_the_copy(vendor, owner, curator):
    draft = Response.begin(vendor, make_round(), owner)
    draft.save_part("company", (), {}, "", owner)
    VendorQuestion.ask(vendor, draft.round, owner, "Hvad tæller?")
    copy = own_data(owner)
    assert [(part["part"], part["number"]) for part in copy["parts_saved"]] == [("company", draft.sequence)]
    assert [question["text"] for question in copy["questions_to_kl"]] == ["Hvad tæller?"]


def test_the_copy_has_the_answers_of_the_own_vendors_alone(vendor, owner):
    for company, description in ((vendor, "Vores egne ord."), ("Agern", "De andres ord.")):
        make_response(company, description=description)
    (own,) = own_data(owner)["vendors"]
    assert [answers["description"] for answers in own["responses"]] == ["Vores egne ord."]
