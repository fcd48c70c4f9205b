"""The standard reasons in the forms of a decision: offered in a select beside each text, and put into the text."""

from collections.abc import Mapping

from kl_ai.text import clean_text

from ..models import StandardReason, with_standard_reason

CHOICE = "standard-"
"""The name of a select begins with this; the name of the text that it belongs to follows."""


def offered_reasons() -> dict[str, list[StandardReason]]:
    """Use to the standard reasons that are offered for it, in their order. One query."""
    offered: dict[str, list[StandardReason]] = {use.value: [] for use in StandardReason.Use}
    for reason in StandardReason.objects.filter(is_active=True):
        offered[reason.use].append(reason)
    return offered


def with_chosen_reasons(data: Mapping[str, str]) -> dict[str, str]:
    """The fields of a form, with the chosen standard reasons before the texts that they belong to. At most one query.

    Without JavaScript the select is sent along; with it, the text is in the field already, and nothing is chosen.
    """
    fields = {name: value for name, value in data.items() if not name.startswith(CHOICE)}
    chosen = {name.removeprefix(CHOICE): key for name, key in data.items() if name.startswith(CHOICE)}
    keys = {name: int(key) for name, key in chosen.items() if key.isascii() and key.isdecimal() and len(key) < 19}
    reasons = StandardReason.objects.in_bulk(set(keys.values())) if keys else {}
    return fields | {
        name: with_standard_reason(clean_text(data.get(name, "")), reasons.get(key)) for name, key in keys.items()
    }
