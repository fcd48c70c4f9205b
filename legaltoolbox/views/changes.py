"""What is changing in the law: by legal status and by date, as a page and as an Atom feed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import override

from kl_ai.export import prose
from kl_ai.pages.cache import versioned_page

from .. import citations, linking
from ..catalogue import Catalogue, catalogues
from ..kinds import kinds_with_codes
from ..models import LegalSource, LegalStatus, unsettled_texts
from .pages import render_toolbox_page, review_status

FIRST_DAY = date(2023, 1, 1)
"""The list by date begins here: what applied before is no news."""
IN_FEED = 50


@dataclass(frozen=True, slots=True)
class LawChange:
    """A change of the law, the sources that it changes, and the items that rest on it or on these."""

    source: LegalSource
    amends: list[LegalSource]
    touches: list[linking.RefGroup]


@dataclass(frozen=True, slots=True)
class LawDay:
    """A day on which law begins to apply."""

    day: date
    is_coming: bool
    acts: list[tuple[LegalSource, list[tuple[str, LegalSource]]]]
    """Each act with its provisions that apply from this day and their places in it, the highest level of each alone.

    There is none where the whole act applies from then.
    """


@versioned_page
def changes(request: HttpRequest) -> HttpResponse:
    """Law that is adopted or proposed and recent changes, with what they touch, by date; and what is unsettled beside that."""
    catalogue = catalogues.for_request(request)
    groups = []
    for legal_status in (LegalStatus.ADOPTED, LegalStatus.PROPOSED, LegalStatus.IN_FORCE, LegalStatus.REPEALED):
        law_changes = [
            _law_change(source, catalogue)
            for source in changing(catalogue)
            if source.status == legal_status and not _has_only_a_day(source, catalogue)
        ]
        if law_changes:
            groups.append((legal_status, sorted(law_changes, key=_order)))
    listed_sources = {change.source for _status, law_changes in groups for change in law_changes}
    unsettled = unsettled_texts(source for source in catalogue.sources if source not in listed_sources)
    days = law_days(catalogue, timezone.localdate())
    return render_toolbox_page(
        request,
        "changes",
        catalogue,
        crumbs=[(_("What is changing"), "")],
        section="changes",
        groups=groups,
        coming=[law_day for law_day in days if law_day.is_coming],
        begun=[law_day for law_day in reversed(days) if not law_day.is_coming],
        feed_url=reverse("toolbox:changes_feed"),
        unsettled=[(text, linking.refs(items)) for text, items in unsettled],
        status=review_status(catalogue.sources),
    )


def changing(catalogue: Catalogue) -> list[LegalSource]:
    """The sources that are a change of the law, or whose law is being changed, in their order."""
    return [source for source in catalogue.sources if _is_change(source, catalogue)]


def _is_change(source: LegalSource, catalogue: Catalogue) -> bool:
    """Whether a source has a text on a change or changes another; or is adopted law, once for all of its parts."""
    if source.change or catalogue.amendments.get(source.pk):
        return True
    return source.status == LegalStatus.ADOPTED and (source.part_of is None or source.part_of.status != source.status)


def _has_only_a_day(source: LegalSource, catalogue: Catalogue) -> bool:
    """Whether there is no more to tell of a change than from when it applies, which the list by date says."""
    has_text = source.change or source.unsettled or catalogue.amendments.get(source.pk)
    return not has_text and source.applies_from is not None


def _order(change: LawChange) -> tuple[int, int]:
    """Sorts what is to come first, the nearest day first; then what has no day; then what has begun, the latest first."""
    day = change.source.applies_from
    if day is None:
        return 1, 0
    return (0, day.toordinal()) if day > timezone.localdate() else (2, -day.toordinal())


def _law_change(source: LegalSource, catalogue: Catalogue) -> LawChange:
    amended = _amended(source, catalogue)
    touches = []
    for kind in kinds_with_codes():
        resting = {item.pk for changed in (source, *amended) for item in catalogue.resting_on(changed, kind.name)}
        if resting:
            touches.append(linking.group(kind, (item for item in catalogue.all(kind.name) if item.pk in resting)))
    return LawChange(source, amended, touches)


def _amended(source: LegalSource, catalogue: Catalogue) -> list[LegalSource]:
    return [catalogue.items[LegalSource.KIND][pk] for pk in catalogue.amendments.get(source.pk, ())]


# By date ----------------------------------------------------------------------------------------


def law_days(catalogue: Catalogue, today: date) -> list[LawDay]:
    """The days since `FIRST_DAY` on which law begins to apply, the earliest first."""
    by_day: dict[date, list[LegalSource]] = {}
    for source in catalogue.sources:
        day = source.applies_from
        if day is not None and day >= FIRST_DAY and (source.part_of is None or source.part_of.applies_from != day):
            by_day.setdefault(day, []).append(source)
    return [LawDay(day, day > today, _by_act(by_day[day])) for day in sorted(by_day)]


def _by_act(sources: Iterable[LegalSource]) -> list[tuple[LegalSource, list[tuple[str, LegalSource]]]]:
    acts: dict[LegalSource, list[tuple[str, LegalSource]]] = {}
    for source in sources:
        provisions = acts.setdefault(source.act, [])
        if source.part_of is not None:
            provisions.append((citations.place_in_act(source), source))
    return list(acts.items())


# The feed ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A change of the law, and when the toolbox last had news of it."""

    source: LegalSource
    amends: list[LegalSource]
    news_at: datetime


def _news_order(entry: FeedEntry) -> tuple[datetime, date, str]:
    """Sorts by the news; what came at once, as at the first loading, by the day of the law."""
    return entry.news_at, entry.source.applies_from or date.min, entry.source.slug


class ChangesFeed(Feed):
    """The changes of the law of which the toolbox had news last, as Atom. The content is Danish, and so is the feed."""

    feed_type = Atom1Feed
    language = "da"
    author_name = "KL"

    def get_object(self, request: HttpRequest) -> Catalogue:
        return catalogues.for_request(request)

    def title(self, catalogue: Catalogue) -> str:
        return "Hvad ændrer sig: Juridisk værktøjskasse for ansvarlig AI"

    def subtitle(self, catalogue: Catalogue) -> str:
        return "Vedtagne regler, forslag og nye ændringer. Vejledning, ikke juridisk rådgivning."

    def link(self, catalogue: Catalogue) -> str:
        return reverse("toolbox:changes")

    def feed_url(self, catalogue: Catalogue) -> str:
        return reverse("toolbox:changes_feed")

    def items(self, catalogue: Catalogue) -> list[FeedEntry]:
        sources = changing(catalogue)
        days = LegalSource.news_days(sources)
        entries = [FeedEntry(source, _amended(source, catalogue), days[source.pk]) for source in sources]
        return sorted(entries, key=_news_order, reverse=True)[:IN_FEED]

    def item_title(self, entry: FeedEntry) -> str:
        """The source with its status and the day of the law, which is another than that of the news."""
        source = entry.source
        with override("da"):
            status = str(source.get_status_display()).lower()
            day = f", gælder fra {date_format(source.applies_from, 'j. F Y')}" if source.applies_from else ""
        return f"{source.name}: {source.title} ({status}{day})"

    def item_description(self, entry: FeedEntry) -> str:
        """The plain texts as the HTML that Atom declares them to be; last, what the date of the entry is."""
        source, texts = entry.source, []
        with override("da"):
            news_on = date_format(timezone.localtime(entry.news_at), "j. F Y")
            if source.applies_from:
                texts.append(f"Gælder fra {date_format(source.applies_from, 'j. F Y')}.")
        texts.append(source.change or source.summary)
        if entry.amends:
            texts.append(f"Ændrer: {', '.join(amended.name for amended in entry.amends)}.")
        if source.unsettled:
            texts.append(f"{'Uafklaret retstilstand' if source.is_uncertain else 'Forbehold'}: {source.unsettled}")
        texts.append(f"Teksten her er opdateret i værktøjskassen {news_on}.")
        return "".join(_html(block) for text in texts for block in prose.blocks(text))

    def item_link(self, entry: FeedEntry) -> str:
        return linking.url(entry.source)

    def item_guid(self, entry: FeedEntry) -> str:
        """The identifier of an entry: a text that changed is news again."""
        return f"tag:kl.dk,2026:vaerktoejskasse:{entry.source.slug}:{entry.news_at:%Y%m%d%H%M%S}"

    def item_updateddate(self, entry: FeedEntry) -> datetime:
        return entry.news_at


def _html(block: prose.Paragraph | prose.Bullets) -> str:
    if isinstance(block, prose.Bullets):
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((item,) for item in block.items)))
    return format_html("<p>{}</p>", block.text)


feed = versioned_page(ChangesFeed())
