"""The toolbox's public addresses. Those of a kind without views of its own follow from its record."""

from collections.abc import Iterator

from django.urls import URLPattern, path, re_path

from .kinds import KINDS
from .models import Requirement, Risk
from .projects.views.interchange import project_schema
from .views import catalogues, changes, checklists, files, interchange, items, law, legal_bases, overview, search

KEY = r"(?P<key>[-\w]+)"
DOCUMENT = r"(?P<ending>docx|pdf)"
FILE = r"(?P<ending>docx|xlsx|pdf)"

app_name = "toolbox"
urlpatterns: list[URLPattern] = [
    path("", overview.overview, name="overview"),
    re_path(rf"^overblik\.{DOCUMENT}$", overview.overview_file, name="overview_file"),
    path("kalender.ics", overview.calendar, name="calendar"),
    path("soeg/", search.search, name="search"),
    path("faser/", overview.to_overview, name="phases"),
    path("faser/<slug:key>/", items.phase, name="phase"),
    path("faser/<slug:key>/tjekliste/", checklists.phase_checklist, name="phase_checklist"),
    re_path(rf"^faser/{KEY}/tjekliste\.{DOCUMENT}$", checklists.phase_checklist_file, name="phase_checklist_file"),
    path("faser/<slug:key>/skabeloner.zip", files.phase_templates, name="phase_templates"),
    path("roller/", items.roles, name="roles"),
    path("roller/<slug:key>/", items.role, name="role"),
    path("roller/<slug:key>/tjekliste/", checklists.role_checklist, name="role_checklist"),
    re_path(rf"^roller/{KEY}/tjekliste\.{DOCUMENT}$", checklists.role_checklist_file, name="role_checklist_file"),
    path("aktiviteter/", overview.to_overview, name="activities"),
    path("aktiviteter/<slug:key>/", items.activity, name="activity"),
    path("aktiviteter/<slug:key>/tjekliste/", checklists.activity_checklist, name="activity_checklist"),
    re_path(
        rf"^aktiviteter/{KEY}/tjekliste\.{DOCUMENT}$",
        checklists.activity_checklist_file,
        name="activity_checklist_file",
    ),
    path("skabeloner/", items.templates, name="templates"),
    path("skabeloner/<slug:key>/", items.template, name="template"),
    re_path(rf"^skabeloner/{KEY}\.{DOCUMENT}$", files.template, name="template_file"),
    path("risici/", catalogues.risks, name="risks"),
    re_path(rf"^risici\.{FILE}$", files.risks, name="risks_file"),
    path("risici/<slug:key>/", items.item, {"kind": Risk.KIND}, name="risk"),
    path("krav/", catalogues.requirements, name="requirements"),
    re_path(rf"^krav\.{FILE}$", files.annex, name="annex"),
    path("krav/<slug:key>/", items.item, {"kind": Requirement.KIND}, name="requirement"),
    path("maa-og-maa-ikke/", catalogues.guidance, name="guidance"),
    path("hjemmel/", legal_bases.legal_bases, name="legal_bases"),
    path("kilder/", law.sources, name="sources"),
    path("kilder/<slug:key>/", law.source, name="source"),
    path("aendringer/", changes.changes, name="changes"),
    path("aendringer.atom", changes.feed, name="changes_feed"),
    path("genbrug/", interchange.reuse, name="reuse"),
    path("katalog.json", interchange.catalogue_json, name="catalogue"),
    path("katalog.schema.json", interchange.json_schema, name="catalogue_schema"),
    path("projekt.schema.json", project_schema, name="project_schema"),
    path("oscal.json", interchange.oscal, name="oscal"),
    path("ciso-assistant.yaml", interchange.ciso_assistant, name="ciso_assistant"),
]


def _paths_from_records() -> Iterator[URLPattern]:
    """The list and the item pages of each kind that has an address and no pattern above."""
    names = {pattern.name for pattern in urlpatterns}
    for kind in KINDS.values():
        if kind.address and kind.name not in names:
            options = {"kind": kind.name}
            yield path(f"{kind.address}/", catalogues.item_list, options, name=kind.list_name)
            yield path(f"{kind.address}/<slug:key>/", items.item, options, name=kind.name)


urlpatterns += list(_paths_from_records())
