"""The municipalities' projects, below `/juridisk-vaerktoejskasse/projekter/`."""

from django.urls import path

from .views import (
    document_files,
    documents,
    facts,
    handover,
    history,
    home,
    joining,
    legal_bases,
    members,
    my_tasks,
    new,
    people,
    projects,
    requirements,
    risks,
    screening,
    steps,
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
    path("<slug:code>/<int:number>/hjemmel/", legal_bases.legal_bases, name="legal_bases"),
    path("<slug:code>/<int:number>/hjemmel/tilfoej/", legal_bases.add_basis, name="legal_basis_add"),
    path("<slug:code>/<int:number>/hjemmel/<int:pk>/", legal_bases.legal_basis, name="legal_basis"),
    path("<slug:code>/<int:number>/hjemmel/<int:pk>/slet/", legal_bases.delete_basis, name="legal_basis_delete"),
    path("<slug:code>/<int:number>/risici/", risks.risks, name="risks"),
    path("<slug:code>/<int:number>/risici/tilfoej/", risks.add_risk, name="risk_add"),
    path("<slug:code>/<int:number>/risici/<slug:risk>/", risks.risk, name="risk"),
    path("<slug:code>/<int:number>/risici/<slug:risk>/slet/", risks.delete_risk, name="risk_delete"),
    path("<slug:code>/<int:number>/krav/", requirements.requirements, name="requirements"),
    path("<slug:code>/<int:number>/krav/<slug:requirement>/", requirements.requirement, name="requirement"),
    path("<slug:code>/<int:number>/krav/<slug:requirement>/bevis/", requirements.add_evidence, name="evidence_add"),
    path("<slug:code>/<int:number>/bevis/<int:pk>/slet/", requirements.delete_evidence, name="evidence_delete"),
    path("<slug:code>/<int:number>/dokumenter/", documents.documents, name="documents"),
    path("<slug:code>/<int:number>/dokumenter/faelles/", facts.facts, name="facts"),
    path("<slug:code>/<int:number>/dokumenter/begynd/", documents.begin_document, name="begin_document"),
    path("<slug:code>/<int:number>/dokumenter/<int:nr>/", documents.document, name="document"),
    path(
        "<slug:code>/<int:number>/dokumenter/<int:nr>.<slug:ending>", document_files.document_file, name="document_file"
    ),
    path("<slug:code>/<int:number>/dokumenter/<int:nr>/forloeb/", steps.document_steps, name="document_steps"),
    path("<slug:code>/<int:number>/dokumenter/<int:nr>/forloeb/dpo/", steps.ask_dpo, name="document_ask_dpo"),
    path(
        "<slug:code>/<int:number>/dokumenter/<int:nr>/forloeb/tag-tilbage/", steps.take_back, name="document_take_back"
    ),
    path(
        "<slug:code>/<int:number>/dokumenter/<int:nr>/forloeb/udtalelse/", steps.give_opinion, name="document_opinion"
    ),
    path("<slug:code>/<int:number>/dokumenter/<int:nr>/forloeb/raad/", steps.answer_advice, name="document_advice"),
    path(
        "<slug:code>/<int:number>/dokumenter/<int:nr>/forloeb/ledelse/",
        steps.ask_management,
        name="document_ask_management",
    ),
    path("<slug:code>/<int:number>/dokumenter/<int:nr>/forloeb/beslutning/", steps.decide, name="document_decide"),
    path("<slug:code>/<int:number>/dokumenter/<int:nr>/<slug:section>/", documents.section, name="section"),
]
