from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarketOverviewConfig(AppConfig):
    name = "marketoverview"
    verbose_name = _("Market overview")
