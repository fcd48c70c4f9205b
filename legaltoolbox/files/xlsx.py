"""The catalogues as workbooks: a risk assessment to carry on with, and the annex to a tender."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.utils.text import capfirst
from django.utils.translation import override
from xlsxwriter.utility import xl_col_to_name

from kl_ai.export.xlsx import Sheet

from ..catalogue import Catalogue
from ..models import Activity, Item, Requirement, Risk, Role, ScaleLevel, unsettled_texts
from ..rating import STEPS
from ..rating import level as risk_level
from .docx import DISCLAIMER, NOT_CONFIRMED, danish_date, level_text, sources

LEVELS = tuple(map(str, STEPS))
RISK_COLUMNS = (
    ("Nr.", 6), ("Risiko", 28), ("Emne", 18), ("Årsag", 32), ("Hændelse", 32), ("Konsekvens for borgeren", 36),
    ("Konsekvens for kommunen", 30), ("Typiske foranstaltninger", 50), ("Krav", 16), ("Aktiviteter", 14),
    ("Kilder", 32), ("Sandsynlighed før (1-4)", 14), ("Konsekvens før (1-4)", 14), ("Risiko før", 12),
    ("Valgte foranstaltninger", 40), ("Sandsynlighed efter (1-4)", 14), ("Konsekvens efter (1-4)", 14),
    ("Risiko efter", 12), ("Ansvarlig", 20), ("Frist", 12), ("Status", 14), ("Bemærkning", 30),
)  # fmt: skip
STATES = ("Ikke begyndt", "I gang", "Gennemført", "Ikke relevant")


def risks(items: Sequence[Risk], catalogue: Catalogue, address: str, notices: Sequence[str] = ()) -> list[Sheet]:
    """The risks with columns for an assessment, the scale, and where the workbook comes from."""
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
        _about(items, address, notices),
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
            _codes(catalogue.linked(risk, Requirement.KIND)),
            _codes(catalogue.linked(risk, Activity.KIND)),
            sources(risk, catalogue),
            *[""] * 7,
            ", ".join(role.short_name for role in catalogue.linked(risk, Role.KIND)),
            "",
            "",
            "",
        ]


def _codes(items: Sequence) -> str:
    return ", ".join(item.key for item in items)


def _scale(levels: Sequence[ScaleLevel]) -> Iterator[list[object]]:
    with override("da"):
        axes = {level.pk: str(level.get_axis_display()) for level in levels}
    for level in sorted(levels, key=lambda level: (level.axis != ScaleLevel.Axis.LIKELIHOOD, level.level)):
        yield [axes[level.pk], level.level, level.name, level.description, level.example]


ANNEX_COLUMNS = (
    ("Nr.", 6), ("Krav", 20), ("Ordlyd", 66), ("Grad", 14), ("Loven retter sig mod", 14), ("Bevis", 32), ("Kilde", 26),
    ("Opfyldt", 9), ("Leverandørens svar", 34), ("Henvisning til dokumentation", 20), ("Kommunens vurdering", 18),
)  # fmt: skip
ANSWERS = ("Ja", "Delvist", "Nej")


def annex(items: Sequence[Requirement], catalogue: Catalogue, address: str, notices: Sequence[str] = ()) -> list[Sheet]:
    """The requirements with empty columns for the vendor's answer."""
    headings = [heading for heading, _width in ANNEX_COLUMNS]
    return [
        Sheet(
            "Kravbilag",
            headings,
            _annex_rows(items, catalogue),
            [width for _heading, width in ANNEX_COLUMNS],
            validations={headings.index("Opfyldt"): ANSWERS},
            frozen=2,
        ),
        _about(items, address, notices),
    ]


def _annex_rows(items: Sequence[Requirement], catalogue: Catalogue) -> Iterator[list[object]]:
    with override("da"):
        addressees = {item.pk: str(item.get_addressee_display()) for item in items}
    for item in items:
        yield [
            item.code,
            item.title,
            _bulleted(item.wording),
            level_text(item),
            addressees[item.pk],
            item.evidence,
            sources(item, catalogue),
            "",
            "",
            "",
            "",
        ]


def _bulleted(text: str) -> str:
    """A text with "•" before the items of its lists, as they stand in a cell."""
    return re.sub(r"^- ", "• ", text, flags=re.MULTILINE)


def _about(items: Sequence[Item], address: str, notices: Sequence[str]) -> Sheet:
    """The sheet that says where the workbook comes from, when its texts were reviewed, and what is not settled."""
    rows: list[tuple[str, str]] = [
        ("Kilde", address),
        ("Antal", str(len(items))),
        ("Status", f"{DISCLAIMER}."),
    ]
    if items:
        rows.insert(2, ("Sidst gennemgået", danish_date(min(item.reviewed_on for item in items))))
    if not all(item.confirmed_on for item in items):
        rows.append(("Forbehold", NOT_CONFIRMED))
    rows += [("Ikke med", notice) for notice in notices]
    rows += [
        (f"Uafklaret, {', '.join(item.key for item in unsettled)}", text) for text, unsettled in unsettled_texts(items)
    ]
    return Sheet("Om", (), rows, kind="notes")
