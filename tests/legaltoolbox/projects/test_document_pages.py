"""The pages of a project's documents: what the situation asks for, every kind of field, conflicts, rows, autosave."""

import re

import pytest
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import TemplateField
from legaltoolbox.projects.models import ProjectDocument, RiskAssessment
from legaltoolbox.projects.models.live import LIVE_FIELDS, WAY_FIELDS, LiveSource
from legaltoolbox.projects.work import sections
from legaltoolbox.projects.work.documents import ATTACHMENTS
from tests.legaltoolbox.projects.documents import begin, browser, find_field

pytestmark = pytest.mark.any_database

Kind = TemplateField.Kind


def url(team, name, *args) -> str:
    return reverse(f"projects:{name}", args=[*team.project.address, *args])


def open_page(team, member, template, section):
    """A document of the template begun in the browser, and the page of its section."""
    client = browser(member)
    path = client.post(url(team, "begin_document"), {"template": template.code})["Location"]
    return client, f"{path}{section.key}/", client.get(f"{path}{section.key}/").content.decode()


def hidden(html, name="seen") -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', html)[1]


def value_of(team, section, field):
    document = ProjectDocument.objects.get(project=team.project)
    return document.stored(section.key, {field.key: None})[field.key]


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "words"),
    [
        (Kind.LINE, "Et  svar", "Et svar", "Et svar"),
        (Kind.TEXT, "Linje\r\nTo", "Linje\nTo", "Linje"),
        (Kind.DATE, "2026-03-01", "2026-03-01", "1. marts 2026"),
        (Kind.YES_NO, "yes", "yes", "Ja"),
        (Kind.CHOICE, None, None, None),
        (Kind.CHECK, None, None, None),
        (Kind.WORDING, "Vores egen ordlyd", "Vores egen ordlyd", "Vores egen ordlyd"),
    ],
)
def test_each_kind_of_field_is_stored_and_read_again(team, kind, typed, stored, words):
    template, section, field = find_field(kind)
    if typed is None:
        typed = words = field.options[0]
        stored = [typed] if kind == Kind.CHECK else typed
    client, path, html = open_page(team, team.lead, template, section)
    assert client.post(path, {f"f-{field.key}": typed, "seen": hidden(html)}).status_code == 302
    assert value_of(team, section, field) == stored
    assert words in browser(team.reader).get(path).content.decode()
    assert "1 ændring" in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("kind", "typed", "message"),
    [
        (Kind.LINE, "x" * 501, "500"),
        (Kind.TEXT, "x" * 10_001, "10.000"),
        (Kind.DATE, "i morgen", "i morgen"),
        (Kind.CHOICE, "noget andet", "Valget er ikke længere muligt"),
        (Kind.CHECK, "noget andet", "Valget er ikke længere muligt"),
    ],
)
def test_what_a_field_cannot_hold_is_said_and_the_rest_is_saved(team, kind, typed, message):
    template, section, field = find_field(kind)
    client, path, html = open_page(team, team.lead, template, section)
    before = value_of(team, section, field)
    page = client.post(path, {f"f-{field.key}": typed, "seen": hidden(html)})
    assert page.status_code == 200
    assert message in page.content.decode()
    assert value_of(team, section, field) == before


def test_rows_are_added_filled_in_moved_and_removed_without_a_script(team):
    template, section, field = find_field(Kind.TABLE, lambda field: not field.row_labels and not field.filled_from)
    client, path, html = open_page(team, team.lead, template, section)
    new = re.findall(rf'name="f-{field.key}.rows" value="(\w+)"', html)
    assert len(new) == 1
    name = f"f-{field.key}"

    def press(button, rows):
        """Send the rows (id to the first cell) with a button; the ids that the page shows then, the empty one last."""
        texts = {f"{name}.{row}.0": text for row, text in rows.items()}
        seen = hidden(client.get(path).content.decode())
        answer = client.post(path, {f"{name}.rows": list(rows), **texts, "seen": seen, "_row": button})
        assert answer.status_code == 302
        return re.findall(rf'name="{name}.rows" value="(\w+)"', client.get(path).content.decode())

    ids = press(f"add:{field.key}", {new[0]: "Første"})
    assert [row["cells"][0] for row in value_of(team, section, field)] == ["Første", ""]
    ids = press(f"up:{field.key}:{ids[1]}", {ids[0]: "Første", ids[1]: "Anden"})
    assert [row["cells"][0] for row in value_of(team, section, field)] == ["Anden", "Første"]
    press(f"remove:{field.key}:{ids[0]}", {ids[0]: "Anden", ids[1]: "Første"})
    assert [(row["id"], row["cells"][0]) for row in value_of(team, section, field)] == [(new[0], "Første")]


def test_a_row_that_a_page_does_not_send_is_not_lost_and_given_texts_stay(team):
    template, section, field = find_field(Kind.TABLE, lambda field: field.row_labels)
    client, path, html = open_page(team, team.lead, template, section)
    rows = value_of(team, section, field)
    first, name = rows[0]["id"], f"f-{field.key}"
    data = {f"{name}.rows": [first], f"{name}.{first}.0": "Andet", f"{name}.{first}.1": "Vores", "seen": hidden(html)}
    client.post(path, data)
    after = value_of(team, section, field)
    assert [row["id"] for row in after] == [row["id"] for row in rows]
    assert after[0]["cells"][:2] == [field.row_labels[0], "Vores"]


def test_a_cell_that_is_too_long_is_named_by_its_row_and_column(team):
    template, section, field = find_field(Kind.TABLE, lambda field: field.row_labels)
    client, path, html = open_page(team, team.lead, template, section)
    first, name = value_of(team, section, field)[0]["id"], f"f-{field.key}"
    page = client.post(path, {f"{name}.rows": [first], f"{name}.{first}.1": "x" * 4001, "seen": hidden(html)})
    assert f"Række 1, “{field.columns[1]}”" in page.content.decode()


def test_who_saves_second_sees_both_versions_and_what_was_typed_stays_in_the_form(team):
    template, section, field = find_field(Kind.TEXT)
    client, path, html = open_page(team, team.lead, template, section)
    browser(team.editor).post(path, {f"f-{field.key}": "Redaktørens", "seen": hidden(html)})
    page = client.post(path, {f"f-{field.key}": "Lederens", "seen": hidden(html)}).content.decode()
    conflict = page[page.index('id="conflict-heading"') :]
    assert "Redaktørens" in conflict
    assert "Lederens" in conflict
    assert value_of(team, section, field) == "Redaktørens"
    assert client.post(path, {f"f-{field.key}": "Begges", "seen": hidden(page)}).status_code == 302
    assert value_of(team, section, field) == "Begges"


def test_autosave_answers_with_what_is_stored_now_and_a_conflict_with_409(team):
    template, section, field = find_field(Kind.TEXT)
    client, path, html = open_page(team, team.lead, template, section)
    fetch = {"HTTP_X_REQUESTED_WITH": "fetch"}
    data = {f"f-{field.key}": "Mens jeg skriver", "page": hidden(html, "page"), "save": "1"}
    answer = client.post(path, {**data, "seen": hidden(html)}, **fetch)
    document = ProjectDocument.objects.get()
    empty = sections.empty_values(catalogues.current().fields(section))
    assert answer.json()["seen"] == fingerprint(document.stored(section.key, empty))
    other = browser(team.editor).post(path, {f"f-{field.key}": "Andet", "seen": hidden(html)}, **fetch)
    assert (other.status_code, other.json()["conflict"]) == (409, True)


def test_a_closed_project_is_read_and_what_was_typed_then_is_not_lost(team):
    template, section, field = find_field(Kind.TEXT)
    client, path, html = open_page(team, team.lead, template, section)
    team.project.close(team.lead.user)
    page = client.post(path, {f"f-{field.key}": "For sent", "seen": hidden(html)}).content.decode()
    assert "For sent" in page
    assert "<textarea" not in client.get(path).content.decode()


@pytest.mark.parametrize("name", ["reader", "management", "dpo"])
def test_who_only_reads_gets_no_form_and_saves_nothing(team, name):
    template, section, field = find_field(Kind.TEXT)
    _client, path, html = open_page(team, team.lead, template, section)
    client = browser(team.people[name])
    assert f'action="{path}"' not in client.get(path).content.decode().partition("<main")[2].partition("</main")[0]
    assert client.post(path, {f"f-{field.key}": "Nej", "seen": hidden(html)}).status_code == 404
    assert client.post(url(team, "begin_document"), {"template": "S11"}).status_code == 404


def test_the_list_shows_what_is_begun_and_what_the_answers_ask_for(team):
    client = browser(team.lead)
    team.project.answer(team.lead.user, {"personoplysninger": ("no", "")})
    begin(team, "S05")
    page = client.get(url(team, "documents")).content.decode()
    begun, _heading, waiting = page.partition('id="needed-heading"')
    assert "S05" in begun
    assert "S01" in waiting


def test_the_list_says_of_each_document_what_its_own_page_says(team, django_assert_num_queries):
    template = catalogues.current().find("template", "S11")
    values = sections.first_values(template, catalogues.current(), sections.Situation())
    RiskAssessment.objects.create(project=team.project, code="R01", likelihood=2, consequence=2)
    document = begin(team, "S11", values=values)
    first, *_others = catalogues.current().sections(template)
    document.save_section(first.key, {"1": ""}, {"1": "Et svar"}, fingerprint({"1": ""}), team.lead.user)
    client = browser(team.lead)
    said = re.search(
        r"\d+ af \d+ afsnit er udfyldt, [1-9]\d* er i gang\.", client.get(url(team, "documents")).content.decode()
    )
    page = client.get(url(team, "document", document.number)).content.decode()
    assert said
    assert said[0] in page
    for state in re.findall(r'class="task-state">(.*?)</p>\s*<p class="note">(\d+) af', page, re.DOTALL):
        assert ("Ikke begyndt" in state[0]) == (state[1] == "0")


def test_a_template_that_does_not_exist_is_said(team):
    page = browser(team.lead).post(url(team, "begin_document"), {"template": "S99"}, follow=True)
    assert "findes ikke længere" in page.content.decode()
    assert not ProjectDocument.objects.exists()


def test_the_opinion_is_no_document_to_fill_in_and_one_begun_before_stays(team):
    client = browser(team.lead)
    page = client.get(url(team, "documents")).content.decode()
    assert "I skal ikke udfylde S14." in page
    assert 'value="S14"' not in page
    answer = client.post(url(team, "begin_document"), {"template": "S14"}, follow=True).content.decode()
    assert "I skal ikke udfylde S14." in answer
    assert not ProjectDocument.objects.exists()
    assert "I skal ikke udfylde S14." in client.get(url(team, "activity", "a28")).content.decode()
    document = begin(team, "S14")
    page = client.get(url(team, "documents")).content.decode()
    assert url(team, "document", document.number) in page
    assert "I skal ikke udfylde S14." not in page


def test_every_section_of_every_template_has_a_page_of_the_same_number_of_queries(team, django_assert_num_queries):
    catalogue = catalogues.current()
    client = browser(team.lead)
    for template in catalogue.templates:
        begin(team, template.code, values=sections.first_values(template, catalogue, sections.Situation()))
    numbers = {document.template: document.number for document in team.project.documents.all()}
    for code in ("S01", "S11"):
        for section in catalogue.sections(catalogue.find("template", code)):
            client.get(url(team, "section", numbers[code], section.key))
            shown = {source for place, source in LIVE_FIELDS.items() if place[:2] == (code, section.key)}
            of_way = OF_WAY * any(place[:2] == (code, section.key) for place in WAY_FIELDS)
            of_way += any(place[:2] == (code, section.key) for place in ATTACHMENTS)
            with django_assert_num_queries(QUERIES + of_way + sum(OF_LIVE_ROWS[source] for source in shown)):
                assert client.get(url(team, "section", numbers[code], section.key)).status_code == 200


QUERIES = 14
"""Of a section's page, with those of the login."""
OF_LIVE_ROWS = {
    LiveSource.BASES: 1,
    LiveSource.RISKS: 2,
    LiveSource.OWN_RISKS: 0,
    LiveSource.MEASURES: 1,
    LiveSource.RESIDUAL: 2,
    LiveSource.PEOPLE: 3,
    LiveSource.VERSIONS: 4,
}
"""More, for what the project says elsewhere: own risks are read with those of the catalogue."""
OF_WAY = 3
"""More, for what has happened to a document that has no opinion: the decision, the steps and the opinion."""
