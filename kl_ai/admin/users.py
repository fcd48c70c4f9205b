"""Users in the administration: the e-mail address is the login, there is no password, and rights are passed on, not made."""

from allauth.account import admin as allauth_admin  # noqa: F401  # registers what is taken away below
from allauth.account.models import EmailAddress
from allauth.mfa import admin as allauth_mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group, Permission
from django.db.models import Exists, ManyToManyField, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..models import User

admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)

OWN = ("is_superuser", "user_permissions")
"""What only a superuser gives and takes."""


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = (
            "email",
            "full_name",
            "language",
            "is_active",
            "is_staff",
            "is_superuser",
            "groups",
            "user_permissions",
        )

    def clean_email(self) -> str:
        """As `UserManager` stores it, so that the same address in capitals is a duplicate."""
        return self.cleaned_data["email"].lower()


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Nobody changes a user who may do more than himself, nor makes one who does."""

    form = UserForm
    fieldsets = (
        (None, {"fields": ("email", "full_name", "language")}),
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
    def has_app(self, user: User) -> bool:
        return user.has_app  # type: ignore[attr-defined]

    @admin.action(description=_("Reset the two-step login (lost phone)"), permissions=["change"])
    def reset_second_step(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """The next login of these users asks them to set up an app again; their recovery codes no longer work."""
        users = [user for user in queryset if user.has_app and self.has_change_permission(request, user)]  # type: ignore[attr-defined]
        for user in users:
            Authenticator.objects.filter(user=user).delete()
            self.log_change(request, user, "Two-step login reset.")
        text = ngettext(
            "The two-step login of %(n)d user was reset.", "The two-step login of %(n)d users was reset.", len(users)
        )
        self.message_user(request, text % {"n": len(users)}, messages.SUCCESS if users else messages.WARNING)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        app = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        return super().get_queryset(request).annotate(has_app=Exists(app))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, *OWN)  # type: ignore[union-attr]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_rule(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_rule(request, obj)

    def _may_rule(self, request: HttpRequest, obj: User | None) -> bool:
        me = request.user
        if obj is None or me.is_superuser:  # type: ignore[union-attr]
            return True
        may_more = set(_permissions(obj).values_list("pk", flat=True)) - set(
            _permissions(me).values_list("pk", flat=True)
        )
        return not obj.is_superuser and not may_more

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **kwargs):
        if db_field.name == "groups" and not request.user.is_superuser:  # type: ignore[union-attr]
            beyond = Permission.objects.exclude(pk__in=_permissions(request.user))
            kwargs["queryset"] = Group.objects.exclude(permissions__in=beyond)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


def _permissions(user) -> QuerySet[Permission]:
    """The user's own permissions and those of the groups."""
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()
