"""What has changed in the catalogue under a project: the list, and one text with its difference, on which the project decides.

Whoever writes in the project decides: they have given the answers that stand under the text.
"""

import re
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from kl_ai.validators import validate_text
from legaltoolbox.catalogue import Catalogue, catalogues

from ..models import ItemVerdict, Project, ProjectItem, TextChanged
from ..models.pinned_texts import MOST_REASON_LETTERS
from ..models.written import ItemKey
from ..rights import Right
from ..work.own_texts import update_url, updates_url
from ..work.texts import texts
from ..work.update_words import (
    TO_DECIDE,
    answers_under,
    decision_lines,
    shown_differences,
    taken_over,
    titled,
    update_line,
    updates_page,
    verdicts_for,
)
from ..work.updates import Change, Update
from ..work.updates import updates as updates_of
from .edited_forms import add_errors
from .lookups import own_project, project_page


class UpdateForm(forms.Form):
    """What the project says of a changed text."""

    verdict = forms.ChoiceField(label=gettext_lazy("What do you decide?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Has to be filled in if you stay with the old text."),
        max_length=MOST_REASON_LETTERS,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    needed_fields = ("reason",)

    def __init__(self, data: Any, update: Update, typed: Any = None) -> None:
        names = ("verdict", "reason")
        super().__init__(data, initial={name: typed.get(name, "") for name in names} if typed is not None else None)
        verdict = cast(forms.ChoiceField, self.fields["verdict"])
        verdict.choices = verdicts_for(update)


@never_cache
@require_safe
def updates(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/opdateringer/`: what has changed in the catalogue, what waits, and what was decided. Eleven queries at most."""
    project = own_project(request, code, number)
    catalogue = catalogues.for_request(request)
    return project_page(
        request,
        project,
        "updates",
        _("Changes in the catalogue"),
        section="updates",
        page=updates_page(project, updates_of(project, catalogue)),
        decisions=decision_lines(project, catalogue),
        taken_over=taken_over(project, catalogue),
        may_write=project.may_now(Right.WRITE),
    )


@never_cache
@get_and_post
@restore.restorable
def update(request: AuthenticatedRequest, code: str, number: int, kind: str, item: str) -> HttpResponse:
    """`…/opdateringer/<kind>/<code>/`: one changed text with the difference; POST decides. Fifteen queries at most."""
    is_post = request.method == "POST"
    project = own_project(request, code, number, Right.WRITE if is_post else Right.READ)
    catalogue = catalogues.for_request(request)
    key = _key(project, catalogue, kind, item)
    changed = _update_of(project, catalogue, key)
    typed = request.POST if is_post else restore.restore_input(request)
    if is_post:
        return _decide(request, project, catalogue, key, changed or _nothing(key, catalogue))
    if typed is not None:
        messages.warning(request, restore.RESTORED_NOTICE)
    if changed is None and typed is None:
        messages.info(request, _("Nothing has changed here: your project has the text of the catalogue."))
        return redirect("projects:updates", *project.address)
    return _update_page(request, project, catalogue, changed, key, typed)


def _decide(
    request: AuthenticatedRequest, project: Project, catalogue: Catalogue, key: ItemKey, changed: Update
) -> HttpResponse:
    """Store what was decided and go on with the next; or the page again, with what is wrong or has changed."""
    form, sent = UpdateForm(request.POST, changed), request.POST
    if form.is_valid():
        seen = _sent_hash(sent.get("old", "")), _sent_hash(sent.get("new", ""))
        decided = sent.get("decided", "")
        try:
            ProjectItem.decide(
                project, texts(catalogue), key, by=request.user, seen=seen, decided=decided, **form.cleaned_data
            )
        except TextChanged as refused:
            now = _update_of(project, catalogue, key)
            return _update_page(request, project, catalogue, now, key, sent, alert=" ".join(refused.messages))
        except ValidationError as refused:
            add_errors(form, refused)
        else:
            messages.success(request, _("Your decision is stored."))
            return redirect(_next_url(project, catalogue, key) if "next" in sent else updates_url(project))
    return _update_page(request, project, catalogue, changed, key, sent, form=form)


def _sent_hash(text: str) -> str:
    """A hash as a page sends it back; what is none matches nothing."""
    return text if re.fullmatch(r"([0-9a-f]{64})?", text) else "-"


def _nothing(key: ItemKey, catalogue: Catalogue) -> Update:
    """Stands for an item of which nothing has changed any more, when somebody sends a decision on it."""
    return Update(*key, titled(key, catalogue), Change.MOVED, "", "", False, is_waiting=False)


def _update_page(
    request: AuthenticatedRequest,
    project: Project,
    catalogue: Catalogue,
    changed: Update | None,
    key: ItemKey,
    typed: Any = None,
    *,
    form: UpdateForm | None = None,
    alert: str = "",
) -> HttpResponse:
    """The page of one text. `typed` is what was sent: it stays in the form, whose hidden fields are those of now."""
    shown = changed or _nothing(key, catalogue)
    line = update_line(project, shown)
    may_write = project.may_now(Right.WRITE)
    can_decide = may_write and shown.what in TO_DECIDE
    form = form or UpdateForm(None, shown, typed)
    context: dict[str, Any] = {
        "line": line,
        "update": shown,
        "differences": shown_differences(shown, catalogue),
        "answers": answers_under(project, key),
        "decisions": decision_lines(project, catalogue, key),
        "form": form,
        "can_decide": can_decide,
        "may_write": may_write,
        "typed_reason": "" if can_decide or typed is None else typed.get("reason", ""),
        "alert": alert,
        "decided": shown.decided_at.isoformat() if shown.decided_at else "",
    }
    title = f"{line.code} {line.title}".strip()
    above = [(_("Changes in the catalogue"), updates_url(project))]
    return project_page(request, project, "update", title, section="updates", above=above, **context)


def _key(project: Project, catalogue: Catalogue, kind: str, item: str) -> ItemKey:
    """The kind and code of an item that the catalogue or the project has. Raises `Http404`. At most one query."""
    wanted = item.lower()
    for own_kind, code in texts(catalogue).hashes:
        if own_kind == kind and code.lower() == wanted:
            return kind, code
    pinned = project.items.filter(kind=kind).values_list("code", flat=True)
    for code in pinned:
        if code.lower() == wanted:
            return kind, code
    raise Http404


def _update_of(project: Project, catalogue: Catalogue, key: ItemKey) -> Update | None:
    """What has changed of an item; None for nothing. As `updates`."""
    return next((each for each in updates_of(project, catalogue) if each.key == key), None)


def _next_url(project: Project, catalogue: Catalogue, key: ItemKey) -> str:
    """The page of the next text that waits for a decision; the list where none does. As `updates`."""
    waiting = [line.update.key for line in updates_page(project, updates_of(project, catalogue)).waiting]
    later = [each for each in waiting if each > key] or waiting
    return update_url(project, later[0]) if later else updates_url(project)


@restore.post_only("projects:updates", "code", "number")
@never_cache
def update_assessed(request: AuthenticatedRequest, code: str, number: int, kind: str, item: str) -> HttpResponse:
    """`…/opdateringer/<kind>/<code>/vurderet/`: the answers are assessed again. A second click changes nothing."""
    project = own_project(request, code, number, Right.WRITE)
    catalogue = catalogues.for_request(request)
    try:
        ProjectItem.assessed(project, _key(project, catalogue, kind, item), request.user)
        messages.success(request, _("Stored: your answers are assessed again."))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect("projects:updates", *project.address)


@restore.post_only("projects:updates", "code", "number")
@never_cache
def updates_seen(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/opdateringer/set/`: the new items whose keys are sent are seen. Of more than a page shows nothing is stored."""
    project = own_project(request, code, number, Right.WRITE)
    catalogue = catalogues.for_request(request)
    sent = set(request.POST.getlist("seen"))
    try:
        for each in updates_of(project, catalogue):
            if each.what == Change.NEW and f"{each.kind}:{each.code}:{each.new}" in sent:
                seen = each.new, each.new
                ProjectItem.decide(project, texts(catalogue), each.key, ItemVerdict.ACCEPT, request.user, seen=seen)
        messages.success(request, _("Stored: you have seen them."))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect("projects:updates", *project.address)
