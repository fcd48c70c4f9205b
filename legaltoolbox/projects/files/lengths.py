"""How long a document can be that a file is made of: a longer one would take more memory than a process has."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kl_ai.export.document import (
    Block,
    Document,
    Facts,
    Heading,
    Prose,
    Stack,
    Table,
    TableCell,
    Together,
    Wording,
    cell_letters,
)

from ..models.values import LETTERS_OF_PIECE, text_letters

MOST_FILE_LETTERS = 600_000
"""Of all that stands in a file. How much memory that is says `docs/operations.md`."""
TOO_LONG = _(
    "This is too long for one file. Make the longest texts shorter, or put some of them in papers of their own."
)


def refuse_too_long_file(document: Document) -> None:
    """Raise `ValidationError` for a document of which no file can be made."""
    if document_letters(document) > MOST_FILE_LETTERS:
        raise ValidationError(str(TOO_LONG))


def document_letters(document: Document) -> int:
    """The letters of what the document holds; each line, cell and block counts as some more."""
    return _letters(document.blocks)


def _letters(blocks: Iterable[Block]) -> int:
    return sum(map(_block_letters, blocks))


def _block_letters(block: Block) -> int:
    match block:
        case Heading(text) | Prose(text) | Wording(text):
            return text_letters(text)
        case Table():
            return sum(_cell_letters(cell) for row in block.rows for cell in row) + LETTERS_OF_PIECE * len(
                block.headings
            )
        case Facts(rows):
            return sum(text_letters(str(text)) for label, lines in rows for text in (label, *lines))
        case Together(blocks):
            return _letters(blocks)
    return LETTERS_OF_PIECE


def _cell_letters(cell: TableCell) -> int:
    match cell:
        case str():
            return text_letters(cell)
        case Stack(cells):
            return sum(map(_cell_letters, cells))
    return cell_letters(cell) + LETTERS_OF_PIECE
