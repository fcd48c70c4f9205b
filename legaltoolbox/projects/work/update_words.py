"""What a page says of a changed text: what it is called, where it is in the project, what stands under it, what can be decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.kinds import KINDS
from legaltoolbox.models import Activity, DocumentTemplate, LegalBasis, Requirement, Risk, ScreeningQuestion

from ..models import DocumentStatus, ItemVerdict, Project, ProjectEvent
from ..models.written import SCALE, ItemKey
from .own_texts import update_url
from .text_differences import TextDifference, differences, title_of
from .texts import WRITTEN_KINDS
from .updates import Change, Update

Link = tuple[str, str]
"""Label and address."""
TO_DECIDE = (Change.CHANGED, Change.WITHDRAWN, Change.NO_LONGER_APPLIES)
"""The changes that a project decides on."""
MOST_DECISIONS, MOST_EVENTS = 100, 20
"""Decisions, and events of texts that were taken over, that the page shows; the history has them all."""
WHAT_WORDS = {
    Change.CHANGED: gettext_lazy("The text is changed."),
    Change.WITHDRAWN: gettext_lazy("It is withdrawn from the catalogue."),
    Change.NO_LONGER_APPLIES: gettext_lazy("By the new text it no longer applies with your answers."),
}


@dataclass(frozen=True)
class UpdatesPage:
    """The updates of a project, in the order of their page."""

    sentence: str
    waiting: Sequence[UpdateLine] = ()
    to_assess: Sequence[UpdateLine] = ()
    new: Sequence[UpdateLine] = ()
    kept: Sequence[UpdateLine] = ()
    moved: Sequence[UpdateLine] = ()
    """They are taken over as soon as somebody writes in the project."""


@dataclass(frozen=True)
class UpdateLine:
    """One update as the page lists it."""

    update: Update
    name: str
    """What kind of item it is, in the language of the page."""
    title: str
    """In Danish."""
    text: str
    """What has happened."""
    url: str
    """Its page, with the difference."""
    item_url: str
    """Its place in the project."""
    notes: Sequence[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The code as people know it; "" for a question and the scale, which have none."""
        return code_of(self.update.key)


def code_of(key: ItemKey) -> str:
    """The code of an item as people know it; "" for a question and the scale, which have none."""
    return "" if key[0] in (ScreeningQuestion.KIND, SCALE) else key[1]


def updates_page(project: Project, updates: Iterable[Update]) -> UpdatesPage:
    """The updates by what they wait for. No query."""
    lines: dict[str, list[UpdateLine]] = {name: [] for name in ("waiting", "to_assess", "new", "kept", "moved")}
    for update in updates:
        for name in _lists_of(update):
            lines[name].append(update_line(project, update))
    weighty = sum(line.update.needs_new_assessment for line in lines["waiting"])
    return UpdatesPage(_sentence(len(lines["waiting"]), weighty, len(lines["to_assess"])), **lines)


def _lists_of(update: Update) -> Iterator[str]:
    if update.what in TO_DECIDE:
        yield "waiting" if update.to_decide else "kept"
    elif update.what in (Change.MOVED, Change.NEW):
        yield "moved" if update.what == Change.MOVED else "new"
    if update.to_assess:
        yield "to_assess"


def _sentence(changed: int, weighty: int, to_assess: int) -> str:
    if not changed and not to_assess:
        return _("Your project’s texts are those of the catalogue, or you have decided to stay with older ones.")
    parts = []
    if changed:
        text = ngettext(
            "%(n)s text has changed since you worked with it",
            "%(n)s texts have changed since you worked with them",
            changed,
        )
        parts.append(text % {"n": changed})
    if weighty:
        text = ngettext("%(n)s can need a new assessment", "%(n)s can need a new assessment", weighty)
        parts.append(text % {"n": weighty})
    if to_assess:
        text = ngettext("%(n)s answer is to be assessed again", "%(n)s items are to be assessed again", to_assess)
        parts.append(text % {"n": to_assess})
    return "; ".join(parts) + "."


def update_line(project: Project, update: Update) -> UpdateLine:
    """The update in words. No query."""
    notes = []
    if update.needs_new_assessment:
        notes.append(_("Can need a new assessment"))
    if update.is_unknown:
        notes.append(_("The answers came with a file, and were given to a text that is not known here."))
    return UpdateLine(
        update,
        kind_name(update.kind),
        item_title(update.key, update.title),
        str(WHAT_WORDS.get(update.what, "")),
        update_url(project, update.key),
        item_url(project, update.key),
        notes,
    )


def kind_name(kind: str) -> str:
    """What an item of this kind is called."""
    if kind == SCALE:
        return _("Scale")
    return capfirst(str(KINDS[kind].model._meta.verbose_name))


def item_title(key: ItemKey, title: str) -> str:
    return title or (_("The scale of the risks") if key[0] == SCALE else key[1])


def item_url(project: Project, key: ItemKey) -> str:
    """Where the project works with an item. No query."""
    kind, code = key
    address = project.address
    if kind == Activity.KIND:
        name = "projects:decision_point" if code.startswith("P") else "projects:activity"
        return reverse(name, args=[*address, code.lower()])
    if kind == Risk.KIND:
        return reverse("projects:risk", args=[*address, code.lower()])
    if kind == Requirement.KIND:
        return reverse("projects:requirement", args=[*address, code.lower()])
    if kind == ScreeningQuestion.KIND:
        return reverse("projects:screening", args=address) + f"#{code}"
    names = {DocumentTemplate.KIND: "documents", LegalBasis.KIND: "legal_bases", SCALE: "risks"}
    return reverse(f"projects:{names[kind]}", args=address)


# What stands under it -----------------------------------------------------------------------------


def answers_under(project: Project, key: ItemKey) -> list[Link]:
    """What the project has written on an item, in words, each with where it is. Four queries at most."""
    kind, code = key
    url = item_url(project, key)
    links: list[Link] = []
    for label, rows in _sources(project, kind, code):
        number = rows.count()
        if number:
            links.append((f"{label}: {number}", url))
    if kind == DocumentTemplate.KIND:
        documents = project.documents.filter(template=code).exclude(status=DocumentStatus.APPROVED).order_by("version")
        links += [
            (
                _("Version %(version)s (%(status)s)") % {"version": each.version, "status": each.get_status_display()},
                reverse("projects:document", args=[*project.address, each.number]),
            )
            for each in documents
        ]
    return links


def _sources(project: Project, kind: str, code: str) -> list[tuple[str, Any]]:
    """What is counted for an item of a kind."""
    comments = (_("Comments"), project.comments.filter(place=code))
    match kind:
        case Activity.KIND:
            return [
                (_("Task"), project.tasks.filter(activity=code)),
                (_("Answers to the checklist"), project.checklist_answers.filter(activity=code)),
                (_("Decisions"), project.decisions.filter(point=code)),
                comments,
            ]
        case Risk.KIND:
            return [(_("Assessment of the risk"), project.risk_assessments.filter(code=code)), comments]
        case Requirement.KIND:
            return [
                (_("How far the requirement is met"), project.requirement_states.filter(code=code)),
                (_("Evidence"), project.evidence.filter(place=code)),
                comments,
            ]
        case LegalBasis.KIND:
            return [(_("Processings with this legal basis"), project.legal_bases.filter(code=code)), comments]
        case ScreeningQuestion.KIND:
            return [(_("Answer"), project.screening_answers.filter(question=code))]
        case "scale":
            return [(_("Assessed risks"), project.risk_assessments.all())]
    return []


# The page of one ----------------------------------------------------------------------------------


def shown_differences(update: Update, catalogue: Catalogue) -> list[TextDifference]:
    """Where the texts differ; of a withdrawn item the whole text that the project has answered. No query."""
    if update.what == Change.WITHDRAWN:
        return differences(update.kind, update.old_text, {}, catalogue)
    return update.differences


def verdicts_for(update: Update) -> list[tuple[str, str]]:
    """What can be decided on it, each with its label."""
    if update.what == Change.WITHDRAWN:
        return [
            (ItemVerdict.ACCEPT, _("It applies to us no more. What we have written stays")),
            (ItemVerdict.KEEP, _("Stay with the old text, and go on with it")),
        ]
    accept = _("Use the new text: it applies to us no more") if update.what == Change.NO_LONGER_APPLIES else ""
    return [
        (ItemVerdict.ACCEPT, accept or _("Use the new text. Our answers hold as they are")),
        (ItemVerdict.REASSESS, _("Use the new text, and assess our answers again")),
        (ItemVerdict.KEEP, _("Stay with the old text")),
    ]


@dataclass(frozen=True)
class DecisionLine:
    """One earlier decision on a text."""

    at: Any
    by: str
    code: str
    title: str
    verdict: str
    reason: str


def decision_lines(project: Project, catalogue: Catalogue, key: ItemKey | None = None) -> list[DecisionLine]:
    """The decisions that people have taken, of one item or of all, the latest first. One query."""
    rows = project.item_decisions.exclude(verdict=ItemVerdict.TAKEN_OVER).select_related("by").order_by("-at", "-pk")
    if key is not None:
        rows = rows.filter(kind=key[0], code=key[1])
    return [
        DecisionLine(
            row.at,
            str(row.by or ""),
            code_of((row.kind, row.code)),
            titled((row.kind, row.code), catalogue),
            capfirst(row.get_verdict_display()),
            row.reason,
        )
        for row in rows[:MOST_DECISIONS]
    ]


def titled(key: ItemKey, catalogue: Catalogue) -> str:
    """The title of an item as the catalogue has it; "" for one that it has no more. No query."""
    item = catalogue.find(*key) if key[0] in KINDS else None
    title = "" if item is None else title_of({name: getattr(item, name, "") for name in ("title", "question")})
    return title if item is not None else item_title(key, "") if key[0] == SCALE else ""


def taken_over(project: Project, catalogue: Catalogue) -> list[tuple[Any, list[Link]]]:
    """When texts were taken over without a question, and which: code and title. One query."""
    events = project.events.filter(what=ProjectEvent.What.TEXTS_TAKEN_OVER).order_by("-at", "-pk")[:MOST_EVENTS]
    by_code = {code: kind for kind in WRITTEN_KINDS for code in catalogue.by_key[kind]} | {SCALE: SCALE}
    result = []
    for event in events:
        keys = [(by_code.get(code, ""), code) for code in event.new.split(", ")]
        result.append((event.at, [(code_of(key), titled(key, catalogue)) for key in keys]))
    return result
