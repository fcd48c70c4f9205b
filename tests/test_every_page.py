"""What holds for every public page, in both languages, with selections and without."""

import re

import pytest

from tests.browser import TOO_WIDE, accessibility_problems
from tests.builders import make_response
from tests.html import assert_valid_html
from tests.pages import DANISH_PAGES, ENGLISH_PAGES, PUBLIC, PUBLIC_PAGES

POLICY = (
    "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; img-src 'self'; script-src 'self'; style-src 'self'"
)
INLINE = re.compile(r"""<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)|\s(?:src|href)=["']data:""")
WITH_COOKIE = {path for address in PUBLIC if address.sets_cookie for path in address.paths()}


def without_text(html: str) -> str:
    """The tags only: a vendor may write “style=” in its description."""
    return "".join(re.findall(r"<[^>]*>", html))


@pytest.mark.parametrize("address", PUBLIC, ids=lambda address: "-".join([address.name, *address.args]))
def test_sets_no_cookie_and_keeps_the_policy(address, demo, client):
    for path in address.paths():
        response = client.get(path)
        assert response.status_code == address.status, path
        assert response.has_header("Content-Security-Policy"), path
        directives = {part.strip() for part in response["Content-Security-Policy"].split(";")}
        assert directives == set(POLICY.split("; ")), path
        response.getvalue()  # to the last byte of a stream
        assert bool(response.cookies) == address.sets_cookie, f"{path} sets {list(response.cookies)}"


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_has_title_language_and_one_heading(path, demo, client):
    html = client.get(path).content.decode()
    language = "en" if path.startswith("/en/") else "da"
    assert f'<html lang="{language}"' in html
    assert re.search(r"<title>[^<]{5,}</title>", html)
    assert html.count("<h1") == 1
    assert not INLINE.findall(without_text(html))


def test_is_valid_html(demo, client, tmp_path):
    pages = {path: client.get(path).content.decode() for path in PUBLIC_PAGES}
    make_response("Fyrtårnet", "withdrawn")
    for path in ("/markedsoverblik/virksomheder/fyrtaarnet/", "/findes-ikke/", "/en/findes-ikke/"):
        pages[path] = client.get(path).content.decode()
    assert_valid_html(pages, tmp_path)


@pytest.mark.parametrize(
    ("size", "paths"), [("phone", DANISH_PAGES), ("desktop", DANISH_PAGES), ("desktop", ENGLISH_PAGES)]
)
def test_is_accessible(size, paths, demo, open_page):
    page = open_page(size)
    problems = []
    for path in paths:
        page.goto(path)
        problems += accessibility_problems(page)
    assert not problems, "\n".join(problems)


def test_does_not_scroll_sideways(demo, narrow):
    problems = []
    for path in PUBLIC_PAGES:
        narrow.goto(path)
        problems += [f"{path}: {found}" for found in narrow.evaluate(TOO_WIDE)]
    assert not problems, "\n".join(problems)


def test_raises_no_error_in_the_browser(demo, desktop):
    """No exception, no missing file, nothing that the content security policy had to stop."""
    problems: list[str] = []
    desktop.on("pageerror", lambda error: problems.append(f"{desktop.url}: {error}"))
    desktop.on("console", lambda message: message.type == "error" and problems.append(f"{desktop.url}: {message.text}"))
    for path in PUBLIC_PAGES:
        desktop.goto(path)
    assert not problems, "\n".join(problems)
