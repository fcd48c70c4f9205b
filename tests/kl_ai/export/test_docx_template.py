"""The designed Word template: it has what documents use and nothing else, and documents look as it does."""

import tomllib
from itertools import product
from pathlib import Path

import docx
import pytest
from django.conf import settings
from docx.oxml.ns import qn
from docx.shared import Cm, RGBColor

from kl_ai.export import docx_template
from kl_ai.export.docx import docx_bytes
from kl_ai.export.docx_template import STYLE_NAMES, TEMPLATE
from tests.checks import not_empty
from tests.word import element_text, every_block, open_document, values, xml_parts

DEFAULTS = {"Normal", "Default Paragraph Font", "No List", "Normal Table"}
REFERENCES = ("w:pStyle", "w:rStyle", "w:tblStyle")


@pytest.fixture
def template():
    return docx.Document(str(TEMPLATE))


@pytest.fixture
def save_template(tmp_path, monkeypatch):
    """`save_template(template)` has documents made from the changed template."""

    def save(template) -> None:
        template.save(str(tmp_path / "document.docx"))
        monkeypatch.setattr(docx_template, "TEMPLATE", tmp_path / "document.docx")

    return save


def style_names(word) -> dict[str, str]:
    """Style id to name."""
    styles = word.styles.element.iter(qn("w:style"))
    return {style.get(qn("w:styleId")): style.find(qn("w:name")).get(qn("w:val")) for style in styles}


def used_styles(*parts) -> set[str]:
    return {value for part in parts for tag in REFERENCES for value in values(part, tag)}


# What it holds ----------------------------------------------------------------------------------


def test_it_has_the_styles_that_documents_use_and_no_other(template):
    names = list(style_names(template).values())
    assert sorted(names) == sorted({*STYLE_NAMES.values(), *DEFAULTS})
    assert used_styles(*xml_parts(docx_bytes(every_block())).values()) == set(STYLE_NAMES)


def test_style_names_are_unique_in_any_spelling(template):
    """Word and LibreOffice confuse two styles of one name, whatever their kinds."""
    names = [name.casefold() for name in style_names(template).values()]
    assert len(names) == len(set(names))


def test_its_body_shows_every_style(template):
    section = template.sections[0]
    parts = (template.element.body, section.header._element, section.footer._element)
    assert used_styles(*parts) == set(STYLE_NAMES)


def test_its_numbering_is_used_by_styles_and_all_of_it(template):
    numbering = template.part.numbering_part.element
    numbers = {number.get(qn("w:numId")) for number in numbering.iter(qn("w:num"))}
    assert set(values(template.styles.element, "w:numId")) == numbers
    definitions = {definition.get(qn("w:abstractNumId")) for definition in numbering.iter(qn("w:abstractNum"))}
    used = {value for number in numbering.iter(qn("w:num")) for value in values(number, "w:abstractNumId")}
    assert used == definitions
    assert set(values(numbering, "w:pStyle")) <= set(STYLE_NAMES)


def test_it_is_installed_with_the_package():
    package_data = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["tool"]["setuptools"][
        "package-data"
    ]
    folder = Path(docx_template.__file__).parent
    assert TEMPLATE in [path for pattern in package_data["kl_ai.export"] for path in folder.glob(pattern)]


def test_colours_can_be_read(template):
    """WCAG 2.2, 1.4.3: 4.5 to 1, on white and on every shade that a style lays under text."""
    styles = template.styles.element
    inks, shades = set(values(styles, "w:color")), {"ffffff", *values(styles, "w:shd", "w:fill")}
    assert (len(inks), len(shades)) == (3, 2)

    def luminance(colour: str) -> float:
        shares = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for ink, shade in product(inks, shades):
        dark, light = luminance(ink), luminance(shade)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, shade)


# What a designer changes ------------------------------------------------------------------------


def test_a_changed_style_shows(template, save_template):
    template.styles["Heading 1"].font.color.rgb = RGBColor.from_string("AA0000")
    save_template(template)
    word = open_document(every_block())
    assert str(word.styles["Heading 1"].font.color.rgb) == "AA0000"


def test_changed_margins_show_and_tables_fill_the_page(template, save_template):
    template.sections[0].left_margin = template.sections[0].right_margin = Cm(3)
    save_template(template)
    word = open_document(every_block())
    assert round(word.sections[0].left_margin.cm) == 3
    for table in not_empty(word.tables):
        assert sum(map(int, values(table._tbl, "w:gridCol", "w:w"))) == 8504  # 15 cm in twips


def test_changed_numbers_and_settings_show(template, save_template):
    template.part.numbering_part.element.find(".//" + qn("w:numFmt")).set(qn("w:val"), "upperRoman")
    template.settings.element.find(qn("w:defaultTabStop")).set(qn("w:val"), "850")
    save_template(template)
    word = open_document(every_block())
    assert values(word.part.numbering_part.element, "w:numFmt")[0] == "upperRoman"
    assert values(word.settings.element, "w:defaultTabStop") == ["850"]


def test_a_changed_shade_of_headings_shows_in_each_cell(template, save_template):
    (overview,) = template.styles.element.xpath("w:style[@w:styleId='Overview']")
    overview.find(".//" + qn("w:shd")).set(qn("w:fill"), "dddddd")
    save_template(template)
    assert values(open_document(every_block()).tables[-1]._tbl, "w:shd", "w:fill") == ["dddddd"] * 3


def test_what_stands_beside_the_texts_of_header_and_footer_stays(template, save_template):
    section = template.sections[0]
    section.header.add_paragraph("KL, Weidekampsgade 10")
    section.header._element.find(".//" + qn("w:sdtContent")).find(qn("w:r")).get_or_add_rPr().get_or_add_b()
    save_template(template)
    section = open_document(every_block()).sections[0]
    assert [paragraph.text for paragraph in section.header.paragraphs] == ["Hoved ", "KL, Weidekampsgade 10"]
    assert section.header.paragraphs[0].runs[0].bold
    assert element_text(section.footer._element) == "Fod \tSide 1 af 1"


def test_no_control_of_header_and_footer_is_left():
    section = open_document(every_block()).sections[0]
    assert list(section.header._element.iter(qn("w:sdt"))) == list(section.footer._element.iter(qn("w:sdt"))) == []


def test_a_control_around_a_whole_paragraph_is_filled_too(template, save_template):
    header = template.sections[0].header._element
    control, paragraph = header.find(".//" + qn("w:sdt")), header.find(qn("w:p"))
    content = control.find(qn("w:sdtContent"))
    paragraph.append(content[0])
    header.append(control)
    content.append(paragraph)
    save_template(template)
    header = open_document(every_block()).sections[0].header
    assert [(paragraph.style.name, paragraph.text) for paragraph in header.paragraphs] == [("Header", "Hoved ")]


def test_other_ids_of_the_same_styles_make_the_same_document(template, save_template):
    """Word names ids in its own language, LibreOffice by the style's name."""
    expected = xml_parts(docx_bytes(every_block()))
    parts = [template.styles.element, template.part.numbering_part.element]
    parts += [template.sections[0].header._element, template.sections[0].footer._element]
    for part in parts:
        for element in part.iter():
            for attribute, value in element.attrib.items():
                if value in STYLE_NAMES and attribute in (qn("w:styleId"), qn("w:val")):
                    element.set(attribute, f"Dansk{value}")
    for name in template.styles.element.iter(qn("w:name")):
        name.set(qn("w:val"), name.get(qn("w:val")).removeprefix("Dansk").replace("heading", "Heading"))
    save_template(template)
    parts = xml_parts(docx_bytes(every_block()))
    assert used_styles(*parts.values()) == set(STYLE_NAMES)
    for tag in ("w:pStyle", "w:rStyle", "w:tblStyle", "w:basedOn", "w:next"):
        for name, part in expected.items():
            assert values(parts[name], tag) == values(part, tag)
    ids = values(expected["word/styles.xml"], "w:style", "w:styleId")
    assert values(parts["word/styles.xml"], "w:style", "w:styleId") == ids


def test_a_template_without_a_style_is_refused(template, save_template):
    template.styles["Feltnavn"].delete()
    save_template(template)
    with pytest.raises(KeyError, match="feltnavn"):
        docx_bytes(every_block())


def test_what_tells_about_the_designer_is_left_out(template, save_template):
    template.core_properties.author = "Designer"
    template.add_comment(template.paragraphs[0].runs[0], "Er den for stor?", author="Designer")
    save_template(template)
    content = docx_bytes(every_block())
    assert "word/comments.xml" not in xml_parts(content)
    texts = not_empty(value for part in xml_parts(content).values() for value in part.itertext())
    assert not any("Designer" in value for value in texts)
