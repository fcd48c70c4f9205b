"""The municipalities: KL makes them, invites their first keeper, and enters when the processor agreement was signed.

KL sees how many people and projects a municipality has, and no project, title or answer.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.history import TracedAdmin
from kl_ai.admin.reading import LoggedReading
from kl_ai.forms import LowercaseEmailField
from kl_ai.mail.notices import add_delivery_message

from ...admin.base import LINES
from ..mails import membership
from ..models import Municipality, MunicipalityInvitation
from ..models.people import refuse_staff


class MunicipalityForm(forms.ModelForm):
    """A municipality, with the address of somebody whom KL invites as its keeper."""

    keeper_email = LowercaseEmailField(
        label=_("Invite a keeper"),
        required=False,
        help_text=_("The address gets a mail with a link. The keeper invites the others; KL is not needed for that."),
    )

    def clean_keeper_email(self) -> str:
        """Refuse an address of KL's staff, and one that is invited, or works for the municipality, already."""
        email: str = self.cleaned_data["keeper_email"]
        if email:
            refuse_staff(email)
        if email and self.instance.pk:
            self.instance.invitations.refuse_another(email)
            if self.instance.members.filter(user__email=email).exists():
                raise ValidationError(gettext("This person works for the municipality already."))
        return email


@admin.register(Municipality)
class MunicipalityAdmin(LoggedReading, TracedAdmin):
    form = MunicipalityForm
    formfield_overrides = LINES
    fieldsets = (
        (None, {"fields": ("code", "name", "cvr_number", "agreement_signed_on", "keeper_email")}),
        (_("In the portal"), {"fields": ("people", "projects_made", "is_demo", "created_at")}),
    )
    readonly_fields = ("people", "projects_made", "is_demo", "created_at")
    list_display = ("name", "code", "agreement_signed_on", "number_of_people", "number_of_projects", "is_demo")
    list_filter = (("agreement_signed_on", admin.EmptyFieldListFilter), "is_demo")
    search_fields = ("name", "code")

    def get_queryset(self, request: HttpRequest) -> Any:
        """One query, with the numbers of people, projects and closed projects."""
        return (
            super()
            .get_queryset(request)
            .annotate(
                people_count=Count("members", distinct=True),
                project_count=Count("projects", distinct=True),
                closed_count=Count("projects", filter=Q(projects__status="closed"), distinct=True),
            )
        )

    @admin.display(description=_("people"), ordering="people_count")
    def number_of_people(self, municipality: Any) -> int:
        number: int = municipality.people_count
        return number

    @admin.display(description=_("projects"), ordering="project_count")
    def number_of_projects(self, municipality: Any) -> int:
        number: int = municipality.project_count
        return number

    @admin.display(description=_("people"))
    def people(self, municipality: Any) -> str:
        """How many work for the municipality, its keepers, and whom KL has invited. Two queries."""
        if not municipality.pk:
            return "–"
        rows = [(gettext("%(n)d people") % {"n": municipality.people_count},)]
        keepers = gettext("Keeper: %(person)s")
        rows += [(keepers % {"person": user.readable_email},) for user in membership.keepers(municipality)]
        invited = gettext("Invited by KL, not here yet: %(person)s")
        waiting = municipality.invitations.waiting().filter(by_kl=True)
        rows += [(invited % {"person": invitation.readable_email},) for invitation in waiting]
        return format_html_join("", "<div>{}</div>", rows)

    @admin.display(description=_("projects"))
    def projects_made(self, municipality: Any) -> str:
        """How many projects are active and closed. No query."""
        if not municipality.pk:
            return "–"
        numbers = {"n": municipality.project_count - municipality.closed_count, "closed": municipality.closed_count}
        return gettext("%(n)d active, %(closed)d closed. KL does not see what is in them.") % numbers

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The row, and the invitation of a keeper where an address was typed; a message where it is refused."""
        super().save_model(request, obj, form, change)
        email = form.cleaned_data.get("keeper_email")
        if email:
            try:
                with transaction.atomic():
                    invitation = MunicipalityInvitation.invite(obj, email, request.user, is_keeper=True, by_kl=True)
                    membership.send_municipality_news(obj, request)
                    mail = membership.send_invitation(invitation)
            except ValidationError as refused:  # somebody has invited the address since the form was checked
                messages.error(request, refused.messages[0])
            else:
                transaction.on_commit(lambda: add_delivery_message(request, [mail]))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return ("code", *fields) if obj else fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes a municipality here: what its projects hold is its own."""
        return False
