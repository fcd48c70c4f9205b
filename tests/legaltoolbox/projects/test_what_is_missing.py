"""What a document still lacks is said where it is filled in, on paper, and before it is sent; what comes later is not missing."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from kl_ai.drafts.parts import fingerprint
from kl_ai.export.document import Together
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.files.document_bytes import document_bytes
from legaltoolbox.projects.files.report_documents import points
from legaltoolbox.projects.files.report_work import bases
from legaltoolbox.projects.models import Decision, DocumentStatus, FieldAnswer, Project
from legaltoolbox.projects.models.live import LATER_FIELDS
from legaltoolbox.projects.work import sections
from legaltoolbox.projects.work.documents import ATTACHMENTS
from legaltoolbox.projects.work.report import project_report
from legaltoolbox.screening import Situation
from tests.legaltoolbox.projects.documents import begin, browser, docx_text, fill
from tests.reading import parse

pytestmark = pytest.mark.any_database


def template(code="S11"):
    return catalogues.current().find("template", code)


def begun(team, code="S11"):
    return begin(team, code, values=sections.first_values(template(code), catalogues.current(), Situation()))


def page(team, name, document, *more, member=None) -> str:
    """The words of the page in Danish."""
    address = reverse(f"projects:{name}", args=[*team.project.address, document.number, *more])
    return " ".join(parse(browser(member or team.lead).get(address).content.decode()).text.split())


def paper(document) -> str:
    return " ".join(
        docx_text(document_bytes(document, template(document.template), catalogues.current(), "docx")).split()
    )


def approve(team, document, answer="yes", conditions="") -> None:
    """Decided by the management, as the page does it but with its opinion left out."""
    document.status = DocumentStatus.APPROVED
    document.save()
    Decision.objects.create(
        project=team.project,
        document=document,
        by=team.management.user,
        answer=answer,
        conditions=conditions,
        state="x",
    )


# Wordings -----------------------------------------------------------------------------------------


def test_a_wording_that_nobody_has_adapted_is_marked_on_its_page_in_the_document_and_on_paper(team):
    document = begun(team)
    assert "Ikke tilpasset endnu." in page(team, "section", document, "10")
    assert "Ikke tilpasset endnu." in page(team, "section", document, "10", member=team.reader)
    assert "1 tekst er ikke tilpasset" in page(team, "document", document)
    assert paper(document).index("Ikke tilpasset endnu:") < paper(document).index("Vi har ikke indhentet synspunkter")
    assert "1 tekst er ikke tilpasset endnu." in " ".join(
        parse(
            browser(team.lead).get(reverse("projects:documents", args=team.project.address)).content.decode()
        ).text.split()
    )
    FieldAnswer.objects.filter(document=document, section="10", field="4").update(value="Vi har spurgt alle.")
    for words in (page(team, "section", document, "10"), page(team, "document", document), paper(document)):
        assert "tilpasset" not in words


def test_whoever_sends_or_answers_reads_which_sections_have_a_wording_that_is_not_adapted(team):
    document = begun(team)
    expected = "1 afsnit har en tekst, der ikke er tilpasset: 10 "
    assert page(team, "document_steps", document).count(expected) == 1
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    assert expected in page(team, "document_steps", document, member=team.dpo)


# What comes later ---------------------------------------------------------------------------------


@pytest.mark.parametrize("place", sorted(LATER_FIELDS) + sorted(ATTACHMENTS), ids="-".join)
def test_each_field_that_is_named_by_its_place_is_in_its_template(content_rows, place):
    code, section, field = place
    keys = {each.key: each for each in catalogues.current().sections(template(code))}
    assert field in {each.key for each in catalogues.current().fields(keys[section])}


def test_what_is_known_after_the_decision_does_not_count_before_it_and_has_a_place_in_the_next_version(team):
    document = begun(team)
    FieldAnswer.objects.create(document=document, section="14", field="1", value="Drift")
    assert "1 af 1 felt" in page(team, "document", document)
    words = page(team, "section", document, "14")
    assert words.count("Det behøver I ikke vide før beslutningen") == 1
    assert "Skrives efter beslutningen, i den næste version." in paper(document)
    approve(team, document)
    assert "Det skriver I i den næste version, når I ved det: “Ny gennemgang, når”" in page(
        team, "section", document, "14"
    )
    assert "Det skriver I i den næste version, når I ved det: “Ny gennemgang, når”" in page(team, "document", document)
    second = begin(team, "S11")
    assert "1 af 7 felter" in page(team, "document", second)
    assert "næste version" not in page(team, "section", second, "14")
    assert "Skrives efter beslutningen" not in paper(second)


# Approved on conditions ---------------------------------------------------------------------------


def test_a_paper_that_is_approved_on_conditions_says_so(team):
    document = begun(team, "S05")
    decision = Decision(document=document, answer="conditions", conditions="Kun i piloten.", by=team.management.user)
    decision.at = timezone.now()
    with override("en"):
        kept = document_bytes(document, template("S05"), catalogues.current(), "docx", decision)
    assert docx_text(kept).count("Godkendt på vilkår") == 3
    decision.answer, decision.conditions = "yes", ""
    assert "på vilkår" not in docx_text(
        document_bytes(document, template("S05"), catalogues.current(), "docx", decision)
    )
    approve(team, document, "conditions", "Kun i piloten.")
    document = team.project.documents.with_conditions().get()
    assert docx_text(document_bytes(document, template("S05"), catalogues.current(), "docx")).count("på vilkår") == 3
    assert "Ledelsen har godkendt dokumentet på vilkår." in page(team, "document_steps", document)


def test_the_report_says_on_conditions_of_what_a_decision_at_a_point_rested_on(team):
    approve(team, begun(team, "S05"), "conditions", "Kun i piloten.")
    record = {"documents": [{"code": "S05", "version": 1, "status": "approved", "opinion": ""}]}
    Decision.objects.create(project=team.project, point="P1", answer="yes", state="y", rested_on=record)
    project = Project.objects.select_related("municipality").get(pk=team.project.pk)
    (said,) = [
        block
        for block in points(project_report(project, catalogues.current(), timezone.localdate()))
        if isinstance(block, Together)
    ]
    rested = " ".join(dict(said.blocks[1].rows)["Hviler på"])
    assert "version 1; godkendt på vilkår." in rested


# The next step ------------------------------------------------------------------------------------


def test_a_document_that_is_mostly_filled_in_leads_to_the_officer_with_a_button(team):
    document = begun(team, "S05")
    assert "Send til databeskyttelsesrådgiveren" not in page(team, "document", document)
    fill(document, team.lead, template("S05"))
    assert "Send til databeskyttelsesrådgiveren" in page(team, "document", document)
    assert "Send til databeskyttelsesrådgiveren" not in page(team, "document", document, member=team.reader)
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    assert "Send til databeskyttelsesrådgiveren" not in page(team, "document", document)
    assert "Udtalelse og beslutning" in page(team, "document", document)


def test_the_last_section_leads_to_the_next_step(team):
    document = begun(team, "S05")
    address = reverse("projects:section", args=[*team.project.address, document.number, "11"])
    client = browser(team.lead)
    html = client.get(address).content.decode()
    assert 'name="_steps"' in html
    seen = re.search(r'name="seen" value="([^"]*)"', html)[1]
    answer = client.post(address, {"seen": seen, "f-3": "Fordi", "_steps": "1"})
    assert answer.url == reverse("projects:document_steps", args=[*team.project.address, document.number])
    assert document.stored("11", {"3": ""}) == {"3": "Fordi"}


def test_a_document_with_sections_that_are_not_begun_is_sent_only_by_who_says_so(team):
    document = begun(team, "S05")
    address = reverse("projects:document_ask_dpo", args=[*team.project.address, document.number])
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    answer = browser(team.lead).post(address, {"until": until})
    assert "Sæt kryds her" in answer.content.decode()
    document.refresh_from_db()
    assert document.status == DocumentStatus.DRAFT
    assert browser(team.lead).post(address, {"until": until, "unfinished": "on"}).status_code == 302
    document.refresh_from_db()
    assert document.status == DocumentStatus.AT_DPO


def test_a_document_with_all_sections_begun_is_sent_without_a_question(team):
    document = begun(team, "S05")
    fill(document, team.lead, template("S05"))
    address = reverse("projects:document_ask_dpo", args=[*team.project.address, document.number])
    assert "unfinished" not in browser(team.lead).get(address.removesuffix("dpo/")).content.decode()
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    assert browser(team.lead).post(address, {"until": until}).status_code == 302


# What the project knows already -------------------------------------------------------------------


def test_the_case_number_and_the_municipality_stand_in_the_documents_that_ask_and_change_no_state(team):
    state = begun(team, "S05").state_hash()
    dpia = begun(team)
    team.project.case_number = "26/4711"
    team.project.save()
    assert (
        "26/4711"
        in browser(team.lead).get(reverse("projects:section", args=[*team.project.address, 1, "1"])).content.decode()
    )
    assert team.municipality.name in page(team, "section", dpia, "1", member=team.reader)
    assert f"fælles om ansvaret {team.municipality.name}" in paper(dpia)
    assert team.project.documents.get(number=1).state_hash() == state


def test_a_list_of_attachments_names_the_documents_that_are_begun(team):
    dpia = begun(team)
    assert "Begyndt i projektet" not in page(team, "section", dpia, "1")
    begun(team, "S06")
    assert "Begyndt i projektet: S06 Klassifikation" in page(team, "section", dpia, "1")


# What cannot be changed ---------------------------------------------------------------------------


def test_a_section_that_cannot_be_changed_says_why_and_the_way_leads_back_to_the_document(team):
    document = begun(team)
    assert "kan ikke ændres nu" not in page(team, "section", document, "2")
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    words = page(team, "section", document, "2")
    assert "Dokumentet er hos databeskyttelsesrådgiveren. Afsnittet kan ikke ændres nu." in words
    assert "Læs dokumentet" in page(team, "document_steps", document, member=team.dpo)


def test_a_long_cell_has_as_many_lines_as_its_text_takes(team):
    document = begun(team, "S05")
    stored = document.stored("2", {"5": []})
    row = {"id": "a" * 8, "fixed": 0, "cells": ["ord " * 40, "1", "2", "3"]}
    document.save_section("2", {"5": []}, {"5": [row]}, fingerprint(stored), team.lead.user)
    address = reverse("projects:section", args=[*team.project.address, document.number, "2"])
    html = browser(team.lead).get(address).content.decode()
    assert re.search(r'rows="8"[^>]*>\s*ord ord', html)


def test_the_phases_without_a_basis_stay_on_the_page_of_the_words_before_them(team):
    project = Project.objects.select_related("municipality").get(pk=team.project.pk)
    blocks = bases(project_report(project, catalogues.current(), timezone.localdate()))
    (together,) = [block for block in blocks if isinstance(block, Together)]
    assert "Ingen behandling er beskrevet i:\n- " in together.blocks[0].text


def test_a_table_of_risks_says_beside_its_count_why_the_page_of_risks_counts_more(team):
    document = begun(team)
    for section in ("11", "12"):
        assert page(team, "section", document, section).count("De andre står kun på siden Risici") == 1


def test_what_a_decision_rests_on_leads_to_the_risks_and_the_legal_bases(team):
    document = begun(team)
    document.status = DocumentStatus.AT_MANAGEMENT
    document.save()
    words = page(team, "document_steps", document, member=team.management)
    assert "Se risiciene" in words
    assert "Se hjemlerne" in words
