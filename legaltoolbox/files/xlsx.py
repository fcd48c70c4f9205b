"""The catalogues as workbooks: a risk assessment to carry on with, and the annex to a tender."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.utils.text import capfirst
from django.utils.translation import override
from xlsxwriter.utility import xl_col_to_name

from kl_ai.export.xlsx import Sheet

from ..catalogue import Catalogue
from ..models import Activity, Requirement, Risk, Role, ScaleLevel, unsettled_texts
from ..rating import STEPS
from ..rating import level as risk_level
from .docx import DISCLAIMER, NOT_CONFIRMED, day, level, sources

LEVELS = tuple(map(str, STEPS))
RISK_COLUMNS = (
    ("Nr.", 6), ("Risiko", 28), ("Emne", 18), ("Årsag", 32), ("Hændelse", 32), ("Konsekvens for borgeren", 36),
    ("Konsekvens for kommunen", 30), ("Typiske foranstaltninger", 50), ("Krav", 16), ("Aktiviteter", 14),
    ("Kilder", 32), ("Sandsynlighed før (1-4)", 14), ("Konsekvens før (1-4)", 14), ("Risiko før", 12),
    ("Valgte foranstaltninger", 40), ("Sandsynlighed efter (1-4)", 14), ("Konsekvens efter (1-4)", 14),
    ("Risiko efter", 12), ("Ansvarlig", 20), ("Frist", 12), ("Status", 14), ("Bemærkning", 30),
)  # fmt: skip
STATES = ("Ikke begyndt", "I gang", "Gennemført", "Ikke relevant")


def risks(chosen: Sequence[Risk], catalogue: Catalogue, address: str, notices: Sequence[str] = ()) -> list[Sheet]:
    """The risks with columns for an assessment, the scale, and where it comes from."""
    headings = [heading for heading, _width in RISK_COLUMNS]
    rated = [number for number, heading in enumerate(headings) if heading.endswith("(1-4)")]
    return [
        Sheet(
            "Risikovurdering",
            headings,
            _risk_rows(chosen, catalogue),
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
        _about(chosen, address, notices),
    ]


def _risk_formula(likelihood: int, consequence: int) -> str:
    """The risk's level from the two columns as `rating.level` has it; empty until both are chosen."""
    with override("da"):
        names = ",".join(f'"{capfirst(risk_level(one, other).label)}"' for one in STEPS for other in STEPS)
    first, second = (f"{xl_col_to_name(column)}{{row}}" for column in (likelihood, consequence))
    return f'=IF(OR({first}="",{second}=""),"",CHOOSE((VALUE({first})-1)*{len(STEPS)}+VALUE({second}),{names}))'


def _risk_rows(chosen: Sequence[Risk], catalogue: Catalogue) -> Iterator[list[object]]:
    with override("da"):
        kinds = {risk.pk: str(risk.get_kind_display()) for risk in chosen}
    for risk in chosen:
        yield [
            risk.code, risk.title, kinds[risk.pk], risk.cause, risk.event, risk.consequence,
            risk.consequence_municipality, "\n".join(f"• {measure}" for measure in risk.measures),
            _codes(catalogue.linked(risk, Requirement.KIND)), _codes(catalogue.linked(risk, Activity.KIND)),
            sources(risk, catalogue), *[""] * 7,
            ", ".join(role.short_name for role in catalogue.linked(risk, Role.KIND)), "", "", "",
        ]  # fmt: skip


def _codes(items: Sequence) -> str:
    return ", ".join(item.key for item in items)


def _scale(levels: Sequence[ScaleLevel]) -> Iterator[list[object]]:
    with override("da"):
        names = {one.pk: str(one.get_axis_display()) for one in levels}
    for one in sorted(levels, key=lambda one: (one.axis != ScaleLevel.Axis.LIKELIHOOD, one.level)):
        yield [names[one.pk], one.level, one.name, one.description, one.example]


ANNEX_COLUMNS = (
    ("Nr.", 6), ("Krav", 20), ("Ordlyd", 66), ("Grad", 14), ("Loven retter sig mod", 14), ("Bevis", 32), ("Kilde", 26),
    ("Opfyldt", 9), ("Leverandørens svar", 34), ("Henvisning til dokumentation", 20), ("Kommunens vurdering", 18),
)  # fmt: skip
ANSWERS = ("Ja", "Delvist", "Nej")


def annex(
    chosen: Sequence[Requirement], catalogue: Catalogue, address: str, notices: Sequence[str] = ()
) -> list[Sheet]:
    """The requirements with empty columns for the vendor's answer."""
    headings = [heading for heading, _width in ANNEX_COLUMNS]
    return [
        Sheet(
            "Kravbilag",
            headings,
            _annex_rows(chosen, catalogue),
            [width for _heading, width in ANNEX_COLUMNS],
            validations={headings.index("Opfyldt"): ANSWERS},
            frozen=2,
        ),
        _about(chosen, address, notices),
    ]


def _annex_rows(chosen: Sequence[Requirement], catalogue: Catalogue) -> Iterator[list[object]]:
    with override("da"):
        addressees = {one.pk: str(one.get_addressee_display()) for one in chosen}
    for one in chosen:
        yield [
            one.code,
            one.title,
            _bulleted(one.wording),
            level(one),
            addressees[one.pk],
            one.evidence,
            sources(one, catalogue),
            "",
            "",
            "",
            "",
        ]


def _bulleted(text: str) -> str:
    """A text with the marks that a list has in a cell."""
    return re.sub(r"^- ", "• ", text, flags=re.MULTILINE)


def _about(chosen: Sequence, address: str, notices: Sequence[str]) -> Sheet:
    """Where the workbook comes from, what it is, and what was asked for and is not in it."""
    rows: list[tuple[str, str]] = [
        ("Kilde", address),
        ("Antal", str(len(chosen))),
        ("Status", f"{DISCLAIMER}."),
    ]
    if chosen:
        rows.insert(2, ("Sidst gennemgået", day(min(item.reviewed_on for item in chosen))))
    if not all(item.confirmed_on for item in chosen):
        rows.append(("Forbehold", NOT_CONFIRMED))
    rows += [("Ikke med", notice) for notice in notices]
    rows += [(f"Uafklaret, {', '.join(item.key for item in about)}", text) for text, about in unsettled_texts(chosen)]
    return Sheet("Om", (), rows, kind="notes")
