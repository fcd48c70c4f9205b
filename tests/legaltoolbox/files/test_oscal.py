"""The requirements as an OSCAL catalog: NIST's JSON Schema, the rules beside it, and what stands where."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import jsonschema
import pytest

from kl_ai.export import prose
from kl_ai.text import clean_line
from legaltoolbox.content.load import load
from legaltoolbox.files import oscal
from legaltoolbox.models import LegalSource, LegalStatus, Requirement, Risk, toolbox_version
from tests.checks import not_empty
from tests.days import on_date
from tests.reading import read_json

TOOLBOX = "/juridisk-vaerktoejskasse/"
FILE = f"{TOOLBOX}oscal.json"
PUBLISHED_SCHEMA = json.loads(Path(__file__).with_name("oscal_catalog_schema-1.1.3.json").read_text(encoding="utf-8"))
"""As another project keeps it, with the same rules as NIST's own 1.1.2: the file of the same name in Markdown says from where."""
OSCAL, RMF = "http://csrc.nist.gov/ns/oscal", "http://csrc.nist.gov/ns/rmf"
HOSTILE = "æøå \"citat\" 'x': *fed* _kursiv_ `kode` [a](b) <b>&amp;</b> {{ insert: param, x }} ~~n~~ x^2^ C:\\mappe | §"


def pattern(_validator, pattern: str, value: object, _schema) -> Iterator[jsonschema.ValidationError]:
    """The keyword `pattern` with letters and numbers of all languages, which Python's expressions write otherwise."""
    if isinstance(value, str) and not re.search(pattern.replace(r"\p{L}", r"[^\W\d_]").replace(r"\p{N}", r"\d"), value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


VALIDATOR = jsonschema.validators.extend(jsonschema.Draft7Validator, {"pattern": pattern})(
    PUBLISHED_SCHEMA, format_checker=jsonschema.FormatChecker()
)


@pytest.fixture
def catalog(content, client) -> dict:
    return read_json(client, FILE)["catalog"]


def controls(catalog: dict) -> list[dict]:
    return [control for group in catalog["groups"] for control in group["controls"]]


def control_of(catalog: dict, code: str) -> dict:
    (control,) = (control for control in controls(catalog) if control["id"] == code.lower())
    return control


def objects(value: object) -> Iterator[dict]:
    """Every object within the value, at any depth."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


def own(owner: dict, name: str) -> list[str]:
    """The values of the portal's own properties of this name."""
    return [prop["value"] for prop in owner["props"] if prop["name"] == name and prop.get("ns") == oscal.NAMESPACE]


def parts(control: dict) -> dict[str, str]:
    """The texts of a control by the names of its parts."""
    return {part["name"]: part["prose"] for part in objects(control["parts"]) if "prose" in part}


def shown(markup: str) -> str:
    """The text that Markdown without any markup but lists shows."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markup)


# The published rules --------------------------------------------------------------------------------


def test_it_follows_the_published_schema(catalog):
    VALIDATOR.validate({"catalog": catalog})
    assert PUBLISHED_SCHEMA["$id"] == f"{OSCAL}/{catalog['metadata']['oscal-version']}/oscal-catalog-schema.json"


def test_the_published_schema_is_applied(catalog):
    """A change in any of these places is found."""
    changes = (
        (catalog, "uuid", "1"),
        (catalog["metadata"], "last-modified", "i går"),
        (catalog["metadata"], "sprog", "da"),
        (catalog["groups"][0], "id", "to ord"),
        (controls(catalog)[0], "id", "1a"),
        (controls(catalog)[0]["props"][0], "value", " "),
        (controls(catalog)[0], "links", []),
        (catalog["back-matter"]["resources"][0], "uuid", "x"),
    )
    for owner, name, wrong in changes:
        before = owner.get(name)
        owner[name] = wrong
        assert len(list(VALIDATOR.iter_errors({"catalog": catalog}))) >= 1, name
        if before is None:
            del owner[name]
        else:
            owner[name] = before
    VALIDATOR.validate({"catalog": catalog})


def test_names_in_nists_namespaces_are_those_that_nist_has(catalog):
    """The rules that NIST's schema in JSON cannot say: the allowed names of properties and parts (release 1.1.3)."""
    for control in not_empty(controls(catalog)):
        assert {prop["name"] for prop in control["props"] if prop.get("ns", OSCAL) == OSCAL} == {"label", "sort-id"}
        names = [part["name"] for part in control["parts"] if part.get("ns", OSCAL) == OSCAL]
        assert set(names) <= {"overview", "statement", "guidance", "assessment-method"}
        assert names.count("statement") == 1
        for part in control["parts"]:
            assert {inner["name"] for inner in part.get("parts", [])} <= {"assessment-objects"}
            if part["name"] == "assessment-method":
                assert part["props"] == [{"name": "method", "ns": RMF, "value": "EXAMINE"}]
    for resource in not_empty(catalog["back-matter"]["resources"]):
        (kind,) = (prop["value"] for prop in resource["props"] if "ns" not in prop)
        assert kind in {"law", "regulation", "standard", "external-guidance", "citation"}


def test_identifiers_are_unique_and_links_lead_somewhere(catalog):
    ids = [entry["id"] for entry in objects(catalog) if "id" in entry]
    uuids = [entry["uuid"] for entry in objects(catalog) if "uuid" in entry]
    assert [name for name, number in Counter([*ids, *uuids]).items() if number > 1] == []
    assert all(UUID(uuid).version == 5 for uuid in not_empty(uuids))
    resources = {f"#{resource['uuid']}" for resource in catalog["back-matter"]["resources"]}
    linked = {
        link["href"] for control in controls(catalog) for link in control["links"] if link["href"].startswith("#")
    }
    assert linked == resources
    (party,) = catalog["metadata"]["parties"]
    assert catalog["metadata"]["responsible-parties"] == [{"role-id": "creator", "party-uuids": [party["uuid"]]}]


# What it holds ----------------------------------------------------------------------------------------


def test_every_requirement_is_a_control_in_the_group_of_its_topic(catalog, content):
    assert [(group["id"], [control["id"] for control in group["controls"]]) for group in catalog["groups"]] == [
        (topic.replace("_", "-"), [item.code.lower() for item in content.requirements if item.topic == topic])
        for topic in Requirement.Topic
    ]
    assert "Hjemmel, formål og minimering" in [group["title"] for group in catalog["groups"]]


def test_a_control_has_the_texts_and_the_values_of_its_requirement(catalog, content):
    for item in not_empty(content.requirements):
        control = control_of(catalog, item.code)
        assert shown(control["title"]) == item.title
        assert {"name": "label", "value": item.code} in control["props"]
        for name in ("level", "tender_use", "addressee", "certainty"):
            assert own(control, name.replace("_", "-")) == [getattr(item, name)], (item, name)
        assert own(control, "risk") == [risk.code for risk in content.linked(item, Risk.KIND)]
        assert own(control, "proposal") == item.proposals
        texts = {
            "overview": item.duty,
            "statement": item.wording,
            "guidance": item.explanation,
            "assessment-objects": item.all_evidence,
            "unsettled": item.unsettled,
        }
        for name, text in texts.items():
            assert prose.blocks(shown(parts(control).get(name, ""))) == prose.blocks(text), (item, name)
        assert ("applies-if" in parts(control)) == bool(content.conditions(item))
        sources = [link["text"] for link in control["links"] if link["rel"] == "reference"]
        assert sources == [source.name for source in content.linked(item, LegalSource.KIND)]
        assert control["links"][-1]["href"] == f"http://testserver{TOOLBOX}krav/{item.code}/"


def test_a_source_has_its_name_title_status_and_addresses(catalog, content):
    resources = {key: entry for entry in catalog["back-matter"]["resources"] for key in own(entry, "key")}
    for key, resource in not_empty(resources.items()):
        source = content.find("source", key)
        assert shown(resource["title"]) == source.name
        assert shown(resource["citation"]["text"]) == clean_line(f"{source.name}: {source.title}")
        assert own(resource, "legal-status") == [source.status]
        addresses = [link["href"] for link in resource["rlinks"]]
        assert addresses == [*filter(None, [source.address]), f"http://testserver{TOOLBOX}kilder/{key}/"]


def test_its_head_says_what_it_is(catalog, content):
    metadata = catalog["metadata"]
    assert metadata["title"] == "Juridisk værktøjskasse for ansvarlig AI: krav"
    assert "Vejledning, ikke juridisk rådgivning" in metadata["remarks"]
    assert own(metadata, "language") == ["da"]
    assert own(metadata, "reviewed-on") == [min(item.reviewed_on for item in content.requirements).isoformat()]
    assert metadata["links"][0] == {"href": f"http://testserver{FILE}", "rel": "canonical"}
    assert metadata["parties"][0]["name"] == "KL"


def test_conditions_that_hold_together_are_one_line(small, db, client):
    requirement = {"question": "persondata", "answer": "yes", "reason": "I behandler personoplysninger"}
    load(small)
    item = Requirement.objects.get(code="K01")
    question = item.conditions.get().question
    other = type(question).objects.get(code="udvikler")
    item.conditions.create(question=question, answer=requirement["answer"], group=1, reason="x")
    item.conditions.create(question=other, answer="no", group=1, reason="y")
    toolbox_version.bump()
    lines = parts(control_of(read_json(client, FILE)["catalog"], "K01"))["applies-if"].split("\n")
    assert lines == [
        "- Behandler I personoplysninger? Ja",
        "- Behandler I personoplysninger? Ja, og Udvikler I selv? Vi anskaffer",
    ]


# Stability ----------------------------------------------------------------------------------------


def test_the_uuid_of_the_document_changes_with_its_content_alone(content_rows, client):
    first = read_json(client, FILE)["catalog"]
    Risk.objects.filter(code="R09").update(cause="Noget, der ikke står i kataloget over krav.")
    toolbox_version.bump()
    same = read_json(client, FILE)["catalog"]
    assert same["uuid"] == first["uuid"]
    Requirement.objects.filter(code="K01").update(wording="Noget andet.")
    toolbox_version.bump()
    changed = read_json(client, FILE)["catalog"]
    assert changed["uuid"] != first["uuid"]
    uuids = [{entry["uuid"] for entry in catalog["back-matter"]["resources"]} for catalog in (first, changed)]
    assert uuids[0] == uuids[1]


def test_it_is_the_same_at_every_address(content, client):
    danish, english = client.get(FILE).content, client.get(f"/en{FILE}").content
    assert danish == english
    elsewhere = oscal.document(content, lambda path: f"https://et-andet-sted.example{path}")["catalog"]
    assert elsewhere["uuid"] == json.loads(danish)["catalog"]["uuid"]


def test_identifiers_are_those_of_the_first_release(catalog):
    """They follow from `IDENTIFIERS` and the key; others refer to them."""
    (gdpr,) = (entry for entry in catalog["back-matter"]["resources"] if "gdpr-art-35" in own(entry, "key"))
    assert oscal.NAMESPACE == "urn:uuid:58d9d49d-60e7-40af-96b6-599f8ff45d52"
    assert gdpr["uuid"] == "7acc676e-e044-5d61-bd57-309de614f153"
    assert catalog["metadata"]["parties"][0]["uuid"] == "ee8f90e0-a1af-5724-a733-ef37447396af"


def test_its_last_change_is_that_of_the_content_or_the_day_on_which_law_came_into_force(content_rows, client):
    changed_at = datetime.fromisoformat(read_json(client, FILE)["catalog"]["metadata"]["last-modified"])
    assert changed_at.timestamp() == toolbox_version.current() // 1_000_000_000
    LegalSource.objects.filter(slug="gdpr-art-35").update(status=LegalStatus.ADOPTED, applies_from=date(2090, 5, 1))
    toolbox_version.bump()
    with on_date(date(2090, 5, 2)):
        later = read_json(client, FILE)["catalog"]
    assert later["metadata"]["last-modified"] == "2090-04-30T22:00:00+00:00"
    (source,) = (entry for entry in later["back-matter"]["resources"] if "gdpr-art-35" in own(entry, "key"))
    assert own(source, "legal-status") == ["in_force"]


# Hazards ------------------------------------------------------------------------------------------


def test_markdown_shows_every_text_as_it_stands(content_rows, client):
    wording = (
        f"# Ikke en overskrift\n1. juli\n+ plus\n= lig\n\n{HOSTILE}\u2028næste\n\n- punkt *et*\n- null\n\n  indrykket"
    )
    Requirement.objects.filter(code="K01").update(
        title=HOSTILE[:150],
        wording=wording,
        level_note=HOSTILE,
        evidence="",
        own_evidence="",
        explanation=" \n ",
        unsettled="\u200b",
    )
    toolbox_version.bump()
    catalog = read_json(client, FILE)["catalog"]
    VALIDATOR.validate({"catalog": catalog})
    control = control_of(catalog, "K01")
    assert shown(control["title"]) == HOSTILE[:150]
    assert prose.blocks(shown(parts(control)["statement"])) == prose.blocks(wording)
    assert set(parts(control)) == {"overview", "statement", "applies-if"}
    markup = parts(control)["statement"]
    assert re.findall(r"(?<!\\)[*_`\[\]<>~^{}|&]", markup) == []
    assert re.findall(r"^(?:#|\+|=|\d+\.)", markup, re.MULTILINE) == []


def test_what_is_not_public_is_not_in_it(content_rows, client):
    Requirement.objects.filter(code="K31").update(is_public=False)
    LegalSource.objects.filter(slug="gdpr-art-35").update(is_public=False)
    Risk.objects.filter(code="R01").update(is_public=False)
    toolbox_version.bump()
    text = client.get(FILE).content.decode()
    assert "K30" in text
    assert [key for key in ("K31", "k31", '"gdpr-art-35"', '"R01"') if key in text] == []


def test_a_catalogue_without_requirements_follows_the_schema(db, client):
    catalog = read_json(client, FILE)["catalog"]
    VALIDATOR.validate({"catalog": catalog})
    assert "groups" not in catalog


def test_how_it_is_sent(content, client):
    response = client.get(FILE)
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert not response.cookies
    assert client.get(FILE, headers={"If-None-Match": response["ETag"]}).status_code == 304
