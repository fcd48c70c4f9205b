"""A vendor's contact as a vCard 4.0 (RFC 6350)."""

from kl_ai.text import clean_line, clean_text

from ..models import Response


def escape(text: str) -> str:
    """A text value: cleaned, its backslashes, commas, semicolons and line breaks escaped (RFC 6350, 3.4)."""
    text = clean_text(text)
    for character in ("\\", ",", ";"):
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", "\\n")


def fold(line: str) -> str:
    """The line in pieces of at most 75 octets, never inside a character (RFC 6350, 3.2)."""
    pieces, piece = [], ""
    for character in line:
        if len((piece + character).encode()) > 75:
            pieces.append(piece)
            piece = " "
        piece += character
    return "\r\n".join([*pieces, piece])


def vcard(response: Response, url: str) -> str:
    """The vendor as an organisation; a person is named only with a ticked consent."""
    name = response.contact_name if response.contact_consent else ""
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"KIND:{'individual' if name else 'org'}",
        f"FN:{escape(name or response.vendor.name)}",
        f"ORG:{escape(response.vendor.name)}",
    ]
    optional = {
        "TITLE": escape(response.contact_function),
        "EMAIL;TYPE=work": clean_line(response.contact_email),
        "TEL;TYPE=work": escape(response.contact_phone),
        "URL": clean_line(response.vendor.website),
    }
    lines += [f"{key}:{value}" for key, value in optional.items() if value]
    lines += [f"SOURCE:{url}", f"REV:{response.published_at:%Y%m%dT%H%M%SZ}", "END:VCARD"]
    return "".join(f"{fold(line)}\r\n" for line in lines)
