"""Every value of a file from elsewhere as text, by its path. What is placed is taken out; what is left can be listed."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from kl_ai.text import clean_line, clean_text

from .html_text import data_file, is_html, plain_text
from .project_reader import UnreadableFile, unreadable
from .schema_check import Problem

Step = str | int
Path = tuple[Step, ...]
MOST_DEPTH = 30
MOST_VALUES = 30_000
"""Of a file; the longest exports that are public have some thousand."""
ATTACHMENTS = "attachments"
FILE_KEYS = ("file", "data", "content")
"""Keys of an attachment that hold its bytes, written as letters."""


class LeftOutFile(NamedTuple):
    """A file in the file: it is not kept."""

    path: Path
    name: str
    size: int


def path_text(path: Path) -> str:
    """The path as problems name it: `answers[3].data.text`."""
    text = ""
    for step in path:
        name = f"[{step}]" if isinstance(step, int) else clean_line(step, 100)
        text += name if isinstance(step, int) or not text else f".{name}"
    return text


class Leaves:
    """The values of a file, each until it is placed. Nothing and empty texts are none."""

    def __init__(self, data: Any) -> None:
        """Raises `UnreadableFile` for what is nested too deeply, and for too many values."""
        self.texts: dict[Path, str] = {}
        self.inner: dict[Path, list[Path]] = {}
        """The path of what holds values to theirs."""
        self.code: list[tuple[Path, str]] = []
        """What was taken out of texts because it is none."""
        self.files: list[LeftOutFile] = []
        for number, (path, value) in enumerate(_values(data)):
            if number == MOST_VALUES:
                raise unreadable(_("The file has too many entries."))
            self._add(path, value, data)
        for path in self.texts:
            self.inner.setdefault(path[:-1], []).append(path)

    def take(self, path: Path) -> str:
        """The text at the path, which is placed with that; "" where there is none."""
        return self.texts.pop(path, "")

    def take_list(self, path: Path) -> list[str]:
        """The texts of the list at the path."""
        return [self.texts.pop(each) for each in self.inner.pop(path, ()) if each in self.texts]

    def _add(self, path: Path, value: Any, data: Any) -> None:
        if not isinstance(value, str):
            self.texts[path] = str(value).lower() if isinstance(value, bool) else str(value)
            return
        if file := data_file(value):
            self.files.append(LeftOutFile(path, _sibling(data, path) or file.name, file.size))
        elif value and ATTACHMENTS in path and path[-1] in FILE_KEYS:
            self.files.append(LeftOutFile(path, _sibling(data, path), len(value) * 3 // 4))
        else:
            self._add_text(path, value)

    def _add_text(self, path: Path, value: str) -> None:
        if is_html(value):
            plain = plain_text(value)
            self.code += ((path, clean_text(each)) for each in plain.code)
            self.files += (LeftOutFile(path, each.name, each.size) for each in plain.files)
            value = plain.text
        value = clean_text(value).strip()
        if value:
            self.texts[path] = value


def _values(data: Any) -> Iterator[tuple[Path, Any]]:
    """Each value that holds no others, in the order of the file, with its path."""
    waiting: list[tuple[Path, Any]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict | list):
            if len(path) >= MOST_DEPTH:
                raise UnreadableFile([Problem(path_text(path)[:200], _("This is nested too deeply."))])
            pairs: list[tuple[Step, Any]] = list(value.items() if isinstance(value, dict) else enumerate(value))
            waiting += [((*path, key), inner) for key, inner in reversed(pairs)]
        elif value is not None:
            yield path, value


def _sibling(data: Any, path: Path) -> str:
    """The name that stands beside the value."""
    for step in path[:-1]:
        data = data[step]
    name = data.get("name") if isinstance(data, dict) else None
    return clean_line(name, 200) if isinstance(name, str) else ""
