from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PortalConfig(AppConfig):
    name = "kl_ai"
    verbose_name = "Portal"

    def ready(self) -> None:
        """Register the look-ups of numbers that no row can have."""
        import_module("kl_ai.database.lookups")


class PortalAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "kl_ai.admin.site.PortalAdminSite"

    def ready(self) -> None:
        """Register the portal's own models. Not in `kl_ai.admin` itself: the site above lies in that package."""
        super().ready()
        import_module("kl_ai.admin.users")
        import_module("kl_ai.admin.mail")
        import_module("kl_ai.admin.reading")
