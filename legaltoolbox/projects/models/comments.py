"""What people in a project say to each other about a place in it: a section, a risk, a requirement, an activity."""

import hashlib
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.validators import validate_text

from .events import ProjectEvent
from .projects import Project

MOST_COMMENTS = 5_000
PLACE_LETTERS = 60


class CommentQuerySet(models.QuerySet["Comment"]):
    def threads(self, place: str) -> "CommentQuerySet":
        """The comments at a place, each with its replies as `replies.all()` and their writers. Two queries."""
        replies = models.Prefetch("replies", Comment.objects.select_related("by").order_by("at", "pk"))
        return self.filter(place=place, parent=None).select_related("by", "resolved_by").prefetch_related(replies)

    def open(self) -> "CommentQuerySet":
        """The discussions that nobody has ended."""
        return self.filter(parent=None, resolved_at=None)


class Comment(models.Model):
    """A comment, or a reply to one: there is one level of replies. What was written stays, and nobody changes it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="comments", verbose_name=_("project"))
    place = models.CharField(_("where"), max_length=PLACE_LETTERS)
    """The code of an item ("R09"), a document's number ("3"), with the key of its section ("3.12"), or "basis-" and a key."""
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    text = models.TextField(_("comment"), max_length=4000, validators=[validate_text])
    page = models.CharField(max_length=32, blank=True, default="", editable=False)
    """Made from the page whose form it was written in and the text, so that a second click writes no second one."""
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    objects: ClassVar = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ("at", "pk")
        indexes = (models.Index(fields=("project", "place"), name="comment_place"),)
        constraints = (
            models.UniqueConstraint(
                fields=("project", "page"), condition=~models.Q(page=""), name="comment_once_per_page"
            ),
        )

    def __str__(self) -> str:
        return self.text[:60]

    @classmethod
    def write(
        cls,
        project: Project,
        by: Any,
        place: str,
        text: str,
        *,
        page: str = "",
        parent: "Comment | None" = None,
        event_place: str = "",
    ) -> "Comment":
        """A new comment, or a reply where `parent` is one; a reply opens the discussion again. Nine queries, eleven for a reply.

        The same text from the same open page is one comment. `event_place` is how the history names the place, where it is
        not `place`. Raises `ValidationError` for a closed project, too many comments, and a reply to a reply or elsewhere.
        """
        once = once_key(page, place, parent, text)
        with transaction.atomic():
            project.lock()
            existing: Comment | None = project.comments.filter(page=once).first() if once else None
            if existing is not None:
                return existing
            if parent is not None and (parent.parent_id or parent.place != place or parent.project_id != project.pk):
                raise ValidationError(gettext("Answer the first comment of the discussion."))
            if project.comments.count() >= MOST_COMMENTS:
                raise ValidationError(gettext("A project can have %(most)s comments.") % {"most": MOST_COMMENTS})
            comment = cls(project=project, by=by, place=place, text=text, page=once, parent=parent)
            comment.full_clean()
            comment.save()
            if parent is not None:
                cls.objects.filter(pk=parent.pk).update(resolved_at=None, resolved_by=None)
            ProjectEvent.record(project, ProjectEvent.What.COMMENTED, by, event_place or place)
            project.touch()
            return comment

    def resolve(self, by: Any, *, event_place: str = "") -> None:
        """End the discussion that this comment began. A second click changes nothing. Three queries."""
        with transaction.atomic():
            self.project.lock()
            rows = Comment.objects.filter(pk=self.pk, parent=None, resolved_at=None)
            if rows.update(resolved_at=timezone.now(), resolved_by=by):
                ProjectEvent.record(self.project, ProjectEvent.What.RESOLVED, by, event_place or self.place)


def once_key(page: str, place: str, parent: Comment | None, text: str) -> str:
    """A text that is equal for the same words of one open page; "" where the page is not known."""
    parts = (page, place, str(parent.pk if parent else ""), text)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32] if page else ""
