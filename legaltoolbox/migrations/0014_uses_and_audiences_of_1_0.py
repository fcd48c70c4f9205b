"""Say of the content of version 1.0.0 what a requirement is in a tender, and which papers are sent to others.

`load_content` says it of what nobody has changed. What an editor has changed under 1.0.0 it keeps as it is, and that would
have been no requirement to be met, and a paper of the municipality's own, for ever.
"""

from django.db import migrations

COMPETITION = ("K23", "K26", "K30", "K32", "K33")
INFORMATION = ("K37", "K44")
"""The requirements that the law makes a duty, and that are no minimum requirements: the vendor only helps to meet them."""

AUDIENCES = {
    "outward": ("S02", "S15", "S18", "S24", "S27", "S35"),
    "answered": ("S16", "S34"),
}
OWN_SECTIONS = {
    "S15": ("Forløb og svar", "Beslutning og underskrift"),
    "S16": ("Kommunens vurdering af svarene",),
    "S24": (
        "Hvem skal have besked, og hvornår?",
        "Oplysninger, som teksterne bygger på",
        "Undtagelser og udsættelse",
        "Kontrol mod lovens punkter",
        "Offentliggørelse, godkendelse og ajourføring",
    ),
    "S27": ("Internt: hvad der ikke offentliggøres", "Internt: godkendelse og ajourføring"),
}
"""Code of a template to the headings of its sections that are not sent, as version 1.0.0 has them."""
OWN_FIELDS = {
    "S02": ("Sådan gør vi retningslinjerne kendt", "Databeskyttelsesrådgiverens rådgivning (dato og henvisning)"),
    "S18": ("Grundlag for aftalen", "Kontrol af aftalens mindsteindhold", "Kontrol før underskrift"),
    "S24": ("Hvilke tilvalg bruges?", "Orientering af medarbejdernes repræsentanter"),
    "S27": ("Er udarbejdelsen væsentligt ressourcekrævende?", "Begrundelse for at fravælge databeskrivelse"),
    "S34": ("Kommunens kontrol", "Mangler og opfølgning"),
    "S35": (
        "Forslag til ændringer i kommunens egne skabeloner og retningslinjer",
        "Kontrol før deling",
        "Notatet deles med",
        "Godkendelse",
    ),
}
"""The same of fields."""


def say_it(apps, schema_editor):
    """Fill the new columns in the rows and in their history, where no later version has loaded its content yet.

    A fixed number of statements.
    """

    alias = schema_editor.connection.alias

    def rows(name):
        return apps.get_model("legaltoolbox", name).objects.using(alias)

    if rows("LoadedItem").exists():
        return
    for name in ("Requirement", "HistoricalRequirement"):
        _set_uses(rows(name))
    for audience, codes in AUDIENCES.items():
        for name in ("DocumentTemplate", "HistoricalDocumentTemplate"):
            rows(name).filter(code__in=codes).update(audience=audience)
    ids = dict(rows("DocumentTemplate").filter(code__in={*OWN_SECTIONS, *OWN_FIELDS}).values_list("code", "pk"))
    for code, headings in OWN_SECTIONS.items():
        for name in ("TemplateSection", "HistoricalTemplateSection"):
            rows(name).filter(template_id=ids.get(code), heading__in=headings).update(own_copy_only=True)
    for code, labels in OWN_FIELDS.items():
        within = list(rows("TemplateSection").filter(template_id=ids.get(code)).values_list("pk", flat=True))
        for name in ("TemplateField", "HistoricalTemplateField"):
            rows(name).filter(section_id__in=within, label__in=labels).update(own_copy_only=True)


def _set_uses(rows):
    """What is a duty is a minimum requirement but for the few above, advice is scored, and what is possible is asked."""
    musts = rows.filter(level="must")
    musts.exclude(code__in=COMPETITION + INFORMATION).update(tender_use="minimum")
    musts.filter(code__in=COMPETITION).update(tender_use="competition")
    rows.filter(level="should").update(tender_use="competition")


class Migration(migrations.Migration):
    dependencies = [
        ("legaltoolbox", "0013_answered_papers_and_filled_risks"),
    ]

    operations = [
        migrations.RunPython(say_it, migrations.RunPython.noop),
    ]
