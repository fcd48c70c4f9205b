"""What holds for every public address, in both languages, with selections and without.

Each address is fetched by each visitor and loaded in the browser once; the rules read what came back.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest

from marketoverview.management.commands.load_demo import WITHDRAWN
from tests.html import assert_valid_html
from tests.pages import LANGUAGES, PUBLIC, PUBLIC_PAGES, Address, status_or_login
from tests.reading import AMERICAN_DATE, Element, parse

pytestmark = pytest.mark.any_database

POLICY = (
    "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; img-src 'self'; script-src 'self'; style-src 'self'"
)
# A block of JSON-LD is data: no browser runs it, and the policy is not asked (`kl_ai.pages.json_ld`).
INLINE = re.compile(
    r"""<style|\sstyle=|\son[a-z]+=|javascript:|<script(?! type="application/ld\+json">)(?![^>]*\ssrc=)|\s(?:src|href)=["']data:"""
)

# “0 virksomheder, 1 virksomhed, 2 virksomheder”: a number of any length, also with a point in it.
_ONE = "virksomhed|løsning|eksempel|aktivitet|skabelon|risiko|kilde|company|solution|example|activity|template|risk|source|requirement"
_SEVERAL = (
    "virksomheder|løsninger|eksempler|aktiviteter|skabeloner|risici|kilder"
    "|companies|solutions|examples|activities|templates|risks|sources|requirements"
)
WRONG_NUMBER = re.compile(rf"(?<![\w.,–-])(?:1 (?:{_SEVERAL})|(?!1 )\d[\d.,]* (?:{_ONE}))\b")
VENDOR_WORD = re.compile(r"[^.:!?]*\b(?:\w*leverandør|vendor)\w*[^.:!?]*", re.IGNORECASE)
# The role in a contract, the operator of the servers, what a demonstration company has written, and the login.
VENDORS_BY_ROLE = re.compile(
    r"For (?:leverandører|vendors)|en leverandør vide om juraen|a vendor must know about the law|[Dd]riftsleverandør"
    r"|vælger leverandør|chooses a vendor|krav til leverandøren, når ydelsen|Leverandører og KL's medarbejdere"
    r"|Vendors and KL's staff"
)


@dataclass(frozen=True)
class Visit:
    """A path of a public address, and the response to each visitor: anonymous, stranger, owner and curator."""

    address: Address
    path: str
    responses: dict[str, Any] = field(repr=False)

    @property
    def response(self) -> Any:
        """The response to whoever has not logged in."""
        return self.responses["anonymous"]

    @cached_property
    def html(self) -> str:
        return self.response.content.decode()

    @cached_property
    def page(self) -> Element:
        return parse(self.html)

    @property
    def language(self) -> str:
        return "en" if self.path.startswith("/en/") else "da"

    @property
    def path_in_other_language(self) -> str:
        return self.path.removeprefix("/en") if self.language == "en" else f"/en{self.path}"


# Rules for pages and files ------------------------------------------------------------------------


def answers_every_visitor(visit: Visit) -> None:
    expected = dict.fromkeys(visit.responses, visit.address.status)
    if visit.address.name in ("account_login", "account_login_without_mail"):  # whoever has logged in is sent on
        expected = dict.fromkeys(visit.responses, 302) | {"anonymous": 200}
    if visit.address.is_step_of_login:
        expected["anonymous"] = 401
    assert {visitor: status_or_login(response) for visitor, response in visit.responses.items()} == expected


def keeps_the_content_security_policy(visit: Visit) -> None:
    directives = {part.strip() for part in visit.response["Content-Security-Policy"].split(";")}
    assert directives == set(POLICY.split("; "))


def sets_a_cookie_only_where_declared(visit: Visit) -> None:
    assert bool(visit.response.cookies) == visit.address.sets_cookie, list(visit.response.cookies)


def does_not_depend_on_a_cookie(visit: Visit) -> None:
    if not visit.address.sets_cookie and not visit.address.is_step_of_login:
        assert not visit.response.has_header("Set-Cookie")
        assert "cookie" not in visit.response.get("Vary", "").lower()


# Rules for pages ----------------------------------------------------------------------------------


def shows_everybody_the_same(visit: Visit) -> None:
    if not visit.address.sets_cookie:
        assert [who for who, response in visit.responses.items() if response.content != visit.response.content] == []


def has_title_language_and_one_heading(visit: Visit) -> None:
    assert f'<html lang="{visit.language}"' in visit.html
    assert re.search(r"<title>[^<]{5,}</title>", visit.html)
    assert visit.html.count("<h1") == 1


def holds_nothing_inline(visit: Visit) -> None:
    """Only in the tags: a vendor may write “style=” in its description."""
    assert INLINE.findall("".join(re.findall(r"<[^>]*>", visit.html))) == []


def leads_to_the_same_page_in_the_other_language(visit: Visit) -> None:
    assert {link.attrs["href"] for link in visit.page.find_all("a", "header-language")} == {
        visit.path_in_other_language
    }


def has_the_banner_of_the_demonstration(visit: Visit) -> None:
    (banner,) = visit.page.find_all("aside", "demo-banner")
    assert "emonstration" in banner.text


def writes_no_american_dates(visit: Visit) -> None:
    assert AMERICAN_DATE.findall(visit.page.text) == []


def counts_in_singular_and_plural(visit: Visit) -> None:
    """What is read out as well as what is seen."""
    assert WRONG_NUMBER.findall(re.sub(r"\s+", " ", visit.page.text)) == []


def calls_vendors_companies(visit: Visit) -> None:
    """One word for them on the public pages. The toolbox and the vendors' own area speak of the role in a contract."""
    if visit.address.name.startswith(("toolbox:", "vendor:")):
        return
    read = parse(re.sub(r"<script.*?</script>", "", visit.html, flags=re.DOTALL)).text
    described = visit.page.find("meta", name="description").attrs["content"]
    texts = VENDOR_WORD.findall(f"{described} . {read}")
    assert [text.strip() for text in texts if not VENDORS_BY_ROLE.search(text)] == []


Rule = Callable[[Visit], None]
RULES: tuple[Rule, ...] = (
    answers_every_visitor,
    keeps_the_content_security_policy,
    sets_a_cookie_only_where_declared,
    does_not_depend_on_a_cookie,
)
RULES_FOR_PAGES: tuple[Rule, ...] = (
    *RULES,
    shows_everybody_the_same,
    has_title_language_and_one_heading,
    holds_nothing_inline,
    leads_to_the_same_page_in_the_other_language,
    has_the_banner_of_the_demonstration,
    writes_no_american_dates,
    counts_in_singular_and_plural,
    calls_vendors_companies,
)


def fetch(browser, path: str):
    """The response to a GET, read to the last byte of a stream."""
    response = browser.get(path)
    response.getvalue()
    return response


@pytest.mark.parametrize("address", PUBLIC, ids=lambda address: "-".join([address.name, *address.args]))
def test_public_address(address, demo, visitors, subtests):
    for path in address.paths():
        visit = Visit(address, path, {visitor: fetch(browser, path) for visitor, browser in visitors.items()})
        for rule in RULES_FOR_PAGES if address.is_page else RULES:
            with subtests.test(rule.__name__, path=path):
                rule(visit)


def test_is_valid_html(demo, client, tmp_path):
    pages = {path: client.get(path).content.decode() for path in PUBLIC_PAGES}
    for path in (f"/markedsoverblik/virksomheder/{WITHDRAWN}/", "/findes-ikke/", "/en/findes-ikke/"):
        pages[path] = client.get(path).content.decode()
    assert_valid_html(pages, tmp_path)


# In the browser -----------------------------------------------------------------------------------

GROUPS = ("portal", "market", "toolbox", "vendor", "projects", "register")


def paths_in_browser(group: str, language: str) -> list[str]:
    """The paths of a group's public pages in one language."""
    addresses = [address for address in PUBLIC if address.is_page and f"portal:{address.name}".split(":")[-2] == group]
    return [path for address in addresses for path in address.paths() if path.startswith("/en/") == (language == "en")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", GROUPS)
def test_in_the_browser(group, language, demo, desktop, inspector):
    """Nothing that axe knows is wrong, nothing runs over the edge of 320 px, no script fails, no file is missing."""
    for path in paths_in_browser(group, language):
        desktop.goto(path)
        inspector.check_accessibility("desktop")
        if language == "da":
            inspector.check_accessibility("phone")
        inspector.check_width()
    assert not inspector.problems, "\n".join(inspector.problems)


def test_every_public_page_is_in_a_group():
    paths = [path for group in GROUPS for language in LANGUAGES for path in paths_in_browser(group, language)]
    assert sorted(paths) == sorted(PUBLIC_PAGES)
