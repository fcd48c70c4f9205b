"""What municipalities and their projects hold about a person, for the copy of the own data (setting `OWN_DATA`)."""

from typing import Any

from django.db.models import F, Q

from kl_ai.models import User
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import Activity, Requirement, Risk

from ..models import (
    AdvicePoint,
    Comment,
    Decision,
    FieldEdit,
    Measure,
    MunicipalityEvent,
    MunicipalityInvitation,
    MunicipalityJoinRequest,
    MunicipalityMember,
    Opinion,
    ProjectEvent,
    ProjectMember,
    RequirementState,
    RiskAssessment,
    Task,
    TaskMailStop,
)


def own_data(user: User) -> dict[str, Any]:
    """Memberships, roles, invitations, requests, what the person did, said and wrote, and is responsible for.

    Nineteen queries, and those of the catalogue where it names what somebody is responsible for.
    """
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
    """What projects hold about a person. Twelve queries, and those of `_owned`."""
    roles = ProjectMember.objects.filter(member__user=user).order_by("pk")
    acts = ProjectEvent.objects.filter(actor=user).order_by("pk")
    edits = FieldEdit.objects.filter(by=user).order_by("pk")
    comments = Comment.objects.filter(by=user).order_by("pk")
    about = ProjectEvent.objects.filter(Q(person=user) | Q(person_before=user)).order_by("pk")
    project = F("project__title")
    return {
        "projects": list(roles.values("project__title", "project__number", "role", "joined_at")),
        "project_acts": list(acts.values("at", "what", "place", "old", "new", "reason", title=project)),
        "fields_written": list(edits.values("at", "document__template", "document__project__title")),
        "comments": list(comments.values("at", "place", "text", title=project)),
        "project_acts_about_the_person": list(about.values("at", "what", "place", title=project)),
        **_said(user),
        **_owned(user),
    }


def _said(user: User) -> dict[str, Any]:
    """The opinions and decisions that the person has given, and the answers to advice, word for word. Three queries."""
    document, project = F("document__template"), F("document__project__title")
    opinions = Opinion.objects.filter(by=user).order_by("pk")
    decisions = Decision.objects.filter(by=user).order_by("pk")
    answers = AdvicePoint.objects.filter(answered_by=user).order_by("pk")
    of_advice = {"title": F("opinion__document__project__title"), "template": F("opinion__document__template")}
    return {
        "opinions_given": list(opinions.values("at", "verdict", "text", template=document, title=project)),
        "decisions_taken": list(
            decisions.values(
                "at", "answer", "conditions", "reason", "point", template=document, title=F("project__title")
            )
        ),
        "advice_answered": list(answers.values("answered_at", "number", "answer", "reason", **of_advice)),
    }


def _owned(user: User) -> dict[str, Any]:
    """What the person is responsible for in projects, by title. Four queries, and those of the catalogue where it names one."""

    def rows(model: Any, kind: str, code: str, *names: str) -> list[dict[str, Any]]:
        """A row's own title, else that of the catalogue's item with its code."""
        owned = model.objects.filter(owner__user=user).order_by("pk")
        found = list(owned.values(*names, item=F(code), project_title=F("project__title")))
        for row in found:
            item = catalogues.current().find(kind, row["item"]) if row["item"] else None
            row["title"] = row.get("title") or (item.title if item else "")
        return found

    measures = Measure.objects.filter(owner__user=user).order_by("pk")
    return {
        "tasks_owned": rows(Task, Activity.KIND, "activity", "title", "due", "state"),
        "measures_owned": list(measures.values("text", "due", "is_done", project_title=F("project__title"))),
        "risks_owned": rows(RiskAssessment, Risk.KIND, "code", "title"),
        "requirements_owned": rows(RequirementState, Requirement.KIND, "code"),
    }
