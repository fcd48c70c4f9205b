"""Who is in a project, and with which role."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from kl_ai.login import restore
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from kl_ai.search.danish import sort_key

from ..mails.members import send_added
from ..models import MunicipalityMember, Project, ProjectMember
from ..rights import ProjectRole, Right
from .edited_forms import capitalised
from .lookups import own_project, project_page
from .withheld import add_withheld_message

ROLE_WORDS = (
    (ProjectRole.LEAD, gettext_lazy("fills in, and decides who is in the project and when it is closed.")),
    (ProjectRole.EDITOR, gettext_lazy("fills in, assesses and plans.")),
    (ProjectRole.READER, gettext_lazy("reads everything in the project.")),
    (ProjectRole.MANAGEMENT, gettext_lazy("reads, comments and decides.")),
)
"""What each role may do, in words."""


class MemberForm(forms.Form):
    """Somebody of the municipality who is to be in the project."""

    field_order = ("person", "role")

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=ProjectRole,
        error_messages={"required": gettext_lazy("Choose the role that the person is to have.")},
    )

    def __init__(self, data: Any, people: list[MunicipalityMember]) -> None:
        super().__init__(data)
        role = cast(forms.ChoiceField, self.fields["role"])
        role.choices = [("", _("Choose a role")), *capitalised(ProjectRole.choices)]
        self.people = {str(person.pk): person for person in people}
        choices = [("", _("Choose a person")), *((key, str(person.user)) for key, person in self.people.items())]
        self.fields["person"] = forms.ChoiceField(label=gettext_lazy("Person"), choices=choices)
        self.order_fields(self.field_order)

    @property
    def chosen(self) -> MunicipalityMember:
        return self.people[self.cleaned_data["person"]]


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=ProjectRole)


@never_cache
@get_and_post
def members(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/<number>/deltagere/`: who is in the project; POST, by who leads it, lets somebody in. Four queries."""
    right = Right.MANAGE if request.method == "POST" else Right.READ
    project = own_project(request, code, number, right)
    form = MemberForm(request.POST if request.method == "POST" else None, _outside(project))
    if _is_repeated(project, request.POST):
        return redirect("projects:members", *project.address)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                project.add_member(request.user, form.chosen, form.cleaned_data["role"])
                posted = send_added(project, form.chosen)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("%(name)s is in the project now.") % {"name": form.chosen.user})
            add_withheld_message(request, posted)
            return redirect("projects:members", *project.address)
    return project_page(
        request,
        project,
        "members",
        _("Members"),
        form=form,
        members=list(project.members.by_role()),
        officers=list(project.municipality.members.exclude(dpo="").select_related("user").order_by("pk")),
        roles=capitalised(ProjectRole.choices),
        role_words=[(capfirst(role.label), words) for role, words in ROLE_WORDS],
        may_manage=project.may_now(Right.MANAGE),
    )


@restore.post_only("projects:members", "code", "number")
@never_cache
def member_role(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/<number>/deltagere/<pk>/rolle/`: give a member another role."""
    project, row = _own_row(request, code, number, pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        label = ProjectRole(form.cleaned_data["role"]).label
        done = _("%(name)s now has the role “%(role)s”.") % {"name": row.member.user, "role": label}
        _try(request, lambda: project.change_role(request.user, row.member, form.cleaned_data["role"]), done)
    return _to_members(request, project)


@restore.post_only("projects:members", "code", "number")
@never_cache
def member_remove(request: AuthenticatedRequest, code: str, number: int, pk: int) -> HttpResponse:
    """`…/<number>/deltagere/<pk>/fjern/`: take a member out of the project."""
    project, row = _own_row(request, code, number, pk)
    done = _("%(name)s is no longer in the project.") % {"name": row.member.user}
    _try(request, lambda: project.remove_member(request.user, row.member), done)
    return _to_members(request, project)


def _own_row(request: AuthenticatedRequest, code: str, number: int, pk: int) -> tuple[Project, ProjectMember]:
    """The project that the user leads, and its row of a person of the municipality. Two queries."""
    project = own_project(request, code, number, Right.MANAGE)
    return project, get_object_or_404(project.members.select_related("member__user"), pk=pk)


def _try(request: AuthenticatedRequest, verb: Callable[[], None], done: str) -> None:
    """Call the verb, and say what happened."""
    try:
        verb()
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, done)


def _to_members(request: AuthenticatedRequest, project: Project) -> HttpResponse:
    """Back to the members, or to the municipality for who is in the project no longer. One query."""
    if Project.objects.where_may(request.user, Right.READ).filter(pk=project.pk).exists():
        return redirect("projects:members", *project.address)
    return redirect("projects:municipality", project.municipality.code)


def _is_repeated(project: Project, typed: Any) -> bool:
    """Whether the form lets in whom it has let in already, with the same role: it was sent twice. One query with a form."""
    person, role = typed.get("person", ""), typed.get("role", "")
    is_number = person.isascii() and person.isdecimal() and len(person) < 19
    return is_number and project.members.filter(member=int(person), role=role).exists()


def _outside(project: Project) -> list[MunicipalityMember]:
    """The people of the municipality who can be let in, in Danish order of their names. One query."""
    people = project.municipality.members.filter(dpo="", user__is_active=True).exclude(project_roles__project=project)
    return sorted(people.select_related("user"), key=lambda person: (sort_key(str(person.user)), person.pk))
