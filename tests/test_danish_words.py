"""One thing has one word in the Danish texts (the glossary is in docs/style.md)."""

import polib
import pytest
from django.conf import settings

OTHER_WORDS = {
    "websted": "hjemmeside, or portalen",
    "udkast": "kladde",
    "retur": "tilbage",
    "aflever": "indsend",
    "sendt ind": "indsendt",
    "sendes ind": "indsendes",
    "sende ind": "indsende",
    "rediger": "ret",
    "kl’s": "KL's",
    "e-mail-adresse": "e-mailadresse",
    "mailadresse": "e-mailadresse",
    "handler for": "svarer for",
    "handler på vegne": "svarer for",
}
ALLOWED = {
    "mailadresse": "e-mailadresse",
    "retur": "en mail kom retur",
    "sendt ind": "sendt inden",
    "sende ind": "sende inden",
    "sendes ind": "sendes inden",
}


@pytest.mark.parametrize("other", OTHER_WORDS)
def test_danish_texts_use_one_word_for_one_thing(other):
    catalogue = polib.pofile(settings.LOCALE_PATHS[0] / "da" / "LC_MESSAGES" / "django.po")
    texts = [text.lower() for entry in catalogue for text in (entry.msgstr, *entry.msgstr_plural.values())]
    found = [text for text in texts if other in text.replace(ALLOWED.get(other, "\0"), "")]
    assert not found, f"say {OTHER_WORDS[other]}: {found}"
