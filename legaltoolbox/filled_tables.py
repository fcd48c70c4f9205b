"""Tables in templates whose rows come from the catalogue, so that what they say is typed once."""

from collections.abc import Callable
from dataclasses import dataclass

from .catalogue import Catalogue
from .models import LegalBasis, LegalBasisPhase, Risk, ScreeningQuestion, TemplateField
from .screening import NO, Situation, Verdict, applying

SPECIAL_DATA = "foelsomme"
"""The question on sensitive data, criminal offences and CPR numbers: answered no, GDPR art. 9 and 10 need no basis."""


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


def _legal_bases(catalogue: Catalogue, situation: Situation) -> list[list[str]]:
    """A row for each processing that occurs in the situation, or may: where, its basis, how clear this must be."""
    bases: list[tuple[LegalBasis, Verdict]] = applying(catalogue.all(LegalBasis.KIND), catalogue, situation)
    has_special = _may_have_special_data(catalogue, situation)
    return [
        [_processing(basis, catalogue), _basis(basis, has_special=has_special), _clarity(basis)]
        for basis, _verdict in bases
    ]


def _may_have_special_data(catalogue: Catalogue, situation: Situation) -> bool:
    """Whether sensitive data and criminal offences are not ruled out by the answers."""
    question = catalogue.by_key[ScreeningQuestion.KIND].get(SPECIAL_DATA)
    return question is None or situation.answer(question) != NO


def _processing(basis: LegalBasis, catalogue: Catalogue) -> str:
    phases: list[LegalBasisPhase] = catalogue.parts("phases", basis)
    numbers = [str(row.phase.number) for row in phases]
    word = "Fase" if len(numbers) == 1 else "Faserne"
    listed = " og ".join([", ".join(numbers[:-1]), numbers[-1]] if len(numbers) > 1 else numbers)
    return f"{basis.title}\n\n{word} {listed}" if numbers else basis.title


def _basis(basis: LegalBasis, *, has_special: bool) -> str:
    special = (("GDPR art. 9", basis.article_9), ("GDPR art. 10", basis.article_10)) if has_special else ()
    texts = (("GDPR art. 6", basis.article_6), *special, ("Dansk ret", basis.danish_law))
    return "\n\n".join(f"{heading}: {text}" for heading, text in texts)


def _clarity(basis: LegalBasis) -> str:
    return "\n\n".join(filter(None, (basis.clarity, basis.warning)))


def _of_data_subjects(catalogue: Catalogue, situation: Situation) -> list[Risk]:
    """The risks to data subjects that apply in the situation, or may."""
    risks: list[tuple[Risk, Verdict]] = applying(catalogue.risks, catalogue, situation)
    return [risk for risk, _verdict in risks if risk.affects == Risk.Affects.DATA_SUBJECTS]


def _risks(catalogue: Catalogue, situation: Situation) -> list[list[str]]:
    """A row for each risk: its title and the consequence for the citizen."""
    return [
        [f"{risk}\n\nKonsekvens for borgeren: {risk.consequence}"] for risk in _of_data_subjects(catalogue, situation)
    ]


def _measures(catalogue: Catalogue, situation: Situation) -> list[list[str]]:
    """A row for each typical measure of each risk, the risk with its title in its first one."""
    return [
        [str(risk) if place == 0 else risk.code, measure]
        for risk in _of_data_subjects(catalogue, situation)
        for place, measure in enumerate(risk.measures)
    ]


def _residual(catalogue: Catalogue, situation: Situation) -> list[list[str]]:
    """A row for each risk, by its title."""
    return [[str(risk)] for risk in _of_data_subjects(catalogue, situation)]


FILLED_TABLES = {
    TemplateField.FilledFrom.LEGAL_BASIS.value: FilledTable(_legal_bases, (1, 2.2, 1.5)),
    TemplateField.FilledFrom.RISKS.value: FilledTable(_risks, (2.6, 2.2)),
    TemplateField.FilledFrom.MEASURES.value: FilledTable(_measures, (2, 4)),
    TemplateField.FilledFrom.RESIDUAL.value: FilledTable(_residual, (1.8,)),
}
"""Values of `TemplateField.filled_from` to the tables."""
