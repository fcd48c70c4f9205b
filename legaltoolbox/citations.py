"""Citations of law in running text. `search.provisions` reads those in what somebody searches for, in whatever form.

In the content each provision is cited in one form, "GDPR art. 35, stk. 7, litra b", "forvaltningslovens § 22",
"AI-forordningens bilag III, pkt. 5, litra a", "§ 3 i lov om etnisk ligebehandling", which is the name of its entry in the
table of sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from .models import LegalSource

PLACE = (
    r"(?:art\. \d+(?:[a-z](?![a-zæøå]))?|§ \d+(?: [a-hj-z](?![a-zæøå]))?|bilag [IVX]+|betragtning \d+)"
    r"(?:, stk\. \d+)?(?:, pkt\. \d+)?(?:, nr\. \d+)?(?:, litra [a-z]{1,2}(?![a-zæøå]))?"
)
"""A provision of an act, without the act's name."""
_LONG_NAME_FIRST = re.compile(
    r"(?<!\w)(?P<name>(?:lov|bekendtgørelse) om [^.,;:()§\n]{2,120}?) (?P<place>§ \d+)", re.IGNORECASE
)
"""The long name of a Danish act right before a provision, "lov om social services § 3"."""
_NEW_START = re.compile(
    r".* (?:og|eller|samt|efter|i|jf|se|om|har|er|\w*lovens|\w*bekendtgørelsens|barnets lovs)", re.IGNORECASE
)
"""A name that ends with a word that begins something new, so that the provision behind it is that of another act or of none."""


def cite(name: str, place: str) -> str:
    """A provision of an act: "forvaltningslovens § 22", "barnets lovs § 3", "GDPR art. 35", "§ 3 i lov om etnisk ligebehandling".

    An abbreviation has no genitive of its own. Neither has a name whose noun is not its last word: its provision
    stands before it.
    """
    if " om " in name:
        return f"{place}{',' if ', ' in place else ''} i {name[:1].lower()}{name[1:]}"
    return f"{_in_genitive(name)} {place}"


def _in_genitive(name: str) -> str:
    if not name[-1:].islower():
        return name
    return f"{name}’" if name.endswith("s") else f"{name}s"


def pattern(acts: Iterable[LegalSource]) -> re.Pattern[str]:
    """A regular expression for the citations of these acts' provisions in running text, also in forms that the content does not use.

    Those are "forvaltningsloven § 22", "§ 22 i forvaltningsloven" and "lov om etnisk ligebehandlings § 3".
    """
    known = {act.name for act in acts}
    forms = _alternatives(form for name in known for form in (name, _in_genitive(name)))
    return re.compile(rf"(?<!\w)(?:(?:{forms}) {PLACE}|{PLACE},? i (?:{_alternatives(known)})(?!\w))", re.IGNORECASE)


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=lambda name: (-len(name), name))) or "(?!)"


def normalized(citation: str) -> str:
    """A citation as a key: small letters, single spaces."""
    return " ".join(citation.split()).casefold()


def in_one_form(citation: str, acts: Iterable[LegalSource]) -> str:
    """A citation as the table of sources has it: with the name of its act in the genitive, or behind the provision."""
    for act in acts:
        if match := _forms_of(act.name).fullmatch(citation):
            return cite(match["first"] or match["last"], match["after"] or match["before"])
    return citation


@lru_cache(maxsize=1_000)
def _forms_of(name: str) -> re.Pattern[str]:
    """A regular expression for a whole citation of an act's provision, in each form that `pattern` finds."""
    own = re.escape(name)
    return re.compile(
        rf"(?P<first>{own})(?:s|’)? (?P<after>{PLACE})|(?P<before>{PLACE}),? i (?P<last>{own})", re.IGNORECASE
    )


def place_in_act(source: LegalSource) -> str:
    """The name of a provision without that of its act, "art. 9"; the whole name of what is part of nothing."""
    match = _forms_of(source.act.name).fullmatch(source.name) if source.part_of else None
    return match["after"] or match["before"] if match else source.name


_GOES_ON = re.compile(r" (?!(?:og|eller|til|samt) (?:\d|[a-z](?![a-zæøå])))[a-zæøå]")
"""The sentence behind a provision, where it does not name a further paragraph or letter of it: “stk. 1 og 2”, “litra a til f”."""


def without_comma(text: str, citation_pattern: re.Pattern[str]) -> Iterator[str]:
    """The citations of a paragraph, number or letter behind which the sentence goes on without a comma."""
    for match in citation_pattern.finditer(text):
        if ", " in match[0] and " i " not in match[0] and _GOES_ON.match(text, match.end()):
            yield match[0]


def false_genitives(text: str) -> Iterator[tuple[str, str]]:
    """The provisions that a text has behind the long name of an act, each with how it should begin: "§ 3 i lov om …"."""
    for match in _LONG_NAME_FIRST.finditer(text):
        if not _NEW_START.fullmatch(match["name"]):
            yield match[0], f"{match['place']} i {match['name'].split()[0].lower()} om …"


def cited(text: str, citation_pattern: re.Pattern[str]) -> Iterator[str]:
    """The citations in a text, in the form that they have there."""
    return (match[0] for match in citation_pattern.finditer(text))
