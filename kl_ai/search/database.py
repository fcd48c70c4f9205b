"""Danish order and search as database expressions, with the same result on SQLite and PostgreSQL.

No collation is asked for that a server may lack, and the database's own locale does not count. SQLite calls the Python
of `kl_ai.search.danish` (see `kl_ai.search.sqlite`). On PostgreSQL the same rules are made of `normalize`, `replace`
and `translate`, whose tables that Python works out for the letters of Europe and the usual signs. Other characters,
those of other scripts for example, stand for themselves there.
"""

import string
from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Replace
from django.db.models.lookups import Contains

from . import danish
from .sqlite import SEARCHED_TEXT, SORT_KEY

_COMMON = "etnraidslogkmfvbuphjcyxzwq æøåÆØÅ" + string.ascii_uppercase + string.digits + string.punctuation
"""The frequent characters: a table begins with them, since `translate` reads it from its beginning."""
_RANGES = ((0xA0, 0x250), (0x300, 0x530), (0x1E00, 0x1F00), (0x2010, 0x2028), (0x2030, 0x205F), (0x20A0, 0x20C1))
_OTHERS = [chr(code) for start, end in _RANGES for code in range(start, end) if chr(code) not in _COMMON]
_ALPHABET = "".join([_COMMON, danish.DOUBLE_A, *_OTHERS])
_DROPPED = "\ue001"
"""Stands for a character that folding drops until all are folded; a character for private use."""

Sql = tuple[str, list[Any]]


def _translated(expression: Sql, fold: Callable[[str], str]) -> Sql:
    """The expression, each character of it folded."""
    sql, params = expression
    longer, source, target = _table(fold)
    for character, text in longer:
        sql, params = f"replace({sql}, %s, %s)", [*params, character, text]
    return f"replace(translate({sql}, %s, %s), %s, '')", [*params, source, target, _DROPPED]


@cache
def _table(fold: Callable[[str], str]) -> tuple[list[tuple[str, str]], str, str]:
    """The letters that become several, and the arguments of `translate` for the other characters."""
    folded = {character: fold(character) for character in _ALPHABET}
    longer = [(c, text) for c, text in folded.items() if len(text) > 1 and c.isalpha()]
    source = [c for c in _ALPHABET if len(folded[c]) < 2 and (c in _COMMON or folded[c] != c)]
    return longer, "".join(source), "".join(folded[c] or _DROPPED for c in source)


def _base(character: str) -> str:
    return "".join(map(danish.base, character.casefold()))


def _accent(character: str) -> str:
    return "".join(map(danish.accent, character.casefold())).replace("\x01", "\x02")


def _normalized(expression: Sql) -> Sql:
    return f"normalize({expression[0]}, NFKC)", expression[1]


class DanishOrder(Func):
    """What a text is ordered by, so that it sorts as `danish.sort_key` does; null stays null. Two texts are never equal."""

    function = SORT_KEY
    arity = 1
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Sql:
        text = _compiled(self, compiler)
        folded = _normalized(text)
        for double_a in ("aa", "Aa", "AA", "aA"):
            folded = f"replace({folded[0]}, '{double_a}', %s)", [*folded[1], danish.DOUBLE_A]
        base, base_params = _translated(folded, _base)
        accents, accent_params = _translated(folded, _accent)
        # The comparison of "C" is by code points, and every server has it. For the parts see `sqlite._sort_key`.
        parts = f"btrim(regexp_replace({base}, ' +', ' ', 'g')) || chr(1) || {accents} || chr(1) || {text[0]}"
        return f'({parts}) COLLATE "C"', [*base_params, *accent_params, *text[1]]


class SearchedText(Func):
    """A text as it is searched (`danish.searched_text`); null stays null."""

    function = SEARCHED_TEXT
    arity = 1
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Sql:
        text, params = _compiled(self, compiler)
        folded, folded_params = _translated(_normalized((text, params)), danish.searched_text)
        # Of ASCII alone folding leaves small letters, which cost a hundredth: a text with as many bytes as characters.
        ascii_only = f'octet_length({text}) = length({text}) THEN lower({text} COLLATE "C")'
        return f"CASE WHEN {ascii_only} ELSE {folded} END", [*params * 3, *folded_params]


def _compiled(func: Func, compiler: Any) -> Sql:
    (expression,) = func.get_source_expressions()
    sql, params = compiler.compile(expression)
    return f"({sql})::text", list(params)


def contains(path: str, term: str) -> Q:
    """Rows whose text at `path` contains `term`, spelled with Danish letters or with “aa”, “oe” and “ae”.

    “soe” and “sø” find “Søren” and “Soeren”; “so” finds “Soeren” only.
    """
    folded = danish.searched_text(term)
    text: Any = SearchedText(F(path))
    condition = Q(Contains(text, folded))
    with_letters = danish.with_danish_letters(folded)
    if with_letters == folded and not set(folded) & {letter for _digraph, letter in danish.DIGRAPHS}:
        return condition
    for digraph, letter in danish.DIGRAPHS:
        text = Replace(text, Value(digraph, TextField()), Value(letter, TextField()))
    return condition | Q(Contains(text, with_letters))
