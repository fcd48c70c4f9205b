"""vCards, read back."""

import re

UNESCAPED = {"\\n": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}


def properties(card: str) -> list[tuple[str, str]]:
    """Name and value of the properties, unfolded (RFC 2425, 5.8.1) and unescaped (RFC 2426, 4); parameters are left out."""
    lines = re.sub("\r\n[ \t]", "", card).split("\r\n")
    assert lines.pop() == "", "the last line ends as well"
    parts = [line.partition(":") for line in lines]
    return [
        (name.partition(";")[0], re.sub(r"\\[n,;\\]", lambda match: UNESCAPED[match[0]], value))
        for name, _colon, value in parts
    ]
