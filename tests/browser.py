"""Pages in Chromium: `desktop` and `without_javascript`, and what an `inspector` looks at on them.

Each fixture is a page of its own whose addresses are relative to the running server: `desktop.goto("/")`.
A test that uses one is marked `browser` by itself, and is left out, with the reason, where Chromium is missing.
"""

import os
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from tests.environment import required
from tests.mails import log_in_recently

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"phone": (390, 844), "desktop": (1280, 900), "narrow": (320, 640), "without_javascript": (1280, 900)}
"""Width and height; 320 px is the narrowest that WCAG asks for (1.4.10)."""


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
def desktop(open_page):
    """1280 px wide."""
    return open_page("desktop")


@pytest.fixture
def without_javascript(open_page):
    """1280 px wide, scripts off."""
    return open_page("without_javascript")


@pytest.fixture
def log_in(live_server):
    """`log_in(page, user)` gives the page's browser a session of `user`, as after a login by code just now."""

    def log_in(page, user) -> None:
        client = Client()
        log_in_recently(client, user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return log_in


def follow(control) -> None:
    """Clicks a link, or a button that sends a form, and waits until the new page is read to its end.

    A click alone is over when the response begins to arrive, under the same address perhaps: what a test counts next
    may still be missing.
    """
    with control.page.expect_event("load"):
        control.click()


# What is looked at on a page ----------------------------------------------------------------------

FIND_VIOLATIONS = (Path(__file__).parent / "accessibility.js").read_text()
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= width) return []
  const wide = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 0.5)
  return wide.map(e => e.tagName.toLowerCase() + (e.id && '#' + e.id) + (e.classList[0] ? '.' + e.classList[0] : ''))
    .slice(0, 10).concat(`${document.documentElement.scrollWidth} px in ${width} px`)
}"""


class Inspector:
    """Looks at what a browser page shows, in several widths, and keeps in `problems` what is wrong, one line each.

    A script's error, a missing file and whatever the content security policy has stopped is noted at any time.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("console", lambda message: message.type == "error" and self._note(message.text))

    def check_accessibility(self, size: str) -> None:
        """Note what axe finds in this size."""
        self._resize(size)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        for violation in self.page.evaluate(FIND_VIOLATIONS):
            self._note(f"{size}: {violation}")

    def check_width(self) -> None:
        """Note what makes the page scroll sideways at 320 px. A table in a scroll region of its own may."""
        self._resize("narrow")
        for element in self.page.evaluate(TOO_WIDE):
            self._note(f"scrolls sideways: {element}")

    def _resize(self, size: str) -> None:
        width, height = SIZES[size]
        self.page.set_viewport_size({"width": width, "height": height})

    def _note(self, problem: str) -> None:
        self.problems.append(f"{self.page.url}: {problem}")


@pytest.fixture
def inspector(desktop):
    """What is wrong on the pages that `desktop` opens. A test asserts at its end that nothing is."""
    return Inspector(desktop)
