"""The frozen copies that a project gives out: the bytes that were seen, one current copy, and what is left when it is taken back."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from legaltoolbox.projects.models import Project, SharedCopy
from legaltoolbox.projects.models.shared_copies import CHANGED, MOST_BYTES, MOST_COPIES
from tests.concurrency import run_at_once
from tests.legaltoolbox.projects.broken_off import whole_or_not_at_all

RECORD = {"title": "Breve til borgere", "parts": {"risks": ["Æøå"]}}
OTHER = {"title": "Breve til borgere", "parts": {}}


def again(team) -> Project:
    """The project as another process has loaded it."""
    return Project.objects.select_related("municipality").get(pk=team.project.pk)


def publish(team, record=RECORD, audience="municipalities", seen=None) -> SharedCopy:
    seen = SharedCopy.hash_of(record) if seen is None else seen
    return SharedCopy.publish(again(team), team.lead.user, audience, record, seen)


def whats(team) -> list[str]:
    events = team.project.events.filter(what__startswith="share").order_by("pk")
    return list(events.values_list("what", flat=True))


def test_a_copy_holds_the_bytes_that_were_seen(team):
    copy = publish(team)
    copy.refresh_from_db()
    assert SharedCopy.hash_of(copy.record) == copy.sha256
    assert (copy.title, copy.municipality, copy.number) == ("Breve til borgere", team.municipality, 1)
    assert list(SharedCopy.objects.current()) == [copy]
    assert whats(team) == ["shared"]


@pytest.mark.parametrize("seen", ["", "0" * 64, "x\x00" * 5000])
def test_other_bytes_than_the_preview_showed_are_not_published(team, seen):
    with pytest.raises(ValidationError) as refused:
        publish(team, seen=seen)
    assert refused.value.code == CHANGED
    assert not SharedCopy.objects.exists()
    assert whats(team) == []


def test_a_second_click_publishes_nothing_twice(team):
    assert publish(team) == publish(team)
    assert whats(team) == ["shared"]


def test_a_newer_copy_replaces_the_one_for_the_same_audience_alone(team):
    first, public = publish(team), publish(team, audience="public")
    second = publish(team, OTHER)
    assert set(SharedCopy.objects.current()) == {public, second}
    first.refresh_from_db()
    assert first.replaced_at
    assert (first.record, first.title) == ({}, "")
    assert first.sha256 == SharedCopy.hash_of(RECORD)


def test_an_older_copy_for_everybody_is_kept_as_history_until_the_newer_one_is_taken_back(team):
    first = publish(team, audience="public")
    second = publish(team, OTHER, audience="public")
    first.refresh_from_db()
    assert first.record == RECORD
    second.withdraw(team.lead.user)
    first.refresh_from_db()
    assert (first.record, first.title) == ({}, "")


def test_what_is_taken_back_is_gone_but_for_who_when_and_the_hash(team):
    copy = publish(team)
    for _click in range(2):
        SharedCopy.objects.select_related("project").get(pk=copy.pk).withdraw(team.lead.user)
    copy.refresh_from_db()
    assert (copy.record, copy.title) == ({}, "")
    assert copy.sha256 == SharedCopy.hash_of(RECORD)
    assert (copy.published_by, copy.withdrawn_by) == (team.lead.user, team.lead.user)
    assert not SharedCopy.objects.current().exists()
    assert whats(team) == ["shared", "share-withdrawn"]
    assert publish(team).number == 2


def test_a_closed_project_publishes_nothing_and_can_still_take_back(team):
    copy = publish(team)
    again(team).close(team.lead.user)
    with pytest.raises(ValidationError):
        publish(team, OTHER)
    copy.withdraw(team.lead.user)
    assert not SharedCopy.objects.current().exists()


def test_too_many_and_too_long_copies_are_refused(team):
    with pytest.raises(ValidationError):
        publish(team, {"title": "x" * MOST_BYTES})
    now, audience = timezone.now(), {"audience": "municipalities"}
    SharedCopy.objects.bulk_create(
        SharedCopy(project=team.project, municipality=team.municipality, number=number, replaced_at=now, **audience)
        for number in range(1, MOST_COPIES + 1)
    )
    with pytest.raises(ValidationError):
        publish(team)


def test_the_copies_go_with_the_project(team):
    publish(team)
    Project.objects.filter(pk=team.project.pk).delete()
    assert not SharedCopy.objects.exists()


def test_publishing_and_taking_back_are_done_or_not_done(team):
    publish(team)
    assert whole_or_not_at_all(lambda: publish(team, OTHER)) == 3
    copy = SharedCopy.objects.current().get()
    assert whole_or_not_at_all(lambda: SharedCopy.objects.get(pk=copy.pk).withdraw(team.lead.user)) == 3


@pytest.mark.django_db(transaction=True)
def test_of_many_who_publish_at_once_one_copy_is_current(team):
    records = [RECORD, OTHER] * 4
    run_at_once(lambda record: publish(team, record), records)
    assert SharedCopy.objects.current().count() == 1
    assert whats(team).count("shared") == SharedCopy.objects.count()


@pytest.mark.django_db(transaction=True)
def test_who_takes_back_and_who_publishes_anew_at_once_leave_the_new_copy_or_none(team):
    copy = publish(team)

    def act(what: str) -> None:
        if what == "publish":
            publish(team, OTHER)
        else:
            SharedCopy.objects.get(pk=copy.pk).withdraw(team.lead.user)

    run_at_once(act, ["publish", "withdraw"])
    copy.refresh_from_db()
    assert copy.withdrawn_at
    assert copy.record == {}
    assert [each.record for each in SharedCopy.objects.current()] == [OTHER]
