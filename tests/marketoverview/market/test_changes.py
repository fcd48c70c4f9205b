"""The change between two days: what is compared, and who is behind each number."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketoverview.market.changes import GROUPS, changes, group
from marketoverview.market.days import MarketDay, OptionOnDay, QuestionOnDay, WordingOnDay
from marketoverview.models import (
    Edition,
    Response,
    Vendor,
    declare_published,
    freeze_month,
)
from tests.builders import (
    make_curator,
    make_next_round,
    make_response,
    make_round,
)
from tests.checks import not_empty
from tests.days import days, on_date
from tests.marketoverview.change_pages import (
    FIRST,
    PATH,
    cells,
    correct,
    freeze_on,
    listed_names,
    number_links,
    question_section,
)
from tests.query_counts import costs
from tests.reading import Element, english_url, read, read_csv

OPTIONS = ("a", "b", "c")


# Pure functions -----------------------------------------------------------------------------------

WORDS = WordingOnDay({}, date(2020, 1, 1), None, None)
chosen = st.frozensets(st.sampled_from(OPTIONS))
answers = st.dictionaries(st.integers(0, 40), st.tuples(chosen, chosen), max_size=12)
"""A day: vendor to the options that it ticked, and those under which KL counted its own words."""


def market_day(day: date, answers: dict) -> MarketDay:
    def bits(place: int, option: str) -> int:
        return sum(1 << vendor for vendor, both in answers.items() if option in both[place])

    options = {code: OptionOnDay(code, WORDS, False, bits(0, code), bits(1, code)) for code in OPTIONS}
    everyone = sum(1 << vendor for vendor in answers)
    question = QuestionOnDay("q", None, "several", WORDS, options, everyone)
    return MarketDay("x", day, everyone, {"q": question}, dict.fromkeys(answers, day))


def members(bits: int) -> set[int]:
    return {vendor for vendor in range(64) if bits >> vendor & 1}


@given(then=answers, now=answers)
def test_every_set_is_what_a_plain_count_gives(then, now):
    (question,) = changes(market_day(FIRST, then), market_day(FIRST + timedelta(30), now))
    answered = [{vendor for vendor, (own, by_kl) in day.items() if own or by_kl} for day in (then, now)]
    assert (members(question.before), members(question.after)) == tuple(answered)
    assert members(question.both) == answered[0] & answered[1]
    for change in question.options:
        code = change.code
        had, has = ({v for v, (own, by_kl) in day.items() if code in own | by_kl} for day in (then, now))
        ticked_then, ticked_now = ({v for v, (own, _by_kl) in day.items() if code in own} for day in (then, now))
        both = answered[0] & answered[1]
        assert members(change.before) == had
        assert members(change.after) == has
        assert members(change.more) == (ticked_now - ticked_then) & both
        assert members(change.fewer) == (ticked_then - ticked_now) & both
        assert members(change.counted_before) == {v for v, (_own, by_kl) in then.items() if code in by_kl}
        stayed = (ticked_then & both) | members(change.more)
        assert stayed - members(change.fewer) == ticked_now & both


@given(then=answers, now=answers)
def test_the_other_way_round_more_is_fewer(then, now):
    (forth,) = changes(market_day(FIRST, then), market_day(FIRST, now))
    (back,) = changes(market_day(FIRST, now), market_day(FIRST, then))
    assert [(o.more, o.fewer) for o in forth.options] == [(o.fewer, o.more) for o in back.options]


# Two days of the database ---------------------------------------------------------------------------


@pytest.fixture
def two_days(db) -> Edition:
    """An edition of three vendors; since then one has changed its answers, one has withdrawn and one is new."""
    make_response("Agern", answers={"services": ["advisory"]})
    make_response("Birk", answers={"services": ["advisory", "delivery"]})
    leaving = make_response("Chili", answers={"services": ["advisory"]})
    edition = freeze_on(FIRST)
    correct("Agern", ["delivery"])
    leaving.withdraw(leaving.vendor.members.first(), "")
    make_response("Dild", answers={"services": ["advisory"]})
    return edition


def test_only_who_answered_on_both_days_carries_a_change(two_days, client):
    page = read(client, PATH)
    assert cells(page, "Option advisory") == ["2", "2", "1 fewer"]
    assert cells(page, "Option delivery") == ["1", "2", "1 more"]
    assert "Of the 2 companies with an answer on both days" in page.find("table").text
    assert [link.text for link in page.find("ul", "changes-new").find_all("a")] == ["Dild"]


def test_a_withdrawn_vendor_is_a_number_without_a_name(two_days, client):
    page = read(client, PATH)
    assert (
        "1 company that was there on 1 November 2026 has withdrawn in between, and is not counted there any longer."
        in page.text
    )
    assert "Chili" not in page.text


def test_who_withdraws_after_the_later_day_is_not_between_the_two(db, client):
    make_response("Agern", answers={"services": ["advisory"]})
    leaving = make_response("Birk", answers={"services": ["advisory"]})
    freeze_on(FIRST)
    freeze_on(date(2026, 12, 1))
    with on_date(date(2026, 12, 20)):
        leaving.withdraw(leaving.vendor.members.first(), "")
    page = read(client, f"{PATH}?fra=2026-11-01&til=2026-12-01")
    assert (
        "The 1 company of 1 November 2026 has not withdrawn in between." in page.text
    )  # Birk is in no edition any more


def test_who_came_and_went_in_between_is_not_denied(db, client):
    """Only of the companies of the earlier day is it known that none has withdrawn."""
    make_response("Agern", answers={"services": ["advisory"]})
    make_response("Birk", answers={"services": ["advisory"]})
    freeze_on(FIRST)
    gone = make_response("Chili", answers={"services": ["advisory"]})
    gone.withdraw(gone.vendor.members.first(), "")
    text = read(client, PATH).text
    assert "None of the 2 companies of 1 November 2026 has withdrawn in between." in text
    assert "withdrew before the later one are on neither of them" in text


def test_a_day_to_choose_has_its_date(demo, client):
    texts = [option.text for option in read(client, PATH).find_all("option")]
    assert "31 December 2025 (round 2025)" in texts
    assert all(re.search(r"\d{1,2} \w+ 20\d\d", text) for text in texts)


def test_who_withdrew_and_came_back_is_not_new_and_has_no_name(db, client):
    make_response("Agern", answers={"services": ["advisory"]})
    leaving = make_response("Birk", answers={"services": ["advisory"]})
    Response.objects.update(published_at=timezone.now() - timedelta(days=90))
    freeze_on(timezone.localdate() - timedelta(30))
    leaving.withdraw(leaving.vendor.members.first(), "")
    again = Response.begin(leaving.vendor, leaving.round, leaving.vendor.members.first())
    Response.objects.filter(pk=again.pk).update(contact_email="ki@birk.example")
    again.refresh_from_db()
    again.submit(leaving.vendor.members.first())
    again.publish(make_curator())
    make_response("Chili", answers={"services": ["advisory"]})
    page = read(client, PATH)
    assert [link.text for link in page.find("ul", "changes-new").find_all("a")] == ["Chili"]
    assert "1 company is back: it has been public before" in page.text
    assert "Birk" not in page.text
    listed = read(client, f"{PATH}nye/").text
    assert "1 company was published for the first time after" in listed
    assert "Birk" not in listed


def test_the_bases_are_lists(two_days, client):
    page = read(client, PATH)
    there = [link.attrs["href"] for link in page.find("dl", "changes-companies").find_all("a")]
    assert [listed_names(client, url) for url in there] == [
        ["Agern", "Birk"],
        ["Agern", "Birk", "Dild"],
        ["Agern", "Birk"],
    ]
    bases = [link.attrs["href"] for link in page.find("table").find("thead").find_all("a")]
    assert [listed_names(client, url) for url in bases] == [
        ["Agern", "Birk"],
        ["Agern", "Birk", "Dild"],
        ["Agern", "Birk"],
    ]


@pytest.mark.parametrize(
    "query", ["?gruppe=ukendt", "?gruppe=udeladt", "?spoergsmaal=ukendt", "?gruppe=nu&spoergsmaal=services/"]
)
def test_a_base_that_there_is_not_gives_404(two_days, client, query):
    assert client.get(f"{PATH}virksomheder/{query}").status_code == 404


@pytest.mark.parametrize("query", ["", "?fra=2025&til=i-dag", "?fra=2025", "?fra=2025&til={month}"])
def test_every_number_is_the_length_of_its_list(demo, client, monkeypatch, query):
    monkeypatch.setattr("marketoverview.views.change_lists.PER_PAGE", 4)
    month = Edition.objects.get(occasion="month").code
    numbers = not_empty(number_links(read(client, PATH + query.format(month=month))))
    assert len(numbers) > 60
    for number, url in numbers:
        names = listed_names(client, url)
        assert len(names) == len(set(names)) == number, url


def test_the_numbers_of_today_are_those_of_the_figures(demo, client):
    page = read(client, f"{PATH}?fra=2025&til=i-dag")
    for code in ("services", "technologies", "business-areas", "barriers"):
        headings, *rows = read_csv(client, f"/en/markedsoverblik/figurer/{code}.csv")
        option, number = headings.index("Code"), headings.index("Companies")
        of_today = [(url, number) for number, url in number_links(question_section(page, code)) if url.endswith("=nu")]
        shown = {url.split("?")[0].split("/")[-2]: number for url, number in of_today}
        assert shown == {row[option]: int(row[number]) for row in rows}


def test_names_stand_from_a_to_aa(demo, client):
    names = listed_names(client, english_url("market:new_vendors") + "?fra=2025&til=i-dag")
    everyone = list(Vendor.objects.alphabetical().values_list("name", flat=True))
    assert names == [name for name in everyone if name in names]
    assert len(names) == 12


def test_no_share_and_no_significance_is_told(demo, client):
    text = read(client, f"{PATH}?fra=2025&til=i-dag").find("main").text
    assert "%" not in text
    assert "significant" not in text


# Which days -----------------------------------------------------------------------------------------


def chosen_days(page: Element) -> list[str]:
    return [option.attrs["value"] for option in page.find_all("option") if "selected" in option.attrs]


def test_without_an_edition_the_page_says_when_there_will_be_one(db, client):
    page = read(client, PATH)
    assert "There is nothing to compare with yet." in page.text
    assert not page.has("form", "changes-form")
    assert client.get(english_url("market:new_vendors")).status_code == 404
    assert client.get(f"{PATH}services/advisory/").status_code == 404


def test_one_edition_is_compared_with_today(two_days, client):
    page = read(client, PATH)
    assert chosen_days(page) == ["2026-11-01", "i-dag"]
    assert "There is one edition so far." in page.text


def test_the_last_two_rounds_are_compared_where_there_are_two(db, client):
    make_response("Agern", answers={"services": ["advisory"]})
    with on_date(days(-60)):
        declare_published(make_round())
    assert chosen_days(read(client, PATH)) == ["2026", "i-dag"]
    freeze_month()
    assert chosen_days(read(client, PATH)) == ["2026", "i-dag"]
    survey_round = make_next_round("2027", opens_on=days(-1))
    make_response("Birk", answers={"services": ["advisory"]}, round=survey_round)
    declare_published(survey_round)
    page = read(client, PATH)
    assert chosen_days(page) == ["2026", "2027"]
    assert "There is one edition so far." not in page.text


@pytest.mark.parametrize(
    ("query", "expected", "notice"),
    [
        ("?fra=i-dag&til=2026-11-01", ["2026-11-01", "i-dag"], "stood the wrong way round"),
        ("?fra=2026-12-01&til=2026-11-01", ["2026-11-01", "2026-12-01"], "stood the wrong way round"),
        ("?fra=2026-11-01&til=2026-11-01", ["2026-11-01", "i-dag"], "The same day was chosen twice"),
        ("?fra=ukendt&x=1", ["2026-12-01", "i-dag"], "We do not know the choice “ukendt”"),
        ("?fra=2026-11-01&til=ukendt", ["2026-11-01", "i-dag"], "We do not know the choice “ukendt”"),
        ("", ["2026-12-01", "i-dag"], ""),
    ],
)
def test_whatever_the_address_holds_two_days_are_compared(db, client, query, expected, notice):
    make_response("Agern", answers={"services": ["advisory"]})
    for day in (FIRST, date(2026, 12, 1)):
        freeze_on(day)
    with on_date(date(2026, 12, 5)):
        page = read(client, PATH + query)
        assert chosen_days(page) == expected
    notices = " ".join(alert.text for alert in page.find_all("div", "alert"))
    assert notice in notices
    assert bool(notices) == bool(notice)


@pytest.mark.parametrize("path", ["ukendt/advisory/", "services/ukendt/", "services/advisory/?gruppe=ukendt"])
def test_a_list_that_there_is_not_gives_404(two_days, client, path):
    assert client.get(PATH + path).status_code == 404


def test_the_page_costs_the_same_for_any_number_of_vendors(two_days, client):
    read(client, "/en/markedsoverblik/")
    with costs(8):
        read(client, PATH)
    for number in range(6):
        make_response(f"Firma {number}", answers={"services": ["advisory", "delivery"]})
    with on_date(date(2026, 12, 1)):
        freeze_month()
    read(client, "/en/markedsoverblik/")
    with costs(5):  # the later day is an edition, too
        read(client, f"{PATH}?fra=2026-11-01&til=2026-12-01")


def test_a_reader_of_danish_gets_the_words_of_the_day(two_days, client):
    page = read(client, reverse("market:changes"))
    assert "Blandt de 2 med svar begge dage" in page.text
    assert cells(page, "Svar delivery")[2] == "1 mere"
    assert timezone.localdate().strftime("%Y") in page.text


def test_groups_name_every_number(two_days):
    (question,) = changes(*[market_day(FIRST, {1: (frozenset("a"), frozenset("b"))})] * 2)
    assert [group(question.options[0], code).bit_count() for code in GROUPS] == [1, 1, 0, 0, 0, 0, 0]
    assert [group(question.options[1], code).bit_count() for code in GROUPS] == [1, 1, 0, 0, 1, 1, 0]
