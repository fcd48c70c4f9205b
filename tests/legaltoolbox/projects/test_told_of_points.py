"""Who is told of a decision point: the page says who gets a mail, and the mail says what was decided where it may."""

import pytest
from django.urls import reverse

from kl_ai.mail.models import OutgoingMail
from legaltoolbox.projects.mails import steps as step_mails
from legaltoolbox.projects.models import Municipality, MunicipalityMember, ProjectMember
from tests.legaltoolbox.projects.documents import browser
from tests.legaltoolbox.projects.points import address, point_of
from tests.reading import parse

pytestmark = pytest.mark.any_database


def text_of(response) -> str:
    return " ".join(parse(response.content.decode()).text.split())


def decide(team, **typed) -> str:
    typed = {"answer": "yes", "conditions": "", "reason": "", "state": point_of(team).state, "last": 0} | typed
    return text_of(browser(team.management).post(address(team, "decide_point"), typed, follow=True))


def addresses() -> set[str]:
    return {mail.to.partition("@")[0] for mail in OutgoingMail.objects.filter(kind=step_mails.KIND)}


def test_the_page_names_all_who_get_a_mail_and_nobody_else(team):
    assert "Projektlederne, redaktørerne og databeskyttelsesrådgiverne får en mail." in decide(team)
    assert addresses() == {"lead", "editor", "dpo", "substitute"}


def test_without_editors_and_officers_the_page_names_the_leads_alone(team):
    ProjectMember.objects.filter(member=team.editor).delete()
    MunicipalityMember.objects.filter(municipality=team.municipality).update(dpo="")
    page = decide(team)
    assert "Beslutningen er gemt. Projektlederne får en mail." in page
    assert addresses() == {"lead"}


def test_the_question_to_the_management_names_it_as_it_is_told(team):
    page = text_of(browser(team.lead).post(address(team, "ask_point"), follow=True))
    assert "Ledelsen er bedt om at træffe en beslutning. Ledelsen får en mail." in page
    assert addresses() == {"management"}


@pytest.mark.parametrize(
    ("answer", "words"), [("yes", ": ja. "), ("conditions", ": ja, på vilkår. "), ("no", ": nej. ")]
)
def test_a_mail_says_what_was_decided_and_neither_conditions_nor_reasons(answer, words, team):
    decide(team, answer=answer, conditions="Kun breve.", reason="Det er for dyrt.")
    mail = OutgoingMail.objects.get(to=team.lead.user.email)
    assert words in " ".join(mail.body.split())
    assert "Kun breve." not in mail.body
    assert "for dyrt" not in mail.body


def test_before_the_second_step_a_mail_says_neither_what_was_decided_nor_on_what(team):
    Municipality.objects.update(requires_second_factor=True)
    team.project.municipality.refresh_from_db()
    team.project.events.create(what="decided", place="P1", actor=team.management.user, new="conditions\nKun breve.")
    step_mails.send_point(team.project, "P1", "Beslut")
    mail = OutgoingMail.objects.get(to=team.lead.user.email)
    assert "Ledelsen har truffet" in mail.body
    for words in ("ja, på vilkår", "P1", "Kun breve", team.project.title):
        assert words not in mail.body + mail.subject, words
    assert str(team.project.number) in mail.body
    assert reverse("projects:decision_point", args=[*team.project.address, "p1"]) in mail.body
