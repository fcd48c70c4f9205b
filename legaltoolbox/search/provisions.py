"""The provisions that a query names, wherever they stand in it and in whatever form they are written.

“GDPR artikel 13, 14 og 15”, “§ 22 i forvaltningsloven”, “Art. 6 Abs. 1 lit. e DSGVO”, “AI Act, Annex III, point 5(a)”,
“GDPR 6.1.e”, “sundhedslovens § 42 a-d”. Everything is read from left to right once; a query is short, and so is each step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .act_names import ActMention, ActNames

LONGEST, MOST = 300, 20
"""The letters of a query that are read, and the provisions."""
MAX_RANGE = 10
"""The members of a range that are read; of a longer one its ends."""

Place = tuple[str, ...]
"""The parts of a source's key after its act: ("art", "35", "stk", "7"). The first word is "" where no unit is written."""


@dataclass(frozen=True)
class Citation:
    """A provision, or an act alone."""

    act: str | None
    """The act's slug; None for an act that the toolbox lacks, and for any act."""
    place: Place = ()
    unknown_act: str = ""
    """The name of an act that the toolbox lacks, as it is written."""


@dataclass(frozen=True)
class ParsedQuery:
    """What a query names, in its order, and the rest of its words."""

    citations: tuple[Citation, ...] = ()
    rest: str = ""


# Places -------------------------------------------------------------------------------------------

_UNITS = {
    "art": "art", "artikel": "art", "artiklen": "art", "artikler": "art", "artiklerne": "art", "article": "art", "articles": "art",
    "§": "par", "§§": "par", "par": "par", "paragraf": "par", "paragraffen": "par", "paragraffer": "par", "section": "par",
    "sections": "par", "bilag": "bilag", "bilaget": "bilag", "annex": "bilag", "anhang": "bilag", "betragtning": "betragtning",
    "præambelbetragtning": "betragtning", "recital": "betragtning", "erwägungsgrund": "betragtning",
}  # fmt: skip
"""The words for the first level of a provision, and the word that a source's key has for each."""
_STEP_UNITS = {
    "stk": "stk", "stykke": "stk", "abs": "stk", "absatz": "stk", "paragraph": "stk", "paragraphs": "stk", "pkt": "pkt", "punkt": "pkt",
    "point": "pkt", "points": "pkt", "nr": "nr", "nummer": "nr", "number": "nr", "litra": "litra", "lit": "litra", "letter": "litra",
    "buchst": "litra", "buchstabe": "litra",
}  # fmt: skip


def _alternatives(names: Sequence[str] | dict[str, str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


_NUMBER = r"(?P<number>[0-9]{1,3})(?![0-9/%])"
_UNIT = re.compile(rf"(?:(?<![\wæøå])|(?<=[\w])(?=§))(?P<unit>{_alternatives(_UNITS)})(?!\w*[a-zæøå])\.? ?")
_FIRST = re.compile(rf"{_NUMBER}(?:(?P<close>[a-z])(?![a-zæøå0-9])|(?P<spaced> [a-hj-z](?![\w.(])))?")
_ROMAN = re.compile(r"(?P<number>[ivx]{1,5}|[0-9]{1,2})(?![\wæøå/%])")
_STEP = re.compile(
    rf"[, ]*(?:(?P<unit>{_alternatives(_STEP_UNITS)})\.? ?\(?(?P<value>[0-9]{{1,3}}|[a-z]{{1,2}})(?![a-zæøå0-9])\)?"
    r"|\((?P<marked>[0-9]{1,3}|[a-z]{1,2})\)|(?<=[0-9])\.(?P<dotted>[0-9]{1,3}|[a-z])(?![a-zæøå0-9])"
    r"|(?<=[0-9])\.(?P<last>[a-z])(?![a-zæøå0-9]))"
)
_SENTENCE = re.compile(r", ?[0-9]{1,2}\. ?pkt\.?(?![a-zæøå])")
"""“2. pkt.”: a sentence of a paragraph, which no source is."""
_BARE_LETTER = re.compile(r",? (?P<value>[a-z])\)?$")
_BARE_NUMBER = re.compile(r",? (?P<value>[0-9]{1,2})(?![0-9/%])")
_RANGE = re.compile(
    r" ?(?:-|–|—|til|to|bis) ?(?:(?:§|stk\.?|litra|nr\.?) ?)?\(?(?P<value>[0-9]{1,3}|[a-z])(?![a-zæøå0-9])\)?"
)
_NEXT = re.compile(
    r"(?: ?, ?| (?:og|and|und|samt|eller|or) |, (?:og|and) )(?P<value>[0-9]{1,3}(?![0-9/%])(?! ?[.] ?pkt)|[a-z])(?![a-zæøå0-9])\)?"
)
_ELSEWHERE = re.compile(
    rf"(?: ?, ?| )(?:(?:og|and|und|samt|jf\.?|jævnfør|cf\.?) )?(?P<unit>{_alternatives(_STEP_UNITS)})\.? ?"
    r"(?P<value>[0-9]{1,3}|[a-z]{1,2})(?![a-zæøå0-9])\)?"
)
"""Another step of the same provision: “jf. stk. 3”, “og litra f”."""


@dataclass
class _Scan:
    """The provisions at one place of the text, and where they end."""

    text: str
    unit: str
    end: int
    places: list[Place] = field(default_factory=list)

    def read(self) -> bool:
        """Read from `end` on; whether there is a provision."""
        first = self._first()
        if first is None:
            return False
        self.places.append((self.unit, *first))
        self._steps()
        while len(self.places) < MOST and (self._range() or self._sibling() or self._other_step()):
            pass
        return True

    def _first(self) -> Place | None:
        if self.unit == "bilag":
            match = _ROMAN.match(self.text, self.end)
            if match is None:
                return None
            self.end = match.end()
            return (_roman(match["number"]),)
        match = _FIRST.match(self.text, self.end)
        if match is None:
            return None
        letter = match["close"] or (match["spaced"] or "").strip()
        self.end = match.end()
        return (match["number"], letter) if letter else (match["number"],)

    def _steps(self) -> None:
        """The steps down from the last place."""
        while True:
            if sentence := _SENTENCE.match(self.text, self.end):
                self.end = sentence.end()
            step = _STEP.match(self.text, self.end)
            if step is None:
                step = self._bare()
            if step is None:
                return
            groups = step.groupdict()
            value = next(groups[name] for name in ("value", "marked", "dotted", "last") if groups.get(name))
            unit = _STEP_UNITS.get(groups.get("unit") or "", "")
            place = self.places[-1]
            kind = "litra" if value.isalpha() else self._number_unit(unit, place)
            if kind in place[1:]:  # “litra e, litra f” goes beside, not down
                return
            self.places[-1] = (*place, kind, value)
            self.end = step.end()

    def _bare(self) -> re.Match[str] | None:
        """A step without a unit: "5" in “bilag III 5”, and a single letter at the end, "b" in “stk. 2, b”."""
        if self.unit == "bilag" and len(self.places[-1]) == 2:
            return _BARE_NUMBER.match(self.text, self.end)
        return _BARE_LETTER.match(self.text, self.end) if len(self.places[-1]) > 2 else None

    def _number_unit(self, unit: str, place: Place) -> str:
        first = "pkt" if self.unit == "bilag" else "stk"
        if unit == "pkt" and self.unit != "bilag":
            unit = ""
        return unit or (first if first not in place[1:] else "nr")

    def _range(self) -> bool:
        """“13-14”, “litra a-f”, “§ 42 a-d”: from the last place to another of the same level."""
        match = _RANGE.match(self.text, self.end)
        last = self.places[-1]
        if match is None or match["value"].isalpha() != last[-1].isalpha() or (self.unit == "bilag" and len(last) == 2):
            return False
        self.end = match.end()
        self.places += [(*last[:-1], value) for value in _between(last[-1], match["value"])]
        return True

    def _sibling(self) -> bool:
        """“artikel 13, 14 og 15”, “litra a, b, c og f”: others of the last place's level, without a unit."""
        match = _NEXT.match(self.text, self.end)
        last = self.places[-1]
        if match is None or match["value"].isalpha() != last[-1].isalpha() or (self.unit == "bilag" and len(last) == 2):
            return False
        value = match["value"]
        if value == "i" and not re.match(r"$|[,).]| og | and ", self.text[match.end() :]):  # the Danish for “in”
            return False
        self.end = match.end()
        self.places.append((*last[:-1], value))
        self._steps()
        return True

    def _other_step(self) -> bool:
        """“jf. stk. 3” after “stk. 1, litra e”: the same level, from the place above it."""
        match = _ELSEWHERE.match(self.text, self.end)
        last = self.places[-1]
        if match is None:
            return False
        value = match["value"]
        kind = "litra" if value.isalpha() else self._number_unit(_STEP_UNITS[match["unit"]], ())
        if kind not in last[1:]:
            return False
        self.end = match.end()
        self.places.append((*last[: last.index(kind, 1)], kind, value))
        self._steps()
        return True


def _roman(number: str) -> str:
    """A number of an annex in Roman letters, as the sources' keys have it."""
    if not number.isdigit():
        return number
    value, letters = int(number), ""
    for amount, letter in ((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        while value >= amount:
            letters, value = letters + letter, value - amount
    return letters or number


def _between(first: str, last: str) -> list[str]:
    """What comes after `first` in a range, up to and with `last`."""
    if first.isdigit():
        start, end = int(first), int(last)
        return [str(number) for number in range(start + 1, end + 1)] if start < end <= start + MAX_RANGE else [last]
    if len(first) == 1 and 0 < ord(last) - ord(first) <= MAX_RANGE:
        return [chr(code) for code in range(ord(first) + 1, ord(last) + 1)]
    return [last]


# The whole query ------------------------------------------------------------------------------------

_BEFORE = re.compile(r"[ ,.:(]*(?:(?:eu|eu's|the) )?$")
_AFTER = re.compile(r"[ ,.)]*(?:(?:i|af|efter|in|of|the|under|der|des|den|eu's|eu) ){0,4}$")
_JOINED = re.compile(r"[ ,.;/]*(?:(?:og|and|und|samt|eller|or|jf|jævnfør|cf)\b[. ]*)*$")


@dataclass
class _Group:
    """Provisions that stand together: where, which, and the act that they belong to."""

    start: int
    end: int
    places: list[Place]
    mention: ActMention | None = None

    @property
    def act(self) -> str | None:
        return self.mention.slug if self.mention is not None else None

    @property
    def unknown_act(self) -> str:
        return self.mention.name if self.mention is not None else ""


def folded(query: str) -> str:
    """The query as it is read: small letters, single spaces, not too long."""
    return " ".join(query.casefold().replace("\u00a0", " ").split()).strip(" .,;?!")[:LONGEST]


def parse(query: str, names: ActNames) -> ParsedQuery:
    """The provisions and acts that a query names, and its other words. An act counts alone only where nothing else is typed."""
    text = folded(query)
    mentions = names.mentions(text)
    groups = list(_groups(text, mentions))
    if not groups:
        rest = _without(text, [(mention.start, mention.end) for mention in mentions])
        acts = [
            Citation(mention.slug, (), mention.name) for mention in mentions if mention.slug and mention.stands_alone
        ]
        return ParsedQuery(tuple(dict.fromkeys(acts)), "") if acts and not rest else ParsedQuery((), text)
    _attach(text, groups, mentions)
    citations = [Citation(group.act, place, group.unknown_act) for group in groups for place in group.places]
    spans = [(group.start, group.end) for group in groups]
    spans += [(group.mention.start, group.mention.end) for group in groups if group.mention is not None]
    return ParsedQuery(tuple(dict.fromkeys(citations))[:MOST], _without(text, spans))


def _groups(text: str, mentions: Sequence[ActMention]) -> Iterator[_Group]:
    """The provisions with a unit, and those that stand right after the name of an act, “GDPR 6.1.e”."""
    starts = [(match.start(), match.end(), _UNITS[match["unit"]]) for match in _UNIT.finditer(text)]
    inside = [(mention.start, mention.end) for mention in mentions]
    starts = [entry for entry in starts if not any(start <= entry[0] < end for start, end in inside)]
    for mention in mentions:
        after = re.compile("[ ,]*").match(text, mention.end)
        if mention.slug and after is not None:
            starts.append((after.end(), after.end(), ""))
    end = 0
    for start, after_unit, unit in sorted(starts):
        scan = _Scan(text, unit, after_unit)
        if start >= end and scan.read():
            end = scan.end
            yield _Group(start, end, scan.places)


def _attach(text: str, groups: Sequence[_Group], mentions: Sequence[ActMention]) -> None:
    """Give each group its act: the one right before or after it, that of the group before, or the only one named."""
    known = {mention.slug: mention for mention in mentions if mention.slug}
    for place, group in enumerate(groups):
        before = [m for m in mentions if m.end <= group.start and _BEFORE.match(text[m.end : group.start])]
        after = [m for m in mentions if m.start >= group.end and _AFTER.match(text[group.end : m.start])]
        group.mention = next(iter([*before[-1:], *after[:1]]), None)
        previous = groups[place - 1] if place else None
        if group.mention is None and previous is not None and _JOINED.match(text[previous.end : group.start]):
            group.mention = previous.mention
    for group in groups:
        if group.mention is None and len(known) == 1:
            group.mention = next(iter(known.values()))


_FILLER_WORDS = (
    "i af efter in of the under der des den jf jævnfør cf og and und samt eller or eu eu's stk litra nr loven s"
)
_FILLERS = frozenset(_FILLER_WORDS.split())
"""The little words that join provisions and acts."""


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The words of the text outside of these places; none where only little words are left."""
    letters = list(text)
    for start, end in spans:
        letters[start:end] = " " * (end - start)
    words = re.findall(r"[\w'’-]+", "".join(letters))
    return " ".join(words) if any(word not in _FILLERS for word in words) else ""
