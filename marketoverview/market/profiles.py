"""A published response as it is shown: the row in the directory, and the profile."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.addresses import mailto

from ..models import Answer, Option, Question, Response, SampleOffering, Status, Vendor
from ..models.countries import country_name
from ..models.vendors import WEBSITE, website_host
from ..querysets import marked_before
from .snapshot import Entry, Snapshot
from .tallies import Choice, QuestionTally

SHOWN_IN_ROW = 3
"""Options of each question shown in a row of the directory; the rest is “+4”."""


@dataclass(frozen=True, slots=True)
class VendorRow:
    """A vendor in the directory's list (`components/vendor_row.html`)."""

    slug: str
    name: str
    url: str
    description: str
    facts: list[tuple[str, str]]
    """(heading, answer) of each question with a single choice."""
    groups: list[tuple[str, list[str], int]]
    """(heading, first labels, how many more) of each question with several choices."""
    confirmed_on: date
    stale_note: str


@dataclass(frozen=True, slots=True)
class ProfileItem:
    """A chosen option on a profile."""

    label: str
    help: str
    own_words: str
    is_retired: bool
    counted_from: str = ""
    """The vendor's own words because of which KL counts it under this option."""


@dataclass(frozen=True, slots=True)
class Section:
    """A question with several choices on a profile, answered or not."""

    code: str
    heading: str
    question_text: str
    items: list[ProfileItem]
    edit_url: str = ""
    """Where its vendor corrects it, and the part of the survey that it belongs to; "" on a profile."""
    part: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.items


@dataclass(frozen=True, slots=True)
class Offering:
    """An example of a vendor as a card (`components/offering_card.html`)."""

    title: str
    description: str
    stage: str
    where_used: str
    groups: list[tuple[str, list[str]]]
    """(heading, labels) of each question whose options it combines."""
    vendor: str = ""
    """Name and profile of the vendor, where the card stands outside of its profile."""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to contact at a vendor; "" for whatever is unknown or not to be shown."""

    function: str
    name: str
    email: str
    phone: str
    website: str
    website_label: str
    """The website's host; the whole address where no link can be made of it."""
    vcard_url: str

    @property
    def email_url(self) -> str:
        """The link that opens a mail; "" for an address that no form takes any more, which stays text."""
        return mailto(self.email)

    @property
    def phone_url(self) -> str:
        """The link that calls the number: its digits, with the + in front (RFC 3966)."""
        digits = re.sub(r"[^0-9]", "", self.phone)
        return f"tel:{'+' if self.phone.strip().startswith('+') else ''}{digits}" if digits else ""

    @property
    def website_url(self) -> str:
        """The address of the website; "" for one that no form takes any more, which stays text."""
        return self.website if self.website and may_lead_to(self.website) else ""


def profile_url(slug: str) -> str:
    return reverse("market:profile", args=[slug])


def row(snapshot: Snapshot, entry: Entry) -> VendorRow:
    """The directory's row of this entry. No query."""
    counted_by_kl = {option_id for option_id, _source in entry.counted_by_kl}
    facts, groups = [], []
    for tally in _in_summary(snapshot):
        options = [choice.option for choice in tally.choices if choice.option.pk in entry.option_ids]
        labels = [_label(option, option.pk in counted_by_kl) for option in options]
        if tally.question.kind == Question.Kind.SINGLE:
            facts.append((tally.question.heading, ", ".join(labels)))
        else:
            groups.append((tally.question.heading, labels[:SHOWN_IN_ROW], max(0, len(labels) - SHOWN_IN_ROW)))
    return VendorRow(
        slug=entry.slug,
        name=entry.name,
        url=profile_url(entry.slug),
        description=entry.description,
        facts=facts,
        groups=groups,
        confirmed_on=entry.confirmed_at,
        stale_note=stale_note(entry.confirmed_at),
    )


def row_headings(snapshot: Snapshot) -> tuple[list[str], list[str]]:
    """The headings of `VendorRow.groups` and of `VendorRow.facts`, the same for every row. No query."""
    groups: list[str] = []
    facts: list[str] = []
    for tally in _in_summary(snapshot):
        (facts if tally.question.kind == Question.Kind.SINGLE else groups).append(tally.question.heading)
    return groups, facts


def row_wording(snapshot: Snapshot) -> str:
    """A fingerprint of what rows show of the survey: equal where nothing of it has changed. Made once for each snapshot."""

    def fingerprint() -> str:
        shown = [
            (tally.question.heading_da, tally.question.heading_en, tally.question.kind, *map(_labels, tally.choices))
            for tally in _in_summary(snapshot)
        ]
        return hashlib.sha256(repr(shown).encode()).hexdigest()

    return snapshot.memo.remember("row wording", fingerprint)


def _labels(choice: Choice) -> tuple[Any, ...]:
    option = choice.option
    return option.pk, option.label_da, option.label_en, option.short_da, option.short_en


def _in_summary(snapshot: Snapshot) -> list[QuestionTally]:
    """The questions that rows show."""
    return [tally for tally in snapshot.tallies.values() if tally.question.in_summary]


def sections(tallies: Iterable[QuestionTally], response: Response) -> list[Section]:
    """Those of the questions that allow several choices, in their order, answered or not; `facts` are the others. No query.

    Those that the response's round does not ask stand there only where they are answered.
    """
    words = {answer.pk: answer.own_words for answers in response.answers_by_question.values() for answer in answers}
    return [
        Section(
            code=tally.code,
            heading=tally.question.heading,
            question_text=tally.question.text,
            items=[
                ProfileItem(
                    answer.option.label,
                    answer.option.help,
                    answer.own_words,
                    answer.option.is_retired,
                    counted_from=words.get(answer.mapped_from_id or 0, ""),
                )
                for answer in response.answers_by_question.get(tally.question.pk, ())
            ],
        )
        for tally in tallies
        if tally.question.kind == Question.Kind.SEVERAL and _has_place(tally, response)
    ]


def _has_place(tally: QuestionTally, response: Response) -> bool:
    """Whether the question stands on the response's profile: its round asks it, or it is answered. No query."""
    return response.round_id in tally.asked_in or tally.question.pk in response.answers_by_question


def offerings(response: Response) -> list[Offering]:
    """The response's examples in their order. No query where they were prefetched with their options."""
    return [offering_card(offering) for offering in response.offerings.all()]


def offering_cards(ids: Sequence[int]) -> list[Offering]:
    """The published offerings with these primary keys, in this order, each with its vendor. Three queries."""
    published = SampleOffering.objects.filter(response__status=Status.PUBLISHED).select_related("response__vendor")
    by_id = published.prefetch_related("options__question").in_bulk(ids)
    vendors = [(by_id[pk], by_id[pk].response.vendor) for pk in ids if pk in by_id]
    return [offering_card(offering, vendor.name, profile_url(vendor.slug)) for offering, vendor in vendors]


def offering_card(offering: SampleOffering, vendor: str = "", url: str = "") -> Offering:
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
        website=response.public_website,
        website_label=_website_label(response.public_website),
        vcard_url=reverse("market:vcard", args=[response.vendor.slug]),
    )


def may_lead_to(website: str) -> bool:
    """Whether the fields for a website take this address; those of earlier versions took others."""
    try:
        for validator in WEBSITE:
            validator(website)
    except ValidationError:
        return False
    return True


def _website_label(website: str) -> str:
    return website_host(website) if may_lead_to(website) else website


def identity(vendor: Vendor) -> tuple[str, str]:
    """(heading, text): the CVR number of a Danish company, the country of a foreign one. No query."""
    if vendor.country == "DK":
        return _("CVR number"), vendor.cvr_number or ""
    return _("Country"), country_name(vendor.country)


def facts(tallies: Iterable[QuestionTally], response: Response) -> list[tuple[str, str]]:
    """(heading, answer) of each question with a single choice; such questions say what the vendor is. No query."""
    return [
        (tally.question.heading, ", ".join(map(answer_text, response.answers_by_question.get(tally.question.pk, ()))))
        for tally in single_choice_tallies(tallies, response)
    ]


def single_choice_tallies(tallies: Iterable[QuestionTally], response: Response) -> list[QuestionTally]:
    """Those of the questions that `facts` shows, in its order. No query."""
    single = (tally for tally in tallies if tally.question.kind == Question.Kind.SINGLE)
    return [tally for tally in single if _has_place(tally, response)]


def answer_lines(snapshot: Snapshot, response: Response) -> list[tuple[str, str]]:
    """(heading, short answers in one line) of every question on the profile, in the survey's order. No query."""
    return [
        (tally.question.heading, ", ".join(map(answer_text, response.answers_by_question.get(tally.question.pk, ()))))
        for tally in snapshot.tallies.values()
        if _has_place(tally, response)
    ]


def stale_note(confirmed_on: date | None, before: date | None = None) -> str:
    """The note beside a confirmation that was not renewed after two reminders; "" for others.

    Who asks for many gives `before`, the result of `marked_before`.
    """
    if confirmed_on is None or confirmed_on >= (before or marked_before()):
        return ""
    return _("not confirmed since then")


def answer_text(answer: Answer) -> str:
    """The chosen option's short label, with the own words beside it."""
    if answer.own_words:
        return f"{answer.option.short}: “{answer.own_words}”"
    return _label(answer.option, answer.mapped_from_id is not None)


def _label(option: Option, is_counted_by_kl: bool) -> str:
    """The short label; an option under which KL has counted the vendor's own words is marked as such."""
    return _("%(option)s (counted here by KL)") % {"option": option.short} if is_counted_by_kl else option.short
