"""The municipalities' projects, below `/juridisk-vaerktoejskasse/projekter/`."""

from django.urls import path

from .views import home, projects

app_name = "projects"
urlpatterns = [
    path("", home.home, name="home"),
    path("<slug:code>/", home.municipality, name="municipality"),
    path("<slug:code>/<int:number>/", projects.overview, name="overview"),
]
