"""Six typical uses of AI, as they were judged by hand: what each must do, what it may leave out, and why."""

from typing import Any

import pytest

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import Activity
from legaltoolbox.screening import Band, Situation, near_small_use, verdicts
from tests.legaltoolbox.six_uses import USES

LISTS = ("always", "because", "only_if", "by_assessment", "together", "left_out", "does_not_apply")
DUTIES = {
    "A03": "AI-forordningens art. 4",
    "A12": "AI-forordningens art. 5 og art. 50",
    "A36": "GDPR art. 32",
    "A74": "GDPR art. 33 og 34",
    "A81": "arkivloven",
}
"""What the law demands of every use, and where."""
DUTIES_WITH_PERSONAL_DATA = {
    "A13": "GDPR art. 35, stk. 1: vurderingen af, om der skal laves en konsekvensanalyse",
    "A14": "GDPR art. 38, stk. 1",
    "A21": "GDPR art. 6",
    "A34": "GDPR art. 25",
    "A60": "GDPR art. 30",
    "A61": "GDPR art. 13 og 14",
    "A65": "GDPR art. 12 og 15-21",
    "A71": "GDPR art. 24, stk. 1 og art. 35, stk. 11",
    "A75": "GDPR art. 5, stk. 1, litra e",
}
DUTIES_WITH_A_PROCESSOR = {
    "A31": "GDPR art. 4, nr. 7 og 8",
    "A32": "GDPR art. 28, stk. 3",
    "A33": "GDPR art. 44",
    "A72": "GDPR art. 28, stk. 1 og art. 5, stk. 2",
    "A82": "GDPR art. 28, stk. 3, litra g",
}
NEVER_LEFT_OUT = {
    "A11": "om GDPR overhovedet gælder",
    "A25": "GDPR art. 35, stk. 1 og 3: størrelsen alene fritager ikke",
    "A26": "GDPR art. 35, stk. 9",
    "A28": "GDPR art. 35, stk. 2",
    "A29": "GDPR art. 36, stk. 1",
    "A43": "GDPR art. 5, stk. 2 og EDPB udtalelse 28/2024",
    "A52": "GDPR art. 32, stk. 1, litra d",
    "A54": "GDPR art. 35, stk. 11",
    "A64": "GDPR art. 29 og art. 32, stk. 4",
    "A66": "GDPR art. 33, stk. 5",
    "A70": "GDPR art. 5, stk. 1, litra d",
    "A73": "GDPR art. 32, stk. 1",
    "A83": "GDPR art. 30",
}
"""What a small, harmless use does together with another activity, or where another one shows it; and why it is never left out."""


def test_there_are_six():
    assert len(USES) == 6


@pytest.fixture(params=sorted(USES))
def use(request) -> dict[str, Any]:
    return USES[request.param]


def judged(use: dict[str, Any], content: Catalogue, items: list[Any]) -> dict[str, Any]:
    """The verdict on each of the items, by code."""
    return {item.code: its for item, its in verdicts(items, content, Situation(answers=use["answers"]))}


def in_band(judgements: dict[str, Any], *bands: Band) -> list[str]:
    return [code for code, verdict in judgements.items() if verdict.band in bands]


def deciding(judgements: dict[str, Any], band: Band) -> dict[str, list[str]]:
    """The codes in a band, and the questions that decide each."""
    return {
        code: [question.code for question in verdict.questions]
        for code, verdict in judgements.items()
        if verdict.band is band
    }


def test_each_activity_was_judged_once(use, content):
    codes = [code for name in LISTS for code in use[name]]
    assert sorted(codes) == sorted(activity.code for activity in content.activities)


def test_each_activity_is_in_its_band_with_what_decides(use, content):
    judgements = judged(use, content, content.activities)
    assert Situation(answers=use["answers"]).is_small(content.questions) == use["is_small"]
    assert sorted(in_band(judgements, Band.ALWAYS)) == sorted(use["always"])
    assert deciding(judgements, Band.ANSWERED) == use["because"]
    assert deciding(judgements, Band.UNANSWERED) == use["only_if"]
    with_activity = {code: verdict.with_activity for code, verdict in judgements.items() if verdict.with_activity}
    for band, expected in ((Band.ASSESSED, use["by_assessment"]), (Band.TOGETHER, use["together"])):
        assert {code: with_activity[code].code for code in in_band(judgements, band)} == expected
    assert len(with_activity) == len(use["by_assessment"]) + len(use["together"])
    assert sorted(in_band(judgements, Band.LEFT_OUT)) == sorted(use["left_out"])
    assert sorted(in_band(judgements, Band.NOT_APPLICABLE)) == sorted(use["does_not_apply"])


def test_what_applies_by_an_answer_says_why_and_a_shorter_way_says_how(use, content):
    judgements = judged(use, content, content.activities)
    assert {code for code, verdict in judgements.items() if verdict.reasons} >= set(use["because"])
    shorter = [code for code in in_band(judgements, Band.ALWAYS, Band.ANSWERED) if judgements[code].small_use]
    assert sorted(shorter) == sorted(use["short"])
    for code in (*use["left_out"], *use["together"], *use["by_assessment"]):
        assert judgements[code].small_use, code


def test_no_duty_disappears(use, content):
    judgements = judged(use, content, content.activities)
    duties = set(DUTIES)
    if use["answers"]["personoplysninger"] == "yes":
        duties |= set(DUTIES_WITH_PERSONAL_DATA)
        if use["answers"]["leverandoer"] == "yes":
            duties |= set(DUTIES_WITH_A_PROCESSOR)
    assert duties <= set(in_band(judgements, Band.ALWAYS, Band.ANSWERED))


@pytest.mark.parametrize("personal_data", ["yes", "no", ""])
@pytest.mark.parametrize("vendor", ["yes", "no"])
@pytest.mark.parametrize("generative", ["yes", "no"])
def test_no_small_use_leaves_a_duty_out(personal_data, vendor, generative, content):
    """However the questions that leave a use small are answered."""
    answers = dict.fromkeys(USES["skrivehjælp"]["answers"], "no")
    answers |= {"personoplysninger": personal_data, "leverandoer": vendor, "generativ": generative}
    situation = Situation(answers={code: answer for code, answer in answers.items() if answer})
    assert situation.is_small(content.questions)
    never = {**DUTIES, **DUTIES_WITH_PERSONAL_DATA, **DUTIES_WITH_A_PROCESSOR, **NEVER_LEFT_OUT}
    judgements = {item.code: its for item, its in verdicts(content.activities, content, situation)}
    assert not [code for code in in_band(judgements, Band.LEFT_OUT) if code in never]
    carried = [its.with_activity.code for its in judgements.values() if its.band in (Band.TOGETHER, Band.ASSESSED)]
    assert set(carried) <= set(in_band(judgements, Band.ALWAYS, Band.ANSWERED, Band.ASSESSED))


def test_filming_public_roads_is_no_small_use(content):
    """GDPR art. 35(3)(c): an assessment is demanded of systematic monitoring of a public area on a large scale."""
    roads = USES["billedgenkendelse på veje"]["answers"]
    judgements = judged(USES["billedgenkendelse på veje"], content, content.activities)
    assert {"A13", "A25", "A62"} <= set(in_band(judgements, Band.ANSWERED))
    assert any("offentligt tilgængelige steder" in reason for reason in judgements["A13"].reasons)
    assert not in_band(judgements, Band.LEFT_OUT, Band.TOGETHER, Band.ASSESSED)
    assert Situation(answers=roads | {"omfang": "no"}).is_small(content.questions)
    without = {code: answer for code, answer in roads.items() if code != "omfang"}
    assert not Situation(answers=without).is_small(content.questions)


def test_the_staff_s_own_data_do_not_hang_on_the_question_about_staff(content):
    """A log of prompts is about the staff, whatever is answered about their being controlled."""
    for use in USES.values():
        assert set(in_band(judged(use, content, content.risks), Band.ANSWERED)) >= {"R28"}
        assert set(in_band(judged(use, content, content.requirements), Band.ANSWERED)) >= {"K50"}
    assert USES["skrivehjælp"]["answers"]["medarbejdere"] == "no"


@pytest.mark.parametrize("kind", ["risks", "requirements"])
def test_the_risks_and_requirements_are_those_of_the_use(use, kind, content):
    judgements = judged(use, content, getattr(content, kind))
    assert set(use[kind]["apply"]) <= set(in_band(judgements, Band.ALWAYS, Band.ANSWERED))
    assert set(use[kind]["only_if"]) <= set(in_band(judgements, Band.UNANSWERED))
    assert set(use[kind]["must_not"]) <= set(in_band(judgements, Band.NOT_APPLICABLE))
    codes = [code for name in ("apply", "only_if", "must_not") for code in use[kind][name]]
    assert sorted(codes) == sorted(item.code for item in getattr(content, kind))


def test_a_writing_aid_has_22_activities_to_do_each_in_a_short_form_and_one_that_depends(content):
    """Without the shorter ways they would be 47. What is done at the same time stands within these."""
    judgements = judged(USES["skrivehjælp"], content, content.activities)
    to_do = in_band(judgements, Band.ALWAYS, Band.ANSWERED)
    assert len(to_do) == 22
    assert all(judgements[code].small_use for code in to_do)
    assert in_band(judgements, Band.ASSESSED) == ["A25"]
    applying = [its for its in judgements.values() if its.applies or its.band is Band.LEFT_OUT]
    assert len(applying) == 47


def test_decision_support_in_social_cases_leaves_nothing_out(content):
    judgements = judged(USES["beslutningsstøtte i sociale sager"], content, content.activities)
    assert set(in_band(judgements, Band.ALWAYS, Band.ANSWERED)) == set(judgements)


def test_one_answer_that_harms_ends_the_shorter_ways(content):
    """Yes to any question that rules out a small use, and nothing is left out any more."""
    small = USES["skrivehjælp"]["answers"]
    ruling_out = [question.code for question in content.questions if question.rules_out_small_use]
    assert len(ruling_out) == 10
    for code in ruling_out:
        result = list(verdicts(content.all(Activity.KIND), content, Situation(answers=small | {code: "yes"})))
        assert not [its for _activity, its in result if its.small_use or its.with_activity or its.band is Band.LEFT_OUT]
    open_ = {code: answer for code, answer in small.items() if code != ruling_out[0]}
    assert not Situation(answers=open_).is_small(content.questions)


def test_a_use_that_is_close_to_a_small_one_names_what_keeps_the_short_way_away(content):
    """With what it decides; not where more than two answers stand in between, nor where nothing does."""
    small = USES["skrivehjælp"]["answers"]
    to_do = 23  # with the one that depends on an assessment
    for code in (question.code for question in content.questions if question.rules_out_small_use):
        near = near_small_use(content, Situation(answers=small | {code: "yes"}))
        assert ([question.code for question in near.answered], near.open) == ([code], ())
        assert near.count == to_do
        assert near.count_now > 2 * to_do
        without = {other: answer for other, answer in small.items() if other != code}
        near = near_small_use(content, Situation(answers=without))
        assert ([question.code for question in near.open], near.answered) == ([code], ())
        assert near.count == to_do
    assert near_small_use(content, Situation(answers=small)) is None
    assert near_small_use(content, Situation()) is None
    three = dict.fromkeys(["foelsomme", "saarbare", "afgoerelser"], "yes")
    assert near_small_use(content, Situation(answers=small | three)) is None


def test_a_template_has_only_the_sections_of_the_use(content):
    def headings(use: str, code: str) -> set[str]:
        """The headings of the sections that do not apply."""
        sections = content.sections(content.find("template", code))
        judged_sections = verdicts(sections, content, Situation(answers=USES[use]["answers"]))
        return {section.heading for section, verdict in judged_sections if verdict.band is Band.NOT_APPLICABLE}

    assert headings("skrivehjælp", "S08") == {
        "Udvikling",
        "Gentræning",
        "Følsomme oplysninger, strafbare forhold og CPR-nummer",
        "Genbrug af sagsdata til et nyt formål",
    }
    assert headings("postsortering", "S25") == {"Generativ AI"}
    assert headings("chatbot til borgere", "S08") == set()
    everything = [template.code for template in content.templates]
    left_out = {code for code in everything if headings("beslutningsstøtte i sociale sager", code)}
    assert left_out == {"S25"}
