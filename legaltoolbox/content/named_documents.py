"""Which decisions, judgments, guides and orders a text names, so that the content check can ask for them among the sources.

A document is named by its number (“2023-212-0015”, “C-634/21”, “EDPB udtalelse 28/2024”, “WP248”, “FOB 2022-23”,
“C(2025) 5052”, “afgørelse (EU) 2021/914”, “bekendtgørelse nr. 101 af 20. januar 2026”), by a name of its own (“Schrems II”,
“SU-sagen”), or by who has said something (“Datatilsynet udtalte i 2022”, “Kommissionens retningslinjer fra maj 2026”).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..models import LegalSource

_YEAR = re.compile(r"(?<![\d/-])20\d{2}(?![\d/-])")
_MONTHS = "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december"
_NUMBERS = {
    "file": r"(?<![\d-])(?P<file>\d{4}-\d{2,3}-\d{4})(?![\d-])",
    "case": r"(?<!\w)(?P<case>[CT][-‑]\d{1,4}/\d{2})(?!\d)",
    "edpb": r"(?:EDPB[’']?s?|udtalelse|retningslinjer|anbefalinger)(?: (?:udtalelse|retningslinjer|anbefalinger|nr\.))* "
    r"(?P<edpb>\d{1,2}/20\d{2})(?!\d)",
    "wp": r"(?<!\w)(?P<wp>WP ?\d{3})(?!\d)",
    "fob": r"(?<!\w)(?P<fob>FOB (?:nr\. )?20\d{2}(?:-\d+)?)",
    "commission": r"(?<!\w)(?P<commission>C\(20\d{2}\) ?\d+)",
    "decision": r"[Aa]fgørelse (?:\(EU\) )?(?:nr\. )?(?P<decision>20\d{2}/\d{3,4})(?!\d)",
    "order": rf"(?:BEK|[Bb]ekendtgørelse|[Ll]ov) nr\. (?P<order>\d{{1,4}} af \d{{1,2}}\. (?:{_MONTHS}) 20\d{{2}})",
}
"""Kind of number to the pattern that finds it; the group of its name is what counts."""
_NUMBER = re.compile("|".join(_NUMBERS.values()))

_SAID = (
    r"udtal(?:te|t|elser?n?)|fandt|fundet|nåede|har (?:[\w-]+ ){0,3}(?:sagt|set|vurderet|kritiseret|afvist|fremhævet|peget)|kritiserede|afviste|vurderede"
    r"|fastslog|fastslår|(?:siger|skelner|regner|knytter|fremhæver|anbefaler|mener)|peger (?:\w+ )?på|gav (?:[\w.]+ ){0,4}påbud"
)
_GUIDES = r"(?:\w+ ){0,2}(?:retningslinjer|vejledning|liste|skabelon|standardkontrakt\w*|udkast)"


@dataclass(frozen=True)
class Authority:
    """Who says what the law means, and how the keys of its documents begin."""

    name: str
    keys: tuple[str, ...]
    pattern: re.Pattern[str]
    """Finds in a sentence that the authority has said something."""


def _authority(name: str, forms: str, *keys: str) -> Authority:
    """An authority in these forms, of which the sentence says what it said, a year, or a guide of its."""
    said = rf"(?<!\w)(?:{forms})(?!\w)(?:[^.?!;]{{0,80}}?\b(?:{_SAID})\b|[^.?!;]{{0,60}}?{_YEAR.pattern}| {_GUIDES}\b)"
    return Authority(name, keys, re.compile(said))


AUTHORITIES = (
    _authority("Datatilsynet", "Datatilsynets?", "datatilsynet-"),
    _authority("Ombudsmanden", "(?:[Ff]olketingets )?[Oo]mbudsmandens?", "ombudsmanden-"),
    _authority("EU-Domstolen", "(?:EU-)?[Dd]omstolens?|EU[’']s Ret", "eu-domstolen-"),
    _authority("EDPB", "EDPB[’']?s?|Det Europæiske Databeskyttelsesråds?", "edpb-", "wp"),
    _authority("Artikel 29-gruppen", "[Aa]rtikel 29-gruppens?|WP29", "wp"),
    _authority("Kommissionen", "(?:EU-)?Kommissionens?", "kommissionen-", "eu-us-data-privacy-framework"),
    _authority("Digitaliseringsstyrelsen", "Digitaliseringsstyrelsens?", "digitaliseringsstyrelsen-"),
    _authority("KL", "KL[’']s?", "kl-"),
)


class NamedDocuments:
    """The documents among these sources, by the numbers and names under which a text may name them."""

    def __init__(self, sources: Iterable[LegalSource]) -> None:
        self._by_number: dict[str, LegalSource] = {}
        names: dict[str, LegalSource] = {}
        for source in sources:
            if source.part_of is not None:
                continue
            for text in (source.name, source.title, *source.aliases):
                for _text, number in numbers(text):
                    self._by_number.setdefault(number, source)
            names |= {name.replace("’", "'"): source for name in _own_names(source)}
        self._names = names
        longest = sorted(map(re.escape, names), key=lambda name: (-len(name), name))
        self._named = re.compile(rf"(?<![\w-])(?:{'|'.join(longest) or '(?!)'})(?![\w-])")

    def missing(self, text: str, own: Iterable[LegalSource]) -> Iterator[str]:
        """What the text names that is not among its `own` documents, as sentences without a subject."""
        own, text = list(own), text.replace("’", "'")
        for written, number in numbers(text):
            source = self._by_number.get(number)
            if source is None:
                yield _("names “%(document)s”, which is not in the table of sources.") % {"document": written}
            elif source not in own:
                yield _("names “%(document)s”, which is not among its sources.") % {"document": written}
        for match in self._named.finditer(text):
            if self._names[match[0]] not in own:
                yield _("names “%(document)s”, which is not among its sources.") % {"document": match[0]}
        for authority in AUTHORITIES:
            for match in authority.pattern.finditer(text):
                documents = [source for source in own if source.slug.startswith(authority.keys)]
                year = _YEAR.search(_rest_of_sentence(text, match.start()))
                if not any(year is None or year[0] in _dated_text(source) for source in documents):
                    yield _(
                        "says what %(authority)s has said, “%(words)s”, with no such document among its sources."
                    ) % {
                        "authority": authority.name,
                        "words": f"{match[0]} … {year[0]}" if year and year[0] not in match[0] else match[0],
                    }


def _rest_of_sentence(text: str, start: int) -> str:
    return re.split(r"[.?!](?=\s+[A-ZÆØÅ]|$)|\n", text[start:], maxsplit=1)[0]


def _dated_text(source: LegalSource) -> str:
    """The texts of a document that say of when it is."""
    return " ".join([source.slug, source.name, source.title, source.summary, source.change])


def numbers(text: str) -> Iterator[tuple[str, str]]:
    """The numbers of documents in a text: as they are written, and in one form."""
    for match in _NUMBER.finditer(text):
        kind, number = next((kind, value) for kind, value in match.groupdict().items() if value)
        folded = re.sub(r"[ ‑]|nr\.", "", number).casefold()
        yield match[0], f"{kind} {folded.lstrip('0')}"


def _own_names(source: LegalSource) -> Iterator[str]:
    """The names that mean this document and nothing else: they begin with a capital letter. Acts are cited otherwise."""
    if source.kind == LegalSource.Kind.ACT:
        return
    party = re.search(r"\(([^()]+)\)$", source.name)
    for name in (source.name, *source.aliases, *([party[1]] if party else ())):
        if name[:1].isupper() and not _NUMBER.fullmatch(name):
            yield name
