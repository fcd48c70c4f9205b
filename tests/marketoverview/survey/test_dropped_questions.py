"""Questions that the new round no longer asks: the draft names them, and nothing of their answers is shown or published with it."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from marketoverview.market.snapshot import snapshots
from marketoverview.models import (
    Answer,
    Question,
    Response,
    SampleOffering,
    SurveyRound,
    Verb,
    map_answer,
    market_version,
)
from tests.builders import make_curator, make_option, make_question, make_response, make_round
from tests.marketoverview.vendor_area import DECLARATIONS, submit_review
from tests.reading import english_url, parse, read_json

HEADING, WORDS = "Spørgsmål size", "Sjældent ordvalg"
STANDS = f"“{HEADING}”: Jeres svar står kun i Runde 2026."


@pytest.fixture
def round_2026(db) -> SurveyRound:
    survey_round = make_round("2026")
    make_question("services", ["advisory", "other"], round=survey_round, matrix_axis="row")
    make_question("size", ["small", "other"], round=survey_round, matrix_axis="column")
    make_question("kind", ["public"], round=survey_round, kind=Question.Kind.SINGLE)
    return survey_round


@pytest.fixture
def public(vendor, round_2026) -> Response:
    """The public answers of the earlier round, with own words that KL has counted under another option."""
    response = make_response(
        vendor,
        answers={"services": ["advisory"], "size": ["other"], "kind": ["public"]},
        own_words={"size": WORDS},
        offerings=[{"title": "Post", "options": {"services": ["advisory"], "size": ["small"]}}],
        round=round_2026,
    )
    map_answer(response.answers.get(option__code="other"), make_option(make_question("size"), "small"), make_curator())
    return response


@pytest.fixture
def round_2027(round_2026) -> SurveyRound:
    """The next round, which asks about the services alone."""
    survey_round = make_round("2027", opens_on=timezone.localdate())
    make_question("services").rounds.add(survey_round)
    market_version.bump()
    return survey_round


@pytest.fixture
def begun(public, round_2027, vendor, owner) -> Response:
    return Response.begin(vendor, round_2027, owner)


def contents(response: Response) -> tuple[set[str], set[str]]:
    """The questions that the response answers, and those of which its examples use options."""
    answers = response.answers.values_list("option__question__code", flat=True)
    used = response.offerings.exclude(options=None).values_list("options__question__code", flat=True)
    return set(answers), set(used)


def main_text(client, url: str) -> str:
    return parse(client.get(url, follow=True).content.decode()).find("main").text


# The draft ------------------------------------------------------------------------------------------


def test_is_not_copied_into_the_draft_of_the_new_round(begun, public):
    assert contents(begun) == ({"services"}, {"services"})
    assert contents(public) == ({"services", "size", "kind"}, {"services", "size"})
    begun.take_from_last("offerings", ["offerings"], None)
    assert contents(begun)[1] == {"services"}


def test_beginning_the_overview_and_the_review_say_what_fell_away_and_where_it_stands(
    member_client, public, round_2027, vendor, owner
):
    assert STANDS in main_text(member_client, reverse("vendor:begin", args=[vendor.slug]))
    draft = Response.begin(vendor, round_2027, owner)
    tasks = main_text(member_client, reverse("vendor:tasks", args=[draft.pk]))
    assert STANDS in tasks
    assert "KL stiller ikke længere 2 spørgsmål, som I har svaret på" in tasks
    assert "Spørgsmål services" not in tasks
    page = parse(member_client.get(reverse("vendor:review", args=[draft.pk])).content.decode())
    assert STANDS in page.find("main").text
    preview = page.find("article").text
    assert "Spørgsmål services" in preview
    assert HEADING not in preview
    assert "Spørgsmål kind" not in preview
    assert WORDS not in page.find("main").text
    english = main_text(member_client, english_url("vendor:tasks", draft.pk))
    assert "“Question size”: your answer stands in Round 2026 only." in english


def test_one_question_is_named_in_the_singular(member_client, begun, round_2027):
    make_question("size").rounds.add(round_2027)
    tasks = main_text(member_client, reverse("vendor:tasks", args=[begun.pk]))
    assert "KL stiller ikke længere et spørgsmål, som I har svaret på" in tasks


def test_nothing_is_said_where_the_round_asks_all_that_was_answered(member_client, public, vendor, owner, round_2026):
    assert "stiller ikke længere" not in main_text(member_client, reverse("vendor:begin", args=[vendor.slug]))
    draft = Response.begin(vendor, round_2026, owner)
    for name in ("tasks", "review"):
        assert "stiller ikke længere" not in main_text(member_client, reverse(f"vendor:{name}", args=[draft.pk]))


def test_a_correction_in_the_same_round_keeps_every_answer(public, vendor, owner, curator, round_2026):
    draft = Response.begin(vendor, round_2026, owner)
    assert contents(draft) == contents(public)
    assert draft.answers.filter(mapped_from__isnull=False).count() == 1
    draft.submit(owner)
    draft.publish(curator)
    assert contents(draft) == ({"services", "size", "kind"}, {"services", "size"})
    assert snapshots.current().count({"size": ["small"]}) == 1


def test_a_retired_option_of_a_question_that_is_no_longer_asked_is_not_asked_about(begun):
    begun.offerings.get().options.add(make_option(make_question("size"), "small"))
    make_option(make_question("size"), "small").retire()
    assert not begun.missing_items()


# Drafts that go on, and questions dropped meanwhile ---------------------------------------------------


def test_a_draft_that_goes_on_in_the_new_round_names_what_is_not_handed_in(
    member_client, vendor, owner, curator, round_2026, round_2027
):
    draft = make_response(vendor, "draft", answers={"services": ["advisory"], "size": ["small"]}, round=round_2026)
    gone = f"“{HEADING}”: Det, I har skrevet, bliver ikke indsendt."
    assert gone in main_text(member_client, reverse("vendor:begin", args=[vendor.slug]))
    draft = Response.begin(vendor, round_2027, owner)
    assert gone in main_text(member_client, reverse("vendor:tasks", args=[draft.pk]))
    assert contents(draft)[0] == {"services", "size"}  # it is there again where KL puts the question back
    assert (
        HEADING
        not in parse(member_client.get(reverse("vendor:review", args=[draft.pk])).content.decode()).find("article").text
    )
    draft.submit(owner)
    assert contents(draft) == ({"services"}, set())


def test_the_whole_way_in_the_browser_publishes_what_the_round_asks_only(member_client, begun, curator):
    make_option(make_question("size"), "small")
    begun.offerings.get().options.add(make_option(make_question("size"), "small"))
    Answer.objects.create(response=begun, option=make_option(make_question("size"), "small"))
    page = submit_review(member_client, begun, **DECLARATIONS)
    assert "KL har modtaget jeres svar" in page.content.decode()
    assert contents(Response.objects.get(pk=begun.pk)) == ({"services"}, {"services"})


def test_a_question_dropped_while_kl_decides_is_not_published(begun, owner, curator, client):
    make_question("size").rounds.add(begun.round)
    Answer.objects.create(response=begun, option=make_option(make_question("size"), "small"))
    begun.offerings.get().options.add(make_option(make_question("size"), "small"))
    begun.submit(owner)
    assert contents(begun) == ({"services", "size"}, {"services", "size"})
    make_question("size").rounds.remove(begun.round)
    client.force_login(curator)
    review = client.get(reverse("admin:marketoverview_response_review", args=[begun.pk])).context["items"]
    assert [row["diff"].kind for row in review if row["diff"].item == "size"] == ["removed"]
    begun.publish(curator)
    assert contents(begun) == ({"services"}, {"services"})


# The public side ------------------------------------------------------------------------------------


@pytest.fixture
def other(round_2026) -> Response:
    """Another vendor, whose public answers are of the earlier round."""
    return make_response("Agern", answers={"services": ["advisory"], "size": ["small"]}, round=round_2026)


def test_counts_search_profile_and_files_agree_after_publication(begun, other, owner, curator, client, vendor, public):
    Question.objects.update(is_searchable=True)
    market_version.bump()
    assert snapshots.current().count({"size": ["small"]}) == 2
    assert snapshots.current().count({}, WORDS) == 1
    begun.submit(owner)
    begun.publish(curator)
    snapshot = snapshots.current()
    assert snapshot.count({"size": ["small"]}) == 1
    assert snapshot.count({}, WORDS) == 0
    assert snapshot.tallies["size"].answered.bit_count() == 1
    rows = read_json(client, reverse("market:export", args=["json"]))["companies"]
    assert {row["id"]: row["size"] for row in rows} == {vendor.slug: [], other.vendor.slug: ["small"]}
    assert "size" not in next(row for row in rows if row["id"] == vendor.slug)["offerings"][0]["combines"]
    profile = main_text(client, reverse("market:profile", args=[vendor.slug]))
    assert WORDS not in profile
    assert HEADING not in profile  # it was not asked, so the vendor has not left it open
    assert HEADING in main_text(client, reverse("market:profile", args=[other.vendor.slug]))
    public.refresh_from_db()
    assert public.status == "archived"
    assert contents(public) == ({"services", "size", "kind"}, {"services", "size"})


def test_a_question_that_is_asked_and_not_answered_stands_on_the_profile(round_2026, client):
    unanswered = make_response("Birk", answers={"services": ["advisory"]}, round=round_2026)
    profile = main_text(client, reverse("market:profile", args=[unanswered.vendor.slug]))
    assert HEADING in profile
    assert "Spørgsmål kind" in profile


def test_own_words_that_no_page_shows_find_nobody(public):
    make_question("size").rounds.clear()
    market_version.bump()
    assert "size" not in snapshots.current().tallies
    assert snapshots.current().count({}, WORDS) == 0


# Stored before --------------------------------------------------------------------------------------


def migrate() -> None:
    migration = import_module("marketoverview.migrations.0027_delete_copied_unasked_answers")
    for operation in migration.Migration.operations:
        operation.code(apps, connection.schema_editor())


def publish_as_before(draft: Response, public: Response, owner, curator) -> None:
    """Publish the draft with what the portal used to copy along."""
    draft.submit(owner)
    draft.publish(curator)
    for answer in public.answers.filter(mapped_from=None).exclude(option__question__code="services"):
        copy = Answer.objects.create(response=draft, option=answer.option, own_words=answer.own_words)
        for mapped in answer.mappings.all():
            Answer.objects.create(response=draft, option=mapped.option, mapped_from=copy)
    for offering in SampleOffering.objects.filter(response=draft):
        offering.options.add(make_option(make_question("size"), "small"))
    market_version.bump()


def test_published_copies_are_deleted_once_and_the_history_says_so(begun, public, owner, curator):
    publish_as_before(begun, public, owner, curator)
    assert snapshots.current().count({"size": ["small"]}) == 1
    for _time in range(2):
        migrate()
        assert contents(begun) == ({"services"}, {"services"})
        assert contents(public) == ({"services", "size", "kind"}, {"services", "size"})
        event = begun.events.get(verb=Verb.EDIT)
        assert HEADING in event.reason
        assert "Question size" in event.reason_en
    assert snapshots.current().count({"size": ["small"]}) == 0


def test_copies_of_copies_are_deleted_and_what_stands_nowhere_else_stays(begun, public, owner, curator, vendor):
    publish_as_before(begun, public, owner, curator)
    copy = Response.begin(vendor, begun.round, owner)
    publish_as_before(copy, public, owner, curator)
    given_when_it_was_asked = make_response("Cedron", answers={"services": ["advisory"]}, round=begun.round)
    Answer.objects.create(response=given_when_it_was_asked, option=make_option(make_question("size"), "small"))
    own = copy.answers.get(option__question__code="size", mapped_from=None)
    Answer.objects.filter(pk=own.pk).update(own_words="Andre ord")
    migrate()
    assert contents(begun) == ({"services"}, {"services"})
    assert contents(copy)[0] == {"services", "size"}
    assert contents(given_when_it_was_asked)[0] == {"services", "size"}
    assert not given_when_it_was_asked.events.filter(verb=Verb.EDIT).exists()
