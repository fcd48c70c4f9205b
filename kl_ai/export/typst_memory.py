"""The memory that typst keeps of what it has compiled, for a next compilation of the same content: given back here.

A file is made once, of content that is another each time. typst would keep the last ten, 30 MB and more each with a large
table, and with them the names that somebody has typed for one file. Its Python package has no call that empties this memory:
it drops, after each compilation, what the last `AGE` compilations have not used (typst-py 0.15, `comemo::evict`).
"""

from functools import cache
from threading import Lock

import typst

AGE = 10
"""How many compilations typst remembers something for that none of them uses."""
_turn = Lock()
"""One thread at a time: a compiler cannot be used by two."""


def forget() -> None:
    """Have typst forget all that it has compiled: `AGE` compilations of nothing, about 15 milliseconds."""
    with _turn:
        for _time in range(AGE):
            _compile_nothing()


def _compile_nothing() -> None:
    """One compilation that ends before there is a page."""
    try:
        _nothing().compile()
    except typst.TypstError:
        return


@cache
def _nothing() -> typst.Compiler:
    return typst.Compiler(b"#panic()", font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False))
