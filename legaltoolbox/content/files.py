"""The content files: YAML in, rows out, and back again byte for byte.

A file holds a list of records (a template's file holds one), each with the fields of its model in
a fixed order. Links are lists of keys, parts (checklist, sections …) are lists of records, and what
is empty or has its default is left out. `write` of what `read` has loaded gives the same bytes.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import models

from ..kinds import KINDS, SCALE, FiledModel, ItemPart

FOLDER = settings.BASE_DIR / "fixtures" / "legal"


class ContentError(ValueError):
    """A content file says something that cannot be loaded; the message names the file and the item."""


def _pattern(kind: FiledModel) -> str:
    """The files of a model, as `Path.glob` finds them."""
    return "".join(piece if even else "*" for piece, even in _braces(kind.file))


def _braces(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a format string and whether each is plain text."""
    for number, piece in enumerate(text.replace("}", "{").split("{")):
        yield piece, number % 2 == 0


# Reading files ----------------------------------------------------------------------------------


def read(folder: Path = FOLDER) -> dict[type[models.Model], list[dict[str, Any]]]:
    """Each model's records, in the order of the files. Raises `ContentError` where a file is no such list."""
    return {kind.model: list(_records(folder, kind)) for kind in (*KINDS.values(), SCALE)}


def _records(folder: Path, kind: FiledModel) -> Iterator[dict[str, Any]]:
    paths = sorted(folder.glob(_pattern(kind)))
    if not paths:
        raise ContentError(f"There is no {_pattern(kind)} in {folder}.")
    known = {*kind.fields, *(part.name for part in kind.parts)}
    for path in paths:
        where = path.relative_to(folder).as_posix()
        try:
            found = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ContentError(f"{where} is no YAML: {error}") from error
        for record in [found] if kind.is_single else found or []:
            if not isinstance(record, dict):
                raise ContentError(f"{where}: a record is a list of fields, not “{record}”.")
            if unknown := sorted(set(record) - known):
                raise ContentError(f"{where}: {record.get(kind.fields[0])} has unknown fields: {', '.join(unknown)}.")
            yield record


# Writing files ----------------------------------------------------------------------------------


def write(folder: Path = FOLDER) -> list[Path]:
    """The whole content as files below `folder`; returns their paths. About three queries to a table."""
    paths = []
    for name, text in export().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        paths.append(path)
    return paths


def export() -> dict[str, str]:
    """File names to texts, as `write` writes them."""
    files: dict[str, list[dict[str, Any]]] = {}
    singles = set()
    for kind in (*KINDS.values(), SCALE):
        for item in _items(kind):
            name = kind.file.format(item=item)
            files.setdefault(name, []).append(_record(item, kind.fields, kind.parts))
            if kind.is_single:
                singles.add(name)
    return {name: dump(records[0] if name in singles else records) for name, records in files.items()}


def _items(kind: FiledModel) -> Iterable[Any]:
    keys, links = [field.name for field in kind.foreign_keys], [field.name for field in kind.many_to_many]
    rows = kind.model.objects.select_related(*keys).prefetch_related(*links, *_paths(kind.parts))
    return kind.in_order(rows)


def _paths(parts: tuple[ItemPart, ...], before: str = "") -> Iterator[str]:
    for part in parts:
        name = before + _accessor(part)
        yield name
        for of in part.fields:
            if part.model._meta.get_field(of).is_relation:
                yield f"{name}__{of}"
        yield from _paths(part.parts, f"{name}__")


def _accessor(part: ItemPart) -> str:
    of: Any = part.model._meta.get_field(part.parent)
    return of.remote_field.get_accessor_name()


def _record(row: models.Model, fields: tuple[str, ...], parts: tuple[ItemPart, ...]) -> dict[str, Any]:
    record = {}
    for name in fields:
        value = _plain(row, name)
        if value not in (None, "", []) and not _is_default(row, name, value):
            record[name] = value
    for part in parts:
        if rows := [_record(child, part.fields, part.parts) for child in getattr(row, _accessor(part)).all()]:
            record[part.name] = rows
    return record


def _plain(row: models.Model, name: str) -> Any:
    of = row._meta.get_field(name)
    if of.many_to_many:
        return sorted(linked.key for linked in getattr(row, name).all())
    if of.many_to_one:
        linked = getattr(row, name)
        return linked and linked.key
    return getattr(row, name)


def _is_default(row: models.Model, name: str, value: Any) -> bool:
    of: Any = row._meta.get_field(name)
    return not of.is_relation and of.has_default() and value == of.get_default()


def dump(records: Any) -> str:
    return yaml.dump(records, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


class _Loader(yaml.SafeLoader):
    """Safe, and with yes and no as the words that they are."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand as they are written."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # YAML takes these for line breaks too, and would give back others.
    style = '"' if re.search("[\r\x85\u2028\u2029]", text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent)
