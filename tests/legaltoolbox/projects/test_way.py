"""A document knows its own way: who was asked when, the opinion, the answers and the decision. Nobody types them."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.files.texts import danish_date
from legaltoolbox.projects.models import DocumentStatus, FieldAnswer, Measure, ProjectFact
from legaltoolbox.projects.models.live import WAY_FIELDS
from legaltoolbox.projects.models.values import new_row
from legaltoolbox.projects.work import sections
from tests.legaltoolbox.projects.documents import begin, browser, docx_text, shown_to_decide
from tests.legaltoolbox.projects.project_rows import rate
from tests.reading import parse

LABELS = {
    ("S05", "11", "4"): "Underskrift",
    ("S07", "8", "1"): "DPO'en er spurgt den",
    ("S07", "8", "2"): "DPO'ens svar er modtaget den",
    ("S07", "8", "3"): "DPO'ens råd, kort gengivet eller vedlagt",
    ("S07", "8", "4"): "Følger I rådet?",
    ("S07", "8", "5"): "Begrundelse, hvis rådet ikke følges helt",
    ("S11", "13", "1"): "Udkast sendt til DPO den",
    ("S11", "13", "2"): "DPO'ens udtalelse modtaget den",
    ("S11", "13", "3"): "DPO'ens råd i hovedtræk",
    ("S11", "13", "4"): "Følges DPO'ens råd?",
    ("S11", "13", "5"): "Begrundelse for de vigtigste afvigelser fra DPO'ens råd",
    ("S11", "14", "2"): "Ledelsens beslutning",
    ("S11", "14", "3"): "Beslutningens ordlyd",
    ("S11", "14", "4"): "Underskrift",
}


def path(team, document, section) -> str:
    return reverse("projects:section", args=[*team.project.address, document.number, section])


def page(team, document, section, by=None) -> str:
    """The text of the section's page."""
    html = browser(by or team.lead).get(path(team, document, section)).content.decode()
    return parse(html).find("main").text


def html_of(team, document, section, by=None) -> str:
    return browser(by or team.lead).get(path(team, document, section)).content.decode()


def file(team, document) -> str:
    address = reverse("projects:document_file", args=[*team.project.address, document.number, "docx"])
    return docx_text(browser(team.lead).get(address).content)


def steps(team, document, by=None) -> str:
    with override("da"):
        address = reverse("projects:document_steps", args=[*team.project.address, document.number])
    return browser(by or team.lead).get(f"/en{address}").content.decode()


def write(document, by, text, section="4") -> None:
    stored = document.stored(section, {"1": ""})
    document.save_section(section, {"1": ""}, {"1": text}, fingerprint(stored), by.user)


@pytest.fixture
def dpia(team):
    """An impact assessment that two people have written."""
    template = catalogues.current().find("template", "S11")
    values = sections.first_values(template, catalogues.current(), sections.Situation())
    document = begin(team, "S11", values=values)
    for by in (team.lead, team.editor):
        write(document, by, str(by))
    return document


def advise(team, document) -> None:
    """The officer is asked and gives two points of advice, of which one is followed."""
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=14))
    points = ["Slet efter 30 dage.", "Test på egne data."]
    document.give_opinion(team.dpo.user, "advice", "Et nødvendigt projekt.", points, document.state_hash())
    document.answer_advice(team.lead.user, {1: ("followed", ""), 2: ("not-followed", "Der er ingen endnu.")})


def decide(team, document, **answer) -> None:
    document.ask_management(team.lead.user)
    address = reverse("projects:document_decide", args=[*team.project.address, document.number])
    browser(team.management).post(
        address, {"answer": "yes", "reason": "Det haster."} | answer | shown_to_decide(document)
    )
    document.refresh_from_db()


def test_the_fields_are_those_of_the_templates_that_ask_for_the_way(content_rows):
    catalogue = catalogues.current()
    labels = {
        (template.code, section.key, field.key): field.label
        for template in catalogue.templates
        for section in catalogue.sections(template)
        for field in catalogue.fields(section)
    }
    assert {place: labels[place] for place in WAY_FIELDS} == LABELS


def test_the_page_says_what_has_happened_with_the_way_to_it_and_asks_nobody_to_type_it(dpia, team):
    today = danish_date(timezone.localdate())
    assert 'name="f-1"' not in html_of(team, dpia, "13")
    assert "Der er ikke noget endnu." in file(team, dpia)
    advise(team, dpia)
    for by in (team.lead, team.reader):
        text = page(team, dpia, "13", by)
        for said in (today, "Et nødvendigt projekt.", "Slet efter 30 dage.", "Delvist. 1 af 2 råd følges helt."):
            assert said in text, said
        assert "Råd 2 følges ikke: Der er ingen endnu." in text
    html = html_of(team, dpia, "14")
    assert reverse("projects:document_steps", args=[*team.project.address, dpia.number]) in html
    assert 'name="f-1"' in html
    assert not any(f'name="f-{key}"' in html or f'name="f-{key}.rows"' in html for key in "234")


def test_the_way_is_no_change_of_the_document(dpia, team):
    advise(team, dpia)
    dpia.ask_management(team.lead.user)
    assert dpia.last_opinion().state == dpia.state_hash()
    assert "has changed since" not in steps(team, dpia)


def test_the_approved_file_holds_the_opinion_the_answers_and_the_decision(dpia, team):
    advise(team, dpia)
    decide(team, dpia, answer="conditions", conditions="Genbesøg om et år.", reason="Borgerne får svar hurtigere.")
    assert dpia.status == DocumentStatus.APPROVED
    text = file(team, dpia)
    for said in (
        "Et nødvendigt projekt.",
        "Råd 2 følges ikke: Der er ingen endnu.",
        "Ja, på vilkår",
        "Vilkår: Genbesøg om et år.",
        "Begrundelse: Borgerne får svar hurtigere.",
        f"Sendt til ledelsen den {danish_date(timezone.localdate())} af {team.lead.user}.",
        f"af {team.management.user} for ledelsen, version 1.",
    ):
        assert said in text, said
    assert "Der er ikke noget endnu." not in text
    assert "[skriv dato]" not in text
    assert "Vilkår: Genbesøg om et år." in page(team, dpia, "14", team.reader)


def test_an_approved_document_keeps_its_way_and_the_next_version_begins_its_own(dpia, team):
    advise(team, dpia)
    decide(team, dpia)
    name = str(team.management.user)
    team.management.user.full_name = "Et andet navn"
    team.management.user.save()
    assert name in page(team, dpia, "14")
    second = begin(team, "S11")
    assert "Et nødvendigt projekt." in page(team, dpia, "13")
    assert "Et nødvendigt projekt." not in page(team, second, "13")
    second.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=14))
    assert "Et nødvendigt projekt." not in page(team, second, "13")


def test_a_refusal_stands_in_the_document_until_the_next_decision(dpia, team):
    advise(team, dpia)
    decide(team, dpia, answer="no", reason="Risikoen er for høj.")
    assert dpia.status == DocumentStatus.RETURNED
    assert "Begrundelse: Risikoen er for høj." in page(team, dpia, "14")


def test_what_somebody_typed_before_stays_below_and_can_be_changed(dpia, team):
    row = new_row(["Ledelse"], 5, fixed=True)
    row["cells"][1] = "Kommunaldirektøren"
    for section, field, value in (("13", "1", "2026-03-01"), ("13", "3", "Vores egen gengivelse"), ("14", "4", [row])):
        FieldAnswer.objects.update_or_create(document=dpia, section=section, field=field, defaults={"value": value})
    advise(team, dpia)
    for by in (team.lead, team.reader):
        assert "Vores egen gengivelse" in html_of(team, dpia, "13", by)
        assert "Kommunaldirektøren" in html_of(team, dpia, "14", by)
    text = file(team, dpia)
    assert "Skrevet i dokumentet: 1. marts 2026" in text
    assert text.index("Et nødvendigt projekt.") < text.index("Vores egen gengivelse")
    assert "Kommunaldirektøren" in text
    html = html_of(team, dpia, "13")
    data = {"f-1": "", "f-3": "Rettet", "seen": re.search(r'name="seen" value="([^"]*)"', html)[1]}
    browser(team.lead).post(path(team, dpia, "13"), data)
    assert dpia.stored("13", {"1": "", "3": ""}) == {"1": "", "3": "Rettet"}
    assert 'name="f-1"' not in html_of(team, dpia, "13")


def test_what_a_page_had_a_control_for_is_saved_though_the_field_is_empty_meanwhile(dpia, team):
    FieldAnswer.objects.create(document=dpia, section="13", field="3", value="Vores egen")
    client, address = browser(team.lead), path(team, dpia, "13")
    for typed in ("", "Skrevet igen"):
        seen = fingerprint(dpia.stored("13", dict.fromkeys("12345", "")))
        client.post(address, {"f-3": typed, "seen": seen})
    assert dpia.stored("13", {"3": ""}) == {"3": "Skrevet igen"}


def test_the_wording_that_the_template_gave_an_old_document_is_not_shown_as_typed(dpia, team):
    field = next(
        field
        for section in catalogues.current().sections(catalogues.current().find("template", "S11"))
        for field in catalogues.current().fields(section)
        if (section.key, field.key) == ("14", "3")
    )
    FieldAnswer.objects.create(document=dpia, section="14", field="3", value=field.wording)
    assert "[skriv dato]" not in html_of(team, dpia, "14")
    assert "[skriv dato]" not in file(team, dpia)


def test_a_screening_takes_the_advice_of_an_officer_who_was_asked_elsewhere_or_shows_the_one_given_here(team):
    document = begin(team, "S07")
    assert 'name="f-3"' in html_of(team, document, "8")
    advise(team, document)
    html = html_of(team, document, "8")
    assert "Et nødvendigt projekt." in html
    assert 'name="f-3"' not in html


def test_a_section_that_the_portal_fills_in_is_neither_missing_nor_counted(dpia, team):
    html = browser(team.lead).get(reverse("projects:document", args=[*team.project.address, dpia.number])).content
    assert "Portalen udfylder afsnittet" in html.decode()
    assert "13 Databeskyttelsesrådgiverens rådgivning" not in steps(team, dpia)


def test_a_section_says_at_its_top_what_the_portal_and_the_project_fill_in_whatever_the_guidance_asks(dpia, team):
    text = page(team, dpia, "13")
    assert "Portalen udfylder afsnittet. Det kommer fra siden Udtalelse og beslutning. I skal ikke udfylde S14." in text
    assert "“Ledelsens beslutning”, “Beslutningens ordlyd” og “Underskrift”." in page(team, dpia, "14")
    text = page(team, dpia, "12")
    assert "Projektet udfylder “Foranstaltninger” og “Restrisiko”." in text
    assert "slet resten" not in text
    assert "Projektet udfylder “Deltagere i analysen”." in page(team, dpia, "1")
    assert "udfylder" not in page(team, dpia, "2")
    advise(team, dpia)
    decide(team, dpia)
    assert not any("udfylder" in page(team, dpia, section) for section in ("12", "13", "14"))


# What has changed ---------------------------------------------------------------------------------


def listed(html) -> list[str]:
    """The lines of the list of changes, the first one of the page."""
    text = html.partition("This has changed:")[2].partition("</ul>")[0]
    return [" ".join(re.sub(r"<[^>]*>", "", line).split()) for line in re.findall(r"<li>(.*?)</li>", text, re.DOTALL)]


def test_the_page_names_the_sections_and_what_else_has_changed_since_the_opinion(dpia, team):
    rate(team, likelihood=2, consequence=2)
    advise(team, dpia)
    assert listed(steps(team, dpia)) == []
    write(dpia, team.editor, "Noget nyt")
    rate(team, likelihood=4)
    Measure.add_measure(team.project, "Slet efter en måned", ["R01"], team.lead.user)
    stored = ProjectFact.stored(team.project)
    ProjectFact.save_all(team.project, stored | {"owner": "Borgerservice"}, fingerprint(stored), team.lead.user)
    lines = listed(steps(team, dpia))
    assert lines[0].startswith("Section 4: ")
    assert len([line for line in lines if line.startswith("Section")]) == 1
    assert any(line.startswith("Assessed a risk: R01 ") for line in lines)
    assert any(line.startswith("Added a measure") for line in lines)
    assert "Changed what the documents share: Process owner" in lines


def test_what_the_document_does_not_show_and_what_was_before_is_not_named(dpia, team):
    rate(team, likelihood=2, consequence=2)
    write(dpia, team.lead, "Før", "5")
    advise(team, dpia)
    write(dpia, team.editor, "Efter", "6")
    team.project.edit(team.lead.user, purpose="Et andet formål")
    lines = listed(steps(team, dpia))
    assert len(lines) == 1
    assert lines[0].startswith("Section 6: ")


def test_who_waits_at_the_management_reads_what_has_changed_since_it_was_sent(dpia, team):
    advise(team, dpia)
    dpia.ask_management(team.lead.user)
    rate(team, likelihood=4)
    html = steps(team, dpia, team.management)
    assert "has changed since it was sent" in html
    assert any(line.startswith("Assessed a risk: R01 ") for line in listed(html))


def test_the_page_asks_as_often_for_many_changes_as_for_one(
    dpia, team, django_assert_max_num_queries, django_assert_num_queries
):
    advise(team, dpia)
    write(dpia, team.editor, "Nyt")
    rate(team, likelihood=4)
    client = browser(team.lead)
    address = reverse("projects:document_steps", args=[*team.project.address, dpia.number])
    client.get(address)
    with django_assert_max_num_queries(40) as asked:
        client.get(address)
    for number in range(2, 9):
        write(dpia, team.editor, f"Nyt {number}", str(number))
        rate(team, f"R0{number}", likelihood=2)
    with django_assert_num_queries(len(asked)):
        client.get(address)
