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

from ..kind_types import FiledModel
from ..kinds import KINDS, SCALE, SYNONYMS, stable_models
from ..models import LoadedItem
from .reading import ContentError, FileList, FileRecord, read_yaml
from .records import Record, read_records, record_key

FOLDER = settings.BASE_DIR / "fixtures" / "legal"


def filed_models() -> tuple[FiledModel, ...]:
    """The models that have content files, each kind after those that its records name."""
    return (*KINDS.values(), SCALE, SYNONYMS)


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
        content = read_yaml(path, where)
        records = [content] if kind.is_single else content or FileList()
        if not isinstance(records, list):
            raise ContentError(f"{where}, line 1: is no list of records.")
        places = (f"{where}, line 1",) if kind.is_single else content.places if content else ()
        for record, place in zip(records, places, strict=True):
            if not isinstance(record, FileRecord):
                raise ContentError(f"{place}: a record is a list of fields, not “{str(record)[:100]}”.")
            if unknown := sorted(str(name) for name in record if name not in fields):
                key = record_key(kind, record)
                raise ContentError(f"{record.place}: {key} has unknown fields: {', '.join(unknown)}.")
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


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand as they are written."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # YAML takes these for line breaks too, and would give back others.
    style = '"' if re.search("[\r\x85\u2028\u2029]", text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent)
_Dumper.add_representer(FileRecord, _Dumper.represent_dict)
_Dumper.add_representer(FileList, _Dumper.represent_list)
