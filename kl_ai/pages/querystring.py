"""The parts of a query string that every list with filters has: known choices, free text, and notices about the rest.

Whatever a link holds, the page is shown: unknown values are dropped and named in a notice.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from typing import Any, Self, cast
from urllib.parse import urlencode

from django import forms
from django.forms.utils import ErrorDict
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..requests.http import request_state
from ..search.danish import words
from ..text import clean_line

MAX_QUERY_LETTERS = 200
MAX_NOTICES = 5
MAX_NOTICE_LETTERS = 40


@dataclass(frozen=True, slots=True)
class Chip:
    """A choice or free text of the selection, and the address of the same page without it."""

    heading: str
    label: str
    remove_url: str
    language: str = ""
    """Of the label, where it is not that of the page."""


@dataclass(frozen=True, slots=True)
class FacetOption:
    """A choice of a facet, and how many results it would give alone."""

    code: str
    label: str
    count: int
    is_selected: bool
    input_id: str
    full_label: str = ""
    help: str = ""
    is_retired: bool = False
    language: str = ""
    """Of the label, where it is not that of the page."""
    unit: str = ""
    """The noun after its number, in its number."""

    @property
    def zero_class(self) -> str:
        return "" if self.count else " is-zero"

    @property
    def checked(self) -> str:
        return " checked" if self.is_selected else ""


def chosen_note(number: int) -> str:
    """How many options of a facet are chosen, as HTML; "" for none."""
    text = ngettext("%(chosen)s chosen", "%(chosen)s chosen", number) % {"chosen": number}
    return format_html(' <span class="facet-chosen">{}</span>', text) if number else ""


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to narrow a list, with its choices in their order."""

    code: str
    heading: str
    is_open: bool
    selected_count: int
    options: list[FacetOption]
    kind: str = ""

    @property
    def open_attribute(self) -> str:
        return " open" if self.is_open else ""

    @property
    def chosen_note(self) -> str:
        return chosen_note(self.selected_count)


class Notices:
    """Collects notices about ignored parts of an address: each once, at most `MAX_NOTICES`, and the number of the rest."""

    def __init__(self) -> None:
        self._texts: dict[str, bool] = {}

    def add(self, text: str, *, is_quote: bool = False) -> None:
        """Add a notice; `is_quote` says that it repeats a text of the address."""
        self._texts.setdefault(text, is_quote)

    def for_file(self) -> tuple[str, ...]:
        """The notices for a file, which people take for the portal's own words, and pass on: no text of the address is in them."""
        texts = [text for text, is_quote in self._texts.items() if not is_quote]
        if any(self._texts.values()):
            texts.append(_("The address held something that we do not know. It was ignored."))
        return tuple(texts)

    def texts(self) -> tuple[str, ...]:
        texts = list(self._texts)
        more = len(texts) - MAX_NOTICES
        if more <= 0:
            return tuple(texts)
        rest = ngettext(
            "%(n)s more part of the address was ignored.", "%(n)s more parts of the address were ignored.", more
        )
        return (*texts[:MAX_NOTICES], rest % {"n": more})


def notice_text(value: str) -> str:
    """A text of the address as a notice quotes it: cleaned, on one line, not longer than `MAX_NOTICE_LETTERS`."""
    return clean_line(value, MAX_NOTICE_LETTERS)


class QueryField(forms.Field):
    """A field of a query string. No page shows its widget, so forms share all of it but what they note in their copy."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return copy(self)


class QueryForm(forms.Form):
    """A form of fields that take of any value what they know, and refuse none. No page shows it."""

    def full_clean(self) -> None:
        """Clean the fields alone: Django's form makes a bound field for each, with all that a page would show of it."""
        self._errors = ErrorDict()
        self.cleaned_data = {
            name: field.clean(field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name)))
            for name, field in self.fields.items()
        }


class KnownOptionsField(QueryField, forms.MultipleChoiceField):
    """The known ones among the given options, in the order of the choices. The others are in `unknown`, not refused."""

    unknown: tuple[str, ...] = ()

    def clean(self, value: Any) -> tuple[str, ...]:
        given = dict.fromkeys(map(str, value or ()))
        known = [code for code, _label in cast("Iterable[tuple[str, str]]", self.choices)]
        self.unknown = tuple(code for code in given if code and code not in known)
        return tuple(code for code in known if code in given)


class SearchField(QueryField, forms.CharField):
    """Text to search for: cleaned, cut at `MAX_QUERY_LETTERS`, "" without a word in it."""

    was_cut = was_without_words = False

    def clean(self, value: Any) -> str:
        text = clean_line(str(value or ""))
        self.was_cut = len(text) > MAX_QUERY_LETTERS
        self.was_without_words = bool(text) and not words(text)
        return "" if self.was_without_words else text[:MAX_QUERY_LETTERS].strip()


def encode(pairs: Iterable[tuple[str, str]]) -> str:
    """`?name=value&…`, or nothing at all where there are no pairs."""
    query = urlencode(list(pairs))
    return f"?{query}" if query else ""


def query_notices(form: forms.Form, request: HttpRequest, others: Iterable[str] = ()) -> Notices:
    """Validate a form of the query string; return notices about the parts of the address that it does not use.

    The form has fields of the two classes above; free text is its field `q`. `others` are known parameters beside it.
    """
    form.is_valid()
    notices = Notices()
    _note_search_text(form, request, notices)
    _note_unknown_choices(form, notices)
    _note_unknown_parameters(form, others, notices)
    return notices


def _note_search_text(form: forms.Form, request: HttpRequest, notices: Notices) -> None:
    if request_state(request).query_was_cut:
        notices.add(_("The address was too long. Its last part was ignored."))
    q = form.fields.get("q")
    if not isinstance(q, SearchField):
        return
    if q.was_cut:
        notices.add(_("The search text was too long and was cut at %(n)s characters.") % {"n": MAX_QUERY_LETTERS})
    if q.was_without_words:
        notices.add(_("There was no word to search for. The free text was ignored."))


def _note_unknown_choices(form: forms.Form, notices: Notices) -> None:
    for field in form.fields.values():
        for code in field.unknown if isinstance(field, KnownOptionsField) else ():
            names = {"value": notice_text(code), "question": field.label}
            notices.add(
                _("We do not know the choice “%(value)s” under %(question)s. It was ignored.") % names, is_quote=True
            )


def _note_unknown_parameters(form: forms.Form, others: Iterable[str], notices: Notices) -> None:
    known = {*form.fields, *others}
    for name in form.data:
        if name not in known:
            notices.add(
                _("We do not know the filter “%(name)s”. It was ignored.") % {"name": notice_text(name)}, is_quote=True
            )
