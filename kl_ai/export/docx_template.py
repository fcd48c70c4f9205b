"""The designed Word file that every document starts from: its styles, numbering, settings, page, header and footer.

`templates/document.docx` can be opened and changed in Word. Its body shows each style and is left out of the
documents. Its header and footer hold content controls that are replaced by the document's own texts. Styles and
controls are found by name, since Word and LibreOffice make ids of their own when they save a file.
"""

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import docx
from django.utils import timezone
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import XmlPart
from docx.oxml.ns import qn
from docx.shared import Twips

from ..text import clean_line
from .docx_markup import Element, page_numbers, run

_PROPERTY_LENGTH = 255  # the format's longest, which python-docx holds to
TEMPLATE = Path(__file__).parent / "templates" / "document.docx"

STYLE_NAMES = {
    "Title": "Title",
    "Subtitle": "Subtitle",
    "BodyText": "Body Text",
    "Heading1": "heading 1",
    "Heading2": "heading 2",
    "Heading3": "heading 3",
    "ListBullet": "List Bullet",
    "Caption": "caption",
    "Header": "header",
    "Footer": "footer",
    "PlaceholderText": "Placeholder Text",
    "FactLabel": "Faktanavn",
    "FactText": "Fakta",
    "Guidance": "Vejledning",
    "GuidanceList": "Vejledning, liste",
    "BoxText": "Tekst i ramme",
    "BoxList": "Liste i ramme",
    "TableText": "Tabeltekst",
    "TableList": "Tabelliste",
    "TableHeading": "Tabeloverskrift",
    "FieldLabel": "Feltnavn",
    "FieldHelp": "Felthjælp",
    "Answer": "Svar",
    "Choices": "Valg",
    "Spacer": "Mellemrum",
    "Overview": "Oversigt",
    "Facts": "Faktatabel",
    "Box": "Ramme",
}
"""The id that a document uses for a style, and the style's name in the template.

Names of Word's own styles are English in every file and shown in the language of Word.
"""

HEADER_CONTROL, FOOTER_CONTROL, PAGE_NUMBERS_CONTROL = "Sidehoved", "Sidefod", "Sidetal"
"""The titles of the content controls in the template's header and footer."""

_STYLE_REFERENCES = tuple(map(qn, ("w:pStyle", "w:rStyle", "w:tblStyle", "w:basedOn", "w:next", "w:link")))
# Word saves more in a file, such as comments and statistics; it tells about the designer and not about the look.
_PARTS_IN_USE = {
    RELATIONSHIP_TYPE.STYLES,
    RELATIONSHIP_TYPE.NUMBERING,
    RELATIONSHIP_TYPE.SETTINGS,
    RELATIONSHIP_TYPE.THEME,
    RELATIONSHIP_TYPE.FONT_TABLE,
    RELATIONSHIP_TYPE.HEADER,
    RELATIONSHIP_TYPE.FOOTER,
    RELATIONSHIP_TYPE.FOOTNOTES,
    RELATIONSHIP_TYPE.ENDNOTES,
}
_PACKAGE_PARTS_IN_USE = {RELATIONSHIP_TYPE.OFFICE_DOCUMENT, RELATIONSHIP_TYPE.CORE_PROPERTIES}


def open_template(language: str, *, landscape: bool) -> WordDocument:
    """A document without content that looks as the template does, with spelling in `language` ("da-DK")."""
    word = docx.Document(str(TEMPLATE))
    body = word.element.body
    for child in body[:-1]:  # the last child holds the properties of the page
        body.remove(child)
    _drop_parts(word)
    _set_style_ids(word)
    _set_language(word, language)
    if landscape:
        _turn_page(word)
    return word


def text_width(word: WordDocument) -> int:
    """The width between the margins of the page, in twips."""
    page, margins = _page(word)
    return page[0] - margins


def heading_shading(word: WordDocument, style_id: str) -> Element | None:
    """The shading of the heading row in a table style, to be set on its cells too: not every program reads the style."""
    for style in word.styles.element.iter(qn("w:style")):
        if style.get(qn("w:styleId")) == style_id:
            return style.find(f"{qn('w:tblStylePr')}[@{qn('w:type')}='firstRow']/{qn('w:tcPr')}/{qn('w:shd')}")
    return None


def link_id(word: WordDocument, url: str) -> str:
    """The id under which the document refers to the address `url`; the same for the same address."""
    return word.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)


def fill_header_and_footer(word: WordDocument, header: str, footer: str) -> None:
    """Replaces the content controls of the header and footer by the texts and “Page 2 of 7”."""
    for part in _header_and_footer_parts(word):
        _replace_control(part, HEADER_CONTROL, [run(header)])
        _replace_control(part, FOOTER_CONTROL, [run(footer)])
        _replace_control(part, PAGE_NUMBERS_CONTROL, page_numbers())


def set_properties(
    word: WordDocument, *, title: str, subject: str, language: str, author: str = "", created: datetime | None = None
) -> None:
    """The document's own properties in place of the template's. Without `created` the file holds no time."""
    properties = word.core_properties  # made where the template has none
    part = cast(XmlPart, word.part.package.part_related_by(RELATIONSHIP_TYPE.CORE_PROPERTIES))
    part.element[:] = []
    properties.title = clean_line(title, _PROPERTY_LENGTH)
    properties.subject = clean_line(subject, _PROPERTY_LENGTH)
    properties.language = language
    if author:
        properties.author = clean_line(author, _PROPERTY_LENGTH)
    if created:
        moment = created.astimezone(UTC) if timezone.is_aware(created) else created
        properties.created = properties.modified = moment


# The template made into a document ---------------------------------------------------------------


def _drop_parts(word: WordDocument) -> None:
    for relationships, types in ((word.part.rels, _PARTS_IN_USE), (word.part.package.rels, _PACKAGE_PARTS_IN_USE)):
        for relationship_id, relationship in list(relationships.items()):
            if relationship.reltype not in types:
                del relationships[relationship_id]


def _set_style_ids(word: WordDocument) -> None:
    """Gives each style of `STYLE_NAMES` its id, wherever the template refers to it.

    Raises `KeyError` where the template lacks one.
    """
    styles = {style.find(qn("w:name")).get(qn("w:val")): style for style in word.styles.element.iter(qn("w:style"))}
    # LibreOffice writes the names of Word's own styles with capital letters.
    by_name = {name.casefold(): style for name, style in styles.items()} | styles
    new_ids = {}
    for style_id, name in STYLE_NAMES.items():
        style = by_name[name if name in by_name else name.casefold()]
        new_ids[style.get(qn("w:styleId"))] = style_id
        style.set(qn("w:styleId"), style_id)
    for part in (word.styles.element, word.part.numbering_part.element, *_header_and_footer_parts(word)):
        for reference in part.iter(*_STYLE_REFERENCES):
            reference.set(qn("w:val"), new_ids.get(reference.get(qn("w:val")), reference.get(qn("w:val"))))


def _set_language(word: WordDocument, language: str) -> None:
    for part in (word.styles.element, word.settings.element):
        for setting in part.iter(qn("w:lang"), qn("w:themeFontLang")):
            for attribute in (qn("w:val"), qn("w:eastAsia")):
                if attribute in setting.attrib:
                    setting.set(attribute, language)


def _turn_page(word: WordDocument) -> None:
    """Lays the page across, and moves the tabs at its right margin along."""
    (width, height), margins = _page(word)
    section = word.sections[0]
    section.page_width, section.page_height = Twips(height), Twips(width)
    section.orientation = WD_ORIENT.LANDSCAPE
    for part in _header_and_footer_parts(word):
        for tab in part.iter(qn("w:tab")):
            if tab.get(qn("w:pos")) == str(width - margins):
                tab.set(qn("w:pos"), str(height - margins))


def _page(word: WordDocument) -> tuple[tuple[int, int], int]:
    """Width and height of the page, and its left and right margin together, in twips."""
    properties = word.element.body[-1]
    size, margins = properties.find(qn("w:pgSz")), properties.find(qn("w:pgMar"))
    width, height = (int(size.get(qn(name))) for name in ("w:w", "w:h"))
    return (width, height), sum(int(margins.get(qn(name))) for name in ("w:left", "w:right"))


def _header_and_footer_parts(word: WordDocument) -> list[Element]:
    """The root elements of each header and footer: of the first page and of even pages too, where there are such."""
    types = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)
    return [rel.target_part.element for rel in word.part.rels.values() if rel.reltype in types]


def _replace_control(part: Element, title: str, content: Sequence[Element]) -> None:
    """Replaces each content control with that title by `content`, in the look of the control's own text."""
    for control in list(part.iter(qn("w:sdt"))):
        if control.find(f"{qn('w:sdtPr')}/{qn('w:alias')}[@{qn('w:val')}='{title}']") is None:
            continue
        inside = control.find(qn("w:sdtContent"))
        look = inside.find(f".//{qn('w:rPr')}")
        pieces = deepcopy(content)
        if look is not None:
            for piece in pieces:
                for text in piece.iter(qn("w:r")):
                    text.insert(0, deepcopy(look))
        # A control that fills its whole paragraph may stand around it.
        paragraph = inside.find(qn("w:p"))
        container = inside if paragraph is None else paragraph
        container[:] = [child for child in container if child.tag == qn("w:pPr")] + list(pieces)
        for child in list(inside):
            control.addprevious(child)
        control.getparent().remove(control)
