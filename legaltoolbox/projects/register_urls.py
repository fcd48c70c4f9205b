"""The public register of the municipalities' sheets, below `/juridisk-vaerktoejskasse/register/`."""

from django.urls import path

from .views import register, register_feed

app_name = "register"
urlpatterns = [
    path("", register.sheets, name="sheets"),
    path("faktaark.json", register.sheets_json, name="sheets_json"),
    path("faktaark.schema.json", register.json_schema, name="schema"),
    path("faktaark.atom", register_feed.feed, name="feed"),
    path("<slug:code>/<int:number>/", register.sheet, name="sheet"),
    path("<slug:code>/<int:number>.json", register.sheet_json, name="sheet_json"),
    path("<slug:code>/<int:number>/<int:version>/", register.earlier_sheet, name="earlier_sheet"),
]
