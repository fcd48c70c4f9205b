"""Vendors side by side: the same rows for each, and what they have in common."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import Response
from .profiles import answer_text, contact
from .snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class CompareItem:
    """One answer, example or address of a vendor."""

    text: str
    url: str = ""
    """Where the text leads; "" for nowhere."""
    stage: str = ""
    place: str = ""
    """Of an example: how far it is, and where it is used in the vendor's own words."""
    is_own_words: bool = False
    """Whether the text is the vendor's, in its own language."""
    is_shared: bool = False
    """Whether every vendor of the comparison has this answer."""
    is_alone: bool = False
    """Whether no other vendor of the comparison has it."""


Cell = list[CompareItem]
"""What one vendor stated in a row; empty where it stated nothing."""


@dataclass(frozen=True, slots=True)
class CompareRow:
    """A row of the comparison, with a cell for each vendor."""

    heading: str
    cells: list[Cell]
    is_text: bool = False
    """Running text in the vendor's own language instead of short labels."""
    is_answer: bool = False
    """A question of the survey: what its vendors share is marked."""
    is_lines: bool = False
    """Lines that belong together, as an address does, and no list."""

    @property
    def differs(self) -> bool:
        """Whether the vendors stated different things, or some of them nothing."""
        texts = [[item.text for item in cell] for cell in self.cells]
        return any(others != texts[0] for others in texts)


def comparison(snapshot: Snapshot, responses: Sequence[Response]) -> list[CompareRow]:
    """The same rows for every vendor: description, each question, examples, contact, dates.

    Named persons are left out. No query where the responses were read `with_everything`.
    """
    contacts = [contact(response, in_bulk=True) for response in responses]
    return [
        CompareRow(_("Description"), [_texts([response.description]) for response in responses], is_text=True),
        *(
            _answer_row(
                tally.question.heading,
                [map(answer_text, response.answers_by_question.get(tally.question.pk, ())) for response in responses],
            )
            for tally in snapshot.tallies.values()
        ),
        CompareRow(_("Examples"), [_examples(response) for response in responses]),
        CompareRow(
            _("Contact"),
            [[*_texts([details.function]), *_link(details.email, details.email_url)] for details in contacts],
            is_lines=True,
        ),
        CompareRow(_("Website"), [_link(details.website_label, details.website_url) for details in contacts]),
        CompareRow(_("Confirmed by the company"), [_texts([_day(response.confirmed_at)]) for response in responses]),
    ]


def _answer_row(heading: str, answers: Sequence[Iterable[str]]) -> CompareRow:
    """The row of a question; `answers` are the texts of each vendor."""
    listed = [list(texts) for texts in answers]
    numbers = Counter(text for texts in listed for text in set(texts))
    cells = [
        [CompareItem(text, is_shared=numbers[text] == len(listed), is_alone=numbers[text] == 1) for text in texts]
        for texts in listed
    ]
    return CompareRow(heading, cells, is_answer=True)


def _examples(response: Response) -> Cell:
    """The titles of the vendor's examples, each with how far it is and where it is used."""
    return [
        CompareItem(offering.title, stage=offering.get_stage_display(), place=offering.where_used, is_own_words=True)
        for offering in response.offerings.all()
    ]


def _texts(lines: Iterable[str]) -> Cell:
    return [CompareItem(line) for line in lines if line]


def _link(label: str, url: str) -> Cell:
    return [CompareItem(label, url)] if label else []


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""
