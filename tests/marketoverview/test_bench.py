"""`make bench`: what it reads from pages, what stops it, and what it says of the aims. None of it measures time."""

import json
import re
from dataclasses import replace
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.management.base import CommandError
from django.urls import NoReverseMatch, resolve, reverse

from marketoverview.management.benchmark.bare_urls import bare
from marketoverview.management.benchmark.counts import (
    CountsDiffer,
    Uncached,
    assert_equal,
    check_unseen,
    counts_in_datasette,
    counts_on_page,
    rows_on_page,
)
from marketoverview.management.benchmark.databases import Database
from marketoverview.management.benchmark.inside import counts, make_peer_file
from marketoverview.management.benchmark.peers import RAISED, assert_equal_in_datasette, is_complete, listings
from marketoverview.management.benchmark.report import ROWS, aims, table
from marketoverview.management.benchmark.servers import Reply, datasette
from marketoverview.management.benchmark.servers import bare as bare_server
from marketoverview.management.benchmark.turns import Runner, in_turns, ratio

ANSWERS = {"services": {"advisory": 3, "other": 0}, "technologies": {"speech": 2}}


def reply(body: str = "", seconds: float = 0.0, **headers: str) -> Reply:
    return Reply(200, headers, body.encode(), seconds, seconds, 0.0)


# Counts -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_counts_as_sql(client, demo):
    """The numbers are read from the page as it is, so a new form of a facet cannot let the comparison pass."""
    by_sql = counts()["page"]
    page = client.get("/markedsoverblik/?services=advisory").content.decode()
    assert len(by_sql) == 6
    assert_equal("the page", by_sql, counts_on_page(page))
    assert 0 < len(rows_on_page(page)) == min(25, by_sql["services"]["advisory"])


def test_a_number_of_four_digits_is_read_with_its_point():
    facet = '<div class="facet-option"><input name="services" value="advisory"> <span class="facet-count">73.214<span>'
    assert counts_on_page(facet) == {"services": {"advisory": 73_214}}


def test_equal_counts_pass_and_zeros_need_not_be_named():
    assert_equal("the page", ANSWERS, {"services": {"advisory": 3}, "technologies": {"speech": 2, "nlp": 0}})


@pytest.mark.parametrize(
    ("found", "difference"),
    [
        ({"services": {"advisory": 4}, "technologies": {"speech": 2}}, "services=advisory is 4, and 3 in SQL"),
        ({"services": {"advisory": 3}}, "technologies=speech is 0, and 2 in SQL"),
        (ANSWERS | {"barriers": {"law": 1}}, "barriers=law is 1, and 0 in SQL"),
    ],
)
def test_a_difference_in_counts_stops_the_run(found, difference):
    with pytest.raises(CountsDiffer, match=f"the page: {difference}. Nothing is measured."):
        assert_equal("the page", ANSWERS, found)


def test_a_market_without_answers_stops_the_run():
    with pytest.raises(CountsDiffer, match="SQL counts nobody"):
        assert_equal("the page", {"services": {"advisory": 0}}, {})


def test_the_facets_of_datasette_are_read_by_column():
    page = {"facet_results": {"services": {"results": [{"value": "advisory", "count": 3}]}}}
    assert counts_in_datasette(reply(json.dumps(page))) == {"services": {"advisory": 3}}


# Pages made anew ----------------------------------------------------------------------------------


class Served:
    """A server that gives the replies of a list, and has computed for as long as they took."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.paths: list[str] = []
        self.computed = 0.0

    def get(self, path: str) -> Reply:
        self.paths.append(path)
        answer = self.replies[(len(self.paths) - 1) % len(self.replies)]
        self.computed += answer.seconds
        return answer

    def cpu_seconds(self) -> float:
        return self.computed


def test_a_page_from_the_cache_stops_the_run():
    uncached = Uncached(Served(reply(ETag='W/"1"'), reply(ETag='W/"2"'), reply(ETag='W/"1"')))
    uncached.get("/markedsoverblik/")
    uncached.get("/markedsoverblik/?q=data")
    with pytest.raises(CommandError, match="came from the cache"):
        uncached.get("/markedsoverblik/")
    assert uncached.portal.paths == [
        "/markedsoverblik/?sort=1&sort=name",
        "/markedsoverblik/?q=data&sort=2&sort=name",
        "/markedsoverblik/?sort=3&sort=name",
    ]


def test_a_page_made_anew_is_the_same_page(demo, client):
    class Portal:
        def get(self, path: str) -> Reply:
            response = client.get(path)
            return replace(reply(ETag=path), body=response.content)

    check_unseen(Uncached(Portal()))


def test_servers_are_asked_in_turn_and_compared_by_their_medians():
    page = Runner(Served(reply(seconds=0.010), reply(seconds=0.012), reply(seconds=0.900)), str, requests=3)
    bare = Runner(Served(reply(seconds=0.001)), str, requests=3)
    in_turns([page, bare], turns=2, rounds=2)
    assert page.server.paths == ["0", "1", "2", "3", "4", "5"] * 3  # the first round warms up
    assert len(page.seconds) == 2
    by_clock, by_cpu = ratio(page, bare)
    assert by_clock == pytest.approx(12)
    assert by_cpu == pytest.approx((10 + 12 + 900) / 3)


# Report -------------------------------------------------------------------------------------------


def test_an_aim_is_met_or_not_by_its_number():
    results = {2_000: {"uncached_ratio": 11.9, "cached_share": 0.49}, 100_000: {"uncached_ratio": 12.1, "growth": 1.2}}
    assert [" ".join(line.split()) for line in aims(results)] == [
        "met a page of the directory made anew: at most 12 bare views 2,000: 11.9",
        "NOT MET a page of the directory made anew: at most 12 bare views 100,000: 12.1",
        "NOT MET from the cache: at least half of a bare view's rate 2,000: 0.49",
        "met a page at 100,000: at most 1.2 at 2,000 100,000: 1.20",
    ]


def test_the_table_leaves_out_what_was_not_measured():
    lines = list(table("SQLite", {35: {"uncached_worst": 31.0}, 2_000: {}}))
    assert [" ".join(line.split()) for line in lines] == [
        "SQLite 35 2,000",
        ROWS[0][0],
        "highest 31.0 -",
    ]


# Servers ------------------------------------------------------------------------------------------


@pytest.fixture
def environment() -> dict[str, str]:
    bare = "marketoverview.management.benchmark.bare_settings"
    return Database("SQLite", 35, "sqlite://:memory:").environment(DJANGO_SETTINGS_MODULE=bare)


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="CPU time of threads is read from Linux")
def test_the_bare_view_is_served_by_gunicorn_and_its_worker_is_measured(environment):
    with bare_server(environment) as server:
        answer = server.get("/")
        assert b"<title>bare</title>" in answer.body
        assert "gunicorn" in answer.headers["Server"]
        assert 0 < answer.first_byte <= answer.seconds
        before = server.cpu_seconds()
        server.get("/")
        assert before < server.cpu_seconds()
        assert 0 < server.memory("VmRSS") <= server.memory("VmHWM")
        with pytest.raises(CommandError, match="/markedsoverblik/ answered 404"):
            server.get("/markedsoverblik/")


def test_the_portal_has_no_bare_view():
    with pytest.raises(NoReverseMatch):
        reverse(bare)
    assert resolve("/").func is not bare


NEEDS_DATASETTE = pytest.mark.skipif(find_spec("datasette") is None, reason="needs Datasette, of the extra “bench”")


@NEEDS_DATASETTE
def test_a_page_with_a_facet_that_timed_out_has_no_time():
    """Datasette answers 200 then; the class is the one in its own template."""
    template = files("datasette").joinpath("templates/table.html").read_text()
    notice = re.search(r'<p class="[^"]*timed-out[^"]*">', template)[0]
    assert not is_complete(reply(notice))
    assert is_complete(reply("<p>3 rows</p>"))


@NEEDS_DATASETTE
@pytest.mark.django_db
def test_datasette_counts_and_lists_as_the_portal(demo, client, tmp_path):
    """The file that is made for it, its array facets, its plain facet and the rows of its first page."""
    file, by_sql = tmp_path / "peer.sqlite3", counts()
    make_peer_file(str(file))
    arrays, plain = listings(by_sql["page"])
    with datasette(file, RAISED) as server:
        assert_equal_in_datasette(server, file, by_sql)
        listed = json.loads(server.get(arrays.path(file, ending=".json")).body)["rows"]
        pages = arrays.pages(server, file)
        assert all(is_complete(server.get(address)) for address in [*pages, plain.path(file)])
    shown = rows_on_page(client.get("/markedsoverblik/?services=advisory").content.decode())
    assert [row[1] for row in listed] == shown
    assert len(pages) == -(-by_sql["page"]["services"]["advisory"] // 25)
    by_sql["within"]["barriers"]["law"] += 1
    with datasette(file, RAISED) as server, pytest.raises(CountsDiffer, match="barriers=law is"):
        assert_equal_in_datasette(server, file, by_sql)
