"""The rows of the directory as HTML: what does not change from page to page is rendered once, and kept."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from kl_ai.pages.bilingual import language
from kl_ai.pages.gaps import Gaps, Kept

from ..market import profiles
from ..market.hits import Reasons, reasons
from ..market.selection import Selection
from ..market.snapshot import Entry, Snapshot
from ..querysets import marked_before

MOST_KEPT = 20_000
"""Rows that a process keeps: those of 10,000 vendors in both languages, about 50 MB; fewer where tables are read too."""
GAPS = Gaps("shortlist_query", "reasons", "ticked")

TEMPLATES = {"list": "components/vendor_row.html", "table": "components/vendor_table_row.html"}
"""Each view of the directory to the template of a row."""

_kept: dict[tuple[int, str, str], tuple[Entry, tuple[Any, ...], Kept]] = {}
"""Response, language and view to the entry that a row was made of, what else it shows, and the row."""


def rendered(snapshot: Snapshot, selection: Selection, entries: Sequence[Entry]) -> bytes:
    """The rows of these vendors, in this order. Three queries where the selection has free text, or else none."""
    why, shown = reasons(snapshot, selection, entries), _Reasons()
    query, look = selection.shortlist_query, (language(), selection.view)
    wording, old = profiles.row_wording(snapshot), marked_before()
    return b"".join(
        _row(snapshot, entry, look, wording, old).fill(
            {
                "shortlist_query": query,
                "reasons": shown.html(why[entry.slug]),
                "ticked": b" checked" if entry.slug in selection.shortlist else b"",
            }
        )
        for entry in entries
    )


def _row(snapshot: Snapshot, entry: Entry, look: tuple[str, str], wording: str, old: date) -> Kept:
    """The row with gaps, from an earlier page where neither the entry nor the words of the survey have changed since.

    `look` is the active language and the view, `wording` the survey's (`profiles.row_wording`); confirmations before the
    date `old` are marked.
    """
    key = (entry.response_id, *look)
    others = wording, profiles.stale_note(entry.confirmed_at, old)
    kept = _kept.get(key)
    if kept is not None and (kept[0] is entry or kept[0] == entry) and kept[1] == others:
        return kept[2]
    context = {
        "row": profiles.row(snapshot, entry),
        "action": reverse("market:directory"),
        **{name: GAPS[name] for name in GAPS.names},
    }
    row = GAPS.render(TEMPLATES[look[1]], context)
    if not settings.DEBUG:  # then a template may change without a new process
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = entry, others, row
    return row


class _Reasons:
    """The reasons of the rows of one page as HTML; most of them are the same for many rows."""

    def __init__(self) -> None:
        self._chosen: dict[tuple[tuple[str, ...], ...], bytes] = {}

    def html(self, why: Reasons) -> bytes:
        if not why:
            return b""
        if why.hits:
            return render_to_string("components/reasons.html", {"reasons": why}).encode()
        key = tuple((heading, *labels) for heading, labels in why.chosen)
        if key not in self._chosen:
            self._chosen[key] = render_to_string("components/reasons.html", {"reasons": why}).encode()
        return self._chosen[key]
