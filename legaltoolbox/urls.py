"""The toolbox's public addresses."""

from django.urls import path, re_path

from .views import catalogues, checklists, files, items, law, overview, search

app_name = "toolbox"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("soeg/", search.search, name="search"),
    path("faser/", overview.to_overview, name="phases"),
    path("aktiviteter/", overview.to_overview, name="activities"),
    path("faser/<slug:slug>/", items.phase, name="phase"),
    path("faser/<slug:slug>/tjekliste/", checklists.of_phase, name="phase_checklist"),
    path("faser/<slug:slug>/tjekliste.docx", checklists.phase_file, name="phase_checklist_file"),
    path("faser/<slug:slug>/skabeloner.zip", files.phase_templates, name="phase_templates"),
    path("roller/", items.roles, name="roles"),
    path("roller/<slug:slug>/", items.role, name="role"),
    path("roller/<slug:slug>/tjekliste/", checklists.of_role, name="role_checklist"),
    path("roller/<slug:slug>/tjekliste.docx", checklists.role_file, name="role_checklist_file"),
    path("aktiviteter/<slug:code>/", items.activity, name="activity"),
    path("aktiviteter/<slug:code>/tjekliste/", checklists.of_activity, name="activity_checklist"),
    path("aktiviteter/<slug:code>/tjekliste.docx", checklists.activity_file, name="activity_checklist_file"),
    path("skabeloner/", items.templates, name="templates"),
    path("skabeloner/<slug:code>/", items.template, name="template"),
    re_path(r"^skabeloner/(?P<code>[-\w]+)\.docx$", files.template, name="template_file"),
    path("risici/", catalogues.risks, name="risks"),
    path("risici.xlsx", files.risks, name="risks_file"),
    path("risici/<slug:code>/", items.risk, name="risk"),
    path("krav/", catalogues.requirements, name="requirements"),
    re_path(r"^krav\.(?P<ending>docx|xlsx)$", files.annex, name="annex"),
    path("krav/<slug:code>/", items.requirement, name="requirement"),
    path("maa-og-maa-ikke/", catalogues.guidance, name="guidance"),
    path("kilder/", law.sources, name="sources"),
    path("kilder/<slug:slug>/", law.source, name="source"),
    path("aendringer/", law.changes, name="changes"),
    path("genbrug/", files.reuse, name="reuse"),
    path("katalog.json", files.catalogue_json, name="catalogue"),
]
