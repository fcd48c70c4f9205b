"""The municipalities' projects, below `/juridisk-vaerktoejskasse/projekter/`."""

from django.urls import path

from .views import home, new, projects

app_name = "projects"
urlpatterns = [
    path("", home.home, name="home"),
    path("ny/", new.choose, name="choose"),
    path("<slug:code>/", home.municipality, name="municipality"),
    path("<slug:code>/ny/", new.new, name="new"),
    path("<slug:code>/<int:number>/", projects.overview, name="overview"),
]
