"""Lists of companies, as they come out of spreadsheets and mails."""

import pytest
from django.core.exceptions import ValidationError

from marketoverview.review.invitation_import import MAX_LINES, decode, read_companies


def rows(text: str) -> list[tuple[str, str, str]]:
    return [(company.name, company.email, company.cvr_number) for company in read_companies(text)]


AGERN = ("Agern A/S", "ki@agern.example", "13585628")


@pytest.mark.parametrize(
    "text",
    [
        "Agern A/S;ki@agern.example;13585628",
        "Agern A/S\tki@agern.example\t13585628",
        "Agern A/S, ki@agern.example, 13585628",
        '"Agern A/S","ki@agern.example","13585628"',
        "Virksomhed;E-mail;CVR\r\nAgern A/S;ki@agern.example;DK 13 58 56 28\r\n",
        "\ufeffCompany,Email,CVR\nAgern A/S,ki@agern.example,13585628",
        "CVR;Mail;Navn\n13585628;ki@agern.example;Agern A/S",
        "\u202aAgern\u202c A/S\u200b;ki@agern.example\x00;13\u00a058\u00a056\u00a028\u2028",
        "\n;;\nAgern A/S;<ki@agern.example>;13585628;noget andet\n\n",
    ],
)
def test_columns_are_found_whatever_divides_them_and_in_any_order(text):
    assert rows(text) == [AGERN]


def test_a_name_with_a_comma_survives_semicolons_and_quotation_marks():
    assert rows("Agern, Data;ki@agern.example")[0][0] == "Agern, Data"
    assert rows('"Agern, Data",ki@agern.example\nEg,ki@eg.example')[0][0] == "Agern, Data"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_files_are_read_in_the_encodings_of_spreadsheets(encoding):
    text = "Virksomhed;E-mail\nBøg & Ær;ki@boeg.example\n"
    assert rows(decode(text.encode(encoding))) == [("Bøg & Ær", "ki@boeg.example", "")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Agern;", "Der mangler en e-mailadresse"),
        (";ki@agern.example", "Der mangler et virksomhedsnavn"),
        ("Agern;ki@agern", "Indtast en gyldig e-mail-adresse"),
        ("Agern;ki@agern.example;12345678", "Det er ikke et gyldigt CVR-nummer"),
        ("A" * 121 + ";ki@agern.example", "Virksomhedsnavnet er for langt"),
        ("Agern;ki@agern.example\x0bBcc: x@y.example", "Indtast en gyldig e-mail-adresse"),
        (f"Agern;{'a' * 250}@agern.example", "E-mailadressen er for lang"),
        ("bare noget tekst", "Der mangler en e-mailadresse"),
    ],
)
def test_a_line_that_cannot_be_read_has_a_problem_and_the_next_one_none(line, problem):
    companies = read_companies(f"{line}\nEg;ki@eg.example")
    assert companies[0].problem.startswith(problem)
    assert companies[1].problem == ""
    assert [company.line_number for company in companies] == [1, 2]


def test_an_open_quotation_mark_spoils_its_own_line_only():
    companies = read_companies('"Agern;ki@agern.example\nEg;ki@eg.example')
    assert [bool(company.problem) for company in companies] == [True, False]


def test_the_same_address_counts_once():
    companies = read_companies("Agern;KI@agern.example\nAgern igen;ki@agern.example")
    assert [company.problem for company in companies] == ["", "Adressen står allerede på linje 1."]


def test_formulas_and_tags_stay_text():
    for name in ("=HYPERLINK(1)", "<b>Agern</b>", "+45 Agern", "{{ 7*7 }}"):
        assert rows(f"{name};ki@agern.example") == [(name, "ki@agern.example", "")]


def test_a_list_may_be_so_long_and_no_longer():
    line = "Agern {0};ki{0}@agern.example"
    most = [line.format(number) for number in range(MAX_LINES)]
    assert len(read_companies("\n".join(most))) == MAX_LINES
    with pytest.raises(ValidationError):
        read_companies("\n".join([*most, "Eg;ki@eg.example"]))
    with pytest.raises(ValidationError):
        read_companies("a" * 600_000)
