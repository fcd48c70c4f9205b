"""The numbers of queries that docstrings give are true. Savepoints do not count."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kl_ai.mail import outbox
from kl_ai.mail.models import OutgoingMail
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import ChecklistItem
from legaltoolbox.projects.models import (
    Comment,
    Decision,
    DocumentStatus,
    Evidence,
    Project,
    ProjectDocument,
    ProjectLegalBasis,
    ProjectMember,
    Task,
)
from legaltoolbox.projects.models.tasks import EMPTY
from legaltoolbox.projects.work.decision_points import read_project
from legaltoolbox.projects.work.overview import project_overview
from marketoverview import frame
from marketoverview.market import snapshot
from marketoverview.models import Response, map_answer, object_to_mapping
from marketoverview.survey.parts import part_states, survey_parts
from tests.builders import make_option, make_own_words, make_response
from tests.legaltoolbox.projects.builders import Team
from tests.query_counts import costs

# The market overview ----------------------------------------------------------------------------


def test_a_snapshot_costs_eight(demo):
    with costs(8):
        snapshot._read(1, timezone.localdate())


def test_the_banner_costs_one_for_each_version(demo, rf):
    with costs(3):
        frame.frame_context(rf.get("/"))
    with costs(1):
        frame.frame_context(rf.get("/"))


def test_the_parts_of_the_survey_cost_two(survey, vendor):
    survey_round = make_response(vendor, "draft").round
    with costs(2):
        survey_parts(survey_round)


@pytest.fixture
def returned(survey, vendor, curator) -> Response:
    response = make_response(vendor, "submitted")
    response.send_back(curator, "Se nedenfor.", {"description": "For kort."})
    return Response.objects.select_related("round", "based_on").get(pk=response.pk)


def test_the_states_of_the_parts_cost_fourteen(returned):
    parts = survey_parts(returned.round)
    with costs(14):
        part_states(returned, parts)


def test_the_remarks_cost_two_and_the_reason_one(returned):
    with costs(2):
        assert returned.remarks == {"description": "For kort."}
    with costs(1):
        assert returned.reason == "Se nedenfor."


def test_prefetched_events_cost_nothing_more(returned):
    response = Response.objects.prefetch_related("events").get(pk=returned.pk)
    with costs(0):
        assert response.reason == "Se nedenfor."
    with costs(1):
        assert response.remarks == {"description": "For kort."}


def test_a_response_that_is_not_sent_back_has_no_remarks_and_costs_nothing(vendor):
    response = Response.objects.get(pk=make_response(vendor).pk)
    with costs(0):
        assert response.remarks == {}


def test_what_is_missing_costs_four_and_the_round(returned):
    with costs(4):
        returned.missing_items()
    response = Response.objects.get(pk=returned.pk)
    with costs(5):
        response.missing_items()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_keeping_what_kl_has_counted_costs_four_and_two_for_each(number, vendor, curator):
    answer = make_own_words("Agern")
    earlier = answer.response
    draft = Response.begin(earlier.vendor, earlier.round, curator)
    for n in range(number):
        map_answer(answer, make_option(answer.option.question, f"option-{n}"), curator)
    with costs(4 + 2 * number):
        draft._keep_mappings(earlier)
    assert draft.answers.filter(mapped_from__isnull=False).count() == number


def test_keeping_an_objection_costs_two(vendor, owner, curator):
    answer = make_own_words("Agern")
    draft = Response.begin(answer.response.vendor, answer.response.round, curator)
    map_answer(answer, make_option(answer.option.question, "ethics"), curator)
    object_to_mapping(answer, owner, "Det er noget andet.")
    with costs(6):
        draft._keep_mappings(answer.response)
    assert draft.answers.get().objection == "Det er noget andet."


# The mail ---------------------------------------------------------------------------------------


def make_mail(to: str = "ki@nordstjernen.example") -> OutgoingMail:
    return OutgoingMail.queue(OutgoingMail(key=to, to=to, kind="try", language="da", subject="Hej", body="Hej"))


@pytest.fixture
def _mail_server(settings):
    settings.EMAIL_BACKEND = "tests.mailserver.Server"


@pytest.mark.django_db
@pytest.mark.usefixtures("_mail_server")
class TestMail:
    def test_queueing_costs_two_and_one_where_the_key_is_stored(self):
        with costs(2):
            make_mail()
        with costs(1):
            make_mail()

    @pytest.mark.parametrize(("domain", "number"), [("nordstjernen", 3), ("fuld", 3), ("ukendt", 5)])
    def test_delivering_costs_three_and_five_where_the_address_is_refused(self, domain, number):
        mail = make_mail(f"nogen@{domain}.example")
        with costs(number):
            outbox.deliver(mail)

    def test_delivering_what_is_not_due_costs_one(self):
        mail = make_mail()
        outbox.deliver(mail)
        with costs(1):
            outbox.deliver(mail)

    def test_a_run_costs_two_and_three_for_each_mail(self):
        with costs(2):
            outbox.send_waiting()
        make_mail()
        with costs(5):
            outbox.send_waiting()

    def test_a_dry_run_costs_one(self):
        with costs(1):
            outbox.send_waiting(dry_run=True)


# The legal toolbox ------------------------------------------------------------------------------


@pytest.fixture
def rows(content_rows) -> list[ChecklistItem]:
    return list(ChecklistItem.objects.filter(activity__code="A25"))


def test_a_key_costs_two_and_four_for_a_new_row(rows):
    new = ChecklistItem(activity=rows[0].activity, number=99)
    for row, number in ((rows[0], 2), (new, 4)):
        with costs(number):
            row.give_key()


def test_a_key_costs_five_where_the_row_comes_back_and_its_key_is_in_use(rows):
    row, other = rows[:2]
    former_key = row.key
    ChecklistItem.objects.filter(pk=row.pk).delete()
    ChecklistItem.objects.filter(pk=other.pk).update(key=former_key)
    with costs(5):
        row.give_key()
    assert row.key != former_key


# The municipalities' projects -------------------------------------------------------------------


@pytest.fixture
def team(content_rows) -> Team:
    return Team()


def project_queries(member: Any, name: str, *arguments: Any) -> int:
    """How many queries the page makes for this person, without those of the login and the catalogue."""
    (project,) = [row.project for row in member.project_roles.select_related("project__municipality")]
    return municipality_queries(member, name, *project.address, *arguments)


def municipality_queries(member: Any, name: str, *arguments: Any) -> int:
    """As `project_queries`, of a page that belongs to no project."""
    path = reverse(f"projects:{name}", args=arguments)
    client = Client()
    client.force_login(member.user)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return sum('"projects_' in query["sql"] for query in captured)


def begun(team: Team) -> ProjectDocument:
    """A document that shows nothing of the project's rows."""
    values = {"template": "S05", "template_version": "1", "values": {}}
    return ProjectDocument.begin(team.project, team.lead.user, **values)


def test_making_a_project_costs_ten_to_thirteen(team):
    by = team.lead.user
    with costs(10):
        Project.create(team.municipality, by, title="Uden svar")
    with costs(11):
        first = Project.create(team.municipality, by, title="Med svar", answers={"generativ": "yes"})
    with costs(13):
        Project.create(team.municipality, by, title="Efter et andet", based_on=first)


def test_beginning_a_document_costs_eight_and_two_more_after_an_approved_one(team):
    with costs(8):
        document = begun(team)
    document.answers.create(section="1", field="1", value="Svar")
    ProjectDocument.objects.filter(pk=document.pk).update(status=DocumentStatus.APPROVED)
    with costs(10):
        begun(team)


def test_a_comment_costs_nine_and_a_reply_eleven(team):
    with costs(9):
        comment = Comment.write(team.project, team.lead.user, "R09", "Hvorfor 2?", page="c" * 32)
    with costs(11):
        Comment.write(team.project, team.dpo.user, "R09", "Derfor.", page="d" * 32, parent=comment)


def test_the_people_of_a_project_cost_eight_and_five_and_its_end_three(team):
    project, by = team.project, team.lead.user
    with costs(8):
        project.add_member(by, team.strange, "lead")
    with costs(5):
        project.change_role(by, team.strange, "reader")
    with costs(3):
        project.close(by)
    with costs(3):
        project.reopen(by)


def test_evidence_is_deleted_in_four_and_a_discussion_ended_in_three(team):
    values = {"place": "K31", "title": "Rapport", "case_number": "2026-7"}
    piece = Evidence.add_piece(team.project, team.lead.user, **values)
    comment = Comment.write(team.project, team.lead.user, "R09", "Hvorfor 2?")
    with costs(4):
        piece.withdraw(team.lead.user)
    with costs(3):
        comment.resolve(team.lead.user)


@pytest.mark.parametrize(("taking", "number"), [("strange", 8), ("reader", 10)])
def test_handing_over_costs_six_and_ten_at_most_for_each_project(team, taking, number):
    with costs(6 + number):
        ProjectMember.hand_over(team.municipality, team.keeper.user, team.lead, team.people[taking])


def test_the_pages_of_the_municipalities_cost_five_and_three_where_nothing_can_wait(team):
    assert municipality_queries(team.strange, "home") == 5
    assert municipality_queries(team.strange, "municipality", team.municipality.code) == 3
    assert municipality_queries(team.keeper, "municipality", team.municipality.code) == 4


def test_asking_for_a_decision_costs_six(team):
    with costs(6):
        Decision.ask_point(team.project, team.lead.user, "P1")


def test_what_a_decision_rests_on_costs_twenty_three_and_its_pages_two_and_three_more(team):
    begun(team)
    catalogue, today = catalogues.current(), timezone.localdate()
    with costs(23):
        read_project(team.project, catalogue, today)
    assert project_queries(team.lead, "decisions") == 25
    assert project_queries(team.lead, "decision_point", "p1") == 26


def test_the_overview_costs_fourteen_then_and_its_page_two_more(team):
    """The lead's, with a task that somebody owns and a document that is commented."""
    document = begun(team)
    ProjectDocument.objects.filter(pk=document.pk).update(status=DocumentStatus.COMMENTED)
    Task.add_own(team.project, team.lead.user, {**EMPTY, "title": "Aftal et møde", "owner": team.lead.pk}, "")
    project = Project.objects.visible_to(team.lead.user).select_related("municipality").get()
    catalogue, today = catalogues.current(), timezone.localdate()
    with costs(14):
        project_overview(project, team.lead.user, catalogue, today)
    assert project_queries(team.lead, "overview") == 16
    assert project_queries(team.lead, "activities") == 6


def test_the_pages_of_a_document_cost_twenty_two_and_eleven_and_twelve(team):
    """One of them is for the answers about the solution, which the description of the project shows."""
    document = begun(team)
    assert project_queries(team.lead, "document_steps", document.number) == 22
    assert project_queries(team.lead, "document", document.number) == 11
    assert project_queries(team.lead, "section", document.number, "10") == 12


def test_an_activity_costs_nine_and_a_legal_basis_five(team):
    basis = ProjectLegalBasis.add_processing(team.project, team.lead.user, phase="test", processing="Statistik")
    assert project_queries(team.lead, "activity", "a25") == 9
    assert project_queries(team.lead, "legal_basis", basis.pk) == 5
