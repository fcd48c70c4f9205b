"""Reads style sheets and templates: which class is styled where, which page shows it, and which sheets a page links."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.environment import ROOT
from tests.source import nodes

SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
TEMPLATES = ROOT / "templates"
CODE = [
    path
    for folder, ending in (("kl_ai", "py"), ("marketoverview", "py"), ("legaltoolbox", "py"), ("static/js", "js"))
    for path in sorted((ROOT / folder).rglob(f"*.{ending}"))
]
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")


@dataclass(frozen=True)
class StyleRule:
    selectors: tuple[str, ...]
    declarations: tuple[tuple[str, str], ...]


@cache
def rules(sheet: Path) -> tuple[StyleRule, ...]:
    """Every rule of the sheet, those in media queries too."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    blocks = re.findall(r"([^{};]+)\{([^{}]*)\}", text)
    return tuple(StyleRule(tuple(_selectors(prelude)), tuple(_declarations(body))) for prelude, body in blocks)


def _selectors(prelude: str) -> Iterator[str]:
    """The selectors of a list; a comma within parentheses divides none."""
    yield from (selector.strip() for selector in re.split(r",(?![^(]*\))", prelude) if selector.strip())


def _declarations(body: str) -> Iterator[tuple[str, str]]:
    for declaration in filter(str.strip, body.split(";")):
        name, _colon, value = declaration.partition(":")
        yield name.strip(), " ".join(value.split())


def classes(selector: str) -> frozenset[str]:
    return frozenset(_CLASS.findall(selector))


@cache
def styled_classes(sheet: Path) -> frozenset[str]:
    return frozenset(name for rule in rules(sheet) for selector in rule.selectors for name in classes(selector))


# Templates --------------------------------------------------------------------------------------


@cache
def template_text(name: str) -> str:
    """The template's text without comments; empty for one that is not ours."""
    path = TEMPLATES / name
    text = path.read_text() if path.is_file() else ""
    return re.sub(r"{#(?! rendered from).*?#}|{% comment.*?endcomment %}", "", text, flags=re.DOTALL)


def template_names() -> list[str]:
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


@cache
def page_templates() -> tuple[str, ...]:
    """The templates that are shown as pages: no component, no form field, and none that is only extended."""
    extended = {name for template in template_names() for name in re.findall(EXTENDS, template_text(template))}
    parts = ("components/", "django/", "admin/")
    return tuple(name for name in template_names() if name not in extended and not name.startswith(parts))


EXTENDS = r'{% *extends +"([^"]+)"'
INCLUDES = r'{[%#] *(?:include|rendered from) +"([^"]+)"'


@cache
def with_parts(name: str) -> frozenset[str]:
    """The template, what it extends and what it includes, to the end."""
    text = template_text(name)
    parts = re.findall(EXTENDS, text) + re.findall(INCLUDES, text)
    if re.search(r"{% *contents\b", text):
        parts.append("components/contents.html")
    return frozenset({name}.union(*map(with_parts, parts)))


@cache
def shown_classes(name: str) -> frozenset[str]:
    """What stands in the class attributes of one template; a name that is filled in ends with "*"."""
    text = re.sub(r"{%.*?%}", " ", template_text(name), flags=re.DOTALL)
    text = re.sub(r"{{.*?}}", "*", text, flags=re.DOTALL)
    return frozenset(word for attribute in re.findall(r'class="([^"]*)"', text) for word in attribute.split())


def page_classes(page: str) -> frozenset[str]:
    return frozenset().union(*(shown_classes(name) for name in with_parts(page)))


def form_classes() -> frozenset[str]:
    """What form fields show, on any page with a form."""
    return frozenset().union(*(shown_classes(name) for name in template_names() if name.startswith("django/")))


def linked_sheets(page: str) -> list[str]:
    """The names of our style sheets that the page's templates link."""
    return [
        name for part in with_parts(page) for name in re.findall(r'static "css/([\w-]+\.css)"', template_text(part))
    ]


def has_class(name: str, classes: frozenset[str]) -> bool:
    return name in classes or any(word.endswith("*") and name.startswith(word[:-1]) and word != "*" for word in classes)


@cache
def classes_of_code() -> frozenset[str]:
    """Words that may be classes in the text literals of modules and scripts, and in blocks that templates fill in."""
    literals = [
        node.value
        for path in CODE
        if path.suffix == ".py"
        for node in nodes(path, ast.Constant)
        if isinstance(node.value, str)
    ]
    literals += [
        match[2]
        for path in CODE
        if path.suffix == ".js"
        for match in re.finditer(r"""(["'`])(.*?)\1""", path.read_text())
    ]
    literals += [
        text for name in template_names() for text in re.findall(r"{% *block [^%]*%}([^<{]+){%", template_text(name))
    ]
    attributes = [attribute for literal in literals for attribute in re.findall(r'class="([^"]*)"', literal)]
    lists = [literal for literal in literals if re.fullmatch(r"[\w -]+", literal)]
    return frozenset(" ".join(attributes + lists).split())
