"""What KL's staff read of vendors' personal data is logged once for an object and day, and administrators see it."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from kl_ai.security.models import Reading
from marketoverview.admin.base import OpenedResponses
from marketoverview.models import JoinRequest
from tests.builders import make_administrator, make_curator, make_invitation, make_response, make_user, make_vendor
from tests.concurrency import run_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client, curator):
    client.force_login(curator)
    return client


def lines() -> set[tuple[str, str]]:
    return set(Reading.objects.values_list("page", "object_id"))


def test_every_page_with_personal_data_is_logged(survey, reader, vendor, owner, curator):
    submission = make_response(vendor, "submitted")
    invitation = make_invitation("ny@agern.example", vendor)
    join_request = JoinRequest.objects.create(vendor=vendor, user=make_user())
    mail = OutgoingMail.objects.create(key="k", to="a@agern.example", kind="k", language="da", subject="S", body="B")
    objects = {
        "marketoverview_vendor": vendor,
        "marketoverview_response": submission,
        "marketoverview_invitation": invitation,
        "marketoverview_joinrequest": join_request,
        "kl_ai_user": owner,
        "kl_ai_outgoingmail": mail,
    }
    expected = set()
    for name, obj in objects.items():
        model = obj._meta.model_name
        for page, kind, args in (
            ("changelist", "list", []),
            ("change", "form", [obj.pk]),
            ("history", "history", [obj.pk]),
        ):
            assert reader.get(reverse(f"admin:{name}_{page}", args=args)).status_code == 200
            expected.add((f"{model}: {kind}", str(obj.pk) if args else ""))
    for path, line in (
        (
            reverse("admin:marketoverview_response_review", args=[submission.pk]),
            ("response: review", str(submission.pk)),
        ),
        (reverse("admin:marketoverview_response_inbox"), ("response: inbox", "")),
        (reverse("vendor:company", args=[vendor.slug]), ("vendor: page", str(vendor.pk))),
        (reverse("vendor:response", args=[submission.pk]), ("response: page", str(submission.pk))),
    ):
        assert reader.get(path).status_code == 200
        expected.add(line)
    assert lines() == expected
    assert set(Reading.objects.values_list("reader", flat=True)) == {curator.email}
    assert Reading.objects.get(page="vendor: form").label == vendor.name


def test_an_object_is_logged_once_a_day(reader, vendor):
    path = reverse("admin:marketoverview_vendor_change", args=[vendor.pk])
    for _ in range(3):
        reader.get(path)
    assert Reading.objects.count() == 1
    Reading.objects.update(day=timezone.localdate() - timedelta(1))
    reader.get(path)
    assert Reading.objects.count() == 2


def test_what_is_not_there_or_not_allowed_is_not_logged(reader, vendor):
    reader.get(reverse("admin:marketoverview_vendor_change", args=[4711]))
    reader.get(reverse("admin:auth_group_changelist"))
    reader.get(reverse("vendor:members", args=[vendor.slug]))
    assert lines() == set()


def test_vendors_reading_their_own_are_not_logged(client, vendor, owner):
    client.force_login(owner)
    submission = make_response(vendor, "submitted")
    assert client.get(reverse("vendor:company", args=[vendor.slug])).status_code == 200
    assert client.get(reverse("vendor:response", args=[submission.pk])).status_code == 200
    assert lines() == set()


def test_a_log_that_cannot_be_written_breaks_no_page(reader, vendor, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(Reading, "record", fail)
    assert reader.get(reverse("admin:marketoverview_vendor_change", args=[vendor.pk])).status_code == 200
    assert "log of readings could not be written" in caplog.text


def test_administrators_see_it_and_change_nothing(reader, vendor, curator):
    reader.get(reverse("admin:marketoverview_vendor_change", args=[vendor.pk]))
    path = reverse("admin:kl_ai_reading_changelist")
    assert reader.get(path).status_code == 403
    administrator = Client()
    administrator.force_login(make_administrator())
    page = administrator.get(path).content.decode()
    assert curator.email in page
    assert "leverandør: formular" in page
    assert vendor.name in page
    page = administrator.get(path, {"page": "vendor: list"}).content.decode()
    assert "0 læsninger" in page
    reading = Reading.objects.get()
    for name in ("change", "delete"):
        response = administrator.post(reverse(f"admin:kl_ai_reading_{name}", args=[reading.pk]), {"post": "yes"})
        assert response.status_code == 403
    assert administrator.get(reverse("admin:kl_ai_reading_add")).status_code == 403
    assert Reading.objects.get() == reading


def test_it_stays_when_the_reader_is_deleted(reader, vendor, curator):
    reader.get(reverse("admin:marketoverview_vendor_change", args=[vendor.pk]))
    email = curator.email
    curator.delete()
    assert Reading.objects.get().reader == email


@pytest.mark.django_db(transaction=True)
def test_several_windows_at_once_make_one_line():
    curator, vendor = make_curator(), make_vendor("Agern")
    path = reverse("admin:marketoverview_vendor_change", args=[vendor.pk])
    clients = [Client() for _ in range(4)]
    for client in clients:
        client.force_login(curator)
    assert run_at_once(lambda client: client.get(path).status_code, clients) == [200] * 4
    assert Reading.objects.count() == 1


@pytest.mark.parametrize(
    ("page", "line"),
    [
        ("response_history", "response: history"), ("response_simple_history", "response: version"), ("answer_change", "answer: form"),
        ("answer_history", "answer: history"), ("answer_own_words", "answer: list"), ("answer_changelist", "answer: list"),
    ],
)  # fmt: skip
def test_every_page_that_shows_a_submitted_response_opens_it(survey, reader, vendor, page, line):
    submission = make_response(vendor, "submitted", answers={"services": ["other"]}, own_words={"services": "Dataetik"})
    answer = submission.answers.exclude(own_words="").get()
    args = [answer.pk if page.startswith("answer") else submission.pk]
    if page == "response_simple_history":
        args.append(submission.history.first().pk)
    if page in ("answer_own_words", "answer_changelist"):
        args = []
    url = reverse(f"admin:marketoverview_{page}", args=args)
    assert reader.get(url if args else f"{url}?question=all&state=submitted").status_code == 200
    submission.refresh_from_db()
    assert submission.opened_by_kl_at
    assert line in {page for page, _key in lines()}


def test_the_question_before_a_deletion_is_logged(survey, reader):
    draft = make_response(make_vendor(), "draft")
    assert reader.get(reverse("admin:marketoverview_response_delete", args=[draft.pk])).status_code == 200
    assert ("response: deletion", str(draft.pk)) in lines()


def test_a_model_admin_of_responses_must_say_which_it_shows():
    with pytest.raises(TypeError, match="response_lookup"):
        type("SilentAdmin", (OpenedResponses, admin.ModelAdmin), {"__module__": __name__})
