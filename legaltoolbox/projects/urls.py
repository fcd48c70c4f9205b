"""The municipalities' projects, below `/juridisk-vaerktoejskasse/projekter/`."""

from django.urls import URLPattern

app_name = "projects"
urlpatterns: list[URLPattern] = []
