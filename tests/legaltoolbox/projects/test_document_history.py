"""What a document says of its changes: why it differs from the facts, who else writes, and what stays without its template."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import toolbox_version
from legaltoolbox.models import DocumentTemplate
from legaltoolbox.projects.models import ApprovedFile, FieldEdit, ProjectFact
from tests.legaltoolbox.projects.documents import begin, browser, docx_text
from tests.pdf import pdf_text

EMPTY = {"3": "", "3.why": ""}
OWNER, OTHER, WHY = "Karla Kontor", "Bo Borgerservice", "Kun i piloten"


def url(document, name="document", *keys):
    return reverse(f"projects:{name}", args=[*document.project.address, document.number, *keys])


def page(document, member, name="section", *keys):
    return browser(member).get(url(document, name, *keys)).content.decode()


def save(document, by, **typed):
    values = {key.replace("_why", ".why").removeprefix("f"): value for key, value in typed.items()}
    document.save_section("1", EMPTY, values, fingerprint(document.stored("1", EMPTY)), by.user)


@pytest.fixture
def document(team):
    ProjectFact.save_all(team.project, {"owner": OWNER}, fingerprint(ProjectFact.stored(team.project)), team.lead.user)
    return begin(team)


def change_fact(team, owner):
    ProjectFact.save_all(team.project, {"owner": owner}, fingerprint(ProjectFact.stored(team.project)), team.lead.user)


# Why a field differs ------------------------------------------------------------------------------


def test_the_reason_stands_in_the_history_and_for_those_who_read(document, team):
    save(document, team.lead, f3=OTHER, f3_why=WHY)
    answers, _details, history = page(document, team.reader, "section", "1").partition('class="field-history')
    assert WHY in answers
    assert WHY in history
    assert '<span class="sr-only">Nu: </span>' in history
    assert WHY in page(document, team.lead, "section", "1").partition('class="field-history')[2]


@pytest.mark.parametrize(("ending", "text"), [("docx", docx_text), ("pdf", pdf_text)])
def test_the_reason_stands_in_the_file_as_long_as_the_field_differs(ending, text, document, team):
    save(document, team.lead, f3=OTHER, f3_why=WHY)
    words = text(browser(team.reader).get(url(document, "document_file", ending)).content)
    assert WHY in " ".join(words.split())
    change_fact(team, OTHER)
    assert WHY not in text(browser(team.reader).get(url(document, "document_file", ending)).content)
    assert WHY not in page(document, team.reader, "section", "1").partition('class="field-history')[0]


# Who else is here ---------------------------------------------------------------------------------


def others(document, member):
    head = page(document, member, "section", "1").partition("<form")[0]
    return [person for person in ("Lead 9901", "Editor 9901") if f"{person} skrev i dette afsnit" in head]


def test_each_of_two_is_told_that_the_other_has_just_written_in_the_section(document, team):
    save(document, team.editor, f3=OTHER)
    assert others(document, team.lead) == ["Editor 9901"]
    assert others(document, team.editor) == []
    save(document, team.lead, f3=OWNER)
    assert (others(document, team.lead), others(document, team.editor)) == (["Editor 9901"], ["Lead 9901"])
    other_section = page(document, team.lead, "section", "2")
    assert "skrev i dette afsnit" not in other_section


def test_what_was_written_longer_ago_is_nobody_here(document, team):
    save(document, team.editor, f3=OTHER)
    FieldEdit.objects.update(at=timezone.now() - timedelta(minutes=3))
    assert "for 3 minutter siden" in page(document, team.lead, "section", "1")
    FieldEdit.objects.update(at=timezone.now() - timedelta(minutes=11))
    assert others(document, team.lead) == []


# Without the template -----------------------------------------------------------------------------


@pytest.fixture
def gone(document, team):
    save(document, team.lead, f3=OTHER, f3_why=WHY)
    DocumentTemplate.objects.filter(code="S05").update(is_public=False)
    toolbox_version.bump()
    return document


def test_a_document_without_its_template_is_read_under_the_texts_that_it_had(gone, team):
    shown = page(gone, team.reader, "document")
    heading = DocumentTemplate.objects.get(code="S05").sections.get(key="1").heading
    for expected in (heading, OTHER, WHY):
        assert expected in shown
    assert "<form" not in shown.partition("<main")[2].partition("</main")[0]
    assert (
        url(gone) in browser(team.reader).get(reverse("projects:documents", args=team.project.address)).content.decode()
    )
    client = browser(team.lead)
    assert client.post(url(gone, "section", "1"), {"f-3": "Nej"}).status_code == 404


def test_where_the_texts_are_gone_too_the_keys_stand_in_their_place(gone, team):
    gone.template = "S99"
    gone.save()
    shown = page(gone, team.reader, "document")
    assert "S99" in shown
    assert OTHER in shown


def test_the_files_of_an_approved_document_outlive_the_template(gone, team):
    client = browser(team.reader)
    assert client.get(url(gone, "document_file", "pdf")).status_code == 404
    ApprovedFile.objects.create(document=gone, docx=b"word", pdf=b"pdf")
    assert client.get(url(gone, "document_file", "pdf")).getvalue() == b"pdf"
    assert url(gone, "document_file", "pdf") in page(gone, team.reader, "document")


def test_another_municipality_sees_none_of_it(gone, other_team):
    assert browser(other_team.lead).get(url(gone)).status_code == 404
