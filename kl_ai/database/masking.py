"""The address and the name of a person whose login is deleted, in stored texts: “…” takes their place.

An address is the person's own, proven by the login, and is looked for everywhere. A name is whatever somebody has typed
and may be a sentence of every mail: it is masked where it stands with the address, and else only in rows about the person.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q

from ..addresses import canonical_address, readable_address
from ..text import MASK

_NO_LOCAL_PART_BEFORE = r"(?<![\w.+%&~!#$*/?^{|}`-])(?<!\w['’])"
_NO_HOST_AFTER = r"(?![\w-]|\.\w)"
_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_MOST_WORDS = 6
ROWS_AT_ONCE = 500
"""Rows or keys in one query: a database takes only so many values."""


@dataclass(frozen=True)
class PersonMask:
    """The address of a person and the name, and what masks them in a text. No query."""

    email: str
    full_name: str
    sign: str = MASK
    """What takes the place of the address: in logs of a login that goes on, its new address."""

    @property
    def label(self) -> str:
        """The name with the address, as mails name a person; the address alone where there is no name."""
        return f"{self.full_name} ({self.email})" if self.full_name else self.email

    @property
    def has_plain_name(self) -> bool:
        """Whether the name is plainly one: two to six words of letters alone, the first and the last with a capital."""
        words = self.full_name.split()
        is_name = 2 <= len(words) <= _MOST_WORDS and all(map(_NAME_WORD.fullmatch, words))
        return is_name and words[0][0].isupper() and words[-1][0].isupper()

    def with_address_masked(self, text: str, labels: Iterable[str] = ()) -> str:
        """The text with “…” for the whole address, however it is capitalised, and for the name that stands with it.

        `labels` are those by which a mail names the person where that was another name or address at the time.
        """
        addresses = {self.email, readable_address(self.email)}
        for label in sorted({self.label, *labels} - {""}, key=len, reverse=True):
            name, _space, address = label.rpartition(" ")
            addresses.add(address.strip("()"))
            if name:
                text = re.sub(rf"(?<!\w){re.escape(label)}", f"{MASK} ({MASK})", text)
        for address in addresses:
            text = _without_address(text, address, self.sign)
        return text

    def masked(self, text: str) -> str:
        """The same, and “…” for the full name in whole words, where it is plainly a name. For rows about the person."""
        text = self.with_address_masked(text)
        if self.has_plain_name:
            text = re.sub(rf"(?<!\w){re.escape(self.full_name)}(?!\w)", MASK, text)
        return text

    def is_in(self, text: str) -> bool:
        """Whether the text holds the address as a whole."""
        return self.with_address_masked(text) != text

    def with_address_masked_in_json(self, text: str) -> str:
        """The text with the address masked in each value, if it is JSON; as it is where no value holds the address."""
        try:
            values = json.loads(text)
        except ValueError:
            return self.with_address_masked(text)
        masked = _with_each_text(values, self.with_address_masked)
        return text if masked == values else json.dumps(masked)

    def has_address(self, *fields: str) -> Q:
        """The condition on rows that one of these fields may hold the address: also inside a longer one."""
        condition = Q(pk=None)
        for field in fields:
            for term in {self.email, readable_address(self.email), json.dumps(self.email)[1:-1]}:
                condition |= Q(**{f"{field}__icontains": term})
        return condition

    def changes(self, row: Model, fields: Iterable[str]) -> dict[str, str]:
        """Field to masked text, of those of these text fields of a row about the person that change."""
        texts = {field: self.masked(getattr(row, field)) for field in fields}
        return {field: text for field, text in texts.items() if text != getattr(row, field)}


def _without_address(text: str, address: str, sign: str) -> str:
    """The text with the sign for the whole address. Letters that only fold to the same, such as “ſ”, are another address."""
    pattern = _NO_LOCAL_PART_BEFORE + re.escape(address) + _NO_HOST_AFTER
    form = canonical_address(address)
    return re.sub(
        pattern, lambda match: sign if canonical_address(match[0]) == form else match[0], text, flags=re.IGNORECASE
    )


def _with_each_text(value: Any, change: Callable[[str], str]) -> Any:
    """The JSON value with each text in it changed; keys stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_with_each_text(item, change) for item in value]
    if isinstance(value, dict):
        return {key: _with_each_text(item, change) for key, item in value.items()}
    return value


def sorted_blocks(values: Collection[Any]) -> Iterator[list[Any]]:
    """The values sorted, `ROWS_AT_ONCE` at a time."""
    rows = sorted(values)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]
