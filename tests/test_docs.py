"""Whatever README and `docs/` name exists: commands, settings, addresses, files and the names of the glossary."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve
from django.utils.translation import override
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.checks import not_empty
from tests.environment import PROJECT, ROOT, settings_variables
from tests.pages import PUBLIC
from tests.translations import CATALOGUE, texts

DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
DOCUMENTS = [path for path in DOCUMENTS if path.exists()]
OPERATIONS = ROOT / "docs" / "operations.md"
ROOMS = "kl_ai|marketoverview|legaltoolbox|templates|static|fixtures|tests|docs|deploy|\\.ci"
FILE = re.compile(rf"(?:(?:{ROOMS})/[\w./-]*|(?:README|CHANGELOG)\.md|manage\.py|pyproject\.toml|constraints\.txt)")
FOR_TESTS_AND_MAKE = {
    "PORT",
    "WORKERS",
    "REQUIRE_BROWSER",
    "REQUIRE_OFFICE",
    "REQUIRE_POPPLER",
    "REQUIRE_POSTGRES",
    "TEST_DATABASE_URL",
    "VNU_JAR",
}
NAMES_OF_OTHERS = {"LC_CTYPE"}
PACKAGES = ("kl_ai", "marketoverview", "legaltoolbox")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def section(path: Path, heading: str) -> str:
    """The text under a heading of the document, up to the next one."""
    sections = re.split(r"^#+ +", path.read_text(), flags=re.MULTILINE)
    text = next((part for part in sections if part.splitlines()[:1] == [heading]), None)
    assert text, f"{name(path)} has no section “{heading}”"
    return text


def first_cells(text: str) -> list[str]:
    """The first cell, in backticks, of each row of the tables in the text."""
    return re.findall(r"^\| *`([^`]+)`", text, re.MULTILINE)


def code(text: str) -> Iterator[str]:
    """What stands in backticks, and the lines that are indented as code."""
    yield from re.findall(r"`([^`\n]+)`", text)
    yield from re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)


def matches_in_documents(*patterns: str) -> list[tuple[str, str]]:
    """Document and match, for each distinct match of the patterns (their first group) in code."""
    return sorted(
        {
            (name(path), match)
            for path in DOCUMENTS
            for piece in code(path.read_text())
            for pattern in patterns
            for match in re.findall(pattern, piece)
        }
    )


# Commands -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("document", "target"), matches_in_documents(r"\bmake ([a-z][\w-]*)"))
def test_make_has_the_target(document, target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def commands_of_documents() -> list[tuple[str, str]]:
    ours = "|".join(command for command, app in get_commands().items() if not app.startswith("django."))
    return matches_in_documents(r"manage\.py ([a-z_]+(?: --[a-z][\w-]*)?)", rf"^((?:{ours})(?: --[a-z][\w-]*)?)")


@pytest.mark.parametrize(("document", "line"), commands_of_documents())
def test_manage_has_the_command_and_its_option(document, line):
    command, _, option = line.partition(" ")
    assert command in get_commands()
    if option:
        parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
        assert option in parser._option_string_actions


# Settings -----------------------------------------------------------------------------------------


def test_operations_describes_every_setting():
    assert sorted(first_cells(section(OPERATIONS, "Settings"))) == sorted(settings_variables())


@pytest.mark.parametrize(("document", "variable"), matches_in_documents(r"\b([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])\b"))
def test_the_variable_is_read(document, variable):
    assert variable in settings_variables() | FOR_TESTS_AND_MAKE | NAMES_OF_OTHERS


# Files and addresses ------------------------------------------------------------------------------


@pytest.mark.parametrize(("document", "path"), matches_in_documents(rf"(?<![\w/.-])({FILE.pattern})(?![\w/])"))
def test_the_file_exists(document, path):
    assert (ROOT / path).exists()


def links() -> list[tuple[str, str]]:
    return [(name(path), link) for path in DOCUMENTS for link in re.findall(r"\]\(([^)#]+)\)", path.read_text())]


@pytest.mark.parametrize(("document", "link"), links())
def test_the_link_leads_to_a_file(document, link):
    assert link.startswith("https://") or (ROOT / document).parent.joinpath(link).exists()


@pytest.mark.parametrize(("document", "address"), matches_in_documents(r"^(?:GET )?(/[\w./-]*)$"))
def test_the_address_exists(document, address):
    with override("en" if address.startswith("/en/") else "da"):
        try:
            resolve(address)
        except Resolver404:
            pytest.fail(f"{document} names {address}, which the portal does not have")


OF_ONE_ITEM = {
    "market:vcard": "the card of one company, linked from its profile; the file of all is documented",
    "toolbox:overview_file": "the one-pager as a list, linked from its page",
    "toolbox:phase_checklist_file": "a checklist of a phase, linked from its page",
    "toolbox:phase_templates": "the templates of a phase, linked from its page",
    "toolbox:role_checklist_file": "a checklist of a role, linked from its page",
    "toolbox:activity_checklist_file": "a checklist of an activity, linked from its page",
}
"""Files for people that their page links, and nobody fetches by program."""


def test_the_document_for_programs_names_every_public_file():
    found = set(re.findall(r"`(/[\w./-]+)`", (ROOT / "docs" / "api.md").read_text())) - {"/en/"}
    with override("da"):
        named = {resolve(address).view_name for address in found}
    files = {
        address.name
        for address in PUBLIC
        if not address.is_page and address.status == 200 and address.name.startswith(("market:", "toolbox:"))
    }
    assert sorted(files - named - OF_ONE_ITEM.keys()) == []


NAMES = r"(\S+(?:  \S+(?:/|\.py))*)(?: {2,}|$)"
"""Names of folders and modules at the beginning of a line, two spaces between them."""


def drawn_paths() -> Iterator[str]:
    """The paths of the drawing in the README's section on structure."""
    above = ""
    for line in section(ROOT / "README.md", "Structure").splitlines():
        if match := re.match(rf"^ {{4}}{NAMES}", line):
            names = match[1].split()
            above = names[0] if names[0].endswith("/") else above
            yield from names
        elif match := re.match(rf"^ {{6}}{NAMES}", line):
            yield from (above + inner for inner in match[1].split())


@pytest.mark.parametrize("path", list(drawn_paths()))
def test_what_the_structure_draws_exists(path):
    assert (ROOT / path).exists()


def packages() -> set[str]:
    """The folders of code directly in each package."""
    return {
        f"{package}/{path.name}/"
        for package in PACKAGES
        for path in (ROOT / package).iterdir()
        if (path / "__init__.py").exists() and path.name not in ("migrations", "templatetags", "management")
    }


def modules() -> set[str]:
    """The modules directly in each package, without those that every Django project has under the same name."""
    return {
        f"{package}/{path.name}"
        for package in PACKAGES
        for path in (ROOT / package).glob("*.py")
        if path.name not in ("__init__.py", "apps.py", "wsgi.py")
    }


def test_the_structure_draws_every_room():
    rooms = packages()
    assert {"kl_ai/login/", "marketoverview/market/", "legaltoolbox/content/"} <= rooms
    assert rooms - set(drawn_paths()) == set()


def test_the_structure_draws_every_module_beside_the_rooms():
    beside = modules()
    assert {"kl_ai/waiting.py", "marketoverview/statuses.py", "legaltoolbox/kinds.py"} <= beside
    assert beside - set(drawn_paths()) == set()


# Labels of the pages ------------------------------------------------------------------------------

ITALICS = re.compile(r"(?<![\w*])\*([^*\s][^*\n]*)\*(?![\w*])")
TWO_LABELS = re.compile(rf"{ITALICS.pattern} \({ITALICS.pattern}\)")
GROUPS = re.findall(r"^ +name: (\w+)$", (ROOT / "fixtures" / "roles.yaml").read_text(), re.MULTILINE)


def prose(document: str) -> str:
    """The document of `docs/` without its lines of code, each paragraph and list item on one line."""
    text = re.sub(r"^ {4}\S.*$", "", (ROOT / "docs" / document).read_text(), flags=re.MULTILINE)
    return re.sub(r"(?<=\S)\n *(?=[^\s|-])", " ", text)


def capitalized(text: str) -> str:
    """The text with a capital first letter, as the administration shows most labels."""
    return text[:1].upper() + text[1:]


@pytest.fixture(scope="module")
def labels() -> set[tuple[str, str]]:
    """The English and the Danish text of everything that the portal translates, with capital first letters."""
    pairs = (pair for entry in polib.pofile(str(CATALOGUE)) for pair in texts(entry))
    return {(capitalized(english), capitalized(danish)) for english, danish in pairs}


@pytest.mark.parametrize("document", ["curators.md", "operations.md"])
def test_the_portal_has_the_labels_in_both_languages(labels, document):
    named = not_empty(TWO_LABELS.findall(prose(document)))
    assert [pair for pair in named if tuple(map(capitalized, pair)) not in labels] == []


@pytest.mark.parametrize("document", ["curators.md", "operations.md"])
def test_a_label_is_named_in_both_languages(document):
    """Names of groups are Danish everywhere."""
    assert [label for label in ITALICS.findall(TWO_LABELS.sub("", prose(document))) if label not in GROUPS] == []


# Dependencies and glossary ------------------------------------------------------------------------


def test_readme_gives_a_reason_for_every_dependency():
    listed = first_cells(section(ROOT / "README.md", "Dependencies"))
    names = [canonicalize_name(Requirement(requirement).name) for requirement in (*listed, *PROJECT["dependencies"])]
    assert sorted(names[: len(listed)]) == sorted(names[len(listed) :])


def test_the_glossary_names_what_exists():
    cells = [row.split("|")[-2] for row in section(ROOT / "docs" / "style.md", "Glossary").splitlines() if "`" in row]
    models = {model.__name__: model for model in apps.get_models()}
    in_memory = {
        "Snapshot": "marketoverview.market.snapshot",
        "Selection": "marketoverview.market.selection",
        "Status": "marketoverview.models",
        "Catalogue": "legaltoolbox.catalogue",
        "Certainty": "legaltoolbox.models",
        "Item": "legaltoolbox.models",
    }
    terms = re.findall(r"`([^`]+)`", " ".join(cells))
    assert terms
    for term in terms:
        owner, _, attribute = term.partition(".")
        where = models.get(owner) or getattr(import_module(in_memory[owner]), owner)
        assert not attribute or hasattr(where, attribute), term
