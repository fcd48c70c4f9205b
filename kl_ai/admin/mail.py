"""The mails of the portal in the administration, to be read and tried again, and the addresses that refuse mail."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..forms import LowercaseEmailField
from ..mail.models import BadAddress, MailState, OutgoingMail
from ..text import mask_tokens
from .lists import DanishListAdmin
from .reading import LoggedReading
from .site import ReadOnlyAdmin

FAILED = "failed"


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [*MailState.choices, (FAILED, _("not sent although tried, or address refused"))]

    def queryset(self, request, queryset):
        if self.value() == FAILED:
            return queryset.failed()
        return queryset.in_state(self.value()) if self.value() in MailState.values else queryset


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return list(settings.MAIL_KINDS.items())

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() in settings.MAIL_KINDS else queryset


@admin.register(OutgoingMail)
class OutgoingMailAdmin(LoggedReading, ReadOnlyAdmin):
    """Nobody writes, changes or deletes a mail here."""

    fields = (
        "to",
        "subject_label",
        "masked_body",
        "state_label",
        "last_error",
        "kind_label",
        "language",
        ("created_at", "sent_at"),
        ("attempts", "next_try_at"),
        "key",
    )
    list_display = ("to", "state_label", "subject_label", "created", "sent", "last_error", "kind_label")
    list_filter = (StateFilter, KindFilter)
    search_fields = ("to", "subject", "key")
    date_hierarchy = "created_at"
    actions = ("try_again",)

    def get_queryset(self, request):
        return super().get_queryset(request).with_address_mark()

    def has_retry_permission(self, request) -> bool:
        return request.user.has_perm("kl_ai.change_outgoingmail")

    @admin.display(description=_("state"))
    def state_label(self, mail: OutgoingMail) -> str:
        return str(mail.state.label)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_label(self, mail: OutgoingMail) -> str:
        """The kind's name; of one that has none any more, as it is stored."""
        return str(settings.MAIL_KINDS.get(mail.kind, mail.kind))

    @admin.display(description=_("subject"))
    def subject_label(self, mail: OutgoingMail) -> str:
        return mail.shown_subject

    def rows_with(self, path: str, word: str) -> Q:
        """As everywhere; the subject of a confidential mail is not searched, since a search would tell of it."""
        found = super().rows_with(path, word)
        return found & ~Q(kind__in=settings.CONFIDENTIAL_MAIL_KINDS) if path == "subject" else found

    @admin.display(description=_("text"))
    def masked_body(self, mail: OutgoingMail) -> str:
        """The mail's text without its secret links, which only the recipient may follow; none of a confidential one."""
        if mail.is_confidential:
            return gettext("Only the recipient reads it: it is about a municipality’s project.")
        return mask_tokens(mail.body)

    @admin.display(description=_("created"), ordering="created_at")
    def created(self, mail: OutgoingMail) -> str:
        return date_format(timezone.localtime(mail.created_at), "j.n.Y H:i")

    @admin.display(description=_("sent"), ordering="sent_at")
    def sent(self, mail: OutgoingMail) -> str | None:
        return date_format(timezone.localtime(mail.sent_at), "j.n.Y H:i") if mail.sent_at else None

    @admin.action(description=_("Try again now"), permissions=["retry"])
    def try_again(self, request, queryset) -> None:
        """Make the chosen mails due for the next run of `send_mail`, but those that are sent. Three queries."""
        unsent = OutgoingMail.objects.filter(pk__in=queryset.values("pk"), sent_at=None)
        unsent.try_again()
        blocked = unsent.in_state(MailState.REFUSED).count()
        number = unsent.count() - blocked
        text = ngettext(
            "%(number)d mail goes out within 15 minutes.", "%(number)d mails go out within 15 minutes.", number
        )
        self.message_user(request, text % {"number": number})
        if blocked:
            text = ngettext(
                "%(number)d mail waits until the mark on its address is cleared.",
                "%(number)d mails wait until the mark on their address is cleared.",
                blocked,
            )
            self.message_user(request, text % {"number": blocked}, messages.WARNING)


class BadAddressForm(forms.ModelForm):
    class Meta:
        field_classes = {"email": LowercaseEmailField}


@admin.register(BadAddress)
class BadAddressAdmin(LoggedReading, DanishListAdmin):
    """An address is added by hand when a mail has come back, and deleted when mail is to be sent to it again."""

    form = BadAddressForm
    fields = ("email", "error", "since")
    readonly_fields = ("since",)
    list_display = ("email", "since", "error")
    search_fields = ("email", "error")

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def delete_model(self, request, obj) -> None:
        obj.clear()

    def delete_queryset(self, request, queryset) -> None:
        for address in queryset:
            address.clear()
