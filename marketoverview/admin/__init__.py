"""KL's curation of the market overview.

Public data changes only through the verbs of the models and through `MarketDataAdmin`. Both bump `market_version` in
the transaction of the change.
"""

from . import claims, invitations, own_words, responses, rounds, standard_reasons, survey, vendor_questions, vendors

__all__ = [
    "claims",
    "invitations",
    "own_words",
    "responses",
    "rounds",
    "standard_reasons",
    "survey",
    "vendor_questions",
    "vendors",
]
