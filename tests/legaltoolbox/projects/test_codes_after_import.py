"""The code of an own risk that was deleted names no other risk, in a project that a file was made of neither."""

import pytest

from legaltoolbox.projects.files.project_json import project_record, without_log
from legaltoolbox.projects.models import Measure, RiskAssessment
from tests.legaltoolbox.projects.whole import import_file, whole_file


@pytest.mark.parametrize("has_log", [True, False])
def test_the_code_of_a_deleted_risk_is_not_given_again_after_an_import(has_log, team):
    deleted = RiskAssessment.add_own(team.project, "Den første", team.lead.user)
    Measure.objects.create(project=team.project, text="Mod den første", places=[deleted.code])
    deleted.withdraw(team.lead.user)
    file = whole_file(team.project)
    if not has_log:
        file["project"] = without_log(project_record(team.project))
    imported = import_file(team.municipality, team.lead, file)
    again = import_file(team.municipality, team.lead, whole_file(imported))
    for project in (team.project, imported, again):
        assert RiskAssessment.add_own(project, "En ny", team.lead.user).code == "E02"


def test_the_events_of_a_file_alone_keep_a_code(team):
    RiskAssessment.add_own(team.project, "Den første", team.lead.user).withdraw(team.lead.user)
    file = whole_file(team.project)
    strange = {**file["project"]["history"]["events"][-1], "what": "risk-added", "place": "E²"}
    file["project"]["history"]["events"].append(strange)
    imported = import_file(team.municipality, team.lead, file)
    assert RiskAssessment.add_own(imported, "En ny", team.lead.user).code == "E02"
