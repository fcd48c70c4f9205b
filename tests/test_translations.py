"""The Danish catalogue is complete and compiled: `/` shows Danish, `/en/` the source."""

import re

import polib
import pytest

from tests.checks import not_empty
from tests.translations import CATALOGUE, texts

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|{\w*}")
TAG = re.compile(r"</?[a-z][^>]*>")


@pytest.fixture(scope="module")
def entries():
    return not_empty(entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete)


def test_every_text_is_translated(entries):
    assert [entry.msgid for entry in entries if not all(danish for _, danish in texts(entry))] == []


def test_no_translation_is_a_guess(entries):
    assert [entry.msgid for entry in entries if entry.fuzzy] == []


def test_nothing_obsolete_is_kept():
    assert [entry.msgid for entry in polib.pofile(str(CATALOGUE)).obsolete_entries()] == []


@pytest.mark.parametrize("pattern", [PLACEHOLDER, TAG], ids=["placeholders", "tags"])
def test_keeps_what_is_filled_in(entries, pattern):
    """The same placeholders and tags on both sides; a plural form may say “one” instead of its number."""
    wrong = []
    for entry in entries:
        for number, (source, danish) in enumerate(texts(entry)):
            in_source, in_danish = sorted(pattern.findall(source)), sorted(pattern.findall(danish))
            if in_source != in_danish and not (entry.msgid_plural and number == 0 and set(in_danish) < set(in_source)):
                wrong.append((source, danish))
    assert wrong == []


def test_keeps_the_white_space_around(entries):
    def around(text):
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    wrong = [pair for entry in entries for pair in texts(entry) if around(pair[0]) != around(pair[1])]
    assert wrong == []


def test_compiled_catalogue_is_current(entries):
    def content(file):
        return {(entry.msgctxt, entry.msgid): texts(entry) for entry in file}

    compiled = CATALOGUE.with_suffix(".mo")
    assert compiled.is_file()
    assert content(polib.mofile(str(compiled))) == content(entries)
