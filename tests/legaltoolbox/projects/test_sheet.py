"""What a sheet of the public register is made of: what the management has approved, and nothing that is the municipality's own."""

import pytest
from django.core.exceptions import ValidationError

from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import DocumentTemplate, TemplateField
from legaltoolbox.projects.models import SharedCopy
from legaltoolbox.projects.models.values import new_row
from legaltoolbox.projects.work import sheet_parts
from legaltoolbox.projects.work.sheet import SheetChoices
from legaltoolbox.projects.work.sheet_solutions import solution_addresses
from tests.legaltoolbox.projects.documents import begin
from tests.legaltoolbox.projects.sheets import CHOICES, approve, approved, filled, say, sheet_of

ALL_TEXTS = SheetChoices(area="social", texts=tuple(sheet_parts.TEXT_GROUPS), has_experiences=True)


def content(sheet) -> str:
    return SharedCopy.to_bytes(sheet.record).decode()


def own_copy_places(template: str) -> set[tuple[str, str]]:
    catalogue = catalogues.current()
    return {
        (section.key, field.key)
        for section in catalogue.sections(catalogue.find(DocumentTemplate.KIND, template))
        for field in catalogue.fields(section)
        if section.own_copy_only or field.own_copy_only
    }


def test_every_piece_of_a_sheet_is_a_field_of_its_template_and_none_is_the_municipalitys_own(content_rows):
    catalogue = catalogues.current()
    heads = [sheet_parts.NAME, sheet_parts.STAGE, sheet_parts.SUMMARY, sheet_parts.AFFECTED, sheet_parts.CONTACT]
    used = {
        "S27": {*heads, *(field.place for field in sheet_parts.sheet_fields())},
        "S24": {field.place for _label, fields in sheet_parts.TEXT_GROUPS.values() for field in fields},
        "S35": {field.place for field in sheet_parts.EXPERIENCES.fields},
    }
    for template, places in used.items():
        sections = catalogue.sections(catalogue.find(DocumentTemplate.KIND, template))
        known = {(section.key, field.key) for section in sections for field in catalogue.fields(section)}
        assert places <= known
        assert not places & own_copy_places(template)


def test_without_an_approved_fact_sheet_there_is_no_sheet(team):
    assert sheet_of(team).record == {}
    assert sheet_of(team).missing
    document = filled(team)
    assert sheet_of(team).record == {}
    approve(team, document, "no", reason="Ikke endnu")
    assert sheet_of(team).record == {}


def test_a_sheet_says_what_was_approved_and_not_what_was_written_since(team):
    approved(team)
    later = begin(team, "S27")
    say(later, {("2", "1"): "Ny tekst, som ingen har godkendt."}, team.editor)
    sheet = sheet_of(team)
    assert sheet.missing == []
    assert "Ny tekst" not in content(sheet)
    assert any("ny version" in text.lower() for text in sheet.warnings)
    assert (sheet.record["title"], sheet.record["stage"]) == ("Brevhjælperen", "operation")


def test_nothing_of_the_municipalitys_own_and_of_an_unapproved_document_is_in_the_bytes(team):
    for template in ("S27", "S24", "S35"):
        document = filled(team, template)
        marks = {}
        catalogue = catalogues.current()
        found = catalogue.find(DocumentTemplate.KIND, template)
        for section in catalogue.sections(found):
            for field in catalogue.fields(section):
                place = section.key, field.key
                if place in own_copy_places(template) and field.kind in (
                    TemplateField.Kind.TEXT,
                    TemplateField.Kind.LINE,
                ):
                    marks[place] = f"HEMMELIGT {template} {place}"
                elif place in own_copy_places(template) and field.kind == TemplateField.Kind.TABLE:
                    marks[place] = [new_row([f"HEMMELIGT {template} {place}"], len(field.columns))]
        assert marks
        say(document, marks, team.editor)
        if template == "S35":
            say(document, {sheet_parts.SHARED_WITH: "Alle"}, team.editor)
        approve(team, document)
        say(begin(team, template), {("2", "1"): "HEMMELIGT UDKAST"} if template == "S27" else {}, team.editor)
    sheet = sheet_of(team, ALL_TEXTS)
    assert sheet.missing == []
    assert sheet.record["texts"]
    assert sheet.record["experiences"]
    assert "HEMMELIGT" not in content(sheet)


def test_the_people_who_approve_and_write_are_not_in_the_bytes(team):
    approved(team)
    text = content(sheet_of(team))
    for member in team.people.values():
        assert str(member.user) not in text
        assert member.user.email not in text


def test_a_place_where_something_is_still_to_be_written_is_named_and_refused(team):
    approved(team, values={("8", "3"): "Ring til [skriv telefon]."})
    sheet = sheet_of(team)
    assert any("Dine rettigheder" in text for text in sheet.missing)


def test_what_was_learned_is_taken_along_where_it_is_shared_with_all_alone(team):
    approved(team)
    document = approved(team, "S35", {sheet_parts.SHARED_WITH: "Kun internt"})
    choices = SheetChoices(area="social", has_experiences=True)
    assert sheet_of(team, choices).missing
    assert sheet_of(team, choices).record["experiences"] == {}
    newer = begin(team, "S35")
    say(newer, {sheet_parts.SHARED_WITH: "Alle"}, team.editor)
    approve(team, newer)
    assert document.version == 1
    assert sheet_of(team, choices).missing == []
    assert set(sheet_of(team, choices).record["experiences"]) == {f.key for f in sheet_parts.EXPERIENCES.fields}


def test_the_texts_to_citizens_are_those_that_are_chosen(team):
    approved(team)
    approved(team, "S24", {("3", "1"): "Vi bruger AI i din sag.", ("4", "1"): "Kommunen har ansvaret."})
    sheet = sheet_of(team, SheetChoices(area="social", texts=("letter",)))
    assert [group["key"] for group in sheet.record["texts"]] == ["letter"]
    assert "Kommunen har ansvaret" not in content(sheet)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Skriv til anna.and@kommune.example i dag.", "anna.and@kommune.example"),
        ("Nummer 010203-1234 er borgerens", "010203-1234"),
        ("Nummer 0102031234 er borgerens", "0102031234"),
        ("Nummer 010203 1234.", "010203 1234"),
    ],
)
def test_what_can_point_to_a_person_is_named(text, found, team):
    approved(team, values={("2", "3"): text})
    assert [finding.text for finding in sheet_of(team).to_confirm] == [found]


def test_the_name_of_somebody_in_the_project_is_named(team):
    approved(team, values={("2", "3"): f"Spørg {str(team.editor.user).upper()}."})
    assert [finding.text for finding in sheet_of(team).to_confirm] == [team.editor.user.full_name]


@pytest.mark.parametrize("text", ["Ring til 12 34 56 78.", "Sag 2026-0001234", "9912345678", "€@", "@kommune"])
def test_other_numbers_are_left_in_peace(text, team):
    approved(team, values={("2", "3"): text})
    assert sheet_of(team).to_confirm == []


def test_a_change_in_what_the_project_says_is_told(team):
    approved(team)
    assert not any("ændret" in text for text in sheet_of(team, CHOICES).warnings)
    team.project.answer(team.lead.user, {"personoplysninger": ("yes", "")})
    assert any("ændret" in text for text in sheet_of(team, CHOICES).warnings)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/markedsoverblik/virksomheder/agern/", "/markedsoverblik/virksomheder/agern/"),
        ("https://ki.example/en/markedsoverblik/virksomheder/agern/#e-3", "/markedsoverblik/virksomheder/agern/#e-3"),
        ("/markedsoverblik/loesninger/", "/markedsoverblik/loesninger/"),
    ],
)
def test_an_address_in_the_market_overview_is_kept_as_its_path(address, path):
    assert solution_addresses(f"  {address}\n\n{address}", {"ki.example"}) == (path,)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "//ond.example/markedsoverblik/virksomheder/a/",
        "https://ond.example/markedsoverblik/virksomheder/a/",
        "https://ki.example@ond.example/markedsoverblik/virksomheder/a/",
        "/markedsoverblik/liste/",
        "/markedsoverblik/loesninger.csv",
        "/admin/",
        "agern",
        "http://[",
        "/markedsoverblik/virksomheder/" + "a" * 5000 + "/",
    ],
)
def test_any_other_address_is_refused(address):
    with pytest.raises(ValidationError):
        solution_addresses(address, {"ki.example"})


def test_more_than_five_addresses_are_refused():
    with pytest.raises(ValidationError, match="5"):
        solution_addresses("\n".join(f"/markedsoverblik/virksomheder/a{n}/" for n in range(6)), set())
