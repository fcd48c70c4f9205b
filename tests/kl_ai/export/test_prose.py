"""Plain text as curators write it: paragraphs and lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kl_ai.export import prose
from tests.texts import letters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \r\n\t\n", []),
        ("en\r\nto\r\n\r\n\r\ntre", [prose.Paragraph("en\nto"), prose.Paragraph("tre")]),
        ("før\n- a\n- b\nefter", [prose.Paragraph("før"), prose.Bullets(("a", "b")), prose.Paragraph("efter")]),
        ("- a\n\n- b", [prose.Bullets(("a",)), prose.Bullets(("b",))]),
        ("- a\n  og mere\r  - b", [prose.Bullets(("a og mere", "b"))]),
        ("-5 grader\n–\n- ", [prose.Paragraph("-5 grader\n–\n-")]),
    ],
)
def test_plain_text_has_paragraphs_and_lists(text, expected):
    assert prose.blocks(text) == expected


@given(st.text(alphabet="ab -\r\n\t\x85\u2028"))
def test_plain_text_keeps_its_letters_in_order(text):
    parts = [(part.text,) if isinstance(part, prose.Paragraph) else part.items for part in prose.blocks(text)]
    letters_in_parts = "".join(letters(words) for part in parts for words in part)
    assert letters_in_parts.replace("-", "") == letters(text).replace("-", "")
