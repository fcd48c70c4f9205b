"""Page links for a list whose length is known."""

from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from kl_ai.pages.pagination import Pages, paginate


def make_pages(total: int, number: int, per_page: int = 25) -> Pages:
    return paginate(total, number, per_page, lambda page: f"?page={page}")


@given(st.integers(0, 300), st.integers(1, 40))
def test_the_pages_together_hold_every_row_once(total, per_page):
    last = make_pages(total, 1, per_page).last
    pages_by_number = [make_pages(total, number, per_page) for number in range(1, last + 1)]
    rows = [row for page in pages_by_number for row in range(page.start, page.stop)]
    assert rows == list(range(total))
    assert all(page.stop - page.start == per_page for page in pages_by_number[:-1])


@given(st.integers(0, 2000), st.integers(1, 10**9))
def test_a_page_beyond_the_last_is_the_last(total, number):
    page = make_pages(total, number)
    assert page.number == min(number, page.last)
    assert page.number == page.last or page.stop == page.start + 25


@given(st.integers(1, 2000), st.integers(1, 90))
def test_the_links_hold_first_last_current_and_its_neighbours_in_order(total, number):
    page = make_pages(total, number)
    numbers = [int(item.label) for item in page.items if not item.is_gap]
    assert numbers == sorted(set(numbers))
    beside = {other for other in (page.number - 1, page.number + 1) if 1 <= other <= page.last}
    assert {1, page.last, page.number} | beside == set(numbers)
    assert [item.label for item in page.items if item.is_current] == [str(page.number)]
    assert all(item.url == f"?page={item.label}" for item in page.items if not item.is_gap)


@given(st.integers(1, 2000), st.integers(1, 90))
def test_a_gap_stands_exactly_where_numbers_are_missing(total, number):
    items = make_pages(total, number).items
    before = 0
    for place, item in enumerate(items):
        if item.is_gap:
            following = int(items[place + 1].label)
            assert following - before > 1
        else:
            assert int(item.label) == before + 1 or items[place - 1].is_gap
            before = int(item.label)
    assert before == -(-total // 25)


def test_previous_and_next_end_at_the_ends():
    assert make_pages(60, 1).previous_url == ""
    assert make_pages(60, 1).next_url == "?page=2"
    assert make_pages(60, 3).previous_url == "?page=2"
    assert make_pages(60, 3).next_url == ""


def test_says_which_rows_it_shows():
    with override("en"):
        assert [make_pages(312, page).total for page in (1, 2, 13)] == ["1–25 of 312", "26–50 of 312", "301–312 of 312"]
        assert make_pages(0, 1).total == "0–0 of 0"


def test_a_list_that_fits_has_one_page():
    assert len(make_pages(25, 1).items) == 1
    assert len(make_pages(26, 1).items) == 2
