"""What is a change of a document: what it shows, and nothing else that a project knows. The page names what is one."""

import re

import pytest
from django.urls import reverse
from django.utils.translation import override

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.projects.models import Opinion, ProjectDocument, ProjectFact, ProjectMember
from legaltoolbox.projects.models.authors import has_words_of
from legaltoolbox.projects.models.fact_fields import FACT_FIELDS, JOINED, facts_of_state
from legaltoolbox.projects.models.facts import TITLE
from legaltoolbox.projects.rights import ProjectRole
from tests.legaltoolbox.projects.documents import begin, browser


def write_fact(team, **values) -> None:
    stored = ProjectFact.stored(team.project)
    ProjectFact.save_all(team.project, stored | values, fingerprint(stored), team.editor.user)


@pytest.fixture
def dpia(team) -> ProjectDocument:
    """An impact assessment with an opinion that supports it."""
    document = begin(team, "S11")
    Opinion.objects.create(document=document, by=team.dpo.user, verdict="supports", state=document.state_hash())
    return document


def steps(team, document) -> str:
    with override("da"):
        address = reverse("projects:document_steps", args=[*team.project.address, document.number])
    return browser(team.lead).get(f"/en{address}").content.decode()


def listed(html) -> list[str]:
    """The lines of the list of changes."""
    text = html.partition("This has changed:")[2].partition("</ul>")[0]
    return [" ".join(re.sub(r"<[^>]*>", "", line).split()) for line in re.findall(r"<li>(.*?)</li>", text, re.DOTALL)]


def test_a_changed_fact_is_a_change_of_the_documents_that_show_it_alone(team):
    """S05 asks for the title, S11 for the solution, and S19 for the solution with its vendor."""
    documents = {code: begin(team, code) for code in ("S05", "S11", "S19")}
    states = lambda: {code: document.state_hash() for code, document in documents.items()}  # noqa: E731
    changed = lambda: {code for code, state in states().items() if state != before[code]}  # noqa: E731
    before = states()
    team.project.edit(team.lead.user, title="Et andet navn")
    assert changed() == {"S05"}
    before = states()
    write_fact(team, solution="Systemet Prøve, version 2")
    assert changed() == {"S11", "S19"}
    before = states()
    write_fact(team, vendor="Firma A")
    assert changed() == {"S19"}
    assert ProjectDocument.state_hashes(team.project, documents.values()) == {
        document.pk: states()[code] for code, document in documents.items()
    }


def test_who_leads_the_project_is_no_part_of_the_state_of_its_documents(team):
    """S05 and S07 name the lead, as other documents name who is responsible: they say the same when somebody takes over."""
    documents = [begin(team, code) for code in ("S05", "S07", "S11")]
    before = [document.state_hash() for document in documents]
    team.project.change_role(team.lead.user, team.editor, ProjectRole.LEAD)
    team.lead.user.full_name = "Et Andet Navn"
    team.lead.user.save()
    ProjectMember.hand_over(team.municipality, team.keeper.user, team.lead, team.strange)
    assert [document.state_hash() for document in documents] == before


def test_each_fact_that_is_written_belongs_to_the_state_of_a_document():
    """No fact can be changed unseen in the documents that show it."""
    codes = {place[0] for places in FACT_FIELDS.values() for place in places}
    assert set().union(*map(facts_of_state, codes)) == {TITLE, *ProjectFact.Key.values}
    for joined, (first, second, _by) in JOINED.items():
        for code, _section, _field in FACT_FIELDS[joined]:
            assert {first, second} <= facts_of_state(code)


def test_the_page_names_each_fact_that_is_a_change_of_the_document_and_no_other(dpia, team):
    team.project.edit(team.lead.user, title="Et andet navn")
    team.project.change_role(team.lead.user, team.editor, ProjectRole.LEAD)
    write_fact(team, vendor="Firma A")
    assert "has changed since" not in steps(team, dpia)
    write_fact(team, solution="Systemet Prøve")
    html = steps(team, dpia)
    assert "has changed since" in html
    assert listed(html) == ["Changed what the documents share: Solution and version"]


def test_the_page_of_a_document_that_shows_the_title_names_its_change(team):
    document = begin(team, "S05")
    Opinion.objects.create(document=document, by=team.dpo.user, verdict="supports", state=document.state_hash())
    team.project.edit(team.lead.user, title="Et andet navn")
    assert len(listed(steps(team, document))) == 1


def test_a_state_of_an_earlier_rule_is_another_state_and_no_fault(dpia, team):
    Opinion.objects.update(state="0" * 64)
    ProjectDocument.objects.update(sent_state="0" * 64, status="at-dpo")
    html = steps(team, dpia)
    assert "has changed since" in html
    assert listed(html) == []


# Who judges no words of their own ------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "is_shown"), [("S11", True), ("S06", True), ("S05", False)])
def test_who_has_written_a_fact_gives_no_opinion_on_a_document_that_shows_it(code, is_shown, team):
    write_fact(team, solution="Systemet Prøve")
    document = begin(team, code)
    document.save_section("4", {"1": ""}, {"1": "Et mål"}, fingerprint({"1": ""}), team.lead.user)
    assert has_words_of(document, team.editor.user) is is_shown
    assert not has_words_of(document, team.dpo.user)


def test_who_has_given_the_project_its_title_gives_no_opinion_on_a_document_that_shows_it(team):
    documents = [begin(team, code) for code in ("S05", "S11")]
    team.project.edit(team.editor.user, title="Et andet navn")
    assert [has_words_of(document, team.editor.user) for document in documents] == [True, False]
