"""The page of an activity, a risk or a requirement says when it applies, and whether it does in the situation of the address."""

import pytest

from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import Activity, ActivityCondition, ScreeningQuestion, toolbox_version
from tests.legaltoolbox.six_uses import USES
from tests.reading import read

TOOLBOX = "/juridisk-vaerktoejskasse/"
NO = "foelsomme saarbare omfang afgoerelser profilering indgribende traening hoejrisiko borgerdialog medarbejdere udvikler"
SMALL = "personoplysninger=yes&leverandoer=yes&generativ=yes&" + "&".join(f"{code}=no" for code in NO.split())


def applies_here(client, path: str) -> str:
    """What the page says of the situation of the address; "" for nothing."""
    texts = [paragraph.text for paragraph in read(client, TOOLBOX + path).find_all("p", "applies-here")]
    assert len(texts) <= 1
    return "".join(texts)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("krav/K01/?personoplysninger=yes", "Det gælder i jeres situation, fordi I behandler personoplysninger"),
        (
            "krav/K01/?generativ=yes",
            "Om det gælder i jeres situation, afhænger af et spørgsmål, I ikke har svaret på: Behandler I personoplysninger",
        ),
        (
            "risici/R01/?personoplysninger=no&afgoerelser=no&indgribende=no",
            "Det gælder ikke efter jeres svar. I har svaret “Nej” til “Behandler I personoplysninger i nogen fase?” og “",
        ),
        ("aktiviteter/P1/?generativ=yes", "Det gælder i jeres situation som i alle andre."),
        (f"aktiviteter/A25/?{SMALL}", "kun, hvis denne aktivitet viser, at det er nødvendigt: A13 Vurdér"),
        (f"aktiviteter/A66/?{SMALL}", "kan I klare det sammen med denne: A74 Håndtér"),
        (f"aktiviteter/A53/?{SMALL}", "Det kan udelades i jeres situation, fordi brugen er lille og harmløs."),
        (f"risici/R28/?{SMALL}", "En kortere vej er nok: Risikoen skal vurderes, men kort"),
        (f"krav/K50/?{SMALL}", "En kortere vej er nok: Pligten bag et krav gælder uanset størrelsen."),
        (f"aktiviteter/A21/?{SMALL}", "En kortere vej er nok:"),
    ],
)
def test_a_page_says_whether_it_applies_in_the_situation(path, text, content, client):
    shown = applies_here(client, path)
    assert text in shown
    kinds = ("gælder ikke efter", "kan udelades", "Det gælder i jeres", "gælder det kun", "Om det gælder")
    assert sum(words in shown for words in kinds) == 1


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


def marked(client, path: str) -> dict[str, str]:
    """What the page links beside its text, and what it says of each in the situation; "" for nothing."""
    side = read(client, TOOLBOX + path).find("div", "item-side")
    rows = [row for row in side.find_all("li") if row.has("span", "code")]
    return {
        row.find("span", "code").text: row.find("span", "ref-mark").text if row.has("span", "ref-mark") else ""
        for row in rows
    }


@pytest.mark.parametrize(
    "path", ["krav/K21/", "risici/R06/", "aktiviteter/A13/", "aktiviteter/A53/", "skabeloner/S25/"]
)
def test_what_is_linked_stays_and_says_that_it_does_not_apply(path, content, client):
    """Nothing is hidden: the same links as without a situation, and the words as they were judged by hand."""
    use = USES["skrivehjælp"]
    plain, here = marked(client, path), marked(client, f"{path}?{SMALL}")
    assert list(here) == list(plain)
    assert set(plain.values()) <= {""}
    not_applicable = {*use["does_not_apply"], *use["risks"]["must_not"], *use["requirements"]["must_not"]}
    for code, words in here.items():
        if code[0] in "APRK":
            expected = "gælder ikke" if code in not_applicable else "kan udelades" if code in use["left_out"] else ""
            assert words == (f"{expected} i jeres situation" if expected else ""), code


def test_the_links_that_are_marked_are_of_each_kind(content, client):
    """The test above would hold of pages that link nothing that is left out."""
    assert "gælder ikke i jeres situation" in marked(client, f"aktiviteter/A13/?{SMALL}").values()
    assert "kan udelades i jeres situation" in marked(client, f"risici/R06/?{SMALL}").values()
    assert marked(client, f"aktiviteter/A25/?{SMALL}")["S11"] == ""
