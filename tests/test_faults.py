"""The portal under gunicorn while its database is away, hangs and comes back; large requests; many files at once."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kl_ai import database
from tests import postgres, serving
from tests.environment import required

PAGES = ("/", "/en/", "/markedsoverblik/", "/en/log-ind/", "/leverandoer/", "/admin/", "/findes-ikke/", "/privatliv/")
HAS_POSTGRES = postgres.binaries() is not None
needs_postgres = pytest.mark.skipif(
    not HAS_POSTGRES and not required("postgres"), reason="PostgreSQL's programs were not found"
)


def assert_portal_is_away(portal: serving.Portal, pages: tuple[str, ...] = PAGES) -> None:
    """Every page is a 503 in the portal's face and in its language; static files and the first probe are served."""
    for path in pages:
        answer = portal.get(path, Cookie="sessionid=abcdefghijklmnopqrstuvwxyz012345")
        assert (answer.status, answer.headers["retry-after"]) == (503, "30"), path
        language = "en" if path.startswith("/en/") else "da"
        assert f'<html lang="{language}">' in answer.text
        assert ("Portalen kan ikke nå sine data" in answer.text) == (language == "da")
        assert "css/frame" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        sheet = re.search(r'href="(/static/css/base[^"]*)"', answer.text)[1]
        assert portal.get(sheet).status == 200
    assert portal.get("/healthz", host="10.0.0.1").status == 200
    probe = portal.get("/readyz", host="10.0.0.1")
    assert (probe.status, probe.body) == (503, b"database unavailable")


def assert_portal_serves(portal: serving.Portal) -> None:
    """All pages are there again. A second may pass until the process has found out."""
    for path in PAGES:
        assert portal.get(path).status in (200, 302, 404), path
    assert portal.get("/readyz").status == 200


@needs_postgres
def test_the_database_stops_hangs_and_comes_back(tmp_path):
    with postgres.cluster() as cluster, serving.portal(cluster.url(), tmp_path) as portal:
        assert_portal_serves(portal)
        cluster.stop()
        before = len(portal.log_lines())
        assert_portal_is_away(portal)
        lines = [line for line in portal.log_lines()[before:] if line.strip()]
        assert len(lines) == len(PAGES) + 1, "\n".join(lines)  # and the probe
        assert all("ERROR kl_ai.requests.faults 503 GET /" in line and "database away" in line for line in lines)
        cluster.start()
        assert_portal_serves(portal)

        cluster.hang()
        with ThreadPoolExecutor(12) as pool:  # three times as many as there are threads
            answers = list(pool.map(portal.get, ["/"] * 12))
        assert {answer.status for answer in answers} == {503}
        assert_portal_is_away(portal, pages=PAGES[2:5])
        cluster.hang(goes_on=True)
        time.sleep(database.CONNECT_SECONDS)  # the pause after the last attempt
        assert_portal_serves(portal)
        assert "Traceback" not in portal.log.read_text()


def test_a_database_file_that_goes_away_and_comes_back(tmp_path):
    path = tmp_path / "portal.sqlite3"
    with serving.portal(f"sqlite:///{path}", tmp_path) as portal:
        path.rename(tmp_path / "elsewhere")
        with ThreadPoolExecutor(8) as pool:  # threads that have no connection yet, too
            statuses = {answer.status for answer in pool.map(portal.get, ["/"] * 24)}
        assert statuses <= {200, 503}
        assert not path.exists()  # no empty database takes its place
        (tmp_path / "elsewhere").rename(path)
        assert_portal_serves(portal)
        assert "Traceback" not in portal.log.read_text()


# Load -------------------------------------------------------------------------------------------


def test_many_files_at_once_leave_a_thread_to_the_pages(tmp_path):
    with serving.portal(f"sqlite:///{tmp_path / 'portal.sqlite3'}", tmp_path) as portal:
        portal.seed(1_500)
        portal.get("/markedsoverblik/")  # the snapshot is there
        with ThreadPoolExecutor(8) as pool:
            files = [pool.submit(portal.get, "/markedsoverblik/eksport.xlsx") for _ in range(8)]
            time.sleep(0.3)
            while not all(file.done() for file in files):
                for path in ("/healthz", "/readyz", "/markedsoverblik/", "/privatliv/", "/en/log-ind/"):
                    assert portal.get(path).status == 200, path
        answers = [file.result() for file in files]
        made = [answer for answer in answers if answer.status == 200]
        assert 1 <= len(made) <= 8
        assert all(len(answer.body) > 50_000 for answer in made)
        refused = [answer for answer in answers if answer.status != 200]
        assert {answer.status for answer in refused} <= {503}
        assert all(answer.headers["retry-after"] == "10" for answer in refused)
        assert refused  # eight at once are too many for four threads
        assert portal.get("/markedsoverblik/eksport.xlsx").status == 200
        assert_large_requests_are_refused(portal)


def assert_large_requests_are_refused(portal: serving.Portal) -> None:
    """Bodies, addresses and headers beyond the limits, as they arrive over a connection."""
    refused = portal.send_head("POST /log-ind/", "Content-Length: 200000000")
    assert refused.startswith(b"HTTP/1.1 413")
    assert b"Det, du sendte, er for stort" in refused
    assert b"Connection: close" in refused
    assert portal.send_head("POST /findes-ikke/", "Content-Length: 200000000").startswith(b"HTTP/1.1 404")
    chunked = portal.send_head("POST /log-ind/", "Transfer-Encoding: chunked")
    assert chunked.startswith(b"HTTP/1.1 411")
    assert b"Connection: close" in chunked
    cut = portal.get("/en/markedsoverblik/?q=" + "x" * 7_000)
    assert cut.status == 200
    assert portal.get("/markedsoverblik/?q=" + "x" * 9_000).status == 414
    assert portal.get("/", Cookie="x" * 9_000).status == 431
    assert portal.get("/healthz").status == 200
