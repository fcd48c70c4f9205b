"""A vendor's contact as a vCard 3.0 (RFC 2426): the version that Outlook reads, with the property `N` that it demands."""

from collections.abc import Iterable, Iterator

from kl_ai.text import clean_line, clean_text

from ..models import Response
from .profiles import contact

MAX_OCTETS = 75
"""The longest line (RFC 2425, 5.8.1)."""


def escape(text: str) -> str:
    """A text value: cleaned, its backslashes, commas, semicolons and line breaks escaped (RFC 2426, 4)."""
    text = clean_text(text)
    for character in ("\\", ",", ";"):
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", "\\n")


def fold(line: str) -> str:
    """The line in pieces of at most `MAX_OCTETS`, never inside a character (RFC 2425, 5.8.1)."""
    pieces, piece = [], ""
    for character in line:
        if len((piece + character).encode()) > MAX_OCTETS:
            pieces.append(piece)
            piece = " "
        piece += character
    return "\r\n".join([*pieces, piece])


def vcard(response: Response, url: str, *, in_bulk: bool = False) -> str:
    """The contact point of a vendor; a person is named only with a ticked consent, and never in bulk.

    Addresses that no link can be made of are left out: programs take them for what they are not.
    In bulk the address and number beside a person are left out, too (`profiles.contact`). `url` is the profile's
    absolute address.
    """
    lines = ["BEGIN:VCARD", "VERSION:3.0", *_properties(response, url, in_bulk), "END:VCARD"]
    return "".join(f"{fold(line)}\r\n" for line in lines)


def vcards(cards: Iterable[tuple[Response, str]]) -> Iterator[str]:
    """One vCard after the other for these responses and the absolute addresses of their profiles, without persons."""
    return (vcard(response, url, in_bulk=True) for response, url in cards)


def _properties(response: Response, url: str, in_bulk: bool) -> Iterator[str]:
    details, company = contact(response, in_bulk=in_bulk), response.vendor.name
    yield _text("N", *_name(details.name or company, is_person=bool(details.name)))
    yield _text("FN", details.name or company)
    yield _text("ORG", company)
    optional = {
        "TITLE": escape(details.function),
        "EMAIL;TYPE=INTERNET,WORK": clean_line(details.email) if details.email_url else "",
        "TEL;TYPE=WORK,VOICE": escape(details.phone),
        "URL": clean_line(details.website_url),
    }
    for name, value in optional.items():
        if value:
            yield _line(name, value)
    yield f"SOURCE:{url}"
    yield f"REV:{response.published_at:%Y%m%dT%H%M%SZ}"


def _name(name: str, *, is_person: bool) -> tuple[str, ...]:
    """The five parts of `N`, family name first. A company's whole name is the first part, so that it is sorted by it."""
    given, _space, family = clean_line(name).rpartition(" ") if is_person else ("", "", name)
    return family, given, "", "", ""


def _text(name: str, *parts: str) -> str:
    return _line(name, ";".join(map(escape, parts)))


def _line(name: str, value: str) -> str:
    """A property. Outlook takes letters beyond ASCII for those of its own code page where their encoding is not named."""
    return f"{name}:{value}" if value.isascii() else f"{name};CHARSET=UTF-8:{value}"
