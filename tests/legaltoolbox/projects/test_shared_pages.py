"""The pages on which a project is shared, and those on which other municipalities read it and begin from it."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import new_page
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import Project, SharedCopy
from legaltoolbox.projects.views.shared_projects import PER_PAGE
from legaltoolbox.projects.work.shared_copy import Chosen, shared_record
from tests.concurrency import run_at_once
from tests.legaltoolbox.projects.builders import Team, make_municipality
from tests.legaltoolbox.projects.whole import fill
from tests.mails import log_in_recently

LIST = "/juridisk-vaerktoejskasse/delte-projekter/"
PARTS = "?del=risks&del=measures"


def browser(user) -> Client:
    client = Client()
    log_in_recently(client, user)
    return client


def preview_url(team, query=PARTS) -> str:
    return reverse("projects:share_preview", args=team.project.address) + query


def share(team, parts=("risks", "measures"), title="Breve til borgere") -> SharedCopy:
    """A copy of these parts of the team's project."""
    Project.objects.filter(pk=team.project.pk).update(title=title)
    team.project.refresh_from_db()
    record = shared_record(team.project, catalogues.current(), Chosen(frozenset(parts), frozenset(range(99))))
    return SharedCopy.publish(team.project, team.lead.user, "municipalities", record, SharedCopy.hash_of(record))


def post_preview(client, team, query=PARTS, **data):
    record = json.loads(client.get(reverse("projects:share_json", args=team.project.address) + query).content)
    return client.post(preview_url(team, query), {"seen": SharedCopy.hash_of(record), "has_read": "on", **data})


# Publishing and taking back -------------------------------------------------------------------------


def test_what_the_preview_hands_out_is_what_is_published(team):
    fill(team)
    client = browser(team.lead.user)
    content = client.get(reverse("projects:share_json", args=team.project.address) + PARTS).content
    page = client.get(preview_url(team)).content.decode()
    assert not SharedCopy.objects.exists()
    assert post_preview(client, team).status_code == 302
    copy = SharedCopy.objects.get()
    assert SharedCopy.to_bytes(copy.record) == content
    assert copy.sha256 in page
    assert set(copy.contents) == {"risks", "measures"}


def test_who_has_not_said_that_it_is_read_publishes_nothing(team):
    fill(team)
    response = post_preview(browser(team.lead.user), team, has_read="")
    assert response.status_code == 200
    assert not SharedCopy.objects.exists()


@pytest.mark.parametrize("seen", ["", "0" * 64, "\x00", "9" * 5000])
def test_where_the_project_has_changed_the_new_text_is_shown_and_nothing_published(team, seen):
    fill(team)
    client = browser(team.lead.user)
    team.project.measures.create(text="Noget helt nyt")
    page = client.post(preview_url(team), {"seen": seen, "has_read": "on"})
    assert page.status_code == 200
    assert "Noget helt nyt" in page.content.decode()
    assert "alert-error" in page.content.decode()
    assert "checked" not in page.content.decode().split('name="has_read"')[1][:200]
    assert not SharedCopy.objects.exists()


@pytest.mark.parametrize("query", ["", "?del=ukendt", "?dokument=9999999", "?dokument=x"])
def test_a_choice_that_is_none_leads_back_to_the_choice(team, query):
    client = browser(team.lead.user)
    for url in (preview_url(team, query), reverse("projects:share_json", args=team.project.address) + query):
        response = client.get(url)
        assert (response.status_code, response.url) == (302, reverse("projects:share", args=team.project.address))


def test_a_second_click_is_not_counted_and_twenty_copies_a_day_are_enough(team):
    fill(team)
    client = browser(team.lead.user)
    for number in range(20):
        team.project.measures.create(text=f"Foranstaltning {number}")
        for _click in range(2):
            assert post_preview(client, team).status_code == 302
    team.project.measures.create(text="En til")
    assert post_preview(client, team).status_code == 200
    assert SharedCopy.objects.count() == 20


def test_what_is_taken_back_is_gone_at_once_from_every_page(team, other_team):
    fill(team)
    copy = share(team)
    reader = browser(other_team.reader.user)
    urls = [reverse(f"shared_projects:{name}", args=[copy.pk]) for name in ("copy", "copy_json", "start")]
    assert {reader.get(url).status_code for url in urls} == {200}
    assert copy.title in reader.get(LIST).content.decode()
    for _click in range(2):
        browser(team.lead.user).post(reverse("projects:share_withdraw", args=[*team.project.address, copy.number]))
    for url in urls:
        page = reader.get(url)
        assert page.status_code == 410
        assert copy.title not in page.content.decode()
    assert copy.title not in reader.get(LIST).content.decode()
    assert reader.post(urls[2], {"title": "Ny", "municipality": "9902"}).status_code == 410
    assert other_team.municipality.projects.count() == 1


def test_a_closed_project_can_take_back_and_share_nothing(team):
    fill(team)
    copy = share(team)
    team.project.close(team.lead.user)
    client = browser(team.lead.user)
    assert post_preview(client, team, query="?del=risks").status_code == 200
    assert SharedCopy.objects.count() == 1
    client.post(reverse("projects:share_withdraw", args=[*team.project.address, copy.number]))
    assert not SharedCopy.objects.current().exists()


def test_a_copy_for_everybody_is_none_for_municipalities(team, other_team):
    record = {"title": "Faktaark"}
    copy = SharedCopy.publish(team.project, team.lead.user, "public", record, SharedCopy.hash_of(record))
    reader = browser(other_team.reader.user)
    assert reader.get(reverse("shared_projects:copy", args=[copy.pk])).status_code == 404
    url = reverse("projects:share_withdraw", args=[*team.project.address, copy.number])
    assert browser(team.lead.user).post(url).status_code == 404
    assert "Faktaark" not in reader.get(LIST).content.decode()


def test_the_pages_about_the_deletion_say_that_copies_go_too(team):
    for language, word in (("da", "delt"), ("en", "shared")):
        url = reverse("projects:close", args=team.project.address)
        page = browser(team.lead.user).get(url if language == "da" else f"/en{url}").content.decode()
        assert word in page


# The list -------------------------------------------------------------------------------------------


def test_who_works_for_no_municipality_with_an_agreement_sees_nothing(team):
    fill(team)
    share(team)
    unsigned = make_municipality("9903", agreement_signed_on=None)
    stranger = unsigned.members.create(user=Team("9904").strange.user)
    stranger.user.municipality_memberships.exclude(municipality=unsigned).delete()
    client = browser(stranger.user)
    assert client.get(LIST).status_code == 404


def test_where_each_municipality_asks_for_the_second_step_the_list_does_too(team, other_team):
    other_team.municipality.requires_second_factor = True
    other_team.municipality.save()
    assert browser(other_team.reader.user).get(LIST).status_code == 302
    team.municipality.members.create(user=other_team.reader.user)
    assert browser(other_team.reader.user).get(LIST).status_code == 200


def many(team, number) -> None:
    """So many copies, each of a project of its own."""
    projects = Project.objects.bulk_create(
        Project(municipality=team.municipality, number=100 + each, title=f"Projekt {each}") for each in range(number)
    )
    now = timezone.now()
    SharedCopy.objects.bulk_create(
        SharedCopy(
            project=project,
            municipality=team.municipality,
            number=1,
            audience="municipalities",
            title=f"Ærø {each}" if each % 2 else f"Brev {each}",
            phase="drift-og-overvaagning" if each % 3 == 0 else "",
            contents={"risks": 2} if each % 2 else {"measures": 1},
            record={"title": "x"},
            published_at=now - timedelta(minutes=each),
        )
        for each, project in enumerate(projects)
    )


def titles(client, query="") -> list[str]:
    page = client.get(LIST + query)
    assert page.status_code == 200
    return [copy.title for copy, _phase, _contents in page.context["copies"]]


def test_the_list_has_as_many_queries_for_200_copies_as_for_one(
    team, django_assert_num_queries, django_assert_max_num_queries
):
    client = browser(team.reader.user)
    many(team, 1)
    client.get(LIST)
    with django_assert_max_num_queries(30) as few:
        client.get(LIST)
    Project.objects.filter(number__gte=100).delete()
    many(team, 200)
    with django_assert_num_queries(len(few)):
        client.get(LIST)


def test_the_list_is_searched_filtered_and_ordered(team, other_team):
    client = browser(team.reader.user)
    many(team, 6)
    share(other_team, title="Zebra")
    assert titles(client)[0] == "Zebra"
    assert titles(client, "?q=ærø") == ["Ærø 1", "Ærø 3", "Ærø 5"]
    assert titles(client, "?q=ÆRØ+3") == ["Ærø 3"]
    assert titles(client, "?q=Æ%00&indhold=findes-ikke") != []
    assert titles(client, "?indhold=measures") == ["Brev 0", "Brev 2", "Brev 4"]
    assert titles(client, "?fase=drift-og-overvaagning") == ["Brev 0", "Ærø 3"]
    assert titles(client, "?orden=kommune")[-1] == "Zebra"
    assert titles(client, "?q=findes+ikke") == []


@pytest.mark.parametrize(
    "query", ["?side=2", "?side=" + "9" * 5000, "?side=x", "?q=" + "a" * 5000, "?fase=%00", "?orden=x"]
)
def test_the_list_answers_whatever_the_address_holds(team, query):
    many(team, PER_PAGE + 5)
    assert browser(team.reader.user).get(LIST + query).status_code == 200


# A project of one's own -----------------------------------------------------------------------------


def start(client, copy, **data):
    url = reverse("shared_projects:start", args=[copy.pk])
    return client.post(url, {"title": "Vores breve", "purpose": "", "page": new_page(), **data})


@pytest.fixture
def copied(team):
    project = fill(team)
    project.screening_answers.create(question=catalogues.current().questions[0].code, value="yes", why="Vi ved det.")
    project.documents.get(template="S05", version=2).answers.create(
        section="2", field="1", value="Breve tager lang tid"
    )
    return share(team, ("answers", "risks", "requirements", "measures", "bases", "checklists", "activities"))


def test_a_project_that_begins_from_a_copy_has_its_texts_and_no_judgement(copied, other_team):
    response = start(browser(other_team.strange.user), copied, municipality="9902")
    assert response.status_code == 302
    project = other_team.municipality.projects.latest("number")
    assert project.title == "Vores breve"
    assert project.screening_answers.get().why == "Vi ved det."
    for row in project.risk_assessments.all():
        rated = (row.likelihood, row.consequence, row.likelihood_after, row.consequence_after)
        assert (rated, row.treatment, row.applies) == ((None,) * 4, "", True)
    assert project.risk_assessments.exclude(event="").exists()
    assert {row.state for row in project.requirement_states.all()} == {"open"}
    assert project.requirement_states.exclude(how="").exists()
    assert project.measures.exists()
    assert not project.measures.filter(is_done=True).exists()
    for rows in ("checklist_answers", "legal_bases", "tasks", "facts", "decisions", "evidence", "comments"):
        assert not getattr(project, rows).exists()
    assert {document.status for document in project.documents.all()} == {"draft"}
    assert [row.member.user for row in project.members.all()] == [other_team.strange.user]
    assert project.based_on is None


def test_the_history_of_the_new_project_says_where_it_came_from(copied, other_team):
    client = browser(other_team.strange.user)
    start(client, copied, municipality="9902")
    project = other_team.municipality.projects.latest("number")
    (event,) = project.events.all()
    assert event.what == "started"
    assert copied.municipality.name in event.new
    assert copied.title in event.new
    for name in ("history", "imported", "overview", "screening", "documents", "risks", "requirements"):
        page = client.get(reverse(f"projects:{name}", args=project.address))
        assert page.status_code == 200
    assert copied.municipality.name in client.get(reverse("projects:imported", args=project.address)).content.decode()


def test_the_texts_of_documents_come_along_as_drafts(copied, other_team):
    start(browser(other_team.strange.user), copied, municipality="9902")
    document = other_team.municipality.projects.latest("number").documents.get(template="S05")
    assert document.answers.get(section="2", field="1").value == "Breve tager lang tid"
    assert document.created_by is None
    assert not document.answers.filter(value__in=["yes", "no"]).exists()


def test_a_second_click_makes_no_second_project(copied, other_team):
    client, page = browser(other_team.strange.user), new_page()
    assert len({start(client, copied, municipality="9902", page=page).url for _click in range(3)}) == 1
    assert other_team.municipality.projects.count() == 2


@pytest.mark.parametrize("municipality", ["9901", "", "x", "9" * 5000, "\x00"])
def test_a_project_begins_in_ones_own_municipality_alone(copied, other_team, municipality):
    assert start(browser(other_team.strange.user), copied, municipality=municipality).status_code == 200
    assert Project.objects.count() == 2


def test_a_data_protection_officer_begins_no_project(copied, other_team):
    client = browser(other_team.dpo.user)
    assert client.get(reverse("shared_projects:start", args=[copied.pk])).status_code == 200
    assert start(client, copied, municipality="9902").status_code == 200
    assert Project.objects.count() == 2


def test_a_copy_whose_texts_are_as_long_as_can_be_begins_a_project(team, other_team):
    """A mark can be longer than the name that it stands for."""
    fill(team, ("Bo " * 4_000,))
    team.lead.user.full_name = "Bo Bo"
    team.lead.user.save()
    team.project.risk_assessments.filter(code="E01").update(title=("Bo " * 50).strip())
    copy = share(team)
    response = start(browser(other_team.strange.user), copy, municipality="9902")
    assert response.status_code == 302
    assert other_team.municipality.projects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_clicks_at_once_one_publishes(team):
    fill(team)
    clients = [browser(team.lead.user) for _number in range(6)]
    statuses = run_at_once(lambda client: post_preview(client, team).status_code, clients)
    assert set(statuses) == {302}
    assert SharedCopy.objects.count() == 1
