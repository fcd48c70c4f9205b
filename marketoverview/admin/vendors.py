"""The vendors, with the people who act for them and their extended deadlines."""

from collections.abc import Collection

from django.contrib import admin
from django.db import models, transaction
from django.db.models import OuterRef, Subquery
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kl_ai.admin.reading import LoggedReading
from kl_ai.login.second_factor import is_verified_staff
from kl_ai.mail.notices import add_queued_message

from ..mails import membership
from ..mails.notifications import send_extension
from ..models import DeadlineExtension, MembershipEvent, Response, Status, Vendor, VendorMember
from ..querysets import REVIEW
from .base import MarketDataAdmin, StaleFilter, date_column
from .edition_texts import edition_texts_view

EVENTS_SHOWN = 50


class PublicFilter(admin.SimpleListFilter):
    title = _("on the portal")
    parameter_name = "public"

    def lookups(self, request, model_admin):
        return [("yes", gettext("has a public profile")), ("no", gettext("has none"))]

    def queryset(self, request, queryset):
        public = Response.objects.published().values("vendor")
        if self.value() == "yes":
            return queryset.filter(pk__in=public)
        if self.value() == "no":
            return queryset.exclude(pk__in=public)
        return queryset


class MemberInline(admin.TabularInline):
    """Who acts for the vendor. Reviewers add and remove people for KL; a row itself is not changed."""

    model = VendorMember
    autocomplete_fields = ("user",)
    readonly_fields = ("joined_at",)
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "vendor")

    def has_add_permission(self, request, obj=None) -> bool:
        return super().has_add_permission(request, obj) and is_verified_staff(request, REVIEW)

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return super().has_delete_permission(request, obj) and is_verified_staff(request, REVIEW)


class ExtensionInline(admin.TabularInline):
    """A later deadline in one round, with KL's reason."""

    model = DeadlineExtension
    fields = ("round", "closes_on", "reason")
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("round", "vendor")


@admin.register(Vendor)
class VendorAdmin(LoggedReading, MarketDataAdmin):
    inlines = (MemberInline, ExtensionInline)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    fieldsets = (
        (None, {"fields": ("name", "slug", "website")}),
        (_("Identity"), {"fields": ("cvr_number", "country")}),
        (None, {"fields": ("responses", "editions", "is_demo", "created_at", "vetted_at")}),
        (_("Changes of members"), {"fields": ("waiting_invitations", "membership_log")}),
    )
    readonly_fields = (
        "responses",
        "editions",
        "is_demo",
        "created_at",
        "vetted_at",
        "waiting_invitations",
        "membership_log",
    )
    list_display = ("name", "published", "confirmed", "open_response", "country", "is_demo")
    list_filter = (PublicFilter, StaleFilter, ("vetted_at", admin.EmptyFieldListFilter), "country", "is_demo")
    search_fields = ("name", "slug", "cvr_number", "website")

    def changed_keys(self, key: object) -> Collection[int]:
        return [int(str(key))]

    published = date_column("public_since", _("public since"), empty_value=_("not public"))
    confirmed = date_column("confirmed_on", _("confirmed"))

    def get_queryset(self, request):
        """One query, with the dates of the public response and the status of the open one."""
        public = Response.objects.published().filter(vendor=OuterRef("pk"))
        open_responses = Response.objects.open().filter(vendor=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                public_since=Subquery(public.values("published_at")[:1]),
                confirmed_on=Subquery(public.values("confirmed_at")[:1]),
                open_status=Subquery(open_responses.values("status")[:1]),
            )
        )

    @admin.display(description=_("open response"), ordering="open_status")
    def open_response(self, vendor):
        return vendor.open_status and Status(vendor.open_status).label

    @admin.display(description=_("responses"))
    def responses(self, vendor) -> str:
        """Links to the responses, the newest first, and to begin one where none is open."""
        if not vendor.pk:
            return "–"
        rows = [
            (
                reverse("admin:marketoverview_response_change", args=[response.pk]),
                response.round.name,
                status_with_date(response),
            )
            for response in vendor.responses.select_related("round").order_by("-sequence")
        ]
        links = format_html_join("", '<li><a href="{}">{}</a>: {}</li>', rows)
        if not vendor.open_status:
            add = f"{reverse('admin:marketoverview_response_add')}?vendor={vendor.pk}"
            links += format_html('<li><a class="addlink" href="{}">{}</a></li>', add, gettext("Begin a response"))
        return format_html('<ul class="plain">{}</ul>', links)

    @admin.display(description=_("in the editions"))
    def editions(self, vendor) -> str:
        """A link to the vendor's texts in the editions, with how many hold it. One query."""
        number = vendor.edition_entries.count() if vendor.pk else 0
        if not number:
            return gettext("In no edition.")
        text = ngettext("Texts in %(n)s edition", "Texts in %(n)s editions", number) % {"n": number}
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:marketoverview_vendor_editions", args=[vendor.pk]), text
        )

    def get_urls(self):
        page = self.admin_site.admin_view(lambda request, **arguments: edition_texts_view(self, request, **arguments))
        return [path("<int:object_id>/editions/", page, name="marketoverview_vendor_editions"), *super().get_urls()]

    @admin.display(description=_("invited by members"))
    def waiting_invitations(self, vendor) -> str:
        """The invitations by members that wait, each with who has invited; a removal cancels those of the removed. One query."""
        if not vendor.pk:
            return "–"
        waiting = vendor.invitations.waiting().filter(by_kl=False).select_related("invited_by").order_by("email")
        words = gettext("%(email)s, invited by %(member)s. Cancelled when %(member)s is removed.")
        rows = [(words % {"email": row.readable_email, "member": row.invited_by or "–"},) for row in waiting]
        return format_html_join("", "<div>{}</div>", rows) or gettext("None.")

    @admin.display(description=_("the latest"))
    def membership_log(self, vendor) -> str:
        """The latest changes of who acts for the vendor, the newest first. One query."""
        if not vendor.pk:
            return "–"
        events = vendor.membership_events.with_people()[:EVENTS_SHOWN]
        rows = [(date_format(timezone.localtime(event.at), "j.n.Y H:i"), membership_text(event)) for event in events]
        return format_html_join("", "<div>{}: {}</div>", rows) or gettext("None.")

    def save_model(self, request, obj, form, change) -> None:
        """KL knows a vendor that it has made itself."""
        if not change:
            obj.vetted_at = timezone.now()
        super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change) -> None:
        """The rows of the page; people are let in and removed by the verbs, and everybody concerned gets a mail."""
        if formset.model is not VendorMember:
            super().save_formset(request, form, formset, change)
            if formset.model is DeadlineExtension:
                tell_of_extensions(request, formset)
            return
        added = formset.save(commit=False)
        for row in formset.deleted_objects:
            row.end(request.user, as_kl=True)
        for row in added:
            form.instance.admit(row.user, request.user, as_kl=True)
        membership.send_membership_news(form.instance, request=request)

    def get_actions(self, request):
        """`vet` alone, for whoever may change vendors; a vendor is deleted on its own page."""
        return {"vet": self.get_action("vet")} if self.has_change_permission(request) else {}

    @admin.action(description=_("KL knows the company"), permissions=["change"])
    def vet(self, request, queryset) -> None:
        """Record that KL knows the chosen companies: their names may stand in the subjects of mails."""
        vendors = list(Vendor.objects.filter(pk__in=queryset.values("pk"), vetted_at=None))
        with transaction.atomic():
            for vendor in vendors:
                vendor.vet()
                self.log_change(request, vendor, gettext("KL knows the company."))
        text = ngettext("KL now knows %(n)s company.", "KL now knows %(n)s companies.", len(vendors))
        self.message_user(request, text % {"n": len(vendors)})

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return ("slug", *fields) if obj else fields

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ("name",)}

    def has_delete_permission(self, request, obj=None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.responses.exists())

    def view_on_site(self, vendor) -> str | None:
        """The address of the public profile, where there is one."""
        return reverse("market:profile", args=[vendor.slug]) if vendor.public_since else None


def membership_text(event: MembershipEvent) -> str:
    """What happened, to whom where it concerns one person, and who did it where that is somebody else. No query."""
    deleted = gettext("a login that is deleted")
    is_about_person = event.what != MembershipEvent.What.WITHDREW
    person = (event.person_label or deleted) if is_about_person else ""
    actor = event.actor_label or deleted
    words = f"{event.get_what_display()}: {person}" if person else event.get_what_display()
    return words if actor == person else f"{words} ({actor})"


def tell_of_extensions(request, formset) -> None:
    """Queue mails about the new and changed deadlines to the members of the vendor, with a message."""
    changed = [extension for extension, _fields in formset.changed_objects]
    mails = [mail for extension in [*formset.new_objects, *changed] for mail in send_extension(extension)]
    add_queued_message(request, len(mails))


def status_with_date(response: Response) -> str:
    """The response's status, with the date since which it has it where that is stored."""
    since = response.closed_at or response.published_at or response.submitted_at
    status = response.get_status_display()
    return f"{status} ({date_format(timezone.localtime(since), 'j.n.Y')})" if since else status
