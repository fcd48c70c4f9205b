"""The snapshot counts as the database does, and never shows yesterday's market."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.text import slugify
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kl_ai.search.danish import words
from kl_ai.search.matching import is_match
from marketoverview.market import entries
from marketoverview.market.selection import filterset_class, selection_for_request
from marketoverview.market.snapshot import Snapshot, rotation_key, snapshots
from marketoverview.models import Answer, Option, Response, SampleOffering, Vendor, market_version
from tests.builders import make_option, make_question, make_response, make_round
from tests.checks import not_empty, vendors_in_order
from tests.concurrency import run_at_once

# Three questions, so small that a random market soon holds every combination.
OPTIONS = {"services": ("a", "b", "c", "other"), "technologies": ("x", "y"), "company-size": ("s", "l")}
WORDS = ("sagsbehandling", "jordvarme", "postsortering", "børn")

responses = st.fixed_dictionaries(
    {code: st.sets(st.sampled_from(options), max_size=3) for code, options in OPTIONS.items()}
    | {
        "status": st.sampled_from(
            ("published", "published", "published", "submitted", "withdrawn", "archived", "draft")
        ),
        "word": st.sampled_from(WORDS),
        "together": st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from("sl")), max_size=2),
    }
)
selections = st.fixed_dictionaries(
    {}, optional={code: st.sets(st.sampled_from(options), min_size=1) for code, options in OPTIONS.items()}
)


@pytest.fixture
def questions(db):
    for code, options in OPTIONS.items():
        make_question(code, options)


def build_market(market: list[dict]) -> None:
    """Vendors with a response each in its status, in a few statements. An archived one has a public successor."""
    Vendor.objects.all().delete()
    options = {(option.question.code, option.code): option for option in Option.objects.select_related("question")}
    names = [f"Firma {number}" for number in range(len(market))]
    vendors = Vendor.objects.bulk_create(Vendor(name=name, slug=slugify(name)) for name in names)
    stated = []
    for vendor, content in zip(vendors, market, strict=True):
        statuses = ["archived", "published"] if content["status"] == "archived" else [content["status"]]
        stated += [(vendor, number, status, content) for number, status in enumerate(statuses, 1)]
    responses = Response.objects.bulk_create(
        Response(
            vendor=vendor,
            round=make_round(),
            sequence=number,
            status=status,
            description=f"Vi arbejder med {content['word']}ssystemer.",
            published_at=None if status in ("draft", "submitted") else timezone.now(),
            confirmed_at=timezone.localdate(),
        )
        for vendor, number, status, content in stated
    )
    together = [
        (SampleOffering(response=response, position=position, title="Et tilbud"), pair)
        for response, (*_, content) in zip(responses, stated, strict=True)
        for position, pair in enumerate(content["together"], 1)
    ]
    Answer.objects.bulk_create(
        Answer(response=response, option=options[code, chosen], own_words="Andet" if chosen == "other" else "")
        for response, (*_, content) in zip(responses, stated, strict=True)
        for code in OPTIONS
        for chosen in sorted(content[code])
    )
    SampleOffering.objects.bulk_create(offering for offering, _pair in together)
    for offering, (technology, size) in together:
        offering.options.set([options["technologies", technology], options["company-size", size]])
    market_version.bump()


def in_database(snapshot: Snapshot, selection: dict, text: str = ""):
    """The published responses of a selection: its options by SQL, the free text by looking through every response."""
    query = QueryDict(urlencode(selection, doseq=True))
    responses = filterset_class(snapshot)(query, snapshot).qs
    if not text:
        return responses
    return responses.filter(pk__in=[response.pk for response in responses.with_everything() if holds(response, text)])


def holds(response: Response, text: str) -> bool:
    """Whether every word of the text is found in something that the vendor has written."""
    own_words = [answer.own_words for answer in response.answers.all()]
    offerings = [
        f"{offering.title} {offering.description} {offering.where_used}" for offering in response.offerings.all()
    ]
    written = words(" ".join([response.vendor.name, response.description, *own_words, *offerings]))
    return all(any(is_match(term, word) for word in written) for term in words(text))


@hypothesis_settings(max_examples=30)
@given(market=st.lists(responses, max_size=7), selection=selections, text=st.sampled_from(("", *WORDS)))
def test_every_count_equals_that_of_the_database(questions, market, selection, text):
    build_market(market)
    snapshot = snapshots.current()
    matches = snapshot.match(selection, text)

    listed = {entry.response_id for entry in snapshot.page(matches, "name", 0, snapshot.size)}
    assert listed == set(in_database(snapshot, selection, text).values_list("pk", flat=True))
    assert matches.bit_count() == snapshot.count(selection, text) == in_database(snapshot, selection, text).count()

    for code in OPTIONS:
        others = {other: options for other, options in selection.items() if other != code}
        vendors = snapshot.match(selection, text, leave_out=(code,))
        for counted in not_empty(snapshot.counts(code, vendors)):
            assert counted.count == in_database(snapshot, {**others, code: [counted.choice.code]}, text).count()
        answered = in_database(snapshot, others, text).filter(answers__option__question__code=code).distinct()
        assert (snapshot.tallies[code].answered & vendors).bit_count() == answered.count()


@hypothesis_settings(max_examples=20)
@given(market=st.lists(responses, max_size=7), selection=selections)
def test_every_cross_count_equals_that_of_the_database(questions, market, selection):
    build_market(market)
    snapshot = snapshots.current()
    matches = snapshot.match(selection)
    selected = in_database(snapshot, selection)
    for row in not_empty(snapshot.tallies["technologies"].choices):
        for column in not_empty(snapshot.tallies["company-size"].choices):
            both = selected.filter(answers__option=row.option).filter(answers__option=column.option)
            assert snapshot.cross_vendors(row, column, matches) == both.count()
            together = SampleOffering.objects.filter(response__in=selected)
            together = together.filter(options=row.option).filter(options=column.option)
            ids = snapshot.cross_offerings(row, column, snapshot.offerings_by_vendors(matches))
            assert ids.bit_count() == together.count()


@hypothesis_settings(max_examples=20)
@given(market=st.lists(responses, max_size=7), selection=selections, text=st.sampled_from(("", *WORDS)))
def test_a_filterset_selects_what_the_snapshot_matches(questions, market, selection, text):
    """The whole query string, its free text too, and what it says of unknown choices."""
    build_market(market)
    snapshot = snapshots.current()
    request = RequestFactory().get(
        "/",
        {
            "q": text,
            "services": [*selection.get("services", ()), "no-such"],
            **{code: sorted(options) for code, options in selection.items() if code != "services"},
        },
    )
    filterset = filterset_class(snapshot)(request.GET, snapshot)
    chosen = filterset.selection(request)
    assert (chosen.q, {code: set(options) for code, options in chosen.chosen.items()}) == (text, selection)
    matches = snapshot.match(chosen.chosen, chosen.q)
    listed = {entry.response_id for entry in snapshot.page(matches, "name", 0, snapshot.size)}
    assert {response.pk for response in filterset.qs} == listed


def test_a_request_brings_its_values_and_not_a_class_of_its_own(questions):
    """One class of filters for each snapshot; its labels are in the language of whoever asks."""
    snapshot = snapshots.current()
    assert filterset_class(snapshot) is filterset_class(snapshot)
    request = RequestFactory().get("/", {"services": "no-such"})
    notices = {}
    for language in ("da", "en"):
        with translation.override(language):
            (notices[language],) = selection_for_request(request, snapshot).notices
    heading = snapshot.tallies["services"].question
    assert heading.heading_da in notices["da"]
    assert heading.heading_en in notices["en"]
    market_version.bump()
    assert filterset_class(snapshots.current()) is not filterset_class(snapshot)


@pytest.mark.parametrize("sort", ["name", "confirmed", "rotation"])
def test_pages_hold_every_vendor_once_in_every_order(questions, sort):
    build_market(
        [dict.fromkeys(OPTIONS, ()) | {"status": "published", "word": "post", "together": []} for _ in range(7)]
    )
    snapshot = snapshots.current()
    pages = [snapshot.page(snapshot.everyone, sort, start, start + 3) for start in (0, 3, 6)]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({entry.slug for page in pages for entry in page}) == 7


def test_the_order_of_the_day_can_be_checked_by_anybody(questions):
    build_market(
        [dict.fromkeys(OPTIONS, ()) | {"status": "published", "word": "post", "together": []} for _ in range(9)]
    )
    today = snapshots.current()
    tomorrow = replace(today, day=today.day + timedelta(days=1))
    order, next_order = (
        [entry.slug for entry in now.page(now.everyone, "rotation", 0, 9)] for now in (today, tomorrow)
    )
    assert order == sorted(order, key=lambda slug: rotation_key(today.day, slug))
    assert order != next_order
    assert sorted(order) == sorted(next_order)


def test_vendors_stand_in_danish_order(db):
    for name in ("Østerbro", "Zebra", "Aalborg", "Ærø", "abe", "Årsleff"):
        make_response(name)
    assert [entry.name for entry in vendors_in_order(snapshots.current())] == [
        "abe",
        "Zebra",
        "Ærø",
        "Østerbro",
        "Aalborg",
        "Årsleff",
    ]


def test_nothing_is_read_again_while_nothing_has_changed(db, django_assert_num_queries):
    make_response()
    before = snapshots.current()
    with django_assert_num_queries(1):
        assert snapshots.current() is before


def test_a_publication_while_the_snapshot_is_read_is_in_the_next_one(transactional_db, monkeypatch):
    """Somebody publishes, on another connection, between the first and the last query: this one is of the state before."""
    make_response("Agern", offerings=[{"title": "Post"}])
    read_entries, published = entries.read_entries, []

    def interrupted(*arguments):
        if not published:
            published.extend(run_at_once(make_response, ["Birk"]))
        return read_entries(*arguments)

    monkeypatch.setattr("marketoverview.market.published.read_entries", interrupted)
    assert [entry.name for entry in vendors_in_order(snapshots.current())] == ["Agern"]
    assert [entry.name for entry in vendors_in_order(snapshots.current())] == ["Agern", "Birk"]


def test_a_rolled_back_publication_leaves_no_trace(transactional_db):
    """The number of a version that was rolled back never comes again with other data behind it."""
    make_response("Agern")
    with transaction.atomic():
        make_response("Birk")
        assert snapshots.current().size == 2
        transaction.set_rollback(True)
    assert [entry.name for entry in vendors_in_order(snapshots.current())] == ["Agern"]
    make_response("Ceder")
    assert [entry.name for entry in vendors_in_order(snapshots.current())] == ["Agern", "Ceder"]


OTHER_PROCESS = """
import django, sys
django.setup()
from marketoverview.market.snapshot import snapshots
for line in sys.stdin:
    now = snapshots.current()
    print(" ".join(entry.name for entry in now.in_order(now.everyone)) or "-", flush=True)
"""


def test_a_publication_shows_at_once_in_another_process(transactional_db):
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=settings.BASE_DIR,
        env=os.environ | {"TEST_DATABASE_URL": database_url()},
    )

    def read_names() -> str:
        other.stdin.write("now\n")
        other.stdin.flush()
        return other.stdout.readline().strip()

    try:
        assert read_names() == "-"
        response = make_response("Agern")
        assert read_names() == "Agern"
        make_response("Birk")
        assert read_names() == "Agern Birk"
        response.withdraw(None, "Ønsket af virksomheden.")
        assert read_names() == "Birk"
        Vendor.objects.filter(name="Birk").update(name="Bøg")
        market_version.bump()
        assert read_names() == "Bøg"
    finally:
        other.communicate()


def database_url() -> str:
    """The address of the database that this test uses."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    values = {name: quote(str(value), safe="") for name, value in values.items()}  # the host may be a socket's folder
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**values)


def test_an_unknown_option_matches_nobody(db):
    make_response("Agern", answers={"services": ["a"]})
    assert snapshots.current().match({"services": ["no-such"]}) == 0
    assert snapshots.current().match({"no-such": ["a"]}) == 0


def test_a_retired_option_stays_while_somebody_has_chosen_it(db):
    make_response("Agern", answers={"services": ["a"]})
    make_option(make_question("services"), "unused")
    services = make_question("services")
    services.options.update(retired_on=date(2026, 1, 1))
    market_version.bump()
    assert [counted.choice.code for counted in snapshots.current().counts("services", 1)] == ["a"]


def test_a_question_of_a_round_that_has_not_opened_is_not_public(db):
    make_question("future", ["a"], round=make_round("2099", opens_on=date(2099, 1, 1)))
    make_response("Agern", answers={"services": ["a"]})
    assert list(snapshots.current().tallies) == ["services"]
