"""What the lists of companies and of solutions share: the addresses of their pages."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketoverview.market.selection import Selection
from marketoverview.market.solutions.selection import SolutionSelection
from marketoverview.views.lists import page_addresses

VALUES = st.lists(st.sampled_from(["page=2", "&page=2&", "2", "æ ø", "a&b", "page"]), max_size=2).map(tuple)


@pytest.mark.parametrize("kind", [Selection, SolutionSelection])
@given(
    q=st.sampled_from(["", "page=2", "?page=2&x", "æ+ø"]), options=VALUES, shortlist=VALUES, number=st.integers(1, 3000)
)
def test_each_page_has_the_address_of_the_selection_with_its_number(kind, q, options, shortlist, number):
    selection = kind(q=q, chosen={"services": options, "page2": options}, sort="confirmed", page=7, shortlist=shortlist)
    address = page_addresses("/markedsoverblik/", selection)(number)
    assert address == "/markedsoverblik/" + replace(selection, page=number).query()
