"""Sets of numbers as one `int`: they are what Python's own sets are."""

from hypothesis import given
from hypothesis import strategies as st

from kl_ai.search import bitset

SIZE = 3 * bitset.CHUNK * 8  # several steps of `members`, with empty ones between
numbers = st.sets(st.integers(0, SIZE - 1), max_size=40) | st.sets(st.integers(0, 70))


@given(numbers)
def test_members_are_the_numbers_that_the_set_was_made_from(chosen):
    bits = bitset.from_members(chosen, SIZE)
    assert list(bitset.members(bits)) == sorted(chosen)
    assert bits.bit_count() == len(chosen)
    assert bits == sum(1 << number for number in chosen)


@given(numbers, st.integers(0, 50), st.none() | st.integers(0, 50))
def test_a_slice_of_the_members_is_a_slice_of_the_sorted_list(chosen, start, stop):
    bits = bitset.from_members(chosen, SIZE)
    assert list(bitset.members(bits, start, stop)) == sorted(chosen)[start:stop]


@given(numbers, numbers)
def test_and_is_intersection_and_or_is_union(first, second):
    left, right = bitset.from_members(first, SIZE), bitset.from_members(second, SIZE)
    assert set(bitset.members(left & right)) == first & second
    assert set(bitset.members(left | right)) == first | second


@given(st.sets(st.integers(0, 60)), st.permutations(range(61)))
def test_in_order_follows_the_given_order(chosen, order):
    bits = bitset.from_members(chosen, 61)
    assert list(bitset.in_order(bits, order)) == [number for number in order if number in chosen]


@given(st.integers(0, 40))
def test_full_holds_every_number_below_its_size(size):
    assert list(bitset.members(bitset.full(size))) == list(range(size))


def test_a_member_given_twice_is_in_the_set_once():
    assert bitset.from_members([5, 5, 5], 8) == 1 << 5
