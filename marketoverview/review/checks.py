"""Hints for the curator about a response: addresses, names and texts to look at twice. No network access."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.search.danish import sort_key
from kl_ai.text import EMOJI_PARTS, has_unseen, is_unseen

from ..company_names import normalized_name
from ..models import LinkCheck, Response, Vendor
from ..models.vendors import website_host

FREE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "hotmail.com", "hotmail.dk", "outlook.com", "outlook.dk", "live.com",
    "live.dk", "msn.com", "yahoo.com", "yahoo.dk", "icloud.com", "me.com", "mac.com", "aol.com", "proton.me",
    "protonmail.com", "gmx.com", "gmx.net", "gmx.de", "web.de", "mail.com", "mail.dk", "jubii.dk", "ofir.dk",
    "sol.dk", "stofanet.dk", "youmail.dk", "zoho.com", "fastmail.com", "hey.com",
})  # fmt: skip
SECOND_LEVEL = frozenset(["ac", "co", "com", "edu", "gov", "gv", "net", "or", "org"])
SIMILAR_NAME = 0.9
"""Names whose similarity (0 to 1) is above this are taken for the same."""
MIN_CAPITALS = 20
"""Texts with fewer letters may be abbreviations: no hint at their capitals."""
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
"""Scripts that have letters which look like those of another."""


@dataclass(frozen=True, slots=True)
class CheckNote:
    """A sentence for the curator, the item that it is about ("" for none), and links as (label, address)."""

    item: str
    text: str
    links: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ComparisonData:
    """The vendors and links that every response is compared with."""

    vendors: list[tuple[int, str, str, str]]
    """(id, name, normalized name, website's host) of every vendor."""
    failed_links: Mapping[str, LinkCheck]
    """Address to the last check of each website that did not answer."""


def comparison_data() -> ComparisonData:
    """All vendors, and the websites that did not answer. Two queries."""
    rows = Vendor.objects.order_by("pk").values_list("pk", "name", "website")
    vendors = [(pk, name, normalized_name(name), website_host(website)) for pk, name, website in rows]
    return ComparisonData(vendors, {check.url: check for check in LinkCheck.objects.filter(ok=False)})


def check_response(response: Response, data: ComparisonData, submitter: str = "") -> list[CheckNote]:
    """The notes on one response. No query on a response with vendor, answers and offerings.

    `submitter` is the mail address of the user who submitted it. CVR numbers are not compared: they are unique.
    """
    return [
        *_mail_notes(response, submitter),
        *_name_notes(response, data),
        *_website_notes(response, data),
        *_text_notes(response),
    ]


# Addresses ----------------------------------------------------------------------------------------


def domain(name: str) -> str:
    """The registered domain of a host or mail address: two labels, or three below “co.uk” and its like."""
    labels = name.rpartition("@")[2].lower().rstrip(".").split(".")
    has_second_level = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL
    return ".".join(labels[-3:] if has_second_level else labels[-2:])


def _mail_notes(response: Response, submitter: str) -> Iterator[CheckNote]:
    contact = domain(response.contact_email) if response.contact_email else ""
    host = website_host(response.website)
    website = domain(host) if host else ""
    sent_by = domain(submitter) if submitter else ""
    if contact in FREE_MAIL:
        text = _("The contact address is at a free mail service (%(domain)s).")
        yield CheckNote("contact", text % {"domain": contact})
    elif contact and website and contact != website:
        words = {"mail": contact, "website": website}
        yield CheckNote("contact", _("The contact address is at %(mail)s, the website at %(website)s.") % words)
    if sent_by in FREE_MAIL:
        words = {"address": submitter}
        yield CheckNote("", _("Handed in from a free mail service: %(address)s.") % words)
    elif sent_by and sent_by not in (website, contact):
        words = {"address": submitter}
        text = _("Handed in by %(address)s, whose domain is neither the website's nor the contact's.")
        yield CheckNote("", text % words)


def _website_notes(response: Response, data: ComparisonData) -> Iterator[CheckNote]:
    own_host = website_host(response.website)
    if not own_host:
        return
    others = [
        (pk, name)
        for pk, name, _normalized, other_host in data.vendors
        if other_host == own_host and pk != response.vendor_id
    ]
    if others:
        yield CheckNote("website", _("Other vendors have the same website:"), _links(others))
    if check := data.failed_links.get(response.website):
        yield CheckNote("website", _("The website did not answer: %(result)s.") % {"result": check.result})


# Names --------------------------------------------------------------------------------------------


def _name_notes(response: Response, data: ComparisonData) -> Iterator[CheckNote]:
    name = normalized_name(response.company_name or response.vendor.name)
    others = [
        (pk, other)
        for pk, other, normalized, _host in data.vendors
        if pk != response.vendor_id and is_similar(name, normalized)
    ]
    if others:
        yield CheckNote("company_name", _("Other vendors have the same or nearly the same name:"), _links(others))


def is_similar(name: str, other: str) -> bool:
    """Whether two normalized names are equal, or differ as much as by a typing error; an empty one is like none."""
    if name == other or not name or not other:
        return bool(name) and name == other
    if 2 * min(len(name), len(other)) <= SIMILAR_NAME * (len(name) + len(other)):
        return False  # names of such different lengths cannot reach the similarity
    matcher = SequenceMatcher(None, name, other, autojunk=False)
    return matcher.quick_ratio() > SIMILAR_NAME and matcher.ratio() > SIMILAR_NAME


def _links(vendors: list[tuple[int, str]]) -> list[tuple[str, str]]:
    """Name and administration page of these vendors, (id, name), in Danish order."""
    listed = sorted(vendors, key=lambda vendor: (sort_key(vendor[1]), vendor[0]))
    return [(name, reverse("admin:marketoverview_vendor_change", args=[pk])) for pk, name in listed]


# Texts --------------------------------------------------------------------------------------------


def _text_notes(response: Response) -> Iterator[CheckNote]:
    for item, text in _texts(response):
        if has_unseen(text):
            yield CheckNote(item, _("“%(text)s” holds characters that cannot be seen.") % {"text": excerpt(text)})
        if word := mixed_word(text):
            yield CheckNote(item, _("“%(word)s” mixes letters of different alphabets.") % {"word": word})
        if is_in_capitals(text):
            yield CheckNote(item, _("“%(text)s” is written in capitals.") % {"text": excerpt(text)})


def _texts(response: Response) -> Iterator[tuple[str, str]]:
    """Every text that the vendor has typed, with its item."""
    for item in ("company_name", "website", "description"):
        yield item, getattr(response, item)
    for answer in response.answers.all():
        yield answer.option.question.code, answer.own_words
    for offering in response.offerings.all():
        for text in (offering.title, offering.description, offering.where_used):
            yield "offerings", text
    for text in (response.contact_function, response.contact_email, response.contact_name):
        yield "contact", text


def excerpt(text: str) -> str:
    """The first 60 characters on one line, with “�” for each that cannot be seen."""
    line = "".join("�" if is_unseen(c) and c not in EMOJI_PARTS else c for c in " ".join(text.split()))
    return line if len(line) <= 60 else line[:59] + "…"


def mixed_word(text: str) -> str:
    """The first word whose letters come from more than one alphabet; "" where there is none."""
    if text.isascii():
        return ""
    for word in re.findall(r"[^\W\d_]+", text):
        if len({script for letter in word if (script := _script(letter))}) > 1:
            return word
    return ""


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return next((script for script in SCRIPTS if name.startswith(script)), "")


def is_in_capitals(text: str) -> bool:
    """Whether four in five of the letters are capitals, in a text that is no abbreviation (`MIN_CAPITALS`)."""
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= MIN_CAPITALS and sum(map(str.isupper, letters)) > 0.8 * len(letters)
