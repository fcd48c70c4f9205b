"""KL's proposal for the processor agreement with a municipality: the text of `fixtures/processor_agreement.md`, for page and files."""

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from kl_ai.export.document import Block, Document, Heading, Prose, Wording
from legaltoolbox.files.texts import SUBJECT

FILE = Path(settings.BASE_DIR) / "fixtures/processor_agreement.md"
CREATED = datetime(2026, 11, 30, tzinfo=UTC)
"""The day of the text, so that equal text gives equal files."""
TITLE = "Databehandleraftale mellem kommunen og KL"
NOTICE = "Forslag, ikke aftalt. KL's og kommunens jurister skal læse det, før nogen skriver under."
TO_WRITE = "[skriv"


class AgreementPart(NamedTuple):
    """A heading and the paragraphs and lists below it, as `prose.blocks` reads them."""

    heading: str
    text: str


@cache
def parts() -> tuple[AgreementPart, ...]:
    """The provisions and the annexes A to D, in their order."""
    pieces = re.split(r"^# (.+)$", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return tuple(AgreementPart(heading, text.strip()) for heading, text in zip(pieces[::2], pieces[1::2], strict=True))


def agreement_document() -> Document:
    """The agreement for Word and PDF; what the parties fill in is a field in Word."""
    return Document(
        title=TITLE,
        subtitle=NOTICE,
        header=f"{TITLE}  |  Forslag, ikke aftalt",
        subject=SUBJECT,
        blocks=[block for part in parts() for block in _blocks(part)],
    )


def _blocks(part: AgreementPart) -> list[Block]:
    """The heading, which has its number but for the annexes, and the text."""
    is_annex = part.heading.startswith("Bilag")
    body: Block = Wording(part.text, is_framed=False) if TO_WRITE in part.text else Prose(part.text)
    return [Heading(part.heading, numbered=not is_annex), body]
