"""SQLite's connections of the portal, which know the Danish order and the folding of `kl_ai.search.danish` in SQL."""

import sqlite3
from pathlib import Path
from typing import Any

from ..database import limit
from .danish import searched_text, sort_key

SORT_KEY, SEARCHED_TEXT = "danish_sort_key", "searched_text"
"""The names of the functions in SQL."""


class DanishConnection(sqlite3.Connection):
    """A connection with the functions `danish_sort_key(text)` and `searched_text(text)`; null gives null.

    It is the `factory` of the database in the settings, so that each connection has them, whoever opens it.

    A request opens no file that is not there: SQLite would make an empty one, and keep beside it what would damage the
    right file when that is put back.
    """

    def __init__(self, database: Any, *args: Any, **kwargs: Any) -> None:
        path = str(database)
        if limit.get() is not None and not path.startswith((":memory:", "file:")) and not Path(path).exists():
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorname = "SQLITE_CANTOPEN"
            raise error
        super().__init__(database, *args, **kwargs)
        self.create_function(SORT_KEY, 1, _sort_key, deterministic=True)
        self.create_function(SEARCHED_TEXT, 1, _searched_text, deterministic=True)


def _sort_key(text: Any) -> str | None:
    """The three parts of `danish.sort_key` as one text that is compared byte by byte."""
    if text is None:
        return None
    base, accents, original = sort_key(str(text))
    # The end of a part sorts before all that may stand in it. A plain letter's mark makes room for it.
    return "\x01".join((base, accents.replace("\x01", "\x02"), original))


def _searched_text(text: Any) -> str | None:
    return None if text is None else searched_text(str(text))
