"""A whole project as a file, a project made from such a file, and its imported history."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import CharField
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kl_ai.drafts.parts import PageSave, fingerprint, new_page
from kl_ai.export.downloads import file_response, open_to_websites
from kl_ai.pages.cache import versioned_page
from kl_ai.pages.expensive import expensive
from kl_ai.pages.frame import render_page
from kl_ai.pages.pagination import paginate
from kl_ai.people import limits
from kl_ai.requests.bodies import accepts_upload
from kl_ai.requests.http import AuthenticatedRequest, get_and_post
from legaltoolbox.catalogue import catalogues
from legaltoolbox.files.texts import filename

from ..files import project_json as json_file
from ..files.cnil_pia import read_import
from ..files.cnil_record import UnkeptFile
from ..files.project_reader import UnreadableFile, is_too_much
from ..files.project_schema import schema
from ..files.schema_check import Problem
from ..models import Municipality, Project, ProjectImport
from ..models.portable import FOREIGN
from ..rights import Right
from ..work import imported as imported_words
from ..work.pinning import pin
from .history import MOST_DIGITS, PAGE, PER_PAGE
from .lookups import own_municipality, own_project, project_page
from .new import refusal

SCHEMA_TYPE = "application/schema+json"
FORM_BYTES = 100_000
"""Of what a form sends beside its file."""
PART = "del"
FILE, WHOLE, WITHOUT_LOG = "fil", "alt", "uden-log"
PAGE_LETTERS = 32


@versioned_page
def project_schema(request: HttpRequest) -> HttpResponse:
    """`/juridisk-vaerktoejskasse/projekt.schema.json`: the JSON Schema of a project's file."""
    content = schema(request.build_absolute_uri(reverse("toolbox:project_schema")))
    options = {"ensure_ascii": False, "indent": 1}
    return open_to_websites(JsonResponse(content, content_type=SCHEMA_TYPE, json_dumps_params=options))


@never_cache
@require_safe
@expensive
def project_json(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/<number>/projekt.json`: the whole project. A constant number of queries.

    Where no import would take that file, a page says so, with its parts: `?fil=alt` is all the same the whole file, and
    `?fil=uden-log` the one without the log of changes.
    """
    project = own_project(request, code, number, Right.MANAGE)
    address = request.build_absolute_uri(reverse("projects:overview", args=project.address))
    head, record = json_file.file_head(project, address), json_file.project_record(project)
    asked = request.GET.get(FILE, "")
    if asked == WITHOUT_LOG:
        content = json_file.file_bytes(head, json_file.without_log(record))
        name = filename(project.title, _("without the log"), ending="json")
        return file_response(name, content, json_file.CONTENT_TYPE)
    content = json_file.file_bytes(head, record)
    if asked != WHOLE and is_too_much(content, record):
        shorter = json_file.without_log(record)
        return _large_file_page(request, project, len(content), json_file.file_bytes(head, shorter), shorter)
    return file_response(filename(project.title, ending="json"), content, json_file.CONTENT_TYPE)


def _large_file_page(
    request: AuthenticatedRequest, project: Project, size: int, shorter: bytes, record: dict[str, Any]
) -> HttpResponse:
    """What to do with a project whose file of `size` bytes no import takes; `shorter` is that of `record`, without the log."""
    return project_page(
        request,
        project,
        "large_file",
        _("The project’s file is large"),
        section="details",
        above=[(_("Details"), reverse("projects:details", args=project.address))],
        size=size,
        whole_url=f"{request.path}?{FILE}={WHOLE}",
        short_size=len(shorter),
        short_url="" if is_too_much(shorter, record) else f"{request.path}?{FILE}={WITHOUT_LOG}",
    )


# Import -----------------------------------------------------------------------------------------


class ImportForm(forms.Form):
    """The file of a project, or of an assessment."""

    page = forms.CharField(widget=forms.HiddenInput, required=False, max_length=PAGE_LETTERS)
    file = forms.FileField(
        label=gettext_lazy("The project’s file"),
        help_text=gettext_lazy(
            "The JSON file that “Get the whole project” gives, or the one that the CNIL’s PIA tool exports. 10 MB at most."
        ),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        allow_empty_file=True,
    )
    left_out = forms.CharField(widget=forms.HiddenInput, required=False, max_length=PAGE_LETTERS)
    """Which files inside of the file the page has named (`_named`)."""
    without = forms.BooleanField(
        label=gettext_lazy("Make the project without these files"),
        required=False,
        help_text=gettext_lazy("Keep them where they are now, for example in your case system."),
    )

    def accepts(self, files: Sequence[UnkeptFile]) -> bool:
        """Whether the page has named these files, and the user goes on without them."""
        return bool(self.cleaned_data["without"]) and self.cleaned_data["left_out"] == _named(files)

    def clean_file(self) -> UploadedFile:
        """Refuse a file that is too large before it is read."""
        file = cast(UploadedFile, self.cleaned_data["file"])
        if (file.size or 0) > json_file.MOST_BYTES:
            raise ValidationError(_("The file is larger than 10 MB."))
        return file


def _named(files: Sequence[UnkeptFile]) -> str:
    """A short text that is equal for the same files."""
    return fingerprint({"files": [list(file) for file in files]})


@never_cache
@get_and_post
@accepts_upload(json_file.MOST_BYTES + FORM_BYTES, of_everybody=True)
def import_project(request: AuthenticatedRequest, code: str) -> HttpResponseBase:
    """`…/<code>/importer/`: make a project from a file. A form that is sent twice makes one."""
    municipality = own_municipality(request, code)
    if request.method == "POST":
        return _take_file(request, municipality)
    return _import_page(request, municipality, ImportForm(), new_page())


@expensive
def _take_file(request: AuthenticatedRequest, municipality: Municipality) -> HttpResponse:
    """Make the project of the file that was sent; the page again, with what is wrong, where it is refused."""
    form = ImportForm(request.POST, request.FILES)
    problems: list[Problem] = []
    left_out: list[UnkeptFile] = []
    if form.is_valid():
        try:
            limits.consume("import_project", person=request.user)
            catalogue, page = catalogues.current(), form.cleaned_data["page"]
            file = read_import(form.cleaned_data["file"].read(), catalogue)
            if not file.left_out or form.accepts(file.left_out):
                title = file.record["details"]["title"]
                file.record["details"]["title"] = _own_title(municipality, title)
                with transaction.atomic():
                    made = ProjectImport.take(
                        municipality, request.user, file.record, file.source, page, catalogue.version
                    )
                    pin(made.project, catalogue)
                messages.success(request, _made_sentence(made.project, title))
                return redirect("projects:imported", *made.project.address)
            left_out = file.left_out
        except limits.LimitReached as reached:
            form.add_error(None, str(reached))
        except UnreadableFile as unreadable:
            problems = unreadable.problems
        except ValidationError as refused:
            problems = [Problem("", message) for message in refused.messages]
    page = PageSave.from_post(form.data).page or new_page()
    return _import_page(request, municipality, form, page, problems, left_out)


def _own_title(municipality: Municipality, title: str) -> str:
    """The title that a project of a file gets: with “(imported)” where the municipality has one of the same title. One query.

    The title stays as it is where that would make it longer than one can be: nothing of a file is lost.
    """
    longer, field = _("%(title)s (imported)") % {"title": title}, cast(CharField, Project._meta.get_field("title"))
    is_taken = municipality.projects.filter(title=title).exists()
    return longer if is_taken and len(longer) <= (field.max_length or 0) else title


def _made_sentence(project: Project, title: str) -> str:
    """What the page says of a project that is made of a file in which it has this title."""
    made = _("The project is made from the file, and you lead it.")
    if project.title == title:
        return made
    called = _("The municipality has a project of the same title, so this one is called “%(title)s”.")
    return f"{made} {called % {'title': project.title}}"


def _import_page(
    request: AuthenticatedRequest,
    municipality: Municipality,
    form: ImportForm,
    page: str,
    problems: Sequence[Problem] = (),
    left_out: Sequence[UnkeptFile] = (),
) -> HttpResponse:
    """The page with its form. `left_out` are the files inside of the file that it asks to go on without."""
    title = _("Make a project from a file")
    context = {
        "form": form,
        "page": page,
        "problems": problems,
        "left_out": left_out,
        "named": _named(left_out) if left_out else "",
        "title": title,
        "municipality": municipality,
        "refusal": refusal(municipality, request.user),
        "schema_url": reverse("toolbox:project_schema"),
    }
    crumbs = [
        (_("For municipalities"), reverse("projects:home")),
        (municipality.name, reverse("projects:municipality", args=[municipality.code])),
        (title, ""),
    ]
    return render_page(request, "projects/import.html", context, nav_current="projects", crumbs=crumbs)


# What was imported ------------------------------------------------------------------------------


@never_cache
@require_safe
def imported(request: AuthenticatedRequest, code: str, number: int) -> HttpResponse:
    """`…/<number>/historik/importeret/`: what the project's file has brought, and its history. Five queries.

    404 for a project that does not come from a file.
    """
    project = own_project(request, code, number)
    made = get_object_or_404(ProjectImport.objects.select_related("by"), project=project)
    history = {name: made.placed.get("imported", {}).get(name, 0) for name in imported_words.PARTS}
    shown = request.GET.get(PART, "")
    shown = shown if history.get(shown) else next((name for name, each in history.items() if each), "")
    names = imported_words.HISTORY_NAMES
    return project_page(
        request,
        project,
        "imported",
        _("From a shared project") if made.is_from_copy else _("From the file"),
        section="history",
        above=((_("History"), reverse("projects:history", args=project.address)),),
        imported=made,
        may_share_out=project.is_active and project.may(Right.WRITE) and bool(made.placed.get("work", {}).get("tasks")),
        placed=[
            (label, each, reverse(f"projects:{name}", args=project.address))
            for label, each, name in imported_words.placed_lines(made)
            if name != "facts" or project.may(Right.WRITE)
        ],
        parts=[(names[name], each, name, name == shown) for name, each in history.items() if each],
        heading=names.get(shown, ""),
        is_of_other_program=any(history[name] for name in FOREIGN),
        **_shown_records(request, project, shown),
    )


def _shown_records(request: AuthenticatedRequest, project: Project, part: str) -> dict[str, Any]:
    """The records of a part of the imported history, 50 to a page. Three queries."""
    records = project.imported_records.filter(part=part, row=None)
    given = request.GET.get(PAGE, "")
    is_number = given.isascii() and given.isdecimal() and len(given) <= MOST_DIGITS
    address = f"{request.path}?{PART}={part}"
    pages = paginate(
        records.count(),
        max(int(given), 1) if is_number else 1,
        PER_PAGE,
        lambda page: address + (f"&{PAGE}={page}" if page > 1 else ""),
    )
    documents = project.documents.values_list("number", "template", "version")
    numbers = {nr: _("%(code)s, version %(version)s") % {"code": code, "version": v} for nr, code, v in documents}
    found = records.values_list("record", flat=True)[pages.start : pages.stop]
    return {"lines": imported_words.imported_lines(part, found, numbers) if part else [], "pages": pages}
