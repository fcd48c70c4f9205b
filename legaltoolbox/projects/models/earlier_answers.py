"""Answers that no longer fit the text that a project has accepted: kept as they were, with the question they were given to."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar, NamedTuple

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .document_steps import DocumentStatus
from .projects import Project
from .values import MOST_LINE_LETTERS, NO, YES

Record = Mapping[str, Any]
QUESTION_LETTERS = 4_000
WHY = ".why"
"""The end of the key under which a document holds why a field differs from what the documents share."""


class EarlierAnswer(models.Model):
    """One answer of a project to a question that the catalogue has no more, or asks otherwise. It is never changed."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="earlier_answers", verbose_name=_("project")
    )
    kind = models.CharField(_("kind"), max_length=15)
    code = models.CharField(_("code"), max_length=30)
    document_number = models.PositiveIntegerField(default=0)
    """Of the document that held it; 0 for none."""
    row = models.CharField(max_length=80, blank=True)
    """The keys of section and field, or of the question of a checklist."""
    heading = models.CharField(max_length=300, blank=True)
    """Of the section that it stood in."""
    question = models.TextField(_("question"), max_length=QUESTION_LETTERS, blank=True)
    columns = models.JSONField(default=list, blank=True)
    """Of a table."""
    value = models.JSONField(_("answer"))
    """The value as a field of a document holds it; of a checklist and of a question about the solution answer and note."""
    at = models.DateTimeField(_("time"), default=timezone.now)
    """When the new text was accepted."""

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = _("earlier answer")
        verbose_name_plural = _("earlier answers")
        ordering = ("pk",)
        indexes = (models.Index(fields=("project", "kind", "code"), name="earlier_answer_item"),)

    def __str__(self) -> str:
        return f"{self.code}.{self.row}" if self.row else self.code

    @classmethod
    def keep(cls, project: Project, kind: str, code: str, old: Record, new: Record | None) -> None:
        """Store the answers to the item that do not fit the `new` text; None for one that is withdrawn.

        Those that are kept already are not kept twice. In the caller's transaction. At most five queries.
        """
        find = {"activity": _of_checklist, "template": _of_documents, "question": _of_question}.get(kind)
        if find is None:
            return
        rows = [cls(project=project, kind=kind, code=code, **values) for values in find(project, code, old, new)]
        if rows:
            known = [row.content for row in project.earlier_answers.filter(kind=kind, code=code)]
            cls.objects.bulk_create(row for row in rows if row.content not in known)

    @property
    def content(self) -> tuple[Any, ...]:
        """What distinguishes it from other earlier answers to the item."""
        return self.document_number, self.row, self.question, self.columns, self.value


def _of_checklist(project: Project, code: str, old: Record, new: Record | None) -> Iterator[dict[str, Any]]:
    if new is None:
        return
    gone = _by_key(old.get("checklist", ())).keys() - _by_key(new.get("checklist", ())).keys()
    if gone:
        questions = _by_key(old["checklist"])
        for row in project.checklist_answers.filter(activity=code, key__in=gone).order_by("pk"):
            question = questions[row.key].get("question", "")
            yield {"row": row.key, "question": question[:QUESTION_LETTERS], "value": [row.value, row.note]}


def _of_question(project: Project, code: str, old: Record, new: Record | None) -> Iterator[dict[str, Any]]:
    if new is None:
        for row in project.screening_answers.filter(question=code):
            yield {"question": old.get("question", ""), "value": [row.value, row.why]}


class TextField(NamedTuple):
    """A field of a template in a text of it."""

    heading: str
    record: Record

    @property
    def kind(self) -> str:
        return filled_kind(self.record)


def text_fields(text: Record) -> dict[tuple[str, str], TextField]:
    """The keys of section and field to each field of a template's text. No query."""
    return {
        (section["key"], field["key"]): TextField(section.get("heading", ""), field)
        for section in text.get("sections", ())
        for field in section.get("fields", ())
    }


def filled_kind(field: Record) -> str:
    """The kind of a field as it is filled in, as `sections.field_kind` gives it of the field itself."""
    kind: str = field.get("kind", "")
    needed = {"table": "columns", "choice": "options", "wording": "wording"}.get(kind)
    if needed and not field.get(needed):
        return "text"
    return "yes_no" if kind == "check" and not field.get("options") else kind


def _of_documents(project: Project, code: str, old: Record, new: Record | None) -> Iterator[dict[str, Any]]:
    """Of the documents that are not approved: these show what they held at their approval."""
    if new is None:
        return
    before, after = text_fields(old), text_fields(new)
    documents = project.documents.filter(template=code).exclude(status=DocumentStatus.APPROVED)
    for document in documents.prefetch_related("answers"):
        for answer in sorted(document.answers.all(), key=lambda row: row.pk):
            base = answer.section, answer.field.removesuffix(WHY)
            was, now = before.get(base), after.get(base)
            if was is None or not answer.value or _fits(answer.value, was, now, is_why=answer.field != base[1]):
                continue
            yield {
                "document_number": document.number,
                "row": f"{answer.section}.{answer.field}",
                "heading": was.heading,
                "question": was.record.get("label", ""),
                "columns": was.record.get("columns", []),
                "value": answer.value,
            }


def _fits(value: Any, was: TextField, now: TextField | None, *, is_why: bool) -> bool:
    """Whether the field as it is now shows the value as it was given."""
    if now is None or is_why:
        return now is not None
    kind = now.kind
    if kind == "table":
        return was.kind == kind and was.record.get("columns") == now.record.get("columns")
    if kind == "check":
        return isinstance(value, list) and set(map(str, value)) <= set(now.record["options"])
    if not isinstance(value, str):
        return False
    return {
        "choice": lambda: value in now.record["options"],
        "yes_no": lambda: value in (YES, NO),
        "date": lambda: _is_day(value),
        "line": lambda: "\n" not in value and len(value) <= MOST_LINE_LETTERS,
    }.get(kind, lambda: was.kind not in ("yes_no", "date"))()


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _by_key(rows: Iterable[Record]) -> dict[str, Record]:
    return {row["key"]: row for row in rows}
