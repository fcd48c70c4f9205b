"""Pages in Chromium: `phone`, `desktop`, `narrow` and `without_javascript`, and what is asserted of them.

Each fixture is a page of its own whose addresses are relative to the running server: `phone.goto("/")`.
A test that uses one is marked `browser` by itself, and is left out, with the reason, where Chromium is missing.
"""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from tests.environment import required

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZES = {"phone": (390, 844), "desktop": (1280, 900), "narrow": (320, 640), "without_javascript": (1280, 900)}


def chromium() -> str | None:
    """The path of the browser: what `CHROMIUM` says, or what is installed."""
    if given := os.environ.get("CHROMIUM"):
        return shutil.which(given)
    return next(filter(None, map(shutil.which, NAMES)), None)


NOT_FOUND = "no Chromium found (install chromium, or set CHROMIUM to its path)"


def pytest_configure():
    """Ends the run at once where `REQUIRE_BROWSER` is set and no browser is there."""
    if required("browser") and not chromium():
        pytest.exit(f"REQUIRE_BROWSER is set: {NOT_FOUND}", returncode=1)


def pytest_collection_modifyitems(items):
    for item in items:
        if "open_page" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
            if not chromium():
                item.add_marker(pytest.mark.skip(f"pages in the browser: {NOT_FOUND}"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Playwright's loop runs in this thread from here on, so Django must be told that the ORM may be used beside it."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield browser_type_launch_args | {"executable_path": chromium(), "args": ARGUMENTS}
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture
def open_page(new_context, live_server):
    """Opens a page of the given size on the running server."""

    def open_page(size: str):
        width, height = SIZES[size]
        context = new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            java_script_enabled=size != "without_javascript",
            locale="da-DK",
            reduced_motion="reduce",
        )
        return context.new_page()

    return open_page


@pytest.fixture
def phone(open_page):
    """390 px wide."""
    return open_page("phone")


@pytest.fixture
def desktop(open_page):
    """1280 px wide."""
    return open_page("desktop")


@pytest.fixture
def narrow(open_page):
    """320 px wide: the narrowest that WCAG asks for (1.4.10)."""
    return open_page("narrow")


@pytest.fixture
def without_javascript(open_page):
    """1280 px wide, scripts off."""
    return open_page("without_javascript")


@pytest.fixture
def log_in(live_server):
    """`log_in(page, user)` gives the page's browser a session of `user`, without the login form."""

    def log_in(page, user) -> None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return log_in


def follow(control) -> None:
    """Clicks a link, or a button that sends a form, and waits until the page that answers is read to its end.

    A click alone is over when the answer begins to come, under the same address perhaps: what a test counts next
    may still be missing.
    """
    with control.page.expect_event("load"):
        control.click()


# Assertions -------------------------------------------------------------------------------------


def accessibility_problems(page) -> list[str]:
    """What axe finds on the page, one line for each element."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {violation['id']} ({violation['help']}) at {' '.join(map(str, node['target']))}"
        for violation in violations
        for node in violation["nodes"]
    ]


def assert_accessible(page) -> None:
    assert not (problems := accessibility_problems(page)), "\n".join(problems)


TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= width) return []
  const wide = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 0.5)
  return wide.map(e => e.tagName.toLowerCase() + (e.id && '#' + e.id) + (e.classList[0] ? '.' + e.classList[0] : ''))
    .slice(0, 10).concat(`${document.documentElement.scrollWidth} px in ${width} px`)
}"""


def assert_no_sideways_scroll(page) -> None:
    """The page itself does not scroll sideways; a table in a scroll region of its own may."""
    assert not (found := page.evaluate(TOO_WIDE)), f"{page.url}: {', '.join(found)}"
