"""Query strings as nobody writes them: random ones, unknown names, and such that are far too long."""

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from hypothesis import strategies as st

from tests.reading import Element, notice_texts, parse

INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Characters that are not seen, or turn the text around them."""
VALUES = (
    "", "0", "-1", "99999", "1e9", "NaN", "%s", "%(n)s", "%(total)s", "{0}", "{n}", "{{ 7*7 }}", "{% load x %}",
    "<script>alert(1)</script>", '"><img src=x>', "' OR 1=1 --", "../../etc/passwd", "\x00", "\u202eA25", "\u200b", "\ufffe",
    "ÆØÅ", "!?", "a" * 3000, "ord " * 500,
)  # fmt: skip
FRAGMENTS = (
    "%", "%zz", "%00", "%C3", "%ED%A0%80", "%F4%90%80%80", "%FF%FE", "%E2%80%AE", "=", "&", ";", "+", "?", "#", "q=",
    "\xff", "\xc3\xa6",
)  # fmt: skip

unknown_names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12).map("x{}".format)
"""Names of parameters that no page has."""


def query_strings(names: Sequence[str], values: Sequence[str], fragments: Sequence[str]) -> st.SearchStrategy[str]:
    """Pairs of these names and values among random ones, these fragments joined, and random bytes."""
    pairs = st.tuples(
        st.sampled_from(names) | st.text(max_size=20), st.sampled_from((*VALUES, *values)) | st.text(max_size=30)
    )
    return st.one_of(
        st.lists(pairs, max_size=12).map(urlencode),
        st.lists(st.sampled_from((*FRAGMENTS, *fragments)), max_size=20).map("".join),
        st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")),  # as a server hands the bytes on
    )


def long_queries(option: str, pair: str) -> dict[str, str]:
    """Title to text. `option` is a parameter that takes many values, `pair` a choice that exists (`name=value`)."""
    return {
        "thousands of parameters": "&".join(f"{option}=x{number}" for number in range(5000)),
        "the same one thousands of times": "&".join([pair] * 5000),
        "100 kB in one value": "q=" + "sagsbehandling+" * 7000,
        "100 kB in one name": "x" * 100_000,
        "100 kB of percent signs": "%" * 100_000,
        "100 kB of separators": "&" * 100_000,
    }


def get_query(client, path: str, query: str):
    """The response under this query string, exactly as it is written. It sets no cookie."""
    response = client.generic("GET", path, QUERY_STRING=query or "&")
    assert not response.cookies
    return response


def read_query(client, path: str, query: str) -> Element:
    """The page under this query string. It shows no character that is not seen."""
    response = get_query(client, path, query)
    assert response.status_code == 200, response.status_code
    html = response.content.decode()
    assert not INVISIBLE.search(html)
    return parse(html)


MARKUP = ('"><script>alert(1)</script>', "{{ 7*7 }}", "{% csrf_token %}", "javascript:alert(1)")


def assert_markup_is_text(page: Element) -> None:
    """Nothing of MARKUP in the address has become a script, a link or the result of a template."""
    assert not [script for script in page.find_all("script") if "src" not in script.attrs]
    assert "49" not in " ".join(notice_texts(page))
    assert not [link for link in page.find_all("a") if link.attrs.get("href", "").startswith("javascript")]
