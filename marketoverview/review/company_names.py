"""When two names of companies are the same for a reader: case, legal form and punctuation do not tell them apart."""

import re
import unicodedata

from ..models import Vendor

LEGAL_FORMS = frozenset({
    "as", "aps", "ivs", "is", "ks", "ps", "amba", "smba", "fmba", "ab", "asa", "oy", "oyj", "ag", "gmbh", "ug",
    "se", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "ltd", "limited", "llc", "llp", "plc", "inc", "corp",
    "co", "holding", "group",
})  # fmt: skip


def plain_name(name: str) -> str:
    """The name without capitals, punctuation and legal form, to find those that are written otherwise."""
    plain = re.sub(r"(?<=\w)[./](?=\w)", "", unicodedata.normalize("NFKC", name).casefold())
    words = re.sub(r"[^\w]+", " ", plain).split()
    return " ".join(word for word in words if word not in LEGAL_FORMS) or " ".join(words)


def same_names(name: str) -> list[Vendor]:
    """The vendors whose name is the same to a reader, A to Å. One query for all names, one for those found."""
    wanted = plain_name(name)
    found = [pk for pk, other in Vendor.objects.values_list("pk", "name") if plain_name(other) == wanted]
    return list(Vendor.objects.filter(pk__in=found)) if wanted else []
