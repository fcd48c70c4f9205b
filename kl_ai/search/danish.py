"""The Danish language as the portal needs it: alphabetical order, sentences, words and their stems.

Everything here is pure and gives the same result on every database and operating system, whose own
collations differ.
"""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

import snowballstemmer

from ..text import normalize

# Alphabetical order ---------------------------------------------------------------------------

# ASCII has three characters after "z" that are punctuation and so never occur in a key otherwise:
# they stand for the last three letters of the alphabet. Letters of other scripts come after them.
_AE, _OE, _AA = "{", "|", "}"
DOUBLE_A = "\ue000"
"""“aa” as a letter of its own while a key is made: a character for private use, which no text holds."""
_LETTERS = {
    "æ": _AE, "ä": _AE, "ø": _OE, "ö": _OE, "ő": _OE, "å": _AA, DOUBLE_A: _AA,
    "ü": "y", "ű": "y", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ŋ": "n", "ŧ": "t", "ı": "i", "œ": "oe",
}  # fmt: skip
_PLAIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789 æøå")


def base(character: str) -> str:
    """The letter that `character` sorts as, "" where it is ignored, " " for any white space."""
    if character in _LETTERS:
        return _LETTERS[character]
    if character.isspace():
        return " "
    # One step at a time, so that "ǻ" gives "å" and an accent, never "a" and two.
    decomposed = unicodedata.decomposition(character)
    if decomposed and not decomposed.startswith("<"):
        return "".join(base(chr(int(code, 16))) for code in decomposed.split())
    return character if character.isalnum() else ""


class _Folding(dict[int, str]):
    """A table for `str.translate` that works each character out once, by `fold`."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, code: int) -> str:
        self[code] = folded = self._fold(chr(code))
        return folded


def accent(character: str) -> str:
    """The part of the key that orders characters of the same base: the same mark for every plain letter."""
    if character in _PLAIN_LETTERS:
        return "\x01"
    return character if base(character) or unicodedata.combining(character) else ""


_bases, _accents = _Folding(base), _Folding(accent)


def sort_key(text: str) -> tuple[str, str, str]:
    """A key that sorts as Danish does: … z, æ (and ä), ø (and ö), å (and aa); ü sorts as y.

    Accents, upper and lower case and punctuation count only between texts that are otherwise
    equal: plain letters before accented ones, "Å" before "Aa", capitals before small letters.
    Spaces count, so that a word comes before its compounds ("Data Nord", "Databasen"). Digits come
    before letters and are compared one by one ("10" before "9"). The order is total: two keys are
    equal only where the texts are.

    "aa" is taken for "å" everywhere; no rule without a dictionary can know that "ekstraarbejde"
    has two of them. So do CLDR's rules for Danish, from which the order is taken.
    """
    folded = normalize("NFKC", text).casefold().replace("aa", DOUBLE_A)
    return " ".join(folded.translate(_bases).split()), folded.translate(_accents), text


# Sentences ------------------------------------------------------------------------------------

_FIRST_WORD = re.compile(r"[^\W_]+")


def lower_first(text: str) -> str:
    """`text` as it reads inside a sentence: "It-drift" gives "it-drift", "NLP" stays.

    The first letter stays where its word has a second capital or a digit ("GenAI", "A4-print"),
    and a lone letter where anything tied to it has ("A/B-test", "R&D").
    """
    match = _FIRST_WORD.search(text)
    if match is None:
        return text
    start, word = match.start(), match.group()
    if len(word) == 1:
        word = text[start:].split(maxsplit=1)[0]
    if any(character.isupper() or character.isdigit() or character in "+#" for character in word[1:]):
        return text
    return text[:start] + text[start].lower() + text[start + 1 :]


def join_words(words: Iterable[str], conjunction: str) -> str:
    """An enumeration, "a, b og c"; `conjunction` is the translated "and" or "or"."""
    *most, last = [str(word) for word in words] or [""]
    return f"{', '.join(most)} {conjunction} {last}" if most else last


# Words ----------------------------------------------------------------------------------------

DANISH_LETTERS = frozenset("æøå")
_SAME_LETTER = {"ä": "æ", "ö": "ø"}
_WORD = re.compile(r"[^\W_]+")


def _searched(character: str) -> str:
    """The character as it is searched for."""
    if character in DANISH_LETTERS:
        return character
    if character in _SAME_LETTER:
        return _SAME_LETTER[character]
    # Accents that stand alone, soft hyphens and zero-width joiners are inside words, not between.
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return ""
    decomposed = unicodedata.decomposition(character)
    if decomposed and not decomposed.startswith("<"):
        return "".join(_searched(chr(int(code, 16))) for code in decomposed.split())
    return character


_search = _Folding(_searched)
_FOREIGN = re.compile(r"[^\x00-\x7fæøå–—’“”»«…·•]")
"""The characters that normalizing or `_search` may change. Most Danish texts hold none, and this test costs less than both."""


def words(text: str) -> list[str]:
    """The words of `text` in their order, for searching: small letters and digits only.

    æ, ø and å are letters of their own and stay; ä and ö are taken for æ and ø, and every other
    accent is dropped (é gives e). "aa" stays, because "data" must be found in "dataanalyse".
    """
    folded = text.casefold()
    if _FOREIGN.search(folded):
        folded = normalize("NFKC", text).casefold().translate(_search)
    return _WORD.findall(folded)


def searched_text(text: str) -> str:
    """`text` with small letters and without accents, as the administration searches it; signs and spaces stay.

    æ, ø and å are letters of their own and stay; ä and ö are taken for æ and ø.
    """
    return normalize("NFKC", text).casefold().translate(_search)


DIGRAPHS = (("aa", "å"), ("oe", "ø"), ("ae", "æ"))
"""The two letters that stand for a Danish one where the keyboard or an address has none."""


def with_danish_letters(text: str) -> str:
    """`text` with å, ø and æ wherever “aa”, “oe” and “ae” may stand for them, rightly or not."""
    for digraph, letter in DIGRAPHS:
        text = text.replace(digraph, letter)
    return text


_stemmer = snowballstemmer.stemmer("danish")
_stemmer_lock = threading.Lock()


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """The Danish stem of one word from `words` ("kommunerne" gives "kommun")."""
    # A stemmer keeps the word that it works on in itself, so two threads may not share it.
    with _stemmer_lock:
        return _stemmer.stemWord(word)
