"""The market note of a selection or a shortlist as one value: what its page, its Word file and its PDF say alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kl_ai.export.document import Link
from kl_ai.search.danish import join_words

from ..models import Response
from . import hits, picks, profiles, wording
from .columns import read_in_order
from .figures import Bar, Figure, figures_of_vendors
from .hits import Reasons
from .profiles import Contact
from .selection import Selection, selected
from .snapshot import Snapshot
from .summary import SummaryLine, summary_lines
from .tallies import QuestionTally

MOST_IN_NOTE = 200
"""The most vendors with their answers in a note; the others are named, and their answers are in the Excel file."""


@dataclass(frozen=True, slots=True)
class NoteVendor:
    """A vendor of the note: why it is there, and whom to contact."""

    name: str
    url: str
    """The profile's whole address."""
    description: str
    answers: list[tuple[str, str]]
    """(heading, answers that matched) of each criterion; without criteria the answers of the directory's rows."""
    contact: list[str | Link]
    """What leads to the vendor, a line each; never a named person. Empty where nothing is stated."""
    confirmed: str


@dataclass(frozen=True, slots=True)
class NoteFigure:
    """A question's figure of the note's vendors."""

    code: str
    title: str
    conclusion: list[str]
    rows: list[tuple[str, int, str]]
    """(answer, number of vendors, share)."""
    caption: str
    answered: int
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Note:
    """Every text of a market note, in the active language."""

    title: str
    sentence: str
    """The selection in words, with its number."""
    demo_notice: str
    facts: list[tuple[str, str]]
    summary: list[SummaryLine]
    criteria: list[tuple[str, str]]
    method: list[str]
    neutrality: list[str]
    vendors: list[NoteVendor]
    left_out: str
    """How many vendors stand in the note by name alone, and where their answers are; "" where all have theirs in it."""
    others: list[tuple[str, str]]
    """(name, address of the profile) of these vendors."""
    figures: list[NoteFigure]
    dates: str
    """The day of the note and that of the data, in one line."""
    permalink: str
    excel_url: str
    notices: Sequence[str]
    total: int


def market_note(snapshot: Snapshot, selection: Selection, absolute: Callable[[str], str]) -> Note:
    """The note of a selection, its vendors from A to Å. `absolute` makes an address whole.

    Seven queries, with free text three more.
    """
    selection = replace(selection, sort="name")
    vendors = selected(snapshot, selection)
    total = vendors.bit_count()
    query = selection.file_query
    sentence = note_sentence(snapshot, selection, vendors)
    entries = snapshot.page(vendors, "name", 0, MOST_IN_NOTE)
    submissions = read_in_order([entry.response_id for entry in entries])
    reasons = hits.reasons(snapshot, selection, entries)
    return Note(
        title=_("Market note: artificial intelligence"),
        sentence=sentence,
        demo_notice=_("Demonstration data: the companies are invented. Not for use in a case.")
        if snapshot.is_demo
        else "",
        facts=_facts(snapshot, total),
        summary=_summary(snapshot, selection, vendors),
        criteria=_criteria(snapshot, selection),
        method=_method(selection),
        neutrality=_neutrality(),
        vendors=[
            _vendor(_answers(snapshot, selection, submission, reasons), submission, absolute)
            for submission in submissions
        ],
        left_out=_left_out(total - len(entries)),
        others=_others(snapshot, vendors, absolute),
        figures=[_figure(figure) for figure in figures_of_vendors(snapshot, vendors, sentence)] if total else [],
        dates=_("Made on %(made)s. Data as of %(data)s.")
        % {"made": _day(timezone.localdate()), "data": _day(snapshot.updated_on)},
        permalink=absolute(reverse("market:note") + query),
        excel_url=absolute(reverse("market:export", args=["xlsx"]) + query),
        notices=selection.file_notices,
        total=total,
    )


# The selection in words -----------------------------------------------------------------------------


def note_sentence(snapshot: Snapshot, selection: Selection, vendors: int) -> str:
    """“12 virksomheder, der tilbyder …”; of a shortlist “3 udvalgte virksomheder blandt de 12, der tilbyder …”.

    `vendors` (bitset) are those of the note.
    """
    if not selection.names_vendors:
        return wording.sentence(snapshot, selection, vendors.bit_count())
    found = picks.picks(snapshot, selection)
    if not found.all_meet:
        return ngettext("%(picked)s picked company", "%(picked)s picked companies", found.picked) % found.numbers
    text = ngettext(
        "%(picked)s company picked out of the %(pool)s that %(criteria)s",
        "%(picked)s companies picked out of the %(pool)s that %(criteria)s",
        found.picked,
    )
    return text % found.numbers


def _facts(snapshot: Snapshot, total: int) -> list[tuple[str, str]]:
    return [
        (_("Made on"), _day(timezone.localdate())),
        (_("Data as of"), _day(snapshot.updated_on)),
        (_("Companies"), _("%(total)s of %(all)s in the market overview") % {"total": total, "all": snapshot.size}),
    ]


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


def _criteria(snapshot: Snapshot, selection: Selection) -> list[tuple[str, str]]:
    return [(heading, join_words(labels, _("or"))) for heading, labels in wording.criteria(snapshot, selection)]


def _summary(snapshot: Snapshot, selection: Selection, vendors: int) -> list[SummaryLine]:
    """How many of how many, and what is found by rule about the vendors (bitset)."""
    counted = SummaryLine(_("Companies"), _how_many(snapshot, selection, vendors))
    is_shared = not selection.names_vendors or picks.picks(snapshot, selection).all_meet
    shared = selection.chosen if is_shared else {}
    return [counted, *summary_lines(snapshot, shared, vendors)] if vendors else [counted]


def _how_many(snapshot: Snapshot, selection: Selection, vendors: int) -> str:
    total = vendors.bit_count()
    words = {"total": total, "all": snapshot.size}
    if selection.names_vendors:
        return _how_many_picked(snapshot, selection)
    if not total:
        return _("No company matches all of the criteria at once.")
    if selection.is_everything:
        return _("All %(all)s companies of the market overview.") % words
    return (
        ngettext(
            "%(total)s of the market overview's %(all)s companies meets all of the criteria.",
            "%(total)s of the market overview's %(all)s companies meet all of the criteria.",
            total,
        )
        % words
    )


def _how_many_picked(snapshot: Snapshot, selection: Selection) -> str:
    found = picks.picks(snapshot, selection)
    if not found.picked:
        return _("None of the picked companies is in the market overview any more.")
    sentences = [
        ngettext(
            "%(picked)s company, picked out of the %(all)s of the market overview.",
            "%(picked)s companies, picked one by one out of the %(all)s of the market overview.",
            found.picked,
        )
    ]
    if found.criteria:
        sentences.append(
            _("Meeting all of the criteria: %(meeting)s of them, and %(pool)s in the whole market overview.")
        )
    return " ".join(sentences) % found.numbers


def _method(selection: Selection) -> list[str]:
    paragraphs = [
        _(
            "The companies have given the answers themselves in KL's survey. KL has checked form and completeness, "
            "not quality."
        ),
        _(
            "Within one question a company meets the criteria when it ticked at least one of the chosen answers; between "
            "questions it must meet all. “Not stated” means that the company has not answered."
        ),
    ]
    if selection.q:
        paragraphs.append(
            _(
                "Where the free text is found under a question, the company has ticked the answer. The answer's wording and "
                "explanation and “KL's search word” are KL's, not the company's."
            )
        )
    if selection.names_vendors:
        paragraphs.append(
            _(
                "The companies were picked one by one by whoever made the note, and need not meet the criteria. The "
                "reasons for the choice are the reader's own."
            )
        )
    return paragraphs


def _neutrality() -> list[str]:
    return [
        _("KL recommends nobody. The companies stand in alphabetical order, with the same information about each."),
        _(
            "The note is an overview of the market. It does not replace the municipality's own assessment or the rules "
            "on public procurement."
        ),
    ]


def _others(snapshot: Snapshot, vendors: int, absolute: Callable[[str], str]) -> list[tuple[str, str]]:
    """Name and profile of those of the vendors (bitset) that are not among the first `MOST_IN_NOTE`, from A to Å. No query."""
    total = vendors.bit_count()
    entries = snapshot.page(vendors, "name", MOST_IN_NOTE, total) if total > MOST_IN_NOTE else []
    return [(entry.name, absolute(profiles.profile_url(entry.slug))) for entry in entries]


def _left_out(count: int) -> str:
    if count <= 0:
        return ""
    return ngettext(
        "%(count)s more company is in the selection and stands here by name alone. Its answers are in the Excel file.",
        "%(count)s more companies are in the selection and stand here by name alone. Their answers are in the Excel file.",
        count,
    ) % {"count": count}


# One vendor, one figure -----------------------------------------------------------------------------


def _vendor(answers: list[tuple[str, str]], submission: Response, absolute: Callable[[str], str]) -> NoteVendor:
    vendor = submission.vendor
    return NoteVendor(
        name=vendor.name,
        url=absolute(profiles.profile_url(vendor.slug)),
        description=submission.description,
        answers=answers,
        contact=_contact(profiles.contact(submission, in_bulk=True)),
        confirmed=_day(submission.confirmed_at),
    )


def _contact(contact: Contact) -> list[str | Link]:
    links = (Link(contact.email, contact.email_url), contact.phone, Link(contact.website, contact.website_url))
    return [line for line in (contact.function, *links) if (line.text if isinstance(line, Link) else line)]


def _answers(
    snapshot: Snapshot, selection: Selection, submission: Response, reasons: Mapping[str, Reasons]
) -> list[tuple[str, str]]:
    """What matched, by question, and where the free text was found; without criteria what sums the vendor up."""
    if selection.is_everything:
        return [
            (tally.question.heading, _stated(tally, submission))
            for tally in snapshot.tallies.values()
            if tally.question.in_summary
        ]
    tallies = ((snapshot.tallies[code], options) for code, options in selection.chosen.items())
    answers = [(tally.question.heading, _matched(tally, submission, options)) for tally, options in tallies]
    if selection.q:
        answers += _hits(reasons[submission.vendor.slug]) or [(_("Free text"), _("Not found in the answers"))]
    return answers


def _hits(reasons: Reasons) -> list[tuple[str, str]]:
    """Where the words of the free text stand, and the text around them; what is in the vendor's own words in quotation marks."""
    texts = ((hit, "".join(text for text, _is_marked in hit.parts)) for hit in reasons.hits)
    return [(hit.label, f"“{text}”" if hit.language else text) for hit, text in texts]


def _matched(tally: QuestionTally, submission: Response, options: Sequence[str]) -> str:
    answers = submission.answers_by_question.get(tally.question.pk, ())
    texts = [profiles.answer_text(answer) for answer in answers if answer.option.code in options]
    return "; ".join(texts) or (_("None of the chosen answers") if answers else _("Not stated"))


def _stated(tally: QuestionTally, submission: Response) -> str:
    answers = submission.answers_by_question.get(tally.question.pk, ())
    return "; ".join(map(profiles.answer_text, answers)) or _("Not stated")


def _figure(figure: Figure) -> NoteFigure:
    return NoteFigure(
        code=figure.code,
        title=figure.title,
        conclusion=figure.conclusion,
        rows=[(bar.marked_label, bar.count, bar.share_text) for bar in figure.bars],
        caption=figure.caption,
        answered=figure.answered,
        bars=figure.bars,
    )
