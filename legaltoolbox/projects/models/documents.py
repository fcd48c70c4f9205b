"""The documents that a project fills in: a template of the toolbox in this project, its answers, and each change of them.

Sections and fields are named by their keys in the template. What the answers of a field look like is in `values.py`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.drafts.parts import NO_PAGE, AbstractSavedPart, PageSave, changed_items

from .document_steps import STEPS, WRITABLE, DocumentStatus, DocumentSteps
from .events import ProjectEvent
from .field_edits import FieldEdit
from .opinions import Decision
from .projects import Project
from .values import KEY_LETTERS, refuse_too_long, validate_value, value_letters

MOST_DOCUMENTS = 200
"""Documents of a project, earlier versions among them."""
HIGHEST_NUMBER = 10_000
"""Of a document: those that come with a file keep theirs, so that it can be beyond `MOST_DOCUMENTS`."""
SITTING = timedelta(minutes=15)
"""How long after a save the next one by the same person is still the same change."""


class ProjectDocumentQuerySet(models.QuerySet["ProjectDocument"]):
    def with_conditions(self) -> "ProjectDocumentQuerySet":
        """With the management's conditions as `conditions`, None where it has set none, and whether the project has met
        them as `are_conditions_met`. No query of its own.
        """
        decisions = Decision.objects.filter(document=OuterRef("pk"), answer=Decision.Answer.CONDITIONS)
        return self.annotate(
            conditions=Subquery(decisions.order_by("-at", "-pk").values("conditions")[:1]),
            are_conditions_met=Exists(decisions.filter(conditions_met__isnull=False)),
        )


class ProjectDocument(DocumentSteps):
    """A template in a project, filled in: one version of it. There is one at a time that is not approved."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="documents", verbose_name=_("project"))
    number = models.PositiveIntegerField(_("number"))
    template = models.CharField(_("template"), max_length=10)
    """The code of the template."""
    template_version = models.CharField(max_length=10, blank=True, editable=False)
    """The version of the template's text when the document was begun."""
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    status = models.CharField(
        _("status"), max_length=15, choices=DocumentStatus, default=DocumentStatus.DRAFT, editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("created by")
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("changed by")
    )

    objects: ClassVar = ProjectDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document of a project")
        verbose_name_plural = _("documents of projects")
        ordering = ("project", "number")
        constraints = (
            models.UniqueConstraint(fields=("project", "number"), name="document_number_once_per_project"),
            models.UniqueConstraint(
                fields=("project", "template"),
                condition=~Q(status=DocumentStatus.APPROVED),
                name="document_open_once_per_template",
            ),
            models.UniqueConstraint(fields=("project", "template", "version"), name="document_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.template} ({self.number})"

    @property
    def is_writable(self) -> bool:
        """Whether its answers can be changed now, as far as the document itself says."""
        return self.status in WRITABLE

    @property
    def has_conditions(self) -> bool:
        """Whether it is approved on conditions, and was read `with_conditions`."""
        return self.status == DocumentStatus.APPROVED and bool(getattr(self, "conditions", None))

    @property
    def has_open_conditions(self) -> bool:
        """Whether it is approved on conditions of which the project has not said that they are met, as `has_conditions`."""
        return self.has_conditions and not getattr(self, "are_conditions_met", False)

    @property
    def status_label(self) -> str:
        """The status in words; of one read `with_conditions` also whether the approval has conditions."""
        if self.has_open_conditions:
            return gettext("approved on conditions")
        return gettext("approved, conditions met") if self.has_conditions else str(self.get_status_display())

    @property
    def status_sentence(self) -> str:
        """Where it is on its way, as a sentence; of one read `with_conditions` also whether the approval has conditions."""
        if self.has_open_conditions:
            return gettext("The management has approved the document on conditions.")
        if self.has_conditions:
            return gettext("The management has approved the document on conditions, and they are met.")
        return super().status_sentence

    # What is stored -------------------------------------------------------------------------

    def stored(self, section: str, empty: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a section's fields; `empty` gives each field's value without an answer. One query."""
        rows = self.answers.filter(section=section, field__in=empty).values_list("field", "value")
        return {**empty, **dict(rows)}

    def all_stored(self) -> dict[tuple[str, str], Any]:
        """The keys of section and field to the value of each field that has one. One query."""
        rows = self.answers.values_list("section", "field", "value")
        return {(section, field): value for section, field, value in rows}

    def last_save(self, section: str) -> "DocumentPart | None":
        """When and by whom the section was saved last. One query."""
        part: DocumentPart | None = self.saved_parts.filter(part=section).select_related("saved_by").first()
        return part

    # Verbs ----------------------------------------------------------------------------------

    @classmethod
    def begin(
        cls, project: Project, by: Any, *, template: str, template_version: str, values: Mapping[tuple[str, str], Any]
    ) -> "ProjectDocument":
        """A new document of the template, with what the template gives its fields: keys of section and field to value.

        After an approved one it is the next version, with the answers of that one. Where one is open already, that one.
        Raises `ValidationError` where the project is closed or has too many. Eight queries, nine where the template gives
        something, and ten after an approved one.
        """
        with transaction.atomic():
            project.lock()
            of_template = project.documents.filter(template=template)
            existing: ProjectDocument | None = of_template.exclude(status=DocumentStatus.APPROVED).first()
            if existing is not None:
                return existing
            made = project.documents.aggregate(last=Max("number"), most=Count("pk"))
            if made["most"] >= MOST_DOCUMENTS:
                raise ValidationError(
                    gettext("A project can have %(most)s documents at most.") % {"most": MOST_DOCUMENTS}
                )
            document = cls(
                project=project,
                number=_next_number(project, made["last"] or 0),
                template=template,
                template_version=template_version,
                version=(of_template.aggregate(version=Max("version"))["version"] or 0) + 1,
                created_by=by,
                changed_by=by,
            )
            document.save()
            approved = of_template.filter(status=DocumentStatus.APPROVED).order_by("-version").first()
            content = {**values, **(approved.all_stored() if approved else {})}
            document.answers.bulk_create(
                FieldAnswer(document=document, section=section, field=field, value=value)
                for (section, field), value in content.items()
            )
            ProjectEvent.record(project, ProjectEvent.What.DOCUMENT, by, template, new=str(document.version))
            project.touch()
            return document

    def save_section(
        self,
        section: str,
        empty: Mapping[str, Any],
        typed: Mapping[str, Any],
        seen: str,
        by: Any,
        *,
        page: PageSave = NO_PAGE,
    ) -> None:
        """Store the fields of a section that differ: values by field key, as `empty` gives those of fields without an answer.

        `seen` is the fingerprint of what the page had shown. Raises `ChangedMeanwhile` where somebody else has stored
        something else since, and `ValidationError` where the document cannot be changed, or all values are too long, and for
        one that is, with the key of its field.
        Saves that go on (`_sitting`) are one event, and of each field one edit: a page saves every few seconds while one
        writes. A field that is as it was before has no edit.
        """
        with self._writing():
            stored = self.stored(section, empty)
            last = self.last_save(section)
            changed = changed_items(stored, typed, seen, lambda: last, page, by)
            for field, value in changed.items():
                _validate_field(field, value)
            self._refuse_longer(section, stored, changed)
            if changed:
                self._write(section, changed)
                sitting = self._sitting(section, last, by, page) or ProjectEvent.record(
                    self.project, ProjectEvent.What.SECTION, by, f"{self.template}.{section}"
                )
                self._record_edits(section, stored, changed, sitting, page)
                self._touch(by)
            DocumentPart.record(by, changed=bool(changed), page=page, part=section, document=self)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction in which the project is locked and the document read anew. Raises as `save_section`."""
        with transaction.atomic():
            self.project.lock()
            self.refresh_from_db(fields=["status", "version"])
            if not self.is_writable:
                raise ValidationError(
                    gettext("The document cannot be changed now. %(standing)s") % {"standing": self.status_sentence}
                )
            yield

    def _sitting(self, section: str, last: "DocumentPart | None", by: Any, page: PageSave) -> ProjectEvent | None:
        """The event that this save by `by` goes on with; None where it is a change of its own. No query, or one.

        It goes on with what the same person has saved in the section last, from the same open page or a short time ago,
        as long as nobody else has written there, nobody has commented, and the document was not sent, judged or decided on.
        """
        if last is None or last.saved_by_id != by.pk:
            return None
        if not page.follows(last, by) and last.saved_at < timezone.now() - SITTING:
            return None
        what, place = ProjectEvent.What, f"{self.template}.{section}"
        steps = Q(place=self.template, what__in=(*STEPS, what.DOCUMENT)) | Q(what=what.DECIDED)
        comments = Q(place__in=(self.template, place), what=what.COMMENTED)
        newest: ProjectEvent | None = self.project.events.filter(
            steps | comments | Q(place=place, what=what.SECTION)
        ).first()
        goes_on = newest is not None and newest.what == what.SECTION and newest.actor_id == by.pk
        return newest if goes_on else None

    def _refuse_longer(self, section: str, stored: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
        """Raise `ValidationError` where the changes make the document longer than one can be. At most one query."""
        growth = sum(value_letters(value) - value_letters(stored[field]) for field, value in changed.items())
        if growth > 0:
            own = {(section, field): value for field, value in changed.items()}
            refuse_too_long({**self.all_stored(), **own}.values())

    def _write(self, section: str, changed: Mapping[str, Any]) -> None:
        """Store these values of the section. One query for all."""
        rows = [
            FieldAnswer(document=self, section=section, field=field, value=value) for field, value in changed.items()
        ]
        self.answers.bulk_create(
            rows, update_conflicts=True, unique_fields=["document", "section", "field"], update_fields=["value"]
        )

    def _record_edits(
        self,
        section: str,
        stored: Mapping[str, Any],
        changed: Mapping[str, Any],
        sitting: ProjectEvent,
        page: PageSave,
    ) -> None:
        """An edit for each changed field; one that was made since the event `sitting` goes on, or goes where nothing is left of it."""
        by = sitting.actor_id
        own = self.edits.filter(section=section, field__in=changed, by=by, at__gte=sitting.at, letters__gt=0)
        going_on = {edit.field: edit for edit in own}
        for field, edit in going_on.items():
            edit.set_new(changed[field])
        undone = [edit.pk for edit in going_on.values() if edit.new == edit.old]
        FieldEdit.objects.filter(pk__in=undone).delete()
        lasting = [edit for edit in going_on.values() if edit.pk not in undone]
        FieldEdit.objects.bulk_update(lasting, ["new", "at", "letters"])
        begun = {field: value for field, value in changed.items() if field not in going_on}
        FieldEdit.shorten_tables(self, section, begun)
        FieldEdit.objects.bulk_create(
            FieldEdit.of(self, section, field, stored[field], value, by_id=by, page=page.page)
            for field, value in begun.items()
        )
        FieldEdit.take_oldest_texts(self)

    def _touch(self, by: Any) -> None:
        self.changed_at, self.changed_by = timezone.now(), by
        self.save(update_fields=["changed_at", "changed_by"])
        self.project.touch()


def _validate_field(field: str, value: Any) -> None:
    """Raise `ValidationError` with the key of the field for a value that no field can hold."""
    try:
        validate_value(value)
    except ValidationError as invalid:
        raise ValidationError({field: invalid.messages}) from None


def _next_number(project: Project, last: int) -> int:
    """The number after the last one; after the highest there can be, the first that no document has had, imported ones too.

    No query, or two.
    """
    if last < HIGHEST_NUMBER:
        return last + 1
    imported = project.imported_records.filter(part="documents", row=None).values_list("record__number", flat=True)
    used = {*project.documents.values_list("number", flat=True), *imported}
    return next(number for number in range(1, HIGHEST_NUMBER) if number not in used)


class FieldAnswer(models.Model):
    """What a field of a document holds. A field without one is as empty as its kind allows."""

    document = models.ForeignKey(ProjectDocument, on_delete=models.CASCADE, related_name="answers")
    section = models.CharField(_("section"), max_length=KEY_LETTERS)
    field = models.CharField(_("field"), max_length=KEY_LETTERS)
    value = models.JSONField(_("value"), validators=[validate_value])

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("answer of a document")
        verbose_name_plural = _("answers of documents")
        constraints = (
            models.UniqueConstraint(fields=("document", "section", "field"), name="field_once_per_document"),
        )

    def __str__(self) -> str:
        return f"{self.section}.{self.field}"


class DocumentPart(AbstractSavedPart):
    """When and by whom a section of a document was saved last."""

    document = models.ForeignKey(ProjectDocument, on_delete=models.CASCADE, related_name="saved_parts")

    class Meta:
        verbose_name = _("saved section")
        verbose_name_plural = _("saved sections")
        constraints = (models.UniqueConstraint(fields=("document", "part"), name="part_once_per_document"),)
