"""Page links for a list whose length is known."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page's number with its address, or the gap in the place of pages that are left out."""

    label: str
    url: str
    is_current: bool = False
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class Pages:
    """The links around one page (`components/pagination.html`), and the slice of the list that it shows."""

    items: list[PageLink]
    previous_url: str
    next_url: str
    total: str
    """“26–50 of 312”"""
    number: int
    last: int
    start: int
    stop: int


def paginate(total: int, number: int, per_page: int, url: Callable[[int], str]) -> Pages:
    """The links around page `number`, or around the last page where there are fewer. `url` gives a page's address."""
    paginator = Paginator(range(total), per_page)
    page = paginator.page(min(number, paginator.num_pages))
    words = {"first": page.start_index(), "last": page.end_index(), "total": total}
    return Pages(
        items=_links(paginator, page.number, url),
        previous_url=url(page.number - 1) if page.has_previous() else "",
        next_url=url(page.number + 1) if page.has_next() else "",
        total=_("%(first)s–%(last)s of %(total)s") % words,
        number=page.number,
        last=paginator.num_pages,
        start=per_page * (page.number - 1),
        stop=page.end_index(),
    )


def _links(paginator: Paginator, number: int, url: Callable[[int], str]) -> list[PageLink]:
    """First, last and the pages beside the current one; a gap where numbers are missing."""
    numbers = list(paginator.get_elided_page_range(number, on_each_side=1, on_ends=0))
    if numbers[0] == paginator.ELLIPSIS:
        numbers.insert(0, 1)
    if numbers[-1] == paginator.ELLIPSIS:
        numbers.append(paginator.num_pages)
    return [
        PageLink(str(page), url(page), is_current=page == number)
        if isinstance(page, int)
        else PageLink(str(page), "", is_gap=True)
        for page in numbers
    ]
