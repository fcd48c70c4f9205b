"""Citations of law: finding them in running text and in what somebody searches for.

In the content each provision is cited in one form, "GDPR art. 35, stk. 7, litra b", "forvaltningslovens § 22",
"AI-forordningens bilag III, pkt. 5, litra a", which is the name of its entry in the table of sources.
A search may have any form: "art 35", "GDPR 9(2)(g)", "§ 22".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .models import LegalSource

PLACE = (
    r"(?: art\. \d+(?:[a-z](?![a-zæøå]))?| § \d+(?: [a-hj-z](?![a-zæøå]))?| bilag [IVX]+| betragtning \d+)"
    r"(?:, stk\. \d+)?(?:, pkt\. \d+)?(?:, nr\. \d+)?(?:, litra [a-z]{1,2}(?![a-zæøå]))?"
)
"""A provision of an act, after the act's name."""


def in_genitive(name: str) -> str:
    """The name of an act as it stands before a provision: "forvaltningslovens", "barnets lovs", "GDPR".

    An abbreviation has no genitive of its own, and neither has a name such as "lov om etnisk ligebehandling",
    whose noun is not its last word.
    """
    if not name[-1:].islower() or " om " in name:
        return name
    return f"{name}’" if name.endswith("s") else f"{name}s"


def pattern(acts: Iterable[LegalSource]) -> re.Pattern[str]:
    """A regular expression for the citations of these acts' provisions in running text, with or without the genitive."""
    forms = {form for act in acts for form in (act.name, in_genitive(act.name))}
    names = sorted(map(re.escape, forms), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(names) or '(?!)'}){PLACE}", re.IGNORECASE)


def normalized(citation: str) -> str:
    """A citation as a key: small letters, single spaces."""
    return " ".join(citation.split()).casefold()


def in_one_form(citation: str, acts: Iterable[LegalSource]) -> str:
    """A citation with the name of its act in the genitive, as the table of sources has it."""
    for act in acts:
        rest = citation[len(act.name) :]
        if citation.casefold().startswith(act.name.casefold()) and rest.startswith(" "):
            return in_genitive(citation[: len(act.name)]) + rest
    return citation


def place_in_act(source: LegalSource) -> str:
    """The name of a provision without that of its act, "art. 9"; the whole name of what is part of nothing."""
    return source.name.removeprefix(in_genitive(source.act.name)).strip() if source.part_of else source.name


def cited(text: str, citation_pattern: re.Pattern[str]) -> Iterator[str]:
    """The citations in a text, in the form that they have there."""
    return (match[0] for match in citation_pattern.finditer(text))


# Searching --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Citation:
    """A provision that a query names: the act, and the place in it."""

    act: str | None
    """The act's slug, None for any act."""
    place: tuple[str, ...]
    """The parts of a source's key after the act, ("art", "35", "stk", "7"). The first word, "art" or "par", may be missing."""


_UNITS = {
    "art": "art", "artikel": "art", "artikler": "art", "article": "art", "articles": "art",
    "§": "par", "§§": "par", "par": "par", "paragraf": "par", "paragraffer": "par", "section": "par",
    "bilag": "bilag", "annex": "bilag", "betragtning": "betragtning", "recital": "betragtning",
}  # fmt: skip
"""The words for the first level of a provision, and the word that a source's key has for each."""
_STEP_UNITS = {
    "stk": "stk", "stykke": "stk", "paragraph": "stk", "pkt": "pkt", "punkt": "pkt", "point": "pkt", "nr": "nr",
    "litra": "litra", "lit": "litra",
}  # fmt: skip
_UNIT = rf"(?:(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})\.? ?)?"
_NUMBERED = re.compile(
    rf"^{_UNIT}(?P<number>\d{{1,3}}|[ivx]{{1,4}}(?![a-zæøå]))(?: ?(?P<letter>[a-hj-z])(?![a-zæøå0-9]))?(?P<rest>.*)$"
)
_SEVERAL = re.compile(rf"^{_UNIT}(?P<numbers>\d{{1,3}}(?: ?(?:,|og|and|-|–|til|to) ?(?:§ ?)?\d{{1,3}})+)$")
"""“§§ 22 og 24”, “art. 33-34”: numbers alone, since a letter or a paragraph could belong to any of them."""
_STEP = re.compile(
    rf"[, .]*(?:(?P<unit>{'|'.join(_STEP_UNITS)})\.? ?)?"
    r"(?:\((?P<marked>\d{1,3}|[a-z]{1,2})\)|(?P<number>\d{1,3})|(?P<letter>[a-z]{1,2})(?![a-zæøå]))"
)
"""A step down from an article: “, stk. 7”, “(7)”, “litra b”, “point (b)”, “, b”."""
_MAX_PROVISIONS = 10
"""The provisions that are looked up at once; of a longer range only its ends."""
_FILLER_BEFORE = re.compile(r"(?:(?<!\w)(?:i|af|efter|jf\.?|of) +)?(?:(?<!\w)the +)?(?:(?<!\w)eu(?:'s)? +)?$")
_FILLER_AFTER = re.compile(r"^ *(?:eu|eu's)(?!\w)")


def parse(query: str, acts: Sequence[LegalSource]) -> tuple[Citation, ...]:
    """The provisions that a query names, in their order there; none where it holds other words."""
    text = " ".join(query.casefold().replace("\u00a0", " ").split()).strip(" .,;")
    act, rest = _split_act(text, acts)
    if act is not None and not rest:
        return (Citation(act, ()),)
    several = _SEVERAL.match(rest)
    match = several or _NUMBERED.match(rest)
    if match is None or (act is None and not match["unit"]):
        return ()
    unit = _UNITS.get(match["unit"] or "", "")
    first = (unit,) if unit else ()
    if several is not None:
        return tuple(Citation(act, (*first, number)) for number in _numbers(several["numbers"]))
    steps = _steps(match["rest"], in_annex=unit == "bilag")
    if steps is None:
        return ()
    number = (match["number"], match["letter"]) if match["letter"] else (match["number"],)
    return (Citation(act, (*first, *number, *steps)),)


def _numbers(listed: str) -> list[str]:
    """The numbers of “13 og 14” or “33-36”."""
    numbers: list[int] = []
    for start, end in re.findall(r"(\d+)(?:(?:-|–|til|to)(\d+))?", re.sub(r"[ §]", "", listed)):
        first, last = int(start), int(end or start)
        numbers += range(first, last + 1) if first <= last < first + _MAX_PROVISIONS else (first, last)
    return [str(number) for number in dict.fromkeys(numbers)][:_MAX_PROVISIONS]


def _split_act(text: str, acts: Sequence[LegalSource]) -> tuple[str | None, str]:
    """The slug of the act that the text names, the longest name first, and the rest of the text."""
    names = [(name.casefold(), act.slug) for act in acts for name in (act.name, act.title, act.slug, *act.aliases)]
    for name, slug in sorted(names, key=lambda pair: -len(pair[0])):
        if match := re.search(rf"(?<!\w){re.escape(name)}(?:[’']?s)?(?!\w)", text):
            before, after = _FILLER_BEFORE.sub("", text[: match.start()]), _FILLER_AFTER.sub("", text[match.end() :])
            return slug, " ".join(f"{before} {after}".split()).strip(" ,.")
    return None, text


def _steps(rest: str, *, in_annex: bool = False) -> tuple[str, ...] | None:
    """“, stk. 7, litra b” or “(7)(b)” as parts of a key; None where anything else follows.

    A number without a unit is a paragraph, in an annex a point, and beneath that a number; a letter alone is one
    only beneath something, or in brackets.
    """
    steps: list[str] = []
    rest, end = rest.strip(" ,."), 0
    while end < len(rest):
        step = _STEP.match(rest, end)
        if step is None or step.end() == end:
            return None
        value, unit = step["marked"] or step["number"] or step["letter"], _STEP_UNITS.get(step["unit"] or "", "")
        if not unit and not step["marked"] and not _may_lack_unit(step, steps, rest, in_annex=in_annex):
            return None
        steps += [_step_unit(unit, value, steps, in_annex=in_annex), value]
        end = step.end()
    return tuple(steps)


def _may_lack_unit(step: re.Match[str], above: list[str], rest: str, *, in_annex: bool) -> bool:
    """Whether a step needs no unit: "5" in "bilag III 5", and a single letter at the end, "b" in "stk. 2, b"."""
    if step["number"]:
        return in_annex and not above
    return bool(above) and len(step["letter"]) == 1 and step.end() == len(rest)


def _step_unit(unit: str, value: str, above: list[str], *, in_annex: bool) -> str:
    """The unit of a step beneath the parts `above`, as a source's key has it."""
    if value.isalpha():
        return "litra"
    first = "pkt" if in_annex else "stk"
    return unit or (first if first not in above else "nr")


def names(citation: Citation, source: LegalSource) -> bool:
    """Whether the citation names the source, a provision or an act."""
    act = source.act
    if citation.act is not None and act.slug != citation.act:
        return False
    place = source.slug.removeprefix(act.slug).strip("-").split("-") if source.slug != act.slug else []
    joined = "".join(citation.place)  # "4 a" and "4a" are the same
    if "".join(place) == joined:
        return True
    has_unit = bool(citation.place) and citation.place[0] in _UNITS.values()
    return bool(joined) and not has_unit and "".join(place[1:]) == joined
