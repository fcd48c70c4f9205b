"""The overview of a project: what waits for whom, what must not be overlooked, what is next, and how far it is."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import Measure, Opinion, Project, ProjectLegalBasis, RiskAssessment, Task
from legaltoolbox.projects.models.tasks import EMPTY
from legaltoolbox.projects.work.legal_bases import IN_USE, lacks_in_use, project_bases
from legaltoolbox.projects.work.risks import risk_counts, risk_rows
from legaltoolbox.projects.work.situations import situation_of
from legaltoolbox.projects.work.waiting import waiting_numbers
from tests.legaltoolbox.projects.builders import make_project
from tests.legaltoolbox.projects.documents import begin, browser, keep

pytestmark = pytest.mark.any_database

ALL_ANSWERED = "alt er besvaret"


def answer_all(team, **answers) -> None:
    """An answer to each question about the solution: no, but for those that are given."""
    codes = {question.code: ("no", "") for question in catalogues.current().questions}
    team.project.answer(team.lead.user, {**codes, **{code: (value, "") for code, value in answers.items()}})


def page(team, member, project=None) -> str:
    url = reverse("projects:overview", args=(project or team.project).address)
    return browser(member).get(url).content.decode()


def waiting(team, member) -> list[str]:
    """What the overview says that waits for this person, without tags."""
    html = page(team, member).partition('id="waiting-heading"')[2].partition("</section>")[0]
    items = re.findall(r"<li>(.*?)</li>", html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", item).split()) for item in items]


def give(team, member, title, days) -> Task:
    values = {**EMPTY, "title": title, "owner": member.pk, "due": timezone.localdate() + timedelta(days=days)}
    return Task.add_own(team.project, team.lead.user, values, "")


def at_dpo(team, days=14):
    document = begin(team, "S11")
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=days))
    return document


def advise(team, document, *points):
    verdict = Opinion.Verdict.ADVICE if points else Opinion.Verdict.SUPPORTS
    document.give_opinion(team.dpo.user, verdict, "", points, document.state_hash())


# What waits ---------------------------------------------------------------------------------------


def test_own_tasks_wait_a_week_before_they_are_due_and_overdue_ones_come_first(team):
    answer_all(team)
    give(team, team.editor, "Om syv dage", 7)
    give(team, team.editor, "I går", -1)
    give(team, team.editor, "Om otte dage", 8)
    give(team, team.lead, "En andens", -1)
    first, second = waiting(team, team.editor)
    assert "I går" in first
    assert "Overskredet" in first
    assert "Om syv dage" in second
    assert "Overskredet" not in second


def test_a_document_waits_for_the_officer_then_for_those_who_write_then_for_the_management(team):
    answer_all(team)
    document = at_dpo(team)
    everybody = (team.dpo, team.substitute, team.lead, team.editor, team.management, team.reader)

    def who() -> set[str]:
        return {str(person.user) for person in everybody if waiting(team, person)}

    assert who() == {str(team.dpo.user), str(team.substitute.user)}
    advise(team, document, "Slet efter seks måneder.", "Spørg de ansatte.")
    assert who() == {str(team.lead.user), str(team.editor.user)}
    assert "2" in waiting(team, team.editor)[0]
    document.answer_advice(team.editor.user, {1: ("followed", ""), 2: ("followed", "")})
    assert "ledelsen" not in waiting(team, team.editor)[0]
    document.ask_management(team.lead.user)
    assert who() == {str(team.management.user)}
    seen = document.state_hash()
    document.decide(team.management.user, "no", seen=seen, reason="Risikoen er for høj.")
    assert who() == {str(team.lead.user), str(team.editor.user)}


def test_only_the_newest_opinion_is_to_be_answered(team):
    answer_all(team)
    document = at_dpo(team)
    advise(team, document, "Slet efter seks måneder.")
    document.ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=14))
    advise(team, document)
    (line,) = waiting(team, team.lead)
    assert "punkt" not in line


def test_an_opinion_that_does_not_come_in_time_is_said_to_those_who_write(team):
    answer_all(team)
    document = at_dpo(team)
    assert not waiting(team, team.lead)
    type(document).objects.update(opinion_until=timezone.localdate() - timedelta(days=1))
    assert len(waiting(team, team.lead)) == 1
    assert not waiting(team, team.management)


def test_questions_wait_for_those_who_can_answer_them(team):
    assert len(waiting(team, team.editor)) == 1
    assert not waiting(team, team.reader)
    assert not waiting(team, team.management)
    answer_all(team)
    assert not waiting(team, team.editor)


def test_nothing_waits_in_a_closed_project(team):
    give(team, team.lead, "I går", -1)
    at_dpo(team)
    team.project.close(team.lead.user)
    for person in (team.lead, team.dpo):
        assert 'id="waiting-heading"' not in page(team, person)


def test_the_pages_above_count_the_same(team):
    """The page of the municipality and the front page say as many things as the overviews of the projects."""
    give(team, team.lead, "I går", -1)
    advise(team, at_dpo(team), "Slet efter seks måneder.")
    begin(team, "S05").ask_dpo(team.lead.user, timezone.localdate() + timedelta(days=14))
    paths = (reverse("projects:municipality", args=[team.municipality.code]), reverse("projects:home"))
    for person in (team.lead, team.editor, team.dpo, team.management, team.reader):
        number = len(waiting(team, person))
        for path in paths:
            html = browser(person).get(path).content.decode()
            said = re.findall(r"<strong>(\d+) ting venter på dig", html)
            assert said == ([str(number)] if number else []), (path, person)
    assert len(waiting(team, team.lead)) == 3


def approve(team, *, conditions="") -> None:
    """An impact assessment, the next version of it where there is one, approved by the management."""
    document = at_dpo(team)
    advise(team, document)
    document.ask_management(team.lead.user)
    answer = "conditions" if conditions else "yes"
    document.decide(team.management.user, answer, conditions=conditions, seen=document.state_hash(), approve=keep)


def test_conditions_of_the_management_wait_for_the_leads_until_a_version_is_approved_without(team):
    answer_all(team)
    approve(team, conditions="Test med ti sager først.")
    document = team.project.documents.get()
    numbers = reverse("projects:municipality", args=[team.municipality.code])
    assert len(waiting(team, team.lead)) == 1
    assert re.search("Opfyld ledelsens vilkår: S11.* Test med ti sager først.", waiting(team, team.lead)[0])
    assert "1 ting venter på dig" in browser(team.lead).get(numbers).content.decode()
    assert waiting(team, team.editor) == []
    paths = [reverse(f"projects:{name}", args=team.project.address) for name in ("documents", "overview")]
    paths.append(reverse("projects:document", args=[*team.project.address, document.number]))
    for path in paths:
        assert "Godkendt på vilkår" in browser(team.reader).get(path).content.decode(), path
    approve(team)
    assert waiting(team, team.lead) == []


def test_long_conditions_are_cut_on_the_overview(team):
    answer_all(team)
    approve(team, conditions="Mål hver uge. " * 100)
    [line] = waiting(team, team.lead)
    assert "…" in line
    assert len(line.partition("S11")[2]) < 600


# What must not be overlooked ----------------------------------------------------------------------


def test_the_use_without_a_legal_basis_is_said_before_and_alerted_in_use(team):
    answer_all(team, personoplysninger="yes")
    assert "Før I tager løsningen i brug" in page(team, team.reader)
    team.project.edit(team.lead.user, phase=IN_USE[1])
    html = page(team, team.reader)
    assert "alert-error" in html
    assert "Før I tager løsningen i brug" not in html
    for phase in IN_USE:
        row = ProjectLegalBasis.add_processing(team.project, team.lead.user, phase=phase, processing="Svar på breve")
        typed = {**row.content, "basis": "Artikel 6", "why": "Opgaven følger af loven.", "judgement": "sufficient"}
        row.change(typed, fingerprint(row.content), team.lead.user)
    assert "alert-error" not in page(team, team.reader)


def test_without_personal_data_no_legal_basis_is_missing(team):
    team.project.edit(team.lead.user, phase=IN_USE[0])
    assert "alert-error" in page(team, team.lead)  # nobody has said that there are none
    answer_all(team)
    assert "alert-error" not in page(team, team.lead)


@pytest.mark.parametrize("personal_data", ["", "yes", "no"])
@pytest.mark.parametrize("judgement", ["", "open", "doubtful", "missing", "sufficient"])
def test_the_overview_warns_of_the_use_without_a_basis_as_the_page_of_legal_bases_does(team, judgement, personal_data):
    if personal_data:
        team.project.answer(team.lead.user, {"personoplysninger": (personal_data, "")})
    for phase in IN_USE if judgement else ():
        row = ProjectLegalBasis.add_processing(team.project, team.lead.user, phase=phase, processing="Svar på breve")
        ProjectLegalBasis.objects.filter(pk=row.pk).update(judgement=judgement, basis="Artikel 6", why="Loven.")
    catalogue = catalogues.current()
    situation = situation_of(team.project, team.project.screening_answers.all(), catalogue)
    phases, lack = lacks_in_use(team.project, situation, catalogue)
    bases = project_bases(team.project, catalogue)
    assert (phases, lack) == (bases.lacks_in_use, bases.lack)
    assert ("Før I tager løsningen i brug" in page(team, team.reader)) == bool(phases)
    assert bool(phases) == (personal_data != "no" and judgement != "sufficient")


def test_risks_that_stay_high_are_named_and_others_are_not(team):
    codes = [risk.code for risk in catalogues.current().risks[:3]]
    own = RiskAssessment.add_own(team.project, "Brevene kommer for sent", team.lead.user)
    rows = {codes[0]: (3, 3, True), codes[1]: (2, 2, True), codes[2]: (4, 4, False), own.code: (4, 4, True)}
    for code, (likelihood, consequence, applies) in rows.items():
        RiskAssessment.objects.update_or_create(
            project=team.project,
            code=code,
            defaults={"likelihood_after": likelihood, "consequence_after": consequence, "applies": applies},
        )
    html = page(team, team.management)
    assert "artikel 36" in html
    assert [f">{code} <" in html for code in rows] == [True, False, False, True]


def test_every_page_says_in_the_same_words_how_many_risks_are_rated(team):
    codes = [risk.code for risk in catalogues.current().risks[:3]]
    rated = {"likelihood": 2, "consequence": 2}
    after = {"likelihood_after": 1, "consequence_after": 2}
    for code, values in zip(codes, (rated | after, rated, {"applies": False, "reason": "Ikke her"}), strict=True):
        RiskAssessment.objects.create(project=team.project, code=code, **values)
    counts = risk_counts(risk_rows(team.project, catalogues.current()))
    assert (counts.both, counts.before, counts.left_out) == (1, 1, 1)
    number = len(risk_rows(team.project, catalogues.current()))
    words = (
        f"1 af {number} er vurderet før og efter, 1 er kun vurderet før, "
        f"{counts.not_rated} er ikke vurderet, 1 gælder ikke her."
    )
    point = reverse("projects:decision_point", args=[*team.project.address, "p1"])
    report, risks = (reverse(f"projects:{name}", args=team.project.address) for name in ("report", "risks"))
    for path in (reverse("projects:overview", args=team.project.address), risks, report, point):
        assert words in browser(team.lead).get(path).content.decode(), path
    assert f"Delvist: 1 af {counts.total} risici er vurderet." in browser(team.lead).get(report).content.decode()


# The rest -----------------------------------------------------------------------------------------


def test_the_next_five_tasks_stand_with_owner_and_day_and_phases_with_counts(team):
    for number in range(6):
        give(team, team.editor, f"Opgave {number}", number - 1)
    html = page(team, team.reader)
    following = html.partition('id="next-heading"')[2].partition("</section>")[0]
    assert [f"Opgave {number}" in following for number in range(6)] == [True] * 5 + [False]
    assert following.count("Overskredet") == 1
    assert str(team.editor.user) in following
    team.project.edit(team.lead.user, phase="foranalyse")
    row = re.search(r'<tr class="is-now" aria-current="step">.*?</tr>', page(team, team.reader), re.DOTALL)
    assert re.search(r"0 (ud )?af \d+", row[0])


def test_a_closed_project_says_when_it_is_deleted_and_asks_for_nothing(team):
    answer_all(team, personoplysninger="yes")
    team.project.close(team.lead.user)
    html = page(team, team.lead)
    assert "Projektet er afsluttet" in html
    assert 'id="next-heading"' not in html
    assert "Før I tager løsningen i brug" not in html


def test_a_closed_project_is_not_asked_about_answers_that_contradict_each_other(team):
    question = next(each for each in catalogues.current().questions if each.requires)
    answer_all(team, **{question.code: "yes"})
    said = "modsiger hinanden"
    assert said in page(team, team.lead)
    team.project.close(team.lead.user)
    assert said not in page(team, team.lead)


def test_the_documents_stand_by_status_with_the_newest_version_of_each(team):
    document = begin(team, "S05")
    type(document).objects.filter(pk=document.pk).update(status="approved")
    begin(team, "S05")
    begin(team, "S01")
    html = page(team, team.reader).partition('id="documents-heading"')[2].partition("</section>")[0]
    assert "<strong>Kladde: 2</strong>" in html
    assert "Godkendt" not in html


def test_an_empty_project_of_another_one_shows_nothing_of_it(team):
    other = make_project(team.municipality, team.strange)
    give(team, team.lead, "Hemmelig opgave", -1)
    assert "Hemmelig opgave" not in page(team, team.strange, other)


def test_the_last_events_of_a_document_stand_in_words(team):
    """A status, an opinion and a day as people say them, not as they are stored."""
    answer_all(team)
    document = at_dpo(team)
    advise(team, document, "Slet efter seks måneder.")
    document.answer_advice(team.lead.user, {1: ("partly", "Kun de gamle.")})
    document.ask_management(team.lead.user)
    events = page(team, team.reader).partition('id="events-heading"')[2].partition("</section>")[0]
    for stored in ("at-dpo", "at-management", "advice<", "partly", timezone.localdate().strftime("%Y-")):
        assert stored not in events
    assert "ønskes senest" in events
    assert "hos ledelsen" in events.casefold()


def test_measures_wait_for_their_owner_as_tasks_do(team):
    """On the overview, in its sentence, in what is next, and in the number of the municipality and of the front page."""
    day = lambda days: timezone.localdate() + timedelta(days=days)  # noqa: E731
    for text, owner, days in (("Slet", team.editor, -3), ("Kryptér", team.editor, 40), ("Log", team.lead, -3)):
        measure = Measure.add_measure(team.project, text, [], team.lead.user)
        measure.change({"owner": owner.pk, "due": day(days)}, fingerprint(measure.content), team.lead.user)
    done = Measure.add_measure(team.project, "Gjort", [], team.lead.user)
    values = {"owner": team.editor.pk, "due": day(-3), "is_done": True}
    done.change(values, fingerprint(done.content), team.lead.user)
    answer_all(team)
    lines = waiting(team, team.editor)
    assert len(lines) == 1
    assert lines[0].startswith("Din foranstaltning")
    html = page(team, team.editor)
    assert "2 foranstaltninger er overskredet" in html
    following = html.partition('id="next-heading"')[2].partition("</section>")[0]
    assert all(text in following for text in ("Slet", "Kryptér", "Log"))
    assert "Gjort" not in following
    project = Project.objects.visible_to(team.editor.user).get(pk=team.project.pk)
    numbers = waiting_numbers([project], team.editor.user, catalogues.current(), timezone.localdate())
    assert numbers[project.pk] == 1
