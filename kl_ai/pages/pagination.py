"""Page links for a list whose length is known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class PageLink:
    label: str
    url: str
    is_current: bool = False
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class Pages:
    items: list[PageLink]
    previous_url: str
    next_url: str
    first: int
    last: int
    total: str
    """“26–50 of 312”"""
    number: int
    start: int
    stop: int


def pages(total: int, wanted: int, per_page: int, url: Callable[[int], str]) -> Pages:
    """The links around page `wanted`, or around the last page where there are fewer.

    `url` gives the address of a page, `start` and `stop` the slice of the list that the page shows.
    """
    last = max(1, -(-total // per_page))
    number = min(wanted, last)
    start = (number - 1) * per_page
    stop = min(start + per_page, total)
    return Pages(
        items=list(_items(number, last, url)),
        previous_url=url(number - 1) if number > 1 else "",
        next_url=url(number + 1) if number < last else "",
        first=1,
        last=last,
        total=_("%(first)s–%(last)s of %(total)s") % {"first": min(start + 1, total), "last": stop, "total": total},
        number=number,
        start=start,
        stop=stop,
    )


def _items(number: int, last: int, url: Callable[[int], str]) -> Iterator[PageLink]:
    """First, last and the pages beside the current one; a gap where numbers are missing."""
    shown = sorted({page for page in (1, number - 1, number, number + 1, last) if 1 <= page <= last})
    before = 0
    for page in shown:
        if page - before > 1:
            yield PageLink("…", "", is_gap=True)
        yield PageLink(str(page), url(page), is_current=page == number)
        before = page
