"""Users in the administration. The e-mail address is the login; there is no password.

Whoever is no superuser gives only permissions that they have themselves.
"""

from allauth.account import admin as allauth_admin  # noqa: F401  # registers what is taken away below
from allauth.account.models import EmailAddress
from allauth.mfa import admin as allauth_mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..forms import LowercaseEmailField
from ..models import User
from .lists import DanishListAdmin

admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)
admin.site.unregister(Group)

SUPERUSER_FIELDS = ("is_superuser", "user_permissions")
"""The fields that only a superuser changes."""


@admin.register(Group)
class RoleGroupAdmin(DanishListAdmin, auth_admin.GroupAdmin):
    """Django's form of a group."""


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
class UserAdmin(DanishListAdmin):
    """Administrators neither change nor create users with permissions that they lack themselves; superusers may."""

    form = UserForm
    fieldsets = (
        (None, {"fields": ("email", "full_name", "language", "work_mail")}),
        (_("Permissions"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups", "user_permissions")
    list_display = ("email", "full_name", "is_staff", "has_app", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "full_name")
    ordering = ("email",)
    actions = ("reset_second_step",)

    @admin.display(description=_("two-step login"), boolean=True)
    def has_app(self, user) -> bool:
        return user.has_app

    @admin.action(description=_("Reset the two-step login (lost phone)"), permissions=["change"])
    def reset_second_step(self, request, queryset) -> None:
        """The next login of these users asks them to set up an app again; their recovery codes no longer work."""
        users = [user for user in queryset if user.has_app and self.has_change_permission(request, user)]
        for user in users:
            user.reset_second_step()
            self.log_change(request, user, "Two-step login reset.")
        text = ngettext(
            "The two-step login of %(n)d user was reset.", "The two-step login of %(n)d users was reset.", len(users)
        )
        self.message_user(request, text % {"n": len(users)}, messages.SUCCESS if users else messages.WARNING)

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
        if db_field.name == "groups" and not request.user.is_superuser:
            not_own = Permission.objects.exclude(pk__in=_permissions(request.user))
            kwargs["queryset"] = Group.objects.exclude(permissions__in=not_own)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


def _permissions(user: User) -> QuerySet[Permission]:
    """The user's own permissions and those of the groups."""
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()
