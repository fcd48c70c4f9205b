"""When two names of companies are the same for a reader: case, legal form and punctuation do not tell them apart."""

import re

from .models import Vendor

LEGAL_FORMS = re.compile(
    r"\b(a/s|aps|ivs|i/s|k/s|p/s|amba|a\.m\.b\.a|as|ab|oy|gmbh|ag|bv|ltd|limited|inc|llc|plc|corp|group|holding)\b\.?"
)


def plain(name: str) -> str:
    """The name in small letters, without legal form, punctuation and white space."""
    return re.sub(r"[\W_]+", "", LEGAL_FORMS.sub(" ", name.casefold()))


def same_names(name: str, but: Vendor | None = None) -> list[Vendor]:
    """The vendors whose name is the same to a reader, A to Å. One query for all names, one for those found."""
    wanted = plain(name)
    found = [pk for pk, other in Vendor.objects.values_list("pk", "name") if plain(other) == wanted]
    return list(Vendor.objects.filter(pk__in=found).exclude(pk=but.pk if but else None)) if wanted else []
