"""The keepers' page that hands a person's projects over to another one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from kl_ai.login import recent_code, restore
from kl_ai.pages.frame import render_page
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from kl_ai.search.danish import sort_key

from ..mails.handover import send_handed_over
from ..models import Municipality, MunicipalityMember, ProjectMember
from ..models.members import HandedOver, refuse_taking
from .lookups import kept_municipality
from .withheld import add_withheld_message


class HandOverForm(forms.Form):
    """Who gives, and who takes over."""

    def __init__(self, data: Any, people: list[MunicipalityMember]) -> None:
        super().__init__(data)
        self.people = {str(person.pk): person for person in people}
        none = ("", _("Choose a person"))
        giving = [(key, _with_number(person)) for key, person in self.people.items()]
        taking = [(key, str(person.user)) for key, person in self.people.items() if _can_take(person)]
        self.fields["leaving"] = forms.ChoiceField(label=gettext_lazy("From"), choices=[none, *giving])
        self.fields["taking"] = forms.ChoiceField(label=gettext_lazy("To"), choices=[none, *taking])

    def clean(self) -> dict[str, Any]:
        """Refuse what `ProjectMember.hand_over` refuses, at its field."""
        if {"leaving", "taking"} <= self.cleaned_data.keys():
            try:
                refuse_taking(*self.chosen)
            except ValidationError as refused:
                self.add_error("taking", refused)
        return self.cleaned_data

    @property
    def chosen(self) -> tuple[MunicipalityMember, MunicipalityMember]:
        """Who gives, and who takes over."""
        return self.people[self.cleaned_data["leaving"]], self.people[self.cleaned_data["taking"]]


@restore.restorable
@never_cache
@get_and_post
def hand_over(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/projekter/<code>/overdrag/`: give all roles and tasks of a person to another. Two queries.

    Asks for a recent code first, as removing somebody does. Both get a mail.
    """
    municipality = kept_municipality(request, code)
    if response := recent_code.redirect_to_code(request):
        return response
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = HandOverForm(typed, _people(municipality))
    if request.method == "POST" and form.is_valid():
        leaving, taking = form.chosen
        try:
            with transaction.atomic():
                handed_over = ProjectMember.hand_over(municipality, request.user, leaving, taking)
                posted = send_handed_over(municipality, request.user, leaving, taking, handed_over)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            _report(request, leaving, taking, handed_over)
            add_withheld_message(request, posted)
            return redirect("projects:hand_over", municipality.code)
    title = _("Hand over somebody’s projects")
    crumbs = [
        (_("For municipalities"), reverse("projects:home")),
        (municipality.name, reverse("projects:municipality", args=[municipality.code])),
        (title, ""),
    ]
    context = {"title": title, "municipality": municipality, "form": form}
    return render_page(request, "projects/hand_over.html", context, nav_current="projects", crumbs=crumbs)


def _people(municipality: Municipality) -> list[MunicipalityMember]:
    """The people of the municipality with the number of their projects, in Danish order of their names. One query."""
    people = municipality.members.select_related("user").annotate(project_number=Count("project_roles"))
    return sorted(people, key=lambda person: (sort_key(str(person.user)), person.pk))


def _can_take(person: MunicipalityMember) -> bool:
    return bool(person.user.is_active) and not person.is_dpo


def _with_number(person: Any) -> str:
    """The person's name with the number of projects."""
    number = person.project_number
    text = ngettext("%(name)s (%(n)s project)", "%(name)s (%(n)s projects)", number)
    return text % {"name": person.user, "n": number}


def _report(
    request: AuthenticatedRequest, leaving: MunicipalityMember, taking: MunicipalityMember, handed_over: HandedOver
) -> None:
    """Say what was handed over."""
    names = {"leaving": leaving.user, "taking": taking.user}
    if not handed_over.projects:
        messages.info(request, _("%(leaving)s is in no project.") % names)
        return
    projects = ngettext("%(n)s project", "%(n)s projects", handed_over.projects) % {"n": handed_over.projects}
    tasks = ngettext("%(n)s task or measure", "%(n)s tasks and measures", handed_over.tasks) % {"n": handed_over.tasks}
    words = names | {"projects": projects, "tasks": tasks}
    messages.success(request, _("%(taking)s has taken over %(projects)s and %(tasks)s from %(leaving)s.") % words)
