"""The sheets that were published last, as an Atom feed. The content is Danish, and so is the feed."""

from datetime import datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import override

from kl_ai.pages.cache import versioned_page
from kl_ai.text import clean_line, clean_text

from ..work.register import Register, SheetEntry, read_selection, register

IN_FEED = 50


class RegisterFeed(Feed):
    """The sheets of a selection that were published or changed last."""

    feed_type = Atom1Feed
    language = "da"
    author_name = "KL"

    def get_object(self, request: HttpRequest) -> tuple[Register, list[SheetEntry], str]:
        held = register.for_request(request)
        selection = read_selection(request, held)
        return held, held.select(selection)[:IN_FEED], selection.query

    def title(self, found: tuple[Register, list[SheetEntry], str]) -> str:
        return "Register over kommunernes brug af AI"

    def subtitle(self, found: tuple[Register, list[SheetEntry], str]) -> str:
        return "Faktaark, som kommunerne selv har skrevet og offentliggjort."

    def link(self, found: tuple[Register, list[SheetEntry], str]) -> str:
        return reverse("register:sheets") + found[2]

    def feed_url(self, found: tuple[Register, list[SheetEntry], str]) -> str:
        return reverse("register:feed") + found[2]

    def items(self, found: tuple[Register, list[SheetEntry], str]) -> list[SheetEntry]:
        return found[1]

    def item_title(self, entry: SheetEntry) -> str:
        with override("da"):
            return clean_line(f"{entry.municipality}: {entry.name} ({entry.stage_label.lower()})")

    def item_description(self, entry: SheetEntry) -> str:
        """The plain text as the HTML that Atom declares it to be."""
        return escape(clean_text(entry.summary))

    def item_link(self, entry: SheetEntry) -> str:
        return reverse("register:sheet", args=[entry.code, entry.number])

    def item_guid(self, entry: SheetEntry) -> str:
        """The identifier of an entry, one for each publication: a new version is news again."""
        return f"tag:kl.dk,2026:register:{entry.code}:{entry.number}:{entry.published_at:%Y%m%d%H%M%S%f}"

    def item_pubdate(self, entry: SheetEntry) -> datetime:
        return entry.published_at

    def item_updateddate(self, entry: SheetEntry) -> datetime:
        return entry.published_at


feed = versioned_page(RegisterFeed())
