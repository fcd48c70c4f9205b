"""Tables in templates whose rows come from the catalogue, so that what they say is typed once."""

from collections.abc import Callable
from dataclasses import dataclass

from .catalogue import Catalogue
from .models import LegalBasis, LegalBasisPhase, Risk, TemplateField
from .screening import Situation, Verdict, applying


@dataclass(frozen=True)
class FilledTable:
    """The rows that the catalogue gives a table, and the shares of its columns' widths."""

    rows: Callable[[Catalogue, Situation], list[list[str]]]
    """The texts of the first columns; a blank line separates paragraphs. The columns after them are left to fill in."""
    widths: tuple[float, ...]
    """Of the first columns, those with a text at least, in parts of the others."""


def filled_table(field: TemplateField) -> FilledTable | None:
    """The table that a field's rows come from; None where they are the field's own."""
    return FILLED_TABLES.get(field.filled_from)


def rows(field: TemplateField, catalogue: Catalogue, situation: Situation) -> list[list[str]]:
    """The rows that the catalogue gives a table in a situation, none for a field with rows of its own. No query.

    No row has more texts than the field has columns.
    """
    table = filled_table(field)
    return [row[: len(field.columns)] for row in table.rows(catalogue, situation)] if table is not None else []


def _legal_bases(catalogue: Catalogue, _situation: Situation) -> list[list[str]]:
    """A row for each processing, the same in every situation: where it occurs, its basis, how clear this must be."""
    bases: list[LegalBasis] = catalogue.all(LegalBasis.KIND)
    return [[_processing(basis, catalogue), _basis(basis), _clarity(basis)] for basis in bases]


def _processing(basis: LegalBasis, catalogue: Catalogue) -> str:
    phases: list[LegalBasisPhase] = catalogue.parts("phases", basis)
    numbers = [str(row.phase.number) for row in phases]
    word = "Fase" if len(numbers) == 1 else "Faserne"
    listed = " og ".join([", ".join(numbers[:-1]), numbers[-1]] if len(numbers) > 1 else numbers)
    return f"{basis.title}\n\n{word} {listed}" if numbers else basis.title


def _basis(basis: LegalBasis) -> str:
    texts = (
        ("GDPR art. 6", basis.article_6),
        ("GDPR art. 9", basis.article_9),
        ("GDPR art. 10", basis.article_10),
        ("Dansk ret", basis.danish_law),
    )
    return "\n\n".join(f"{heading}: {text}" for heading, text in texts)


def _clarity(basis: LegalBasis) -> str:
    return "\n\n".join(filter(None, (basis.clarity, basis.warning)))


def _risks(catalogue: Catalogue, situation: Situation) -> list[list[str]]:
    """A row for each risk that applies in the situation, or may: its title and the consequence for the citizen."""
    risks: list[tuple[Risk, Verdict]] = applying(catalogue.risks, catalogue, situation)
    return [[f"{risk}\n\nKonsekvens for borgeren: {risk.consequence}"] for risk, _verdict in risks]


FILLED_TABLES = {
    TemplateField.FilledFrom.LEGAL_BASIS.value: FilledTable(_legal_bases, (1, 2.2, 1.5)),
    TemplateField.FilledFrom.RISKS.value: FilledTable(_risks, (2.6, 2.2)),
}
"""Values of `TemplateField.filled_from` to the tables."""
