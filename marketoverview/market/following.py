"""What of the market somebody follows: a stored selection, and what has happened in it since a day.

A selection is stored as its query string. The survey goes on: options are retired, questions leave the filters. What is
left of a condition is followed on; a selection of which a whole condition is gone would grow to something else, so that
nobody follows it any longer (`FollowedSelection.is_over`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Min
from django.http import QueryDict
from django.utils.translation import gettext as _

from kl_ai.pages.querystring import KnownOptionsField
from kl_ai.search.danish import sort_key

from ..models import Option, Question, Vendor
from .selection import Selection, filterset_class
from .snapshot import Snapshot

Seen = dict[str, int]
"""The primary key of each vendor of a selection, as a text, with that of its published response."""


@dataclass(frozen=True, slots=True)
class FollowedSelection:
    """What is left of a stored selection, and the conditions that are gone, in words."""

    selection: Selection
    gone: tuple[str, ...] = ()
    is_over: bool = False

    @property
    def query(self) -> str:
        return stored_query(self.selection)


def stored_query(selection: Selection) -> str:
    """The query string of the selection as it is stored: without order, page, shortlist and question mark."""
    return selection.filter_query.removeprefix("?")


def read_stored(query: str, snapshot: Snapshot) -> FollowedSelection:
    """The stored selection as the survey has it now, in the active language. No query; two where some of it is gone."""
    data = QueryDict(query)
    form = filterset_class(snapshot)(data, snapshot).form
    form.is_valid()
    chosen = {name: value for name, value in form.cleaned_data.items() if name != "q" and value}
    gone: dict[str, Collection[str]] = {code: () for code in data if code not in form.fields}
    for code, field in form.fields.items():
        if isinstance(field, KnownOptionsField) and field.unknown:
            gone[code] = field.unknown
    return FollowedSelection(
        selection=Selection(q=form.cleaned_data.get("q", ""), chosen=chosen),
        gone=_labels(gone) if gone else (),
        is_over=any(code not in chosen for code in gone),
    )


def _labels(gone: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The options and questions that are gone, as the survey has called them; by their codes where it no longer has them."""
    headings = {question.code: question.heading for question in Question.objects.filter(code__in=gone)}
    options = {
        (option.question.code, option.code): option.label
        for option in Option.objects.filter(question__code__in=gone).select_related("question")
    }
    texts = []
    for code, codes in gone.items():
        heading = headings.get(code, code)
        texts += [f"{heading}: {options.get((code, option), option)}" for option in codes] or [heading]
    return tuple(texts)


def seen_in(snapshot: Snapshot, selection: Selection) -> Seen:
    """What is public in the selection now. No query."""
    vendors = snapshot.match(selection.chosen, selection.q)
    entries = snapshot.page(vendors, "name", 0, vendors.bit_count())
    return {str(entry.vendor_id): entry.response_id for entry in entries}


@dataclass(frozen=True, slots=True)
class VendorName:
    """A vendor's name, and the address of its profile below that of the market; "" where it has none any more."""

    name: str
    slug: str


Names = tuple[VendorName, ...]


@dataclass(frozen=True, slots=True)
class News:
    """The vendors of a selection to which something has happened, A to Å in each group. Each stands in one group."""

    new: Names = ()
    """Published for the first time."""
    entered: Names = ()
    """Public before, and now in the selection."""
    changed: Names = ()
    """Still in the selection, with other published answers."""
    left: Names = ()
    """Still public, and no longer in the selection."""
    withdrawn: Names = ()
    """No longer public."""
    deleted: int = 0
    """How many are no longer public and have no name any more."""

    @property
    def groups(self) -> tuple[tuple[str, Names], ...]:
        """Heading and vendors of each group that is not empty, in the active language."""
        headings = {
            "new": _("New in the overview"),
            "entered": _(
                "Now in the selection: the answers have changed, or the way in which KL counts and finds them"
            ),
            "changed": _("Have published other answers"),
            "left": _("No longer in the selection, still in the overview"),
            "withdrawn": _("No longer in the overview"),
        }
        by_name = [(headings[each.name], getattr(self, each.name)) for each in fields(self) if each.name in headings]
        return tuple((heading, names) for heading, names in by_name if names)

    def __bool__(self) -> bool:
        return bool(self.deleted or self.new or self.entered or self.changed or self.left or self.withdrawn)


def news(snapshot: Snapshot, seen: Mapping[str, int], now: Seen, since: datetime) -> News:
    """What is different in a selection from what was `seen` there, at the moment `since`. No query; one where any is.

    `now` is what is public in it in the snapshot.
    """
    if seen == now:
        return News()
    came, went = now.keys() - seen.keys(), seen.keys() - now.keys()
    changed = {key for key in now.keys() & seen.keys() if now[key] != seen[key]}
    rows = Vendor.objects.filter(pk__in=[int(key) for key in came | went | changed])
    rows = rows.annotate(first_published_at=Min("responses__published_at")).order_by()
    vendors = {str(row[0]): row[1:] for row in rows.values_list("pk", "name", "slug", "first_published_at")}
    public = snapshot.memo.remember("keys of vendors", lambda: {str(entry.vendor_id) for entry in snapshot.entries})
    new = {key for key in came if key in vendors and vendors[key][2] and vendors[key][2] > since}

    def names(keys: Iterable[str]) -> Names:
        listed = (VendorName(vendors[key][0], vendors[key][1]) for key in keys if key in vendors)
        return tuple(sorted(listed, key=lambda vendor: (sort_key(vendor.name), vendor.slug)))

    return News(
        new=names(new),
        entered=names(came - new),
        changed=names(changed),
        left=names(went & public),
        withdrawn=names(went - public),
        deleted=len(went - vendors.keys()),
    )
