"""Names, addresses and numbers are taken out of texts, and words that only look like them stay."""

import pytest

from legaltoolbox.projects.work.known_names import names_in
from legaltoolbox.projects.work.redaction import LEFT_OUT, Redactor

PEOPLE = ["Mettelise Prøvesen", "Bo Li", "Per Lund", "Åse Sørenprøve", "Anne-Prøve O'Brienson", "José Núñezprøve"]
COMPANIES = ["Prøvecompany A/S", "PRQ", "Megasoft Danmark ApS, Prøveby", "Fiktiv & Søn ApS"]
redact = Redactor(PEOPLE, COMPANIES, ["SAG-2026-17", "24/1234"])


@pytest.mark.parametrize(
    "text",
    [
        "Mettelise",
        "mettelise",
        "METTELISE PRØVESEN",
        "Mettelise\nPrøvesen",
        "prøvesens",
        "Proevesen",
        "Lund",
        "Bo",
        "Bos",
        "Aase",
        "Åses",
        "soerenprøve",
        "anne-prøve",
        "Nunezprøve",
        "Prøvecompanys",
        "prøvecompany A/S",
        "PRQ",
        "prq",
        "megasoft",
        "Fiktiv &\nSøns",
        "SAG-2026-17",
        "24/1234",
        "lone@firma.dk",
        "lone (at) firma.dk",
        "https://sag.example/a?b=c",
        "www.firma.dk",
        "firma.dk/sag",
        "12 34 56 78",
        "12345678",
        "+45 1234 5678",
        "1234 5678",
        "+1 202 555 0100",
        "010203-1234",
        "0102031234",
        "01 02 03 1234",
        "DK 12345678",
    ],
)
@pytest.mark.parametrize("around", ["{}", "Spørg {}.", "({})", "x: {}, y", "_{}_", "“{}”", "a\n{}\nb"])
def test_what_names_somebody_is_left_out(text, around):
    assert redact(around.format(text)) == around.format(LEFT_OUT)


@pytest.mark.parametrize(
    "text",
    [
        "Prøvesensvej og mettelisehuset",
        "per sag, en lund, bo i egen bolig, li",
        "PRQX og xPRQ",
        "124/1234 og 24/12345",
        "den 2026-03-02, 02.03.2026 og 2-3-2026",
        "forordning 2016/679, artikel 35, stk. 1, nr. 3-4",
        "1.000.000 kr., 300 sager, 30 60 90 dage",
        "f.eks. bl.a. m.v. sagen.Den næste",
        "Danmark og kommunen",
        "",
        "   ",
    ],
)
def test_what_names_nobody_stays(text):
    assert redact(text) == text


def test_names_next_to_each_other_leave_one_mark():
    assert redact("Mettelise Prøvesen og Bo Li siger ja.") == f"{LEFT_OUT} og {LEFT_OUT} siger ja."


@pytest.mark.parametrize("text", ["Ingen", "Vi udvikler selv", "kommunen", "", "  ", "-", "A/S"])
def test_a_vendor_that_is_none_takes_no_word_out(text):
    words = "Ingen i kommunen udvikler selv. Vi er enige - A/S."
    assert Redactor((), [text])(words) == words


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Afdelingschef, Jobcenter", []),
        ("Kirsteprøve Holmprøve, afdelingschef", ["Kirsteprøve", "Holmprøve"]),
        ("chefen for borgerservice", []),
        ("Projektleder", []),
    ],
)
def test_of_a_typed_owner_the_names_are_known(text, names):
    assert names_in(text) == names


def test_a_long_text_and_many_names_take_no_long_time():
    many = Redactor([f"Fornavn{number} Efternavn{number}" for number in range(5_000)], ["x" * 5_000])
    assert LEFT_OUT in many("ord " * 50_000 + "a@b " + "1 " * 20_000 + "a." * 20_000 + "-" * 20_000)
