"""What an edition holds: its questions, a company as one line of JSON, and the bytes of its two files. No query.

Nothing here depends on a language, a host or the day on which a file is fetched: the same rows give the same bytes.
Contacts are in none of it: no website, no mailbox, no phone, no person.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kl_ai.export import tables

from .answers import Answer, SampleOffering
from .copies import answered_at
from .export_keys import COUNTED_BY_KL_KEY, OWN_WORDS_KEY
from .survey import Option, Question

SCHEMA = "kl-ai-marketoverview-edition/1"
"""Version of the files; it changes when a key changes its meaning or goes."""
SEPARATOR = "; "
"""Between the codes in a cell of the CSV."""


# The questions ------------------------------------------------------------------------------------


def question_content(question: Question, day: date) -> dict[str, Any]:
    """The question as it is asked on `day`, with its options, retired ones too, and the codes of the rounds that ask it.

    Options and rounds are read already.
    """
    options = [option for option in question.options.all() if option.introduced_on <= day]
    return {
        "code": question.code,
        "figure_number": question.figure_number,
        "kind": question.kind,
        "heading_da": question.heading_da,
        "heading_en": question.heading_en,
        "text_da": question.text_da,
        "text_en": question.text_en,
        **_days(question, day),
        "rounds": sorted(each.code for each in question.rounds.all() if each.is_released and each.opens_on <= day),
        "options": [_option_content(option, day) for option in options],
    }


def _option_content(option: Option, day: date) -> dict[str, Any]:
    return {
        "code": option.code,
        "label_da": option.label_da,
        "label_en": option.label_en,
        "short_da": option.short_da,
        "short_en": option.short_en,
        "is_other": option.is_other,
        **_days(option, day),
        "retired_on": _until(option.retired_on, day),
    }


def _days(item: Question | Option, day: date) -> dict[str, str | None]:
    return {
        "introduced_on": item.introduced_on.isoformat(),
        "reworded_on": _until(item.reworded_on, day),
        "reworded_en_on": _until(item.reworded_en_on, day),
    }


def _until(value: date | None, day: date) -> str | None:
    """The date in ISO form; None for a later one than `day`."""
    return value.isoformat() if value and value <= day else None


# A company ----------------------------------------------------------------------------------------


def company_content(response: Any, questions: Mapping[int, str]) -> dict[str, Any]:
    """The public answers of a response that was read `with_everything`. `questions` is id to code of those in the edition."""
    own = [answer for answer in response.answers.all() if answer.option.question_id in questions]
    return {
        "id": response.vendor.slug,
        "name": response.public_name,
        "cvr_number": response.vendor.cvr_number,
        "country": response.vendor.country,
        "description": response.description,
        "round": response.round.code,
        "confirmed_on": response.confirmed_at and response.confirmed_at.isoformat(),
        "answered_on": timezone.localdate(answered_at(response)).isoformat(),
        "answers": _codes((answer for answer in own if not answer.mapped_from_id), questions),
        "own_words": _own_words(own, questions),
        "counted_by_kl": _codes((answer for answer in own if answer.mapped_from_id), questions),
        "offerings": [_offering_content(offering, questions) for offering in response.offerings.all()],
    }


def _codes(answers: Iterable[Answer], questions: Mapping[int, str]) -> dict[str, list[str]]:
    """Question code to the codes of the chosen options, in the survey's order."""
    codes: dict[str, list[str]] = {}
    for answer in answers:
        codes.setdefault(questions[answer.option.question_id], []).append(answer.option.code)
    return codes


def _own_words(answers: Iterable[Answer], questions: Mapping[int, str]) -> dict[str, dict[str, str]]:
    """Question code to the own words by the code of the option “other” that they stand beside."""
    words: dict[str, dict[str, str]] = {}
    for answer in answers:
        if answer.own_words:
            words.setdefault(questions[answer.option.question_id], {})[answer.option.code] = answer.own_words
    return words


def _offering_content(offering: SampleOffering, questions: Mapping[int, str]) -> dict[str, Any]:
    combines: dict[str, list[str]] = {}
    for option in offering.options.all():
        if option.question_id in questions:
            combines.setdefault(questions[option.question_id], []).append(option.code)
    return {
        "title": offering.title,
        "description": offering.description,
        "stage": offering.stage,
        "where_used": offering.where_used,
        "combines": combines,
    }


# Texts that can be taken out ----------------------------------------------------------------------


class TextKind(models.TextChoices):
    """Where a company's own text stands."""

    DESCRIPTION = "description", _("description")
    OWN_WORDS = "own_words", _("own words")
    TITLE = "title", _("title of an example")
    OFFERING = "offering", _("description of an example")
    WHERE_USED = "where_used", _("where an example is used")


OFFERING_TEXTS = {"title": TextKind.TITLE, "description": TextKind.OFFERING, "where_used": TextKind.WHERE_USED}
"""Key of an example to the kind of its text."""


def company_texts(company: Mapping[str, Any]) -> Iterator[tuple[TextKind, str]]:
    """Every text that the company has written itself, but its name."""
    texts = [(TextKind.DESCRIPTION, company["description"])]
    texts += [(TextKind.OWN_WORDS, text) for words in company["own_words"].values() for text in words.values()]
    texts += [(kind, offering[key]) for offering in company["offerings"] for key, kind in OFFERING_TEXTS.items()]
    return ((kind, text) for kind, text in texts if text)


def without_texts(company: Mapping[str, Any], texts: Collection[str]) -> dict[str, Any]:
    """The company with nothing where one of these texts stands; its answers stay."""

    def left(text: str) -> str:
        return "" if text in texts else text

    words = {
        question: {option: text for option, text in by_option.items() if text not in texts}
        for question, by_option in company["own_words"].items()
    }
    return {
        **company,
        "description": left(company["description"]),
        "own_words": {question: by_option for question, by_option in words.items() if by_option},
        "offerings": [
            offering | {key: left(offering[key]) for key in OFFERING_TEXTS} for offering in company["offerings"]
        ],
    }


def to_line(value: Any) -> str:
    """The value as JSON on one line, keys in alphabetical order: the databases store objects in orders of their own."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


# The files ----------------------------------------------------------------------------------------


def json_chunks(header: Mapping[str, Any], lines: Iterable[str]) -> Iterator[bytes]:
    """The JSON file: the header's keys in their order, and the companies last, one a line."""
    yield "".join(["{", *(f"{to_line(key)}: {to_line(value)},\n" for key, value in header.items())]).encode()
    yield b'"companies": ['
    separator = "\n"
    for line in lines:
        yield f"{separator}{line}".encode()
        separator = ",\n"
    yield b"\n]}\n"


def csv_chunks(questions: Sequence[Mapping[str, Any]], lines: Iterable[str]) -> Iterator[bytes]:
    """The CSV file: the same companies with the same codes, one a row."""
    return tables.csv_chunks(csv_headings(questions), (csv_row(questions, json.loads(line)) for line in lines))


FIRST_COLUMNS = ("id", "name", "cvr_number", "country", "description", "round", "confirmed_on")


def csv_headings(questions: Sequence[Mapping[str, Any]]) -> list[str]:
    """The keys of the columns: those of JSON, and for each question its code with the endings of the export."""
    codes = (question["code"] for question in questions)
    answers = [code + ending for code in codes for ending in ("", OWN_WORDS_KEY, COUNTED_BY_KL_KEY)]
    return [*FIRST_COLUMNS, *answers, "offerings"]


def csv_row(questions: Sequence[Mapping[str, Any]], company: Mapping[str, Any]) -> list[Any]:
    """The cells of one company; several codes, words or examples in a cell are separated by `SEPARATOR`."""
    row = [company[key] for key in FIRST_COLUMNS]
    for question in questions:
        code = question["code"]
        row.append(_joined(company["answers"].get(code, ())))
        row.append(_joined(company["own_words"].get(code, {}).values()))
        row.append(_joined(company["counted_by_kl"].get(code, ())))
    return [*row, _joined(offering["title"] for offering in company["offerings"] if offering["title"])]


def _joined(texts: Iterable[str]) -> str:
    return SEPARATOR.join(texts)


def codes_by_key(questions: Collection[Question]) -> dict[int, str]:
    """Primary key to code."""
    return {question.pk: question.code for question in questions}
