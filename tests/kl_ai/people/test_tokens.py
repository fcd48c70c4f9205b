"""Signed tokens: they name one row of one kind, and nobody can make up another."""

import pytest

from kl_ai.people.tokens import KeySigner

SIGNER = KeySigner("tests.one")


def test_a_token_gives_the_key_that_it_was_made_for():
    assert [SIGNER.read(SIGNER.sign(key)) for key in (1, 4711, 2**63 - 1)] == [1, 4711, 2**63 - 1]


def test_a_token_is_fit_for_an_address():
    assert SIGNER.sign(4711).replace("-", "").replace("_", "").replace(".", "").isalnum()


@pytest.mark.parametrize("text", ["", "4711", ".", "4711.", "4711.x", "x" * 100_000, "4711\x00", "æ.ø"])
def test_any_other_text_gives_none(text):
    assert SIGNER.read(text) is None


def test_the_signature_belongs_to_the_key():
    signature = SIGNER.sign(4711).partition(".")[2]
    assert SIGNER.read(f"4712.{signature}") is None


def test_a_token_of_one_kind_of_row_is_not_read_as_another():
    assert KeySigner("tests.other").read(SIGNER.sign(4711)) is None


def test_a_change_of_the_secret_key_ends_every_token(settings):
    token = SIGNER.sign(4711)
    settings.SECRET_KEY = "another"
    assert KeySigner("tests.one").read(token) is None
