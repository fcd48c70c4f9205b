"""The discussions at a place of a project, as the page of the place shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kl_ai.drafts.parts import new_page
from kl_ai.forms import copy_validators

from ..models import Comment, Project
from ..rights import Right


class CommentForm(forms.Form):
    """A comment. `name` keeps the identifiers of several forms of a page apart."""

    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "comment-text"}),
    )

    def __init__(self, name: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id=f"{name}-%s")
        copy_validators(self.fields["text"], Comment._meta.get_field("text"))


@dataclass(frozen=True)
class Thread:
    """A discussion: the comment that began it, with its replies, and the form of the next."""

    comment: Comment
    form: CommentForm
    page: str


@dataclass(frozen=True)
class Discussion:
    """What is said at a place: the open discussions and those that are ended, each the oldest first."""

    place: str
    project: Project
    open: list[Thread]
    ended: list[Thread]
    may_write: bool
    form: CommentForm
    page: str

    @property
    def is_shown(self) -> bool:
        return bool(self.may_write or self.open or self.ended)


def discussion(project: Project, place: str) -> Discussion:
    """The discussions at this place for the user whom the project was asked for. Two queries, one where there are none."""
    threads = [
        Thread(comment, CommentForm(f"reply-{comment.pk}"), new_page()) for comment in project.comments.threads(place)
    ]
    return Discussion(
        place,
        project,
        open=[thread for thread in threads if thread.comment.resolved_at is None],
        ended=[thread for thread in threads if thread.comment.resolved_at is not None],
        may_write=may_comment(project),
        form=CommentForm("comment"),
        page=new_page(),
    )


def may_comment(project: Project) -> bool:
    """Whether the user may comment in the project now. No query."""
    return project.may_now(Right.COMMENT)
