"""The Danish catalogue of the portal's texts."""

from tests.environment import ROOT

CATALOGUE = ROOT / "kl_ai" / "locale" / "da" / "LC_MESSAGES" / "django.po"


def texts(entry) -> list[tuple[str, str]]:
    """(source, translation) for the text, or for each of its plural forms."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    sources = [entry.msgid] + [entry.msgid_plural] * (len(entry.msgstr_plural) - 1)
    return list(zip(sources, entry.msgstr_plural.values(), strict=True))
