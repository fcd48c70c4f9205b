from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "legaltoolbox.projects"
    label = "projects"
    verbose_name = _("The municipalities’ projects")

    def ready(self) -> None:
        from legaltoolbox import text_uses

        from .work.text_counts import text_use

        text_uses.register(text_use)
