"""Users in the administration. The e-mail address is the login; there is no password.

Whoever is no superuser gives only permissions that they have themselves.
"""

from collections.abc import Container
from typing import Any

from allauth.account import admin as allauth_admin  # noqa: F401  # registers what is taken away below
from allauth.account.models import EmailAddress
from allauth.mfa import admin as allauth_mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..forms import LowercaseEmailField
from ..login.announcements import administrators, announce, announce_new_address
from ..models import User
from ..people.login_deletion import login_deletion
from ..security import log as security_log
from ..security.log import address_hash
from ..security.models import OneTimeSecret
from .lists import DanishListAdmin
from .permissions import PermissionsField, permission_name
from .reading import LoggedReading

admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)
admin.site.unregister(Group)

SUPERUSER_FIELDS = ("is_superuser", "user_permissions")
"""The fields that only a superuser changes."""
RIGHTS = ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")
"""The fields that say what a user may do: their changes stand in the security log."""


@admin.register(Group)
class RoleGroupAdmin(DanishListAdmin, auth_admin.GroupAdmin):
    """Django's form of a group; changes of what it may do stand in the security log."""

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        if db_field.name == "permissions":
            kwargs["form_class"] = PermissionsField
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_fields(self, request, obj=None):
        if obj is None or self.has_change_permission(request, obj):
            return super().get_fields(request, obj)
        return ("name", "permission_names")

    def get_readonly_fields(self, request, obj=None):
        return (*super().get_readonly_fields(request, obj), "permission_names")

    @admin.display(description=_("permissions"))
    def permission_names(self, group: Group) -> str:
        """What the group may do, a line each, for those who may only see it. One query."""
        names = map(permission_name, group.permissions.select_related("content_type"))
        return format_html_join("", "<div>{}</div>", ((name,) for name in sorted(names)))

    def get_deleted_objects(self, objs, request) -> tuple[list[Any], dict[Any, int], set[str], list[str]]:
        """The groups, and how many users they are taken from, in place of the rows that tie groups to both."""
        objects, counts, lacking, protected = super().get_deleted_objects(objs, request)
        users = User.objects.filter(groups__in=list(objs)).distinct().count()
        shown = [each for each in objects if not isinstance(each, list)]
        name = str(Group._meta.verbose_name_plural)
        counts = {name: counts.get(name, 0), gettext("users who lose what it allows"): users}
        return shown, counts, lacking, protected

    def save_related(self, request, form, formsets, change) -> None:
        administrators_before = {user.pk for user in administrators()}
        super().save_related(request, form, formsets, change)
        record_new_administrators(administrators_before)
        if "permissions" in form.changed_data:
            before = set(form.initial.get("permissions") or ())
            after = set(form.cleaned_data["permissions"])
            given, taken = (sorted(each.codename for each in rights) for rights in (after - before, before - after))
            security_log.record("group_changed", request, group=form.instance.name, given=given, taken=taken)

    def delete_model(self, request, obj) -> None:
        security_log.record("group_deleted", request, group=obj.name)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset) -> None:
        security_log.record("group_deleted", request, group=list(queryset.values_list("name", flat=True)))
        super().delete_queryset(request, queryset)


def record_new_administrators(before: Container[int]) -> None:
    """Store of whoever can change users now, and was not among these keys, that the rights are new. One query, and one each."""
    for user in administrators():
        if user.pk not in before:
            user.record_rights_given()


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = (
            "email",
            "full_name",
            "language",
            "work_mail",
            "is_active",
            "is_staff",
            "is_superuser",
            "groups",
            "user_permissions",
        )
        field_classes = {"email": LowercaseEmailField}


@admin.register(User)
class UserAdmin(LoggedReading, DanishListAdmin):
    """Administrators neither change nor create users with permissions that they lack themselves; superusers may."""

    form = UserForm
    fieldsets = (
        (None, {"fields": ("email", "full_name", "language", "work_mail")}),
        (_("Permissions"), {"fields": RIGHTS}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups", "user_permissions")
    list_display = ("email", "full_name", "is_staff", "has_app", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "full_name")
    ordering = ("email",)
    delete_confirmation_template = "admin/kl_ai/user/delete.html"
    delete_selected_confirmation_template = "admin/kl_ai/user/delete_selected.html"
    actions = ("make_enrolment_codes", "reset_second_step", "end_logins")

    @admin.display(description=_("two-step login"), boolean=True)
    def has_app(self, user) -> bool:
        return user.has_app

    @admin.action(description=_("Make a code for setting up an app"), permissions=["change"])
    def make_enrolment_codes(self, request, queryset) -> HttpResponse | None:
        """A page with a code for each of these users who is staff, has no app, and is not whoever asks."""
        users = [user for user in self._not_held(request, queryset) if user.is_staff and not user.has_app]
        users = [user for user in users if user.pk != request.user.pk and user.is_active]
        if not users:
            text = _("A code is for KL's active staff who have no app yet; another administrator makes yours.")
            self.message_user(request, text, messages.WARNING)
            return None
        codes = []
        for user in users:
            code = OneTimeSecret.make(OneTimeSecret.Kind.ENROLMENT, user, request.user)
            codes.append((user, f"{code[:5]}-{code[5:]}"))
            self.log_change(request, user, gettext("Code for setting up an app made."))
            security_log.record("enrolment_code_made", request, member=user)
        title = _("Codes for setting up an app")
        context = {**self.admin_site.each_context(request), "title": title, "codes": codes, "opts": self.opts}
        return TemplateResponse(request, "admin/kl_ai/user/enrolment_codes.html", context)

    @admin.action(description=_("Reset the two-step login (lost phone)"), permissions=["change"])
    def reset_second_step(self, request, queryset) -> HttpResponse | None:
        """A page that asks first; then these users are logged out everywhere, and need a code to set up an app again."""
        users = [user for user in self._not_held(request, queryset) if user.has_app]
        if users and "post" not in request.POST:
            title = _("Reset the two-step login?")
            context = {**self.admin_site.each_context(request), "title": title, "users": users, "opts": self.opts}
            return TemplateResponse(request, "admin/kl_ai/user/reset_second_step.html", context)
        for user in users:
            user.reset_second_step()
            self.log_change(request, user, gettext("Two-step login reset."))
            security_log.record("app_reset", request, member=user)
            announce("app_reset", user, request.user)
        text = ngettext(
            "The two-step login of %(n)d user was reset. Make a code for setting up an app next.",
            "The two-step login of %(n)d users was reset. Make codes for setting up an app next.",
            len(users),
        )
        self.message_user(request, text % {"n": len(users)}, messages.SUCCESS if users else messages.WARNING)
        return None

    @admin.action(description=_("Log out everywhere"), permissions=["change"])
    def end_logins(self, request, queryset) -> None:
        """Every browser in which these users are logged in is logged out."""
        users = self._manageable(request, queryset)
        for user in users:
            user.end_logins()
            self.log_change(request, user, "Logged out everywhere.")
            security_log.record("logged_out_everywhere", request, member=user)
        text = ngettext("%(n)d user was logged out.", "%(n)d users were logged out.", len(users))
        self.message_user(request, text % {"n": len(users)}, messages.SUCCESS if users else messages.WARNING)

    # Deletion -------------------------------------------------------------------------------

    def get_deleted_objects(self, objs, request) -> tuple[list[Any], dict[Any, int], set[str], list[str]]:
        """The users with what becomes of each, and in the place of protected rows why they cannot be deleted."""
        users = list(objs)
        consequences = login_deletion().consequences
        return [(user, consequences(user)) for user in users], {}, set(), self._obstacles(request, users)

    def _obstacles(self, request, users: list[User]) -> list[str]:
        """Why the user of the request cannot delete these users together, a sentence each."""
        texts = []
        if request.user.pk in {user.pk for user in users}:
            texts.append(gettext("Another administrator deletes your own login."))
        mightier = gettext("%(user)s may do more than you: somebody with as many rights deletes the login.")
        texts += [mightier % {"user": user} for user in users if not self._may_manage(request.user, user)]
        managing = administrators()
        if managing and set(managing) <= set(users):
            texts.append(gettext("No administrator would be left. Make somebody else an administrator first."))
        return texts + login_deletion().obstacles(users)

    def delete_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """The page with what goes and what stays, and the deletion."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except ValidationError:  # the admin's transaction is rolled back by now
            return self._not_deleted(request)

    def response_action(self, request, queryset) -> HttpResponse | None:
        """All chosen users are deleted, or none."""
        try:
            with transaction.atomic():
                return super().response_action(request, queryset)
        except ValidationError:
            return self._not_deleted(request)

    def _not_deleted(self, request) -> HttpResponse:
        text = _("Nothing was deleted: somebody has changed something at the same moment. Look at it again.")
        self.message_user(request, text, messages.ERROR)
        return redirect(request.get_full_path())

    def delete_model(self, request, obj) -> None:
        self._delete_logins(request, [obj])

    def delete_queryset(self, request, queryset) -> None:
        self._delete_logins(request, list(queryset))

    def _delete_logins(self, request, users: list[User]) -> None:
        """Raises `ValidationError` where there is an obstacle; administrators are locked while that is looked up."""
        with transaction.atomic():
            keys = [user.pk for user in (*administrators(), *users)]
            list(User.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
            if obstacles := self._obstacles(request, users):
                raise ValidationError(obstacles)
            for user in users:
                key = user.pk
                login_deletion().delete_login(user)
                security_log.record("login_deleted", request, member=key)

    def response_delete(self, request, obj_display, obj_id) -> HttpResponse:
        """The list, with a message that does not name the person: it would stay in the session."""
        self.message_user(request, _("The login is deleted."), messages.SUCCESS)
        return redirect("admin:kl_ai_user_changelist")

    def _manageable(self, request, queryset) -> list[Any]:
        """Those of the users whom the administrator may change, with `has_app`."""
        return [user for user in queryset if self.has_change_permission(request, user)]

    def _not_held(self, request, queryset) -> list[Any]:
        """As `_manageable`, without those whose address was changed lately (`User.is_held_from`); a message names these."""
        users = self._manageable(request, queryset)
        held = [user for user in users if user.is_held_from(request.user)]
        for user in held:
            text = _(
                "Nothing was done for %(user)s: the e-mail address was changed less than a week ago. Somebody who did not "
                "change it and has been an administrator for a week does this. Where a new administrator or several have "
                "changed it, wait until the week is over, or ask whoever runs the portal for a code."
            )
            self.message_user(request, text % {"user": user}, messages.ERROR)
        return [user for user in users if user not in held]

    def _end_unapproved_step(self, request, user: User) -> None:
        """Whoever becomes staff sets up an app anew with an administrator's code: the old one was set up without. Seven queries."""
        if user.authenticator_set.exists():
            user.reset_second_step()
            security_log.record("app_reset", request, member=user)
            announce("app_reset", user, request.user)

    def save_model(self, request, obj, form, change) -> None:
        """Keep for `save_related` who the administrators were."""
        form.administrators_before = {user.pk for user in administrators()}
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change) -> None:
        """Log and announce a change of the address, log what was changed of rights, end the logins of who is switched off."""
        super().save_related(request, form, formsets, change)
        record_new_administrators(form.administrators_before)
        if change and "is_staff" in form.changed_data and form.instance.is_staff:
            self._end_unapproved_step(request, form.instance)
        if change and "email" in form.changed_data:
            user, old_address = form.instance, form.initial["email"]
            user.record_new_address(request.user, old_address)
            login_deletion().move_address(user, old_address)
            hashes = {"old": address_hash(old_address), "new": address_hash(user.email)}
            security_log.record("email_changed", request, member=user, **hashes)
            announce_new_address(user, old_address, request.user)
        changed = [name for name in form.changed_data if name in RIGHTS]
        if changed:
            groups = form.instance.groups.values_list("name", flat=True)
            security_log.record("permissions_changed", request, member=form.instance, fields=changed, groups=groups)
        if "is_active" in changed and not form.instance.is_active:
            form.instance.end_logins()

    def get_queryset(self, request) -> QuerySet[User]:
        """Users with `has_app`: whether they have set up an authenticator app."""
        app = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        return super().get_queryset(request).annotate(has_app=Exists(app))

    def get_readonly_fields(self, request, obj=None) -> tuple[str, ...]:
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, *SUPERUSER_FIELDS)

    def has_change_permission(self, request, obj=None) -> bool:
        return super().has_change_permission(request, obj) and self._may_manage(request.user, obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_manage(request.user, obj)

    def _may_manage(self, manager: User, user: User | None) -> bool:
        """Whether the user has no permissions that the manager lacks. True for None, the list. At most two queries."""
        if user is None or manager.is_superuser:
            return True
        permissions, own_permissions = (
            set(_permissions(each).values_list("pk", flat=True)) for each in (user, manager)
        )
        return not user.is_superuser and permissions <= own_permissions

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "user_permissions":
            kwargs["form_class"] = PermissionsField
        if db_field.name == "groups" and not request.user.is_superuser:
            not_own = Permission.objects.exclude(pk__in=_permissions(request.user))
            kwargs["queryset"] = Group.objects.exclude(permissions__in=not_own)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


def _permissions(user: User) -> QuerySet[Permission]:
    """The user's own permissions and those of the groups."""
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()
