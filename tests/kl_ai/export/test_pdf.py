"""PDF files: tagged, fit for archives, and with every text as it was written."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kl_ai.export import glyphs
from kl_ai.export.document import Document, Facts, Heading, Link, Prose, Table, Together
from kl_ai.export.pdf import pdf_bytes
from tests.pdf import metadata, needs_poppler, pdf_text
from tests.word import every_block

DAY = datetime(2026, 11, 29, tzinfo=UTC)
HOSTILE = [
    '#import "@preview/x:1.0.0": * #panic("x") #read("/etc/passwd")',
    "= ikke en overskrift *ikke fed* _ikke kursiv_ `kode` $x^2$ <mærke> @henvisning",
    "\\ \\u{41} // kommentar /* */ ~ -- --- ... [klamme] {tuborg} #",
    "\"citat\" 'enkelt' % & < > ^ | ; -?",
    "æøå ÆØÅ é ß ñ – — “ ” … € ½ ™ →",
    "linje\nlinje",
    "",
]
PLACES = ["Titel", "Undertitel", "Oplysning", "værdi", "Afgrænsning", "Uden nummer", "Brødtekst", "anden", "Vejledning"]
PLACES += ["Hjælp", "Standardtekst", "Kolonne", "celle", "overskrift", "Tabel", "Felt line", "Hoved", "Fod"]


def document(text: str) -> bytes:
    return pdf_bytes(every_block(text), created=DAY)


def squeezed(text: str) -> str:
    """Without white space and hyphens, which a division of lines adds."""
    return "".join(text.split()).replace("-", "")


# Standards --------------------------------------------------------------------------------------


def test_is_tagged_and_fit_for_archives():
    content = pdf_bytes(Document("Notat & <titel>", subject="Emne", language="da-DK"), author="KL", created=DAY)
    assert content.startswith(b"%PDF-1.7")
    assert b"/MarkInfo<</Marked true" in content
    assert b"/Lang(da-DK)" in content
    facts = metadata(content)
    assert (facts["pdfaid:part"], facts["pdfaid:conformance"], facts["pdfuaid:part"]) == ("2", "A", "1")
    assert facts["dc:title"] == "Notat &amp; &lt;titel&gt;"
    assert (facts["dc:description"], facts["dc:creator"], facts["dc:language"]) == ("Emne", "KL", "da-DK")
    assert facts["xmp:CreateDate"] == "2026-11-29T00:00:00+00:00"


def test_equal_content_gives_equal_bytes():
    assert document("Ærø") == document("Ærø")
    assert document("Ærø") != document("Als")


def test_holds_the_typeface_of_the_portal_and_no_other():
    fonts = {name.partition(b"+")[2] for name in re.findall(rb"/FontName/([^/>\s]+)", document("Ærø"))}
    assert fonts == {b"IBMPlexSans", b"IBMPlexSans-SemiBold"}


@needs_poppler
def test_says_the_pages_in_the_language_of_the_document():
    blocks = [Prose("Lorem ipsum\n\n" * 80)]
    assert "Side 1 af 2" in pdf_text(pdf_bytes(Document("T", blocks=blocks), created=DAY))
    assert "Page 2 of 2" in pdf_text(pdf_bytes(Document("T", blocks=blocks, language="en-GB"), created=DAY))


# Text from anywhere -----------------------------------------------------------------------------


@needs_poppler
@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_stands_in_the_file_wherever_it_is_put(text):
    content = squeezed(pdf_text(document(text)))
    for place in PLACES:
        assert squeezed(f"{place} {text}") in content, place


@given(st.text())
@settings(max_examples=30, deadline=None)
def test_no_text_breaks_a_file(text):
    assert document(text).startswith(b"%PDF")


@pytest.mark.parametrize(
    "character", ["🙂", "漢", "ع", "\U0001f468\u200d\U0001f469", "\u0301", "\u200b", "\x00", "\ud800"]
)
def test_no_character_breaks_a_file(character):
    assert document(f"a{character}b").startswith(b"%PDF")


@needs_poppler
def test_a_character_that_the_typeface_lacks_is_replaced_and_the_file_says_so():
    text = pdf_text(pdf_bytes(Document("T", blocks=[Prose("før 🙂🙂 efter 𝐀")], language="en-GB"), created=DAY))
    assert "før ◊ efter A" in text
    assert "“◊” stands for a character that the typeface of this file lacks." in text
    assert "lacks" not in pdf_text(pdf_bytes(Document("T", blocks=[Prose("æøå")], language="en-GB"), created=DAY))


@needs_poppler
@pytest.mark.parametrize(
    "word", ["w" * 400, "æ-1" * 130, f"https://a.example/{'x' * 300}?b=1&c=2", f"{'x' * 90}@a.example"]
)
def test_a_long_word_stays_on_the_page(word):
    """It is divided, and nothing of it is lost beyond the margin, where pdftotext sees no letters."""
    text = pdf_text(
        pdf_bytes(Document("T", blocks=[Prose(word), Table(["a", "b", "c"], [["", word, ""]])]), created=DAY)
    )
    assert squeezed(text).count(squeezed(word)) == 2


@needs_poppler
@pytest.mark.parametrize("place", ["prose", "fact", "link", "cell"])
@pytest.mark.parametrize(
    "address",
    [
        "https://test.example/markedsoverblik/virksomheder/" + "-".join(["agern"] * 12) + "/",
        f"https://test.example/?q={'ordet' * 20}&v=agern-demofirma",
        "kontakt-til-afdelingen-for-salg@virksomhedens-eget-navn.firma.example",
        f"{'postkasse' * 12}@a.example",
    ],
)
def test_an_address_is_copied_as_it_is(address, place):
    """Where the lines of a division are joined nothing but the address is left: no hyphen, and no sign that is not seen."""
    blocks = {
        "prose": Prose(f"Se ({address}) og ring."),
        "fact": Facts([("Adresse", [address])]),
        "link": Facts([("Adresse", [Link(address, address if "://" in address else f"mailto:{address}")])]),
        "cell": Table(["a", "b", "c"], [["x", address, "y"]]),
    }
    content = pdf_bytes(Document("T", blocks=[blocks[place]]), created=DAY)
    assert address in "".join(pdf_text(content, raw=True).split())
    if place == "link":
        assert re.findall(rb"/URI\(([^)]+)\)", content) == [
            (address if "://" in address else f"mailto:{address}").encode()
        ]


@pytest.mark.parametrize("character", "æøåÆØÅéß€½→✓ \u00a0\u00ad")
def test_the_typeface_has_the_letters_of_its_readers(character):
    assert glyphs.shown(character) == character


# Blocks -----------------------------------------------------------------------------------------


def test_links_lead_to_web_and_mail_addresses_only():
    lines = [Link("a", "https://a.example/?b=c&d=ø"), Link("b", "mailto:b@b.example"), Link("c", "javascript:alert(1)")]
    content = pdf_bytes(Document("T", blocks=[Facts([("Kontakt", lines)])]), created=DAY)
    assert content.count(b"/URI(") == 2
    assert b"javascript" not in content


@needs_poppler
def test_a_label_without_lines_is_left_out():
    text = pdf_text(pdf_bytes(Document("T", blocks=[Facts([("Telefon", []), ("Web", ["x"])])]), created=DAY))
    assert "Telefon" not in text
    assert "Web" in text


def test_what_no_document_can_hold_is_refused():
    for block in (Heading("a", 4), Table([], []), Table(["a"], [["b", "c"]]), Table(["a"], [], [1, 2])):
        with pytest.raises(ValueError, match=r"level 4|headings"):
            pdf_bytes(Document("T", blocks=[block]), created=DAY)


# Pages --------------------------------------------------------------------------------------------


def group(number: int) -> Together:
    """A heading, prose and a table of six rows."""
    rows = [[f"række {number}.{row}", "1"] for row in range(6)]
    return Together([Heading(f"gruppe {number}.", 2), Prose("Indledning.\n\nMere."), Table(["a", "b"], rows)])


@needs_poppler
def test_what_belongs_together_stands_on_one_page():
    pages = pdf_text(pdf_bytes(Document("T", blocks=[Heading("A"), *map(group, range(12))]), created=DAY)).split("\f")
    assert len(pages) > 3
    for number in range(12):
        (page,) = [page for page in pages if f"gruppe {number}." in page]
        assert f"række {number}.5" in page, number


@needs_poppler
@pytest.mark.parametrize("lines", [4, 7, 11])
def test_no_page_divides_a_row_of_few_lines(lines):
    rows = [
        (f"nr{number:02}", f"begynder{number:02} " + "ord " * 12 * lines + f"ender{number:02}", "")
        for number in range(40)
    ]
    table = Table(("Nr.", "Krav", "Svar"), rows, widths=(1, 6, 3))
    pages = pdf_text(pdf_bytes(Document("T", blocks=[table]), created=DAY)).split("\f")
    assert len(pages) > 4
    for number in range(40):
        (page,) = [page for page in pages if f"nr{number:02}" in page]
        assert f"begynder{number:02}" in page
        assert f"ender{number:02}" in page


@needs_poppler
def test_what_is_higher_than_a_page_is_divided_and_whole():
    blocks = [
        Heading("A"),
        group(1),
        Together([Heading("lang", 2), *(Prose(f"afsnit {number}.") for number in range(150))]),
        group(2),
    ]
    text = pdf_text(pdf_bytes(Document("T", blocks=blocks), created=DAY))
    assert [number for number in range(150) if f"afsnit {number}." not in text] == []


@needs_poppler
@pytest.mark.parametrize("fill", range(36, 52, 2))
def test_prose_before_a_table_is_not_left_behind_on_a_page(fill):
    blocks = [Prose("fyld\n\n" * fill), Prose("Det følger her."), Table(["hoved", "b"], [["celle", "1"]])]
    text = pdf_text(pdf_bytes(Document("T", blocks=blocks), created=DAY))
    (page,) = [page for page in text.split("\f") if "Det følger her." in page]
    assert "hoved" in page
