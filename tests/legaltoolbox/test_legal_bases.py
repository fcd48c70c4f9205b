"""The legal basis of each processing: its page, where it is linked, and the template that it fills."""

from urllib.parse import urlencode

import pytest
from django.utils.translation import override

from legaltoolbox.filled_tables import rows
from legaltoolbox.linking import url
from legaltoolbox.models import LegalBasis, LegalBasisPhase, LegalSource, TemplateField, toolbox_version
from legaltoolbox.screening import Situation
from tests.checks import not_empty
from tests.legaltoolbox.six_uses import USES
from tests.reading import read, read_docx

TOOLBOX = "/en/juridisk-vaerktoejskasse/"
PAGE = f"{TOOLBOX}hjemmel/"
OPERATE = "H05"


def links(page) -> set[str]:
    return {link.attrs["href"] for link in page.find("main").find_all("a") if "href" in link.attrs}


def test_the_matrix_says_for_each_processing_what_is_asked_in_its_phases_and_nothing_elsewhere(content, client):
    table = read(client, PAGE).find("table", "basis-matrix")
    head, *body = table.find_all("tr")
    phases = [cell.text for cell in head.find_all("th")[1:]]
    assert [row.find("th").text.split()[0] for row in body] == [basis.code for basis in content.all("legal_basis")]
    for row, basis in zip(body, not_empty(content.all("legal_basis")), strict=True):
        places = {str(place.phase): place for place in content.parts("phases", basis)}
        for phase, cell in zip(phases, row.find_all("td"), strict=True):
            place = places.pop(phase, None)
            with override("en"):
                assert cell.text == (f"{phase} {place.get_clarity_display()}" if place else ""), (basis.code, phase)
        assert not places, basis.code


def test_each_processing_has_an_anchor_with_its_grounds_and_its_sources(content, client):
    page = read(client, PAGE)
    for basis in not_empty(content.all("legal_basis")):
        with override("en"):
            assert url(basis) == f"{PAGE}#{basis.code}"
        section = page.find("section", id=basis.code)
        text = " ".join(section.text.split())
        for part in (basis.what, basis.article_6, basis.article_9, basis.article_10, basis.clarity.split("\n")[0]):
            assert part in text, basis.code
        assert {link.attrs["href"] for link in section.find_all("a")} >= {
            f"{TOOLBOX}kilder/{source.slug}/" for source in not_empty(content.linked(basis, LegalSource.KIND))
        }


def test_the_warning_about_operation_comes_before_everything_else(content, client):
    page = read(client, PAGE)
    (warning,) = page.find_all("div", "basis-warning")
    assert "Er brugen indgribende, og hviler driften kun på en generel opgave, så stop." in warning.text
    main = page.find("main").text
    assert main.index(warning.text) < main.index("How clear the basis must be")
    assert page.find("section", id=OPERATE).has("a", href=f"#{warning.attrs['id']}")


def test_in_a_small_and_harmless_situation_the_warning_stands_with_operation(content, client):
    """It is about intrusive uses; somebody who is to sort mail would take the first thing on the page as addressed to them."""
    page = read(client, f"{PAGE}?{urlencode(USES['skrivehjælp']['answers'])}")
    (warning,) = page.find_all("div", "basis-warning")
    assert page.find("section", id=OPERATE).find("div", "basis-warning").text == warning.text
    main = page.find("main").text
    assert main.index("How clear the basis must be") < main.index(warning.text)


@pytest.mark.parametrize(
    "path",
    ["faser/drift-og-overvaagning/", "aktiviteter/A15/", "aktiviteter/A21/", "skabeloner/S08/", "maa-og-maa-ikke/"],
)
def test_it_is_linked_where_somebody_asks_for_a_basis(path, content, client):
    assert f"{PAGE}#{OPERATE}" in links(read(client, TOOLBOX + path))


def test_the_overview_and_a_search_lead_to_it(content, client):
    assert PAGE in links(read(client, TOOLBOX))
    assert f"{PAGE}#{OPERATE}" in links(read(client, f"{TOOLBOX}soeg/?q=H05"))


def test_a_phase_names_only_what_occurs_in_it(content, client):
    page = links(read(client, f"{TOOLBOX}faser/foranalyse/"))
    assert f"{PAGE}#H01" in page
    assert f"{PAGE}#{OPERATE}" not in page


def filled_field(content) -> TemplateField:
    """The field of S08 whose rows come from the catalogue."""
    sections = content.sections(content.find("template", "S08"))
    (field,) = [field for section in sections for field in content.fields(section) if field.filled_from]
    return field


def test_the_template_has_a_row_for_each_processing_and_a_column_to_fill_in(content, client):
    field = filled_field(content)
    bases = not_empty(content.all("legal_basis"))
    filled = rows(field, content, Situation())
    assert [row[0].split("\n")[0] for row in filled] == [basis.title for basis in bases]
    document = read_docx(client, f"{TOOLBOX}skabeloner/S08.docx")
    (table,) = [table for table in document.tables if table.rows[0].cells[0].text == field.columns[0]]
    assert len(table.rows) == 1 + len(bases)
    for row, basis in zip(table.rows[1:], bases, strict=True):
        processing, grounds, clarity, own = [" ".join(cell.text.split()) for cell in row.cells]
        assert processing.startswith(basis.title)
        for text in (basis.article_6, basis.article_9, basis.article_10):
            assert text in grounds
        assert basis.clarity.split("\n")[0] in clarity
        assert basis.warning.split("\n")[0] in clarity
        assert basis.article_6 not in own


def test_the_template_has_only_the_processing_of_the_situation(content):
    field = filled_field(content)
    titles = {basis.code: basis.title for basis in content.all("legal_basis")}
    trains = [titles[code] for code in ("H03", "H06")]

    def shown(**answers: str) -> list[list[str]]:
        return rows(field, content, Situation(answers=answers))

    for answers, expected in (({}, True), ({"traening": "yes"}, True), ({"traening": "no"}, False)):
        assert [title in [row[0].split("\n")[0] for row in shown(**answers)] for title in trains] == [expected] * 2
    develops = [row[0].split("\n")[0] for row in shown(traening="no", udvikler="no")]
    assert titles["H02"] not in develops
    assert titles["H05"] in develops


def test_without_sensitive_data_the_template_says_nothing_of_a_basis_for_them(content):
    field = filled_field(content)
    for answer, expected in (("", True), ("yes", True), ("no", False)):
        situation = Situation(answers={"foelsomme": answer} if answer else {})
        for row in not_empty(rows(field, content, situation)):
            assert [words in row[1] for words in ("GDPR art. 9: ", "GDPR art. 10: ")] == [expected] * 2


def test_the_template_on_its_page_changes_with_the_catalogue(content_rows, client):
    LegalBasis.objects.filter(code="H01").update(article_10="Kun med tilladelse fra en myndighed.")
    toolbox_version.bump()
    assert "Kun med tilladelse fra en myndighed." in read(client, f"{TOOLBOX}skabeloner/S08/").text
    assert "Kun med tilladelse fra en myndighed." in read(client, PAGE).text


def test_a_processing_that_is_not_public_is_neither_on_the_page_nor_in_the_template(content_rows, client):
    basis = LegalBasis.objects.get(code="H03")
    LegalBasis.objects.filter(pk=basis.pk).update(is_public=False)
    toolbox_version.bump()
    assert "H03" not in read(client, PAGE).find("main").text
    assert basis.title not in read(client, f"{TOOLBOX}skabeloner/S08/").find("ol", "template-sections").text


def test_operation_is_never_said_to_need_only_the_act_on_the_task(content):
    """The rule that the page exists for."""
    places = not_empty(content.parts("phases", content.find("legal_basis", OPERATE)))
    assert {place.clarity for place in places} == {LegalBasisPhase.Clarity.CLEAR}
