"""Items at places: some are replaced, the others stay where they are."""

from hypothesis import given
from hypothesis import strategies as st

from kl_ai.search.places import replace_items


@given(
    size=st.integers(0, 12),
    removed=st.sets(st.integers(0, 11), max_size=12),
    added=st.lists(st.integers(100, 200), max_size=8),
)
def test_every_item_has_one_place_and_the_change_says_which_is_new(size, removed, added):
    items = tuple(range(size))
    removed = {place for place in removed if place < size}
    result = replace_items(items, removed, added)
    assert sorted(result.items) == sorted([*(item for place, item in enumerate(items) if place not in removed), *added])
    assert items == tuple(range(size))
    same = [place for place in range(min(size, len(result.items))) if place not in result.filled]
    assert [result.items[place] for place in same] == [items[place] for place in same]
    assert {place: result.items[place] for place in result.filled} == result.filled
    assert result.emptied == {*removed, *result.moved}
    assert all(
        result.items[new] == items[old] and result.filled[new] == items[old] for old, new in result.moved.items()
    )
    assert set(range(size)) - result.emptied <= set(same)


def test_nothing_moves_but_what_must():
    assert replace_items("abcdef", [1], "x").items == tuple("axcdef")
    assert replace_items("abcdef", [1], "xy").items == tuple("axcdefy")
    assert replace_items("abcdef", [1, 4], "").items == tuple("afcd")
    assert replace_items("abcdef", [4, 5], "").items == tuple("abcd")
