"""An export of the CNIL's PIA tool becomes a project: each text has a place, is history, or stands in the appendix."""

from copy import deepcopy
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kl_ai.drafts.parts import new_page
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.files import cnil_places
from legaltoolbox.projects.files.cnil_document import PiaDocument
from legaltoolbox.projects.files.cnil_pia import read_import
from legaltoolbox.projects.files.project_json import project_record, written
from legaltoolbox.projects.files.project_reader import UnreadableFile
from legaltoolbox.projects.models import Project, ProjectImport
from tests.legaltoolbox.projects.cnil_files import as_bytes, lost_words, pia_file
from tests.legaltoolbox.projects.documents import browser
from tests.legaltoolbox.projects.whole import whole_file
from tests.reading import parse

pytestmark = pytest.mark.database


@pytest.fixture
def catalogue(content):
    return catalogues.current()


def read(file: Any, catalogue) -> dict[str, Any]:
    return read_import(as_bytes(file), catalogue).record


def send(member, content: bytes, **fields):
    upload = SimpleUploadedFile("pia.json", content, "application/json")
    path = reverse("projects:import", args=[member.municipality.code])
    return browser(member).post(path, {"file": upload, "page": new_page(), **fields})


def made(member, file: Any) -> Project:
    response = send(member, as_bytes(file))
    assert response.status_code == 302, parse(response.content.decode()).find("main").text
    return Project.objects.get(imported__by=member.user)


def text_of(response) -> str:
    return " ".join(parse(response.content.decode()).find("main").text.split())


def answer_of(file: dict, question: int) -> dict[str, Any]:
    return next(answer for answer in file["answers"] if answer["reference_to"] == question)


# Nothing vanishes -------------------------------------------------------------------------------


def test_every_value_of_the_file_stands_somewhere_in_the_project(catalogue):
    file = pia_file()
    assert lost_words(file, read(file, catalogue)) == set()


@pytest.mark.parametrize("name", ["111", "112", "211", "325"])
def test_an_answer_longer_than_its_place_goes_on_in_the_appendix(name, catalogue):
    file = pia_file()
    answer_of(file, int(name))["data"]["text"] = " ".join(f"ord{number}x" for number in range(6_000))
    record = read(file, catalogue)
    assert lost_words(file, record) == set()
    assert [row for row in record["imported"]["appendix"] if row["place"].startswith("Resten af ")]


def test_a_long_measure_and_a_long_name_go_on_in_the_appendix(catalogue):
    file = pia_file(name=" ".join(f"navn{number}x" for number in range(100)))
    file["measures"][0]["content"] = " ".join(f"ord{number}x" for number in range(2_000))
    record = read(file, catalogue)
    assert lost_words(file, record) == set()
    assert len(record["details"]["title"]) <= 120


def test_a_thousand_short_lines_make_no_document_that_is_too_long(team, catalogue):
    file = pia_file()
    for question in cnil_places.PLACES:
        answer_of(file, int(question))["data"]["text"] = "".join(f"<p>l{question}{n}x</p>" for n in range(1_000))
    assert lost_words(file, read(file, catalogue)) == set()
    assert made(team.lead, file).documents.count() == 1


def test_what_is_no_text_in_html_is_kept_apart_from_the_text(catalogue):
    file = pia_file()
    answer_of(file, 111)["data"]["text"] = (
        "<p onclick='klik1x()'>Synlig<script>alert('kode2x')</script><!-- note3x --><style>p{stil4x}</style>"
        "<a href='javascript:kald5x()'>her</a></p>"
    )
    record = read(file, catalogue)
    [document] = record["documents"]
    shown = next(
        answer["value"] for answer in document["answers"] if (answer["section"], answer["field"]) == ("2", "1")
    )
    assert shown.endswith("Synligher")
    kept = " ".join(row["text"] for row in record["imported"]["appendix"])
    assert all(word in kept for word in ("klik1x", "kode2x", "note3x", "stil4x", "kald5x"))


# Where it goes ----------------------------------------------------------------------------------


def test_each_place_of_the_table_is_there_in_the_template(catalogue):
    document = PiaDocument(catalogue)
    assert [question for question, place in cnil_places.PLACES.items() if not document.has(place)] == []
    assert cnil_places.PLACES.keys() == cnil_places.QUESTIONS.keys()


def test_the_answers_the_measures_and_the_risks_have_their_places(catalogue):
    file = pia_file()
    record = read(file, catalogue)
    assert record["details"]["title"] == file["pia"]["name"]
    assert [risk["code"] for risk in record["risks"]] == ["E01", "E02", "E03"]
    assert [measure["places"] for measure in record["measures"]] == [["E01", "E02"], []]
    [document] = record["documents"]
    assert (document["template"], document["status"]) == ("S11", "draft")
    [rights] = [each["value"] for each in document["answers"] if (each["section"], each["field"]) == ("7", "1")]
    filled = [row["cells"][0].split(" (")[0] for row in rights if row["cells"][1]]
    assert filled == ["Oplysning, når data kommer fra borgeren selv", "Indsigt", "Berigtigelse", "Begrænsning"]


def test_the_numbers_of_the_other_tool_are_words_here_and_no_rating(catalogue):
    record = read(pia_file(), catalogue)
    rated = [risk[name] for risk in record["risks"] for name in risk if name.startswith(("likelihood", "consequence"))]
    assert set(rated) == {None}
    assert "3 af 4" in record["risks"][0]["reason"]


def test_what_was_said_and_decided_counts_for_nothing(team):
    project = made(team.lead, pia_file(status=3, dpo_status=1))
    record = project_record(project)
    assert record["documents"][0]["status"] == "draft"
    assert {name: len(rows) for name, rows in record["history"].items() if rows} == {}
    assert [member.member for member in project.members.all()] == [team.lead]


@pytest.mark.parametrize("reference", [111, "111", "1.1.1", "1.1.111"])
def test_a_question_is_found_by_each_form_of_its_number(reference, catalogue):
    file = pia_file()
    answer_of(file, 111)["reference_to"] = reference
    paths = [
        row["place"] for row in read(file, catalogue)["imported"]["placements"] if row["path"] == "answers[0].data.text"
    ]
    assert paths == ["S11, Systematisk beskrivelse af behandlingen: Løsningen forklaret for en borger"]


def test_what_the_server_and_older_versions_write_is_read_too(catalogue):
    file = pia_file()
    flat = file["pia"] | {name: file[name] for name in cnil_places.PARTS[1:]}
    for other in (flat, [flat], [file], {"pia": {"name": "Alene"}}, {**file, "comments": None, "measures": None}):
        assert lost_words(other, read(other, catalogue)) == set()


def test_a_name_is_nobody_here_and_goes_with_the_login_of_who_bears_it(team):
    from legaltoolbox.projects.models import imported_names

    file = pia_file(author_name=f"{team.editor.user.full_name}, En Anden")
    project = made(team.lead, file)
    assert len(imported_names.naming(team.editor.user)) == 1
    imported_names.forget(team.editor.user)
    names = [row["by"] for row in project_record(project)["imported"]["appendix"] if row["path"] == "pia.author_name"]
    assert names == [None, "En Anden"]


# The pages --------------------------------------------------------------------------------------


def test_the_page_shows_where_each_text_went_and_what_is_in_the_appendix(team):
    file = pia_file()
    project = made(team.lead, file)
    path = reverse("projects:imported", args=project.address)
    placed = text_of(browser(team.lead).get(path))
    assert "Filen kommer fra CNIL PIA" in placed
    assert "S11, Systematisk beskrivelse af behandlingen" in placed
    shown = placed
    for part in ("placements", "statements", "appendix"):
        for page in (1, 2):
            shown += text_of(browser(team.lead).get(path, {"del": part, "side": page}))
    for value in (
        file["pia"]["dpo_opinion"],
        file["comments"][0]["description"],
        file["pia"]["category"],
        "Ane Forfatter",
    ):
        assert value in shown


def test_export_import_and_export_give_the_same_bytes(team):
    first = made(team.lead, pia_file())
    exported = project_record(first)
    assert send(team.strange, written(whole_file(first))).status_code == 302
    again = Project.objects.get(imported__by=team.strange.user)
    assert written(project_record(again)) == written({**exported, "details": project_record(again)["details"]})
    assert project_record(again)["imported"] == exported["imported"]


def test_files_inside_of_the_file_are_named_before_anything_is_made(team):
    file = pia_file()
    file["attachments"] = [
        {"name": "aftale.pdf", "mime_type": "application/pdf", "file": "data:application/pdf;base64," + "QUJD" * 100}
    ]
    answer_of(file, 121)["data"]["text"] += '<img alt="Tegning" src="data:image/png;base64,QUJDRA==">'
    response = send(team.lead, as_bytes(file))
    assert Project.objects.count() == 1
    assert "aftale.pdf, 300" in text_of(response)
    assert "image/png" in text_of(response)
    field = parse(response.content.decode()).find("main").find_all("input")
    [named] = [each.attrs["value"] for each in field if each.attrs.get("name") == "left_out"]
    without = {"left_out": named, "without": "on"}
    other = deepcopy(file)
    other["attachments"][0]["name"] = "andet.pdf"
    assert send(team.lead, as_bytes(other), **without).status_code == 200
    assert send(team.lead, as_bytes(file), left_out=named).status_code == 200
    assert send(team.lead, as_bytes(file), **without).status_code == 302
    record = project_record(Project.objects.get(imported__by=team.lead.user))
    texts = " ".join(row["text"] for row in record["imported"]["appendix"])
    assert "aftale.pdf, 300" in texts
    assert "QUJD" not in texts


# Refused by name --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ({"pia": "tekst"}, "pia: Her skal stå et objekt"),
        ({"pia": {"name": 7}}, "pia.name: Her skal stå en tekst"),
        ({"pia": {}, "answers": {}}, "answers: Her skal stå en liste"),
        ({"pia": {}, "answers": [7]}, "answers[0]: Her skal stå et objekt"),
        ({"pia": {}, "answers": [{"data": "x"}]}, "answers[0].data: Her skal stå et objekt"),
        ({"pia": {}, "answers": [{"data": {"list": "x"}}]}, "answers[0].data.list: Her skal stå en liste"),
        ({"pia": {}, "answers": [{"reference_to": 1.5}]}, "answers[0].reference_to: Her skal stå et helt tal"),
        ({"structure": {"name": "Ramme"}}, "skabelon"),
        ([{"pia": {"name": "A"}}, {"pia": {"name": "B"}}], "2 konsekvensanalyser"),
        ({"unknown": 1}, "heller ikke"),
    ],
    ids=str,
)
def test_what_cannot_be_taken_is_refused_by_name(file, expected, catalogue):
    with pytest.raises(UnreadableFile) as refused:
        read(file, catalogue)
    assert expected in " ".join(map(str, refused.value.problems))


def test_a_file_that_is_nested_too_deeply_has_too_many_tags_or_is_a_zip_is_refused(catalogue):
    deep: Any = "x"
    for _level in range(40):
        deep = [deep]
    for content, expected in (
        (as_bytes({"pia": {"name": "A", "structure_data": deep}}), "dybt"),
        (as_bytes({"pia": {"name": "<b>" * 50_001}}), "for mange"),
        (as_bytes({"pia": {"name": "A", "x": "y" * 9_990_000}}), "større end"),
        (as_bytes({"pia": {"name": "A", "x": list(range(30_001))}}), "for mange"),
        (b"PK\x03\x04...", "ZIP"),
    ):
        with pytest.raises(UnreadableFile) as refused:
            read_import(content, catalogue)
        assert expected in " ".join(map(str, refused.value.problems))


def test_a_refused_file_makes_nothing(team):
    response = send(team.lead, as_bytes({"pia": {"name": 7}}))
    assert "pia.name" in text_of(response)
    assert not ProjectImport.objects.exists()
