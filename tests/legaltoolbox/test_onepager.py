"""The one-pager: the plan holds what applies and whoever takes part, and the drawing shows all of it."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.linking import url
from legaltoolbox.models import Activity, ActivityCondition, Involvement, Phase, Role
from legaltoolbox.onepager import CHIP_HEIGHT, CHIP_WIDTH, LABELS, NARROWEST, WIDTH, svg
from legaltoolbox.plans import Part, Plan, participants, plan
from legaltoolbox.screening import Situation, applying
from tests.checks import not_empty

SVG = "{http://www.w3.org/2000/svg}"


def drawn(drawn_plan: Plan) -> ET.Element:
    return ET.fromstring(svg(drawn_plan))


def links(root: ET.Element, cls: str) -> list[ET.Element]:
    return [link for link in root.iter(f"{SVG}a") if link.get("class") == cls]


def words(element: ET.Element) -> str:
    """The words in the drawing; one that is too long for its line is broken with a hyphen."""
    return "".join("".join(text.itertext()) for text in element.iter(f"{SVG}text"))


def accessible_name(link: ET.Element) -> str:
    """The name that is read out for a link."""
    return link.get("aria-label") or link.findtext(f"{SVG}title") or words(link)


def named_by(chip: ET.Element) -> list[str]:
    """The ids of what a chip is named by: the activity's title in the list, and the role with its reason."""
    return chip.get("aria-labelledby").split()


def place(chip: ET.Element) -> tuple[float, float]:
    """The upper left corner of a chip."""
    x, y = re.fullmatch(r"translate\((\S+) (\S+)\)", chip.get("transform")).groups()
    return float(x), float(y)


def unhyphenated(text: str) -> str:
    """A text without what a line break may put in."""
    return "".join(text.replace("-", "").split())


def codes(drawn_plan: Plan) -> list[str]:
    return [entry.activity.code for plan_phase in drawn_plan.phases for entry in plan_phase.entries]


def drawn_situation(data: st.DataObject, content: Catalogue) -> Situation:
    """Any role or none, with any questions answered."""
    roles = ["", *(role.slug for role in content.roles)]
    codes_of_questions = [question.code for question in content.questions]
    answers = data.draw(
        st.dictionaries(st.sampled_from(codes_of_questions), st.sampled_from(["yes", "no"])), label="answers"
    )
    return Situation(data.draw(st.sampled_from(roles), label="role"), answers)


# The plan -----------------------------------------------------------------------------------------


def test_without_a_situation_everything_is_in_the_plan_phase_by_phase(content):
    everything = plan(content, Situation())
    assert codes(everything) == [activity.code for activity in content.activities]
    assert everything.count == everything.total == 59
    assert everything.role is None
    assert list(everything.roles) == content.roles
    assert [plan_phase.phase for plan_phase in everything.phases] == content.phases
    for plan_phase in everything.phases:
        assert {entry.activity.phase for entry in plan_phase.entries} == {plan_phase.phase}
        assert {entry.activity.code for entry in plan_phase.gates} == {c for c in codes(everything) if c[0] == "P"} & {
            entry.activity.code for entry in plan_phase.entries
        }
        assert len(plan_phase.gates) + len(plan_phase.work) == len(plan_phase.entries)


def everything_else(role_plan: Plan) -> list[str]:
    """The codes of what only other roles do."""
    return [entry.activity.code for plan_phase in role_plan.phases for entry in plan_phase.others]


def test_a_role_sees_what_it_takes_part_in_and_the_rest_as_what_others_do(content_rows):
    catalogue = catalogues.build()
    for role in not_empty(role for role in catalogue.roles if role.slug != Role.PROJECT_MANAGER):
        role_plan = plan(catalogue, Situation(role.slug))
        responsible = set(Activity.objects.filter(responsible=role.pk).values_list("code", flat=True))
        involved = set(Involvement.objects.filter(role=role.pk).values_list("activity__code", flat=True))
        assert role_plan.role is role
        assert set(codes(role_plan)) == responsible | involved
        assert sorted([*codes(role_plan), *everything_else(role_plan)]) == sorted(a.code for a in catalogue.activities)
        assert role in role_plan.roles
        for entry in not_empty(role_plan.entries):
            is_responsible = entry.activity.code in responsible
            assert entry.part == (Part.RESPONSIBLE if is_responsible else Part.INVOLVED)
            assert entry.own.is_responsible == is_responsible
            assert entry.own.why


def test_the_project_manager_sees_everything_as_a_duty_of_theirs_or_as_something_to_set_going(content):
    role_plan = plan(content, Situation(Role.PROJECT_MANAGER))
    assert codes(role_plan) == [activity.code for activity in content.activities]
    assert everything_else(role_plan) == []
    for entry in not_empty(role_plan.entries):
        activity = entry.activity
        if activity.responsible.slug == Role.PROJECT_MANAGER:
            assert entry.part is Part.RESPONSIBLE
        else:
            assert entry.part is (Part.FOLLOW_UP if activity.repeat_months else Part.START)
    assert {entry.part for entry in role_plan.entries} == {Part.RESPONSIBLE, Part.START, Part.FOLLOW_UP}


@hypothesis_settings(max_examples=30)
@given(data=st.data())
def test_whatever_the_role_every_activity_is_somewhere_once(data, content):
    situation = drawn_situation(data, content)
    drawn_plan = plan(content, situation)
    applies = [activity.code for activity, _ in applying(content.activities, content, situation)]
    everything = plan(content, replace(situation, role=""))
    assert codes(everything) == applies
    assert sorted([*codes(drawn_plan), *everything_else(drawn_plan)]) == sorted(applies)
    left_out = [entry.activity.code for entry in drawn_plan.left_out]
    not_applicable = [activity.code for activity in drawn_plan.not_applicable]
    assert sorted([*applies, *left_out, *not_applicable]) == sorted(activity.code for activity in content.activities)
    assert drawn_plan.total == len(content.activities)
    assert drawn_plan.count == len(codes(drawn_plan)) <= len(applies)
    taking_part = {participant.role.slug for entry in drawn_plan.entries for participant in entry.participants}
    assert [role.slug for role in drawn_plan.roles] == [role.slug for role in content.roles if role.slug in taking_part]


def test_now_is_the_phase_that_is_chosen(content):
    assert plan(content, Situation()).now is None
    for phase in not_empty(content.phases):
        assert plan(content, Situation(phase=phase.slug)).now.phase is phase


def test_an_unknown_role_is_no_role(content):
    assert plan(content, Situation("nisse")).count == 59


def test_the_responsible_comes_first_and_once(content_rows):
    activity = Activity.objects.get(code="A25")
    activity.involvement_set.create(role=activity.responsible, why="Også.")
    catalogue = catalogues.build()
    taking_part = participants(catalogue.find("activity", "A25"), catalogue)
    assert taking_part[0].is_responsible
    assert taking_part[0].role.slug == activity.responsible.slug
    assert taking_part[0].why == activity.responsible_why
    assert len({participant.role.slug for participant in taking_part}) == len(taking_part)
    assert [participant.role.position for participant in taking_part[1:]] == sorted(
        participant.role.position for participant in taking_part[1:]
    )


# The drawing --------------------------------------------------------------------------------------


def assert_shows(drawn_plan: Plan) -> None:
    """Every phase, title, role and part is there as a link, by its address and by its words."""
    root = drawn(drawn_plan)
    assert [link.get("href") for link in links(root, "op-phase")] == [
        url(plan_phase.phase) for plan_phase in drawn_plan.phases
    ]
    entries = [entry for plan_phase in drawn_plan.phases for entry in plan_phase.entries]
    titles = links(root, "op-title")
    assert [link.get("href") for link in titles] == [url(entry.activity) for entry in entries]
    assert [unhyphenated(words(link)) for link in titles] == [
        unhyphenated(f"{entry.activity.code}{entry.activity.title}") for entry in entries
    ]
    assert [link.get("href") for link in links(root, "op-role")] == [url(role) for role in drawn_plan.roles]
    assert [unhyphenated(words(link)) for link in links(root, "op-role")] == [
        unhyphenated(role.short_name) for role in drawn_plan.roles
    ]
    chips = sorted((link.get("href"), words(link), *named_by(link)) for link in links(root, "op-chip"))
    assert chips == sorted(
        (f"#{code}", code, f"t-{code}", f"{code}-{participant.role.slug}")
        for entry in entries
        for code in [entry.activity.code]
        for participant in entry.participants
    )
    between = [gate for plan_phase in drawn_plan.phases[:-1] for gate in plan_phase.gates]
    assert [link.get("href") for link in links(root, "op-gate")] == [url(gate.activity) for gate in between]


def assert_fits(drawn_plan: Plan) -> None:
    """The columns fill the width, and nothing stands outside of them."""
    root = drawn(drawn_plan)
    width, height = (float(number) for number in root.get("viewBox").split()[2:])
    assert width == WIDTH
    heads = [link.find(f"{SVG}rect") for link in links(root, "op-phase")]
    lefts = [float(head.get("x")) for head in heads]
    rights = [*lefts[1:], WIDTH]
    assert lefts[0] == LABELS
    assert float(heads[-1].get("x")) + float(heads[-1].get("width")) == pytest.approx(WIDTH - 2, abs=0.1)
    assert all(right - left >= NARROWEST - 0.1 for left, right in zip(lefts, rights, strict=True))
    for chip in not_empty(links(root, "op-chip")):
        x, y = place(chip)
        assert 0 <= y <= y + CHIP_HEIGHT <= height
        assert any(left <= x and x + CHIP_WIDTH <= right for left, right in zip(lefts, rights, strict=True))
    grounds = [box for box in root.iter(f"{SVG}rect") if box.get("class") == "op-ground"]
    assert [(box.get("width"), box.get("height"), box.get("fill")) for box in grounds] == [
        (f"{width:g}", f"{height:g}", "#ffffff")
    ]
    for box in not_empty(box for box in root.iter(f"{SVG}rect") if box not in grounds):
        assert 0 <= float(box.get("y")) <= float(box.get("y")) + float(box.get("height")) <= height
    for line in not_empty(root.iter(f"{SVG}tspan")):
        assert 0 < float(line.get("y")) < height


def test_the_drawing_of_everything_shows_all_of_it(content):
    assert_shows(plan(content, Situation()))
    assert_fits(plan(content, Situation()))


def test_every_role_has_a_drawing_of_its_own(content):
    for role in not_empty(content.roles):
        drawn_plan = plan(content, Situation(role.slug))
        assert drawn_plan.count
        assert_shows(drawn_plan)
        assert_fits(drawn_plan)


@hypothesis_settings(max_examples=25)
@given(data=st.data())
def test_every_situation_has_a_drawing(data, content):
    drawn_plan = plan(content, drawn_situation(data, content))
    assert_shows(drawn_plan)
    if drawn_plan.count:
        assert_fits(drawn_plan)


def test_a_situation_in_which_a_role_has_nothing_to_do_can_be_drawn(content):
    answers = {question.code: "no" for question in content.questions}
    drawn_plan = plan(content, Situation("borger", answers))
    assert drawn_plan.count == 0
    assert links(drawn(drawn_plan), "op-title") == []


def test_parts_do_not_cover_each_other(content):
    for drawn_plan in (plan(content, Situation()), plan(content, Situation("jurist"))):
        places = [place(link) for link in links(drawn(drawn_plan), "op-chip")]
        assert len(places) > 10
        for number, (x, y) in enumerate(places):
            assert not any(
                abs(x - other) < CHIP_WIDTH and abs(y - down) < CHIP_HEIGHT for other, down in places[:number]
            )


HOSTILE = "<select> & \"Søren\" ]]> 'x'"


def test_no_text_breaks_the_drawing(content_rows):
    Activity.objects.filter(code__in=["A25", "P2"]).update(title=HOSTILE, responsible_why=HOSTILE)
    Involvement.objects.filter(activity__code="A25").update(why=HOSTILE)
    Role.objects.filter(slug="dpo").update(name=HOSTILE, short_name="<b> & \"c\" 'd'")
    Phase.objects.filter(slug="foranalyse").update(name=HOSTILE)
    ActivityCondition.objects.filter(activity__code="A25").update(reason=HOSTILE)
    drawn_plan = plan(catalogues.build(), Situation())
    assert_shows(drawn_plan)
    root = drawn(drawn_plan)
    assert "select" not in {element.tag.removeprefix(SVG) for element in root.iter()}
    assert unhyphenated(words(links(root, "op-phase")[2])) == unhyphenated(f"2. {HOSTILE}")
    (gate,) = (link for link in links(root, "op-gate") if link.get("href").endswith("/P2/"))
    assert accessible_name(gate) == f"P2 {HOSTILE}"
    chips = [link for link in links(root, "op-chip") if link.get("href") == "#A25"]
    assert len(chips) == 1 + Involvement.objects.filter(activity__code="A25").count()


def test_links_are_read_out_in_whole_words(content):
    """A screen reader says “informationssikkerheden”, wherever the line is broken."""
    for drawn_plan in (plan(content, Situation()), plan(content, Situation("leverandor"))):
        root = drawn(drawn_plan)
        names = {
            cls: [accessible_name(link) for link in links(root, cls)] for cls in ("op-phase", "op-title", "op-role")
        }
        titles = [
            f"{entry.activity.code} {entry.activity.title}"
            for plan_phase in drawn_plan.phases
            for entry in plan_phase.entries
        ]
        assert names["op-title"] == titles
        assert names["op-phase"] == [str(plan_phase.phase) for plan_phase in drawn_plan.phases]
        assert names["op-role"] == [role.short_name for role in drawn_plan.roles]


def test_the_drawing_needs_no_style_and_no_script(content):
    """The page's content security policy allows neither."""
    root = drawn(plan(content, Situation()))
    assert len(root)
    for element in root.iter():
        known = {"svg", "defs", "use", "g", "a", "rect", "path", "text", "tspan", "title"}
        assert element.tag.removeprefix(SVG) in known
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


def test_each_shape_is_drawn_once_and_used(content):
    """The address of a page with all answers is long, and the drawing has 230 chips: they share what is the same."""
    root = drawn(plan(content, Situation()))
    shapes = {shape.get("id"): shape for shape in root.find(f"{SVG}defs")}
    used = [link.find(f"{SVG}use").get("href").removeprefix("#") for link in links(root, "op-chip")]
    assert set(used) == set(shapes)
    assert len(svg(plan(content, Situation()))) < 300 * len(used)


def test_a_drawing_costs_no_query(content, django_assert_num_queries):
    with django_assert_num_queries(0):
        svg(plan(content, Situation("jurist")))
