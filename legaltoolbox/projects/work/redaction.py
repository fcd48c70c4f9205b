"""Takes names out of texts that a project gives to others: known names, addresses, numbers and links become `LEFT_OUT`.

A machine knows the names that it has been given, and no others: what remains is read by a person before it goes out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

LEFT_OUT = "[udeladt]"
"""What stands where something was taken out, in Danish as the texts are."""
FEWEST_LETTERS = 2
"""Of a part of a name: an initial alone names nobody."""
MOST_PHRASE_LETTERS = 120

ORDINARY = frozenset(
    [
        "april",
        "august",
        "bach",
        "bjerg",
        "bo",
        "bonde",
        "bro",
        "brun",
        "bæk",
        "dag",
        "dal",
        "dam",
        "due",
        "eng",
        "fred",
        "friis",
        "frost",
        "from",
        "fugl",
        "glad",
        "grøn",
        "gry",
        "hans",
        "have",
        "hede",
        "hein",
        "her",
        "holm",
        "hvid",
        "høj",
        "ib",
        "juli",
        "juni",
        "jul",
        "juul",
        "jæger",
        "kim",
        "kok",
        "kold",
        "kær",
        "krog",
        "lang",
        "lille",
        "lind",
        "liv",
        "lov",
        "lund",
        "maj",
        "mark",
        "min",
        "møller",
        "nord",
        "ny",
        "ole",
        "per",
        "ravn",
        "rosen",
        "rød",
        "sand",
        "skov",
        "skytte",
        "smed",
        "sol",
        "sommer",
        "sort",
        "sten",
        "storm",
        "strand",
        "stor",
        "syd",
        "terp",
        "vang",
        "varm",
        "vest",
        "vinter",
        "ager",
        "alma",
        "rose",
        "sin",
        "sind",
        "sejr",
        "art",
        "dan",
        "elo",
        "even",
        "evald",
        "fin",
        "frede",
        "fri",
        "gert",
        "helle",
        "hede",
        "jo",
        "klaus",
        "ly",
        "mads",
        "mie",
        "nora",
        "odd",
        "pia",
        "rene",
        "rune",
        "ry",
        "si",
        "sus",
        "tage",
        "tim",
        "tove",
        "ulf",
        "viktor",
        "viola",
        "øst",
        "ørn",
        "å",
        "ås",
    ]
)
"""Names that are also words, in small letters: with a small letter they are the word."""
PARTICLES = frozenset(
    [
        "af",
        "al",
        "da",
        "de",
        "del",
        "den",
        "der",
        "di",
        "du",
        "el",
        "en",
        "et",
        "ibn",
        "la",
        "le",
        "ten",
        "ter",
        "van",
        "von",
        "og",
        "the",
    ]
)
"""Small words within names."""
OF_EVERYBODY = frozenset(
    [
        "ai",
        "anden",
        "andre",
        "bv",
        "cloud",
        "consulting",
        "danish",
        "danmark",
        "dansk",
        "danske",
        "data",
        "denmark",
        "det",
        "digital",
        "egen",
        "egenudvikling",
        "eget",
        "en",
        "et",
        "europa",
        "europe",
        "european",
        "flere",
        "group",
        "hele",
        "ikke",
        "ingen",
        "inc",
        "intern",
        "international",
        "internt",
        "it",
        "kommune",
        "kommunen",
        "kommunens",
        "kommunerne",
        "kommunernes",
        "kunstig",
        "leverandør",
        "leverandøren",
        "løsning",
        "med",
        "nej",
        "ny",
        "nordic",
        "nordisk",
        "og",
        "os",
        "os2",
        "selv",
        "services",
        "software",
        "solution",
        "solutions",
        "system",
        "systemer",
        "systems",
        "technologies",
        "technology",
        "tele",
        "udvikler",
        "ukendt",
        "under",
        "vi",
        "vores",
    ]
)
"""Words in the names of companies, and in what stands where there is none, that name nobody."""
_COMPANY_FORM = re.compile(
    r"(?<!\w)(?:A/S|ApS|I/S|K/S|P/S|IVS|A\.?M\.?B\.?A\.?|GmbH|AG|Ltd\.?|Limited|Inc\.?|LLC|B\.?V\.?|AB|AS|Oy|S\.?A\.?|"
    r"Corp\.?|Corporation|PLC)(?!\w)",
    re.IGNORECASE,
)
_BETWEEN_NAMES = re.compile(r"[,;/\n()\[\]|:]|\s(?:og|eller|and)\s")
_WORD = re.compile(r"[^\W\d_]+")
_WORD_OF_COMPANY = re.compile(r"[^\W_]+")

_TOKEN = re.compile(r"[^\s<>()\"“”„,;]+")
_MAIL_IN_WORDS = re.compile(
    r"(?<![^\W_])(?<![.+-])[^\W_][\w.+-]*\s?[(\[](?:at|snabel-?a)[)\]]\s?[\w-]+(?:\.[^\W_]{2,})+", re.IGNORECASE
)
_TOP = "dk|com|org|net|eu|io|ai|info|example|gov|dev|app|cloud|uk|fr|nl|fi|biz|online|tech|software"
_REST = r"[^\s<>()\"“”„,;]*[^\s<>()\"“”„,;.:!?_]"
_LINK = re.compile(
    rf"(?<![^\W_])(?:[a-z][a-z0-9+]*://{_REST}|mailto:{_REST}|www\.{_REST}"
    rf"|(?<![@.-])(?:[^\W_][\w-]*\.)+(?:(?:{_TOP})(?![^\W_]|[.-][^\W_])|[^\W\d_]{{2,}}(?=[/?#]\w))(?:[/?#:]{_REST})?)",
    re.IGNORECASE,
)
_SPACE = "[ \u00a0.\u2009\u202f\\-\u2010\u2011\u2013]"
_NUMBERS = re.compile(
    rf"(?<![^\W_])(?:DK{_SPACE}?|\+|00)?(?:"
    rf"\d{{6}}{_SPACE}{{0,3}}\d{{4}}"  # a CPR number, with or without what divides it
    rf"|\d{{2}}{_SPACE}?\d{{2}}{_SPACE}?\d{{2}}{_SPACE}{{0,3}}\d{{4}}"
    rf"|(?:\d{{1,3}}{_SPACE}?)?\d{{2}}{_SPACE}?\d{{2}}{_SPACE}?\d{{2}}{_SPACE}?\d{{2}}"  # a Danish telephone number
    rf"|(?:\d{{1,3}}{_SPACE})?\d{{3,4}}[ \u00a0\-]\d{{2,4}}[ \u00a0\-]?\d{{2,4}}"
    rf"|\d{{7,}}"
    rf")(?![^\W_])"
)
_ABROAD = re.compile(r"(?<![^\W_])(?:\+|00)\d[\d \u00a0()\-.]{5,18}\d(?![^\W_])")
_TWICE = re.compile(rf"{re.escape(LEFT_OUT)}(?:[\s.\-]{{1,2}}{re.escape(LEFT_OUT)})+")


def folded(text: str) -> str:
    """The text as names are compared: small letters without accents; æ, ø and å as they are written without them."""
    small = unicodedata.normalize("NFC", text).casefold()
    for letter, letters in (("æ", "ae"), ("ä", "ae"), ("ø", "oe"), ("ö", "oe"), ("å", "aa")):
        small = small.replace(letter, letters)
    return "".join(each for each in unicodedata.normalize("NFKD", small) if not unicodedata.combining(each))


_ORDINARY, _OF_EVERYBODY = frozenset(map(folded, ORDINARY)), frozenset(map(folded, OF_EVERYBODY))


class Redactor:
    """Knows names, and takes them out of texts."""

    def __init__(self, people: Iterable[str] = (), companies: Iterable[str] = (), numbers: Iterable[str] = ()) -> None:
        """The names of people, those of companies as somebody has typed them, and the numbers of cases. No query."""
        self._words: dict[str, bool] = {}
        """Each name of one word, folded, to whether it is one with a small letter too."""
        phrases = set(numbers)
        for name in people:
            for part in _WORD.findall(unicodedata.normalize("NFC", name)):
                self._add(part)
        for company in companies:
            phrases |= self._company(unicodedata.normalize("NFC", company))
        known = sorted(
            {" ".join(each.split()) for each in phrases if _names_something(each)}, key=lambda each: -len(each)
        )
        self._phrases = re.compile("|".join(map(_pattern, known)), re.IGNORECASE) if known else None

    def __call__(self, text: str) -> str:
        """The text without what is known, and without addresses, numbers of people and links."""
        if not text.strip():
            return text
        text = unicodedata.normalize("NFC", text)
        text = _MAIL_IN_WORDS.sub(LEFT_OUT, text)
        text = _LINK.sub(LEFT_OUT, text)
        if "@" in text:
            text = _TOKEN.sub(_without_mail, text)
        if self._phrases:
            text = self._phrases.sub(LEFT_OUT, text)
        text = _ABROAD.sub(LEFT_OUT, text)
        text = _NUMBERS.sub(lambda match: match[0] if _is_day(match[0]) else LEFT_OUT, text)
        text = LEFT_OUT.join(_WORD.sub(self._word, part) for part in text.split(LEFT_OUT))
        return _TWICE.sub(LEFT_OUT, text)

    def _add(self, part: str) -> None:
        """A part of the name of a person: one that is also a word, or has two letters, is a name with a capital letter alone."""
        small = folded(part)
        if len(part) < FEWEST_LETTERS or (small in PARTICLES):
            return
        self._words[small] = len(part) > FEWEST_LETTERS and small not in _ORDINARY

    def _company(self, name: str) -> set[str]:
        """The phrases by which a company is known; its words are added."""
        phrases = {name}
        for piece in _BETWEEN_NAMES.split(_COMPANY_FORM.sub(" ", name)):
            words = _WORD_OF_COMPANY.findall(piece)
            phrases.add(piece)
            for word in words:
                is_name = word[:1].isupper() or any(each.isupper() for each in word) or len(words) == 1
                if is_name and len(word) > FEWEST_LETTERS and folded(word) not in _OF_EVERYBODY and word.isalpha():
                    self._words.setdefault(folded(word), folded(word) not in _ORDINARY and len(word) > 3)
        return phrases

    def _word(self, match: re.Match[str]) -> str:
        word = match[0]
        small = folded(word)
        for each in (small, small.removesuffix("s")):
            if each in self._words and (self._words[each] or word[0].isupper()):
                return LEFT_OUT
        return word


def _names_something(phrase: str) -> bool:
    """Whether a phrase names a company or a case: more than words that are of everybody, and no whole paragraph."""
    words = [folded(word) for word in _WORD_OF_COMPANY.findall(_COMPANY_FORM.sub(" ", phrase))]
    is_long_enough = len("".join(words)) >= FEWEST_LETTERS
    return is_long_enough and len(phrase) <= MOST_PHRASE_LETTERS and not all(word in _OF_EVERYBODY for word in words)


def _pattern(phrase: str) -> str:
    """The phrase as a whole, in the genitive too, however it is divided into lines."""
    words = r"\s+".join(map(_letters, phrase.split()))
    return rf"(?<![^\W_]){words}(?:['’]?s)?(?![^\W_])"


def _letters(word: str) -> str:
    """The word with each way to write æ, ø and å."""
    text = re.escape(word)
    for letter, letters in (("æ", "ae"), ("ø", "oe"), ("å", "aa")):
        text = re.sub(f"{letter}|{letters}", f"(?:{letter}|{letters})", text, flags=re.IGNORECASE)
    return text


def _without_mail(match: re.Match[str]) -> str:
    """The word, without what is an e-mail address or might be one."""
    word = match[0]
    if "@" not in word:
        return word
    bare = word.strip("._:!?'’[]")
    return word.replace(bare, LEFT_OUT, 1) if bare else LEFT_OUT


def _is_day(text: str) -> bool:
    """Whether the digits are a day, such as 2026-03-02 or 02.03.2026."""
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text) or re.fullmatch(
        r"(\d{1,2})[.\- ](\d{1,2})[.\- ](\d{4})", text
    )
    if match is None:
        return False
    first, month, last = map(int, match.groups())
    year, day = (first, last) if first > last else (last, first)
    try:
        return bool(date(year, month, day)) and 1900 < year < 2100
    except ValueError:
        return False
