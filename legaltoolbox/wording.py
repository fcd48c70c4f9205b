"""Rules about words and numbers in the content: one term for each thing, and which numbers are our own proposals."""

import re
from collections.abc import Iterable, Iterator

TERMS = (
    (r"indtastede tekster|prompts", "prompter"),
    (r"indlejring\w*|embeddings?|søgeindeks\w*|vektordatabase\w*", "vektorlager"),
    (r"tiltag\w*", "foranstaltninger"),
    (r"grundrettighedsanalyse\w*|menneskerettighedsvurdering\w*", "grundrettighedsvurdering"),
    (r"konsekvensvurdering\w*|DPIA['’]en\w*", "konsekvensanalyse"),
    (r"digitalisering/it|it og digitalisering", "Digitalisering og it"),
)
"""Patterns of words that the content does not use, and the term that it has for the thing."""
_TERMS = tuple((re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE), term) for words, term in TERMS)
_NUMBER = re.compile(
    r"(?<![\w.,-])(\d+(?:[.,]\d+)?) (timer?|minutter|minut|dage?|arbejdsdage?|hverdage?|uger?|måneder|måned|år|procent|%)(?!\w)",
    re.IGNORECASE,
)
_LEAST = re.compile(r"(?<!\w)(?:mindst|højst) (?:\d+|en|et|én|ét|to|tre|fire|fem|ti) \w+", re.IGNORECASE)

_OWN_PAPERS = re.compile(
    r"hjemmelsnotat\w*|\w*notat om\b|forvaltningsretlig\w* notat|konsekvensanalyse\w*|juristens \w+|kommunens \w+"
    r"|vurdering efter GDPR art\. 22|sletteplan|tilsynsplan|tilsynsrapport|overvågningsplan|journaliseringsregel"
    r"|overførselsvurdering\w*|databehandleraftalen|MED-udvalg\w*|navngivne roller|gennemført hvad",
    re.IGNORECASE,
)
_SHARED = re.compile(r"kommunens (?:roller|tekst|sagssystem|testsager|data)\b", re.IGNORECASE)
"""Of the municipality, and yet part of what the vendor shows."""


_NOT_NEEDED = re.compile(
    r"(?<!\w)(?:ikke (?:nødvendig|påkrævet)|unødvendig|overflødig|(?:kan|må) (?:udelades|undlades))"
)
_BY_ITSELF = re.compile(r"\bfor sig\b")


def dispensable(text: str) -> list[str]:
    """The sentences of a text that say that something is not needed, but for those on what is not needed “for sig”."""
    sentences = re.split(r"(?<=\.)\s+", text)
    return [sentence for sentence in sentences if _NOT_NEEDED.search(sentence) and not _BY_ITSELF.search(sentence)]


def own_papers(text: str) -> list[str]:
    """The words of a text on evidence that mean what only the municipality can make."""
    return [match[0] for match in _OWN_PAPERS.finditer(text) if not _SHARED.match(match[0])]


def other_terms(text: str) -> Iterator[tuple[str, str]]:
    """The words in a text for which the content has another term, each with that term."""
    for words, term in _TERMS:
        yield from ((match[0], term) for match in words.finditer(text))


def numbers(text: str) -> list[str]:
    """The limits of time and amounts in a text, as they stand there: ["24 timer", "14 dage", "mindst to eksempler"]."""
    found = [match[0] for match in _NUMBER.finditer(text)]
    return found + [match[0] for match in _LEAST.finditer(text) if not _NUMBER.search(match[0])]


def unmarked_numbers(wording: str, proposals: Iterable[str], law: str) -> list[str]:
    """The numbers of a wording that are neither marked as proposals nor named in `law`, the text on what the law demands."""
    known = [number.casefold() for number in (*proposals, *numbers(law))]

    def is_known(number: str) -> bool:
        return any(re.search(rf"(?<!\w){re.escape(number.casefold())}(?!\w)", other) for other in known)

    return list(dict.fromkeys(number for number in numbers(wording) if not is_known(number)))
