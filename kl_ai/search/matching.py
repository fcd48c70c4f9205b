"""Which words of a text a word of a query finds: the rules of the portal's search, without an index.

A word is found by

* any inflection of it: “kommuner” finds “kommunerne” (Danish Snowball stems), “planlægning” finds “planlægger”,
  “jobcenter” finds “jobcentret”, “kursus” finds “kurser” and “barn” finds “børn”; words that only share a short stem are
  none: “tale” does not find “tallene”, “læge” not “lægge”, and “ledelse” not “ledige”;
* words that begin with it, from four letters: “tale” finds “talegenkendelse”, and with a linking
  e or s after its stem: “borger” finds “borgerservice” and not “borgmester”; from three letters where another word may
  follow them: “vej” finds “vejskilte”, but “bil” neither “bilag” nor “billeder”;
* compounds that end in it, from four letters: “pleje” finds “ældreplejen”, but “tale” not “digitale”, “fald” not “affald”,
  “stemme” not “fagsystemer” and “tand” not “forstand”;
* words that contain it, from six letters: “behandling” finds “sagsbehandlingssystem”, but “agern” not “sagerne”;
* the same word spelt with å, ø and æ for aa, oe and ae, or the other way round: “Aarhus” finds “Århus”;
* the same word, from four letters, where it is typed without ring and stroke: “orsted” finds “Ørsted”.
"""

import re
from functools import lru_cache

from .danish import DANISH_LETTERS, DIGRAPHS, stem, with_danish_letters, words

BEGINS, ENDS, INSIDE = 3, 4, 6
"""Letters from which a word is looked for at the beginning, at the end and inside of others."""
SHORTEST_REST, SHORTEST_REST_WITH_VOWEL = 4, 6
"""Letters after the first three of a compound, and where the first of them is a vowel."""
ENDINGS = ("e", "ing", "ning", "hed", "lig", "skab")
"""What follows a word without making a compound of it: “ledelse” is no kind of “led”, “retning” none of “ret”."""
SUFFIXES = frozenset(["ling", "rest", "ring", "skab", "ting"])
"""Words that are an ending, too: “erfaring” is no kind of “ring”."""
SHORTEST_ROOT = 4
"""Letters that a root has at least when an ending beyond the stem's is taken off."""
SHORTEST_HEAD = 3
"""Letters of the first part of a compound; `SHORT_HEADS` are shorter."""
SHORTEST_PLAIN = 4
"""Letters from which a word finds others that differ in ring and stroke."""

SHORTEST_ADJECTIVE = 5
"""Letters before the t of an adjective: “socialt” is a form of “social”, “talt” none of “tal”."""

_STOP_WORDS = """
    ad af alle alt at blandt bliver både da de dem den der deres det dets disse egen eget egne eller en er et for fra ham han har have hos hun
    hvad hvem hver hvilke hvilken hvilket hvor hvordan i ikke ind inden jeg jeres kan kun man med mellem men mig mod må ned
    nogen noget nogle når og også om op os over på samt selv sig skal som så til ud uden under var ved vi vil vores være
    a about an and are as at be by do for from has have how in into is of on or our that the their this to we what when
    which who with you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that carry no meaning alone; a query drops them where others are left."""
_PREFIXES = "for fra gen ind kon med mis mod pro sam til und ved vel"
PREFIXES = frozenset(_PREFIXES.split())
"""What stands before a word without making a compound of it: “provision” is no kind of “vision”."""
NO_HEADS = frozenset(["ans", "den", "der", "hos", "kun", "sig"])
"""Other beginnings that are no first part: “signatur” is no kind of “natur”."""
NO_WORD = re.compile(r"u?(?:af|an|be|for|gen|ind|kon|mis|ned|om|op|over|pro|sam|til|ud|und)+[^aeiouyæøå]*")
"""A prefix and what is left of a word that is cut: “fors” of “forstand”, “udf” of “udfordre”, “ube” of “ubegrundet”."""
SHORT_HEADS = frozenset(["ai", "bo", "by", "it", "ki", "ko", "sø", "tv", "å", "ø"])
"""The words of one or two letters that compounds begin with; other letters before a word are none: “affald”, “system”."""

VOWELS = frozenset("aeiouyæøå")
SHORT_VOWELS = frozenset(["bas", "hal", "hul", "tal", "ven"])
"""Words that double their last letter before an ending, so that no “tale” is a form of “tal”."""
_APART = {
    "natur": re.compile("natural.*"),
    "ret": re.compile("rette|rette[lst].*"),
    "tag": re.compile("tage[rs]?"),
    "tand": re.compile(".*stand(?:en|e|s)?"),
    "usa": re.compile("usand.*|usag.*|usam.*"),
    "vej": re.compile("vejled.*|vejr.*|vejer"),
}
"""Words with others that only look like forms or compounds of them."""
_OTHER_NUMBERS = (
    ("barn barnet barnets", "børn børnene børnenes børns"),
    ("bog bogen bogens", "bøger bøgerne bøgernes"),
    ("hånd hånden", "hænder hænderne"),
    ("kraft kraften", "kræfter kræfterne"),
    ("mand manden mandens", "mænd mændene mændenes"),
    ("tand tanden", "tænder tænderne"),
)
"""Nouns that change their vowel: the forms of the one and of the other number."""
OTHER_NUMBER = {
    form: other.split()[0]
    for forms in _OTHER_NUMBERS
    for these, other in (forms, forms[::-1])
    for form in these.split()
}
"""Forms of such nouns, each with a form of the other number."""


def query_words(query: str) -> list[str]:
    """The words of a query that are searched for: without stop words where others are left."""
    typed = words(query)
    return [word for word in typed if word not in STOP_WORDS] or typed


@lru_cache(maxsize=65_536)
def roots(word: str) -> frozenset[str]:
    """What words that belong together share at their beginning: the stem, and what is left of it without an ending more.

    “planlægning” and “planlægger” share “planlæg”, “beregning” and “beregner” “beregn”, “jobcenter” and “jobcentret”
    “jobcent”, “implementering” and “implementation” “implement”, “børneområdet” and “børn” “børn”, “museum” and “museer”
    “muse”, “socialt” and “social” “social”. A short stem keeps the ending of an adjective: “ledige” has “ledig” alone.
    """
    root = stem(word)
    forms = {root}
    if word.startswith("ig", len(root)):  # of a verb such as “forudsige”, no adjective's ending
        forms.add(root + "ig")
    if len(root) <= SHORTEST_ROOT:
        for ending in ("ig", "lig", "elig", root[-1:] + "ig"):
            if word.startswith(ending, len(root)):
                forms = {root + ending}
    for ending in ("ning", "ing", "ation", "ator", "områd"):
        shorter = root.removesuffix(ending)
        if shorter != root and len(shorter) >= SHORTEST_ROOT:
            forms |= {form for form in (shorter, stem(shorter)) if len(form) >= SHORTEST_ROOT}
    if root.endswith(("eum", "ium", "ntrum", "kursus")):  # museer, medier, centre, kurser
        forms.add(root[:-2])
    if root.endswith(("alt", "elt", "ivt", "ært")) and len(root) > SHORTEST_ADJECTIVE:
        forms.add(root[:-1])
    forms |= {form[:-1] for form in forms if form.endswith(("tr", "dr")) and len(form) > SHORTEST_ROOT}
    return frozenset(forms)


def are_apart(one: str, other: str) -> bool:
    """Whether the two are known to only look alike."""
    return any(
        word in _APART and _APART[word].fullmatch(form) is not None for word, form in ((one, other), (other, one))
    )


def share_root(one: str, other: str) -> bool:
    """Whether two words have a root in common, and neither shows that it is a root of another word."""
    if are_apart(one, other):
        return False
    return any(
        not (_differ_after(one, other, root) or _differ_after(other, one, root)) for root in roots(one) & roots(other)
    )


def _differ_after(one: str, other: str, root: str) -> bool:
    """Whether `one` has a short vowel in the root, and `other` a long one: “tallene” and “tal”, and “taler”.

    A short vowel has its consonant doubled before an ending, a long one has the ending after a single one.
    """
    is_short = one.startswith(root[-1:], len(root)) or (one == root and one in SHORT_VOWELS)
    return is_short and other[len(root) : len(root) + 1] in VOWELS and root[-1:] not in VOWELS


def other_numbers(word: str) -> tuple[str, ...]:
    """The form of the other number where the noun changes its vowel: “børn” for “barn”, “barn” for “børnene”."""
    return (OTHER_NUMBER[word],) if word in OTHER_NUMBER else ()


def same_root(one: str, other: str) -> bool:
    """Whether two words are forms of one, or spelt differently in å, ø and æ only. A stop word is no form of another."""
    if one == other:
        return True
    forms = other not in STOP_WORDS and (
        share_root(one, other) or any(share_root(number, other) for number in other_numbers(one))
    )
    return forms or is_other_spelling(one, other)


def is_match(term: str, word: str) -> bool:
    """Whether `word` of a text is found by `term` of a query, both from `danish.words`."""
    if are_apart(term, word):
        return False
    if any(_is_match(spelling, word) for spelling in spellings(term)) or is_other_spelling(term, word):
        return True
    return any(share_root(number, word) for number in other_numbers(term))


def _is_match(term: str, word: str) -> bool:
    """By the rules for one spelling."""
    if len(term) >= BEGINS and word.startswith(term) and (len(term) > BEGINS or _may_follow(term, word[BEGINS:])):
        return True
    root = stem(term)
    if len(root) >= ENDS and word.startswith((root + "e", root + "s")):
        return True
    if share_root(term, word):
        return word not in STOP_WORDS or term == word
    if len(term) >= INSIDE and term in word and _is_head(word[: word.index(term)]):
        return True
    return len(term) >= ENDS and _ends_in(term, word)


def _may_follow(term: str, rest: str) -> bool:
    """Whether the letters after a term of three in a word may be a word of their own, or nothing."""
    if not rest:
        return True
    if rest[0] == term[-1] or rest.startswith(ENDINGS):
        return False
    return len(rest) >= (SHORTEST_REST_WITH_VOWEL if rest[0] in VOWELS else SHORTEST_REST)


def _ends_in(term: str, word: str) -> bool:
    """Whether `word` is a compound whose last part is a form of `term`."""
    ends = {term, *(root for root in roots(term) if len(root) >= ENDS)} - SUFFIXES
    return any(
        root.endswith(end) and _is_head(root[: -len(end)]) and not _is_other_end(term, end, word[len(root) :])
        for root in roots(word)
        for end in ends
    )


def _is_other_end(term: str, end: str, following: str) -> bool:
    """Whether a word that goes on so after the root `end` of the term ends in another word than the term: “system” and “stemme”."""
    doubled = end + end[-1]
    if end[-1] in VOWELS or not term.startswith(doubled):
        return False
    return following[:1] in VOWELS if following else term == f"{doubled}e"


def _is_head(beginning: str) -> bool:
    """Whether these letters may be the first part of a compound."""
    if len(beginning) < SHORTEST_HEAD:
        return beginning in SHORT_HEADS
    if beginning in PREFIXES or beginning in NO_HEADS:
        return False
    return beginning == "over" or not NO_WORD.fullmatch(beginning)


# Spelling ---------------------------------------------------------------------------------------

_PLAIN = str.maketrans({"å": "a", "ø": "o", "æ": "ae"})


@lru_cache(maxsize=2_048)
def spellings(term: str) -> frozenset[str]:
    """The term as it is, with å, ø or æ for aa, oe and ae, and with those for å, ø and æ: at most six."""
    forms = {term, with_danish_letters(term)}
    without = term
    for digraph, letter in DIGRAPHS:
        forms.add(term.replace(digraph, letter))
        without = without.replace(letter, digraph)
    return frozenset(forms | {without})


def has_danish_letter(word: str) -> bool:
    """Whether the word has one of å, ø and æ, or two letters that may stand for one."""
    return with_danish_letters(word) != word or not DANISH_LETTERS.isdisjoint(word)


@lru_cache(maxsize=16_384)
def plain_roots(word: str) -> frozenset[str]:
    """The roots without ring and stroke; “aa”, “oe” and “ae” are taken for the letters that they may stand for."""
    return frozenset(root.translate(_PLAIN) for root in roots(with_danish_letters(word)))


def is_other_spelling(term: str, word: str) -> bool:
    """Whether `word`, which has a Danish letter, is a form of `term` that is typed in another way.

    Whoever types å, ø or æ, or two letters for it, does not mean “a”, “o” or “e”.
    """
    if len(term) < SHORTEST_PLAIN or not has_danish_letter(word):
        return False
    if has_danish_letter(term):
        return share_root(with_danish_letters(term), with_danish_letters(word))
    return word not in STOP_WORDS and not plain_roots(term).isdisjoint(plain_roots(word))
