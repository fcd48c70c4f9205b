"""What a stranger has written into an address stands in no file: a paper's reader takes it for the sender's words."""

import io
import zipfile
from urllib.parse import urlencode

import docx
import openpyxl
import pytest

from tests.checks import not_empty
from tests.pdf import needs_poppler, pdf_text
from tests.reading import read_bytes
from tests.word import element_text

TOOLBOX = "/juridisk-vaerktoejskasse/"
STRANGE = "Ring 12345678 og betal"
HOSTILE = urlencode([(STRANGE, "x"), ("pick", STRANGE), ("rolle", STRANGE), ("foelsomme", STRANGE), ("kopi", STRANGE)])
CONTRADICTION = "personoplysninger=no&foelsomme=yes"
UNKNOWN_DA = "Adressen indeholdt noget, som vi ikke kender. Vi har set bort fra det."
CONTRADICTION_DA = "Vi regner med ja til"
SENT = [
    f"skabeloner/{code}.{ending}"
    for code in ("S02", "S15", "S16", "S18", "S24", "S27", "S34", "S35")
    for ending in ("docx", "pdf")
]
SENT += [f"krav.{ending}?pick=K01" for ending in ("docx", "pdf", "xlsx")]
OWN = [
    "skabeloner/S11.docx", "skabeloner/S11.pdf", "skabeloner/S18.docx?kopi=egen", "krav.docx?pick=K01&kopi=egen",
    "krav.pdf?pick=K01&kopi=egen", "krav.xlsx?pick=K01&kopi=egen", "risici.docx?pick=R01", "risici.pdf?pick=R01",
    "risici.xlsx?pick=R01", "overblik.docx", "overblik.pdf", "aktiviteter/A25/tjekliste.docx",
    "aktiviteter/A25/tjekliste.pdf", "faser/foranalyse/tjekliste.docx", "roller/dpo/tjekliste.docx",
]  # fmt: skip


def file_texts(client, path: str, query: str) -> list[str]:
    """The text of each paper in the file at this path, on one line each."""
    content = read_bytes(client, f"{path}{'&' if '?' in path else '?'}{query}")
    if ".zip" in path:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [_docx_text(archive.read(name)) for name in archive.namelist()]
    if ".pdf" in path:
        return [_one_line(pdf_text(content))]
    if ".xlsx" in path:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        cells = (str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell)
        return [_one_line(" ".join(cells))]
    return [_docx_text(content)]


def _docx_text(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    parts = (element_text(part._element) for part in (document.sections[0].header, document.sections[0].footer))
    return _one_line(" ".join([*parts, element_text(document.element.body)]))


def _one_line(text: str) -> str:
    return " ".join(text.split())


@needs_poppler
@pytest.mark.parametrize("path", SENT)
def test_a_paper_that_is_sent_says_nothing_of_the_address(path, content, client):
    for language in ("", "/en"):
        text = file_texts(client, language + TOOLBOX + path, f"{HOSTILE}&{CONTRADICTION}")
        assert not_empty(text) == file_texts(client, TOOLBOX + path, CONTRADICTION)
        assert CONTRADICTION_DA not in text[0]


@needs_poppler
@pytest.mark.parametrize("path", OWN)
def test_an_own_copy_says_in_its_own_danish_words_what_was_ignored_and_what_counts(path, content, client):
    for language in ("", "/en"):
        (text,) = file_texts(client, language + TOOLBOX + path, f"{HOSTILE}&{CONTRADICTION}")
        assert "12345678" not in text
        assert UNKNOWN_DA in text
        assert CONTRADICTION_DA in text
        assert "counts as" not in text
        assert "was ignored" not in text


def test_a_zip_of_templates_says_it_in_the_own_copies_alone(content, client):
    path = f"/en{TOOLBOX}faser/foranalyse/skabeloner.zip"
    names = zipfile.ZipFile(io.BytesIO(read_bytes(client, f"{path}?{CONTRADICTION}"))).namelist()
    texts = file_texts(client, path, f"{HOSTILE}&{CONTRADICTION}")
    assert len(names) == len(texts)
    assert not [text for text in texts if "12345678" in text]
    for name, text in zip(not_empty(names), texts, strict=True):
        is_sent = f"{name.removesuffix('.docx')} (egen kopi).docx" in names
        assert (UNKNOWN_DA in text, CONTRADICTION_DA in text) == (not is_sent, not is_sent), name


def test_yes_counts_wherever_it_stands_and_the_role_that_comes_first(content, client):
    (text,) = file_texts(client, f"{TOOLBOX}overblik.docx", "generativ=yes&generativ=no&rolle=dpo&rolle=projektleder")
    assert "Der er svaret både ja og nej" in text
    assert "Ja tæller" in text
    assert "for rollen databeskyttelsesrådgiver" in text
