"""The use of a requirement in a tender: ours as a proposal, changed by the buyer in the address.

    ?mindstekrav=K01&konkurrencekrav=K02&oplysning=K03

A requirement's degree by law (must, should, may) is another thing: it does not change with the use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kl_ai.pages.querystring import KnownOptionsField

from .models import Requirement

Use = Requirement.TenderUse
PARAMETERS: dict[str, Use] = {
    "mindstekrav": Use.MINIMUM,
    "konkurrencekrav": Use.COMPETITION,
    "oplysning": Use.INFORMATION,
}
"""The parameters of an address to the use that they give to the requirements they name."""
NAMES = {use: name for name, use in PARAMETERS.items()}
CHANGE = "brug"
"""The parameter of the form: a requirement and the parameter of its new use, as in "K01.mindstekrav"."""


def form_fields(codes: Iterable[str]) -> dict[str, KnownOptionsField]:
    """A field for each parameter, for a form of the query string."""
    choices = [(code, code) for code in codes]
    return {
        name: KnownOptionsField(label=use.label, choices=choices, required=False) for name, use in PARAMETERS.items()
    }


def read_uses(cleaned: Mapping[str, Sequence[str]]) -> tuple[dict[str, Use], list[str]]:
    """Codes to the uses that the validated parameters give them, and the codes with several uses.

    Of several the strictest counts, which is the first parameter.
    """
    uses: dict[str, Use] = {}
    several = []
    for name, use in PARAMETERS.items():
        for code in cleaned.get(name, ()):
            if uses.setdefault(code, use) is not use and code not in several:
                several.append(code)
    return uses, several


def pairs(uses: Mapping[str, Use]) -> Iterator[tuple[str, str]]:
    """The parameters of an address with these uses."""
    for name, use in PARAMETERS.items():
        yield from ((name, code) for code, chosen in uses.items() if chosen is use)


def changed(uses: Mapping[str, Use], changes: Iterable[str], requirements: Mapping[str, Requirement]) -> dict[str, Use]:
    """The uses after the changes of the form, without those that are our proposal anyway. Others than known are left out."""
    result = dict(uses)
    for change in changes:
        code, _point, name = change.partition(".")
        if code in requirements and name in PARAMETERS:
            result[code] = PARAMETERS[name]
    return {code: use for code, use in result.items() if use != requirements[code].tender_use}


def use_of(requirement: Requirement, uses: Mapping[str, Use]) -> Use:
    """The buyer's use of a requirement, or our proposal."""
    return uses.get(requirement.code) or Use(requirement.tender_use)


def is_softer_than_law(requirement: Requirement, use: Use) -> bool:
    """Whether a duty that the law puts on the vendor is no minimum requirement: an offer could win without meeting it.

    A duty of the municipality alone can be met otherwise than by the vendor.
    """
    is_vendors = requirement.addressee != Requirement.Addressee.MUNICIPALITY
    return is_vendors and requirement.level == Requirement.Level.MUST and use is not Use.MINIMUM


# The wording ------------------------------------------------------------------------------------

QUESTION = "Oplys, om følgende er opfyldt, og hvordan:"
"""What stands before the wording of a requirement that is only asked about."""
_DEMAND = re.compile(r"(?P<no_demand>\b(?:der|som|uden at \w+) )?\b(?P<verb>[Ss]kal|[Mm]å)\b")


def wording(requirement: Requirement, use: Use) -> str:
    """The wording as it agrees with the use: “skal” and “må” of a minimum requirement are “bør” where it is none.

    What stands in a subordinate clause (“de medarbejdere, der skal bruge systemet”) is no demand and stays. What is
    information is asked for.
    """
    if use is Use.MINIMUM:
        return requirement.wording
    softer = _DEMAND.sub(_softer, requirement.wording)
    return f"{QUESTION}\n\n{softer}" if use is Use.INFORMATION else softer


def _softer(match: re.Match[str]) -> str:
    if match["no_demand"]:
        return match[0]
    return "Bør" if match["verb"][0].isupper() else "bør"


@dataclass(frozen=True)
class Point:
    """A part of a wording: a sentence or an item of its list that is answered by itself, or what introduces a list."""

    number: str
    """ "K10.1"; of an introduction the code of the requirement alone."""
    text: str
    is_answered: bool


def points(requirement: Requirement, use: Use) -> list[Point]:
    """The wording in points, so that an answer of yes or no is about one thing. A paragraph that ends in ":" only introduces."""
    result: list[Point] = []
    answered = 0
    for paragraph in wording(requirement, use).strip().split("\n\n"):
        for text in re.split(r"\n?^- ", paragraph, flags=re.MULTILINE):
            if not text.strip():
                continue
            is_answered = not text.rstrip().endswith(":")
            answered += is_answered
            number = f"{requirement.code}.{answered}" if is_answered else requirement.code
            result.append(Point(number, text.strip(), is_answered))
    return result
