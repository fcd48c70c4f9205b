"""Exports of the CNIL's PIA tool that somebody, or something, has changed."""

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.legaltoolbox.projects.cnil_files import pia_file

Way = tuple[Any, ...]
TEXTS = (
    "",
    " ",
    "\u200b\u202e",
    "a\x00b",
    "\ud800",
    "👩‍👩‍👧 e\u0301",
    "<",
    "<p",
    "a < b > c",
    "<p>ja</p",
    "<b><i>skæv</b></i>",
    "<ul><li>1<ul><li>2</ul>",
    "&lt;script&gt;",
    "&#0;&#xD800;&#99999999;",
    "<!-- åben",
    "<script>aldrig lukket",
    "<table><tr><td>x<td>y</table>",
    '<a href="//uden.example">x</a>',
    "<x-y>egen</x-y>",
    "<![CDATA[x]]>",
    '<p title="titel">t</p>',
    '<img src="data:image/png;base64,QUJDRA==" alt="kort">',
    "data:application/pdf;base64,QUJDRA==",
    "A\r\nB\rC",
    "ord " * 4_000,
    "linje\n" * 2_000,
    "x" * 25_000,
    "<p>afsnit</p>" * 500,
    "2.1.213",
    "3.1.101",
    "213",
    "\u0301",
)
VALUES = (
    None,
    True,
    False,
    0,
    -1,
    7,
    4,
    10**25,
    0.1,
    -1e300,
    [],
    {},
    [[]],
    [None],
    {"a": {"b": "inde"}},
    ["x", 1, {"y": "z"}],
)


def mutated(random_: random.Random) -> Any:
    """A whole export with up to eight changes."""
    file: Any = pia_file()
    for _change in range(random_.randint(1, 8)):
        ways = [way for way in _ways(file) if way]
        if not ways:
            break
        random_.choice(CHANGES)(file, random_.choice(ways), random_)
    return random_.choice((file, file, file, [file])) if random_.random() < 0.1 else file


def _ways(data: Any, way: Way = ()) -> Iterator[Way]:
    yield way
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, inner in pairs:
        yield from _ways(inner, (*way, step))


def _above(file: Any, way: Way) -> Any:
    for step in way[:-1]:
        file = file[step]
    return file


def _set_value(file: Any, way: Way, random_: random.Random) -> None:
    _above(file, way)[way[-1]] = copy.deepcopy(random_.choice(VALUES))


def _set_text(file: Any, way: Way, random_: random.Random) -> None:
    _above(file, way)[way[-1]] = random_.choice(TEXTS)


def _join_text(file: Any, way: Way, random_: random.Random) -> None:
    above = _above(file, way)
    if isinstance(above[way[-1]], str):
        text, at = above[way[-1]], random_.randint(0, len(above[way[-1]]))
        above[way[-1]] = text[:at] + random_.choice(TEXTS) + text[at:]


def _leave_out(file: Any, way: Way, random_: random.Random) -> None:
    del _above(file, way)[way[-1]]


def _double(file: Any, way: Way, random_: random.Random) -> None:
    above = _above(file, way)
    if isinstance(above, list):
        above += [copy.deepcopy(above[way[-1]]) for _copy in range(random_.choice((1, 2, 30)))]


def _rename(file: Any, way: Way, random_: random.Random) -> None:
    above = _above(file, way)
    if isinstance(above, dict):
        above[random_.choice(("name", "data", "text", "status", "firstname", "ny\u200b", "x" * 400, ""))] = above.pop(
            way[-1]
        )


def _move(file: Any, way: Way, random_: random.Random) -> None:
    """Put a copy of any part of the file in the place of another."""
    other = random_.choice(
        [each for each in _ways(file) if each and each[: len(way)] != way and way[: len(each)] != each] or [way]
    )
    _above(file, way)[way[-1]] = copy.deepcopy(_above(file, other)[other[-1]])


CHANGES: tuple[Callable[[Any, Way, random.Random], None], ...] = (
    _set_value,
    _set_text,
    _join_text,
    _join_text,
    _leave_out,
    _double,
    _rename,
    _move,
)
