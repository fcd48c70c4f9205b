"""Comparison of company names: names that a reader can take for the same count as equal.

They may differ in capitals, spaces, punctuation, legal form, accents, in Danish letters written as two (ø and oe), and in
letters of other alphabets that look alike. Vendors and invitations store the name as it is compared (`stored_name`),
so that an index finds it. Whoever changes `normalized_name` writes a migration that stores it anew, of every row.
"""

import re

from kl_ai.text import normalize

LEGAL_FORMS = frozenset({
    "as", "aps", "ivs", "is", "ks", "ps", "amba", "smba", "fmba", "ab", "asa", "oy", "oyj", "ag", "gmbh", "ug",
    "se", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "ltd", "limited", "llc", "llp", "plc", "inc", "corp",
    "co", "holding", "group",
})  # fmt: skip


MAX_NORMALIZED = 250
"""The length of the column; compatibility characters may make a name longer than the 120 characters that it may have."""

_LOOK_ALIKES = {
    **str.maketrans("АВЕЅІЈКМНОРСТУХҮԚԜҺӀ", "ABESIJKMHOPCTYXYQWHI"),  # Cyrillic
    **str.maketrans("авеѕіјкмнорстухүԛԝһӏԁ", "abesijkmhopctyxyqwhld"),
    **str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "ABEZHIKMNOPTYXC"),  # Greek
    **str.maketrans("αβεικνορτυχωϲ", "abeikvoptuxwc"),
    **str.maketrans("łŁđĐðħĦıɑɡ", "lLdDdhHiag"),  # Latin letters that have no decomposition
}
"""Letters to those of the Latin alphabet that they look like."""
_TWO_LETTERS = (
    ("æ", "ae"),
    ("ø", "oe"),
    ("o[\u0335-\u0338]", "oe"),  # an o with a stroke laid over it
    ("o\u0308", "oe"),
    ("a\u030a", "aa"),
    ("a\u0308", "ae"),
    ("u\u0308", "ue"),
)
"""Decomposed letters, small, and the two letters that are written where a keyboard lacks them."""
_MARKS = re.compile("[\u0300-\u036f]")
"""The marks above, below and over letters that are left then."""


def normalized_name(name: str) -> str:
    """The name in small Latin letters as far as they look like some, without spaces, marks and punctuation.

    Without the legal form, too, unless that is the whole name. "" for a name without letters and digits.
    """
    return "".join(_words(_folded(name)))


def is_spelt_alike(name: str, other: str) -> bool:
    """Whether both names have the same words in the same letters: they differ in capitals, punctuation and legal form alone."""
    first, second = (_words(normalize("NFKC", each).casefold()) for each in (name, other))
    return first == second


def stored_name(name: str) -> dict[str, str]:
    """The values of the columns by which a row with this name is found: the normalized name, and what it was made of."""
    return {"normalized_name": normalized_name(name)[:MAX_NORMALIZED], "normalized_from": name}


def _folded(name: str) -> str:
    """The name in small letters of the alphabet a to z, as far as it is Latin or looks like it."""
    text = normalize("NFKD", name).translate(_LOOK_ALIKES).casefold()
    for letter, two in _TWO_LETTERS:
        text = re.sub(letter, two, text)
    return _MARKS.sub("", text)


def _words(text: str) -> list[str]:
    """The words of a name in small letters, without the legal form unless there is nothing else."""
    text = re.sub(r"(?<=\w)[./](?=\w)", "", text)
    text = re.sub(r"\b([aikp])[\s./-]+s\b", r"\1s", text)  # A S, A-S
    words = re.sub(r"[\W_]+", " ", text).split()
    return [word for word in words if word not in LEGAL_FORMS] or words
