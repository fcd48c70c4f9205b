"""The content files: reading and writing YAML. A file that is read, loaded and written again is the same, byte for byte.

A file holds a list of records (a template's file holds one), each with the fields of its model in a fixed order.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import models

from kl_ai.text import clean_text

from ..kind_types import FiledModel
from ..kinds import KINDS, SCALE, stable_models
from ..models import LoadedItem
from .records import Record, read_records, record_key

FOLDER = settings.BASE_DIR / "fixtures" / "legal"


class ContentError(ValueError):
    """A content file says something that cannot be loaded; the message names the file and the item."""


def filed_models() -> tuple[FiledModel, ...]:
    """The models that have content files, each kind after those that its records name."""
    return (*KINDS.values(), SCALE)


def _pattern(kind: FiledModel) -> str:
    """The files of a model, as `Path.glob` finds them."""
    return re.sub(r"\{[^}]*\}", "*", kind.file)


# Reading files ----------------------------------------------------------------------------------


def read(folder: Path = FOLDER) -> dict[type[models.Model], list[Record]]:
    """Each model's records, in the order of the files. Raises `ContentError` where a file is no such list."""
    return {kind.model: list(_records(folder, kind)) for kind in filed_models()}


def _records(folder: Path, kind: FiledModel) -> Iterator[Record]:
    paths = sorted(folder.glob(_pattern(kind)))
    if not paths:
        raise ContentError(f"There is no {_pattern(kind)} in {folder}.")
    fields = {*kind.fields, *(part.name for part in kind.parts)}
    for path in paths:
        where = path.relative_to(folder).as_posix()
        try:
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
        except (yaml.YAMLError, ValueError, OverflowError, TypeError, RecursionError, OSError) as error:
            # The constructors of dates and numbers, and of keys that are lists, raise errors of Python.
            raise ContentError(f"{where} is no YAML: {error}") from error
        records = [content] if kind.is_single else content or []
        if not isinstance(records, list):
            raise ContentError(f"{where} is no list of records.")
        for record in records:
            if not isinstance(record, dict):
                raise ContentError(f"{where}: a record is a list of fields, not “{record}”.")
            if unknown := sorted(str(name) for name in record if name not in fields):
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
    """File names to texts, as `write` writes them. What the files no longer have is left out.

    Raises `ContentError` where rows have no key: such files could not be loaded.
    """
    if without := [str(row) for model in stable_models() for row in model.objects.filter(key="")]:
        raise ContentError(f"Run give_row_keys first. These rows have no key yet: {'; '.join(without)}.")
    files: dict[str, list[Record]] = {}
    singles = set()
    withdrawn = set(LoadedItem.objects.filter(is_withdrawn=True).values_list("kind", "key"))
    for kind in filed_models():
        for item, record in read_records(kind):
            if (kind.model._meta.model_name, record_key(kind, record)) in withdrawn and not item.is_public:
                continue
            name = kind.file.format(item=item)
            files.setdefault(name, []).append(record)
            if kind.is_single:
                singles.add(name)
    return {name: dump(records[0] if name in singles else records) for name, records in files.items()}


def dump(records: Any) -> str:
    return yaml.dump(records, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


_SafeLoader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""The one in C is several times as fast, and not everywhere."""


class _Loader(_SafeLoader):
    """Safe; reads yes and no as words, cleans every text, and refuses aliases: a short file could grow without end."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases (*) are not read", self.peek_event().start_mark)
        return super().compose_node(parent, index)

    def construct_scalar(self, node: Any) -> Any:
        value = super().construct_scalar(node)
        return clean_text(value) if isinstance(value, str) else value


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
