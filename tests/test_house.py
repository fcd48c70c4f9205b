"""The rules of the house that no tool checks: who may import whom, what templates hold, what stands at the top."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.environment import ROOT

APPS = ("marketoverview", "legaltoolbox")
KNOWS_THE_APPS = {"kl_ai/settings.py", "kl_ai/urls.py", "kl_ai/views.py"}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


# Imports ----------------------------------------------------------------------------------------


def mentioned(tree: ast.AST) -> Iterator[str]:
    """The modules that the code imports, and the dotted paths that it holds as text (`include`, `import_string`)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"\w+(\.\w+)+", node.value)
        ):
            yield node.value


def apps_known_to(path: Path) -> set[str]:
    return {name.split(".")[0] for name in mentioned(ast.parse(path.read_text()))} & set(APPS)


@pytest.mark.parametrize("package", APPS)
def test_the_apps_do_not_know_each_other(package):
    assert {relative(path): found for path in modules(package) if (found := apps_known_to(path) - {package})} == {}


def test_the_project_knows_its_apps_in_three_places_only():
    found = {relative(path) for path in modules("kl_ai") if apps_known_to(path)}
    assert found <= KNOWS_THE_APPS


def test_the_product_does_not_know_its_tests():
    packages = ("kl_ai", *APPS)
    paths = [path for package in packages for path in modules(package)]
    assert [
        relative(p) for p in paths if any(n.split(".")[0] == "tests" for n in mentioned(ast.parse(p.read_text())))
    ] == []


# Exceptions from the checks -----------------------------------------------------------------------

UNCHECKED = re.compile(r"#\s*type: ignore(?P<codes>\[[\w, -]+\])?(?:\s*#\s*(?P<reason>\w.+))?")


def test_every_line_that_the_type_checker_passes_over_says_why():
    """In brackets what it passes over, behind it the reason that a library forces."""
    lines = [
        (f"{relative(path)}:{number}", match)
        for package in ("kl_ai", *APPS)
        for path in modules(package)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := UNCHECKED.search(line))
    ]
    assert [place for place, match in lines if not (match["codes"] and match["reason"])] == []
    assert len(lines) <= 10, "first look for a type that fits"


def imports_render(path: Path) -> bool:
    imports = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    return any(node.module == "django.shortcuts" and "render" in {a.name for a in node.names} for node in imports)


def test_every_page_stands_in_the_one_frame():
    """The administration's pages have a frame of their own, Django's."""
    paths = [path for package in ("kl_ai", *APPS) for path in modules(package) if "admin" not in path.parts]
    assert [relative(path) for path in paths if imports_render(path)] == ["kl_ai/pages/frame.py"]


# Templates --------------------------------------------------------------------------------------

INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "a script without src": re.compile(r"<script\b(?![^>]*\bsrc=)"),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*="),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "a data: address": re.compile(r"""(?:src|href)\s*=\s*["']?data:"""),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_template(path):
    """Nothing that the content security policy forbids, and components with explicit variables."""
    text = path.read_text()
    tags = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", text, flags=re.DOTALL)
    assert [what for what, pattern in INLINE.items() if pattern.search(tags)] == []
    includes = re.findall(r'{% *include +"components/.*?%}', text, re.DOTALL)
    assert [tag for tag in includes if not re.search(r"\bonly *%}$", tag)] == []


# What is left over ------------------------------------------------------------------------------

TEXT = (".py", ".html", ".css", ".js", ".md", ".toml", ".yaml", ".yml", ".txt", ".po")
LEFT_OVER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|lorem ipsum)\b|\bbreakpoint\(\)|console\.log\(")
NOT_OURS = ("tests/test_house.py", ".venv", ".git", "var", "build", "node_modules", "static/vendor")


def own_files() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        if path.suffix in TEXT and path.is_file() and not relative(path).startswith(NOT_OURS):
            yield path


def test_nothing_is_left_over():
    found = {relative(path): match[0] for path in own_files() if (match := LEFT_OVER.search(path.read_text()))}
    assert found == {}


# Dependencies and layout ----------------------------------------------------------------

HOUSE = {
    "kl_ai", "marketoverview", "legaltoolbox", "templates", "static", "fixtures", "tests", "docs", "deploy",
    "manage.py", "pyproject.toml", "constraints.txt", "Makefile", "README.md", "CHANGELOG.md", ".ci", ".gitignore",
}  # fmt: skip
MADE = re.compile(
    r"\.git|\.venv|\.env|var|build|test-results|node_modules|__pycache__|.*\.egg-info|\..*_cache|\.hypothesis"
)


def test_every_dependency_is_pinned_within_its_range():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    versions = {canonicalize_name(name): version for name, version in pins.items()}
    wanted = [
        *PROJECT["dependencies"],
        *(line for extra in PROJECT["optional-dependencies"].values() for line in extra),
    ]
    for requirement in map(Requirement, wanted):
        name = canonicalize_name(requirement.name)
        assert name in versions, f"{name} is not in constraints.txt"
        assert requirement.specifier.contains(versions[name]), (
            f"{name} {versions[name]} is outside {requirement.specifier}"
        )


def test_the_top_level_is_as_drawn():
    """A new name at the top needs its reason in the README."""
    readme = (ROOT / "README.md").read_text()
    names = {path.name for path in ROOT.iterdir() if not MADE.fullmatch(path.name)}
    assert [name for name in sorted(names - HOUSE) if f"`{name}`" not in readme] == []
