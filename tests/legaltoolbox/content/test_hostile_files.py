"""Files in which anything stands: whoever loads them reads one sentence with file and line, and nothing is loaded."""

import re
from contextlib import suppress
from copy import deepcopy
from datetime import date, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legaltoolbox.content import files, reading
from legaltoolbox.models import LegalSource, Role
from tests.legaltoolbox.small import A01, SMALL, write

pytestmark = pytest.mark.django_db

BOMB = "- &a [x, x, x]\n" + "".join(
    f"- &{new} [*{old}, *{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
TEXTS: dict[str, tuple[str | bytes, str]] = {
    "a bomb of anchors": (BOMB, "line 2"),
    "a bomb in a field": ("- slug: &a leder\n  name: *a\n", "line 2"),
    "duplicate fields": ("- slug: leder\n  name: Leder\n  slug: chef\n", "line 3"),
    "a tab": ("- slug: leder\n\tname: Leder\n", "line 2"),
    "NUL": ("- slug: leder\n  name: a\0b\n", "line 2"),
    "another character that YAML has not": ("- slug: leder\n  name: a\x1bb\n", "line 2"),
    "deep lists": ("- slug: leder\n  name: " + "[" * 50_000 + "]" * 50_000 + "\n", "line 2"),
    "deep fields": ("- slug: leder\n  name: " + "{a: " * 5_000 + "}" * 5_000 + "\n", "line 2"),
    "a list without an end": ("- slug: leder\n  name: " + "[" * 50_000, "line 2"),
    "Windows-1252": ("- slug: leder\n  name: Søren\n".encode("cp1252"), "line 2"),
    "no day": ("- slug: leder\n  reviewed_on: 2024-02-31\n", "line 2"),
    "a number of 10,000 digits": ("- slug: leder\n  name: " + "9" * 10_000 + "\n", "line 2"),
    "a field that is a list": ("- slug: leder\n  ? [a, b]\n  : c\n", "line 2"),
    "a field that is a mapping": ("- slug: leder\n  ? {a: b}\n  : c\n", "line 2"),
    "an object of Python": ("- slug: leder\n  name: !!python/object/apply:os.system [ls]\n", "line 2"),
    "binary data": ("- slug: leder\n  name: !!binary abc\n", "line 2"),
    "a set": ("- slug: leder\n  name: Leder\n- !!set {a, b}\n", "line 3"),
    "two documents": ("- slug: leder\n---\n- slug: chef\n", "line 2"),
    "a text": ("leder\n", "line 1"),
    "a mapping": ("slug: leder\n", "line 1"),
    "a number for a record": ("- slug: leder\n- 7\n", "line"),
    "nothing for a record": ("- slug: leder\n  name: Leder\n-\n", "line"),
}


def refusal(folder) -> str:
    """The sentence of the refused load."""
    with pytest.raises(CommandError) as refused:
        call_command("load_content", folder=folder, yes=True)
    text = str(refused.value)
    assert "\n" not in text
    assert len(text) < 600, text
    assert not LegalSource.objects.exists()
    return text


@pytest.mark.parametrize(("text", "line"), TEXTS.values(), ids=TEXTS)
def test_a_hostile_file_is_refused_with_its_line(text, line, tmp_path):
    write(tmp_path, deepcopy(SMALL))
    (tmp_path / "roles.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    message = refusal(tmp_path)
    assert message.startswith("roles.yaml, line "), message
    assert line in message


def test_a_file_of_ten_megabytes_is_not_read(tmp_path, monkeypatch):
    write(tmp_path, deepcopy(SMALL))
    (tmp_path / "roles.yaml").write_text("- slug: leder\n  name: " + "a" * 10_000_000)
    sizes: list[int] = []
    monkeypatch.setattr(reading, "_refuse_aliases_and_depth", lambda text: sizes.append(len(text)))
    assert refusal(tmp_path) == "roles.yaml: has more than 2000000 bytes."
    assert max(sizes) < 2_000_000


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path):
    write(tmp_path, deepcopy(SMALL))
    (tmp_path / "roles.yaml").unlink()
    (tmp_path / "roles.yaml").mkdir()
    assert refusal(tmp_path).startswith("roles.yaml: cannot be read")


DAY = date(2024, 1, 1)
WRONG_TYPES: dict[str, tuple[str, str, Any]] = {
    "a date for a title": ("risks.yaml", "title", DAY),
    "a number for a title": ("risks.yaml", "title", 7),
    "a list for a title": ("risks.yaml", "title", ["a"]),
    "a mapping for a title": ("risks.yaml", "title", {"a": "b"}),
    "true for a title": ("risks.yaml", "title", True),
    "a date for a key": ("roles.yaml", "slug", DAY),
    "a number for a key": ("roles.yaml", "slug", 7),
    "a list for a key": ("roles.yaml", "slug", ["leder"]),
    "a text for a number": ("phases.yaml", "number", "en"),
    "true for a number": ("phases.yaml", "number", True),
    "a fraction for a number": ("phases.yaml", "number", 1.5),
    "a number past 64 bits": ("phases.yaml", "number", 2**70),
    "a time for a date": ("risks.yaml", "review_by", datetime(2030, 1, 1, 12)),
    "a number for a date": ("risks.yaml", "review_by", 20300101),
    "a text for true": ("risks.yaml", "is_public", "ja"),
    "a text for keys": ("risks.yaml", "sources", "gdpr"),
    "a mapping for keys": ("risks.yaml", "sources", {"gdpr": 1}),
    "a number for keys": ("risks.yaml", "sources", 7),
    "a date among keys": ("risks.yaml", "sources", [DAY]),
    "a list among keys": ("risks.yaml", "sources", [["gdpr"]]),
    "a list for the key of another": (A01, "phase", ["fundament"]),
    "a number for the key of another": (A01, "phase", 7),
    "a text for rows": (A01, "checklist", "spørgsmål"),
    "a mapping for rows": (A01, "checklist", {"key": "1"}),
    "a text for a row": (A01, "checklist", ["spørgsmål"]),
    "a number for a row": (A01, "checklist", [7]),
    "a list for a row": (A01, "checklist", [["key"]]),
    "a number for a row's key": (A01, "checklist", [{"key": 1, "question": "q", "guidance": "g", "done_when": "d"}]),
    "fields of two types": (A01, "checklist", [{"key": "1", 7: "a", "colour": "blå"}]),
}


@pytest.mark.parametrize(("name", "field", "value"), WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_a_value_of_another_type_is_refused_with_its_line(name, field, value, tmp_path):
    contents = deepcopy(SMALL)
    contents[name][0][field] = value
    message = refusal(write(tmp_path, contents))
    assert re.match(rf"{re.escape(name)}, line \d+: ", message), message
    assert field in message or "key" in message


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(max_size=8) | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_at_any_place_is_loaded_or_refused_with_a_sentence(data, tmp_path):
    contents = deepcopy(SMALL)
    name = data.draw(st.sampled_from(sorted(contents)))
    record = contents[name] if isinstance(contents[name], dict) else contents[name][0]
    record[data.draw(st.sampled_from(sorted(record)))] = data.draw(anything)
    write(tmp_path, contents)
    with transaction.atomic():
        with suppress(CommandError):  # anything else is a traceback
            call_command("load_content", folder=tmp_path, yes=True, verbosity=0)
        transaction.set_rollback(True)


def test_lines_of_a_record_and_of_a_row_are_named(tmp_path):
    contents = deepcopy(SMALL)
    contents[A01][0]["checklist"][1]["question"] = ""
    write(tmp_path, contents)
    lines = (tmp_path / A01).read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if re.search(r"- key: '2'", text))
    assert refusal(tmp_path).startswith(f"{A01}, line {line}: A01: checklist 2: question: ")
    assert not Role.objects.exists()


def test_what_is_written_is_read_as_it_was(tmp_path):
    """Records that know their place are records like others."""
    write(tmp_path, deepcopy(SMALL))
    records = files.read(tmp_path)
    assert files.dump(records[Role]) == files.dump(SMALL["roles.yaml"])
