"""Names no business area in the help of the technologies that the portal came with, where it still is as it came.

Free text finds an option by its help: who ticked “Forudsigelse” was found by “hjemmepleje”, which stood there as an
example. The options themselves read as before, so nothing is noted as another wording.
"""

from django.db import migrations

TEXTS = (
    (
        "prediction",
        "da",
        "Fx at forudsige, hvor mange borgere der får brug for hjemmepleje. Bruges som beslutningsstøtte.",
        "Fx at forudsige, hvor stort et behov bliver næste år. Bruges som beslutningsstøtte.",
    ),
    (
        "prediction",
        "en",
        "For example predicting how many citizens will need home care. Used to support decisions.",
        "For example predicting how large a need will be next year. Used to support decisions.",
    ),
    ("planning", "da", "Fx at lægge ruter i hjemmeplejen.", "Fx at lægge ruter eller vagter."),
    ("planning", "en", "For example planning routes in home care.", "For example planning routes or shifts."),
    (
        "object-recognition",
        "da",
        "Fx at finde huller i asfalten på billeder af en vej.",
        "Fx at finde revner og huller på billeder af en overflade.",
    ),
    (
        "object-recognition",
        "en",
        "For example finding potholes in images of a road.",
        "For example finding cracks and holes in images of a surface.",
    ),
)
"""Option of the question “technologies”, language, the text that the portal came with, and the one in its place."""


def name_no_business_area(apps, schema_editor) -> None:
    _replace(apps, schema_editor, [(code, language, old, new) for code, language, old, new in TEXTS])


def name_business_areas(apps, schema_editor) -> None:
    _replace(apps, schema_editor, [(code, language, new, old) for code, language, old, new in TEXTS])


def _replace(apps, schema_editor, texts) -> None:
    options = apps.get_model("marketoverview", "Option").objects.using(schema_editor.connection.alias)
    for code, language, old, new in texts:
        field = f"help_{language}"
        options.filter(question__code="technologies", code=code, **{field: old}).update(**{field: new})


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0036_fill_synonyms")]
    operations = [migrations.RunPython(name_no_business_area, name_business_areas, elidable=False)]
