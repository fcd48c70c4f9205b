"""The JSON Schema of the vendors' JSON: every file of any selection follows it, and nothing in a file is missing from it."""

import copy

import jsonschema
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from marketoverview.models import Option
from marketoverview.models.export_keys import ExportKey
from tests.builders import make_response, make_vendor
from tests.reading import MARKET, read_json
from tests.selections import query_string, selections, words

JSON, SCHEMA = f"{MARKET}eksport.json", f"{MARKET}eksport.schema.json"


def validator(schema: dict) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


@hypothesis_settings(max_examples=10)
@given(selection=selections, q=words)
def test_every_file_follows_the_schema(demo, client, selection, q):
    validator(read_json(client, SCHEMA)).validate(read_json(client, JSON + query_string(selection, q)))


def test_the_schema_is_one_and_says_where_it_is(demo, client):
    schema = read_json(client, SCHEMA)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == read_json(client, JSON)["json_schema"] == f"http://testserver{SCHEMA}"
    assert client.get(SCHEMA)["Content-Type"] == "application/schema+json"


def test_every_key_of_a_file_is_described_and_the_reverse(demo, client):
    schema, file = read_json(client, SCHEMA)["properties"], read_json(client, JSON)
    assert list(schema) == list(file)
    company = schema["companies"]["items"]["properties"]
    assert all(list(company) == list(listed) for listed in file["companies"])
    example = company["offerings"]["items"]["properties"]
    assert {key for listed in file["companies"] for offering in listed["offerings"] for key in offering} == set(example)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "kl-ai-marketoverview/2"),
        (("count",), -1),
        (("data_as_of",), "i går"),
        (("companies", 0, "services"), ["nonsense"]),
        (("companies", 0, "cvr"), "1234"),
        (("companies", 0, "offerings", 0, "stage"), "nonsense"),
        (("companies", 0, "offerings", 0, "combines"), {"technologies": ["nonsense"]}),
    ],
)
def test_a_file_of_another_form_does_not_follow_the_schema(path, value, demo, client):
    file = copy.deepcopy(read_json(client, JSON))
    *way, last = path
    part = file
    for step in way:
        part = part[step]
    part[last] = value
    with pytest.raises(jsonschema.ValidationError):
        validator(read_json(client, SCHEMA)).validate(file)


@pytest.mark.parametrize("key", ["shortlist", "companies", "source"])
def test_a_file_without_a_key_does_not_follow_the_schema(key, demo, client):
    file = read_json(client, JSON)
    del file[key]
    with pytest.raises(jsonschema.ValidationError):
        validator(read_json(client, SCHEMA)).validate(file)


def test_a_file_of_yesterday_follows_the_schema_of_today(demo, client):
    """An option is retired, a question comes: codes are never reused, and a new key is not required."""
    file = read_json(client, JSON)
    Option.objects.get(code="nlp", question__code="technologies").retire()
    for company in file["companies"]:
        del company["municipal-experience"]
    assert any("nlp" in company["technologies"] for company in file["companies"])
    validator(read_json(client, SCHEMA)).validate(file)


def test_the_old_keys_stay(demo, client):
    """The version is raised when a key changes its meaning or goes; these are the keys of version 1."""
    file = read_json(client, JSON)
    assert file["schema"] == "kl-ai-marketoverview/1"
    envelope = {"schema", "documentation", "source", "data_as_of", "is_demonstration_data", "recommendation"}
    assert envelope | {"ignored", "selection", "count", "companies"} <= set(file)
    fixed = {"name", "id", "profile", "description", "offerings", "contact_function", "contact_email", "contact_phone"}
    assert fixed | {"website", "round", "confirmed_on"} <= set(ExportKey)


@pytest.mark.parametrize(
    "path", [JSON, SCHEMA, "/markedsoverblik/eksport.json", "/juridisk-vaerktoejskasse/katalog.json"]
)
def test_scripts_of_other_websites_may_read_the_json_without_credentials(path, demo, client):
    response = client.get(path, headers={"origin": "https://andre.example"})
    response.getvalue()
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response


@pytest.mark.parametrize(
    "path", [f"{MARKET}eksport.csv", f"{MARKET}markedsnotat.pdf", MARKET, "/leverandoer/", "/healthz"]
)
def test_nothing_else_is_open_to_scripts_of_other_websites(path, demo, client):
    response = client.get(path, headers={"origin": "https://andre.example"})
    response.getvalue()
    assert "Access-Control-Allow-Origin" not in response


def test_a_vendor_of_any_kind_follows_the_schema(survey, client):
    make_response(make_vendor("Ægir", country="SE"), answers={"services": ["other"]}, own_words={"services": "Kurser"})
    make_response(make_vendor("Birk", cvr_number="13585628"), offerings=[{"title": "x"}])
    validator(read_json(client, SCHEMA)).validate(read_json(client, JSON))
