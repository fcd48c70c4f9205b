"""Lists of companies, as they come out of spreadsheets and mails."""

import pytest
from django.core.exceptions import ValidationError

from marketoverview.review.invitation_import import MOST_LINES, decoded, read


def rows(text: str) -> list[tuple[str, str, str]]:
    return [(line.company, line.email, line.cvr_number) for line in read(text)]


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
    assert rows(decoded(text.encode(encoding))) == [("Bøg & Ær", "ki@boeg.example", "")]


@pytest.mark.parametrize(
    "line",
    [
        "Agern;",
        ";ki@agern.example",
        "Agern;ki@agern",
        "Agern;ki@agern.example;12345678",
        "A" * 121 + ";ki@agern.example",
        "Agern;ki@agern.example\x0bBcc: x@y.example",
        f"Agern;{'a' * 250}@agern.example",
        "bare noget tekst",
    ],
)
def test_a_line_that_cannot_be_read_says_why_and_spoils_no_other(line):
    found = read(f"{line}\nEg;ki@eg.example")
    assert [bool(one.problem) for one in found] == [True, False]
    assert [one.number for one in found] == [1, 2]


def test_an_open_quotation_mark_spoils_its_own_line_only():
    assert [bool(line.problem) for line in read('"Agern;ki@agern.example\nEg;ki@eg.example')] == [True, False]


def test_the_same_address_counts_once():
    assert [bool(line.problem) for line in read("Agern;KI@agern.example\nAgern igen;ki@agern.example")] == [False, True]


def test_formulas_and_tags_stay_text():
    for name in ("=HYPERLINK(1)", "<b>Agern</b>", "+45 Agern", "{{ 7*7 }}"):
        assert rows(f"{name};ki@agern.example") == [(name, "ki@agern.example", "")]


def test_a_list_may_be_so_long_and_no_longer():
    line = "Agern {0};ki{0}@agern.example"
    most = [line.format(number) for number in range(MOST_LINES)]
    assert len(read("\n".join(most))) == MOST_LINES
    with pytest.raises(ValidationError):
        read("\n".join([*most, "Eg;ki@eg.example"]))
    with pytest.raises(ValidationError):
        read("a" * 600_000)
