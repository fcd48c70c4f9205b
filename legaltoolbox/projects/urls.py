"""The municipalities' projects, below `/juridisk-vaerktoejskasse/projekter/`."""

from django.urls import path

from .views import home, joining, new, people, projects

app_name = "projects"
urlpatterns = [
    path("", home.home, name="home"),
    path("ny/", new.choose, name="choose"),
    path("invitation/<str:token>/", joining.invitation, name="invitation"),
    path("invitation/<str:token>/tag-imod/", joining.accept, name="accept"),
    path("<slug:code>/", home.municipality, name="municipality"),
    # The municipality's people
    path("<slug:code>/deltag/", joining.join, name="join"),
    path("<slug:code>/forlad/", people.leave, name="leave"),
    path("<slug:code>/medlemmer/", people.members, name="members_of_municipality"),
    path("<slug:code>/medlemmer/<int:pk>/", people.tasks, name="tasks_of_member"),
    path("<slug:code>/medlemmer/<int:pk>/fjern/", people.member_remove, name="member_of_municipality_remove"),
    path("<slug:code>/invitationer/<int:pk>/annuller/", people.invitation_cancel, name="invitation_cancel"),
    path("<slug:code>/anmodninger/<int:pk>/", people.join_decide, name="join_decide"),
    path("<slug:code>/indstillinger/", people.settings, name="settings"),
    # The projects
    path("<slug:code>/ny/", new.new, name="new"),
    path("<slug:code>/<int:number>/", projects.overview, name="overview"),
]
