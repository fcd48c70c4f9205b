"""A published response as it is shown: the row in the directory, the profile, the comparison."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import Answer, Option, Question, Response
from ..querysets import marked_before
from .snapshot import Asked, Entry, Snapshot

SHOWN_IN_ROW = 3
"""Options of each question shown in a row of the directory; the rest is “+4”."""


@dataclass(frozen=True, slots=True)
class VendorRow:
    slug: str
    name: str
    url: str
    description: str
    facts: list[tuple[str, str]]
    groups: list[tuple[str, list[str], int]]
    confirmed_on: date
    stale_note: str
    is_compared: bool


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    help: str
    own_words: str
    is_retired: bool
    counted_from: str = ""
    """The vendor's own words because of which KL counts it under this option."""


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    heading: str
    question_text: str
    items: list[Item]

    @property
    def is_empty(self) -> bool:
        return not self.items


@dataclass(frozen=True, slots=True)
class Offering:
    title: str
    description: str
    stage: str
    where_used: str
    groups: list[tuple[str, list[str]]]
    vendor: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    function: str
    name: str
    email: str
    phone: str
    website: str
    website_label: str
    vcard_url: str


def profile_url(slug: str) -> str:
    return reverse("market:profile", args=[slug])


def rows(snapshot: Snapshot, entries: Sequence[Entry], compared: Iterable[str] = ()) -> list[VendorRow]:
    """The directory's rows of these entries. Two queries; names, labels and dates are the snapshot's."""
    shown = [asked for asked in snapshot.asked.values() if asked.question.in_summary]
    options = [choice.option.pk for asked in shown for choice in asked.choices]
    ids = [entry.response_id for entry in entries]
    descriptions = dict(Response.objects.filter(pk__in=ids).values_list("pk", "description"))
    chosen: dict[int, dict[int, bool]] = {pk: {} for pk in ids}
    answers = Answer.objects.filter(response__in=ids, option__in=options).order_by()
    for response_id, option_id, mapped_from in answers.values_list("response_id", "option_id", "mapped_from_id"):
        chosen[response_id][option_id] = mapped_from is not None
    return [
        _row(shown, entry, descriptions.get(entry.response_id, ""), chosen[entry.response_id], entry.slug in compared)
        for entry in entries
    ]


def _row(shown: list[Asked], entry: Entry, description: str, chosen: dict[int, bool], is_compared: bool) -> VendorRow:
    facts, groups = [], []
    for asked in shown:
        labels = [
            _label(choice.option, chosen[choice.option.pk]) for choice in asked.choices if choice.option.pk in chosen
        ]
        if asked.question.kind == Question.Kind.SINGLE:
            facts.append((asked.question.heading, ", ".join(labels)))
        else:
            groups.append((asked.question.heading, labels[:SHOWN_IN_ROW], max(0, len(labels) - SHOWN_IN_ROW)))
    return VendorRow(
        slug=entry.slug,
        name=entry.name,
        url=profile_url(entry.slug),
        description=description,
        facts=facts,
        groups=groups,
        confirmed_on=entry.confirmed_at,
        stale_note=stale_note(entry.confirmed_at),
        is_compared=is_compared,
    )


def sections(snapshot: Snapshot, response: Response) -> list[Section]:
    """The questions with several choices in the survey's order, answered or not; `facts` are the others. No query."""
    words = {answer.pk: answer.own_words for answers in response.given.values() for answer in answers}
    return [
        Section(
            code=asked.code,
            heading=asked.question.heading,
            question_text=asked.question.text,
            items=[
                Item(
                    answer.option.label,
                    answer.option.help,
                    answer.own_words,
                    answer.option.is_retired,
                    counted_from=words.get(answer.mapped_from_id or 0, ""),
                )
                for answer in response.given.get(asked.question.pk, ())
            ],
        )
        for asked in snapshot.asked.values()
        if asked.question.kind == Question.Kind.SEVERAL
    ]


def offerings(response: Response) -> list[Offering]:
    return [offering_card(offering) for offering in response.offerings.all()]


def offering_card(offering, vendor: str = "", url: str = "") -> Offering:
    """An offering with its options grouped under their questions' headings."""
    groups: dict[str, list[str]] = {}
    for option in offering.options.all():
        groups.setdefault(option.question.heading, []).append(option.short)
    return Offering(
        title=offering.title,
        description=offering.description,
        stage=offering.get_stage_display(),
        where_used=offering.where_used,
        groups=list(groups.items()),
        vendor=vendor,
        url=url,
    )


def contact(response: Response, *, in_bulk: bool = False) -> Contact:
    """Whom to contact. A person is named only with a ticked consent.

    In bulk, where many vendors stand in one file or on one sheet, a named person is left out
    together with the address and number that may be that person's own.
    """
    is_person = bool(response.contact_name)
    reachable = not (in_bulk and is_person)
    return Contact(
        function=response.contact_function,
        name=response.contact_name if response.contact_consent and not in_bulk else "",
        email=response.contact_email if reachable else "",
        phone=response.contact_phone if reachable else "",
        website=response.vendor.website,
        website_label=(urlsplit(response.vendor.website).hostname or "").removeprefix("www."),
        vcard_url=reverse("market:vcard", args=[response.vendor.slug]),
    )


def facts(snapshot: Snapshot, response: Response) -> list[tuple[str, str]]:
    """The single-choice questions, which say what the vendor is."""
    return [
        (asked.question.heading, ", ".join(map(said, response.given.get(asked.question.pk, ()))))
        for asked in snapshot.asked.values()
        if asked.question.kind == Question.Kind.SINGLE
    ]


def stale_note(confirmed_on: date | None) -> str:
    """What stands beside a confirmation that was not renewed when the vendor was asked twice; "" for others."""
    if confirmed_on is None or confirmed_on >= marked_before():
        return ""
    return _("not confirmed since then")


# Comparison ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CompareRow:
    heading: str
    cells: list[list[tuple[str, str]]]
    """For each vendor its (text, address) pairs; the address is empty where the text leads nowhere."""
    text: bool = False
    """Running text in the vendor's own language instead of short labels."""


def comparison(snapshot: Snapshot, responses: Sequence[Response]) -> list[CompareRow]:
    """The same rows for every vendor: description, each question, examples, contact, dates."""
    rows = [_compared(_("Description"), ([response.description] for response in responses), text=True)]
    rows += [
        _compared(asked.question.heading, (map(said, one.given.get(asked.question.pk, ())) for one in responses))
        for asked in snapshot.asked.values()
    ]
    rows.append(_compared(_("Examples"), ([one.title for one in response.offerings.all()] for response in responses)))
    contacts = [contact(response) for response in responses]
    rows.append(
        CompareRow(_("Contact"), [[(one.email, f"mailto:{one.email}")] if one.email else [] for one in contacts])
    )
    rows.append(
        CompareRow(_("Website"), [[(one.website_label, one.website)] if one.website else [] for one in contacts])
    )
    dates = (
        [date_format(response.confirmed_at, "DATE_FORMAT") if response.confirmed_at else ""] for response in responses
    )
    return [*rows, _compared(_("Confirmed by the company"), dates)]


def _compared(heading: str, cells: Iterable[Iterable[str]], text: bool = False) -> CompareRow:
    return CompareRow(heading, [[(one, "") for one in cell if one] for cell in cells], text)


def said(answer: Answer) -> str:
    if answer.own_words:
        return f"{answer.option.short}: “{answer.own_words}”"
    return _label(answer.option, answer.mapped_from_id is not None)


def _label(option: Option, is_counted_by_kl: bool) -> str:
    """The short label; what KL has counted there is never passed off as the vendor's own answer."""
    return _("%(option)s (counted here by KL)") % {"option": option.short} if is_counted_by_kl else option.short
