"""A new project: empty, with the answers that stand in the toolbox's address, or with those of an earlier project."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.forms import LineField
from kl_ai.login import restore
from kl_ai.pages.frame import render_page
from kl_ai.pages.querystring import encode
from kl_ai.people import limits
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from kl_ai.validators import validate_text
from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.screening import Situation, questions_by_answer
from legaltoolbox.selection import read_situation
from legaltoolbox.views.pages import situation_words

from ..models import Municipality, Project
from ..models.projects import refuse_founder
from ..work.pinning import pin
from .lookups import own_municipality


class ProjectForm(forms.Form):
    """What a project is called, what it is for, and where its case lies."""

    title = LineField(
        label=gettext_lazy("Title"),
        max_length=120,
        width="l",
        help_text=gettext_lazy(
            "What you call the solution or the project, such as “Drafts of letters in the job centre”."
        ),
    )
    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        max_length=2000,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What the solution is to achieve, and for whom. Write nothing about single citizens."),
    )
    case_number = LineField(
        label=gettext_lazy("Case number"),
        max_length=60,
        width="s",
        required=False,
        help_text=gettext_lazy("The number of the case in your case system, if there is one."),
    )


class NewProjectForm(ProjectForm):
    """A new project; with a choice of those to begin from, where there are any."""

    def __init__(self, data: Any, earlier: list[Project]) -> None:
        super().__init__(data)
        self.earlier = {str(project.number): project for project in earlier}
        if earlier:
            none = ("", _("No, begin without answers"))
            self.fields["earlier"] = forms.ChoiceField(
                label=gettext_lazy("Begin from an earlier project"),
                choices=[
                    none,
                    *(
                        (number, _("%(title)s (no. %(number)s)") % {"title": project.title, "number": number})
                        for number, project in self.earlier.items()
                    ),
                ],
                required=False,
                help_text=gettext_lazy("Its answers about the solution are copied. You can change them afterwards."),
            )

    @property
    def based_on(self) -> Project | None:
        return self.earlier.get(self.cleaned_data.get("earlier", ""))


@never_cache
@require_safe
def choose(request: AuthenticatedRequest) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/projekter/ny/`: the choice of the municipality that the project is made in.

    The situation in the address is kept. Redirects where there is only one. One query.
    """
    catalogue = catalogues.for_request(request)
    situation, _notices = read_situation(request, catalogue)
    municipalities = list(Municipality.objects.for_member(request.user).alphabetical())
    choices = [(each.name, reverse("projects:new", args=[each.code]) + _query(situation)) for each in municipalities]
    if len(choices) == 1:
        return redirect(choices[0][1])
    title = _("New project")
    context = {"title": title, "choices": choices, "words": situation_words(situation, catalogue)}
    crumbs = [(_("For municipalities"), reverse("projects:home")), (title, "")]
    return render_page(request, "projects/choose.html", context, nav_current="projects", crumbs=crumbs)


@restore.restorable
@never_cache
@get_and_post
def new(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/projekter/<code>/ny/`: make a project. A form that is sent twice makes one."""
    municipality = own_municipality(request, code)
    catalogue = catalogues.for_request(request)
    situation, notices = read_situation(request, catalogue)
    has_answers = bool(situation.answers)
    earlier = [] if has_answers else list(municipality.projects.all().visible_to(request.user).order_by("-number"))
    typed = request.POST if request.method == "POST" else restore.restore_input(request)
    form = NewProjectForm(typed, earlier)
    if request.method == "POST" and form.is_valid():
        try:
            project = _create(municipality, request.user, form, situation, catalogue)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            next_page = reverse("projects:screening", args=project.address)
            made, what = _("The project is made, and you lead it."), _("Next: what do you know about the solution?")
            messages.success(request, format_html('{} <a href="{}">{}</a>', made, next_page, what))
            return redirect("projects:overview", *project.address)
    elif typed is not None and request.method == "GET":
        messages.warning(request, restore.RESTORED_NOTICE)
    context = {
        "form": form,
        "refusal": refusal(municipality, request.user),
        "notices": notices,
        "answers": questions_by_answer(situation, catalogue),
        "words": situation_words(situation, catalogue),
        "action": request.path + _query(situation),
    }
    return _page(request, municipality, context)


def _page(request: AuthenticatedRequest, municipality: Municipality, context: dict[str, Any]) -> HttpResponse:
    title = _("New project")
    context |= {"title": title, "municipality": municipality}
    crumbs = [
        (_("For municipalities"), reverse("projects:home")),
        (municipality.name, reverse("projects:municipality", args=[municipality.code])),
        (title, ""),
    ]
    return render_page(request, "projects/new.html", context, nav_current="projects", crumbs=crumbs)


def _query(situation: Situation) -> str:
    """The query string of the situation; "" for an open one."""
    return encode(situation.pairs())


def _create(
    municipality: Municipality, user: Any, form: NewProjectForm, situation: Situation, catalogue: Catalogue
) -> Project:
    """The project of this form. Raises `ValidationError` as `Project.create`, and where the person has made many today."""
    details = {name: form.cleaned_data[name] for name in ProjectForm.base_fields}
    try:
        limits.consume("make_project", person=user)
    except limits.LimitReached as reached:
        with transaction.atomic():
            made = Project.made_before(municipality, user, title=details["title"], purpose=details["purpose"])
        if made is None:
            raise ValidationError(str(reached)) from None
        return made
    based_on = form.based_on
    with transaction.atomic():
        project = Project.create_once(
            municipality,
            user,
            **details,
            answers=situation.answers,
            phase=situation.phase,
            based_on=based_on,
            catalogue_version=catalogue.version,
        )
        pin(project, catalogue)
        return project


def refusal(municipality: Municipality, user: Any) -> str:
    """Why this person can make no project of the municipality; "" where nothing stands against it. One query."""
    try:
        refuse_founder(municipality, municipality.member(user))
    except ValidationError as refused:
        return " ".join(refused.messages)
    return ""
