"""The forms of the toolbox's items in KL's administration, as an editor has them."""

from django.test import Client

from legaltoolbox.models import (
    Activity,
    DocumentTemplate,
    Guidance,
    Item,
    LegalSource,
    Phase,
    Requirement,
    Risk,
    Role,
    ScreeningQuestion,
    TemplateSection,
)
from tests.admin_pages import Page, admin_url

ITEMS = {
    LegalSource: "gdpr-art-35", Role: "dpo", Phase: "foranalyse", ScreeningQuestion: "generativ",
    DocumentTemplate: "S11", Activity: "A25", Risk: "R09", Requirement: "K31", Guidance: "M05",
}  # fmt: skip
PAGES = {
    LegalSource: "kilder/gdpr-art-35/", Role: "roller/dpo/", Phase: "faser/foranalyse/", ScreeningQuestion: "",
    DocumentTemplate: "skabeloner/S11/", Activity: "aktiviteter/A25/", Risk: "risici/R09/", Requirement: "krav/K31/",
    Guidance: "maa-og-maa-ikke/",
}  # fmt: skip
TEXTS = {
    LegalSource: "summary", Role: "why", Phase: "goal", ScreeningQuestion: "help", DocumentTemplate: "purpose",
    Activity: "why", Risk: "cause", Requirement: "duty", Guidance: "explanation",
}  # fmt: skip
"""A text of each kind that its page shows."""
PAGE_OF_ITS_OWN = {model for model in PAGES if model not in (ScreeningQuestion, Guidance)}
"""The kinds whose items have a page each; the others stand on a page with all of their kind."""


def example(model: type[Item]) -> Item:
    return model.objects.get(**{model.KEY: ITEMS[model]})


class Form(Page):
    """An item's form. Sends the links of the item along, of which it has several under one name."""

    def __init__(self, client: Client, item: Item) -> None:
        super().__init__(client, admin_url(type(item), "change", item.pk))
        self.links = {
            field.name: [other.pk for other in getattr(item, field.name).all()]
            for field in item._meta.many_to_many
            if field.remote_field.through._meta.auto_created
        }

    def send(self, **changes):
        return super().send(**self.links | changes)


def section_url(page: str, section: TemplateSection, *args) -> str:
    return admin_url(TemplateSection, page, section.pk, *args)
