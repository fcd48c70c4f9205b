"""The conditions of a decision: they wait where they matter, until a writer says how they are met."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import ConditionsMet, Decision, ProjectEvent
from legaltoolbox.projects.work.register_entry import entry_lines
from legaltoolbox.projects.work.report import project_report
from legaltoolbox.projects.work.report_words import missing, warnings
from tests.legaltoolbox.projects.documents import begin, browser, docx_text, keep
from tests.legaltoolbox.projects.points import address, decide, point_of
from tests.legaltoolbox.projects.whole import fill, import_file, whole_file
from tests.mails import log_in_recently
from tests.reading import parse

pytestmark = pytest.mark.any_database
CONDITION, HOW = "Alle risici er vurderet.", "Vurderet på mødet den 3. marts, se sagen."


@pytest.fixture
def approved(team):
    return approve(team)


def approve(team, answer="conditions", conditions=CONDITION):
    """An impact assessment, the next version of it where there is one, that the management has approved."""
    document = begin(team, "S11")
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=9))
    document.give_opinion(team.dpo.user, "supports", "", [], document.state_hash())
    document.ask_management(team.lead.user)
    document.decide(team.management.user, answer, conditions=conditions, seen=document.state_hash(), approve=keep)
    return document


def steps(document, name="document_steps") -> str:
    return reverse(f"projects:{name}", args=[*document.project.address, document.number])


def main(member, path) -> str:
    return " ".join(parse(browser(member).get(path).content.decode()).find("main").text.split())


def waiting(team, member) -> bool:
    said = "Opfyld ledelsens vilkår" in main(member, reverse("projects:overview", args=team.project.address))
    page = browser(member).get(reverse("projects:municipality", args=[team.municipality.code])).content.decode()
    assert ("venter på dig" in page) is said
    return said


def answer_all(team, value="no") -> None:
    for question in catalogues.current().questions:
        team.project.screening_answers.create(question=question.code, value=value)


def test_a_writer_says_how_they_are_met_once_and_then_nothing_waits(approved, team):
    answer_all(team)
    assert waiting(team, team.lead)
    decision = Decision.objects.get()
    page = main(team.editor, steps(approved))
    assert "Er vilkårene opfyldt?" in page
    assert "Er vilkårene opfyldt?" not in main(team.reader, steps(approved))
    assert "Vilkårene er ikke opfyldt endnu" in main(team.reader, steps(approved))
    path = steps(approved, "document_conditions")
    events = ProjectEvent.objects.count()
    for _click in range(2):
        browser(team.editor).post(path, {"decision": decision.pk, "how": HOW})
    met = ConditionsMet.objects.get()
    assert (met.decision, met.by, met.how) == (decision, team.editor.user, HOW)
    assert ProjectEvent.objects.count() == events + 1
    event = ProjectEvent.objects.first()
    assert (event.what, event.place, event.new, event.actor) == ("conditions-met", "S11", HOW, team.editor.user)
    decision.refresh_from_db()
    assert (decision.answer, decision.conditions) == ("conditions", CONDITION)
    assert not waiting(team, team.lead)
    page = main(team.reader, steps(approved))
    assert HOW in page
    assert "ikke opfyldt" not in page
    assert "Godkendt, vilkårene er opfyldt" in main(
        team.reader, reverse("projects:documents", args=team.project.address)
    )


def test_without_how_it_is_refused_and_what_was_typed_stays(approved, team):
    decision = Decision.objects.get()
    path = steps(approved, "document_conditions")
    page = browser(team.lead).post(path, {"decision": decision.pk, "how": "  "}).content.decode()
    assert "Skriv, hvordan vilkårene er opfyldt." in page
    assert not ConditionsMet.objects.exists()
    ConditionsMet.write(team.project, team.editor.user, decision.pk, HOW)
    page = browser(team.lead).post(path, {"decision": decision.pk, "how": "Det er sket."}).content.decode()
    assert "Det er sket." in page
    assert ConditionsMet.objects.get().how == HOW


def test_conditions_that_a_newer_decision_replaces_wait_no_more(approved, team):
    first = Decision.objects.get()
    approve(team, "yes", "")
    with pytest.raises(ValidationError):
        ConditionsMet.write(team.project, team.lead.user, first.pk, HOW)
    assert "Er vilkårene opfyldt?" not in main(team.lead, steps(approved))


def test_of_another_project_nothing_is_met(approved, team, other_team):
    decision = decide(other_team, "conditions", conditions="Kun breve.")
    with pytest.raises(ValidationError):
        ConditionsMet.write(team.project, team.lead.user, decision.pk, HOW)
    assert not ConditionsMet.objects.exists()


def test_open_conditions_stand_with_their_text_in_what_a_later_decision_rests_on(approved, team):
    assert CONDITION in main(team.management, address(team))
    shown = point_of(team)
    assert shown.record["open_conditions"] == [f"S11: {CONDITION}"]
    other = begin(team, "S05")
    other.ask_management(team.lead.user)
    assert CONDITION in main(team.management, steps(other))
    ConditionsMet.write(team.project, team.lead.user, Decision.objects.get().pk, HOW)
    assert "open_conditions" not in point_of(team).record
    assert CONDITION not in main(team.management, address(team))
    assert CONDITION not in main(team.management, steps(other))


def test_those_of_a_point_wait_stand_at_later_points_and_change_no_earlier_basis(team):
    answer_all(team, "yes")
    decision = decide(team, "conditions", conditions="Kun breve.")
    assert decision.state == point_of(team).state, "its own conditions are none of what it rested on"
    assert waiting(team, team.lead)
    assert "Kun breve." in main(team.management, address(team, code="p2"))
    later = decide(team, "conditions", "P2", conditions="Mål hver uge.")
    assert "Mål hver uge." not in main(team.management, address(team))
    for code, each in (("p1", decision), ("p2", later)):
        browser(team.lead).post(address(team, "point_conditions", code), {"decision": each.pk, "how": HOW})
    assert ConditionsMet.objects.count() == 2
    assert HOW in main(team.reader, address(team))
    assert not waiting(team, team.lead)


def test_the_report_and_its_files_say_what_is_not_met_and_then_how_it_was_met(approved, team):
    def said() -> tuple[str, str]:
        report = project_report(team.project, catalogues.current(), timezone.localdate())
        args = [*team.project.address, "docx"]
        file = docx_text(browser(team.lead).get(reverse("projects:report_file", args=args)).getvalue())
        return " ".join([*warnings(report), *missing(report)]), file

    words, file = said()
    assert f"Ledelsens vilkår for S11 er ikke opfyldt endnu: {CONDITION}" in words
    assert "Vilkårene i 1 beslutning er ikke opfyldt." in words
    assert f"Ledelsens vilkår for S11 er ikke opfyldt endnu: {CONDITION}" in file
    assert "Nej, ikke endnu" in file
    ConditionsMet.write(team.project, team.lead.user, Decision.objects.get().pk, HOW)
    words, file = said()
    assert "vilkår" not in words.lower()
    assert HOW in file
    assert "Nej, ikke endnu" not in file


def test_the_history_says_what_the_conditions_are_and_how_they_were_met(approved, team):
    path = reverse("projects:history", args=team.project.address)
    assert f"Vilkår: {CONDITION}" in main(team.reader, path)
    ConditionsMet.write(team.project, team.lead.user, Decision.objects.get().pk, HOW)
    assert HOW in main(team.reader, path)


def test_they_are_in_the_file_and_imported_as_history(team):
    fill(team)
    file = whole_file(team.project)
    [met] = [each for row in file["project"]["history"]["decisions"] for each in row["conditions_met"]]
    assert (met["by"], bool(met["how"])) == (str(team.editor.user), True)
    again = import_file(team.municipality, team.lead, file)
    assert ConditionsMet.objects.count() == 1
    page = main(team.lead, reverse("projects:imported", args=again.address) + "?del=decisions")
    assert met["how"] in page


def test_a_file_from_before_there_were_any_is_imported_and_comes_out_as_it_went_in(team):
    fill(team)
    file = whole_file(team.project)
    for row in file["project"]["history"]["decisions"]:
        del row["conditions_met"]
    first = whole_file(import_file(team.municipality, team.lead, file))["project"]
    assert all("conditions_met" not in row for row in first["imported"]["decisions"])
    second = import_file(team.municipality, team.lead, whole_file(import_file(team.municipality, team.lead, file)))
    assert whole_file(second)["project"] == first


def test_the_copy_of_the_own_data_holds_what_the_person_wrote(approved, team, client):
    ConditionsMet.write(team.project, team.editor.user, Decision.objects.get().pk, HOW)
    for person, texts in ((team.editor, [HOW]), (team.lead, [])):
        log_in_recently(client, person.user)
        data = json.loads(client.get(reverse("vendor:data")).content)
        assert [row["how"] for row in data["conditions_met"]] == texts


def entry(team) -> dict[str, str]:
    """The entry for the registers, label by label."""
    report = project_report(team.project, catalogues.current(), timezone.localdate())
    return {label: str(value) for label, value in entry_lines(report, "https://portal.example/")}


def test_the_entry_for_registers_says_that_the_dpia_has_conditions_and_whether_they_are_met(approved, team):
    assert "DPIA’en er godkendt på vilkår, som ikke er opfyldt endnu." in entry(team)["Bemærkninger"]
    ConditionsMet.write(team.project, team.lead.user, Decision.objects.get().pk, HOW)
    remarks = entry(team)["Bemærkninger"]
    assert "DPIA’en er godkendt på vilkår, som er opfyldt." in remarks
    assert "ikke er opfyldt" not in remarks


def test_the_entry_for_registers_says_where_the_dpia_has_changed_since_the_opinion(approved, team):
    assert "siden udtalelsen" not in str(entry(team))
    team.project.answer(team.lead.user, {"personoplysninger": ("yes", "")})
    after = entry(team)
    assert "DPIA’en er ændret siden udtalelsen." in after["Bemærkninger"]
    assert after["Databeskyttelsesrådgiverens udtalelse"].endswith(". DPIA’en er ændret siden udtalelsen")
