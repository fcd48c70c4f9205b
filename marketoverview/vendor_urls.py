"""The vendor's own area."""

from django.urls import path

from .views import account, company, invitations, joining, offerings, review, survey, vendor_questions

app_name = "vendor"
urlpatterns = [
    path("", company.home, name="home"),
    path("spoergsmaal/", company.questions, name="questions"),
    path("spoergsmaal/<slug:code>/", company.questions, name="round_questions"),
    # Joining
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("invitation/<str:token>/tag-imod/", invitations.accept, name="accept"),
    path("invitation/<str:token>/spoerg-kl/", invitations.ask_kl, name="ask_kl"),
    path("virksomhed/ny/", joining.register, name="register"),
    path("virksomhed/<slug:slug>/deltag/", joining.join, name="join"),
    path("virksomhed/<slug:slug>/anmodninger/<int:pk>/", joining.join_decide, name="join_decide"),
    path("virksomhed/<slug:slug>/kolleger/", joining.members, name="members"),
    path("virksomhed/<slug:slug>/kolleger/<int:pk>/fjern/", joining.member_remove, name="member_remove"),
    path("virksomhed/<slug:slug>/invitationer/<int:pk>/annuller/", joining.invitation_cancel, name="invitation_cancel"),
    # The company
    path("virksomhed/<slug:slug>/", company.company, name="company"),
    path("virksomhed/<slug:slug>/begynd/", company.begin, name="begin"),
    path("virksomhed/<slug:slug>/bekraeft/", company.confirm, name="confirm"),
    path("virksomhed/<slug:slug>/spoergsmaal-til-kl/", vendor_questions.questions_to_kl, name="questions_to_kl"),
    path("virksomhed/<slug:slug>/traek-tilbage/", company.withdraw, name="withdraw"),
    path("svar/<int:pk>/", company.response_detail, name="response"),
    path("svar/<int:pk>/indsigelse/<int:answer>/", company.objection, name="object"),
    # The survey
    path("svar/<int:pk>/opgaver/", survey.tasks, name="tasks"),
    path("svar/<int:pk>/del/<slug:part>/", survey.part, name="part"),
    path("svar/<int:pk>/del/<slug:part>/sidst/", survey.part_last, name="part_last"),
    path("svar/<int:pk>/eksempel/ny/", offerings.offering_new, name="offering_new"),
    path("svar/<int:pk>/eksempel/<uuid:key>/", offerings.offering, name="offering"),
    path("svar/<int:pk>/eksempel/<uuid:key>/<slug:action>/", offerings.offering_action, name="offering_do"),
    path("svar/<int:pk>/gennemse/", review.review, name="review"),
    path("svar/<int:pk>/kasser/", review.discard, name="discard"),
    path("svar/<int:pk>/kald-tilbage/", review.take_back, name="take_back"),
    # The person
    path("konto/", account.account, name="account"),
    path("konto/data.json", account.data, name="data"),
    path("konto/slet/", account.account_delete, name="account_delete"),
]
