"""Reading of YAML from content files, whatever stands in them: every mistake is a `ContentError` with file and line."""

import re
from pathlib import Path
from typing import Any

import yaml

from kl_ai.text import clean_text

MOST_BYTES = 2_000_000
"""The largest file that is read; the largest one of the content has a tenth of it."""
MOST_LEVELS = 20
"""How deep lists and fields may stand within each other; the content has six levels."""
UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that YAML does not know, NUL among them."""


class ContentError(ValueError):
    """A content file says something that cannot be loaded; the message names the file, the line and the item."""


class FileRecord(dict[str, Any]):
    """A record of a file, which knows where it stands."""

    place = ""
    """File and line: "risks.yaml, line 12"."""


class FileList(list[Any]):
    """A list of a file, which knows the lines of its items."""

    places: tuple[str, ...] = ()
    """File and line of each item."""


def place_of(record: Any) -> str:
    """File and line of the record, with a colon behind them, to begin a message with; "" for one of the database."""
    place = getattr(record, "place", "")
    return f"{place}: " if place else ""


def read_yaml(path: Path, name: str) -> Any:
    """The content of the file, its fields as `FileRecord`, its texts cleaned. `name` is the file's name in messages."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ContentError(f"{name}: has more than {MOST_BYTES} bytes.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ContentError(f"{name}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ContentError(f"{name}, line {line}: is no text in UTF-8.") from error
    if unreadable := UNREADABLE.search(text):
        line = text.count("\n", 0, unreadable.start()) + 1
        raise ContentError(f"{name}, line {line}: is no YAML: holds the character U+{ord(unreadable[0]):04X}.")
    try:
        _refuse_aliases_and_depth(text)
        loader = _Loader(text)
        loader.file = name
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}, line {mark.line + 1}" if mark else name
        raise ContentError(f"{place}: is no YAML: {error.problem}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ContentError(f"{name}: is no YAML: {error}") from error


def _refuse_aliases_and_depth(text: str) -> None:
    """Raise an error at the first alias, since a short file could grow without end, and at what is nested too deep."""
    depth = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        mark: Any = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases (*) are not read", mark)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_LEVELS:
            raise yaml.composer.ComposerError(None, None, "is nested too deep", mark)


_SafeLoader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""The one in C is several times as fast, and not everywhere."""


class _Loader(_SafeLoader):
    """Safe; reads yes and no as words, cleans every text, and refuses a field that stands twice."""

    file = ""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """The constructors of dates and numbers raise errors of Python, which do not say where."""
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, OverflowError, TypeError) as error:
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from error

    def construct_scalar(self, node: Any) -> Any:
        value = super().construct_scalar(node)
        return clean_text(value) if isinstance(value, str) else value

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        fields = set()
        for key, _value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is None:
                raise yaml.constructor.ConstructorError(None, None, "a field needs a word as its name", key.start_mark)
            if name in fields:
                problem = f"the field “{name}” stands there twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            fields.add(name)
        return super().construct_mapping(node, deep=deep)

    def construct_record(self, node: Any) -> Any:
        record = FileRecord()
        record.place = f"{self.file}, line {node.start_mark.line + 1}"
        yield record
        record.update(self.construct_mapping(node))

    def construct_list(self, node: Any) -> Any:
        items = FileList()
        items.places = tuple(f"{self.file}, line {item.start_mark.line + 1}" for item in node.value)
        yield items
        items.extend(self.construct_sequence(node))


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.construct_record)
_Loader.add_constructor("tag:yaml.org,2002:seq", _Loader.construct_list)
