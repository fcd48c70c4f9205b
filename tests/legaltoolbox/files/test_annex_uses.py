"""The use of each requirement in a tender: what is proposed, how the buyer changes it, and what it does to the wording."""

import re
from urllib.parse import unquote

import pytest

from legaltoolbox import tender
from legaltoolbox.models import Requirement
from legaltoolbox.tender import Use
from tests.checks import not_empty
from tests.legaltoolbox.annexes import answer_rows, by_requirement, chosen_use
from tests.pdf import needs_poppler, pdf_text
from tests.reading import notice_texts, read, read_bytes, read_docx, read_workbook, sheet_records

TOOLBOX = "/en/juridisk-vaerktoejskasse/"


# The use in the tender ------------------------------------------------------------------------------


@needs_poppler
def test_the_buyer_changes_the_use_in_word_excel_and_pdf(content, client):
    query = "?pick=K01&pick=K02&pick=K03&mindstekrav=K01&konkurrencekrav=K02&oplysning=K03"
    document = read_docx(client, f"{TOOLBOX}krav.docx{query}")
    parts = [part.text for part in document.paragraphs if part.style.name == "Heading 1"]
    assert parts == ["Mindstekrav", "Konkurrencekrav", "Oplysninger"]
    assert list(by_requirement(answer_rows(document))) == ["K01", "K02", "K03"]
    rows = sheet_records(read_workbook(client, f"{TOOLBOX}krav.xlsx{query}").worksheets[0])
    assert list(dict.fromkeys(row["Brug i udbuddet"] for row in rows)) == [
        "Mindstekrav",
        "Konkurrencekrav",
        "Oplysning",
    ]
    pdf = pdf_text(read_bytes(client, f"{TOOLBOX}krav.pdf{query}"))
    assert [pdf.index(f"{number} {part}") for number, part in enumerate(parts, start=1)] == sorted(
        pdf.index(f"{number} {part}") for number, part in enumerate(parts, start=1)
    )
    swapped = query.replace("mindstekrav=K01", "oplysning=K01").replace("oplysning=K03", "mindstekrav=K03")
    answered = answer_rows(read_docx(client, f"{TOOLBOX}krav.docx{swapped}"))
    assert list(by_requirement(answered)) == ["K03", "K02", "K01"]


def test_without_the_buyers_word_our_proposal_counts(content, client):
    rows = sheet_records(read_workbook(client, f"{TOOLBOX}krav.xlsx?kopi=egen").worksheets[0])
    names = {"minimum": "Mindstekrav", "competition": "Konkurrencekrav", "information": "Oplysning"}
    assert {row["Nr."][:3]: row["Brug i udbuddet"] for row in rows} == {
        item.code: names[item.tender_use] for item in content.requirements
    }
    assert {row["Valgt af"] for row in rows} == {"Vores forslag"}


def test_every_use_is_proposed_for_some_requirement(content):
    """A catalogue in which all are minimum requirements would let no offer win on quality."""
    assert {item.tender_use for item in content.requirements} == {use.value for use in Use}


def test_the_wording_agrees_with_the_use(content):
    for item in content.requirements:
        assert tender.wording(item, Use.MINIMUM) == item.wording
        for use in (Use.COMPETITION, Use.INFORMATION):
            softened = tender.wording(item, use)
            assert not re.search(r"(?<!der )(?<!som )(?<!borgeren )\b(skal|må)\b", softened, re.IGNORECASE), item.code
            assert len(re.findall(r"\bbør\b", softened, re.IGNORECASE)) >= len(
                re.findall("Leverandøren skal", item.wording)
            )
            assert softened.startswith("Oplys, om") is (use is Use.INFORMATION), item.code


@pytest.mark.parametrize(
    ("text", "softer"),
    [
        ("Leverandøren skal oplyse, hvad der sker.", "Leverandøren bør oplyse, hvad der sker."),
        ("Skal data slettes, må de ikke gemmes.", "Bør data slettes, bør de ikke gemmes."),
        ("Den må kun slås til.", "Den bør kun slås til."),
        ("Medarbejdere, der skal bruge den, skal læres op.", "Medarbejdere, der skal bruge den, bør læres op."),
        ("Synlig, uden at borgeren skal klikke.", "Synlig, uden at borgeren skal klikke."),
        ("Skalaen og måling.", "Skalaen og måling."),
    ],
)
def test_a_demand_becomes_a_wish_and_a_relative_clause_stays(text, softer):
    assert tender.wording(Requirement(wording=text), Use.COMPETITION) == softer


def test_a_change_in_the_form_leads_to_the_address_with_the_use(content, client):
    page = read(client, f"{TOOLBOX}krav/?q=CPR")
    (other,) = [
        option.attrs["value"]
        for option in page.find("select", id="use-K04").find_all("option")
        if option.attrs["value"].endswith(".oplysning")
    ]
    response = client.get(f"{TOOLBOX}krav/?q=CPR&pick=K04&brug=&brug={other}")
    assert (response.status_code, response["Location"]) == (302, f"{TOOLBOX}krav/?q=CPR&pick=K04&oplysning=K04")
    page = read(client, response["Location"])
    assert chosen_use(page, "K04") == "information"
    hidden = [(box.attrs["name"], box.attrs["value"]) for box in page.find_all("input", type="hidden")]
    assert ("oplysning", "K04") in hidden
    for link in not_empty(
        [link.attrs["href"] for copy in page.find_all("div", "paper-copy") for link in copy.find_all("a")]
    ):
        assert "oplysning=K04" in link
    proposed = {tender.NAMES[Use(item.tender_use)] for item in content.requirements if item.code == "K04"}.pop()
    back = client.get(f"{response['Location']}&brug=K04.{proposed}")
    assert back["Location"] == f"{TOOLBOX}krav/?q=CPR&pick=K04"


def test_filters_chips_and_picks_keep_the_uses(content, client):
    page = read(client, f"{TOOLBOX}krav/?level=must&pick=K08&oplysning=K08")
    chips = [link.attrs["href"] for link in page.find_all("a", "chip")]
    assert len(chips) == 2
    for href in chips:
        assert "oplysning=K08" in href


@pytest.mark.parametrize(
    "query", ["mindstekrav=K99", "konkurrencekrav=%3Cb%3E", "brug=K99.mindstekrav", "brug=K01.gratis", "brug=%00"]
)
def test_an_unknown_use_is_dropped(query, content, client):
    response = client.get(f"{TOOLBOX}krav/?{query}", follow=True)
    assert response.status_code == 200
    if not query.startswith("brug"):
        assert any(
            unquote(query).partition("=")[2] in text for text in notice_texts(read(client, f"{TOOLBOX}krav/?{query}"))
        )
    assert client.get(f"{TOOLBOX}krav.docx?{query.replace('brug', 'kopi')}").status_code == 200


def test_of_two_uses_the_strictest_counts_and_a_notice_says_so(content, client):
    page = read(client, f"{TOOLBOX}krav/?oplysning=K08&mindstekrav=k08")
    assert "K08 was given several uses in the tender. The strictest counts." in notice_texts(page)
    assert chosen_use(page, "K08").startswith("minimum requirement")
