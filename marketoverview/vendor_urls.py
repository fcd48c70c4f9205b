"""The vendor's own area."""

from django.urls import path

from .views import survey

app_name = "vendor"
urlpatterns = [
    path("", survey.home, name="home"),
    path("svar/<int:pk>/", survey.response, name="response"),
]
