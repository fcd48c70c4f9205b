"""The market note as a document for Word and PDF."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from kl_ai.export.document import Block, Document, Facts, Heading, Link, Prose, Table, Together
from kl_ai.pages.bilingual import language

from .note import Note, NoteFigure, NoteVendor

LANGUAGES = {"da": "da-DK", "en": "en-GB"}


def note_document(note: Note) -> Document:
    """The note in the active language. No query."""
    return Document(
        title=note.title,
        subtitle=note.sentence,
        header=_("Market note · artificial intelligence"),
        footer=note.dates,
        facts=note.facts,
        blocks=list(_blocks(note)),
        subject=note.sentence,
        language=LANGUAGES[language()],
    )


def _blocks(note: Note) -> Iterator[Block]:
    if note.demo_notice:
        yield Prose(note.demo_notice, "guidance")
    yield _heading(_("Summary"))
    yield Facts([(line.heading, [line.text]) for line in note.summary])
    yield from (Prose(notice) for notice in note.notices)
    yield _heading(_("Criteria"))
    if note.criteria:
        yield Facts([(heading, [text]) for heading, text in note.criteria])
    else:
        yield Prose(_("None."))
    yield Together([_heading(_("Method")), *map(Prose, note.method)])
    yield Together([_heading(_("Neutrality")), *map(Prose, note.neutrality)])
    yield from _vendors(note)
    if note.figures:
        yield _heading(_("Figures of the selection"))
    yield from (Together(list(_figure(figure))) for figure in note.figures)
    yield Together(
        [
            _heading(_("The same selection today")),
            Facts([(_("Address"), [Link(note.permalink, note.permalink)])]),
        ]
    )


def _heading(text: str, level: int = 1) -> Heading:
    return Heading(text, level, numbered=False)


def _vendors(note: Note) -> Iterator[Block]:
    if note.vendors:
        yield _heading(_("The companies"))
    yield from (Together(list(_vendor(vendor))) for vendor in note.vendors)
    if note.left_out:
        yield Prose(note.left_out)
        yield Prose("; ".join(name for name, _url in note.others))
        yield Facts([("Excel", [Link(note.excel_url, note.excel_url)])])


def _vendor(vendor: NoteVendor) -> Iterator[Block]:
    yield _heading(vendor.name, 2)
    yield Facts(
        [
            (_("Description"), vendor.description.splitlines()),
            *((heading, [text]) for heading, text in vendor.answers),
            (_("Contact"), vendor.contact or [_("Not stated")]),
            (_("Confirmed"), [vendor.confirmed]),
            (_("Profile"), [Link(vendor.url, vendor.url)]),
        ]
    )


def _figure(figure: NoteFigure) -> Iterator[Block]:
    yield _heading(figure.title, 2)
    if figure.conclusion:
        yield Prose(" ".join(figure.conclusion))
    if figure.answered:
        rows = [(label, str(count), share) for label, count, share in figure.rows]
        yield Table([_("Answer"), _("Companies"), _("Share")], rows, widths=(6, 2, 2), numbers=(1, 2))
    yield Prose(figure.caption)
