"""Citations of law: finding them in running text and in what somebody searches for.

In the content they have one form each, “GDPR art. 35, stk. 7, litra b”, “forvaltningsloven § 22”,
“AI-forordningen bilag III, pkt. 5, litra a”, and each has an entry in the table of sources under
the same words. Whoever searches writes them in any way: “art 35”, “GDPR 9(2)(g)”, “§ 22”.
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


def pattern(acts: Iterable[LegalSource]) -> re.Pattern[str]:
    """Finds the citations of these acts' provisions in running text."""
    names = sorted((re.escape(act.name) for act in acts), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(names) or '(?!)'}){PLACE}", re.IGNORECASE)


def normal(citation: str) -> str:
    """A citation as a key: small letters, single spaces."""
    return " ".join(citation.split()).casefold()


def cited(text: str, found_by: re.Pattern[str]) -> Iterator[str]:
    """The citations in a text, as they stand there."""
    return (match[0] for match in found_by.finditer(text))


# Searching --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What a query asks for: an act or any, and where in it."""

    act: str | None
    """The act's slug, None for any act."""
    place: tuple[str, ...]
    """The parts of a source's key after the act: ("art", "35", "stk", "7"); the word "art" or "par" may be missing."""


_NUMBERED = re.compile(
    r"^(?:(?P<unit>art|artikel|artikler|article|articles|§|§§|par|paragraf|section|bilag|annex|betragtning|recital)\.? ?)?"
    r"(?P<number>\d{1,3}|[ivx]{1,4}(?![a-zæøå]))(?: ?(?P<letter>[a-hj-z])(?![a-zæøå0-9]))?"
    r"(?P<rest>.*)$"
)
_BRACKETS = re.compile(r"\(([a-z0-9]{1,3})\)")
_STEPS = re.compile(
    r"[, ]*(?P<unit>stk|stykke|paragraph|pkt|punkt|point|nr|litra|lit)\.? ?(?P<at>\d{1,3}|[a-z]{1,2}(?![a-zæøå]))"
)
_SEVERAL = re.compile(
    r"^(?P<unit>art|artikel|artikler|article|articles|§|§§|par|paragraf)\.? ?"
    r"(?P<numbers>\d{1,3}(?: ?(?:,|og|and|-|–|til|to) ?(?:§ ?)?\d{1,3})+)$"
)
"""“§§ 22 og 24”, “art. 33-34”: numbers alone, since a letter or a paragraph could belong to any of them."""
_MOST = 10
_FILLER_BEFORE = re.compile(r"(?:(?<!\w)(?:i|af|efter|jf\.?|of|the) +)?(?:(?<!\w)eu(?:'s)? +)?$")
_FILLER_AFTER = re.compile(r"^ *(?:eu|eu's)(?!\w)")
_BARE_LETTER = re.compile(r"[, ]+([a-z])$")
_UNITS = {
    "artikel": "art", "artikler": "art", "article": "art", "articles": "art", "§": "par", "§§": "par", "paragraf": "par",
    "section": "par", "annex": "bilag", "recital": "betragtning",
}  # fmt: skip
_STEP_UNITS = {"stykke": "stk", "paragraph": "stk", "punkt": "pkt", "point": "pkt", "lit": "litra"}


def wanted(query: str, acts: Sequence[LegalSource]) -> tuple[Wanted, ...]:
    """The provisions that a query asks for, in their order there; none where it asks for words."""
    text = " ".join(query.casefold().replace("\u00a0", " ").split()).strip(" .,;")
    act, rest = _split_act(text, acts)
    if act is not None and not rest:
        return (Wanted(act, ()),)
    if several := _SEVERAL.match(rest):
        unit = _UNITS.get(several["unit"], several["unit"])
        return tuple(Wanted(act, (unit, number)) for number in _numbers(several["numbers"]))
    match = _NUMBERED.match(rest)
    if match is None or (act is None and not match["unit"]):
        return ()
    unit = _UNITS.get(match["unit"] or "", match["unit"] or "")
    steps = _steps(match["rest"], in_annex=unit == "bilag")
    if steps is None:
        return ()
    number = (match["number"], match["letter"]) if match["letter"] else (match["number"],)
    return (Wanted(act, ((unit,) if unit else ()) + (*number, *steps)),)


def _numbers(listed: str) -> list[str]:
    """The numbers of “13 og 14” or “33-36”, not more than `_MOST`."""
    found: list[int] = []
    for first, last in re.findall(r"(\d+)(?: ?(?:-|–|til|to) ?(\d+))?", listed):
        found += range(int(first), min(int(last or first), int(first) + _MOST) + 1) or (int(first), int(last))
    return [str(number) for number in dict.fromkeys(found)][:_MOST]


def _split_act(text: str, acts: Sequence[LegalSource]) -> tuple[str | None, str]:
    """The act that the text names, the longest name first, and what is left of it."""
    names = [(name.casefold(), act.slug) for act in acts for name in (act.name, act.title, act.slug, *act.aliases)]
    for name, slug in sorted(names, key=lambda pair: -len(pair[0])):
        if found := re.search(rf"(?<!\w){re.escape(name)}(?:[’']?s)?(?!\w)", text):
            before, after = _FILLER_BEFORE.sub("", text[: found.start()]), _FILLER_AFTER.sub("", text[found.end() :])
            return slug, " ".join(f"{before} {after}".split()).strip(" ,.")
    return None, text


def _steps(rest: str, *, in_annex: bool = False) -> tuple[str, ...] | None:
    """“, stk. 7, litra b” or “(7)(b)” as parts of a key; None where anything else follows."""
    found: list[str] = []
    rest = rest.strip(" ,.")
    if in_annex and (point := re.match(r"(\d{1,2})(?!\d) ?", rest)):  # “bilag III 5(a)”
        found, rest = ["pkt", point[1]], rest[point.end() :].strip(" ,.")
    if rest.startswith("("):
        marks = _BRACKETS.findall(rest)
        if _BRACKETS.sub("", rest).strip(" ,."):
            return None
        for mark in marks:
            first = "pkt" if in_annex else "stk"
            found += [first if mark.isdigit() and first not in found else "litra" if mark.isalpha() else "nr", mark]
        return tuple(found)
    at = 0
    while at < len(rest):
        step = _STEPS.match(rest, at)
        if step is None:
            bare = _BARE_LETTER.match(rest, at)
            return (*found, "litra", bare[1]) if bare and found else None
        unit = _STEP_UNITS.get(step["unit"], step["unit"])
        found += ["litra" if unit == "pkt" and step["at"].isalpha() else unit, step["at"]]
        at = step.end()
    return tuple(found)


def is_wanted(source: LegalSource, act: LegalSource, what: Wanted) -> bool:
    """Whether `source`, a part of `act` or the act itself, is what the query asks for."""
    if what.act is not None and act.slug != what.act:
        return False
    place = source.slug.removeprefix(act.slug).strip("-").split("-") if source.slug != act.slug else []
    wanted = "".join(what.place)  # “4 a” and “4a” are the same
    if "".join(place) == wanted:
        return True
    has_unit = bool(what.place) and what.place[0] in ("art", "par", "bilag", "betragtning")
    return bool(wanted) and not has_unit and "".join(place[1:]) == wanted
