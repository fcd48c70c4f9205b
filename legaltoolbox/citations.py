"""Citations of law in running text. `search.provisions` reads those in what somebody searches for, in whatever form.

In the content each provision is cited in one form, "GDPR art. 35, stk. 7, litra b", "forvaltningslovens § 22",
"AI-forordningens bilag III, pkt. 5, litra a", which is the name of its entry in the table of sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

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
