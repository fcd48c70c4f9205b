"""Pages link the part of the design system's stylesheet that they show (`static/vendor/used_css.py`)."""

import runpy

import pytest

from tests.environment import ROOT

TOOL = runpy.run_path(str(ROOT / "static/vendor/used_css.py"))
COMMAND = "python3 static/vendor/used_css.py"


def declared(css: str, around: str = "") -> set[tuple[str, str, str]]:
    """(media query, selector, declarations) of every rule."""
    listed = set()
    for prelude, body in TOOL["blocks"](css):
        if prelude.startswith(("@media", "@supports")):
            listed |= declared(body, prelude)
        else:
            listed |= {(around, selector, body) for selector in TOOL["split_list"](prelude)}
    return listed


def test_no_rule_of_a_class_in_use_is_missing():
    missing = declared(TOOL["used_css"](TOOL["WHOLE"].read_text())) - declared(TOOL["USED"].read_text())
    assert not missing, f"Run `{COMMAND}`: {sorted(missing)[:5]}"


def test_it_holds_rules_of_the_design_system_alone():
    assert declared(TOOL["USED"].read_text()) <= declared(TOOL["WHOLE"].read_text())


def test_it_is_less_than_half_of_the_whole():
    assert TOOL["USED"].stat().st_size < TOOL["WHOLE"].stat().st_size / 2


@pytest.mark.parametrize(
    ("selector", "is_used"),
    [
        (".button", True),
        (".button.focus", False),
        (".alert-warning p", True),
        ("body", True),
        (".button:not(.disabled)", True),
        (".drawer", False),
    ],
)
def test_a_selector_stays_when_all_its_classes_may_be_shown(selector, is_used):
    assert TOOL["is_used"](selector, frozenset(["button", "body"]), ("alert-",)) == is_used


def test_media_queries_without_a_rule_in_use_go(monkeypatch):
    css = "@media print{.nobody-shows-this{top:0}}@media print{body{top:0}.nobody-shows-this,p{left:0}}"
    assert TOOL["used_css"](css) == "@media print{body{top:0}p{left:0}}"


def test_every_page_links_it_and_not_the_whole(client, db):
    for path in ("/om/", "/findes-ikke/"):
        html = client.get(path).content.decode()
        assert "dkfds/used" in html
        assert "dkfds/dkfds" not in html
