"""A document says itself who takes part and what its versions are, from the project; what somebody types there stays."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.files.texts import danish_date
from legaltoolbox.projects.models import DocumentStatus, FieldAnswer, ProjectFact
from legaltoolbox.projects.models.values import new_row
from legaltoolbox.projects.rights import ProjectRole
from legaltoolbox.projects.work import sections
from tests.legaltoolbox.projects.builders import make_member
from tests.legaltoolbox.projects.documents import begin, browser, docx_text, shown_to_decide
from tests.legaltoolbox.projects.whole import import_file, whole_file
from tests.reading import parse

pytestmark = pytest.mark.any_database


def begin_whole(team, code="S11"):
    catalogue = catalogues.current()
    template = catalogue.find("template", code)
    return begin(team, code, values=sections.first_values(template, catalogue, sections.Situation()))


def address(document, name, *more) -> str:
    return reverse(f"projects:{name}", args=[*document.project.address, document.number, *more])


def page(document, by, section="1") -> str:
    return browser(by).get(address(document, "section", section)).content.decode()


def file(document, by) -> str:
    return docx_text(browser(by).get(address(document, "document_file", "docx")).content)


def texts(document, by, section="1") -> list[str]:
    """What the section's page, the page that shows the document whole, and its file say."""
    reading = browser(by).get(address(document, "document_reading")).content.decode()
    return [parse(page(document, by, section)).text, parse(reading).text, " ".join(file(document, by).split())]


def rows(document, by) -> list[list[str]]:
    """The cells of all tables of the page that shows the document whole."""
    html = browser(by).get(address(document, "document_reading")).content.decode()
    cells = [[cell.find_all("p") for cell in row.find_all("td")] for row in parse(html).find_all("tr")]
    return [[" ".join(part.text for part in parts) for parts in row] for row in cells if row]


def write(document, by, text, section="4") -> None:
    stored = document.stored(section, {"2": ""})
    document.save_section(section, {"2": ""}, {"2": text}, fingerprint(stored), by.user)


def to_management(team, document) -> None:
    for by in (team.lead, team.editor):
        write(document, by, f"Skrevet af {by}, version {document.version}")
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=7))
    document.give_opinion(team.dpo.user, "supports", "", [], document.state_hash())
    document.ask_management(team.lead.user)


def decide(team, document, answer="yes", **typed) -> None:
    data = {"answer": answer, "conditions": "", "reason": "Det haster.", **typed} | shown_to_decide(document)
    assert browser(team.management).post(address(document, "document_decide"), data).status_code == 302
    document.refresh_from_db()


def today() -> str:
    return danish_date(timezone.localdate())


# Who takes part -----------------------------------------------------------------------------------


def test_who_takes_part_comes_from_the_project_with_name_and_role(team):
    ProjectFact.objects.create(project=team.project, key="owner", value="Chefen for ydelser")
    document = begin_whole(team)
    expected = [
        ["Procesejer", "Chefen for ydelser"],
        ["Projektleder", str(team.lead.user)],
        ["Redaktør", str(team.editor.user)],
        ["Ledelse", str(team.management.user)],
        ["DPO (rådgivning)", str(team.dpo.user)],
        ["Stedfortræder for DPO’en", str(team.substitute.user)],
    ]
    assert [row for row in rows(document, team.reader) if row in expected] == expected
    for text in [*texts(document, team.lead), *texts(document, team.dpo)]:
        for role, name in expected:
            assert role in text
            assert name in text
        assert str(team.strange.user) not in text
    assert [row for row in rows(document, team.lead) if str(team.reader.user) in row] == []


def test_whose_login_is_closed_is_not_named(team):
    document = begin_whole(team)
    team.editor.user.is_active = False
    team.editor.user.save(update_fields=["is_active"])
    assert all(str(team.editor.user) not in text for text in texts(document, team.lead))


def test_the_form_asks_for_those_alone_whom_the_project_does_not_know(team):
    document = begin_whole(team)
    html = page(document, team.lead)
    names = [part.text for part in parse(html).find_all(cls="document-row-name")]
    assert "Jurist" in names
    assert "Procesejer" in names
    assert "Projektleder" not in names
    assert "DPO (rådgivning)" not in names
    ProjectFact.objects.create(project=team.project, key="owner", value="Chefen for ydelser")
    assert "Procesejer" not in [
        part.text for part in parse(page(document, team.lead)).find_all(cls="document-row-name")
    ]


def sent(html, **cells) -> dict:
    """What the form of the first table sends: its rows, with names beside the labels."""
    data = {
        "seen": re.search(r'name="seen" value="([^"]*)"', html)[1],
        "f-10.rows": re.findall(r'name="f-10.rows" value="([^"]*)"', html),
    }
    labels = [part.text for part in parse(html).find_all("details", "document-row")]
    for row, label in zip(data["f-10.rows"], labels, strict=False):
        typed = next((name for key, name in cells.items() if label.startswith(key)), "")
        data |= {f"f-10.{row}.1": typed}
    return data


def test_a_name_that_is_typed_beside_a_role_stays_and_a_page_without_a_change_changes_nothing(team):
    document = begin_whole(team)
    before = document.answers.get(section="1", field="10").value
    client, url = browser(team.lead), address(document, "section", "1")
    client.post(url, sent(page(document, team.lead)))
    assert document.answers.get(section="1", field="10").value == before
    assert not document.edits.filter(field="10").exists()
    client.post(url, sent(page(document, team.lead), Jurist="Juristen i Borgmesterens Afdeling"))
    stored = {row["cells"][0]: row["cells"][1] for row in document.answers.get(section="1", field="10").value}
    assert stored["Jurist"] == "Juristen i Borgmesterens Afdeling"
    for text in texts(document, team.lead):
        assert "Juristen i Borgmesterens Afdeling" in text
    assert "Informationssikkerhed" in page(document, team.lead)
    assert ["Informationssikkerhed", "", "", ""] not in rows(document, team.lead)


def test_what_was_typed_before_stays_below(team):
    document = begin(team, "S11")
    lead = new_row(["Projektleder"], 4, fixed=True)
    lead["cells"][1] = "En tidligere projektleder"
    version = new_row(["0.9", "1. maj 2026", "Kladde til drøftelse", "", ""], 5)
    typed = {"10": [lead, new_row(["Jurist"], 4, fixed=True)], "12": [version]}
    for field, value in typed.items():
        FieldAnswer.objects.create(document=document, section="1", field=field, value=value)
    for text in texts(document, team.reader):
        assert "En tidligere projektleder" in text
        assert "Kladde til drøftelse" in text
        assert str(team.lead.user) in text
    html = page(document, team.lead)
    assert "En tidligere projektleder" in html
    assert {row.field: row.value for row in document.answers.all()} == typed


def test_to_let_somebody_in_is_no_change_of_the_document(team):
    document = begin_whole(team)
    before = document.state_hash()
    team.project.add_member(team.lead.user, team.strange, ProjectRole.EDITOR)
    assert document.state_hash() == before
    assert str(team.strange.user) in file(document, team.lead)


# Versions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "section"), [("S11", "1"), ("S26", "10"), ("S27", "12"), ("S30", "13")])
def test_the_versions_stand_in_each_document_that_asks_for_them(team, code, section):
    document = begin_whole(team, code)
    for text in texts(document, team.lead, section):
        assert "Første version." in text
        assert today() in text


def test_a_version_says_what_is_changed_by_whom_and_what_officer_and_management_said(team):
    document = begin_whole(team)
    to_management(team, document)
    decide(team, document, "conditions", conditions="Kun i jobcentret.")
    later = begin_whole(team)
    write(later, team.editor, "Ny databehandler")
    heading = catalogues.current().sections(catalogues.current().find("template", "S11"))[3].heading
    first = [
        "1",
        today(),
        "Første version.",
        f"{team.lead.user}, {team.editor.user}",
        f"DPO’en udtalte sig den {today()}. Godkendt på vilkår den {today()} af {team.management.user} for ledelsen.",
    ]
    second = ["2", today(), f"Ændrede afsnit: {heading}.", str(team.editor.user), ""]
    shown = rows(later, team.reader)
    assert shown.index(second) == shown.index(first) + 1


def test_an_approved_document_keeps_who_took_part_and_its_own_approval(team):
    document = begin_whole(team)
    to_management(team, document)
    decide(team, document)
    assert document.status == DocumentStatus.APPROVED
    approval = f"Godkendt den {today()} af {team.management.user} for ledelsen."
    team.project.add_member(team.lead.user, team.strange, ProjectRole.EDITOR)
    begin_whole(team)
    for text in texts(document, team.lead):
        assert approval in text
        assert str(team.strange.user) not in text
        assert "Ingen afsnit er ændret." not in text


def test_a_document_that_was_sent_back_says_so(team):
    document = begin_whole(team)
    to_management(team, document)
    decide(team, document, "no", reason="Kontrollen mangler.")
    for text in texts(document, team.lead):
        assert f"Sendt tilbage den {today()} af {team.management.user} for ledelsen." in text


def test_the_day_of_a_version_that_was_sent_back_is_that_of_its_last_change(team):
    document = begin_whole(team)
    to_management(team, document)
    before = timezone.now() - timedelta(days=3)
    team.project.documents.update(changed_at=before)
    decide(team, document, "no", reason="Kontrollen mangler.")
    assert ["1", danish_date(timezone.localdate(before))] in [row[:2] for row in rows(document, team.reader)]


def test_an_earlier_version_says_nothing_of_a_later_one(team):
    document = begin_whole(team)
    team.project.documents.update(status=DocumentStatus.APPROVED)
    later = begin_whole(team)
    assert "Ingen afsnit er ændret." in file(later, team.reader)
    assert "Ingen afsnit er ændret." not in file(document, team.reader)


def test_names_in_a_file_of_a_project_make_nobody_a_member(team):
    document = begin_whole(team)
    to_management(team, document)
    decide(team, document)
    stranger = team.strange
    team.project = import_file(team.municipality, stranger, whole_file(team.project))
    assert [row.member for row in team.project.members.all()] == [stranger]
    shown = rows(team.project.documents.get(), stranger)
    assert ["Projektleder", str(stranger.user)] in shown
    assert ["Redaktør", str(team.editor.user)] not in shown


def test_the_pages_ask_the_database_as_often_for_many_people_and_versions(team):
    document, client = begin_whole(team), browser(team.lead)
    write(document, team.editor, "Et")

    def queries(name, *more) -> int:
        url = address(document, name, *more)
        client.get(url)
        with CaptureQueriesContext(connection) as context:
            assert client.get(url).status_code == 200
        return len(context)

    names = (("section", "1"), ("document_reading",), ("document",))
    before = [queries(*name) for name in names]
    for number in range(3):
        member = make_member(team.municipality, f"mange{number}")
        team.project.add_member(team.lead.user, member, ProjectRole.EDITOR)
        write(document, member, f"Rettelse {number}")
        to_management(team, document)
        decide(team, document)
        document = begin_whole(team)
        write(document, team.editor, f"Igen {number}")
    assert [queries(*name) for name in names] == before
