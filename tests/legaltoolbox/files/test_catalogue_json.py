"""The whole public catalogue as JSON."""

from django.core.serializers.json import DjangoJSONEncoder

from legaltoolbox.kinds import KINDS
from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    Guidance,
    LegalSource,
    Phase,
    Requirement,
    Risk,
    Role,
    ScreeningQuestion,
    toolbox_version,
)
from tests.checks import not_empty
from tests.reading import read, read_json

TOOLBOX = "/en/juridisk-vaerktoejskasse/"
JSON = f"{TOOLBOX}katalog.json"
LISTS = {
    "sources": "source", "roles": "role", "phases": "phase", "screening_questions": "question", "templates": "template",
    "activities": "activity", "risks": "risk", "requirements": "requirement", "guidance": "guidance", "legal_bases": "legal_basis",
}  # fmt: skip


def record_key(record: dict) -> str:
    return record.get("code") or record["slug"]


def by_key(records: list[dict]) -> dict[str, dict]:
    return {record_key(record): record for record in records}


# What it holds ----------------------------------------------------------------------------------------


def test_it_says_what_it_is(content, client):
    file = read_json(client, JSON)
    assert file["format"] == "1.2"
    assert file["json_schema"] == f"http://testserver{TOOLBOX}katalog.schema.json"
    assert file["language"] == "da"
    assert file["notice"] == "Vejledning, ikke juridisk rådgivning."
    assert file["source"] == f"http://testserver{TOOLBOX}"
    assert file["documentation"] == f"http://testserver{TOOLBOX}genbrug/"
    assert (
        file["reviewed_on"]
        == min(item.reviewed_on for kind in LISTS.values() for item in content.all(kind)).isoformat()
    )


def test_every_public_item_is_there_with_its_texts_and_the_address_of_its_page(content, client):
    file = read_json(client, JSON)
    for name, kind in LISTS.items():
        assert [record_key(record) for record in not_empty(file[name])] == [item.key for item in content.all(kind)]
        fields = KINDS[kind].fields
        for record, item in zip(file[name], content.all(kind), strict=True):
            for field in fields:
                if not item._meta.get_field(field).is_relation and field != "is_public":
                    value = getattr(item, field)
                    expected = DjangoJSONEncoder().default(value) if hasattr(value, "isoformat") else value
                    assert record[field] == expected, (item.key, field)
            assert record["url"].startswith(f"http://testserver{TOOLBOX}"), item.key
    for record in (file["activities"][0], file["risks"][0], file["sources"][0], file["phases"][0]):
        assert client.get(record["url"].removeprefix("http://testserver")).status_code == 200
    assert len(file["scale"]) == 8


def test_links_are_keys_of_items_in_the_file(content, client):
    file = read_json(client, JSON)
    lists = {name: by_key(file[name]) for name in LISTS}
    for name, links in {
        "activities": {"outputs": "templates", "sources": "sources"},
        "risks": {"phases": "phases", "roles": "roles", "activities": "activities", "sources": "sources"},
        "requirements": {
            "phases": "phases",
            "risks": "risks",
            "activities": "activities",
            "templates": "templates",
            "sources": "sources",
        },
        "guidance": {
            "activities": "activities",
            "risks": "risks",
            "requirements": "requirements",
            "sources": "sources",
        },
        "templates": {"sources": "sources"},
        "sources": {"amends": "sources"},
    }.items():
        for field, other in links.items():
            assert any(record[field] for record in file[name]), (name, field)
            for record in file[name]:
                assert set(record[field]) <= set(lists[other]), (record_key(record), field)
    for record in not_empty(file["activities"]):
        assert record["phase"] in lists["phases"]
        assert {record["responsible"], *(row["role"] for row in record["involved"])} <= set(lists["roles"])


def test_links_are_those_that_the_editors_have_made(content_rows, client):
    file = read_json(client, JSON)
    for model, name, fields in (
        (Requirement, "requirements", ("risks", "activities", "templates", "phases", "sources")),
        (Risk, "risks", ("phases", "roles", "activities", "sources")),
        (DocumentTemplate, "templates", ("sources",)),
    ):
        records = by_key(file[name])
        items = not_empty(model.objects.prefetch_related(*fields))
        for field in fields:
            assert any(getattr(item, field).all() for item in items), (name, field)
            for item in items:
                expected_keys = {other.key for other in getattr(item, field).all()}
                assert expected_keys <= set(records[item.key][field]), (item.key, field)


def test_checklists_involvement_conditions_sections_and_fields_are_there_in_order(content, client):
    file = read_json(client, JSON)
    for part in ("checklist", "involved", "conditions"):
        assert any(record[part] for record in file["activities"]), part
    for record, activity in zip(file["activities"], content.activities, strict=True):
        checks = content.checklist(activity)
        assert [row["question"] for row in record["checklist"]] == [check.question for check in checks]
        assert [row["role"] for row in record["checklist"]] == [check.role and check.role.slug for check in checks]
        assert [row["role"] for row in record["involved"]] == [row.role.slug for row in content.involved(activity)]
        assert [(row["question"], row["answer"], row["reason"]) for row in record["conditions"]] == [
            (row.question.code, row.answer, row.reason) for row in content.conditions(activity)
        ]
    for record, template in zip(not_empty(file["templates"]), content.templates, strict=True):
        assert [(row["heading"], [field["label"] for field in row["fields"]]) for row in record["sections"]] == [
            (section.heading, [field.label for field in content.fields(section)])
            for section in content.sections(template)
        ]


def test_a_question_of_a_checklist_is_called_as_pages_and_documents_call_it(content, client):
    (activity,) = [record for record in read_json(client, JSON)["activities"] if record["code"] == "A25"]
    page = read(client, f"{TOOLBOX}aktiviteter/A25/tjekliste/")
    assert all(check["code"] in page.text for check in not_empty(activity["checklist"]))
    assert len({check["code"] for check in activity["checklist"]}) == len(activity["checklist"])


def test_a_question_of_a_checklist_names_the_sources_of_its_own(content_rows, client):
    file = read_json(client, JSON)
    checks = {
        (record["code"], check["question"]): check for record in file["activities"] for check in record["checklist"]
    }
    with_sources = (
        ChecklistItem.objects.filter(sources__isnull=False).distinct().prefetch_related("sources", "activity")
    )
    assert with_sources
    for check in with_sources:
        own = {source.slug for source in check.sources.all()}
        assert set(checks[check.activity.code, check.question]["sources"]) == own, str(check)


def test_an_activity_names_the_sources_of_its_own_and_not_those_of_its_questions(content_rows, client):
    records = by_key(read_json(client, JSON)["activities"])
    activities = Activity.objects.prefetch_related("sources", "checklist__sources")
    only_below = [
        activity
        for activity in activities
        if {source.slug for check in activity.checklist.all() for source in check.sources.all()}
        - {source.slug for source in activity.sources.all()}
    ]
    assert only_below
    for activity in activities:
        assert set(records[activity.code]["sources"]) == {source.slug for source in activity.sources.all()}, activity


# What it does not hold ----------------------------------------------------------------------------------


def test_nothing_that_is_not_public_is_named_in_it(content_rows, client):
    hidden = {
        Risk: "R09",
        Requirement: "K31",
        Guidance: "M05",
        DocumentTemplate: "S11",
        ScreeningQuestion: "generativ",
        Role: "indkob",
        LegalSource: "gdpr-art-35",
    }
    text = client.get(JSON).content.decode()
    assert all(f'"{key}"' in text for key in hidden.values())
    for model, key in hidden.items():
        assert model.objects.filter(**{model.KEY: key}).update(is_public=False) == 1
    toolbox_version.bump()
    text = client.get(JSON).content.decode()
    assert [key for key in hidden.values() if f'"{key}"' in text] == []


def test_what_belongs_to_a_phase_that_is_not_public_is_not_public_either(content_rows, client):
    Phase.objects.filter(slug="udfasning").update(is_public=False)
    toolbox_version.bump()
    file = read_json(client, JSON)
    assert "udfasning" not in by_key(file["phases"])
    assert "foranalyse" in {record["phase"] for record in file["activities"]}
    assert "foranalyse" in {phase for record in file["risks"] for phase in record["phases"]}
    assert not [record["code"] for record in file["activities"] if record["phase"] == "udfasning"]
    assert not [record["code"] for record in file["risks"] if "udfasning" in record["phases"]]


def test_no_record_says_whether_it_is_public(content, client):
    file = read_json(client, JSON)
    records = not_empty(record for name in LISTS for record in file[name])
    assert not [record_key(record) for record in records if "is_public" in record]


def test_what_is_uncertain_is_not_told_as_settled(content, client):
    file = read_json(client, JSON)
    records = [record for name in LISTS for record in file[name]]
    assert all(record["certainty"] in ("verified", "recalled", "uncertain") for record in records)
    uncertain = [record for record in records if record["certainty"] == "uncertain"]
    assert uncertain
    assert [record_key(record) for record in uncertain if not record["unsettled"].strip()] == []


# How it is fetched ------------------------------------------------------------------------------------


def test_a_page_elsewhere_may_fetch_it(content, client):
    response = client.get(JSON)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Content-Type"].startswith("application/json")
    assert not response.cookies


def test_asked_again_with_its_etag_it_says_that_nothing_is_new_until_something_is(content_rows, client):
    etag = client.get(JSON)["ETag"]
    again = client.get(JSON, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    Risk.objects.filter(code="R09").update(title="Noget andet")
    toolbox_version.bump()
    changed = client.get(JSON, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert "Noget andet" in changed.content.decode()


def test_the_danish_address_gives_the_same_but_for_its_own_addresses(content, client):
    english, danish = client.get(JSON).content.decode(), client.get(JSON.removeprefix("/en")).content.decode()
    assert english.replace("http://testserver/en/", "http://testserver/") == danish


# The page beside it -------------------------------------------------------------------------------------


def test_every_field_of_the_file_is_described_and_the_reverse(content, client):
    file = read_json(client, JSON)
    page = read(client, f"{TOOLBOX}genbrug/").find("main")
    names = [heading.find("code").text for heading in page.find_all("h3")]
    fields = {
        name: [row.find("th").find("code").text for row in table.find("tbody").find_all("tr")]
        for name, table in zip(names, page.find_all("table"), strict=True)
    }
    assert set(fields) == {*LISTS, "scale"}
    for name, described in fields.items():
        assert all(set(record) == set(described) for record in not_empty(file[name])), name
    others = {name for name in file if name not in fields}
    assert {"format", "json_schema", "language", "notice"} <= others
    assert [name for name in others if name not in page.text] == []
    assert JSON in [link.attrs["href"] for link in page.find_all("a")]


def test_the_page_names_every_format_with_what_does_not_fit_it(content, client):
    page = read(client, f"{TOOLBOX}genbrug/").find("main")
    for heading, files in (
        ("json-heading", ["katalog.json", "katalog.schema.json"]),
        ("oscal-heading", ["oscal.json"]),
        ("library-heading", ["ciso-assistant.yaml"]),
    ):
        (section,) = (part for part in page.find_all("section") if part.attrs.get("aria-labelledby") == heading)
        assert [link.attrs["href"] for link in section.find_all("a")] == [f"{TOOLBOX}{file}" for file in files]
        assert "What does not fit" in section.text, heading
    assert page.find("h1").text == "Reuse the content as data"
