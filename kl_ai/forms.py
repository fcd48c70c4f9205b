from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    pass
