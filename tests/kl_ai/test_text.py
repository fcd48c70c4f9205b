"""Text that comes from outside is cleaned, and never refused for what cannot be seen."""

import logging
import secrets
import unicodedata
from contextlib import suppress
from unittest import mock

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from kl_ai.people.tokens import KeySigner
from kl_ai.search.danish import sort_key, words
from kl_ai.text import clean_line, clean_text, has_unseen, has_web_address, mask_tokens, normalize
from kl_ai.validators import validate_name, validate_text
from marketoverview.company_names import normalized_name


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("sags\u00adbehandlings\u00adsystemer", "sagsbehandlingssystemer"),
        ("zero\u200bwidth", "zerowidth"),
        ("\ufeffmark", "mark"),
        ("\uf0b7 punkt fra Word", " punkt fra Word"),
        ("\u202a+45 33 70\u202c", "+45 33 70"),
        ("vendt\u202etekst", "vendttekst"),
        ("linje\u2028linje\u2029afsnit", "linje linje afsnit"),
        ("lodret\x0btabulator\x0cside\x85linje", "lodret tabulator side linje"),
        ("nul\x00tegn\x1b\x7f", "nultegn"),
        ("bindestreg\x1fer", "bindestreger"),  # an optional hyphen of a word processor
        ("fyld\u3164\u115f\u034f\u2800", "fyld"),
        ("halv\ud800", "halv"),
        ("ingen\ufffe\U0010ffff", "ingen"),
        ("\u200b\u200b", ""),
    ],
)
def test_what_cannot_be_seen_is_dropped_or_becomes_a_space(text, cleaned):
    assert clean_text(text) == cleaned
    assert has_unseen(text)
    assert not has_unseen(cleaned)


@pytest.mark.parametrize(
    "text",
    [
        "Ærø Data A/S", "C++ & R&D (2026)", "日本", "…", "", "10\u00a0000 kr.", "en\tto\n\ntre", "مرحبا", "e\u0301",
        "👩\u200d💻 hjælp", "❤\ufe0f\u200d🔥", "🏳\ufe0f\u200d🌈", "👩🏽\u200d🔬", "1\ufe0f\u20e3", "©\ufe0e", "‼\ufe0f",
        "\U0001fae8",  # of Unicode 15
    ],
)  # fmt: skip
def test_what_can_be_seen_stays(text):
    assert clean_text(text) == text


@pytest.mark.parametrize(
    "text", ["a\u200db", "\u200d", "👩\u200d", "\u200d💻", "a\ufe0f", "\ufe0f", "👩\ufe0f\ufe0f", "a\ufe01"]
)
def test_a_joiner_outside_of_an_emoji_goes(text):
    assert clean_text(text) in {"ab", "", "👩", "💻", "a", "👩\ufe0f"}
    assert has_unseen(text)


def test_lines_end_in_one_way():
    assert clean_text("en\r\nto\rtre\nfire\n\r\n") == "en\nto\ntre\nfire\n\n"
    assert not has_unseen("en\r\nto\rtre")


def test_a_line_has_single_spaces_and_no_breaks():
    assert clean_line(" Nord\r\nstjernen\u00a0\u2003A/S\t\u2028\u200b ") == "Nord stjernen A/S"
    assert clean_line("+45\u00a033\u00a070") == "+45 33 70"
    assert clean_line("ord " * 50, 9) == "ord ord…"
    assert clean_line("ord " * 50, 10) == "ord ord o…"
    assert clean_line("a" * 10, 10) == "a" * 10


anything = st.text(st.characters() | st.sampled_from("\r\n\t \u200d\ufe0f\ufe0e👩💻❤1#a\u3164\u2028\u00ad\U0001fae8"))


@given(anything)
def test_cleaning_twice_changes_nothing_and_leaves_what_the_model_takes(text):
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert clean_line(clean_line(text)) == clean_line(text)
    if any(unicodedata.category(character)[0] in "LNSP" for character in cleaned):
        validate_text(cleaned)
    assert not {"\r", "\x00", "\u00ad", "\u2028", "\u3164"} & set(cleaned)


@given(anything)
def test_nothing_that_can_be_seen_is_lost(text):
    visible = [
        character for character in text if unicodedata.category(character)[0] in "LNSP" and not has_unseen(character)
    ]
    assert [character for character in clean_text(text) if unicodedata.category(character)[0] in "LNSP"] == visible


# Tokens -----------------------------------------------------------------------------------------

TOKEN = KeySigner("tests.text").sign(4711)


def test_tokens_are_masked_and_nothing_else():
    text = f"Se https://kl.example/invitation/{TOKEN}/ og 4711.23 den 1.12.2026 eller next=/x/{TOKEN}"
    assert mask_tokens(text) == "Se https://kl.example/invitation/…/ og 4711.23 den 1.12.2026 eller next=/x/…"


@pytest.mark.parametrize("address", ["/", "/en/"])
def test_the_link_for_logging_in_is_masked(address):
    with override("da"):
        path = reverse("account_login_link", args=[secrets.token_urlsafe(32)])
    assert mask_tokens(f"503 GET {address}{path[1:]}") == f"503 GET {address}log-ind/link/…/"


def test_a_log_names_no_token():
    for message, arguments in (("Gone: /invitation/%s/", (TOKEN,)), (f"Gone: /invitation/{TOKEN}/ 100 %", ())):
        record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, message, arguments, None)
        for name in settings.LOGGING["handlers"]["console"]["filters"]:
            assert import_string(settings.LOGGING["filters"][name]["()"])().filter(record)
        assert record.getMessage().startswith("Gone: /invitation/…/")


def test_only_the_first_thirty_marks_of_a_run_stay_when_a_text_is_normalized():
    marks = "\u0301\u0323" * 20
    assert len(normalize("NFKC", f"a{marks}b{marks[:10]}")) <= 1 + 30 + 1 + 10
    assert normalize("NFKC", "Ærø a\u030a café") == "Ærø å café"


@pytest.mark.parametrize(
    "field", [validate_name, has_web_address, words, sort_key, normalized_name], ids=lambda f: f.__name__
)
def test_half_a_million_marks_on_one_letter_take_no_time_that_grows_with_their_square(field):
    """Counted in calls of Python's own normalization, whose cost is quadratic in a run of marks."""
    patch = mock.patch.object(unicodedata, "normalize", wraps=unicodedata.normalize)
    with patch as normalization, suppress(ValidationError):
        field("a" + "\u0301\u0323" * 250_000)
    assert all(len(call.args[1]) < 100 for call in normalization.call_args_list)
