"""Six typical uses of AI, as they were judged by hand: what each must do, what it may leave out, and why."""

from typing import Any

import pytest

from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import Activity
from legaltoolbox.screening import Band, Situation, verdicts
from tests.legaltoolbox.six_uses import USES

LISTS = ("always", "because", "only_if", "left_out", "does_not_apply")
DUTIES_WITH_PERSONAL_DATA = {"A13", "A14", "A21", "A34", "A36", "A60", "A61", "A65", "A74", "A75"}
"""Screening for a DPIA, advice of the DPO, legal basis, design, security, records, information, rights, breaches,
erasure: what the law demands of every use of personal data."""
DUTIES_WITH_A_PROCESSOR = {"A31", "A32", "A33", "A72", "A82"}


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
    assert sorted(in_band(judgements, Band.LEFT_OUT)) == sorted(use["left_out"])
    assert sorted(in_band(judgements, Band.NOT_APPLICABLE)) == sorted(use["does_not_apply"])


def test_what_applies_by_an_answer_says_why_and_a_shorter_way_says_how(use, content):
    judgements = judged(use, content, content.activities)
    assert {code for code, verdict in judgements.items() if verdict.reasons} >= set(use["because"])
    shorter = [code for code, verdict in judgements.items() if verdict.small_use and verdict.applies]
    assert sorted(shorter) == sorted(use["short"])
    assert all(judgements[code].small_use for code in use["left_out"])


def test_no_duty_disappears(use, content):
    judgements = judged(use, content, content.activities)
    duties = set()
    if use["answers"]["personoplysninger"] == "yes":
        duties |= DUTIES_WITH_PERSONAL_DATA
        if use["answers"]["leverandoer"] == "yes":
            duties |= DUTIES_WITH_A_PROCESSOR
    assert duties
    assert duties <= set(in_band(judgements, Band.ALWAYS, Band.ANSWERED))


@pytest.mark.parametrize("kind", ["risks", "requirements"])
def test_the_risks_and_requirements_are_those_of_the_use(use, kind, content):
    judgements = judged(use, content, getattr(content, kind))
    assert set(use[kind]["apply"]) <= set(in_band(judgements, Band.ALWAYS, Band.ANSWERED))
    assert set(use[kind]["only_if"]) <= set(in_band(judgements, Band.UNANSWERED))
    assert set(use[kind]["must_not"]) <= set(in_band(judgements, Band.NOT_APPLICABLE))
    codes = [code for name in ("apply", "only_if", "must_not") for code in use[kind][name]]
    assert sorted(codes) == sorted(item.code for item in getattr(content, kind))


def test_a_writing_aid_has_well_under_half_of_the_activities_to_do(content):
    shown = in_band(judged(USES["skrivehjælp"], content, content.activities), Band.ALWAYS, Band.ANSWERED)
    assert len(shown) <= 0.4 * len(content.activities)


def test_decision_support_in_social_cases_leaves_nothing_out(content):
    judgements = judged(USES["beslutningsstøtte i sociale sager"], content, content.activities)
    assert in_band(judgements, Band.LEFT_OUT, Band.NOT_APPLICABLE, Band.UNANSWERED) == []


def test_one_answer_that_harms_ends_the_shorter_ways(content):
    """Yes to any question that rules out a small use, and nothing is left out any more."""
    small = USES["skrivehjælp"]["answers"]
    ruling_out = [question.code for question in content.questions if question.rules_out_small_use]
    assert len(ruling_out) == 9
    for code in ruling_out:
        result = list(verdicts(content.all(Activity.KIND), content, Situation(answers=small | {code: "yes"})))
        assert not [verdict for _activity, verdict in result if verdict.small_use or verdict.band is Band.LEFT_OUT]
    open_ = {code: answer for code, answer in small.items() if code != ruling_out[0]}
    assert not Situation(answers=open_).is_small(content.questions)


def test_a_template_has_only_the_sections_of_the_use(content):
    def headings(use: str, code: str) -> set[str]:
        """The headings of the sections that do not apply."""
        sections = content.sections(content.find("template", code))
        judged_sections = verdicts(sections, content, Situation(answers=USES[use]["answers"]))
        return {section.heading for section, verdict in judged_sections if not verdict.applies}

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
