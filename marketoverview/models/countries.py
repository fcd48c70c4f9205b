"""The countries that a company can be registered in, by their ISO 3166-1 codes."""

from django.utils.translation import gettext_lazy

COUNTRIES = [
    ("DK", gettext_lazy("Denmark")), ("SE", gettext_lazy("Sweden")), ("NO", gettext_lazy("Norway")),
    ("FI", gettext_lazy("Finland")), ("IS", gettext_lazy("Iceland")), ("DE", gettext_lazy("Germany")),
    ("NL", gettext_lazy("The Netherlands")), ("BE", gettext_lazy("Belgium")), ("FR", gettext_lazy("France")),
    ("IE", gettext_lazy("Ireland")), ("EE", gettext_lazy("Estonia")), ("PL", gettext_lazy("Poland")),
    ("ES", gettext_lazy("Spain")), ("IT", gettext_lazy("Italy")), ("AT", gettext_lazy("Austria")),
    ("CH", gettext_lazy("Switzerland")), ("GB", gettext_lazy("United Kingdom")), ("US", gettext_lazy("USA")),
    ("CA", gettext_lazy("Canada")), ("IN", gettext_lazy("India")), ("ZZ", gettext_lazy("Another country")),
]  # fmt: skip
"""Code and name, in the order in which they can be chosen."""


def country_name(code: str) -> str:
    """The country's name in the active language; the code of one that cannot be chosen here, such as that of a list."""
    return str(dict(COUNTRIES).get(code, code))
