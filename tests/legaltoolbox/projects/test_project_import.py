"""The import of a project takes a file whole, or refuses it by name of what is wrong; no file breaks it."""

import copy
import gzip
import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from kl_ai.drafts.parts import new_page
from kl_ai.people.limits import LIMITS
from legaltoolbox.projects.files.project_json import MOST_BYTES, project_record
from legaltoolbox.projects.files.project_reader import UnreadableFile, read_file
from legaltoolbox.projects.files.schema_check import clean_texts
from legaltoolbox.projects.models import Project, ProjectImport
from tests.legaltoolbox.projects.documents import browser
from tests.legaltoolbox.projects.whole import as_imported, fill, import_file, whole_file, written
from tests.reading import parse

pytestmark = pytest.mark.database


@pytest.fixture
def file(team) -> dict[str, Any]:
    fill(team)
    return whole_file(team.project)


def send(member, content: bytes, page: str = ""):
    upload = SimpleUploadedFile("projekt.json", content, "application/json")
    path = reverse("projects:import", args=[member.municipality.code])
    return browser(member).post(path, {"file": upload, "page": page or new_page()})


def refused(response) -> str:
    """The text of the list of problems; fails where there is none."""
    assert response.status_code == 200
    return " ".join(parse(response.content.decode()).find("section", "import-problems").text.split())


def changed(file: dict, path: tuple, value: Any) -> dict:
    file = copy.deepcopy(file)
    part = file
    *way, last = path
    for step in way:
        part = part[step]
    part[last] = value
    return file


# The page ---------------------------------------------------------------------------------------


def test_a_file_becomes_a_project_and_the_page_says_what_was_placed_where(file, team):
    response = send(team.strange, written(file))
    project = Project.objects.get(imported__by=team.strange.user)
    assert response["Location"] == reverse("projects:imported", args=project.address)
    page = parse(browser(team.strange).get(response["Location"]).content.decode())
    text = " ".join(page.find("main").text.split())
    for expected in ("Opgaver: 3", "Risici: 2", "Dokumenter som kladder: 3", "Prøvekommune 9901, nr. 1", "Udtalelser"):
        assert expected in text
    assert reverse("projects:share_out", args=project.address) in [
        a.attrs["href"] for a in page.find("main").find_all("a")
    ]
    history = parse(browser(team.strange).get(reverse("projects:history", args=project.address)).content.decode())
    assert response["Location"] in [link.attrs["href"] for link in history.find("main").find_all("a")]


def test_a_project_that_was_made_on_its_page_comes_back_from_the_file_of_its_page(team, content):
    client = browser(team.lead)
    client.post(
        reverse("projects:new", args=[team.municipality.code]) + "?generativ=yes", {"title": "Udkast til breve"}
    )
    made = team.municipality.projects.latest("number")
    file = client.get(reverse("projects:project_json", args=made.address)).content
    assert send(team.lead, file).status_code == 302
    again = Project.objects.get(imported__by=team.lead.user)
    assert (again.title, again.catalogue_version) == ("Udkast til breve (importeret)", content.version)
    assert project_record(again)["answers"] == project_record(made)["answers"]


def test_a_project_of_a_title_that_there_is_already_is_called_imported(file, team):
    file["project"]["details"]["title"] = "Første gang"
    client, path = browser(team.lead), reverse("projects:import", args=[team.municipality.code])
    shown = []
    for _time in range(2):
        upload = SimpleUploadedFile("projekt.json", written(file), "application/json")
        response = client.post(path, {"file": upload, "page": new_page()}, follow=True)
        shown.append(
            (Project.objects.latest("pk").title, "hedder “Første gang (importeret)”" in response.content.decode())
        )
    assert shown == [("Første gang", False), ("Første gang (importeret)", True)]
    long = "x" * 115
    file["project"]["details"]["title"] = long
    for _time in range(2):
        send(team.lead, written(file))
        assert Project.objects.latest("pk").title == long


def test_each_part_of_the_imported_history_is_shown_as_it_is_written(file, team):
    file["project"]["history"]["comments"][0]["text"] = "<script>alert('x')</script>"
    file["project"]["history"]["events"][0]["what"] = "something-new"
    project = import_file(team.municipality, team.lead, file)
    shown = ""
    for part in file["project"]["imported"]:
        response = browser(team.lead).get(reverse("projects:imported", args=project.address), {"del": part})
        assert response.status_code == 200
        shown += response.content.decode()
    assert "<script>alert(" not in shown
    for expected in ("&lt;script&gt;alert(&#x27;x&#x27;)", "Something-new", "Lead 9901", "SHA-256", "S05, version 1"):
        assert expected in shown


@pytest.mark.parametrize(
    "query", ["?del=nonsense", "?del=events&side=99", "?side=x", "?del=%00", "?del=documents&side=0"]
)
def test_a_tampered_address_of_the_history_breaks_nothing(query, file, team):
    project = import_file(team.municipality, team.lead, file)
    assert browser(team.lead).get(reverse("projects:imported", args=project.address) + query).status_code == 200


def test_a_project_that_comes_from_no_file_has_no_such_page(team):
    assert browser(team.lead).get(reverse("projects:imported", args=team.project.address)).status_code == 404


def test_who_may_begin_no_project_may_import_none(file, team):
    assert Project.objects.count() == 1
    send(team.dpo, written(file))
    team.municipality.agreement_signed_on = None
    team.municipality.save()
    send(team.lead, written(file))
    assert Project.objects.count() == 1


def test_a_double_click_makes_one_project(file, team):
    page = new_page()
    first, second = (send(team.lead, written(file), page) for _click in range(2))
    assert first["Location"] == second["Location"]
    assert ProjectImport.objects.count() == 1


def test_a_colleague_with_the_same_page_gets_a_project_of_their_own(file, team):
    page = new_page()
    first, second = (send(member, written(file), page) for member in (team.lead, team.strange))
    assert first["Location"] != second["Location"]
    assert not Project.objects.visible_to(team.strange.user).filter(imported__by=team.lead.user)


def test_too_many_imports_of_a_day_are_refused(team):
    [limit] = LIMITS["import_project"]
    for _attempt in range(limit.most):
        assert "Intet blev importeret" in refused(send(team.lead, b"{}"))
    response = send(team.lead, written(whole_file(team.project)))
    assert "for mange gange" in response.content.decode()
    assert send(team.editor, written(whole_file(team.project))).status_code == 302


# Hostile files ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "ikke JSON"),
        (b"\x00", "ikke JSON"),
        (b"[]", "ikke JSON-filen"),
        (b"null", "ikke JSON-filen"),
        (gzip.compress(b"{}"), "UTF-8"),
        ("{}".encode("utf-16"), "UTF-8"),
        ('{"format": "æ"}'.encode("latin-1"), "UTF-8"),
        (b"[" * 100_000 + b"]" * 100_000, "dybt"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "dybt"),
        (b"[" + b"1," * 1_600_000 + b"1]", "for mange"),
        (b'{"format": 1' + b"0" * 5_000 + b"}", "tal"),
        (b'{"format": "kl-ai-projekt", "format": "kl-ai-projekt"}', "to gange"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "to gange"),
        (b'{"format": "kl-ai-projekt", "version": 2}', "version"),
        (b'{"format": "kl-ai-projekt", "version": true}', "version"),
        (b'{"format": "kl-ai-projekt", "version": 1}', "mangler"),
        (b'{"format": "kl-ai-projekt", "version": 1, "x": NaN, "\\u0000": 1e999}', "hele tal"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_file_of_a_project_is_refused_by_name(content, expected, team):
    assert expected in refused(send(team.lead, content))
    assert Project.objects.count() == 1


def test_a_mark_of_the_byte_order_is_let_through(file):
    assert read_file(b"\xef\xbb\xbf" + written(file)) == read_file(written(file))


def test_a_file_of_50_mb_is_refused_unread(team):
    class Unread:
        def read(self, *args):
            raise AssertionError("the body is read")

        readline = read

    path = reverse("projects:import", args=[team.municipality.code])
    response = browser(team.lead).generic("POST", path, CONTENT_LENGTH="50000000", **{"wsgi.input": Unread()})
    assert response.status_code == 413
    assert "10 MB" in response.content.decode()
    assert browser(team.lead).get(path).status_code == 200


def test_a_file_of_more_than_10_mb_is_refused_before_it_is_read(team):
    response = send(team.lead, b" " * (MOST_BYTES + 1))
    assert "større end 10 MB" in response.content.decode()


BAD = [
    None,
    7,
    -1,
    10**30,
    True,
    "",
    "x" * 20_001,
    "\ud800",
    "a\0b",
    [],
    [[]],
    {},
    {"a": 1},
    float("nan"),
    "2026-13-45",
]


def paths_of(data: Any, path: tuple = ()) -> list[tuple]:
    """The way to each node, of the rows of a list to the first one alone."""
    steps = list(data) if isinstance(data, dict) else [0] if isinstance(data, list) and data else []
    return (
        [path, *(found for step in steps for found in paths_of(data[step], (*path, step)))]
        if path
        else [found for step in steps for found in paths_of(data[step], (step,))]
    )


def test_a_wrong_value_anywhere_is_refused_or_taken_and_breaks_nothing(file, team):
    """Each node of a file in turn holds one of these values; what is taken comes out as it went in, without what cannot be seen."""
    ways = paths_of(file["project"])
    assert len(ways) > 200
    taken = 0
    for number, way in enumerate(ways):
        above = file["project"]
        for step in way[:-1]:
            above = above[step]
        right = above[way[-1]]
        above[way[-1]] = BAD[number % len(BAD)]
        try:
            with transaction.atomic():
                record, source = read_file(json.dumps(file).encode())
                project = ProjectImport.take(team.municipality, team.lead.user, record, source, new_page()).project
                expected = copy.deepcopy(file["project"])
                clean_texts(expected)
                assert project_record(project) == as_imported(expected)
                taken += 1
                transaction.set_rollback(True)
        except (UnreadableFile, ValidationError):
            pass
        above[way[-1]] = right
    assert taken


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (("project", "tasks", 0, "due"), "2026-02-30", "project.tasks[0].due"),
        (("project", "tasks", 0, "extra"), 1, "project.tasks[0].extra"),
        (("project", "unknown"), [], "project.unknown"),
        (("project", "evidence", 1, "link"), "javascript:alert(1)", "project.evidence[1].link"),
        (("project", "risks", 1, "code"), "Exx", "project.risks[1].code"),
        (("project", "risks", 1, "code"), "Ø1", "project.risks[1].code"),
        (("project", "requirements", 0, "code"), "Å1", "project.requirements[0].code"),
        (("project", "evidence", 0, "place"), "a b/<c>", "project.evidence[0].place"),
        (("project", "evidence", 0, "place"), "A25", "project.evidence[0].place"),
        (("project", "measures", 0, "places"), ["Ø1"], "project.measures[0].places[0]"),
        (("project", "risks", 0, "likelihood"), 5, "project.risks[0].likelihood"),
        (("project", "documents", 0, "number"), 2, "project.documents[1]"),
        (("project", "documents", 0, "version"), 2, "project.documents[2]"),
        (("project", "history", "opinions", 0, "document"), 77, "project.history.opinions[0].document"),
        (("project", "answers", 0, "question"), "ukendt", "project.answers[1]"),
        (("project", "tasks", 2, "title"), "x", "project.tasks[2].title"),
        (("project", "tasks", 0, "done_at"), "2026-03-02T09:30:00.000000Z", "project.tasks[0].done_at"),
        (("project", "tasks", 2, "done_at"), None, "project.tasks[2].done_at"),
        (("project", "details", "title"), "\u202e\u00ad", "project.details.title"),
        (("project", "evidence", 0, "link"), "https://kl.dk@ond.example/", "project.evidence[0].link"),
        (("project", "history", "events", 0, "actor"), {"\ud800": 1}, "project.history.events[0].actor"),
        (("project", "documents", 0, "answers", 0, "value"), [[1]], "project.documents[0].answers[0].value"),
    ],
)
def test_a_file_is_refused_with_the_path_of_what_is_wrong(path, value, expected, file, team):
    assert expected in refused(send(team.lead, json.dumps(changed(file, path, value)).encode()))
    assert Project.objects.count() == 1


def test_what_cannot_be_seen_is_cleaned_in_a_file_as_in_a_form(file, team):
    """Such characters come along when text is pasted."""
    project = file["project"]
    project["details"] |= {"title": "\u202eSags\u00adbehandling", "purpose": "Først\r\nså\x00 dette"}
    project["tasks"][-1]["note"] = "Ring\u200b til\ud800 dem"
    record, source = read_file(json.dumps(file).encode())
    made = ProjectImport.take(team.municipality, team.lead.user, record, source, new_page()).project
    assert (made.title, made.purpose) == ("Sagsbehandling", "Først\nså dette")
    assert made.tasks.filter(note="Ring til dem").count() == 1


def test_deep_nesting_inside_a_valid_file_is_refused(file, team):
    deep: Any = "x"
    for _level in range(200):
        deep = [deep]
    file["project"]["history"]["decisions"][0]["rested_on"] = {"a": deep}
    assert "dybt" in refused(send(team.lead, written(file)))


def test_codes_that_the_catalogue_does_not_have_are_kept_and_no_page_breaks(file, team):
    project = file["project"]
    project["details"]["phase"] = "ukendt-fase"
    for part, code in (("risks", "R999"), ("requirements", "K999")):
        project[part][-1]["code"] = code
    project["tasks"][-1]["activity"], project["checklist_answers"][0]["activity"] = "A999", "A998"
    project["legal_bases"][-1] |= {"phase": "ukendt-fase", "code": "H99"}
    project["tasks"][-1]["due"] = "2000-01-01"
    imported = import_file(team.municipality, team.lead, file)
    assert project_record(imported) == as_imported(project)
    client = browser(team.lead)
    names = (
        "overview",
        "screening",
        "details",
        "activities",
        "documents",
        "facts",
        "legal_bases",
        "risks",
        "requirements",
    )
    for name in (*names, "history"):
        assert client.get(reverse(f"projects:{name}", args=imported.address)).status_code == 200, name


def test_every_document_of_an_imported_project_can_be_opened(file, team):
    imported = import_file(team.municipality, team.lead, file)
    for document in imported.documents.all():
        for name in ("document", "document_steps"):
            status = (
                browser(team.lead)
                .get(reverse(f"projects:{name}", args=[*imported.address, document.number]))
                .status_code
            )
            assert status == 200 or document.template == "S99"
