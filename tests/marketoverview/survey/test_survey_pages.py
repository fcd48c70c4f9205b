"""The task list and the way to handing in: how far each part is, what stands in the way, and when it is too late."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from kl_ai.mail.models import OutgoingMail
from marketoverview.mails import notifications
from marketoverview.models import DeadlineExtension, Response, Status, SurveyRound
from marketoverview.survey.parts import part_states, survey_parts
from tests.builders import make_offering, make_response
from tests.marketoverview.vendor_area import DECLARATIONS, part_url, seen_value, submit_review


@pytest.fixture
def survey_round(survey):
    return SurveyRound.current()


@pytest.fixture
def draft(vendor, owner, survey_round):
    """Begun from nothing: only the company's name is known."""
    return Response.begin(vendor, survey_round, owner)


@pytest.fixture
def complete(vendor, survey_round):
    answers = {"services": ["advisory"], "technologies": ["nlp"], "business-areas": ["health"]}
    return make_response(vendor, "draft", round=survey_round, answers=answers)


def states(response) -> dict[str, str]:
    response = Response.objects.get(pk=response.pk)
    return {state.part.key: state.state for state in part_states(response, survey_parts(response.round))}


def save(response, part: str, content: dict, by) -> None:
    (survey_part_row,) = (survey_part for survey_part in survey_parts(response.round) if survey_part.key == part)
    response.save_part(part, survey_part_row.items, content, fingerprint(response.stored(survey_part_row.items)), by)


# How far it is ------------------------------------------------------------------------------------


def test_the_parts_stand_in_the_surveys_order(survey_round):
    order = [part.key for part in survey_parts(survey_round)]
    assert order == ["company", "services", "experience", "offerings", "challenges", "contact"]


def test_a_part_goes_from_not_started_over_in_progress_to_complete(draft, owner):
    assert set(states(draft).values()) == {"not-started"}
    save(draft, "services", {"services": {"other": ""}}, owner)
    assert states(draft)["services"] == "in-progress"
    save(draft, "services", {"services": {"other": "Etik"}, "technologies": {"nlp": ""}}, owner)
    assert states(draft)["services"] == "complete"
    save(draft, "company", {"description": "ord " * 91}, owner)
    assert states(draft)["company"] == "in-progress"  # too long to be published, and kept all the same


def test_what_may_be_left_out_is_complete_when_it_was_looked_at(draft, owner):
    save(draft, "challenges", {"barriers": {}}, owner)
    assert states(draft)["challenges"] == "complete"


def test_the_task_list_says_what_is_missing_and_who_saved_last(draft, owner, member_client):
    save(draft, "services", {"services": {"other": ""}}, owner)
    page = member_client.get(reverse("vendor:tasks", args=[draft.pk])).content.decode()
    assert "Jeres egne ord ved “Andet” mangler under “Services og produkter”." in page
    assert f"af {owner}." in page
    assert "0 af 6 dele er udfyldt" in page


def test_the_task_list_and_a_part_cost_the_same_with_any_number_of_answers(draft, owner, member_client):
    def cost(name: str, *args) -> int:
        with CaptureQueriesContext(connection) as queries:
            member_client.get(reverse(f"vendor:{name}", args=[draft.pk, *args]))
        return len(queries)

    pages = (("tasks",), ("part", "services"), ("part", "offerings"), ("review",))
    make_offering(draft, title="Et", options={"technologies": ["nlp"]})
    save(draft, "services", {"services": {"advisory": ""}}, owner)
    cost("review")  # the first review of a process builds the snapshot
    few = [cost(*page) for page in pages]
    for number in range(4):
        make_offering(draft, title=f"Nr. {number}", options={"technologies": ["nlp", "speech"]})
    many = {"services": {"advisory": "", "development": "", "other": "Etik"}, "technologies": {"nlp": "", "speech": ""}}
    save(draft, "services", many, owner)
    assert [cost(*page) for page in pages] == few


# Handing in -----------------------------------------------------------------------------------------


def test_a_complete_draft_with_all_declarations_is_handed_in(complete, member_client):
    assert "KL har modtaget jeres svar" in submit_review(member_client, complete).content.decode()
    complete.refresh_from_db()
    assert complete.status == Status.SUBMITTED
    assert "Jeg må svare på vegne af virksomheden." in complete.events.last().reason


@pytest.mark.parametrize("left_out", DECLARATIONS)
def test_without_one_of_the_declarations_nothing_is_handed_in(left_out, complete, member_client):
    submit_review(member_client, complete, **{name: "on" for name in DECLARATIONS if name != left_out})
    complete.refresh_from_db()
    assert complete.status == Status.DRAFT


def test_what_a_colleague_changed_since_must_be_looked_at_first(complete, colleague, member_client):
    complete.refresh_from_db()
    seen = complete.changed_at.isoformat()
    save(complete, "company", {"description": "Noget helt andet."}, colleague)
    page = submit_review(member_client, complete, seen).content.decode()
    assert "Svarene er ændret, efter at du åbnede siden" in page
    assert "Noget helt andet." in page
    complete.refresh_from_db()
    assert complete.status == Status.DRAFT


def test_after_the_deadline_it_is_kept_but_not_handed_in(complete, vendor, survey_round, owner, member_client):
    yesterday = timezone.localdate() - timedelta(1)
    SurveyRound.objects.filter(pk=survey_round.pk).update(closes_on=yesterday)
    assert "Undersøgelsen er lukket" in submit_review(member_client, complete).content.decode()
    complete.refresh_from_db()
    assert complete.status == Status.DRAFT
    save(complete, "company", {"description": "Skrevet bagefter."}, owner)
    DeadlineExtension.objects.create(vendor=vendor, round=survey_round, closes_on=timezone.localdate(), reason="Ferie")
    assert "KL har modtaget jeres svar" in submit_review(member_client, complete).content.decode()


# Decisions ------------------------------------------------------------------------------------------


def test_every_decision_is_told_and_none_twice(complete, owner, curator, vendor):
    vendor.memberships.exclude(user=owner).delete()
    for reason in ("Skriv mere.", "Skriv endnu mere."):
        complete.refresh_from_db()
        complete.submit(owner)
        complete.send_back(curator, reason)
        notifications.send_decision(complete)
        notifications.send_decision(complete)
    bodies = list(OutgoingMail.objects.filter(kind="decision").order_by("pk").values_list("body", flat=True))
    assert ["Skriv mere." in bodies[0], "Skriv endnu mere." in bodies[1], len(bodies)] == [True, True, 2]


def test_other_without_own_words_is_said_at_the_field_and_saved_all_the_same(draft, member_client):
    url = part_url(draft, "services")
    data = {"seen": seen_value(member_client, draft, "services"), "services": ["other"], "_next": "1"}
    page = member_client.post(url, data)
    assert page.status_code == 200
    words = page.content.decode()
    assert "Skriv med egne ord, hvad det er." in words
    assert "” er gemt." not in words
    assert draft.answers.filter(option__is_other=True).exists()
    again = {**data, "seen": seen_value(member_client, draft, "services")}
    assert member_client.post(url, again).status_code == 302  # told once; nobody is held back


def test_a_text_that_is_too_long_is_not_called_missing(draft, owner, member_client):
    save(draft, "company", {"description": ""}, owner)
    url = part_url(draft, "company")
    assert "Beskrivelsen mangler." in member_client.get(url).content.decode()
    data = {"seen": seen_value(member_client, draft, "company"), "company_name": "Nordstjernen"}
    words = member_client.post(url, {**data, "description": "x" * 5000}).content.decode()
    assert "højst" in words
    assert "Beskrivelsen mangler." not in words
