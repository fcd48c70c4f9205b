"""Exports of the CNIL's PIA tool with invented content, in which no two texts are alike."""

import html
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from kl_ai.text import clean_text

TAG = re.compile(r"<[^>]*>")
GAUGES = {325: 3, 326: 2, 335: 2, 336: 2, 345: 4, 346: 1}
LISTS = (321, 322, 323, 331, 332, 333, 341, 342, 343)
TIMES = {"created_at": "2022-12-12T10:30:38.411Z", "updated_at": "2022-12-12T10:34:42.552Z"}
TEXTS = (111, 112, 113, 121, 122, 123, 211, 212, 213, 214, 215, 221, 222, 223, 224, 225, 226, 227)


def pia_file(**values: Any) -> dict[str, Any]:
    """A whole export, as version 3 of the tool writes it; `values` are other fields of the assessment."""
    numbers = itertools.count(1)

    def word(name: str) -> str:
        return f"{name}{next(numbers)}x"

    measures = [_measure(number, word) for number in (101, 102)]
    answers = [_answer(question, next(numbers), word) for question in (*TEXTS, *LISTS, *GAUGES)]
    chosen = {"data": {"list": [measures[0]["title"]], "text": None}}
    answers += [_answer(question, next(numbers), word) | chosen for question in (324, 334)]
    answers.append(_answer(114, next(numbers), word))
    references = ("1.1", "2.1.211", "3.1.101", "3.2")
    return {
        "pia": {**_pia(word), **_people(word), **values},
        "answers": answers,
        "measures": measures,
        "evaluations": [_evaluation(reference, next(numbers), word) for reference in references],
        "comments": [
            {"id": 1, "description": word("Husk"), "reference_to": "213", "for_measure": False, **TIMES},
            {"id": 2, "description": word("Uklart"), "reference_to": "102", "for_measure": True, **TIMES},
        ],
        word("newer_field"): {"inner": [word("Nyt"), 17, False]},
    }


def _pia(word: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "status": 3,
        "name": word("Sortering"),
        "category": word("Gruppe"),
        "rejection_reason": word("Afvist"),
        "applied_adjustments": "",
        "is_example": 0,
        "is_archive": 0,
        "progress": 96.5,
        "lock_version": 6,
        "structure_id": 7,
        "structure_name": word("Ramme"),
        "structure_data": {"sections": [{"id": 1, "items": [{"id": 1, "questions": [_own_question(word)]}]}]},
        **TIMES,
    }


def _people(word: Any) -> dict[str, Any]:
    """The fields of the assessment that name people, and what they have said."""
    return {
        "author_name": f"Ane {word('Forfatter')}, Bo {word('Medforfatter')}",
        "evaluator_name": f"Eva {word('Vurderer')}",
        "validator_name": f"Ib {word('Godkender')}",
        "dpo_status": 1,
        "dpo_opinion": word("Udtalelse"),
        "dpos_names": f"Per {word('Raadgiver')}",
        "people_names": word("Borgere"),
        "concerned_people_searched_opinion": True,
        "concerned_people_searched_content": None,
        "concerned_people_opinion": word("Synspunkt"),
        "concerned_people_status": 0,
        "user_pias": [{"role": "author", "user": {"id": 9, "firstname": word("Kim"), "lastname": word("Bruger")}}],
    }


def _measure(number: int, word: Any) -> dict[str, Any]:
    content = f"<p>{word('Al')} trafik &amp; lager</p>"
    names = {"title": word("Kryptering"), "content": content, "placeholder": word("knowledge_base.slugs.")}
    return {"id": number, "pia_id": 1, **names, **TIMES}


def _answer(question: int, number: int, word: Any) -> dict[str, Any]:
    text = (
        f"<p>{word('Afsnit')} <strong>{word('fed')}</strong></p>\n<ul><li>{word('Et')}</li><li>{word('To')}</li></ul>"
        f'<p style="color: red">{word("Se")} <a href="https://kilde.example/{number}">{word("kilden")}</a>&nbsp;</p>'
    )
    data = {"text": text, "gauge": 0, "list": []}
    if question in GAUGES:
        data["gauge"] = GAUGES[question]
    if question in LISTS:
        data = {"text": None, "gauge": None, "list": [word("Punkt"), word("Punkt")]}
    return {"id": number, "pia_id": 1, "reference_to": question, "data": data, "created_at": "2021-02-15T14:30:17.617Z"}


def _own_question(word: Any) -> dict[str, Any]:
    return {"id": 114, "title": word("Eget spørgsmål "), "answer_type": "text", "active": True}


def _evaluation(reference: str, number: int, word: Any) -> dict[str, Any]:
    return {
        "id": number,
        "status": 2,
        "reference_to": reference,
        "action_plan_comment": word("Plan"),
        "evaluation_comment": word("Bedre"),
        "gauges": {"x": 3, "y": 1},
        "person_in_charge": f"Mo {word('Ansvarlig')}",
        "estimated_implementation_date": "2023-01-31T00:00:00.000Z",
        "global_status": 2,
    }


def as_bytes(file: Any) -> bytes:
    return json.dumps(file).encode()


def leaves(data: Any) -> Iterator[str]:
    """The text of each value in the file."""
    if isinstance(data, dict | list):
        for inner in data.values() if isinstance(data, dict) else data:
            yield from leaves(inner)
    elif data is not None:
        yield str(data).lower() if isinstance(data, bool) else str(data)


def words(text: str) -> set[str]:
    """What can be read of a text that may be HTML."""
    return {word.strip(",;") for word in clean_text(html.unescape(TAG.sub(" ", text))).split()}


def lost_words(file: Any, record: Any) -> set[str]:
    """What stands in a value of the file and nowhere in the project; a word longer than a row is looked for by its beginning.

    The bytes of files are left out: the page asks before.
    """
    kept = " ".join(leaves(record))
    return {
        word for leaf in leaves(file) for word in words(leaf) if word[:40] not in kept and not word.startswith("data:")
    }
