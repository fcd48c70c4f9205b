"""Projects that come from a file: where they are from, and what of the file is history here."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..rights import ProjectRole
from .documents import FieldAnswer
from .events import ProjectEvent
from .members import ProjectMember
from .municipalities import Municipality
from .portable import DETAILS, FOREIGN, HISTORY, OLDER_DOCUMENTS, WORK, FilePart
from .projects import Project, refuse_founder
from .values import refuse_too_long

MOST_PROBLEMS = 20
"""Problems of a file that are named at once."""
BATCH = 500

Record = dict[str, Any]


class ImportedRecord(models.Model):
    """A record of the file, word for word: what somebody has said or done where the project comes from. It counts for nothing here."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="imported_records")
    part = models.CharField(max_length=40)
    """The name of the `FilePart` in the file; that of a row of a row has both ("documents.sections")."""
    row = models.PositiveBigIntegerField(null=True)
    """The key of the row of the project that these fields were taken off; None for history."""
    record = models.JSONField()

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("imported record")
        verbose_name_plural = _("imported records")
        ordering = ("pk",)
        indexes = (models.Index(fields=("project", "part"), name="imported_part"),)

    def __str__(self) -> str:
        return self.part


class ProjectImport(models.Model):
    """That a project was made from a file: by whom, when, where from, and what was placed where."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="imported")
    at = models.DateTimeField(_("time"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    source = models.JSONField(default=dict)
    """What the file says of its own making: municipality, number and time."""
    placed = models.JSONField(default=dict)
    """The name of each part of the file to the number of its rows, in the project and in its imported history."""
    page = models.CharField(max_length=32, blank=True, default="", editable=False)
    """The page whose form sent the file, so that a second click makes no second project."""

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("import of a project")
        verbose_name_plural = _("imports of projects")

    def __str__(self) -> str:
        return str(self.project_id)

    @property
    def is_from_copy(self) -> bool:
        """Whether it was made from the shared copy of another project, and not from a file."""
        return "copy" in self.source

    @property
    def source_text(self) -> str:
        """Where the file comes from, in words; "" where it does not say."""
        if tool := self.source.get("tool"):
            return str(tool)
        municipality, number = self.source.get("municipality") or {}, self.source.get("number")
        name = str(municipality.get("name", ""))
        if self.is_from_copy:
            return gettext("%(name)s, “%(title)s”") % {"name": name, "title": self.source.get("title", "")}
        return gettext("%(name)s, no. %(number)s") % {"name": name, "number": number} if name else ""

    @classmethod
    def take(
        cls,
        municipality: Municipality,
        by: Any,
        record: Record,
        source: Record,
        page: str,
        catalogue_version: int = 0,
        what: str = ProjectEvent.What.IMPORTED,
    ) -> "ProjectImport":
        """A new project of the municipality, which `by` leads, from the record of a file, `as_imported`.

        From that of a shared copy `what` is `STARTED`, and the `source` has its `title` in the place of a number.

        `catalogue_version` is the version of the content here: another portal counts its own.

        The same page again gives what it has made. Raises `ValidationError` as `Project.create`, and for rows that
        cannot be, with the path in the file; then nothing is stored.
        """
        now = timezone.now()
        maker = _FileRows(record, Project(created_at=now, changed_at=now, catalogue_version=catalogue_version))
        with transaction.atomic():
            municipality.lock()
            if (made := cls.made_before(municipality, by, page)) is not None:
                return made
            member = municipality.member(by)
            refuse_founder(municipality, member)
            project, last = maker.project, municipality.projects.aggregate(last=Max("number"))["last"] or 0
            project.municipality, project.number = municipality, last + 1
            project.save()
            made = cls.objects.create(project=project, at=now, by=by, source=source, page=page, placed=_placed(record))
            ProjectMember.objects.create(project=project, member=member, role=ProjectRole.LEAD, joined_at=now)
            ProjectEvent.record(project, what, by, new=made.source_text)
            try:
                with transaction.atomic():
                    maker.store()
            except IntegrityError:
                raise ValidationError(gettext("Rows of the file contradict each other.")) from None
            return made

    @classmethod
    def made_before(cls, municipality: Municipality, by: Any, page: str) -> "ProjectImport | None":
        """What the form of this page has made already; None where it has made nothing. One query."""
        rows = cls.objects.filter(project__municipality=municipality, by=by, page=page)
        made: ProjectImport | None = rows.select_related("project__municipality").first() if page else None
        return made


def _placed(record: Record) -> Record:
    imported = {name: len(rows) for name, rows in record["imported"].items() if rows}
    return {"work": {part.name: len(record[part.name]) for part in WORK}, "imported": imported}


class _FileRows:
    """The rows of a file, valid ones, before anything is stored: others need not wait while they are made."""

    def __init__(self, record: Record, project: Project) -> None:
        """Raises `ValidationError` with the first problems, where there are any. No query."""
        self.problems: list[str] = []
        self.imported: list[tuple[str, Any, Record]] = []
        """Name of the part, row, and what is kept of it."""
        self.record = record
        self.project: Project = self.row(DETAILS, record["details"], "project.details", project)
        self.imported.append((DETAILS.name, project, record["details"]["imported"]))
        self.made = {
            part.name: self.rows(part, part.name, record[part.name], f"project.{part.name}", {"project": project})
            for part in WORK
        }
        self.nested = self._nested(self.made, record)
        if self.problems:
            raise ValidationError(self.problems[:MOST_PROBLEMS])

    def store(self) -> None:
        """Store all rows below the project, which is stored. A query for 500 rows of a part."""
        for part in WORK:
            part.model.objects.bulk_create(self.made[part.name], batch_size=BATCH)
        for inner, rows in self.nested:
            inner.model.objects.bulk_create(rows, batch_size=BATCH)
        own = [
            ImportedRecord(project=self.project, part=name, row=row.pk, record=imported)
            for name, row, imported in self.imported
            if imported
        ]
        history = [
            ImportedRecord(project=self.project, part=name, record=each)
            for name in (*(part.name for part in HISTORY), OLDER_DOCUMENTS, *FOREIGN)
            for each in self.record["imported"][name]
        ]
        ImportedRecord.objects.bulk_create(own + history, batch_size=BATCH)

    def _nested(self, made: Mapping[str, list[Any]], record: Record) -> list[tuple[FilePart, list[Any]]]:
        """The rows of rows: those of the documents."""
        nested = []
        for part in WORK:
            for inner in part.parts:
                rows: list[Any] = []
                for index, (row, above) in enumerate(zip(made[part.name], record[part.name], strict=True)):
                    path, name = f"project.{part.name}[{index}].{inner.name}", f"{part.name}.{inner.name}"
                    of_row = self.rows(inner, name, above[inner.name], path, {"document": row})
                    if inner.model is FieldAnswer:
                        self._check_length(of_row, path)
                    rows += of_row
                nested.append((inner, rows))
        return nested

    def _check_length(self, answers: Iterable[FieldAnswer], path: str) -> None:
        """Note where the answers of a document, valid ones, are more than one can hold."""
        if self.problems:
            return
        try:
            refuse_too_long(answer.value for answer in answers)
        except ValidationError as refused:
            self.problems.append(f"{path}: {refused.messages[0]}")

    def rows(
        self, part: FilePart, name: str, records: Iterable[Record], path: str, above: Mapping[str, Any]
    ) -> list[Any]:
        """A row for each record. What it is not valid for is one of the problems."""
        rows = []
        for index, record in enumerate(records):
            row = self.row(part, record, f"{path}[{index}]", part.model(**above))
            self.imported.append((name, row, record.get("imported", {})))
            rows.append(row)
        return rows

    def row(self, part: FilePart, record: Record, path: str, row: Any) -> Any:
        """The row with the fields of the record."""
        for name in part.fields:
            if record[name] is not None or part.model._meta.get_field(name).null:
                setattr(row, name, _value(part.model._meta.get_field(name), record[name]))
        for name, messages in _invalid(row).items():
            at = path if name == NON_FIELD_ERRORS else f"{path}.{name}"
            self.problems += (f"{at}: {message}" for message in messages)
        return row


def _invalid(row: Any) -> dict[str, list[str]]:
    """What forms would refuse in the row: names of fields to messages. No query."""
    plain = [field for field in row._meta.concrete_fields if isinstance(field, models.JSONField)]
    left_out = [field.name for field in row._meta.concrete_fields if field.is_relation or field in plain]
    try:
        row.clean_fields(exclude=[*left_out, "number"] if isinstance(row, Project) else left_out)
        row.clean()
        for field in plain:  # apart: an empty value is one
            field.run_validators(getattr(row, field.name))
    except ValidationError as invalid:
        return _by_field(invalid)
    return {}


def _by_field(invalid: ValidationError) -> dict[str, list[str]]:
    return invalid.message_dict if hasattr(invalid, "error_dict") else {NON_FIELD_ERRORS: invalid.messages}


def _value(field: models.Field, value: Any) -> Any:
    """The value of a field as it stands in the file."""
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(value) if value is not None else None
    if isinstance(field, models.DateField):
        return date.fromisoformat(value) if value is not None else None
    return value
