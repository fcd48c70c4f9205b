"""The one-pager as SVG: phases across, roles down, activities where they meet, decision points between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from xml.sax.saxutils import escape as escape_xml
from xml.sax.saxutils import quoteattr

from django.utils.translation import gettext as _

from kl_ai.export.typesetting import wrap
from kl_ai.text import clean_text

from .linking import url
from .models import Activity, Role
from .plans import Participant, Plan, PlanEntry, PlanPhase

INK, MUTED, PETROL, DARK, PALE, LINE, PAPER = (
    "#1a1a1a",
    "#4d5556",
    "#0b5a60",
    "#073d42",
    "#eef5f5",
    "#cfdada",
    "#ffffff",
)
WIDTH, LABELS = 1560, 126
NARROWEST = 106
"""The least width of a column; the columns share the rest by the number of their activities."""
HEAD_SIZE, HEAD_LEADING = 14, 17
TITLE_SIZE, TITLE_LEADING, TITLE_GAP = 13.5, 15.5, 6
CHIP_WIDTH, CHIP_HEIGHT, CHIP_GAP, ROW_PADDING = 34, 20, 4, 6
INSET = 8


def svg(plan: Plan) -> str:
    """The plan as one SVG element, `WIDTH` units wide and as high as it has to be.

    It has presentation attributes only, for a page with a strict content security policy. It stands on a page with the plan as
    a list (`PlanEntry.html`): a chip leads to the activity there, and its name is what stands there, the title with
    the role and its reason.
    """
    return "".join(_Drawing(plan).elements())


class _Drawing:
    """The measures of one plan's drawing, and its elements. Columns are the phases, by number; rows are the roles."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lefts = self._columns()
        heads = [self._head_lines(number) for number in range(len(plan.phases))]
        self.head_height = 20 + HEAD_LEADING * max(map(len, heads), default=1)
        self.titles_height = max((self._titles_height(number) for number in range(len(plan.phases))), default=0)
        self.titles_height += 2 * INSET
        self.cells: dict[tuple[int, int], list[tuple[PlanEntry, Participant]]] = defaultdict(list)
        """Role and column to the activities that the role takes part in."""
        for number, plan_phase in enumerate(plan.phases):
            for entry in plan_phase.entries:
                for participant in entry.participants:
                    self.cells[participant.role.pk, number].append((entry, participant))

    def _columns(self) -> list[float]:
        """The left side of each column, and the right side of the last one. A phase with more activities is wider."""
        phases, lefts = self.plan.phases, [float(LABELS)]
        to_share = WIDTH - LABELS - NARROWEST * len(phases)
        total = sum(len(plan_phase.entries) for plan_phase in phases) or 1
        for plan_phase in phases:
            lefts.append(lefts[-1] + NARROWEST + to_share * len(plan_phase.entries) / total)
        return lefts

    def width(self, number: int) -> float:
        """The width of a column."""
        return self.lefts[number + 1] - self.lefts[number]

    def per_line(self, number: int) -> int:
        """The number of chips that a line of a column has room for."""
        return max(1, int((self.width(number) - 2 * INSET + CHIP_GAP) // (CHIP_WIDTH + CHIP_GAP)))

    def elements(self) -> Iterator[str]:
        """The pieces of the SVG element: the head, a row for each role, the lines between the phases."""
        top = self.head_height + self.titles_height
        rows = [(role, self._row_height(role)) for role in self.plan.roles]
        height = top + sum(size for _role, size in rows) + 2
        name = _("Phases, roles and activities")
        yield (
            f'<svg class="onepager" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="group"'
            f' aria-label={quoteattr(name)}><rect class="op-ground" width="{WIDTH}" height="{height:g}" fill="{PAPER}"/>'
            f'<defs>{_SHAPES}</defs><g lang="da">'
        )
        for number, plan_phase in enumerate(self.plan.phases):
            yield from self._head(number, plan_phase)
        at = top
        for place, (role, size) in enumerate(rows):
            yield from self._row(role, at, size, shaded=place % 2 == 0)
            at += size
        yield from self._grid(at)
        yield "</g></svg>"

    # The head: phases, and the activities by title

    def _head_lines(self, number: int) -> Sequence[str]:
        return _lines(str(self.plan.phases[number].phase), HEAD_SIZE, round(self.width(number) - 2 - 2 * INSET))

    def _titles_height(self, number: int) -> float:
        entries = self.plan.phases[number].entries
        return sum(len(self._title(entry, number)) * TITLE_LEADING + TITLE_GAP for entry in entries)

    def _title(self, entry: PlanEntry, number: int) -> Sequence[str]:
        title = f"{entry.activity.code} {entry.activity.title}"
        return _lines(title, TITLE_SIZE, round(self.width(number) - 2 * INSET))

    def _head(self, number: int, plan_phase: PlanPhase) -> Iterator[str]:
        x, width = self.lefts[number], self.width(number) - 2
        lines = self._head_lines(number)
        yield f'<a href={quoteattr(plan_phase.url)} class="op-phase">{_name(str(plan_phase.phase), lines)}'
        yield f'<rect x="{x:g}" y="0" width="{width:g}" height="{self.head_height}" fill="{DARK}"/>'
        yield _text(
            lines,
            x + INSET,
            (self.head_height - HEAD_LEADING * len(lines)) / 2,
            HEAD_SIZE,
            HEAD_LEADING,
            PAPER,
            bold=True,
        )
        yield "</a>"
        y: float = self.head_height + INSET
        yield f'<g font-size="{TITLE_SIZE:g}" fill="{INK}">'
        for entry in plan_phase.entries:
            lines = self._title(entry, number)
            gate = entry.activity.is_decision_point
            title = f"{entry.activity.code} {entry.activity.title}"
            yield f'<a href={quoteattr(entry.url)} class="op-title">{_name(title, lines)}'
            look = f' fill="{PETROL}" font-weight="600"' if gate else ""
            yield f"<text{look}>{_lines_of_text(lines, x + INSET, y, TITLE_SIZE, TITLE_LEADING)}</text></a>"
            y += len(lines) * TITLE_LEADING + TITLE_GAP
        yield "</g>"

    # The rows: who takes part

    def _row_height(self, role: Role) -> float:
        numbers = range(len(self.plan.phases))
        lines = max((-(-len(self.cells[role.pk, number]) // self.per_line(number)) for number in numbers), default=1)
        label = len(_lines(role.short_name, 13, LABELS - 2 * INSET)) * 16
        return 2 * ROW_PADDING + max(label, max(1, lines) * (CHIP_HEIGHT + CHIP_GAP) - CHIP_GAP)

    def _row(self, role: Role, y: float, height: float, *, shaded: bool) -> Iterator[str]:
        if shaded:
            yield f'<rect x="0" y="{y:g}" width="{WIDTH}" height="{height:g}" fill="{PALE}"/>'
        lines = _lines(role.short_name, 13, LABELS - 2 * INSET)
        is_chosen = role is self.plan.role
        yield f'<a href={quoteattr(url(role))} class="op-role">{_name(role.short_name, lines)}'
        yield _text(lines, INSET, y + (height - 16 * len(lines)) / 2, 13, 16, PETROL if is_chosen else INK, bold=True)
        yield "</a>"
        yield f'<g font-size="12" font-weight="600" text-anchor="middle" fill="{DARK}" stroke-width="1.5">'
        for number in range(len(self.plan.phases)):
            for place, (entry, participant) in enumerate(self.cells[role.pk, number]):
                line, across = divmod(place, self.per_line(number))
                x = self.lefts[number] + INSET + across * (CHIP_WIDTH + CHIP_GAP)
                top = y + ROW_PADDING + line * (CHIP_HEIGHT + CHIP_GAP)
                yield f'<a transform="translate({x:.5g} {top:.5g})" {_chip(entry.activity, participant)}</a>'
        yield "</g>"

    # Lines between phases, and the gates on them

    def _grid(self, bottom: float) -> Iterator[str]:
        yield f'<path d="M0 {self.head_height + self.titles_height:g}H{WIDTH}" stroke="{LINE}" stroke-width="1"/>'
        for number, plan_phase in enumerate(self.plan.phases[:-1]):
            x = self.lefts[number + 1] - 1
            stroke = f'stroke="{PETROL}" stroke-width="3"' if plan_phase.gates else f'stroke="{LINE}" stroke-width="1"'
            yield f'<path d="M{x:g} {self.head_height}V{bottom:g}" {stroke}/>'
            yield from (self._gate(gate, x) for gate in plan_phase.gates)

    def _gate(self, gate: PlanEntry, x: float) -> str:
        y, size = self.head_height + self.titles_height, 19
        name = f"{gate.activity.code} {gate.activity.title}"
        return (
            f'<a href={quoteattr(gate.url)} class="op-gate"><title>{escape(name)}</title>'
            f'<path d="M{x:g} {y - size:g}L{x + size:g} {y:g}L{x:g} {y + size:g}L{x - size:g} {y:g}Z"'
            f' fill="{PETROL}" stroke="{PAPER}" stroke-width="2"/>'
            f'<text x="{x:g}" y="{y + 4.5:g}" font-size="12.5" font-weight="600" fill="{PAPER}" text-anchor="middle">'
            f"{escape(gate.activity.code)}</text></a>"
        )


_SHAPES = "".join(
    f'<rect id="op-{name}" x="0.75" y="0.75" width="{CHIP_WIDTH - 1.5:g}" height="{CHIP_HEIGHT - 1.5:g}"'
    f' rx="{radius:g}" fill="{fill}" stroke="{PETROL}"/>'
    for name, radius, fill in (
        ("responsible", CHIP_HEIGHT / 2, PETROL),
        ("involved", CHIP_HEIGHT / 2, PAPER),
        ("responsible-gate", 0, PETROL),
        ("involved-gate", 0, PAPER),
    )
)
"""The shapes of the chips, each once: rounded, those of decision points square."""


def _chip(activity: Activity, participant: Participant) -> str:
    """The rest of a chip's link behind its place: what it leads to and is named by, the shape and the code."""
    shape = "responsible" if participant.is_responsible else "involved"
    return _chip_html(activity.code, participant.role.slug, shape + "-gate" * activity.is_decision_point)


@lru_cache(maxsize=1024)
def _chip_html(code: str, role: str, shape: str) -> str:
    code, role = escape(code), escape(role)
    fill = f' fill="{PAPER}"' if shape.startswith("responsible") else ""
    return (
        f'href="#{code}" class="op-chip" aria-labelledby="t-{code} {code}-{role}"><use href="#op-{shape}"/>'
        f'<text x="{CHIP_WIDTH / 2:g}" y="14.2"{fill}>{code}</text>'
    )


@lru_cache(maxsize=4096)
def escape(text: str) -> str:
    """`text` as XML can carry it. The drawings show the same texts again and again."""
    return escape_xml(clean_text(text))


@lru_cache(maxsize=1024)
def _lines(text: str, size: float, width: float) -> tuple[str, ...]:
    """A Danish text broken into lines of a width, in the units of the drawing."""
    return tuple(wrap(text, size, width, "da"))


def _name(text: str, lines: Sequence[str]) -> str:
    """The name of a link whose lines are not read out as the text: a word is broken between two of them."""
    return "" if " ".join(lines) == text else f"<title>{escape(text)}</title>"


def _text(lines: Sequence[str], x: float, top: float, size: float, leading: float, fill: str, *, bold: bool) -> str:
    """Lines of text as one element; `top` is the upper side of the first line."""
    weight = ' font-weight="600"' if bold else ""
    spans = _lines_of_text(lines, x, top, size, leading)
    return f'<text font-size="{size:g}" fill="{fill}"{weight}>{spans}</text>'


def _lines_of_text(lines: Sequence[str], x: float, top: float, size: float, leading: float) -> str:
    """The lines inside of a text element, with a space behind each but the last."""
    return "".join(
        f'<tspan x="{x:.5g}" y="{top + leading * number + leading / 2 + size * 0.35:.5g}">{escape(line)}'
        f"{' ' if number + 1 < len(lines) else ''}</tspan>"
        for number, line in enumerate(lines)
    )
