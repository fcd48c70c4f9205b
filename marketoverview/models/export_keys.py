"""The keys of the export: those of its fixed columns, and the endings of the columns beside a question's own.

A question's code is a key of the export too, so it may be none of these (`Question.clean`).
"""

from enum import StrEnum


class ExportKey(StrEnum):
    """The key of each fixed column, in the order of the file. `market.columns` makes one column of each."""

    NAME = "name"
    ID = "id"
    CVR = "cvr"
    COUNTRY = "country"
    PROFILE = "profile"
    DESCRIPTION = "description"
    OFFERINGS = "offerings"
    CONTACT_FUNCTION = "contact_function"
    CONTACT_EMAIL = "contact_email"
    CONTACT_PHONE = "contact_phone"
    WEBSITE = "website"
    ROUND = "round"
    CONFIRMED_ON = "confirmed_on"


OWN_WORDS_KEY = "_own_words"
"""Ending of the key for the own words beside a question's answers."""
COUNTED_BY_KL_KEY = "_counted_by_kl"
"""Ending of the key for those of a question's answers that KL has counted from own words."""
