"""The texts of a figure: its conclusion, caption and comment, and the companies' own words beneath it."""

from datetime import date

import pytest
from django.utils.translation import override

from marketoverview.market.conclusions import conclusion
from marketoverview.market.tallies import Choice, ChoiceCount
from marketoverview.models import FigureComment, Option, Question, market_version
from tests.builders import make_question, make_response
from tests.bulk import make_market
from tests.reading import (
    MARKET,
    notice_texts,
    read,
    read_bars,
)

FIGURES = f"{MARKET}figurer/"


def read_conclusion(client, path: str) -> str:
    return read(client, path).find("p", "figure-conclusion").text


def test_the_conclusions_say_what_the_published_ones_say(demo, client):
    services = read_conclusion(client, f"{FIGURES}services/")
    assert services == (
        "Most offer implementation (30) and development (25), and about two out of three offer advice (23). "
        "Fewest offer legal advice (1)."
    )
    technologies = read_conclusion(client, f"{FIGURES}technologies/")
    assert technologies.startswith("Most work with prediction (27)")
    assert "Fewer work with object recognition (14) and speech recognition and synthesis (10)." in technologies
    areas = read_conclusion(client, f"{FIGURES}business-areas/")
    assert "administration (23) and casework (22)" in areas
    first, second = areas.split(". ")[:2]
    assert "health (20)" in first
    assert second.startswith("Fewer ")
    for smaller in ("social services (13)", "employment (13)", "children and young people (12)"):
        assert smaller in second


def test_the_conclusions_say_the_same_in_danish(demo, client):
    assert read_conclusion(client, "/markedsoverblik/figurer/services/") == (
        "De fleste tilbyder implementering (30) og udvikling (25), og ca. to ud af tre tilbyder rådgivning (23). "
        "Én tilbyder juridisk rådgivning (1)."
    )
    areas = read_conclusion(client, "/markedsoverblik/figurer/business-areas/")
    assert "har erfaring inden for administration (23) og sagsbehandling (22)" in areas
    first, second = areas.split(". Færre ")
    assert "sundhed (20)" in first
    for smaller in ("socialområdet (13)", "beskæftigelse (13)", "børne- og ungeområdet (12)"):
        assert smaller in second


def test_the_conclusion_does_not_name_the_option_other(demo, client):
    assert "(18)" not in read_conclusion(client, f"{FIGURES}services/")


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [(100, "All"), (99, "Nearly all"), (90, "Nearly all"), (89, "Most"), (70, "Most"), (69, "About two out of three"),
     (62, "About two out of three"), (61, "More than half"), (51, "More than half"), (50, "Some"), (11, "Some"),
     (10, "Few"), (2, "Few")],
)  # fmt: skip
def test_a_share_becomes_words_by_fixed_bands(chosen, sentence):
    question = Question(code="services", phrase_en="choose {options}")
    option = Option(question=question, code="a", label_en="A")
    with override("en"):
        assert list(conclusion(question, [ChoiceCount(Choice(option, 0, 0), chosen)], answered=100)) == [
            f"{sentence} choose a ({chosen})."
        ]


def test_few_answers_are_not_turned_into_shares(db, client):
    for name, option in (("Agern", "a"), ("Birk", "a"), ("Ceder", "b")):
        make_response(name, answers={"services": [option]})
    sentence = read_conclusion(client, f"{FIGURES}services/")
    assert sentence == "Most frequent among the 3 answers: “Option a” (2). Least frequent: “Option b” (1)."


def test_a_figure_that_nobody_in_the_selection_has_answered_says_so(db, client):
    make_question("services", ["a"])
    make_response("Agern")
    page = read(client, f"{FIGURES}services/")
    assert read_bars(page) == []
    assert "None of the companies in the selection has answered this question." in page.text
    assert "0 of 1 companies have answered." in page.text


def test_the_caption_says_basis_kind_and_date(demo, client):
    several = read(client, f"{FIGURES}services/").find("p", "figure-caption").text
    assert several.startswith(
        "35 of 35 companies have answered. Several answers were possible. Data as of 20 November 2026."
    )
    assert "Demonstration data." in several
    assert "One answer was possible." in read(client, f"{FIGURES}company-size/").find("p", "figure-caption").text


def test_kls_comment_stands_as_kls_with_its_date(db, client):
    make_response("Agern", answers={"services": ["a"]})
    comment = FigureComment.objects.create(
        question=Question.objects.get(code="services"),
        text_da="Vores ord.",
        text_en="Our words.",
        updated_on=date(2026, 5, 4),
    )
    market_version.bump()
    aside = read(client, f"{FIGURES}services/").find("aside", "kl-comment").text
    assert "KL's comment" in aside
    assert "Our words." in aside
    assert "4 May 2026" in aside
    assert "Vores ord." in read(client, "/markedsoverblik/figurer/services/").find("aside", "kl-comment").text
    comment.delete()
    market_version.bump()
    assert not read(client, f"{FIGURES}services/").has("aside", "kl-comment")


def test_own_words_stand_below_the_figure_with_their_vendors(db, client):
    make_response("Ørn", answers={"services": ["other"], "size": ["s"]}, own_words={"services": "Vi holder <kurser>."})
    make_response("Birk", answers={"services": ["other"]}, own_words={"services": "Vi skriver rapporter."})
    make_response("Ceder", answers={"services": ["a"]})

    def own_words_listed(page):
        listed = page.find("ul", "own-words-list").find_all("li")
        return [(item.find("a").text, item.find("blockquote").text) for item in listed]

    assert own_words_listed(read(client, f"{FIGURES}services/")) == [
        ("Birk", "Vi skriver rapporter."),
        ("Ørn", "Vi holder <kurser>."),
    ]
    assert own_words_listed(read(client, f"{FIGURES}services/?size=s")) == [("Ørn", "Vi holder <kurser>.")]
    # A choice within the question itself leaves them all, as it leaves the bars.
    assert len(own_words_listed(read(client, f"{FIGURES}services/?services=a"))) == 2
    assert not read(client, f"{FIGURES}size/").has("ul", "own-words-list")


def test_many_own_words_stand_on_several_pages(survey, client):
    make_market(60)
    pages, path = [], f"{FIGURES}services/"
    while path:
        page = read(client, path)
        pages.append([link.text for link in page.find("ul", "own-words-list").find_all("a")])
        parts = [part for part in page.find_all("section") if part.attrs.get("aria-labelledby") == "own-words-heading"]
        path = next((link.attrs["href"] for link in parts[0].find_all("a", rel="next")), "")
        path = f"{FIGURES}services/{path}" if path.startswith("?") else path
    assert [len(names) for names in pages] == [50, 10]
    assert len({name for names in pages for name in names}) == 60


def test_a_page_of_own_words_that_does_not_exist_is_named_in_a_notice(demo, client):
    assert any("no page 99" in notice for notice in notice_texts(read(client, f"{FIGURES}services/?page=99")))
