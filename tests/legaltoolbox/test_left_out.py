"""Pages and papers of a situation leave out what does not apply in it, say how much and why, and show it on demand."""

import re

import pytest

from legaltoolbox import left_out
from legaltoolbox.screening import Situation, verdict
from tests.checks import not_empty
from tests.reading import Element, read

HOME = "/en/juridisk-vaerktoejskasse/"
NO = "personoplysninger=no&traening=no&leverandoer=no"
SITUATION = Situation(answers={"personoplysninger": "no", "traening": "no", "leverandoer": "no"})


def codes(part: Element) -> set[str]:
    return {code.text for code in part.find_all("span", "code")}


def apply(items, content, situation: Situation = SITUATION) -> set[str]:
    return {item.code for item in items if verdict(item, content, situation).applies}


def left_out_number(page: Element) -> int:
    (line,) = page.find_all("p", "left-out-line")
    return int(re.match(r"\d+", line.text)[0])


def link(page: Element, text: str) -> str:
    (url,) = {link.attrs["href"] for link in page.find("main").find_all("a") if link.text == text}
    return url


@pytest.mark.parametrize(("path", "kind"), [("risici/", "risk"), ("krav/", "requirement")])
def test_a_list_is_of_the_situation_and_shows_all_on_demand(path, kind, content, client):
    items = content.all(kind)
    expected = apply(items, content)
    assert 0 < len(expected) < len(items)
    page = read(client, f"{HOME}{path}?{NO}")
    results = page.find("section", "results")
    assert codes(results) == expected
    assert left_out_number(page) == len(items) - len(expected)
    everything = read(client, link(page, "Show all"))
    assert codes(everything.find("section", "results")) == {item.code for item in items}
    assert left_out_number(everything) == len(items) - len(expected)
    assert "are shown, too" in everything.find("p", "left-out-line").text
    again = read(client, link(everything, "Show only what applies"))
    assert codes(again.find("section", "results")) == expected


def test_the_filters_count_in_the_situation_and_keep_showing_all(content, client):
    page = read(client, f"{HOME}risici/?{NO}")
    (label,) = page.find_all("label", **{"for": "kind-data"})
    number = int(re.search(r"\d+$", label.text.split(" risk")[0])[0])
    shown = codes(read(client, f"{HOME}risici/?{NO}&kind=data").find("section", "results"))
    assert number == len(shown) == len(apply([risk for risk in content.risks if risk.kind == "data"], content))
    form = read(client, f"{HOME}risici/?{NO}&vis=alle").find("form", id="selection")
    assert form.find("input", name="vis").attrs["value"] == "alle"
    assert not page.has("input", name="vis")


def test_a_role_alone_leaves_nothing_out(content, client):
    page = read(client, f"{HOME}krav/?rolle=projektleder&nu=foranalyse")
    assert codes(page.find("section", "results")) == {item.code for item in content.requirements}
    assert not page.has("p", "left-out-line")


def test_what_is_picked_stays_picked(content, client):
    (out, *_others) = sorted({item.code for item in content.requirements} - apply(content.requirements, content))
    page = read(client, f"{HOME}krav/?{NO}&pick={out}")
    chips = page.find("section", "pick-bar").find_all("a", "chip")
    assert [out in chip.text for chip in chips] == [True]
    assert [field.attrs["value"] for field in page.find_all("input", name="pick", type="hidden")] == [out]


def test_a_phase_shows_its_activities_and_templates_of_the_situation(content, client):
    hidden = 0
    for phase in not_empty(content.phases):
        activities = content.linked(phase, "activity")
        page = read(client, f"{HOME}faser/{phase.slug}/?{NO}")
        expected = apply(activities, content)
        assert {entry.find("span", "code").text for entry in page.find_all("li", "plan-entry")} == expected
        templates = {
            template.code
            for activity in activities
            if activity.code in expected
            for template in content.linked(activity, "template")
        }
        (take,) = [part for part in page.find_all("section", "side-card") if part.find("h2").text == "Take with you"]
        assert codes(take) == templates
        if len(expected) < len(activities):
            hidden += 1
            pieces = page.find("details", "left-out").find_all("li")
            assert len(pieces) == left_out_number(page) == len(activities) - len(expected)
            assert all("I har svaret “" in piece.text or piece.find("span", "ref-reason").text for piece in pieces)
            everything = read(client, link(page, "Show all"))
            assert len(everything.find_all("li", "plan-entry")) == len(activities)
            assert not everything.has("details", "left-out")
    assert hidden


def test_a_role_reads_what_applies(content, client):
    role = content.find("role", "jurist")
    activities = content.linked(role, "activity")
    expected = apply(activities, content)
    assert 0 < len(expected) < len(activities)
    page = read(client, f"{HOME}roller/jurist/?{NO}")
    assert {code for part in page.find_all("ul", "reading") for code in codes(part)} == expected
    assert len(page.find("details", "left-out").find_all("li")) == len(activities) - len(expected)


def test_the_templates_are_those_that_an_activity_needs(content, client):
    needed = {
        template.code
        for activity in content.activities
        if verdict(activity, content, SITUATION).applies
        for template in content.linked(activity, "template")
    }
    assert 0 < len(needed) < len(content.templates)
    page = read(client, f"{HOME}skabeloner/?{NO}")
    assert codes(page.find("ul", "entry-list")) == needed
    assert left_out_number(page) == len(content.templates) - len(needed)
    assert codes(read(client, link(page, "Show all")).find("ul", "entry-list")) == {
        item.code for item in content.templates
    }


def test_the_reason_names_the_answers_that_decide(content):
    for item in not_empty([*content.activities, *content.requirements, *content.risks]):
        _applying, pieces = left_out.split([item], content, SITUATION)
        for piece in pieces:
            assert piece.reason, item
            for label, question in re.findall(r"I har svaret “(.+?)” til “(.+?)”\.", piece.reason):
                asked = next(other for other in content.questions if other.question == question)
                assert SITUATION.answers[asked.code] == ("yes" if label == asked.yes_label else "no")


def test_without_answers_nothing_is_left_out(content):
    for situation in (Situation(), Situation("dpo", phase="drift")):
        assert left_out.split(content.activities, content, situation) == (content.activities, [])
        assert left_out.split_templates(content.templates, [], content, situation) == (content.templates, [])
