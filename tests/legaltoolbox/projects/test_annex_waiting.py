"""What of requirement annexes waits on a project's overview and in the list of projects."""

import pytest
from django.urls import reverse
from django.utils import timezone

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import AnnexQuestion, Project
from legaltoolbox.projects.work.waiting import waiting_numbers
from tests.legaltoolbox.projects.annexes import hand_in, loaded, make_sent, pass_deadline
from tests.legaltoolbox.projects.documents import browser

pytestmark = pytest.mark.database


def waiting(team, name: str) -> list[str]:
    """What waits for this person on the overview; the list of the municipality's projects has the same number."""
    client = browser(team.people[name])
    lines = client.get(reverse("projects:overview", args=team.project.address)).context["overview"].waiting
    project = Project.objects.visible_to(team.people[name].user).get(pk=team.project.pk)
    numbers = waiting_numbers([project], team.people[name].user, catalogues.current(), timezone.localdate())
    assert numbers[project.pk] == len(lines)
    return [line.url for line in lines if "/bilag/" in line.url]


def test_questions_wait_while_vendors_can_answer_and_answers_until_a_vendor_is_chosen(team):
    annex = make_sent(team)
    alfa = loaded(annex.recipients.get(company="Alfa Prøve"))
    assert waiting(team, "editor") == []
    AnnexQuestion.ask(alfa, "Hvad?")
    hand_in(alfa)
    for name, expected in (("lead", 1), ("editor", 1), ("reader", 0), ("management", 0), ("dpo", 0)):
        assert len(waiting(team, name)) == expected
    annex.close(team.lead.user)
    assert waiting(team, "editor") == [reverse("projects:annex_answers", args=annex.address)]
    annex.choose(team.lead.user, alfa, "Bedst")
    assert waiting(team, "editor") == []


def test_answers_wait_no_longer_than_the_links_live(team):
    annex = make_sent(team)
    hand_in(loaded(annex.recipients.first()))
    pass_deadline(annex, 30)
    assert len(waiting(team, "editor")) == 1
    pass_deadline(annex, 31)
    assert waiting(team, "editor") == []
