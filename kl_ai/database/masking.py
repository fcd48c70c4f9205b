"""The names of a person whose login is deleted, in texts that are stored about others: “…” takes their place."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Model, Q

from ..text import MASK


@dataclass(frozen=True)
class PersonMask:
    """The address of a person and the name, and what masks them in a text. No query."""

    email: str
    full_name: str

    @cached_property
    def terms(self) -> list[str]:
        """The address, and the name where it has several words, as they are and as JSON has them; the longest first.

        A single word, such as a first name, stands in texts about others, too.
        """
        names = [self.full_name] if len(self.full_name.split()) > 1 else []
        written = {term for text in (self.email, *names) for term in (text, json.dumps(text)[1:-1])}
        return sorted(written, key=len, reverse=True)

    def masked(self, text: str) -> str:
        """The text with “…” in the place of address and full name, however they are written."""
        for term in self.terms:
            text = re.sub(re.escape(term), MASK, text, flags=re.IGNORECASE)
        return text

    def is_in(self, *fields: str) -> Q:
        """The condition on rows that one of these text fields holds the address or the full name."""
        condition = Q(pk=None)
        for field in fields:
            for term in self.terms:
                condition |= Q(**{f"{field}__icontains": term})
        return condition

    def changes(self, row: Model, fields: Iterable[str]) -> dict[str, str]:
        """Field to masked text, of those of these text fields of the row that hold the address or the full name."""
        texts = {field: self.masked(getattr(row, field)) for field in fields}
        return {field: text for field, text in texts.items() if text != getattr(row, field)}
