"""Tables of a document whose rows are what the project says on its pages: nobody types them twice.

They are read each time until the document is approved. Then it keeps them, and the shared facts, as they were. They are
Danish, as the template is, whatever the language of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import override

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.files.texts import danish_date
from legaltoolbox.models import DocumentTemplate, Risk

from ..models import Decision, Measure, Project, ProjectDocument
from ..models.fact_fields import FACT_FIELDS
from ..models.live import LIVE_FIELDS, RECORDS, LiveSource, is_against_risks
from ..models.values import Row
from .chosen_answers import chosen_rows
from .facts import project_facts
from .records import participants, versions
from .requirements import State, requirement_rows
from .risks import RiskRow, risk_rows

Tables = Mapping[tuple[str, str], "LiveTable"]
"""The keys of section and field to the table."""


@dataclass(frozen=True)
class Layout:
    """The columns of a table with the shares of their widths, whole numbers as an approved document keeps them, and how many a page shows unfolded."""

    columns: tuple[str, ...]
    widths: tuple[int, ...]
    visible: int


_STEPS = ("Sandsynlighed", "Konsekvens")
LAYOUTS = {
    LiveSource.BASES: Layout(
        ("Behandling", "Fase", "Vurdering", "Grundlag", "Hvorfor det er nok"), (22, 14, 13, 26, 26), 4
    ),
    LiveSource.RISKS: Layout(
        ("Risiko", *_STEPS, "Niveau før", "Hvordan det kan ske her, og hvem det rammer", "Hvorfor disse tal"),
        (26, 14, 12, 10, 26, 22),
        4,
    ),
    LiveSource.MEASURES: Layout(("Risiko", "Foranstaltning", "Ansvarlig", "Frist", "Status"), (24, 34, 14, 12, 11), 5),
    LiveSource.RESIDUAL: Layout(
        ("Risiko", *_STEPS, "Niveau efter", "Hvad I gør ved den", "Hvorfor disse tal"),
        (26, 14, 12, 10, 16, 26),
        4,
    ),
    LiveSource.HIGH: Layout(
        ("Risiko", *_STEPS, "Foranstaltninger", "Hvordan det kan ske her, og hvem det rammer", "Hvorfor den er høj"),
        (22, 14, 12, 26, 24, 22),
        4,
    ),
    LiveSource.REQUIREMENTS: Layout(
        ("Krav", "Vurdering", "Hvordan, eller hvorfor ikke", "Dokumentation", "Ansvarlig"), (26, 12, 30, 22, 14), 2
    ),
    LiveSource.ANSWERS: Layout(("Krav", "Svar", "Sådan er kravet opfyldt", "Bilag"), (36, 10, 36, 18), 3),
    LiveSource.PEOPLE: Layout(("Rolle", "Navn"), (40, 60), 2),
    LiveSource.VERSIONS: Layout(
        ("Version", "Dato", "Hvad er ændret", "Ændret af", "DPO og ledelse"), (11, 16, 28, 20, 25), 5
    ),
}
LAYOUTS[LiveSource.OWN_RISKS] = LAYOUTS[LiveSource.RISKS]


@dataclass(frozen=True)
class LiveTable:
    """A table as a document shows it."""

    source: str
    columns: list[str]
    widths: list[int]
    visible: int
    rows: list[list[str]]
    lacking: list[str] = field(default_factory=list)
    """What the project has still to say something about, by name."""

    @property
    def is_complete(self) -> bool:
        return bool(self.rows) and not self.lacking

    @property
    def has_page(self) -> bool:
        """Whether people write what it shows on a page of the project: the portal itself writes the versions."""
        return self.source != LiveSource.VERSIONS

    @property
    def shown_columns(self) -> list[str]:
        return self.columns[: self.visible]

    @property
    def folded(self) -> list[tuple[list[str], list[tuple[str, str]]]]:
        """Of each row the texts that a page shows, and those that it folds with their headings."""
        return [
            (
                row[: self.visible],
                [
                    (heading, text)
                    for heading, text in zip(self.columns[self.visible :], row[self.visible :], strict=True)
                    if text
                ],
            )
            for row in self.rows
        ]


# What is shown ------------------------------------------------------------------------------------


def shown_facts(document: ProjectDocument) -> dict[str, str]:
    """The shared facts as the document shows them: as they were at its approval, or as they are. At most three queries."""
    approved: dict[str, str] | None = document.approved_content.get("facts")
    return (
        project_facts(document.project, [document.template])
        if approved is None
        else dict.fromkeys(FACT_FIELDS, "") | approved
    )


def shown_tables(
    document: ProjectDocument,
    template: DocumentTemplate,
    catalogue: Catalogue,
    section: str = "",
    *,
    decision: Decision | None = None,
    is_counted: bool = False,
) -> dict[tuple[str, str], LiveTable]:
    """The tables as the document shows them, as they were at its approval or as they are; of one section, or of all.

    `decision` is the newest one, where it is not stored yet. Those that are only `is_counted` have no texts in the tables
    that always have rows. At most 14 queries, six of tables to count, none for a section without such a table.
    """
    approved = document.approved_content.get("tables")
    if approved is None:
        return live_tables(document, template, catalogue, section, decision=decision, is_counted=is_counted)
    return {(in_section, key): LiveTable(**table) for in_section, key, table in approved if section in ("", in_section)}


def shown_in_all(
    project: Project, documents: Iterable[tuple[ProjectDocument, DocumentTemplate]], catalogue: Catalogue
) -> dict[Any, tuple[dict[str, str], dict[tuple[str, str], LiveTable]]]:
    """Key of each document of the project to the facts and tables that it shows, as `shown_facts` and `shown_tables` give them to count.

    Nine queries at most, however many documents there are.
    """
    documents, project_tables, shown = list(documents), _ProjectTables(project, catalogue), {}
    facts = project_facts(project, [document.template for document, _template in documents])
    for document, template in documents:
        approved = document.approved_content
        tables = (
            live_tables(document, template, catalogue, project_tables=project_tables, is_counted=True)
            if "tables" not in approved
            else None
        )
        shown[document.pk] = (
            facts if "facts" not in approved else shown_facts(document),
            shown_tables(document, template, catalogue) if tables is None else tables,
        )
    return shown


def content_to_keep(
    document: ProjectDocument, template: DocumentTemplate, catalogue: Catalogue, decision: Decision
) -> dict[str, Any]:
    """What the document shows of the project and does not hold itself, with this decision, as JSON. At most 16 queries."""
    tables = live_tables(document, template, catalogue, decision=decision)
    return {
        "facts": project_facts(document.project, [document.template]),
        "tables": [[section, key, asdict(table)] for (section, key), table in tables.items()],
    }


def live_tables(
    document: ProjectDocument,
    template: DocumentTemplate,
    catalogue: Catalogue,
    section: str = "",
    project_tables: _ProjectTables | None = None,
    *,
    decision: Decision | None = None,
    is_counted: bool = False,
) -> dict[tuple[str, str], LiveTable]:
    """The tables of the template, or of one section, with what the project says now, or `project_tables` have read. As `shown_tables`."""
    project_tables = project_tables or _ProjectTables(document.project, catalogue)

    def table(source: LiveSource) -> LiveTable:
        if source in RECORDS and is_counted:
            return _table(source, [[""]])
        if source == LiveSource.VERSIONS:
            return _table(source, versions(document, template, catalogue, decision))
        return project_tables.table(source)

    with override("da"):
        return {
            (in_section, key): table(source)
            for (code, in_section, key), source in LIVE_FIELDS.items()
            if code == template.code and section in ("", in_section)
        }


def _table(source: LiveSource, rows: list[list[str]], lacking: Iterable[str] = ()) -> LiveTable:
    layout = LAYOUTS[source]
    return LiveTable(source.value, list(layout.columns), list(layout.widths), layout.visible, rows, list(lacking))


# Rows of their own --------------------------------------------------------------------------------


def own_rows(rows: Iterable[Row]) -> list[Row]:
    """Of the rows that are stored for such a table those that somebody has written in: the others are the template's."""
    return [row for row in rows if isinstance(row, dict) and any(row["cells"][row["fixed"] :])]


def rows_to_write(table: LiveTable, rows: Iterable[Row]) -> list[Row]:
    """Of the rows that are stored for such a table those that its form shows: the own ones.

    In a table of who takes part also the template's rows for others than the project knows, a lawyer or the vendor.
    """
    if table.source != LiveSource.PEOPLE:
        return own_rows(rows)
    known, rows = {cells[0] for cells in table.rows}, list(rows)
    own = own_rows(rows)
    return [row for row in rows if row in own or (isinstance(row, dict) and row["cells"][0] not in {"", *known})]


def with_own_rows(values: Mapping[str, Any], tables: Mapping[str, LiveTable]) -> dict[str, Any]:
    """The values of a section with `rows_to_write` alone in the fields that are `tables`."""
    lists = {key: table for key, table in tables.items() if isinstance(values.get(key), list)}
    return {**values, **{key: rows_to_write(table, values[key]) for key, table in lists.items()}}


def unless_changed(
    content: Mapping[str, Any], stored: Mapping[str, Any], tables: Mapping[str, LiveTable]
) -> dict[str, Any]:
    """The content as it is saved: a table whose own rows are as they were stays as it is stored, and is no change."""
    before = with_own_rows(stored, tables)
    return {**content, **{key: stored[key] for key in tables if key in content and content[key] == before[key]}}


# What the project says ----------------------------------------------------------------------------


class _ProjectTables:
    """What a project says on its pages, each kind read once."""

    def __init__(self, project: Project, catalogue: Catalogue) -> None:
        self.project, self.catalogue = project, catalogue
        self.tables: dict[LiveSource, LiveTable] = {}

    def table(self, source: LiveSource) -> LiveTable:
        if source not in self.tables:
            self.tables[source] = self._read(source)
        return self.tables[source]

    def _read(self, source: LiveSource) -> LiveTable:
        rows, lacking = {
            LiveSource.BASES: self._bases,
            LiveSource.RISKS: lambda: self._before(is_own=False),
            LiveSource.OWN_RISKS: lambda: self._before(is_own=True),
            LiveSource.MEASURES: self._measures,
            LiveSource.RESIDUAL: self._residual,
            LiveSource.HIGH: self._high,
            LiveSource.REQUIREMENTS: self._requirements,
            LiveSource.ANSWERS: lambda: (chosen_rows(self.project), []),
            LiveSource.PEOPLE: lambda: (participants(self.project), []),
        }[source]()
        return _table(source, rows, lacking)

    @cached_property
    def risks(self) -> list[RiskRow]:
        """Those that hit the registered people, as the tables of the catalogue have them, and the own ones."""
        rows = risk_rows(self.project, self.catalogue)
        return [row for row in rows if row.risk is None or row.risk.affects == Risk.Affects.DATA_SUBJECTS]

    @cached_property
    def measures(self) -> list[Measure]:
        """Those against these risks, and those that name none."""
        rows = self.project.measures.select_related("owner__user")
        others = {risk.code for risk in self.catalogue.risks if risk.affects != Risk.Affects.DATA_SUBJECTS}
        return [row for row in rows if is_against_risks(row.places, others)]

    def _bases(self) -> tuple[list[list[str]], list[str]]:
        phases = {phase.slug: (place, str(phase)) for place, phase in enumerate(self.catalogue.phases)}
        rows = sorted(
            self.project.legal_bases.all(), key=lambda row: phases.get(row.phase, (len(phases), row.phase))[0]
        )
        return [
            [
                row.processing,
                phases.get(row.phase, (0, row.phase))[1],
                capfirst(str(row.get_judgement_display())),
                row.basis,
                row.why,
            ]
            for row in rows
        ], []

    def _before(self, *, is_own: bool) -> tuple[list[list[str]], list[str]]:
        rows = [row for row in self.risks if row.code.startswith("E") == is_own]
        shown = [
            [
                _name(row),
                *_steps(given.likelihood, given.consequence),
                "Gælder ikke her" if row.is_left_out else _level(row.level),
                given.event,
                given.reason,
            ]
            for row in rows
            if (given := row.assessment)
        ]
        return shown, [_name(row) for row in rows if row.level is None and not row.is_left_out]

    def _residual(self) -> tuple[list[list[str]], list[str]]:
        rows = [row for row in self.risks if not row.is_left_out]
        shown = [
            [
                _name(row),
                *_steps(given.likelihood_after, given.consequence_after),
                _level(row.residual_level),
                capfirst(str(given.get_treatment_display())) if given.treatment else "",
                given.reason_after,
            ]
            for row in rows
            if (given := row.assessment)
        ]
        return shown, [_name(row) for row in rows if row.residual_level is None]

    def _high(self) -> tuple[list[list[str]], list[str]]:
        return [
            [
                _name(row),
                *_steps(given.likelihood_after, given.consequence_after),
                "\n\n".join(measure.text for measure in self.measures if row.code in measure.places),
                given.event,
                given.reason_after,
            ]
            for row in self.risks
            if row.stays_high and (given := row.assessment)
        ], []

    def _measures(self) -> tuple[list[list[str]], list[str]]:
        names = {row.code: _name(row) for row in self.risks}
        places = {code: place for place, code in enumerate(names)}
        rows = sorted(
            self.measures, key=lambda row: min((places.get(code, len(places)) for code in row.places), default=999)
        )
        return [
            [
                "\n\n".join(names[code] for code in row.places if code in names) or "Flere risici",
                row.text,
                str(row.owner.user) if row.owner else "",
                danish_date(row.due) if row.due else "",
                "Færdig" if row.is_done else "Åben",
            ]
            for row in rows
        ], []

    def _requirements(self) -> tuple[list[list[str]], list[str]]:
        rows = requirement_rows(self.project, self.catalogue)
        return [
            [
                f"{row.code} {row.title}",
                capfirst(row.label),
                row.state.how,
                "\n\n".join(
                    " · ".join(filter(None, (each.title, each.case_number, each.link))) for each in row.evidence
                ),
                str(row.state.owner.user) if row.state.owner else "",
            ]
            for row in rows
            if row.state and row.value != State.OPEN
        ], [f"{row.code} {row.title}" for row in rows if row.value == State.OPEN and row.applies]


def _name(row: RiskRow) -> str:
    return f"{row.code} {row.title}"


def _steps(likelihood: int | None, consequence: int | None) -> tuple[str, str]:
    return str(likelihood or ""), str(consequence or "")


def _level(level: Any) -> str:
    return capfirst(str(level.label)) if level else "Ikke vurderet"
