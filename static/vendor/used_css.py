#!/usr/bin/env python3
"""Write the part of the design system's stylesheet that the portal shows: `dkfds/used.css` from `dkfds/dkfds.css`.

    python3 static/vendor/used_css.py

A selector stays when every class in it may be in a page: when it stands as a word in a template, in a module of the apps
or in a script of the portal, or begins with a word that goes on with what a template fills in (`alert-{{ kind }}`).
Selectors without a class stay, and so do fonts and animations. Pages link the result, which is a third of the whole;
run this again when a template begins to use a class of DKFDS (`tests/test_used_css.py` fails until then).
"""

import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WHOLE, USED = HERE / "dkfds/dkfds.css", HERE / "dkfds/used.css"
SOURCES = (
    ("templates", "*.html"),
    ("kl_ai", "*.py"),
    ("marketoverview", "*.py"),
    ("legaltoolbox", "*.py"),
    ("static/js", "*.js"),
)
WORD = r"[A-Za-z_][\w-]*"


def words() -> tuple[frozenset[str], tuple[str, ...]]:
    """The words that may be classes, and the beginnings of those that a template completes."""
    texts = [path.read_text() for folder, ending in SOURCES for path in sorted((ROOT / folder).rglob(ending))]
    whole = {word for text in texts for word in re.findall(WORD, text)}
    begun = {word for text in texts for word in re.findall(rf"({WORD}-)\{{[{{%]", text)}
    return frozenset(whole), tuple(sorted(begun))


def used_css(css: str) -> str:
    """The stylesheet without the selectors of classes that the portal does not show."""
    return "".join(_kept(css, *words()))


def _kept(css: str, whole: frozenset[str], begun: tuple[str, ...]) -> Iterator[str]:
    for prelude, body in blocks(css):
        if prelude.startswith(("@media", "@supports")):
            if inner := "".join(_kept(body, whole, begun)):
                yield f"{prelude}{{{inner}}}"
        elif prelude.startswith("@"):
            yield f"{prelude}{{{body}}}"
        else:
            selectors = [selector for selector in split_list(prelude) if is_used(selector, whole, begun)]
            if selectors:
                yield f"{','.join(selectors)}{{{body}}}"


def blocks(css: str) -> Iterator[tuple[str, str]]:
    """(prelude, body) of each rule on the outermost level. The theme has no statement without a body."""
    start = 0
    while (opened := css.find("{", start)) >= 0:
        depth, end = 1, opened + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[start:opened].strip(), css[opened + 1 : end - 1]
        start = end


def split_list(prelude: str) -> list[str]:
    """The selectors of a list; a comma within parentheses divides none."""
    return [selector.strip() for selector in re.split(r",(?![^(]*\))", prelude) if selector.strip()]


def is_used(selector: str, whole: frozenset[str], begun: tuple[str, ...]) -> bool:
    """Whether all classes may be in a page. What `:not()` names need not be."""
    names = re.findall(rf"\.({WORD})", re.sub(r":not\([^)]*\)", "", selector))
    return all(name in whole or name.startswith(begun) for name in names)


def write_used() -> None:
    css = used_css(WHOLE.read_text())
    USED.write_text(css)
    print(f"{len(css):,} of {WHOLE.stat().st_size:,} bytes in {USED}")


if __name__ == "__main__":
    write_used()
