"""What is sent to others is the municipality's: our guidance to it stays in its own copy, and so does our name."""

import io
import zipfile

import docx
import pytest

from tests.legaltoolbox.six_uses import USES
from tests.pdf import metadata
from tests.reading import read_docx, read_workbook
from tests.word import document_text

HOME = "/juridisk-vaerktoejskasse/"
SMALL = "&".join(f"{code}={answer}" for code, answer in USES["skrivehjælp"]["answers"].items())
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}
SHORT_WAY = "Pligten bag et krav gælder uanset størrelsen."


def test_the_short_way_of_a_requirement_stands_in_the_own_copy_of_the_annex_alone(content, client):
    sent = document_text(read_docx(client, f"{HOME}krav.docx?{SMALL}"))
    assert "Kravbilag" in sent
    assert SHORT_WAY not in sent
    assert SHORT_WAY in document_text(read_docx(client, f"{HOME}krav.docx?{SMALL}&kopi=egen"))
    sheets = read_workbook(client, f"{HOME}krav.xlsx?{SMALL}")
    assert not [cell for sheet in sheets for row in sheet.values for cell in row if SHORT_WAY in str(cell)]


def file_bytes(client, path: str, municipality: str) -> bytes:
    """The file, with the name where there is one, which is sent for it alone."""
    response = client.post(HOME + path, {"kommune": municipality, "projekt": ""}, headers=SAME_ORIGIN)
    assert response.status_code == 200
    return response.getvalue()


@pytest.mark.parametrize("path", ["krav.{}", "skabeloner/S02.{}"])
@pytest.mark.parametrize(
    ("query", "municipality", "author"),
    [("", "Testkommune", "Testkommune"), ("", "", ""), ("kopi=egen", "Testkommune", "KL")],
    ids=["named", "not named", "own copy"],
)
def test_a_file_names_its_author(path, query, municipality, author, content, client):
    """Of what is sent the municipality, or nobody; of the own copy KL, whose guidance it holds."""
    assert content.find("template", "S02").is_sent
    word = docx.Document(io.BytesIO(file_bytes(client, f"{path.format('docx')}?{query}", municipality)))
    assert word.core_properties.author == author
    pdf = metadata(file_bytes(client, f"{path.format('pdf')}?{query}", municipality))
    assert pdf.get("dc:creator", "") == author


def test_the_files_of_an_archive_name_their_authors_too(content, client):
    phase = next(phase for phase in content.phases if any(item.is_sent for item in content.templates_for(phase)))
    archive = zipfile.ZipFile(io.BytesIO(file_bytes(client, f"faser/{phase.slug}/skabeloner.zip", "Testkommune")))
    sent = {item.code for item in content.templates_for(phase) if item.is_sent}
    authors = {
        name: docx.Document(io.BytesIO(archive.read(name))).core_properties.author for name in archive.namelist()
    }
    assert set(authors.values()) == {"Testkommune", "KL"}
    for name, author in authors.items():
        assert (author == "KL") == (name[:3] not in sent or "egen kopi" in name), name
