"""The Atom feed of a selection."""

from dataclasses import dataclass
from datetime import datetime, time

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from kl_ai.pages.cache import versioned_page
from kl_ai.text import clean_line, clean_text

from ..market import wording
from ..market.profiles import profile_url
from ..models import Response
from .selection_page import no_recommendation, read

IN_FEED = 50


@dataclass(frozen=True, slots=True)
class Followed:
    """A selection to follow, and the responses in it that were published last."""

    sentence: str
    path: str
    feed_path: str
    responses: list[Response]


class SelectionFeed(Feed):
    """The vendors of a selection that were published or changed last, as Atom."""

    feed_type = Atom1Feed
    author_name = "KL"

    def get_object(self, request: HttpRequest) -> Followed:
        snapshot, selection = read(request)
        matches = snapshot.match(selection.chosen, selection.q)
        ids = [entry.response_id for entry in snapshot.page(matches, "name", 0, matches.bit_count())]
        return Followed(
            sentence=wording.sentence(snapshot, selection, len(ids)),
            path=reverse("market:directory") + selection.filter_query,
            feed_path=reverse("market:feed") + selection.filter_query,
            responses=Response.objects.latest_published(ids, IN_FEED),
        )

    def title(self, followed: Followed) -> str:
        title = _("Market overview, artificial intelligence: %(selection)s") % {"selection": followed.sentence}
        return clean_line(title)

    def subtitle(self, followed: Followed) -> str:
        return no_recommendation()

    def link(self, followed: Followed) -> str:
        return followed.path

    def feed_url(self, followed: Followed) -> str:
        return followed.feed_path

    def items(self, followed: Followed) -> list[Response]:
        return followed.responses

    def item_title(self, response: Response) -> str:
        return clean_line(response.vendor.name)

    def item_description(self, response: Response) -> str:
        """The vendor's plain text as the HTML that Atom declares it to be."""
        return escape(clean_text(response.description))

    def item_link(self, response: Response) -> str:
        return profile_url(response.vendor.slug)

    def item_guid(self, response: Response) -> str:
        return publication_tag(response)

    def item_pubdate(self, response: Response) -> datetime | None:
        return response.published_at

    def item_updateddate(self, response: Response) -> datetime:
        return updated_at(response)


def publication_tag(response: Response) -> str:
    """The identifier of an entry, one for each publication: a changed profile is news again."""
    return f"tag:kl.dk,2026:markedsoverblik:{response.vendor.slug}:{response.sequence}"


def updated_at(response: Response) -> datetime:
    """Published, or confirmed anew since. A published response has both dates (a database constraint)."""
    days = filter(None, [response.confirmed_at])
    confirmed = [timezone.make_aware(datetime.combine(day, time())) for day in days]
    return max(filter(None, [response.published_at, *confirmed]))


feed = versioned_page(SelectionFeed())
