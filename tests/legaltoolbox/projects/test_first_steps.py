"""The overview of a new project says what it needs first, to who can see to it, and only as long as it is missing."""

from django.urls import reverse

from legaltoolbox.projects.models import MunicipalityMember
from tests.legaltoolbox.projects.documents import browser
from tests.reading import parse

PHASE = "foranalyse"


def needed(team, member) -> set[str]:
    """The pages that the section about what is next leads to, of those where what is missing is added."""
    page = parse(browser(member).get(reverse("projects:overview", args=team.project.address)).content.decode())
    sections = [section for section in page.find_all("section") if section.has(id="next-heading")]
    links = {link.attrs["href"] for section in sections for link in section.find_all("a")}
    addresses = {
        "phase": reverse("projects:details", args=team.project.address),
        "management": reverse("projects:members", args=team.project.address),
        "dpo": reverse("projects:members_of_municipality", args=[team.municipality.code]),
    }
    return {name for name, address in addresses.items() if address in links}


def begin_anew(team) -> None:
    """Take away what a new project of a new municipality does not have."""
    team.project.remove_member(team.lead.user, team.management)
    MunicipalityMember.objects.exclude(dpo="").update(dpo="")


def test_a_new_project_says_what_it_needs_first(team):
    begin_anew(team)
    assert needed(team, team.lead) == {"phase", "management", "dpo"}


def test_each_is_said_only_while_it_is_missing(team):
    assert needed(team, team.lead) == {"phase"}
    team.project.edit(team.lead.user, phase=PHASE)
    assert needed(team, team.lead) == set()
    begin_anew(team)
    assert needed(team, team.lead) == {"management", "dpo"}


def test_it_is_said_to_who_can_see_to_it(team):
    begin_anew(team)
    assert needed(team, team.editor) == {"phase"}
    assert needed(team, team.reader) == set()


def test_a_closed_project_needs_nothing(team):
    begin_anew(team)
    team.project.close(team.lead.user)
    assert needed(team, team.lead) == set()
