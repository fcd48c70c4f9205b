"""The municipalities' projects, below `/juridisk-vaerktoejskasse/projekter/`."""

from django.urls import path

from .views import (
    documents,
    handover,
    history,
    home,
    joining,
    members,
    my_tasks,
    new,
    people,
    projects,
    screening,
    tasks,
)

app_name = "projects"
urlpatterns = [
    path("", home.home, name="home"),
    path("ny/", new.choose, name="choose"),
    path("invitation/<str:token>/", joining.invitation, name="invitation"),
    path("invitation/<str:token>/tag-imod/", joining.accept, name="accept"),
    path("mine/", my_tasks.mine, name="mine"),
    path("mine/mail/", my_tasks.choose_mails, name="task_mails"),
    path("mail-stop/<str:token>/", my_tasks.stop_mails, name="task_mails_stop"),
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
    path("<slug:code>/overdrag/", handover.hand_over, name="hand_over"),
    # The projects
    path("<slug:code>/ny/", new.new, name="new"),
    path("<slug:code>/<int:number>/", projects.overview, name="overview"),
    path("<slug:code>/<int:number>/afklaring/", screening.screening, name="screening"),
    path("<slug:code>/<int:number>/oplysninger/", projects.details, name="details"),
    path("<slug:code>/<int:number>/afslut/", projects.close, name="close"),
    path("<slug:code>/<int:number>/genaabn/", projects.reopen, name="reopen"),
    path("<slug:code>/<int:number>/deltagere/", members.members, name="members"),
    path("<slug:code>/<int:number>/deltagere/<int:pk>/rolle/", members.member_role, name="member_role"),
    path("<slug:code>/<int:number>/deltagere/<int:pk>/fjern/", members.member_remove, name="member_remove"),
    path("<slug:code>/<int:number>/historik/", history.history, name="history"),
    path("<slug:code>/<int:number>/aktiviteter/", tasks.activities, name="activities"),
    path("<slug:code>/<int:number>/aktiviteter/<slug:activity>/", tasks.activity, name="activity"),
    path("<slug:code>/<int:number>/opgaver/ny/", tasks.new_task, name="task_new"),
    path("<slug:code>/<int:number>/opgaver/<int:pk>/", tasks.task, name="task"),
    path("<slug:code>/<int:number>/opgaver/<int:pk>/slet/", tasks.delete_task, name="task_delete"),
    path("<slug:code>/<int:number>/plan.xlsx", tasks.plan_xlsx, name="plan_xlsx"),
    path("<slug:code>/<int:number>/plan.ics", tasks.plan_ics, name="plan_ics"),
    path("<slug:code>/<int:number>/dokumenter/", documents.documents, name="documents"),
    path("<slug:code>/<int:number>/dokumenter/begynd/", documents.begin_document, name="begin_document"),
    path("<slug:code>/<int:number>/dokumenter/<int:nr>/", documents.document, name="document"),
    path("<slug:code>/<int:number>/dokumenter/<int:nr>.<slug:ending>", documents.document_file, name="document_file"),
    path("<slug:code>/<int:number>/dokumenter/<int:nr>/<slug:section>/", documents.section, name="section"),
]
