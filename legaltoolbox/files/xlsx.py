"""The catalogues as workbooks: a risk assessment to carry on with, and the annex to a tender."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils.text import capfirst
from django.utils.translation import override
from xlsxwriter.utility import xl_col_to_name

from kl_ai.export.xlsx import Sheet

from .. import tender
from ..catalogue import Catalogue
from ..left_out import LeftOut
from ..models import Activity, Item, Requirement, Risk, Role, ScaleLevel, unsettled_texts
from ..rating import STEPS
from ..rating import level as risk_level
from .annex import INTRODUCTION, USE_HEADINGS, USE_NAMES, USE_TEXTS, addressee_text, basis_text, counts_text
from .paper import Paper
from .texts import DISCLAIMER, NOT_CONFIRMED, danish_date, level_text, sources

LEVELS = tuple(map(str, STEPS))
RISK_COLUMNS = (
    ("Nr.", 6), ("Risiko", 28), ("Emne", 18), ("Årsag", 32), ("Hændelse", 32), ("Konsekvens for borgeren", 36),
    ("Konsekvens for kommunen", 30), ("Typiske foranstaltninger", 50), ("Krav", 34), ("Aktiviteter", 34),
    ("Kilder", 32), ("Sandsynlighed før (1-4)", 14), ("Konsekvens før (1-4)", 14), ("Risiko før", 12),
    ("Valgte foranstaltninger", 40), ("Sandsynlighed efter (1-4)", 14), ("Konsekvens efter (1-4)", 14),
    ("Risiko efter", 12), ("Ansvarlig", 20), ("Frist", 12), ("Status", 14), ("Bemærkning", 30),
)  # fmt: skip
STATES = ("Ikke begyndt", "I gang", "Gennemført", "Ikke relevant")


def risks(
    items: Sequence[Risk],
    catalogue: Catalogue,
    paper: Paper,
    address: str,
    pieces: Sequence[LeftOut] = (),
) -> list[Sheet]:
    """The risks with columns for an assessment, the scale, and where the workbook comes from and what it leaves out."""
    headings = [heading for heading, _width in RISK_COLUMNS]
    rated = [number for number, heading in enumerate(headings) if heading.endswith("(1-4)")]
    return [
        Sheet(
            "Risikovurdering",
            headings,
            _risk_rows(items, catalogue),
            [width for _heading, width in RISK_COLUMNS],
            validations=dict.fromkeys(rated, LEVELS) | {headings.index("Status"): STATES},
            formulas={
                headings.index(f"Risiko {when}"): _risk_formula(
                    headings.index(f"Sandsynlighed {when} (1-4)"), headings.index(f"Konsekvens {when} (1-4)")
                )
                for when in ("før", "efter")
            },
            frozen=2,
        ),
        Sheet(
            "Skala", ("Akse", "Trin", "Navn", "Beskrivelse", "Eksempel"), _scale(catalogue.levels), (24, 6, 20, 50, 60)
        ),
        _about(items, paper, address, pieces),
    ]


def _risk_formula(likelihood: int, consequence: int) -> str:
    """A cell's formula for the risk's level, after `rating.level`; empty until both columns are filled in."""
    with override("da"):
        names = ",".join(f'"{capfirst(risk_level(row, column).label)}"' for row in STEPS for column in STEPS)
    first, second = (f"{xl_col_to_name(column)}{{row}}" for column in (likelihood, consequence))
    return f'=IF(OR({first}="",{second}=""),"",CHOOSE((VALUE({first})-1)*{len(STEPS)}+VALUE({second}),{names}))'


def _risk_rows(items: Sequence[Risk], catalogue: Catalogue) -> Iterator[list[object]]:
    with override("da"):
        kinds = {risk.pk: str(risk.get_kind_display()) for risk in items}
    for risk in items:
        yield [
            risk.code,
            risk.title,
            kinds[risk.pk],
            risk.cause,
            risk.event,
            risk.consequence,
            risk.consequence_municipality,
            "\n".join(f"• {measure}" for measure in risk.measures),
            _titles(catalogue.linked(risk, Requirement.KIND)),
            _titles(catalogue.linked(risk, Activity.KIND)),
            sources(risk, catalogue),
            *[""] * 7,
            ", ".join(role.short_name for role in catalogue.linked(risk, Role.KIND)),
            "",
            "",
            "",
        ]


def _titles(items: Sequence[Item]) -> str:
    """The items with their codes, a line for each."""
    return "\n".join(map(str, items))


def _scale(levels: Sequence[ScaleLevel]) -> Iterator[list[object]]:
    with override("da"):
        axes = {level.pk: str(level.get_axis_display()) for level in levels}
    for level in sorted(levels, key=lambda level: (level.axis != ScaleLevel.Axis.LIKELIHOOD, level.level)):
        yield [axes[level.pk], level.level, level.name, level.description, level.example]


ANNEX_COLUMNS = (
    ("Nr.", 8), ("Krav", 20), ("Ordlyd", 60), ("Brug i udbuddet", 16), ("Grundlag", 24), ("Bevis", 32), ("Opfyldt", 9),
    ("Tilbudsgiverens svar", 41), ("Henvisning til dokumentation", 20),
)  # fmt: skip
OWN_COLUMNS = (
    ("Kommunens vurdering", 18), ("Kommunens eget bevis", 32), ("Valgt af", 14), ("Vores tal", 22), ("Efter loven", 16),
    ("Loven retter sig mod", 14),
)  # fmt: skip
"""The columns that only the municipality's own copy of the annex has."""
SOURCE_COLUMN = ("Kilder", 34)
ANSWERS = ("Ja", "Delvist", "Nej")
ANSWERED_BELOW = {
    "Opfyldt": "–",
    "Tilbudsgiverens svar": "Besvares i punkterne herunder.",
    "Henvisning til dokumentation": "–",
}
"""The cells beside a sentence that only introduces its points."""


def annex(
    items: Sequence[Requirement],
    catalogue: Catalogue,
    paper: Paper,
    uses: Mapping[str, tender.Use],
    address: str,
    pieces: Sequence[LeftOut] = (),
) -> list[Sheet]:
    """The requirements with empty columns for the answer, and beside them how to read the annex.

    The own copy says instead where it comes from, what of it is ours or not settled, and what it leaves out.
    """
    columns = [*ANNEX_COLUMNS, *(OWN_COLUMNS if paper.own else ()), *([SOURCE_COLUMN] if paper.sources else ())]
    headings = [heading for heading, _width in columns]
    return [
        Sheet(
            "Kravbilag",
            headings,
            ([row.get(heading, "") for heading in headings] for row in _annex_rows(items, catalogue, paper, uses)),
            [width for _heading, width in columns],
            validations={headings.index("Opfyldt"): ANSWERS},
            frozen=2,
        ),
        _about(items, paper, address, pieces) if paper.own else _reading(items, paper, uses),
    ]


def _annex_rows(
    items: Sequence[Requirement], catalogue: Catalogue, paper: Paper, uses: Mapping[str, tender.Use]
) -> Iterator[dict[str, object]]:
    """Headings to values, a row for each point; a heading that is missing is a cell to fill in.

    What is said of the whole requirement stands in its first row.
    """
    for item in items:
        use = tender.use_of(item, uses)
        once = {
            "Bevis": item.evidence,
            "Kommunens eget bevis": item.own_evidence,
            "Vores tal": ", ".join(item.proposals),
            "Kilder": sources(item, catalogue, own=paper.own),
        }
        for point in tender.points(item, use):
            yield {
                "Nr.": point.number,
                "Krav": item.title,
                "Ordlyd": point.text,
                "Brug i udbuddet": capfirst(USE_NAMES[use][0]),
                "Valgt af": "Vores forslag" if use == item.tender_use else "Jer",
                "Grundlag": basis_text(item),
                "Efter loven": level_text(item),
                "Loven retter sig mod": addressee_text(item),
                **({} if point.is_answered else ANSWERED_BELOW),
                **once,
            }
            once = {}


def _reading(items: Sequence[Requirement], paper: Paper, uses: Mapping[str, tender.Use]) -> Sheet:
    """The sheet that tells whoever answers what the uses mean."""
    chosen = {tender.use_of(item, uses) for item in items}
    rows = [*paper.names.facts, ("Antal", counts_text(items, uses)), ("Svar og grundlag", INTRODUCTION)]
    rows += [(USE_HEADINGS[use], text) for use, text in USE_TEXTS.items() if use in chosen]
    return Sheet("Læsevejledning", (), rows, kind="notes")


def _about(items: Sequence[Item], paper: Paper, address: str, pieces: Sequence[LeftOut]) -> Sheet:
    """The sheet that says where the workbook comes from, when its texts were reviewed, and what is not settled or left out."""
    rows: list[tuple[str, str]] = [*paper.names.facts, ("Kilde", address), ("Antal", str(len(items)))]
    if items:
        rows.append(("Sidst gennemgået", danish_date(min(item.reviewed_on for item in items))))
    rows.append(("Status", f"{DISCLAIMER}."))
    if not all(item.confirmed_on for item in items):
        rows.append(("Forbehold", NOT_CONFIRMED))
    rows += [("Bemærk", notice) for notice in paper.own_notices]
    rows += [("Uafklaret", f"{', '.join(map(str, unsettled))}: {text}") for text, unsettled in unsettled_texts(items)]
    rows += [(f"{piece.word}, {piece.key}", f"{piece.title}: {piece.reason}") for piece in pieces]
    return Sheet("Om", (), rows, kind="notes")
