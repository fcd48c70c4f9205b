"""The page of an activity, a risk or a requirement says when it applies, and whether it does in the situation of the address."""

import pytest

from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import Activity, ActivityCondition, ScreeningQuestion, toolbox_version
from tests.reading import read

TOOLBOX = "/juridisk-vaerktoejskasse/"
NO = "foelsomme saarbare afgoerelser profilering indgribende traening hoejrisiko borgerdialog medarbejdere udvikler"
SMALL = "personoplysninger=yes&leverandoer=yes&generativ=yes&" + "&".join(f"{code}=no" for code in NO.split())


def applies_here(client, path: str) -> str:
    """What the page says of the situation of the address; "" for nothing."""
    texts = [paragraph.text for paragraph in read(client, TOOLBOX + path).find_all("p", "applies-here")]
    assert len(texts) <= 1
    return "".join(texts)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("krav/K01/?personoplysninger=yes", "Det gælder. Fordi I behandler personoplysninger"),
        (
            "krav/K01/?generativ=yes",
            "Det afhænger af et spørgsmål, I ikke har svaret på: Behandler I personoplysninger",
        ),
        ("risici/R01/?personoplysninger=no&afgoerelser=no&indgribende=no", "Det gælder ikke. I har svaret “Nej” til"),
        ("aktiviteter/P1/?generativ=yes", "Det gælder."),
        (f"aktiviteter/A25/?{SMALL}", "Det kan udelades, fordi brugen er lille og harmløs."),
        (f"aktiviteter/A21/?{SMALL}", "En kortere vej er nok:"),
    ],
)
def test_a_page_says_whether_it_applies_in_the_situation(path, text, content, client):
    shown = applies_here(client, path)
    assert shown.startswith("I jeres situation:")
    assert text in shown


@pytest.mark.parametrize(
    "path", ["krav/K01/", "krav/K01/?rolle=dpo", "skabeloner/S11/?generativ=yes", "roller/dpo/?generativ=yes"]
)
def test_without_answers_or_conditions_nothing_is_said(path, content, client):
    assert applies_here(client, path) == ""


def test_conditions_of_a_group_stand_together(content_rows, client):
    activity = Activity.objects.get(code="A62")
    activity.conditions.all().delete()
    rows = [("personoplysninger", 1, "I behandler personoplysninger"), ("generativ", 1, "I bruger generativ AI")]
    for code, group, reason in [*rows, ("udvikler", 0, "I udvikler selv")]:
        question = ScreeningQuestion.objects.get(code=code)
        ActivityCondition.objects.create(activity=activity, question=question, answer="yes", group=group, reason=reason)
    toolbox_version.bump()
    catalogues.current()
    reasons = read(client, TOOLBOX + "aktiviteter/A62/").find("ul", "reasons")
    assert [row.text for row in reasons.find_all("li")] == [
        "I udvikler selv",
        "I behandler personoplysninger, og I bruger generativ AI",
    ]
