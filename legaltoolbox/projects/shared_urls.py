"""What municipalities share with each other, below `/juridisk-vaerktoejskasse/delte-projekter/`."""

from django.urls import path

from .views import shared_projects

app_name = "shared_projects"
urlpatterns = [
    path("", shared_projects.shared_projects, name="list"),
    path("<int:pk>/", shared_projects.copy, name="copy"),
    path("<int:pk>.json", shared_projects.copy_json, name="copy_json"),
    path("<int:pk>/begynd/", shared_projects.start, name="start"),
]
