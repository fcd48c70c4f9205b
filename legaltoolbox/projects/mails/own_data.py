"""What municipalities and their projects hold about a person, for the copy of the own data (setting `OWN_DATA`)."""

from typing import Any

from django.db.models import F, Q

from kl_ai.models import User

from ..models import (
    AdvicePoint,
    Comment,
    Decision,
    FieldEdit,
    MunicipalityEvent,
    MunicipalityInvitation,
    MunicipalityJoinRequest,
    MunicipalityMember,
    Opinion,
    ProjectEvent,
    ProjectMember,
    TaskMailStop,
)


def own_data(user: User) -> dict[str, Any]:
    """Memberships, roles, invitations, requests, and what the person did, said and wrote. Fifteen queries."""
    name, columns = F("municipality__name"), ("created_at", "opened_at", "accepted_at", "cancelled_at")
    received = MunicipalityInvitation.objects.filter(Q(email=user.email) | Q(accepted_by=user))
    sent = MunicipalityInvitation.objects.filter(invited_by=user)
    requests = MunicipalityJoinRequest.objects.filter(user=user)
    decided = MunicipalityJoinRequest.objects.filter(decided_by=user)
    return {
        "municipalities": list(
            MunicipalityMember.objects.for_user(user).values("is_keeper", "dpo", "joined_at", name=name)
        ),
        "invitations_to_municipalities_received": list(received.values(*columns, name=name)),
        "invitations_to_municipalities_sent": list(sent.values("email", *columns, name=name)),
        "requests_to_municipalities": list(requests.values("message", "asked_at", "decided_at", "approved", name=name)),
        "requests_to_municipalities_decided": list(decided.values("decided_at", "approved", name=name)),
        "changes_of_municipalities": list(
            MunicipalityEvent.objects.about(user).values("what", "detail", "at", name=name)
        ),
        **_of_projects(user),
        "mails_about_tasks_stopped": TaskMailStop.objects.filter(user=user).exists(),
    }


def _of_projects(user: User) -> dict[str, Any]:
    """What projects hold about a person. Eight queries."""
    roles = ProjectMember.objects.filter(member__user=user).order_by("pk")
    acts = ProjectEvent.objects.filter(actor=user).order_by("pk")
    edits = FieldEdit.objects.filter(by=user).order_by("pk")
    comments = Comment.objects.filter(by=user).order_by("pk")
    about = ProjectEvent.objects.filter(Q(person=user) | Q(person_before=user)).order_by("pk")
    opinions = Opinion.objects.filter(by=user).order_by("pk")
    decisions = Decision.objects.filter(by=user).order_by("pk")
    advice = AdvicePoint.objects.filter(answered_by=user).order_by("pk")
    project = F("project__title")
    document = {"title": F("document__project__title"), "template": F("document__template")}
    return {
        "projects": list(roles.values("project__title", "project__number", "role", "joined_at")),
        "project_acts": list(acts.values("at", "what", "place", "old", "new", "reason", title=project)),
        "fields_written": list(edits.values("at", "document__template", "document__project__title")),
        "comments": list(comments.values("at", "place", "text", title=project)),
        "project_acts_about_the_person": list(about.values("at", "what", "place", title=project)),
        "opinions": list(opinions.values("at", "verdict", "text", **document)),
        "decisions": list(
            decisions.values(
                "at", "answer", "conditions", "reason", "point", title=project, template=document["template"]
            )
        ),
        "answers_to_advice": list(
            advice.values("answered_at", "answer", "reason", template=F("opinion__document__template"))
        ),
    }
