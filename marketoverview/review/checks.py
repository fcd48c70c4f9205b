"""What a curator should look at twice in a response. Hints, no verdicts, and never the network."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from urllib.parse import urlsplit

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from kl_ai.text import EMOJI_PARTS, has_unseen, is_unseen

from ..models import LinkCheck, Response, Vendor
from .company_names import plain_name

FREE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "hotmail.com", "hotmail.dk", "outlook.com", "outlook.dk", "live.com",
    "live.dk", "msn.com", "yahoo.com", "yahoo.dk", "icloud.com", "me.com", "mac.com", "aol.com", "proton.me",
    "protonmail.com", "gmx.com", "gmx.net", "gmx.de", "web.de", "mail.com", "mail.dk", "jubii.dk", "ofir.dk",
    "sol.dk", "stofanet.dk", "youmail.dk", "zoho.com", "fastmail.com", "hey.com",
})  # fmt: skip
SECOND_LEVEL = frozenset(["ac", "co", "com", "edu", "gov", "gv", "net", "or", "org"])
NEARLY_EQUAL = 0.9
FEWEST_LETTERS = 20
"""Shorter texts in capitals may be abbreviations."""
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
"""Scripts whose letters can pass for one another."""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for the curator, the item that it is about, and links to what else to look at."""

    item: str
    text: str
    links: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """What a response is compared with: every vendor, and what came of the links."""

    vendors: list[tuple[int, str, str, str]]
    """(id, name, plain name, website's host)"""
    links: Mapping[str, Model]


def known() -> Known:
    """All vendors and the links that did not answer. Two queries."""
    rows = Vendor.objects.order_by("pk").values_list("pk", "name", "website")
    vendors = [(pk, name, plain_name(name), host(website)) for pk, name, website in rows]
    return Known(vendors, {check.url: check for check in LinkCheck.objects.filter(ok=False)})


def checks(response: Response, known: Known, submitter: str = "") -> list[Note]:
    """The notes on one response. No query on a response with vendor, answers and offerings.

    `submitter` is the address of whoever handed it in. A CVR number needs no note: no two vendors can have the same.
    """
    return [
        *_mail(response, submitter),
        *_names(response, known),
        *_website(response, known),
        *_texts(response),
    ]


# Addresses ----------------------------------------------------------------------------------------


def host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def domain(name: str) -> str:
    """The part of a host or of a mail address that somebody has registered, as far as its form tells."""
    labels = name.rpartition("@")[2].lower().rstrip(".").split(".")
    long = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL
    return ".".join(labels[-3:] if long else labels[-2:])


def _mail(response: Response, submitter: str) -> Iterator[Note]:
    contact = domain(response.contact_email) if response.contact_email else ""
    website = domain(host(response.website)) if host(response.website) else ""
    sent_by = domain(submitter) if submitter else ""
    if contact in FREE_MAIL:
        yield Note("contact", _("The contact address is at a free mail service (%(domain)s).") % {"domain": contact})
    elif contact and website and contact != website:
        words = {"mail": contact, "website": website}
        yield Note("contact", _("The contact address is at %(mail)s, the website at %(website)s.") % words)
    if sent_by in FREE_MAIL:
        words = {"address": submitter}
        yield Note("", _("Handed in from a free mail service: %(address)s.") % words)
    elif sent_by and sent_by not in (website, contact):
        words = {"address": submitter}
        yield Note("", _("Handed in by %(address)s, whose domain is neither the website's nor the contact's.") % words)


def _website(response: Response, known: Known) -> Iterator[Note]:
    if not (here := host(response.website)):
        return
    same = [(pk, name) for pk, name, _plain, site in known.vendors if site == here and pk != response.vendor_id]
    if same:
        yield Note("website", _("Other vendors have the same website:"), _links(same))
    if check := known.links.get(response.website):
        yield Note("website", _("The website did not answer: %(result)s.") % {"result": check.result})  # type: ignore[attr-defined]


# Names --------------------------------------------------------------------------------------------


def _names(response: Response, known: Known) -> Iterator[Note]:
    name = plain_name(response.company_name or response.vendor.name)
    alike = [
        (pk, other)
        for pk, other, plain, _site in known.vendors
        if pk != response.vendor_id and nearly_equal(name, plain)
    ]
    if alike:
        yield Note("company_name", _("Other vendors have the same or nearly the same name:"), _links(alike))


def nearly_equal(name: str, other: str) -> bool:
    """Whether two plain names are equal but for a slip of the pen."""
    if name == other or not name or not other:
        return bool(name) and name == other
    if 2 * min(len(name), len(other)) <= NEARLY_EQUAL * (len(name) + len(other)):
        return False  # the lengths alone say no
    matcher = SequenceMatcher(None, name, other, autojunk=False)
    return matcher.quick_ratio() > NEARLY_EQUAL and matcher.ratio() > NEARLY_EQUAL


def _links(vendors: list[tuple[int, str]]) -> list[tuple[str, str]]:
    return [(name, reverse("admin:marketoverview_vendor_change", args=[pk])) for pk, name in vendors]


# Texts --------------------------------------------------------------------------------------------


def _texts(response: Response) -> Iterator[Note]:
    for item, text in _said(response):
        if has_unseen(text):
            yield Note(item, _("“%(text)s” holds characters that cannot be seen.") % {"text": shortened(text)})
        if word := mixed(text):
            yield Note(item, _("“%(word)s” mixes letters of different alphabets.") % {"word": word})
        if capitals(text):
            yield Note(item, _("“%(text)s” is written in capitals.") % {"text": shortened(text)})


def _said(response: Response) -> Iterator[tuple[str, str]]:
    for item in ("company_name", "website", "description"):
        yield item, getattr(response, item)
    for answer in response.answers.all():
        yield answer.option.question.code, answer.own_words
    for offering in response.offerings.all():
        for text in (offering.title, offering.description, offering.where_used):
            yield "offerings", text
    for text in (response.contact_function, response.contact_email, response.contact_name):
        yield "contact", text


def shortened(text: str) -> str:
    """The beginning, on one line, with a mark in place of each character that cannot be seen."""
    line = " ".join(text.split())
    seen = "".join("�" if is_unseen(c) and c not in EMOJI_PARTS else c for c in line)
    return seen if len(seen) <= 60 else seen[:59] + "…"


def mixed(text: str) -> str:
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


def capitals(text: str) -> bool:
    """Whether a whole text, not only an abbreviation in it, is in capitals."""
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= FEWEST_LETTERS and sum(map(str.isupper, letters)) > 0.8 * len(letters)
