"""A requirement annex as a workbook: a row for each point with room for the answer, which `annex_reader` reads back.

Its texts are Danish, whatever the language of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.http import FileResponse
from django.utils.text import capfirst

from kl_ai.drafts.parts import fingerprint
from kl_ai.export.xlsx import Sheet, xlsx_response
from legaltoolbox.files.annex import ANSWERS, INTRODUCTION, USE_HEADINGS, USE_NAMES, USE_TEXTS
from legaltoolbox.files.texts import danish_date
from legaltoolbox.tender import Use

from ..models import Annex, AnnexLine, Recipient, Submission
from ..work.answer_progress import Answers
from ..work.chosen_answers import ANSWER_WORDS
from .annex_document import NOT_STATED, REFERENCE, handed_in

NUMBER, VALUE, HOW, MARK = "Nr.", "Svar", "Sådan er punktet opfyldt", "Filens kravbilag (ret ikke)"
COLUMNS = (
    (NUMBER, 8), ("Brug i udbuddet", 15), ("Krav", 24), ("Ordlyd", 60), (VALUE, 10), (HOW, 50), (REFERENCE, 22), (MARK, 30),
)  # fmt: skip
HEADINGS = [heading for heading, _width in COLUMNS]
FILLED_IN = {"value": HEADINGS.index(VALUE), "how": HEADINGS.index(HOW), "reference": HEADINGS.index(REFERENCE)}
"""The columns that vendors fill in."""
HOW_TO = (
    "Udfyld de gule felter på arket “Svar”, en række for hvert punkt. Vælg ja, delvist eller nej, og skriv, hvordan punktet er "
    "opfyldt, eller hvorfor det ikke er. Skriv under “Bilag og side”, hvor det kan ses.\n\n"
    "De andre felter er låst, så kravene ikke bliver ændret ved en fejl. Du må gerne sortere, filtrere og gøre kolonner "
    "bredere. Slet ikke kolonnen “Nr.”, for den siger, hvilket punkt et svar hører til.\n\n"
    "Gem filen som Excel (.xlsx). Har du fået et link af kommunen, så send filen ind der: du ser, hvad der er læst, før noget "
    "bliver gemt. Har du ikke et link, så send filen til kommunens kontakt."
)


def annex_mark(annex: Annex, lines: Sequence[AnnexLine]) -> str:
    """Which annex a file belongs to, and with which texts. No query on `select_related`."""
    code, project, number = annex.address
    texts = fingerprint({line.code: [line.use, line.title, line.text] for line in lines})
    return f"{code}-{project}-{number}-{texts[:16]}"


def workbook(
    annex: Annex, lines: Sequence[AnnexLine], company: str = "", answers: Answers | None = None
) -> FileResponse:
    """The annex to fill in, with `answers` in their places where there are any. No query."""
    rows = [row for line in lines for row in _rows(line)]
    mark = f"{annex_mark(annex, lines)} {annex.title}"
    sheets = [
        Sheet(
            "Svar",
            HEADINGS,
            (_cells(line, point, answers or {}, mark) for line, point in rows),
            [width for _heading, width in COLUMNS],
            frozen=1,
            is_typed=True,
            to_fill_in=list(FILLED_IN.values()),
            row_choices={FILLED_IN["value"]: [ANSWERS[Use(line.use)] for line, _point in rows]},
            hidden=[HEADINGS.index(MARK)],
        ),
        Sheet("Læs først", (), _reading(annex, lines, company), kind="notes"),
    ]
    return xlsx_response(filename(annex, "xlsx"), sheets)


def filename(annex: Annex, ending: str, word: str = "kravbilag") -> str:
    code, project, number = annex.address
    return f"{word}-{code}-{project}-{number}.{ending}"


def _rows(line: AnnexLine) -> Iterator[tuple[AnnexLine, Mapping[str, str]]]:
    """The points of a requirement that are answered, each with the sentence that introduces it before its own text."""
    before: list[str] = [line.text["introduction"]] if line.text.get("introduction") else []
    for point in line.points:
        if point["is_answered"]:
            yield line, {"number": point["number"], "text": "\n".join([*before, point["text"]])}
            before = []
        else:
            before.append(point["text"])


def _cells(line: AnnexLine, point: Mapping[str, str], answers: Answers, mark: str) -> list[str]:
    answer = answers.get(point["number"], {})
    use = capfirst(USE_NAMES[Use(line.use)][0])
    value = ANSWER_WORDS.get(answer.get("value", ""), "")
    title = f"{line.code} {line.title}"
    return [point["number"], use, title, point["text"], value, answer.get("how", ""), answer.get("reference", ""), mark]


def _reading(annex: Annex, lines: Sequence[AnnexLine], company: str) -> Iterator[tuple[str, str]]:
    """Who asks, until when, and how to fill in."""
    yield "Kravbilag", annex.title
    yield "Kommune", annex.project.municipality.name
    if company:
        yield "Virksomhed", company
    yield "Svarfrist", f"Til og med {danish_date(annex.deadline)}, dansk tid"
    yield "Kontakt", annex.contact
    if annex.introduction:
        yield "Fra kommunen", annex.introduction
    yield "Sådan udfylder du", HOW_TO
    yield "Svar og grundlag", INTRODUCTION
    used = {line.use for line in lines}
    yield from ((USE_HEADINGS[use], text) for use, text in USE_TEXTS.items() if use in used)
    for line in lines:
        proof = [
            f"{label}: {line.text[name]}"
            for label, name in (("Bevis", "evidence"), ("Grundlag", "basis"))
            if line.text.get(name)
        ]
        yield f"{line.code} {line.title}", "\n\n".join(proof)


# All vendors beside each other ------------------------------------------------------------------


def answers_workbook(
    annex: Annex, lines: Sequence[AnnexLine], recipients: Sequence[Recipient], submissions: Mapping[int, Submission]
) -> FileResponse:
    """The newest answers of all recipients, in their order, beside each other. No query."""
    headings = [NUMBER, "Brug i udbuddet", "Krav", "Ordlyd"]
    widths: list[float] = [8, 15, 24, 50]
    for recipient in recipients:
        headings += [f"{recipient.company}: {name}" for name in ("svar", "sådan er punktet opfyldt", "bilag og side")]
        widths += [12, 45, 18]
    rows = (
        [*_cells(line, point, {}, "")[:4], *_answers_of(point["number"], recipients, submissions)]
        for line in lines
        for line, point in _rows(line)
    )
    about = [("Kravbilag", annex.title), ("Kommune", annex.project.municipality.name)]
    about += [(recipient.company, handed_in(submissions.get(recipient.pk))) for recipient in recipients]
    sheets = [Sheet("Svar", headings, rows, widths, frozen=1, is_typed=True), Sheet("Om", (), about, kind="notes")]
    return xlsx_response(filename(annex, "xlsx", "svar"), sheets)


def _answers_of(number: str, recipients: Sequence[Recipient], submissions: Mapping[int, Submission]) -> Iterator[str]:
    for recipient in recipients:
        submission = submissions.get(recipient.pk)
        answer = submission.answers.get(number, {}) if submission else {}
        yield ANSWER_WORDS.get(answer.get("value", ""), NOT_STATED)
        yield answer.get("how", "")
        yield answer.get("reference", "")
