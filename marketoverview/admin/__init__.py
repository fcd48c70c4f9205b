"""KL's curation of the market overview.

What is public changes only by the verbs of `Response` and through `PublicDataAdmin`, which both
bump `market_version` in the transaction of the change.
"""

from . import invitations, own_words, responses, survey, vendors

__all__ = ["invitations", "own_words", "responses", "survey", "vendors"]
