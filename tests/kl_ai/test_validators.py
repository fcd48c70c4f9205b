"""The validators of published texts refuse characters that cannot be seen."""

import pytest
from django.core.exceptions import ValidationError

from kl_ai.validators import validate_line, validate_text


@pytest.mark.parametrize("text", ["Ærø Data A/S", "C++ & R&D (2026)", "👩‍💻 hjælp", "日本", "…", ""])
def test_text_that_can_be_seen_is_accepted(text):
    validate_line(text)
    validate_text(f"{text}\r\n\tmere")


@pytest.mark.parametrize("text", ["\u200b\u200b", "\u3164", " ", "a\u202eb", "a\x01b", "a\ufffeb"])
def test_text_that_cannot_be_seen_is_refused(text):
    for validate in (validate_line, validate_text):
        with pytest.raises(ValidationError):
            validate(text)


def test_a_line_has_no_breaks():
    with pytest.raises(ValidationError):
        validate_line("Bcc: alle\r\n")
