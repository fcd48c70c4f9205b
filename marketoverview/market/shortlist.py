"""The vendors that somebody has picked: those on the list, and those of the address that are not public (any more)."""

from dataclasses import dataclass, replace
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kl_ai.pages.querystring import Notices, notice_text

from ..models import Response
from .columns import read_in_order
from .profiles import Contact, answer_lines, contact, profile_url
from .selection import Selection, shortlist_entries
from .snapshot import Snapshot

AnySelection = TypeVar("AnySelection", bound=Selection)


@dataclass(frozen=True, slots=True)
class ShortlistedVendor:
    """A vendor on the list, with what it answered."""

    slug: str
    name: str
    url: str
    description: str
    contact: Contact
    """Without a named person, whose address and number are left out, too."""
    answers: list[tuple[str, str]]
    """(heading, answers) of each question in the survey's order; "" where nothing was stated."""
    left: Selection
    """The selection without this vendor."""


def vendors(snapshot: Snapshot, selection: Selection) -> list[ShortlistedVendor]:
    """The vendors on the shortlist, from A to Å. Seven queries."""
    entries = shortlist_entries(snapshot, selection.shortlist)
    responses = read_in_order([entry.response_id for entry in entries])
    return [_vendor(snapshot, selection, response) for response in responses]


def _vendor(snapshot: Snapshot, selection: Selection, response: Response) -> ShortlistedVendor:
    slug = response.vendor.slug
    return ShortlistedVendor(
        slug=slug,
        name=response.vendor.name,
        url=profile_url(slug),
        description=response.description,
        contact=contact(response, in_bulk=True),
        answers=answer_lines(snapshot, response),
        left=selection.without_vendor(slug),
    )


# Not public -------------------------------------------------------------------------------------


def with_notices(selection: AnySelection) -> AnySelection:
    """The selection with a notice about each vendor of the address that is not public.

    Who was public is named, with the day of the withdrawal; nobody else is. One query where the address names somebody
    who is not public, else none.
    """
    if not selection.unknown:
        return selection
    known = Response.objects.last_withdrawn(list(filter(_is_slug, selection.unknown)))
    unknown = Notices()
    withdrawn = []
    for slug in selection.unknown:
        if slug in known:
            name, closed_at = known[slug]
            words = {"name": name, "date": date_format(timezone.localdate(closed_at), "DATE_FORMAT")}
            withdrawn.append(
                _("%(name)s is not in the overview any more: the profile was withdrawn on %(date)s.") % words
            )
        else:
            unknown.add(_("We do not know a company “%(slug)s”.") % {"slug": notice_text(slug)}, is_quote=True)
    return replace(
        selection,
        notices=(*selection.notices, *withdrawn, *unknown.texts()),
        file_notices=tuple(dict.fromkeys((*selection.file_notices, *withdrawn, *unknown.for_file()))),
    )


def _is_slug(text: str) -> bool:
    """Whether a vendor can have this address; the database is not asked for anything else."""
    try:
        validate_slug(text)
    except ValidationError:
        return False
    return True
