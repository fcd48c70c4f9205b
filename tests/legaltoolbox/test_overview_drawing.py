"""The drawing of the one-pager: it says what the list says, and refers to it."""

import pytest

from legaltoolbox.models import Activity, toolbox_version
from tests.checks import not_empty
from tests.legaltoolbox.one_pagers import OVERVIEW, SITUATIONS, accessible_name, chip_name, entries, parts_listed
from tests.reading import read


@pytest.mark.parametrize("query", SITUATIONS)
def test_the_drawing_and_the_list_say_the_same(query, content, client):
    page = read(client, OVERVIEW + query)
    drawing, listed = page.find("svg", "onepager"), entries(page)
    chips = drawing.find_all("a", "op-chip")
    assert {chip.find("text").text for chip in chips} == set(listed)
    assert sorted(chip_name(page, chip) for chip in chips) == sorted(
        part for entry in listed.values() for part in parts_listed(entry)
    )
    leads_to = {chip.find("text").text: page.find(id=chip.attrs["href"].removeprefix("#")) for chip in chips}
    assert leads_to == listed
    titles = {entry.find("a", "ref").text: entry.find("a", "ref").attrs["href"] for entry in listed.values()}
    drawn_titles = drawing.find_all("a", "op-title")
    assert {accessible_name(title): title.attrs["href"] for title in drawn_titles} == titles


@pytest.mark.parametrize("query", SITUATIONS)
def test_both_have_all_phases_and_the_decision_points(query, content, client):
    page = read(client, OVERVIEW + query)
    drawing = page.find("svg", "onepager")
    phases = [str(phase) for phase in content.phases]
    assert [accessible_name(head) for head in drawing.find_all("a", "op-phase")] == phases
    assert [part.find("h3").text for part in page.find_all("section", "plan-phase")] == phases
    last = content.phases[-1]
    gates = [gate.find("text").text for gate in drawing.find_all("a", "op-gate")]
    assert gates == [
        code
        for code, entry in entries(page).items()
        if entry.has("span", "gate-tag") and content.find("activity", code).phase is not last
    ]


@pytest.mark.parametrize("query", SITUATIONS)
def test_the_name_of_a_phase_is_not_broken_inside_a_word(query, content, client):
    heads = read(client, OVERVIEW + query).find("svg", "onepager").find_all("a", "op-phase")
    assert [head.find("text").text for head in heads] == [str(phase) for phase in content.phases]


def test_the_drawing_shows_who_is_responsible(content, client):
    page = read(client, OVERVIEW)
    drawing = page.find("svg", "onepager")
    fills = {shape.attrs["id"]: shape.attrs["fill"] for shape in drawing.find("defs").find_all("rect")}
    for chip in not_empty(drawing.find_all("a", "op-chip")):
        is_filled = fills[chip.find("use").attrs["href"].removeprefix("#")] != "#ffffff"
        assert is_filled == ("(responsible)" in chip_name(page, chip))


@pytest.mark.parametrize("query", [*SITUATIONS, "?nu=foranalyse&personoplysninger=yes"])
def test_no_id_stands_twice(query, content, client):
    """The phase that one is in shows its activities a second time."""
    ids = [element.attrs["id"] for element in read(client, OVERVIEW + query).find_all() if "id" in element.attrs]
    assert ids
    assert len(ids) == len(set(ids))


def test_no_text_that_people_write_breaks_the_names_of_the_drawing(content_rows, client):
    hostile = "<select> & \"Søren\" ]]> 'x'"
    Activity.objects.filter(code="A25").update(title=hostile, responsible_why=hostile)
    toolbox_version.bump()
    page = read(client, OVERVIEW)
    chips = [chip for chip in page.find_all("a", "op-chip") if chip.attrs["href"] == "#A25"]
    assert f"A25 {hostile}. " in {chip_name(page, chip)[: len(hostile) + 6] for chip in not_empty(chips)}
    assert any(chip_name(page, chip).endswith(f": {hostile}") for chip in chips)
