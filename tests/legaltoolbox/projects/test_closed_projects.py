"""Closed projects: announced 60 and 14 days before, and deleted with their history not a day sooner."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import formats, timezone

from kl_ai.mail.models import OutgoingMail
from legaltoolbox.projects.mails import deletion
from legaltoolbox.projects.models import Project, ProjectEvent, ScreeningAnswer
from legaltoolbox.projects.models.municipalities import months_after
from tests.concurrency import run_at_once

KEPT_MONTHS = 12


@pytest.fixture
def closed(team) -> Project:
    """A project that is closed today, kept for twelve months."""
    team.municipality.kept_months = KEPT_MONTHS
    team.municipality.save()
    team.project.answer(team.lead.user, {"generativ": ("yes", "")})
    team.project.close(team.lead.user)
    return team.project


def run(days_before: int, closed: Project, monkeypatch, *arguments: str) -> None:
    """The nightly command on the day so many days before the time is over, as it was when the project was closed."""
    day = over(closed) - timedelta(days=days_before)
    monkeypatch.setattr(timezone, "localdate", lambda value=None, tz=None: LOCALDATE(value, tz) if value else day)
    call_command("delete_closed_projects", *arguments)


LOCALDATE = timezone.localdate


def over(closed: Project) -> date:
    """The day on which the project's time is over, as it was when the project was closed."""
    return months_after(LOCALDATE(closed.closed_at), KEPT_MONTHS)


def mails() -> list[str]:
    return sorted(mail.to for mail in OutgoingMail.objects.filter(kind=deletion.TEMPLATE))


def exists(project: Project) -> bool:
    return Project.objects.filter(pk=project.pk).exists()


@pytest.mark.parametrize(
    ("closed_on", "months", "deleted_on"),
    [
        (date(2026, 11, 30), 60, date(2031, 11, 30)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_the_time_is_counted_in_months_of_the_calendar(closed_on, months, deleted_on):
    assert months_after(closed_on, months) == deleted_on


def test_the_page_says_before_and_after_the_closing_when_the_project_is_deleted(team):
    team.project.municipality.kept_months = 60
    team.project.municipality.save()
    browser, page = Client(), reverse("projects:close", args=team.project.address)
    browser.force_login(team.lead.user)
    day = formats.date_format(months_after(timezone.localdate(), 60), "DATE_FORMAT")
    words = f"Det slettes med sin historik den {day} (5 år efter afslutningen)"
    assert words in browser.get(page).content.decode()
    assert words in browser.post(page, {"reason": ""}, follow=True).content.decode()


def test_who_cannot_log_in_gets_no_mail_about_the_deletion(closed, team, monkeypatch):
    team.lead.user.is_active = False
    team.lead.user.save()
    run(60, closed, monkeypatch)
    assert mails() == [team.keeper.user.email]


def test_leads_and_keepers_are_told_twice_and_then_the_project_is_deleted(closed, team, monkeypatch):
    people = sorted([team.lead.user.email, team.keeper.user.email])
    for days_before, number in ((61, 0), (60, 1), (59, 1), (15, 1), (14, 2), (1, 2)):
        run(days_before, closed, monkeypatch)
        assert mails() == sorted(people * number), days_before
        assert exists(closed)
    run(0, closed, monkeypatch)
    assert not exists(closed)
    assert not ProjectEvent.objects.filter(project=closed.pk).exists()
    assert not ScreeningAnswer.objects.filter(project=closed.pk).exists()
    assert team.municipality.members.count() == len(team.people)


def test_a_run_that_comes_late_deletes_nothing_that_was_not_announced_in_time(closed, monkeypatch):
    run(-100, closed, monkeypatch)
    assert len(mails()) == 2
    closed.refresh_from_db()
    assert closed.deleted_on == over(closed) + timedelta(days=160)
    for days_before, still_there in ((-145, True), (-146, True), (-159, True), (-160, False)):
        run(days_before, closed, monkeypatch)
        assert exists(closed) is still_there
    assert len(mails()) == 4


def test_a_shorter_time_that_the_municipality_chooses_later_is_announced_like_any_other(closed, team, monkeypatch):
    team.municipality.kept_months = 60
    team.municipality.save()
    run(0, closed, monkeypatch)
    assert not mails()
    team.municipality.kept_months = KEPT_MONTHS
    team.municipality.save()
    run(-1, closed, monkeypatch)
    assert exists(closed)
    assert len(mails()) == 2


def test_a_longer_time_that_the_municipality_chooses_after_both_mails_is_announced_anew(closed, team, monkeypatch):
    for days_before in (60, 14):
        run(days_before, closed, monkeypatch)
    team.municipality.kept_months = 2 * KEPT_MONTHS
    team.municipality.save()
    run(0, closed, monkeypatch)
    assert exists(closed)
    closed.refresh_from_db()
    later = (closed.deleted_on - over(closed)).days
    for days_before, number in ((-later + 61, 4), (-later + 60, 6), (-later + 14, 8)):
        run(days_before, closed, monkeypatch)
        assert len(mails()) == number, days_before
    run(-later, closed, monkeypatch)
    assert not exists(closed)


def test_a_project_that_is_taken_up_again_is_not_deleted_and_announced_anew_later(closed, team, monkeypatch):
    run(60, closed, monkeypatch)
    closed.reopen(team.lead.user)
    run(0, closed, monkeypatch)
    assert exists(closed)
    closed.close(team.lead.user)
    assert Project.objects.get(pk=closed.pk).deleted_on == over(closed)
    run(0, closed, monkeypatch)
    assert exists(closed)


def test_a_dry_run_does_nothing(closed, monkeypatch, capsys):
    for days_before in (60, 0):
        run(days_before, closed, monkeypatch, "--dry-run")
    assert not mails()
    assert "would announce the deletion of 9901/1" in capsys.readouterr().out


def test_an_active_project_is_never_deleted(team, monkeypatch):
    team.project.closed_at = timezone.now()
    run(-5000, team.project, monkeypatch)
    assert exists(team.project)
    assert not mails()


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_mail_says_the_day_and_leads_to_a_page_that_the_person_may_see(closed, team, monkeypatch, language):
    for member in (team.lead, team.keeper):
        member.user.language = language
        member.user.save()
    run(60, closed, monkeypatch)
    for member, name, args in (
        (team.lead, "projects:overview", closed.address),
        (team.keeper, "projects:municipality", [team.municipality.code]),
    ):
        mail = OutgoingMail.objects.get(to=member.user.email, kind=deletion.TEMPLATE)
        day = Project.objects.get(pk=closed.pk).deleted_on
        assert isinstance(day, date)
        assert str(day.year) in mail.subject
        assert mail.body.count({"da": "Du får denne mail", "en": "You get this mail"}[language]) == 1
        assert not {"markedsoverblikket", "overview"} & set(mail.body.replace(",", " ").split())
        assert reverse(name, args=args).split("/", 2)[2] in mail.body
        browser = Client()
        browser.force_login(member.user)
        assert browser.get(reverse(name, args=args)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_one_mail_and_delete_once(closed):
    day = over(closed)
    copies = [Project.objects.get(pk=closed.pk) for _run in range(2)]
    sent = run_at_once(lambda project: deletion.announce(project, day - timedelta(days=60)), copies)
    assert sorted(sent) == [0, 2]
    assert len(mails()) == 2
    assert closed.events.filter(what="announced").count() == 1
    closed.announce_deletion(day - timedelta(days=14))

    def delete(project: Project) -> bool:
        try:
            return project.delete_for_good(day)
        except Project.DoesNotExist:
            return False

    assert sorted(run_at_once(delete, copies)) == [False, True]


def test_taking_a_project_up_forgets_what_was_announced(closed, team, monkeypatch):
    for days_before in (60, 14):
        run(days_before, closed, monkeypatch)
    closed.refresh_from_db()
    assert (closed.announced, closed.delete_after) == (2, over(closed))
    closed.reopen(team.lead.user)
    closed.refresh_from_db()
    assert (closed.announced, closed.delete_after) == (0, None)


def test_a_project_that_is_taken_up_at_the_last_moment_is_not_deleted(closed, team, monkeypatch):
    for days_before in (60, 14):
        run(days_before, closed, monkeypatch)
    found = Project.objects.closed().get(pk=closed.pk)
    assert found.is_to_be_deleted(over(closed))
    day = over(closed)
    closed.reopen(team.lead.user)
    assert found.delete_for_good(day) is False
    assert exists(closed)
