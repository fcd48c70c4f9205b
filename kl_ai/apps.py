from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "kl_ai"
    verbose_name = "Portal"
