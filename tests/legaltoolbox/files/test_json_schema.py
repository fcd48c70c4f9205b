"""The JSON Schema of the catalogue's JSON: the file follows it, and nothing in the file is missing from it."""

import copy
import re

import jsonschema
import pytest
from django.test import Client

from legaltoolbox.catalogue import catalogues
from legaltoolbox.content.load import load
from legaltoolbox.kinds import KINDS
from legaltoolbox.models import Requirement, Risk, toolbox_version
from tests.checks import not_empty
from tests.reading import read_json

TOOLBOX = "/en/juridisk-vaerktoejskasse/"
JSON, SCHEMA = f"{TOOLBOX}katalog.json", f"{TOOLBOX}katalog.schema.json"


def validator(schema: dict) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.fixture
def schema(content, client) -> dict:
    return read_json(client, SCHEMA)


@pytest.fixture
def file(content, client) -> dict:
    return read_json(client, JSON)


def test_the_schema_is_one_and_says_where_it_is(schema, file, client):
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == file["json_schema"] == f"http://testserver{SCHEMA}"
    response = client.get(SCHEMA)
    assert response["Content-Type"] == "application/schema+json"
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("home", [TOOLBOX, TOOLBOX.removeprefix("/en")])
def test_the_file_follows_the_schema(home, content, client):
    validator(read_json(client, f"{home}katalog.schema.json")).validate(read_json(client, f"{home}katalog.json"))


def test_a_small_catalogue_and_an_empty_one_follow_the_schema(small, db, client):
    schema = read_json(client, SCHEMA)
    empty = read_json(client, JSON)
    validator(schema).validate(empty)
    assert empty["reviewed_on"] is None
    load(small)
    few = read_json(Client(), JSON)
    assert len(few["requirements"]) == 1
    validator(schema).validate(few)


def test_every_field_of_the_file_is_described_and_the_reverse(schema, file):
    """At any depth."""
    assert list(schema["properties"]) == list(file)
    unlike = []

    def compare(described: dict, value: object, way: str) -> None:
        if isinstance(value, list):
            for entry in value:
                compare(described["items"], entry, way)
        elif isinstance(value, dict):
            if set(described["properties"]) != set(value) or set(described["required"]) != set(value):
                unlike.append(way)
            for name, inner in value.items():
                compare(described["properties"].get(name, {}), inner, f"{way}.{name}")

    for name in not_empty([*(kind.json_name for kind in KINDS.values()), "scale"]):
        compare(schema["properties"][name], not_empty(file[name]), name)
    assert unlike == []


def test_patterns_are_written_as_javascript_reads_them(schema):
    patterns = []

    def collect(part: object) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("pattern"), str):
                patterns.append(part["pattern"])
            for inner in part.values():
                collect(inner)

    collect(schema)
    assert len(set(patterns)) > 5
    assert [pattern for pattern in patterns if re.search(r"\\[AZ]|\(\?[P#aimsux]", pattern)] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "2.0"),
        (("language",), "en"),
        (("reviewed_on",), "i går"),
        (("source",), "ingen adresse"),
        (("requirements", 0, "code"), "X01"),
        (("requirements", 0, "level"), "nonsense"),
        (("requirements", 0, "tender_use"), None),
        (("requirements", 0, "risks"), ["A25"]),
        (("requirements", 0, "risks"), ["R01", "R01"]),
        (("requirements", 0, "conditions", 0, "answer"), "måske"),
        (("requirements", 0, "wording"), None),
        (("requirements", 0, "proposals"), "24 timer"),
        (("activities", 0, "is_decision_point"), "nej"),
        (("activities", 0, "repeat_months"), 121),
        (("activities", 0, "phase"), None),
        (("activities", 0, "checklist", 0, "question"), 3),
        (("templates", 0, "sections", 0, "fields", 0, "kind"), "nonsense"),
        (("sources", 0, "address"), "her"),
        (("sources", 0, "part_of"), "to ord"),
        (("phases", 0, "number"), -1),
        (("scale", 0, "level"), 5),
        (("risks", 0, "review_by"), None),
        (("guidance",), {}),
    ],
)
def test_a_file_of_another_form_does_not_follow_the_schema(path, value, schema, file):
    broken = copy.deepcopy(file)
    *way, last = path
    part = broken
    for step in way:
        part = part[step]
    part[last] = value
    errors = list(validator(schema).iter_errors(broken))
    assert [tuple(error.absolute_path)[: len(path)] for error in errors] == [path]


@pytest.mark.parametrize("path", [("json_schema",), ("roles",), ("risks", 0, "cause"), ("activities", 0, "checklist")])
def test_a_file_that_lacks_something_does_not_follow_the_schema(path, schema, file):
    *way, last = path
    part = file
    for step in way:
        part = part[step]
    del part[last]
    with pytest.raises(jsonschema.ValidationError, match=f"'{last}' is a required property"):
        validator(schema).validate(file)


def test_a_file_of_tomorrow_with_more_fields_follows_the_schema_of_today(schema, file):
    file["more"] = []
    file["risks"][0]["more"] = "tekst"
    file["format"] = "1.99"
    validator(schema).validate(file)


def test_whatever_the_texts_hold_the_file_follows_the_schema(content_rows, client):
    hostile = 'æøå "anførsel" \\ kolon: \u2028 \t <b> \n\n- yes\n- null'
    Requirement.objects.filter(code="K01").update(wording=hostile, proposals=[hostile])
    Risk.objects.filter(code="R01").update(measures=[hostile, ""])
    toolbox_version.bump()
    file = read_json(client, JSON)
    validator(read_json(client, SCHEMA)).validate(file)
    assert file["requirements"][0]["wording"] == hostile
    assert file["risks"][0]["measures"] == [hostile, ""]
    assert catalogues.current().find("requirement", "K01").proposals == [hostile]
