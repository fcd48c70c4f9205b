"""The mail about changes of the catalogue: to leads, once for each change, once a week, without titles where these are secret."""

from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import Risk
from legaltoolbox.projects.mails.updates import KIND, post_digests
from legaltoolbox.projects.models import Municipality, TaskMailStop, UpdateMail

from .changed_texts import change

TODAY = timezone.localdate()


def send(days: int = 0) -> list[OutgoingMail]:
    """The mails that are written so many days from now."""
    UpdateMail.objects.update(sent_at=timezone.now() - timedelta(days=days))
    return post_digests(TODAY + timedelta(days=days) if days else TODAY, catalogues.build())


def test_lead_alone_is_told(changed):
    [mail] = send()
    assert mail.to == changed.lead.user.email
    assert changed.project.title in mail.body
    assert f"/{changed.project.number}/opdateringer/" in mail.body


def test_nobody_is_told_where_nothing_waits(pinned):
    assert send() == []


def test_same_change_is_told_once(changed):
    assert len(send()) == 1
    assert send() == []
    assert send(days=8) == []


def test_new_change_is_told_a_week_later_and_no_sooner(changed):
    send()
    change(Risk, "R01", cause="En anden årsag.")
    assert post_digests(TODAY, catalogues.build()) == []
    assert len(send(days=8)) == 1
    change(Risk, "R01", cause="En tredje årsag.")
    assert len(send(days=16)) == 1


def test_municipality_that_asks_for_the_second_step_has_numbers_alone(changed):
    Municipality.objects.update(requires_second_factor=True)
    [mail] = send()
    assert changed.project.title not in mail.body
    assert changed.municipality.name in mail.body


def test_mail_can_be_stopped_by_its_link_without_a_login(changed):
    [mail] = send()
    assert mail.unsubscribe_url
    path = "/" + mail.unsubscribe_url.split("/", 3)[3]
    assert Client().post(path).status_code == 200
    assert TaskMailStop.objects.get().user == changed.lead.user
    change(Risk, "R01", cause="En anden årsag.")
    assert send(days=8) == []


def test_closed_project_is_in_no_mail(changed):
    changed.project.close(changed.lead.user, "")
    assert send() == []


def test_command_counts_and_writes(changed):
    out = StringIO()
    call_command("send_update_mail", "--dry-run", stdout=out)
    assert "1 leads" in out.getvalue()
    assert not OutgoingMail.objects.filter(kind=KIND).exists()
    for _run in range(2):
        call_command("send_update_mail", stdout=out)
    assert OutgoingMail.objects.filter(kind=KIND).count() == 1
