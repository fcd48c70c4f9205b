"""Requirements, risks and the scale as a library of CISO Assistant: the rules of its importer, and what stands where."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml
from django.db.models import F

from kl_ai.pages.versions import PublicVersion
from legaltoolbox.content.load import load
from legaltoolbox.files.ciso_assistant import FIRST_DAY
from legaltoolbox.models import LegalSource, Requirement, Risk, toolbox_version
from legaltoolbox.rating import RiskLevel, level
from tests.checks import not_empty
from tests.legaltoolbox.files.ciso_assistant_rules import LARGEST, problems

TOOLBOX = "/juridisk-vaerktoejskasse/"
FILE = f"{TOOLBOX}ciso-assistant.yaml"
BASE = "juridisk-vaerktoejskasse"


def text(client) -> str:
    response = client.get(FILE)
    assert response.status_code == 200
    return response.content.decode()


def read_library(client) -> dict:
    return yaml.safe_load(text(client))


@pytest.fixture
def library(content, client) -> dict:
    return read_library(client)


def nodes_by_code(library: dict) -> dict[str, dict]:
    return {node["ref_id"]: node for node in library["objects"]["framework"]["requirement_nodes"] if node["assessable"]}


# The rules of the importer --------------------------------------------------------------------------


def test_the_importer_takes_it(content, client):
    assert problems(text(client)) == []


def test_the_importer_takes_a_small_one_and_an_empty_one(small, db, client):
    assert problems(text(client)) == []
    assert set(read_library(client)["objects"]) == {"risk_matrix"}
    load(small)
    library = read_library(client)
    assert problems(text(client)) == []
    assert list(nodes_by_code(library)) == ["K01"]
    steps = library["objects"]["risk_matrix"][0]["probability"]
    assert [step["name"] for step in steps] == ["1", "2", "3", "Stor"]


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("urn",), "urn:kl:library", "badly formatted"),
        (("version",), "1", "whole number"),
        (("version",), LARGEST + 1, "whole number"),
        (("publication_date",), "i går", "no date"),
        (("name",), "x" * 201, "name is no text of 1 to 200"),
        (("copyright",), "x" * 4097, "copyright is no text"),
        (("objects",), {}, "has no objects"),
        (("objects", "frameworks"), [], "has framework and frameworks"),
        (("objects", "threats", 0, "urn"), "urn:kl:risk:threat:to ord", "badly formatted"),
        (("objects", "threats", 0, "ref_id"), "", "lacks ref_id"),
        (("objects", "threats", 1, "urn"), f"urn:kl:risk:threat:{BASE}:R01", "is there twice"),
        (("objects", "framework", "requirement_nodes"), [], "no requirement_nodes"),
        (("objects", "framework", "requirement_nodes", 1, "parent_urn"), "urn:x:y:z:w", "does not come before"),
        (("objects", "framework", "requirement_nodes", 1, "depth"), 3, "depth"),
        (("objects", "framework", "requirement_nodes", 1, "assessable"), "ja", "assessable"),
        (("objects", "framework", "requirement_nodes", 1, "ref_id"), "K02", "K02 is there twice"),
        (("objects", "framework", "requirement_nodes", 1, "implementation_groups"), ["skal"], "unknown group"),
        (("objects", "framework", "requirement_nodes", 1, "threats"), ["urn:x:y:z:w"], "unknown threat"),
        (("objects", "framework", "requirement_nodes", 1, "typical_evidence"), 3, "typical_evidence is no text"),
        (("objects", "risk_matrix", 0, "grid", 0), [0, 0, 0], "not 4 × 4"),
        (("objects", "risk_matrix", 0, "grid", 3, 3), 3, "level of risk that there is not"),
        (("objects", "risk_matrix", 0, "impact", 0, "id"), 1, "numbered from 0"),
        (("objects", "risk_matrix", 0, "risk", 0, "hexcolor"), "rød", "no colour"),
    ],
)
def test_what_the_importer_would_refuse_is_found(path, value, problem, library):
    *way, last = path
    part = library
    for step in way:
        part = part[step]
    part[last] = value
    found = problems(yaml.safe_dump(library))
    assert any(problem in sentence for sentence in found), found


# What it holds ----------------------------------------------------------------------------------------


def test_its_head_says_what_it_is(library):
    assert (library["urn"], library["ref_id"]) == (f"urn:kl:risk:library:{BASE}", BASE)
    assert (library["locale"], library["provider"], library["packager"]) == ("da", "KL", "KL")
    assert "Vejledning, ikke juridisk rådgivning" in library["description"]
    assert "Må bruges frit" in library["copyright"]
    assert f"http://testserver{TOOLBOX}genbrug/" in library["copyright"]
    assert library["dependencies"] == []


def test_every_requirement_is_a_node_below_its_topic(library, content):
    nodes = library["objects"]["framework"]["requirement_nodes"]
    expected = []
    for topic in Requirement.Topic:
        items = [item for item in content.requirements if item.topic == topic]
        expected += [(f"urn:kl:risk:req_node:{BASE}:{topic.replace('_', '-')}", None)]
        expected += [(f"urn:kl:risk:req_node:{BASE}:{item.code.lower()}", expected[-1][0]) for item in items]
        last = len(items)
        parent = expected[-last - 1][0]
        expected[-last:] = [(urn, parent) for urn, _parent in expected[-last:]]
    assert [(node["urn"], node.get("parent_urn")) for node in nodes] == expected
    assert list(nodes_by_code(library)) == [
        item.code for topic in Requirement.Topic for item in content.requirements if item.topic == topic
    ]


def test_a_node_has_the_texts_of_its_requirement(library, content):
    nodes = nodes_by_code(library)
    for item in not_empty(content.requirements):
        node = nodes[item.code]
        assert node["name"] == item.title
        assert item.duty.strip() in node["description"]
        assert item.wording.strip() in node["description"]
        assert node["typical_evidence"] == item.all_evidence.strip()
        assert node["implementation_groups"] == [item.level]
        assert node["threats"] == [
            f"urn:kl:risk:threat:{BASE}:{risk.code.lower()}" for risk in content.linked(item, Risk.KIND)
        ]
        for note in (item.explanation, item.unsettled, f"http://testserver{TOOLBOX}krav/{item.code}/"):
            assert note.strip() in node["annotation"], item
        assert all(source.name in node["annotation"] for source in content.linked(item, LegalSource.KIND)), item


def test_must_should_and_may_are_its_groups(library):
    groups = library["objects"]["framework"]["implementation_groups_definition"]
    names = {group["ref_id"]: group["name"] for group in groups}
    assert list(names.items()) == [("must", "Skal"), ("should", "Bør"), ("may", "Kan")]
    assert all(group["description"] for group in groups)


def test_the_cause_of_every_risk_is_a_threat(library, content):
    threats = library["objects"]["threats"]
    assert [(threat["ref_id"], threat["name"], threat["description"]) for threat in threats] == [
        (risk.code, risk.title, risk.cause.strip()) for risk in not_empty(content.risks)
    ]
    for threat, risk in zip(threats, content.risks, strict=True):
        for piece in (risk.event, risk.consequence, *(f"- {measure}" for measure in risk.measures)):
            assert piece.strip() in threat["annotation"], risk


def test_the_scale_is_its_matrix(library, content):
    (matrix,) = library["objects"]["risk_matrix"]
    for side, axis in (("probability", "likelihood"), ("impact", "consequence")):
        levels = [row for row in content.levels if row.axis == axis]
        assert [step["name"] for step in matrix[side]] == [row.name for row in levels]
        assert [step["abbreviation"] for step in matrix[side]] == ["1", "2", "3", "4"]
        for step, row in zip(matrix[side], levels, strict=True):
            assert row.description in step["description"]
            assert row.example in step["description"]
    assert [risk["name"] for risk in matrix["risk"]] == ["Lav", "Mellem", "Høj"]
    places = [RiskLevel.LOW, RiskLevel.MIDDLE, RiskLevel.HIGH]
    for likelihood in range(4):
        for consequence in range(4):
            rated = places[matrix["grid"][likelihood][consequence]]
            assert rated == level(likelihood + 1, consequence + 1)
    # The consequence weighs more: the two axes are not the other way round.
    assert (matrix["grid"][1][3], matrix["grid"][3][1]) == (2, 1)


def test_when_a_requirement_applies_stands_in_its_annotation(library, content):
    nodes = nodes_by_code(library)
    for item in content.requirements:
        assert ("Gælder, hvis:\n- " in nodes[item.code]["annotation"]) == bool(content.conditions(item)), item


# Versions -----------------------------------------------------------------------------------------


def test_its_version_rises_when_something_changes(content_rows, client):
    first = read_library(client)
    bumped = datetime.fromtimestamp(toolbox_version.current() // 1_000_000_000, UTC)
    assert first["version"] == (bumped - FIRST_DAY).total_seconds()
    assert first["publication_date"] == bumped.date()
    Risk.objects.filter(code="R01").update(cause="Noget andet.")
    PublicVersion.objects.filter(area="toolbox").update(number=F("number") + 2 * 86_400 * 1_000_000_000)
    later = read_library(client)
    assert later["version"] == first["version"] + 2 * 86_400
    assert later["publication_date"] == first["publication_date"] + timedelta(days=2)
    assert later["objects"]["threats"][0]["description"] == "Noget andet."
    urns = [
        [node["urn"] for node in library["objects"]["framework"]["requirement_nodes"]] for library in (first, later)
    ]
    assert urns[0] == urns[1]


def test_its_version_has_32_bits_for_decades():
    assert (datetime(2090, 1, 1, tzinfo=UTC) - FIRST_DAY).total_seconds() < LARGEST


def test_before_anything_is_published_it_has_a_version_too(db, client):
    assert read_library(client)["version"] >= 1


# Hazards ------------------------------------------------------------------------------------------

HAZARDS = [
    "æøå \"citat\" 'x': kolon # havelåge",
    "yes",
    "null",
    "12",
    "2026-01-01",
    "- streg",
    "{a: b} [c] *alias &anker !tag %direktiv @ `x`",
    "to\nlinjer\n\n  indrykket\n- punkt: et",
    "bagstreg \\n og \\u2028",
    "emoji 😀 og 𝕏",
]


@pytest.mark.parametrize("hazard", HAZARDS)
def test_every_text_comes_back_as_it_stands(hazard, content_rows, client):
    Requirement.objects.filter(code="K01").update(
        wording=hazard, evidence=hazard, own_evidence="", title=hazard, explanation=hazard
    )
    Risk.objects.filter(code="R01").update(cause=hazard, title=hazard)
    toolbox_version.bump()
    assert problems(text(client)) == []
    library = read_library(client)
    node, threat = nodes_by_code(library)["K01"], library["objects"]["threats"][0]
    assert node["typical_evidence"] == threat["description"] == hazard
    assert node["name"] == threat["name"] == " ".join(hazard.split())
    assert f"Ordlyd til udbud:\n{hazard}" in node["description"]
    assert f"Forklaring:\n{hazard}" in node["annotation"]


def test_what_cannot_be_seen_is_left_out_and_other_line_ends_are_newlines(content_rows, client):
    Requirement.objects.filter(code="K01").update(
        evidence="et\u2028to\r\ntre\x85fire\u200b", own_evidence="", duty="\u2029"
    )
    toolbox_version.bump()
    assert problems(text(client)) == []
    node = nodes_by_code(read_library(client))["K01"]
    assert node["typical_evidence"] == "et to\ntre fire"
    assert node["description"].startswith("Ordlyd til udbud:\n")


def test_a_requirement_without_evidence_or_risks_has_none(content_rows, client):
    item = Requirement.objects.get(code="K01")
    item.risks.clear()
    Requirement.objects.filter(code="K01").update(evidence=" ", own_evidence=" ")
    toolbox_version.bump()
    node = nodes_by_code(read_library(client))["K01"]
    assert {"typical_evidence", "threats"}.isdisjoint(node)


def test_what_is_not_public_is_not_in_it(content_rows, client):
    Requirement.objects.filter(code="K31").update(is_public=False)
    Risk.objects.filter(code="R01").update(is_public=False)
    toolbox_version.bump()
    found = text(client)
    assert problems(found) == []
    assert [key for key in ("K31", "R01", ":r01") if key in found] == []


def test_how_it_is_sent(content, client):
    response = client.get(FILE)
    assert response["Content-Type"] == "application/yaml; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert not response.cookies
    assert client.get(FILE, headers={"If-None-Match": response["ETag"]}).status_code == 304
    assert client.get(f"/en{FILE}").content == response.content
