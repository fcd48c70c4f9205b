from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LegalToolboxConfig(AppConfig):
    name = "legaltoolbox"
    verbose_name = _("Legal toolbox")
