"""A template that no activity of the situation needs says whether these can be left out, or do not apply."""

from legaltoolbox.left_out import split_templates
from legaltoolbox.screening import Situation
from tests.checks import not_empty
from tests.legaltoolbox.six_uses import USES

USE = USES["skrivehjælp"]


def test_a_template_of_activities_that_can_be_left_out_names_them(content):
    situation = Situation(answers=USE["answers"])
    _needed, pieces = split_templates(content.templates, content.activities, content, situation)
    left_out = {piece.key: piece for piece in pieces if piece.for_small_use}
    for piece in not_empty(left_out.values()):
        owners = content.linked(piece.item, "activity")
        named = [owner for owner in owners if owner.code in USE["left_out"]]
        assert {owner.code for owner in owners} <= {*USE["left_out"], *USE["does_not_apply"]}, piece.key
        titles = " og ".join(map(str, not_empty(named)))
        assert len(named) < 3
        assert piece.reason == f"Skabelonen hører til {titles}, som kan udelades, fordi brugen er lille og harmløs."
        assert piece.word == "Kan udelades"


def test_a_template_of_activities_that_do_not_apply_says_so(content):
    situation = Situation(answers=USE["answers"])
    _needed, pieces = split_templates(content.templates, content.activities, content, situation)
    for piece in not_empty(piece for piece in pieces if not piece.for_small_use):
        owners = {owner.code for owner in content.linked(piece.item, "activity")}
        assert owners <= set(USE["does_not_apply"]), piece.key
        assert piece.reason == "Ingen af de aktiviteter, som skabelonen hører til, gælder efter jeres svar."
