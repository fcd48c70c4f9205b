"""The rules of the house that no tool checks: sizes, names, dotted texts, templates, and the top level."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.checks import not_empty
from tests.environment import PROJECT, ROOT
from tests.source import APPS, PRODUCT, modules, nodes, relative, syntax

KNOWS_THE_APPS = {"kl_ai/settings.py", "kl_ai/urls.py", "kl_ai/views.py"}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

# Sizes and names --------------------------------------------------------------------------------

MOST_FUNCTION_LINES, MOST_MODULE_LINES = 40, 400
CODE = [*PRODUCT, *modules("tests")]


def test_every_module_and_template_is_looked_at():
    """The rules below hold of these files; a path that leads nowhere would let everything pass."""
    assert {"kl_ai/urls.py", "marketoverview/models/responses.py", "legaltoolbox/kinds.py"} <= set(
        map(relative, PRODUCT)
    )
    assert {"tests/test_house.py", "tests/marketoverview/market/test_facets.py"} <= set(map(relative, CODE))
    assert {"templates/base.html", "templates/marketoverview/directory.html"} <= set(map(relative, TEMPLATES))
    assert {"README.md", "docs/style.md", "static/css/tokens.css"} <= set(map(relative, own_files()))


def test_no_function_is_longer_than_a_screen():
    assert [
        f"{relative(path)}: {function.name}"
        for path in CODE
        for function in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef)
        if function.end_lineno - function.lineno >= MOST_FUNCTION_LINES
    ] == []


def test_no_module_is_too_long():
    assert [relative(path) for path in CODE if len(path.read_text().splitlines()) > MOST_MODULE_LINES] == []


def test_a_class_name_stands_for_one_class():
    """Of the classes at the top of modules. Django asks for a `Command` in every module of a command."""
    classes = Counter(node.name for path in PRODUCT for node in syntax(path).body if isinstance(node, ast.ClassDef))
    assert {name for name, number in classes.items() if number > 1} == {"Command"}


LITERALS = (ast.Tuple, ast.List, ast.Set, ast.Dict)
SKIPPED = re.compile(r"  # fmt: skip$")


def tables(path: Path) -> set[int]:
    """The last lines of the statements that assign or return a collection literal, and of decorators."""
    statements = nodes(path, ast.Assign, ast.AnnAssign, ast.Return)
    decorated = nodes(path, ast.FunctionDef, ast.ClassDef)
    lines = {statement.end_lineno for statement in statements if is_table(statement.value)}
    return lines | {decorator.end_lineno for node in decorated for decorator in node.decorator_list}


FEWEST_ELEMENTS = 8
"""Of a collection without rows; one with fewer is read as the formatter writes it."""


def is_table(value: ast.expr | None) -> bool:
    """Whether it is a collection literal with rows or many elements, a frozen set of one included."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "frozenset":
        value = value.args[0]
    if not isinstance(value, LITERALS):
        return False
    elements = value.values if isinstance(value, ast.Dict) else value.elts
    return len(elements) >= FEWEST_ELEMENTS or all(isinstance(element, LITERALS) for element in elements)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("(1, 2, 3, 4, 5, 6, 7, 8)", True),
        ("(1, 2, 3, 4, 5, 6, 7)", False),
        ("((1, 2), (3, 4))", True),
        ("((1, 2), 3)", False),
        ('{"a": (1, 2)}', True),
        ('{"a": 1}', False),
        ("frozenset({1, 2, 3, 4, 5, 6, 7, 8})", True),
        ("frozenset({1})", False),
        ("f(1, 2, 3, 4, 5, 6, 7, 8)", False),
    ],
)
def test_a_table_has_rows_or_many_elements(source, expected):
    assert is_table(ast.parse(source, mode="eval").body) == expected


def test_only_tables_are_left_out_of_formatting():
    assert [
        f"{relative(path)}:{number}"
        for path in CODE
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if SKIPPED.search(line) and number not in tables(path)
    ] == []


# Dotted texts -----------------------------------------------------------------------------------


def dotted(path: Path) -> set[str]:
    """The first names of the dotted paths that a module holds as text (for `include`, `import_string`, settings)."""
    texts = [node.value for node in nodes(path, ast.Constant) if isinstance(node.value, str)]
    return {text.split(".")[0] for text in texts if re.fullmatch(r"\w+(\.\w+)+", text)}


def test_the_tools_are_not_named_in_texts_where_they_may_not_be_imported():
    """import-linter holds the imports themselves; it does not see a path in a text."""
    assert [relative(path) for path in modules("marketoverview") if "legaltoolbox" in dotted(path)] == []
    assert [relative(path) for path in modules("legaltoolbox") if "marketoverview" in dotted(path)] == []
    assert {relative(path) for path in modules("kl_ai") if dotted(path) & set(APPS)} <= KNOWS_THE_APPS


def test_the_product_does_not_know_its_tests():
    imports = {
        relative(path): {alias.name for node in nodes(path, ast.Import) for alias in node.names}
        | {node.module or "" for node in nodes(path, ast.ImportFrom) if not node.level}
        for path in PRODUCT
    }
    assert [name for name, names in imports.items() if any(name.split(".")[0] == "tests" for name in names)] == []
    assert [relative(path) for path in PRODUCT if "tests" in dotted(path)] == []


def test_no_test_module_is_imported():
    """What several of them share is in a helper module."""
    assert [
        f"{relative(path)}: {node.module}"
        for path in not_empty(modules("tests"))
        for node in nodes(path, ast.ImportFrom)
        if re.search(r"\btest_\w+$", node.module or "")
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
    imports = nodes(path, ast.ImportFrom)
    return any(node.module == "django.shortcuts" and "render" in {a.name for a in node.names} for node in imports)


def test_every_page_stands_in_the_one_frame():
    """That of `kl_ai.pages.frame`. The administration's pages have a frame of their own, Django's."""
    paths = [path for package in ("kl_ai", *APPS) for path in modules(package) if "admin" not in path.parts]
    assert [relative(path) for path in paths if imports_render(path)] == []


# Templates --------------------------------------------------------------------------------------

INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "a script without src": re.compile(r"<script\b(?! type=\"application/ld\+json\">)(?![^>]*\bsrc=)"),
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
    left_overs = {relative(path): match[0] for path in own_files() if (match := LEFT_OVER.search(path.read_text()))}
    assert left_overs == {}


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
    requirements = [
        *PROJECT["dependencies"],
        *(line for extra in PROJECT["optional-dependencies"].values() for line in extra),
    ]
    for requirement in map(Requirement, not_empty(requirements)):
        name = canonicalize_name(requirement.name)
        assert name in versions, f"{name} is not in constraints.txt"
        assert requirement.specifier.contains(versions[name]), (
            f"{name} {versions[name]} is outside {requirement.specifier}"
        )


def test_the_top_level_is_as_drawn():
    """A new name at the top needs its reason in the README."""
    readme = (ROOT / "README.md").read_text()
    names = {path.name for path in ROOT.iterdir() if not MADE.fullmatch(path.name)}
    assert {"kl_ai", "tests", "manage.py"} <= names
    assert [name for name in sorted(names - HOUSE) if f"`{name}`" not in readme] == []
