"""Who invites, asks, registers and cancels all day long floods nobody, and closes nothing to others."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kl_ai.mail.models import OutgoingMail
from kl_ai.people.limits import DAY, LIMITS, Limit
from marketoverview.mails import membership
from marketoverview.models import Invitation, MembershipEvent, Vendor
from tests.builders import make_invitation, make_round, make_user, make_vendor
from tests.mails import log_in_recently

pytestmark = pytest.mark.django_db
NEW = "ny@vestlyset.example"


def members_url(vendor: Vendor) -> str:
    return reverse("vendor:members", args=[vendor.slug])


def test_inviting_and_cancelling_sixty_times_sends_three_invitations_a_day(client, vendor, owner):
    client.force_login(owner)
    for _ in range(60):
        client.post(members_url(vendor), {"email": NEW})
        for invitation in vendor.invitations.waiting():
            client.post(reverse("vendor:invitation_cancel", args=[vendor.slug, invitation.pk]))
    most = next(limit.most for limit in LIMITS["invite_colleague"] if limit.per == "person and recipient")
    assert OutgoingMail.objects.filter(to=NEW, kind="invitation").count() <= most == 3
    assert "for mange gange" in client.post(members_url(vendor), {"email": NEW}).content.decode()


def test_a_member_who_invites_and_cancels_all_day_does_not_flood_the_colleagues(client, vendor, owner, colleague):
    client.force_login(owner)
    for number in range(20):
        client.post(members_url(vendor), {"email": f"nr{number}@vestlyset.example"})
        for invitation in vendor.invitations.waiting():
            client.post(reverse("vendor:invitation_cancel", args=[vendor.slug, invitation.pk]))
    mails = OutgoingMail.objects.filter(to=colleague.email).order_by("pk")
    assert (vendor.membership_events.count(), mails.count()) == (40, membership.INVITATIONS_PER_DAY)
    assert ["kommer ikke flere mails" in mail.body for mail in mails] == [False] * 11 + [True]


def test_strangers_who_invite_somebody_leave_the_owner_free_and_the_mailbox_quiet(client, vendor, owner, colleague):
    for _ in range(5):
        client.force_login(make_user(member_of=(made_up := make_vendor(vetted_at=None))))
        for _ in range(4):
            client.post(members_url(made_up), {"email": NEW.replace("@", "+x@")})
            client.post(members_url(made_up), {"email": NEW})
            for invitation in made_up.invitations.waiting():
                client.post(reverse("vendor:invitation_cancel", args=[made_up.slug, invitation.pk]))
    to_person = OutgoingMail.objects.filter(to__in=[NEW, NEW.replace("@", "+x@")])
    assert to_person.filter(kind="membership").count() <= 2 * membership.CANCELLATIONS_PER_DAY
    mails = to_person.count()
    client.force_login(owner)
    assert client.post(members_url(vendor), {"email": NEW}).status_code == 302
    assert vendor.invitations.waiting().filter(email=NEW).exists()
    assert to_person.filter(kind="invitation").count() == 1  # those that were cancelled are out of the queue
    assert to_person.count() == mails + 1


def test_of_what_strangers_send_to_one_address_three_are_mailed(client):
    answers = []
    for _ in range(5):
        client.force_login(make_user(member_of=(made_up := make_vendor(vetted_at=None))))
        answers.append(client.post(members_url(made_up), {"email": NEW}, follow=True).content.decode())
    assert OutgoingMail.objects.filter(to=NEW, kind="invitation").count() == 3
    assert Invitation.objects.waiting().filter(email=NEW).count() == 5
    assert ["sender flere" in answer for answer in answers] == [False] * 3 + [True] * 2


def test_logins_made_for_the_purpose_close_a_company_to_nobody(client, vendor, owner):
    for number in range(31):
        client.force_login(make_user())
        client.post(reverse("vendor:join", args=[vendor.slug]), {"message": "Hej"}, REMOTE_ADDR=f"192.0.2.{number}")
    assert OutgoingMail.objects.filter(to=owner.email).count() == 10
    client.force_login(newcomer := make_user(NEW))
    page = client.post(reverse("vendor:join", args=[vendor.slug]), {"message": "Hej"}, REMOTE_ADDR="198.51.100.1")
    assert page.status_code == 302
    client.force_login(owner)
    assert vendor.join_requests.waiting().filter(user=newcomer).exists()
    assert NEW in client.get(members_url(vendor)).content.decode()


def test_deleting_the_login_does_not_begin_the_day_again(client, db):
    registered = 0
    for attempt in range(3):
        user = make_user("ida@agern.example")
        log_in_recently(client, user)
        for number in range(6):
            form = {"cvr_number": "", "name": f"Firma {attempt} {number}", "country": "SE", "website": ""}
            registered += client.post("/leverandoer/virksomhed/ny/", form).status_code == 302
        assert client.post("/leverandoer/konto/slet/").status_code == 200
        client = Client()
    assert registered == 5


@pytest.mark.parametrize("action", ["register_company", "ask_to_join"])
def test_registering_and_asking_have_a_limit_and_nothing_typed_is_lost(action, client, vendor):
    client.force_login(make_user())
    most = next(limit.most for limit in LIMITS[action] if limit.per == "person")
    for number in range(most + 1):
        if action == "register_company":
            form = {"cvr_number": "", "name": f"Firma {number} {'xyzæøå'[number % 6]}", "country": "SE", "website": ""}
            page = client.post("/leverandoer/virksomhed/ny/", form)
        else:
            page = client.post(reverse("vendor:join", args=[make_vendor().slug]), {"message": "Jeg er ny"})
        assert page.status_code == (302 if number < most else 200)
    assert "for mange gange" in page.content.decode()
    assert ("Jeg er ny" if action == "ask_to_join" else f"Firma {most}") in page.content.decode()


def act_once(action: str, client, number: int, origin: str):
    """The page after the action, by whoever is logged in. Nobody has done the same before."""
    vendor = make_vendor()
    pages = {
        "register_company": (
            "/leverandoer/virksomhed/ny/",
            {"cvr_number": "", "name": f"Firma {'xyzæøå'[number]}", "country": "SE", "website": ""},
        ),
        "ask_to_join": (reverse("vendor:join", args=[vendor.slug]), {"message": "Hej"}),
        "invite_colleague": (members_url(vendor), {"email": f"nr{number}@vestlyset.example"}),
        "ask_kl": (reverse("vendor:questions_to_kl", args=[vendor.slug]), {"text": "Hvad?"}),
    }
    url, fields = pages[action]
    if action in ("invite_colleague", "ask_kl"):
        vendor.admit(get_user(client), None)
    return client.post(url, fields, REMOTE_ADDR=origin, follow=True).content.decode()


@pytest.mark.parametrize("per", ["person", "origin"])
@pytest.mark.parametrize("action", ["register_company", "ask_to_join", "invite_colleague", "ask_kl"])
def test_each_page_counts_by_person_and_by_network(action, per, monkeypatch, db):
    make_round()
    monkeypatch.setitem(LIMITS, action, (Limit(per, 2, DAY),))
    person, pages = make_user(), []
    for number in range(3):
        client = Client()
        client.force_login(person if per == "person" else make_user())
        origin = f"192.0.2.{number}" if per == "person" else "192.0.2.1"
        pages.append(act_once(action, client, number, origin))
    assert ["for mange gange" in page for page in pages] == [False, False, True]


def test_a_new_day_mails_cancellations_again(vendor, owner):
    def cancel_one_more() -> int:
        make_invitation(NEW, vendor).cancel(owner)
        membership.send_membership_news(vendor)
        return OutgoingMail.objects.filter(to=NEW, kind="membership").count()

    most = membership.CANCELLATIONS_PER_DAY
    assert [cancel_one_more() for _ in range(most + 2)] == [*range(1, most + 1), most, most]
    MembershipEvent.objects.update(at=timezone.now() - timedelta(days=1))
    assert cancel_one_more() == most + 1
