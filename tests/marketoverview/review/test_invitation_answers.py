"""The answers to the questions of an invitation list, its limits, and any text at all."""

from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from marketoverview.review.invitation_list import LEAVE_OUT, MAX_LINES, ListedCompany, read_list


def companies(text: str, **answers: str) -> tuple[ListedCompany, ...]:
    with override("en"):
        return read_list(text, answers).companies


def test_an_answer_decides_what_was_open():
    text = 'Nord ApS;"a@test.example, b@test.example";24256790;13585628'
    (company,) = companies(text, **{"0-email": "b@test.example", "0-cvr_number": "13585628"})
    assert (company.email, company.cvr_number, company.is_open) == ("b@test.example", "13585628", False)
    (company,) = companies(text, **{"0-email": "b@test.example", "0-cvr_number": "none"})
    assert (company.cvr_number, company.is_open) == ("", False)


@pytest.mark.parametrize("answer", ["", "c@test.example", "A@TEST.EXAMPLE", "None", "a@test.example\n"])
def test_an_answer_that_is_no_alternative_answers_nothing(answer):
    (company,) = companies('Nord ApS;"a@test.example, b@test.example"', **{"0-email": answer, "1-email": "x", "": ""})
    assert company.is_open


def test_a_line_can_be_left_out():
    (company,) = companies('Nord ApS;"a@test.example, b@test.example"', **{"0-email": LEAVE_OUT})
    assert company.is_left_out
    assert not company.is_open


def test_an_answer_can_lead_to_the_next_question():
    text = 'Nord ApS;a@test.example\nNord;"b@test.example, c@test.example"'
    company = companies(text, **{"1-email": "c@test.example"})[1]
    assert [question.field for question in company.questions if not question.answer] == ["again"]
    company = companies(text, **{"1-email": "a@test.example"})[1]
    assert company.is_open  # not one of the two
    assert not companies(text, **{"1-email": "c@test.example", "1-again": "too"})[1].is_open


def test_a_foreign_company_that_is_chosen_has_no_cvr_number():
    text = "Virksomhed;E-mail;CVR;Land\nNord AB;a@test.example;13585628;Sverige"
    assert [
        (company.country, company.cvr_number)
        for answer in ("SE", "DK")
        for company in companies(text, **{"0-country": answer})
    ] == [("SE", ""), ("DK", "13585628")]


# Limits -------------------------------------------------------------------------------------------


def test_a_list_may_be_so_long_and_so_wide_and_no_more():
    line = "Agern {0};ki{0}@agern.example"
    most = [line.format(number) for number in range(MAX_LINES)]
    assert len(companies("\n".join(most))) == MAX_LINES
    for text in ("\n".join([*most, "Eg;ki@eg.example"]), "a" * 600_000, "a;" * 250):
        with pytest.raises(ValidationError):
            read_list(text)


@pytest.mark.parametrize(
    "text",
    ["@" * 499_000, 'a"' * 249_000, '"' * 499_000, ('"' + "a" * 248 + "\n") * 2_000, "a" * 499_000, "a@b." * 124_000, "<" * 499_000, "1 " * 249_000, ('"a";' * 50 + "\n") * 2_000, "cvr" * 166_000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_a_list_of_one_sign_is_read_at_once(text):
    with suppress(ValidationError):
        read_list(text)  # a reading that grows with the square of the length would take minutes


texts = st.lists(
    st.sampled_from(
        [
            "Nord ApS",
            "a@test.example",
            "b@test.example",
            "13585628",
            "1358562",
            "Virksomhed",
            "E-mail",
            "CVR",
            "Land",
            "Danmark",
            '"',
            '""',
            ";",
            ",",
            "\t",
            "|",
            "\n",
            "\r\n",
            "=",
            "sep=;",
            "<",
            ">",
            "@",
            "mailto:",
            "\x00",
            "\ud800",
            "I alt",
            "-",
            "’",
            "\ufffd",
            "1,36E+07",
            "½",
            "+45 33703370",
            "(",
            "[x]",
            "%00",
        ]
    )
    | st.text(max_size=8),
    max_size=40,
).map("".join)


@hypothesis_settings(max_examples=400)
@given(
    text=texts | st.text(),
    answers=st.dictionaries(st.sampled_from(["0-email", "0-name", "1-cvr_number", "x"]), st.text(max_size=5)),
)
def test_any_text_is_read_or_refused_with_a_sentence(text, answers):
    read: tuple[ListedCompany, ...] = ()
    with suppress(ValidationError):
        read = read_list(text, answers).companies
    for company in read:
        if not company.problem:
            assert company.email.count("@") == 1
            assert any(character.isalpha() for character in company.name)
            assert "\n" not in company.name + company.email
