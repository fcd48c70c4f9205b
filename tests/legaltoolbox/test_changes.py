"""What is changing in the law: the days on which it begins to apply, and the Atom feed."""

from datetime import date, datetime, timedelta
from xml.etree import ElementTree

from django.utils import timezone

from legaltoolbox.models import LegalSource, toolbox_version
from legaltoolbox.views.changes import changing, law_days
from tests.reading import read

PAGE = "/juridisk-vaerktoejskasse/aendringer/"
FEED = "/juridisk-vaerktoejskasse/aendringer.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client) -> list[ElementTree.Element]:
    response = client.get(FEED)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/atom+xml")
    assert not response.cookies
    return ElementTree.fromstring(response.content).findall(f"{ATOM}entry")


def text(entry: ElementTree.Element, name: str) -> str:
    return entry.findtext(f"{ATOM}{name}") or ""


# By date ------------------------------------------------------------------------------------------


def test_each_day_has_the_acts_and_the_highest_provisions_that_apply_from_it(content):
    days = {law_day.day: law_day for law_day in law_days(content, date(2026, 12, 1))}
    acts = days[date(2027, 12, 2)].acts
    by_act = {act.slug: [(place, provision.slug) for place, provision in provisions] for act, provisions in acts}
    assert ("art. 9", "ai-forordningen-art-9") in by_act["ai-forordningen"]
    slugs = [slug for _place, slug in by_act["ai-forordningen"]]
    assert "ai-forordningen-art-6-stk-2" not in slugs  # art. 6 stands for it
    assert days[date(2027, 12, 2)].is_coming
    assert not days[date(2025, 2, 2)].is_coming


def test_the_page_has_what_is_to_come_first_and_the_earliest_day_of_it_first(content_rows, client):
    today = timezone.localdate()
    sources = LegalSource.objects.filter(slug__startswith="ai-forordningen-art-26-stk-").order_by("slug")[:3]
    days = [today + timedelta(days=2), today - timedelta(days=1), today + timedelta(days=1)]
    for source, day in zip(sources, days, strict=True):
        LegalSource.objects.filter(pk=source.pk).update(applies_from=day)
    toolbox_version.bump()
    page = read(client, PAGE)
    shown = [
        date.fromisoformat(element.attrs["datetime"])
        for element in page.find("section", **{"aria-labelledby": "dates-heading"}).find_all("time")
    ]
    coming = [day for day in shown if day > today]
    begun = [day for day in shown if day <= today]
    assert coming[:2] == [days[2], days[0]]
    assert coming == sorted(coming)
    assert begun == sorted(begun, reverse=True)
    assert shown == coming + begun
    assert days[1] in begun


def test_law_that_has_applied_for_long_is_not_among_the_dates(content):
    assert min(law_day.day for law_day in law_days(content, date(2026, 12, 1))) >= date(2023, 1, 1)


# The feed -----------------------------------------------------------------------------------------


def test_the_feed_has_every_change_that_the_page_has(content, client):
    assert {text(entry, "title").partition(":")[0] for entry in entries(client)} == {
        source.name for source in changing(content)
    }


def test_an_entry_leads_to_its_source_and_says_from_when_it_applies(content, client):
    (entry,) = [entry for entry in entries(client) if text(entry, "title").startswith("AI-omnibus:")]
    link = entry.find(f"{ATOM}link")
    assert link is not None
    address = link.attrib["href"]
    assert client.get(address).status_code == 200
    assert "<p>Gælder fra 27. juli 2026.</p>" in text(entry, "summary")
    assert "(gældende, gælder fra 27. juli 2026)" in text(entry, "title")


def test_an_entry_says_what_its_date_is_and_what_came_at_once_stands_by_the_day_of_the_law(content, client):
    shown = entries(client)
    assert len({text(entry, "updated")[:16] for entry in shown}) < len(shown)
    for entry in shown:
        assert "<p>Teksten her er opdateret i værktøjskassen" in text(entry, "summary")
    by_name = {source.name: source.applies_from or date.min for source in changing(content)}
    order = [(text(entry, "updated"), by_name[text(entry, "title").partition(":")[0]]) for entry in shown]
    assert order == sorted(order, reverse=True)


def test_a_changed_text_is_news_and_comes_first(content_rows, client):
    before = {text(entry, "title"): text(entry, "id") for entry in entries(client)}
    source = LegalSource.objects.get(slug="databeskyttelsesloven")
    source.change = "Loven bliver ændret. <b>&</b>"
    source.save()
    toolbox_version.bump()
    first = entries(client)[0]
    assert text(first, "title").startswith("databeskyttelsesloven:")
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in text(first, "summary")
    assert text(first, "id") not in before.values()
    assert {text(entry, "title"): text(entry, "id") for entry in entries(client)[1:]} == before


def test_a_change_of_something_else_is_no_news(content_rows, client):
    before = [text(entry, "id") for entry in entries(client)]
    source = LegalSource.objects.get(slug="ai-omnibus")
    source.reviewed_on, source.aliases = timezone.localdate(), ["omnibus"]
    source.save()
    toolbox_version.bump()
    assert [text(entry, "id") for entry in entries(client)] == before


def test_every_date_of_the_feed_is_a_day_with_its_time_zone(content, client):
    for entry in entries(client):
        assert datetime.fromisoformat(text(entry, "updated")).tzinfo is not None


def test_a_change_without_history_has_the_day_of_its_review(content_rows, client):
    LegalSource.history.filter(slug="ai-omnibus").delete()
    LegalSource.objects.filter(slug="ai-omnibus").update(reviewed_on=date(2026, 3, 1))
    toolbox_version.bump()
    (entry,) = [entry for entry in entries(client) if text(entry, "title").startswith("AI-omnibus:")]
    assert text(entry, "updated").startswith("2026-03-01")
