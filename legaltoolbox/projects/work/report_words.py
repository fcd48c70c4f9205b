"""The sentences of a project's report that its page says too: what warns, what is missing, how far the project is."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Opinion
from ..models.legal_bases import BasisLack
from .pins import Pin
from .report import ProjectReport, ReportedDocument
from .requirements import requirement_counts
from .risks import risk_counts
from .update_words import code_of, titled


def warnings(report: ProjectReport) -> list[str]:
    """What nobody must overlook, the worst first. No query."""
    return [*_law(report), *_conditions(report), *_changed(report)]


def _law(report: ProjectReport) -> list[str]:
    """What the law does not allow: a use without a basis, a high risk without Datatilsynet, against the officer's advice."""
    sentences = []
    if report.bases.lack and not report.project.is_active:
        sentences.append(str(report.bases.lack.label))
    elif report.bases.lack:
        phases = ", ".join(str(phase) for phase in report.bases.lacks_in_use)
        words = (
            _("The legal basis for the use is doubtful (%(phases)s). The solution must not be used before it is clear.")
            if report.bases.lack == BasisLack.DOUBTFUL
            else _(
                "No sufficient legal basis is described for the use (%(phases)s). Without one the solution must not be used."
            )
        )
        sentences.append(words % {"phases": phases})
    if report.high_risks:
        titles = ", ".join(f"{row.code} {row.title}" for row in report.high_risks)
        words = (
            _("A high risk stays after the measures: %(risks)s. Consult Datatilsynet first (GDPR art. 36), or do more.")
            if report.project.is_active
            else _("A high risk stays after the measures: %(risks)s.")
        )
        sentences.append(words % {"risks": titles})
    against = [row for row in report.newest if row.last_opinion and row.last_opinion.verdict == Opinion.Verdict.AGAINST]
    advised = _("The data protection officer advises against %(document)s.")
    return sentences + [advised % {"document": row.name} for row in against]


def _conditions(report: ProjectReport) -> list[str]:
    """On what the management has said yes, where the project has not said yet that it is met."""
    sentence = _("The management’s conditions for %(place)s are not met yet: %(conditions)s")
    return [
        sentence % {"place": decision.place, "conditions": " ".join(decision.conditions.split())}
        for decision in report.open_conditions
    ]


def _changed(report: ProjectReport) -> list[str]:
    """Which documents are other ones than those of the opinion and the decision."""
    sentences = []
    for row in report.newest:
        if row.last_decision and row.is_changed_since(row.last_decision):
            sentences.append(_("%(document)s has changed since it was decided.") % {"document": row.name})
        if row.last_opinion and row.is_changed_since(row.last_opinion):
            sentences.append(
                _("%(document)s has changed since the data protection officer’s opinion.") % {"document": row.name}
            )
    return sentences


def missing(report: ProjectReport) -> list[str]:
    """What the project has not said, done or decided yet, a sentence each. No query."""
    undecided = [point.activity for point in report.points if not point.decisions]
    sentence = _("Nothing is decided at %(code)s (%(title)s).")
    return [
        *(words % {"n": number} for number, words in (*_not_answered(report), *_undone(report)) if number),
        *(sentence % {"code": activity.code, "title": activity.title} for activity in undecided),
        *_waiting_texts(report),
    ]


def _waiting_texts(report: ProjectReport) -> list[str]:
    """Which texts have changed in the catalogue without a decision of the project, and which answers are to be assessed again."""
    pins = (
        (
            report.texts.to_decide,
            _("The texts of %(codes)s have changed in the catalogue, and the project has not decided."),
        ),
        (report.texts.to_assess, _("The answers to %(codes)s are to be assessed again.")),
    )
    return [words % {"codes": ", ".join(_called(pin, report) for pin in rows)} for rows, words in pins if rows]


def _called(pin: Pin, report: ProjectReport) -> str:
    """What a report calls the item of a pin: its code, or the title of a question or the scale, which have none."""
    return code_of(pin.key) or titled(pin.key, report.catalogue) or pin.code


def kept_texts(report: ProjectReport) -> list[tuple[str, str]]:
    """The items of which the project stays with an older text, each with the reason. No query."""
    return [(_called(pin, report), pin.reason) for pin in report.texts.kept]


def _not_answered(report: ProjectReport) -> Iterator[tuple[int, str]]:
    """How much is not answered, described or assessed, and the sentence for each."""
    number = len(report.open_questions)
    yield (
        number,
        ngettext(
            "%(n)s question about the solution is not answered.",
            "%(n)s questions about the solution are not answered.",
            number,
        ),
    )
    number = len(report.bases.lacking)
    yield (
        number,
        ngettext(
            "The legal basis is not in place yet in %(n)s phase.",
            "The legal basis is not in place yet in %(n)s phases.",
            number,
        ),
    )
    risks = risk_counts(report.risks)
    number = risks.not_rated
    yield number, ngettext("%(n)s risk is not rated at all.", "%(n)s risks are not rated at all.", number)
    number = risks.before
    yield (
        number,
        ngettext(
            "%(n)s risk is rated before the measures alone.",
            "%(n)s risks are rated before the measures alone.",
            number,
        ),
    )
    number = len(report.open_requirements)
    yield number, ngettext("%(n)s requirement is not assessed.", "%(n)s requirements are not assessed.", number)


def _undone(report: ProjectReport) -> Iterator[tuple[int, str]]:
    """As `_not_answered`, of the documents."""
    number = len(report.not_begun)
    yield (
        number,
        ngettext(
            "%(n)s document that may be needed is not begun.",
            "%(n)s documents that may be needed are not begun.",
            number,
        ),
    )
    number = len(not_approved(report))
    yield number, ngettext("%(n)s document is not approved.", "%(n)s documents are not approved.", number)
    number = len(report.open_conditions)
    yield (
        number,
        ngettext(
            "The conditions of %(n)s decision are not met.", "The conditions of %(n)s decisions are not met.", number
        ),
    )
    number = sum(len(row.unanswered) for row in report.newest)
    yield (
        number,
        ngettext(
            "%(n)s point of the officer’s advice is not answered.",
            "%(n)s points of the officer’s advice are not answered.",
            number,
        ),
    )


def not_approved(report: ProjectReport) -> list[ReportedDocument]:
    """The newest versions that are not approved."""
    return [row for row in report.newest if not row.is_approved]


def progress_lines(report: ProjectReport) -> list[tuple[str, str]]:
    """How far the project is: labels and what is said of each. No query."""
    parts = _("%(done)s of %(total)s")
    return [
        (_("Status"), capfirst(str(report.project.get_status_display()))),
        (_("Phase"), report.phase or _("Not said yet")),
        (_("Questions answered"), parts % _part(len(report.answers) - len(report.open_questions), len(report.answers))),
        (_("Tasks done"), parts % _part(report.plan.done, report.plan.total)),
        (_("Documents approved"), _approved(report)),
        (_("Risks"), str(risk_counts(report.risks))),
        (_("Requirements"), str(requirement_counts(report.requirements))),
        (
            _("Decision points"),
            parts % _part(sum(bool(point.decisions) for point in report.points), len(report.points)),
        ),
    ]


def _approved(report: ProjectReport) -> str:
    """How many of the documents that are needed are approved, and how many of them nobody has begun."""
    begun, not_begun = len(report.newest), len(report.not_begun)
    words = _("%(done)s of %(total)s, %(n)s are not begun") if not_begun else _("%(done)s of %(total)s")
    return words % {**_part(begun - len(not_approved(report)), begun + not_begun), "n": not_begun}


def _part(done: int, total: int) -> dict[str, int]:
    return {"done": done, "total": total}
