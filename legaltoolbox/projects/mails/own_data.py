"""What municipalities and their projects hold about a person, for the copy of the own data (setting `OWN_DATA`)."""

from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from kl_ai.models import User
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import Activity, Requirement, Risk

from ..models import (
    AdvicePoint,
    Annex,
    AnnexQuestion,
    Comment,
    ConditionsMet,
    Decision,
    FieldEdit,
    ImportedRecord,
    ItemDecision,
    Measure,
    Municipality,
    MunicipalityEvent,
    MunicipalityInvitation,
    MunicipalityJoinRequest,
    MunicipalityMember,
    Opinion,
    Project,
    ProjectEvent,
    ProjectMember,
    Recipient,
    RequirementState,
    RiskAssessment,
    Task,
    TaskMailStop,
    UpdateMail,
    imported_names,
)
from ..models.project_lookups import municipalities_that_ask
from ..rights import Right

Rows = list[dict[str, Any]]


def own_data(user: User, *, is_after_step: bool) -> dict[str, Any]:
    """Memberships, roles, invitations, requests, what the person did, said and wrote, and is responsible for.

    Before the second step nothing of the projects of a municipality that asks for it, and no address of its people; what
    is left out is said. 30 queries, and those of the catalogue where it names what somebody is responsible for.
    """
    name, columns = F("municipality__name"), ("created_at", "opened_at", "accepted_at", "cancelled_at")
    hidden = [] if is_after_step else list(municipalities_that_ask(user))
    received = MunicipalityInvitation.objects.filter(Q(email=user.email) | Q(accepted_by=user))
    sent = MunicipalityInvitation.objects.filter(invited_by=user).exclude(municipality__in=hidden)
    requests = MunicipalityJoinRequest.objects.filter(user=user)
    decided = MunicipalityJoinRequest.objects.filter(decided_by=user)
    return {
        "left_out_of_municipalities": [_left_out(municipality) for municipality in hidden],
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
        **_of_projects(_Shown(user, hidden)),
        "mails_about_tasks_stopped": TaskMailStop.objects.filter(user=user).exists(),
        "mails_about_changes_sent_at": UpdateMail.objects.filter(user=user).values_list("sent_at", flat=True).first(),
    }


def _left_out(municipality: Municipality) -> str:
    """What is left out of the file, and how it comes in."""
    text = gettext(
        "%(name)s asks for two-step login. Log in with your authenticator app (%(url)s) and download the file again: "
        "then it holds what you have done in the projects there, too."
    )
    return text % {"name": municipality, "url": settings.SITE_URL + reverse("mfa_activate_totp")}


class _Shown:
    """What of projects is shown to the person: nothing of some municipalities, and of projects that are closed to the person
    no words of others, such as the title.
    """

    def __init__(self, user: User, hidden: list[Municipality]) -> None:
        """One query."""
        self.user, self.hidden = user, hidden
        self.open = set(Project.objects.where_may(user, Right.READ).values_list("pk", flat=True))

    def rows(self, rows: QuerySet, *columns: str, way: str = "", others: tuple[str, ...] = (), **named: Any) -> Rows:
        """These columns of the rows, with the project's municipality, number and title.

        `way` leads from a row to what has the column `project`; `others` are columns that others may have written. One query.
        """
        project = f"{way}project__"
        place = {
            "project_key": F(f"{way}project_id"),
            "municipality": F(f"{project}municipality__name"),
            "project_number": F(f"{project}number"),
            "project_title": F(f"{project}title"),
        }
        shown = rows.exclude(**{f"{project}municipality__in": self.hidden}).order_by("pk")
        found = [dict(row) for row in shown.values(*columns, *others, **named, **place)]
        for row in found:
            if row.pop("project_key") not in self.open:
                for name in ("project_title", *others):
                    del row[name]
        return found


def _of_projects(shown: _Shown) -> dict[str, Any]:
    """What projects hold about a person. Twenty queries, and those of the catalogue."""
    user = shown.user
    about = ProjectEvent.objects.filter(Q(person=user) | Q(person_before=user))
    acts = ProjectEvent.objects.filter(actor=user)
    return {
        "projects": shown.rows(ProjectMember.objects.filter(member__user=user), "role", "joined_at"),
        "project_acts": shown.rows(acts, "at", "what", "place", "new", "reason", others=("old",)),
        "fields_written": shown.rows(
            FieldEdit.objects.filter(by=user), "at", way="document__", template=F("document__template")
        ),
        "comments": shown.rows(Comment.objects.filter(by=user), "at", "place", "text"),
        "imported_records_with_the_name": shown.rows(
            ImportedRecord.objects.filter(pk__in=[row.pk for row in imported_names.naming(user)]), "part"
        ),
        "project_acts_about_the_person": shown.rows(about, "at", "what", "place"),
        "decisions_on_changed_texts": shown.rows(
            ItemDecision.objects.filter(by=user), "at", "code", "verdict", "reason"
        ),
        **_texts_of(shown),
        **_of_annexes(shown),
        **_owned(shown),
    }


def _texts_of(shown: _Shown) -> dict[str, Any]:
    """The opinions and decisions that the person has given, and the answers to advice and on conditions, word for word. Four queries."""
    user, template = shown.user, F("document__template")
    return {
        "opinions_given": shown.rows(
            Opinion.objects.filter(by=user), "at", "verdict", "text", way="document__", template=template
        ),
        "decisions_taken": shown.rows(
            Decision.objects.filter(by=user), "at", "answer", "conditions", "reason", "point", template=template
        ),
        "conditions_met": shown.rows(
            ConditionsMet.objects.filter(by=user),
            "at",
            "how",
            way="decision__",
            template=F("decision__document__template"),
        ),
        "advice_answered": shown.rows(
            AdvicePoint.objects.filter(answered_by=user),
            *("answered_at", "number", "answer", "reason"),
            way="opinion__document__",
            template=F("opinion__document__template"),
        ),
    }


def _of_annexes(shown: _Shown) -> dict[str, Any]:
    """The requirement annexes that the person has begun, the questions answered, and those sent to the person's address. Three queries."""
    user = shown.user
    number = F("annex__number")
    sent_to = Recipient.objects.filter(email=user.email, mailed_at__isnull=False)
    return {
        "annexes_begun": shown.rows(Annex.objects.filter(created_by=user), "created_at", "number", others=("title",)),
        "vendor_questions_answered": shown.rows(
            AnnexQuestion.objects.filter(answered_by=user), "answered_at", "answer", way="annex__", annex_number=number
        ),
        "annexes_received": shown.rows(
            sent_to, "company", "mailed_at", "opened_at", way="annex__", annex_number=number
        ),
    }


def _owned(shown: _Shown) -> dict[str, Any]:
    """What the person is responsible for in projects, by title. Four queries, and those of the catalogue where it names one."""

    def rows(model: Any, kind: str, code: str, *names: str, others: tuple[str, ...] = ()) -> Rows:
        """A row's own title, else that of the catalogue's item with its code."""
        found = shown.rows(model.objects.filter(owner__user=shown.user), *names, others=others, item=F(code))
        for row in found:
            item = catalogues.current().find(kind, row["item"]) if row["item"] else None
            row["title"] = row.get("title") or (item.title if item else "")
        return found

    measures = Measure.objects.filter(owner__user=shown.user)
    return {
        "tasks_owned": rows(Task, Activity.KIND, "activity", "due", "state", others=("title",)),
        "measures_owned": shown.rows(measures, "due", "is_done", others=("text",)),
        "risks_owned": rows(RiskAssessment, Risk.KIND, "code", others=("title",)),
        "requirements_owned": rows(RequirementState, Requirement.KIND, "code"),
    }
