"""Files with lists of companies, for the tests that read them."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from marketoverview.review.invitation_list import read_file, read_list

LIST = "Virksomhed;E-mail\nBøg & Ær ÆØÅ ApS;ki@boeg.example\nÅben Sø A/S;ki@aaben.example\n"
NAMES = ["Bøg & Ær ÆØÅ ApS", "Åben Sø A/S"]


def names(data: bytes) -> list[str]:
    """The companies of the file by name; “problem” or “question” for one that has any."""
    companies = read_list(read_file(data)).companies
    return [
        "problem" if company.problem else "question" if company.questions else company.name for company in companies
    ]


def assert_refused(data: bytes, part: str) -> None:
    """The file is refused with a sentence that holds `part`."""
    with override("en"), pytest.raises(ValidationError) as refusal:
        read_list(read_file(data))
    assert part in refusal.value.messages[0]


def packed(**members: bytes) -> bytes:
    """An archive of these members; in their names `__` stands for a slash and `_dot_` for a full stop."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return data.getvalue()


def repacked(data: bytes, change) -> bytes:
    """The workbook with each member's bytes as `change(name, content)` gives them."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
    return result.getvalue()
