"""The static files: collected as production serves them, and style sheets in which nothing is left over."""

import re
from collections import defaultdict
from pathlib import Path

import django.contrib.admin
import django_htmx
import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings
from whitenoise.compress import Compressor

from tests.environment import ROOT
from tests.stylesheets import (
    SHEETS,
    classes,
    classes_of_code,
    form_classes,
    has_class,
    linked_sheets,
    page_classes,
    page_templates,
    rules,
    shown_classes,
    styled_classes,
    template_names,
    template_text,
)

STORAGE = "kl_ai.pages.static_files.StaticFiles"
TOKENS = ROOT / "static" / "css" / "tokens.css"
EVERY_PAGE = ("tokens.css", "base.css", "frame.css", "components.css")
MAX_LINES = 400

COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color|color-mix)a?\(", re.IGNORECASE)
# CSS Color 4. Words for what is no colour of ours (transparent, currentcolor, the system colours) are not among them.
COLOUR_NAMES = frozenset(
    [
        "aliceblue",
        "antiquewhite",
        "aqua",
        "aquamarine",
        "azure",
        "beige",
        "bisque",
        "black",
        "blanchedalmond",
        "blue",
        "blueviolet",
        "brown",
        "burlywood",
        "cadetblue",
        "chartreuse",
        "chocolate",
        "coral",
        "cornflowerblue",
        "cornsilk",
        "crimson",
        "cyan",
        "darkblue",
        "darkcyan",
        "darkgoldenrod",
        "darkgray",
        "darkgreen",
        "darkgrey",
        "darkkhaki",
        "darkmagenta",
        "darkolivegreen",
        "darkorange",
        "darkorchid",
        "darkred",
        "darksalmon",
        "darkseagreen",
        "darkslateblue",
        "darkslategray",
        "darkslategrey",
        "darkturquoise",
        "darkviolet",
        "deeppink",
        "deepskyblue",
        "dimgray",
        "dimgrey",
        "dodgerblue",
        "firebrick",
        "floralwhite",
        "forestgreen",
        "fuchsia",
        "gainsboro",
        "ghostwhite",
        "gold",
        "goldenrod",
        "gray",
        "green",
        "greenyellow",
        "grey",
        "honeydew",
        "hotpink",
        "indianred",
        "indigo",
        "ivory",
        "khaki",
        "lavender",
        "lavenderblush",
        "lawngreen",
        "lemonchiffon",
        "lightblue",
        "lightcoral",
        "lightcyan",
        "lightgoldenrodyellow",
        "lightgray",
        "lightgreen",
        "lightgrey",
        "lightpink",
        "lightsalmon",
        "lightseagreen",
        "lightskyblue",
        "lightslategray",
        "lightslategrey",
        "lightsteelblue",
        "lightyellow",
        "lime",
        "limegreen",
        "linen",
        "magenta",
        "maroon",
        "mediumaquamarine",
        "mediumblue",
        "mediumorchid",
        "mediumpurple",
        "mediumseagreen",
        "mediumslateblue",
        "mediumspringgreen",
        "mediumturquoise",
        "mediumvioletred",
        "midnightblue",
        "mintcream",
        "mistyrose",
        "moccasin",
        "navajowhite",
        "navy",
        "oldlace",
        "olive",
        "olivedrab",
        "orange",
        "orangered",
        "orchid",
        "palegoldenrod",
        "palegreen",
        "paleturquoise",
        "palevioletred",
        "papayawhip",
        "peachpuff",
        "peru",
        "pink",
        "plum",
        "powderblue",
        "purple",
        "rebeccapurple",
        "red",
        "rosybrown",
        "royalblue",
        "saddlebrown",
        "salmon",
        "sandybrown",
        "seagreen",
        "seashell",
        "sienna",
        "silver",
        "skyblue",
        "slateblue",
        "slategray",
        "slategrey",
        "snow",
        "springgreen",
        "steelblue",
        "tan",
        "teal",
        "thistle",
        "tomato",
        "turquoise",
        "violet",
        "wheat",
        "white",
        "whitesmoke",
        "yellow",
        "yellowgreen",
    ]
)


def names(sheets) -> list[str]:
    return [sheet.name for sheet in sheets]


def test_every_static_file_can_be_collected(tmp_path):
    """Fails on a `url(...)` or a source map that names a missing file."""
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": STORAGE},
    }
    # The style sheets stand for all that is compressed: it takes most of the time.
    uncompressed = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "js", "map", "svg", "json", "ttf", "txt", "md")
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path, WHITENOISE_SKIP_COMPRESS_EXTENSIONS=uncompressed):
        call_command("collectstatic", interactive=False, verbosity=0)
        address = staticfiles_storage.url("css/tokens.css")
        name = address.removeprefix("/static/")
        assert name != "css/tokens.css"
        assert (tmp_path / name).is_file()
        assert (tmp_path / f"{name}.br").is_file()


# Style sheets -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_style_sheet_is_read_in_one_go(sheet):
    assert len(sheet.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("sheet", [sheet for sheet in SHEETS if sheet != TOKENS], ids=lambda sheet: sheet.name)
def test_every_colour_is_a_token(sheet):
    declarations = [declaration for rule in rules(sheet) for declaration in rule.declarations]
    assert len(declarations) > 3
    colours = [
        f"{name}: {value}"
        for name, value in declarations
        if COLOUR.search(value) or COLOUR_NAMES & set(re.findall(r"(?<![\w-])[a-z]+(?![\w-])", value.lower()))
    ]
    assert colours == []


def test_every_token_is_there_and_used():
    defined = {name for rule in rules(TOKENS) for name, _value in rule.declarations}
    django_admin = Path(django.contrib.admin.__file__).parent / "static" / "admin" / "css" / "base.css"
    of_django = {name for rule in rules(django_admin) for name, _value in rule.declarations if name.startswith("--")}
    used = defaultdict(set)
    for sheet in SHEETS:
        for rule in rules(sheet):
            for _name, value in rule.declarations:
                used[sheet.name].update(re.findall(r"var\((--[\w-]+)", value))
    assert defined == set().union(*used.values()) - of_django
    assert not defined & of_django, "a token that Django's administration has too"
    assert {name: found for name, found in used.items() if found - defined and not name.startswith("admin")} == {}


def test_the_theme_of_the_design_system_has_the_colours_of_the_tokens():
    theme = (ROOT / "static" / "vendor" / "vendor.py").read_text()
    colours = set(re.findall(r"^    \$[\w-]+: (#[0-9a-f]{6}),$", theme, re.MULTILINE))
    darkest = "#052c30"  # a third shade of the primary colour, which the design system asks for
    assert colours - {value for rule in rules(TOKENS) for _name, value in rule.declarations} == {darkest}


def test_every_class_that_is_styled_is_shown_somewhere():
    """By a template, a module or a script of ours; in the administration also by Django's."""
    shown = frozenset().union(*map(shown_classes, template_names())) | classes_of_code()
    htmx = _text(Path(django_htmx.__file__).parent / "static", "js")
    django_code = _text(Path(django.contrib.admin.__file__).parent, "html", "py", "js")
    assert SHEETS
    for sheet in SHEETS:
        others = django_code if sheet.name.startswith("admin") else htmx
        left_over = [name for name in styled_classes(sheet) if not has_class(name, shown) and not _occurs(name, others)]
        assert left_over == [], sheet.name


def _occurs(name: str, text: str) -> bool:
    """Whether the class stands in the text, whole or as the beginning of one that is put together."""
    beginnings = [name[: place + 1] for place, letter in enumerate(name) if letter == "-"]
    built = "|".join(rf"{re.escape(beginning)}(?:%s|\{{)" for beginning in beginnings)
    return bool(re.search(rf"(?<![\w-])(?:{re.escape(name)}(?![\w-]){'|' + built if built else ''})", text))


def _text(folder: Path, *endings: str) -> str:
    return "\n".join(path.read_text() for ending in endings for path in sorted(folder.rglob(f"*.{ending}")))


def test_the_classes_of_a_selector_meet_on_a_page():
    """A selector of several classes that no page has together styles nothing."""
    set_by_code = classes_of_code() | form_classes() | {"htmx-request"}
    pages = [page_classes(page) for page in page_templates()]
    left_over = [
        f"{sheet.name}: {selector}"
        for sheet in SHEETS
        if not sheet.name.startswith("admin")
        for rule in rules(sheet)
        for selector in rule.selectors
        if not any(_meet(classes(re.sub(r":not\([^)]*\)", "", selector)) - set_by_code, page) for page in pages)
    ]
    assert left_over == []


def _meet(needed: frozenset[str], shown: frozenset[str]) -> bool:
    return all(has_class(name, shown) for name in needed)


def test_a_page_links_the_sheets_of_what_it_shows_and_each_once():
    """A class that one sheet alone styles, by itself, has that sheet on every page that shows it."""
    sheets_by_class = defaultdict(set)
    for sheet in SHEETS:
        if not sheet.name.startswith("admin"):
            for found in (classes(selector) for rule in rules(sheet) for selector in rule.selectors):
                if len(found) == 1:
                    sheets_by_class[next(iter(found))].add(sheet.name)
    missing = []
    for page in page_templates():
        linked, shown = linked_sheets(page), page_classes(page)
        assert len(linked) == len(set(linked)), page
        for name, (sheet, *others) in ((name, sorted(sheets)) for name, sheets in sheets_by_class.items()):
            if not others and sheet not in linked and name in shown:
                missing.append(f"{page} shows .{name} without {sheet}")
    assert missing == []


def test_a_page_links_no_sheet_that_it_has_no_use_for():
    idle = [
        f"{page} links {name}"
        for page in page_templates()
        for name in linked_sheets(page)
        if name not in EVERY_PAGE
        and not any(has_class(styled, page_classes(page)) for styled in styled_classes(TOKENS.with_name(name)))
    ]
    assert idle == []


def test_every_sheet_is_linked_and_the_tokens_come_first():
    links = {name for template in template_names() for name in _links(template)}
    assert links == set(names(SHEETS))
    for template in ("base.html", "failure_page.html", "admin/base_site.html"):
        assert _links(template)[0] == "tokens.css"
    assert _links("base.html") == list(EVERY_PAGE)


def _links(template: str) -> list[str]:
    return re.findall(r'static "css/([\w-]+\.css)"', template_text(template))
