"""Every change of who acts for a vendor: recorded with the change, mailed to all whom it concerns, shown to KL."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from kl_ai.mail.models import OutgoingMail
from marketoverview.mails import membership, notifications
from marketoverview.models import (
    Invitation,
    JoinRequest,
    MembershipEvent,
    Vendor,
    VendorMember,
)
from tests.admin_pages import Page, admin_url, form_data, logged_in
from tests.builders import make_curator, make_invitation, make_response, make_user, make_vendor
from tests.concurrency import ProcessKilled, killed_after, run_at_once
from tests.environment import ROOT
from tests.mails import log_in_recently
from tests.reading import read

pytestmark = pytest.mark.django_db
NEW = "ny@vestlyset.example"


def mailed() -> dict[str, list[str]]:
    """Address to the subjects of the mails to it, in their order."""
    subjects: dict[str, list[str]] = {}
    for mail in OutgoingMail.objects.order_by("pk"):
        subjects.setdefault(mail.to, []).append(mail.subject)
    return subjects


def events(vendor: Vendor) -> list[str]:
    return list(vendor.membership_events.order_by("pk").values_list("what", flat=True))


def members_url(vendor: Vendor) -> str:
    return reverse("vendor:members", args=[vendor.slug])


def remove_url(vendor: Vendor, user) -> str:
    return reverse("vendor:member_remove", args=[vendor.slug, vendor.memberships.get(user=user).pk])


# The mails ----------------------------------------------------------------------------------------


def test_an_invitation_and_its_end_are_mailed_to_all(client, vendor, owner, colleague):
    client.force_login(owner)
    client.post(members_url(vendor), {"email": NEW})
    invitation = Invitation.objects.get()
    client.post(reverse("vendor:invitation_cancel", args=[vendor.slug, invitation.pk]))
    told = [
        "En kollega er inviteret til at svare for Nordstjernen",
        "En invitation til at svare for Nordstjernen er annulleret",
    ]
    assert mailed()[owner.email] == mailed()[colleague.email] == told
    assert mailed()[NEW][-1] == "Din invitation til at svare for Nordstjernen er annulleret"
    assert events(vendor) == ["invited", "cancelled"]
    mail = OutgoingMail.objects.filter(to=colleague.email).earliest("pk")
    assert f"{owner.email} har inviteret {NEW}" in mail.body
    assert members_url(vendor) in mail.body


def test_who_joins_by_a_link_is_announced_to_all(client, vendor, owner):
    client.force_login(make_user(NEW))
    client.post(reverse("vendor:accept", args=[make_invitation(NEW, vendor).token]))
    assert mailed() == {owner.email: ["En ny kollega svarer for Nordstjernen"], NEW: ["Du svarer nu for Nordstjernen"]}
    assert events(vendor) == ["joined"]


@pytest.mark.parametrize(
    ("decision", "told", "told_person"),
    [
        ("approve", "En ny kollega svarer for Nordstjernen", "Du svarer nu for Nordstjernen"),
        ("decline", "En anmodning om at svare for Nordstjernen er afvist", "Du blev ikke lukket ind i Nordstjernen"),
    ],
)
def test_a_decision_on_a_request_is_mailed_to_all(decision, told, told_person, client, vendor, owner, colleague):
    join_request = JoinRequest.submit(vendor, make_user(NEW), "")[0]
    client.force_login(owner)
    client.post(reverse("vendor:join_decide", args=[vendor.slug, join_request.pk]), {decision: "1"})
    assert mailed() == {owner.email: [told], colleague.email: [told], NEW: [told_person]}
    assert events(vendor)[-1] == {"approve": "joined", "decline": "declined"}[decision]


def test_who_is_removed_hears_it_and_so_do_the_others(client, vendor, owner, colleague):
    log_in_recently(client, owner)
    client.post(remove_url(vendor, colleague))
    assert mailed() == {
        owner.email: ["En kollega svarer ikke længere for Nordstjernen"],
        colleague.email: ["Du svarer ikke længere for Nordstjernen"],
    }
    assert owner.email in OutgoingMail.objects.get(to=colleague.email).body


def test_who_leaves_is_told_and_announced(client, vendor, owner, colleague):
    log_in_recently(client, owner)
    client.post(remove_url(vendor, owner))
    assert set(mailed()) == {owner.email, colleague.email}
    assert events(vendor) == ["left"]


def test_a_company_that_removed_all_colleagues_and_withdrew_had_mails_at_each_step(client, vendor, owner, colleague):
    third = make_user("tredje@nordstjernen.example", member_of=vendor)
    make_response(vendor)
    VendorMember.objects.exclude(user__in=[owner, colleague, third]).filter(vendor=vendor).delete()
    log_in_recently(client, owner)
    for user in (colleague, third):
        client.post(remove_url(vendor, user))
    client.post(reverse("vendor:withdraw", args=[vendor.slug]), {"understood": "on", "reason": ""})
    gone = "En kollega svarer ikke længere for Nordstjernen"
    assert mailed()[owner.email] == [gone, gone, "Profilen for Nordstjernen er trukket tilbage"]
    assert mailed()[third.email] == [gone, "Du svarer ikke længere for Nordstjernen"]
    page = read(logged_in(make_curator()), admin_url(Vendor, "change", vendor.pk)).text
    assert page.count("removed") == 2
    assert "withdrew the profile" in page


def test_a_deleted_login_is_announced_without_a_name(client, vendor, owner, colleague):
    log_in_recently(client, owner)
    address = owner.email
    client.post(reverse("vendor:account_delete"))
    (mail,) = OutgoingMail.objects.exclude(to=address)  # the person is told too
    assert (mail.to, mail.subject) == (colleague.email, "En kollega svarer ikke længere for Nordstjernen")
    assert owner.email not in mail.body
    assert events(vendor) == ["deleted"]


def test_the_mail_speaks_the_language_of_its_reader(vendor, owner, colleague):
    colleague.language = "en"
    colleague.save()
    with transaction.atomic():
        vendor.memberships.get(user=colleague).leave()
        membership.send_membership_news(vendor)
    assert mailed() == {
        owner.email: ["En kollega svarer ikke længere for Nordstjernen"],
        colleague.email: ["You no longer act for Nordstjernen"],
    }


def test_kl_lets_people_in_and_removes_them_on_the_vendors_page(vendor, owner, colleague):
    newcomer = make_user(NEW)
    page = Page(logged_in(make_curator()), admin_url(Vendor, "change", vendor.pk))
    row = next(
        number
        for number in (0, 1)
        if form_data(page.text)[f"memberships-{number}-id"] == str(vendor.memberships.get(user=colleague).pk)
    )
    new = {
        "memberships-TOTAL_FORMS": "3",
        "memberships-2-user": str(newcomer.pk),
        "memberships-2-vendor": str(vendor.pk),
    }
    page.send(**new, **{f"memberships-{row}-DELETE": "on"})
    assert set(vendor.members.all()) == {owner, newcomer}
    assert events(vendor) == ["removed", "joined"]
    assert mailed()[colleague.email] == ["Du svarer ikke længere for Nordstjernen"]
    assert mailed()[owner.email] == [
        "En kollega svarer ikke længere for Nordstjernen",
        "En ny kollega svarer for Nordstjernen",
    ]
    assert "KL har fjernet" in OutgoingMail.objects.filter(to=owner.email).earliest("pk").body


def test_a_row_of_the_vendors_page_is_not_given_to_somebody_else(vendor, owner):
    page = Page(logged_in(make_curator()), admin_url(Vendor, "change", vendor.pk))
    page.send(**{"memberships-0-user": str(make_user().pk)})
    assert list(vendor.members.all()) == [owner]


def test_kl_confirms_that_it_knows_companies(vendor):
    Vendor.objects.update(vetted_at=None)
    url = admin_url(Vendor, "changelist")
    browser = logged_in(make_curator())
    browser.post(url, {"action": "vet", "_selected_action": [vendor.pk]})
    assert Vendor.objects.get(pk=vendor.pk).is_vetted
    browser.post(url, {"action": "delete_selected", "_selected_action": [vendor.pk], "post": "yes"})
    assert Vendor.objects.filter(pk=vendor.pk).exists()


# Whom KL has invited ------------------------------------------------------------------------------


@pytest.fixture
def by_kl(vendor):
    """A member whom KL has invited."""
    user = make_user("kl-inviteret@nordstjernen.example", member_of=vendor)
    make_invitation(user.email, vendor, by_kl=True, accepted_by=user, accepted_at=vendor.created_at)
    return user


def test_only_kl_removes_a_person_whom_kl_has_invited(client, vendor, owner, by_kl):
    log_in_recently(client, owner)
    assert "Kun KL kan fjerne personen" in client.get(members_url(vendor)).content.decode()
    path = remove_url(vendor, by_kl)
    assert not read(client, path).find_all("form", action=path)
    assert "Kun KL kan fjerne" in client.post(path, follow=True).content.decode()
    assert by_kl in vendor.members.all()
    vendor.memberships.get(user=by_kl).end(make_curator(), as_kl=True)
    assert by_kl not in vendor.members.all()


def test_the_person_can_leave(client, vendor, owner, by_kl):
    log_in_recently(client, by_kl)
    assert client.post(remove_url(vendor, by_kl)).url == reverse("vendor:home")
    assert by_kl not in vendor.members.all()


# Together or not at all ---------------------------------------------------------------------------


def test_a_change_that_breaks_off_is_neither_made_nor_recorded(vendor, owner, colleague, monkeypatch):
    monkeypatch.setattr(MembershipEvent, "record", killed_after(MembershipEvent.record))
    for change in (
        lambda: vendor.memberships.get(user=colleague).end(owner),
        lambda: vendor.admit(make_user(), owner),
        lambda: Invitation.invite_colleague(vendor, NEW, owner, "da"),
        lambda: JoinRequest.submit(vendor, make_user(), ""),
    ):
        with pytest.raises(ProcessKilled):
            change()
    assert set(vendor.members.all()) == {owner, colleague}
    assert not any(model.objects.exists() for model in (Invitation, JoinRequest, MembershipEvent))


@pytest.mark.django_db(transaction=True)
def test_two_who_remove_each_other_at_once_leave_one():
    vendor = make_vendor("Nordstjernen")
    first, second = (make_user(member_of=vendor) for _ in range(2))

    def remove(pair) -> bool:
        by, user = pair
        try:
            VendorMember.objects.get(vendor=vendor, user=user).end(by)
        except (ValidationError, VendorMember.DoesNotExist):
            return False
        return True

    assert sum(run_at_once(remove, [(first, second), (second, first)])) == 1
    assert vendor.members.count() == 1
    assert events(vendor) == ["removed"]


@pytest.mark.django_db(transaction=True)
def test_of_accepting_and_cancelling_at_once_one_happens():
    vendor = make_vendor("Nordstjernen")
    owner, newcomer = make_user(member_of=vendor), make_user(NEW)
    key = make_invitation(NEW, vendor).pk

    def act(what: str) -> bool:
        invitation = Invitation.objects.select_related("vendor").get(pk=key)
        return bool(invitation.accept(newcomer) if what == "accept" else invitation.cancel(owner))

    assert sum(run_at_once(act, ["accept", "cancel"])) == 1
    assert events(vendor) in (["joined"], ["cancelled"])
    assert vendor.members.filter(pk=newcomer.pk).exists() == (events(vendor) == ["joined"])


# Against abuse ------------------------------------------------------------------------------------


HOSTILE = "Vind en telefon på evil.example"


def test_no_subject_holds_words_that_kl_has_not_seen(vendor, owner, colleague, client):
    Vendor.objects.filter(pk=vendor.pk).update(name=HOSTILE, vetted_at=None)
    vendor.refresh_from_db()
    owner.full_name = HOSTILE
    owner.save()
    response = make_response(vendor, "submitted")
    log_in_recently(client, owner)
    client.post(members_url(vendor), {"email": NEW})
    notifications.send_receipt(response)
    join_request = JoinRequest.submit(vendor, make_user(), HOSTILE)[0]
    notifications.send_join_request(join_request)
    join_request.decide(owner, approve=True)
    membership.send_membership_news(vendor)
    response.send_back(make_curator(), "Skriv kortere.")
    notifications.send_decision(response)
    client.post(remove_url(vendor, colleague))
    subjects = set(OutgoingMail.objects.values_list("subject", flat=True))
    assert len(subjects) >= 7
    assert [subject for subject in subjects if "evil" in subject] == []
    assert any("jeres virksomhed" in subject for subject in subjects)
    assert any(HOSTILE in mail.body for mail in OutgoingMail.objects.all())  # quoted in the text, where it is explained


def test_a_name_that_kl_has_published_stands_in_the_subject(vendor, owner):
    Vendor.objects.filter(pk=vendor.pk).update(vetted_at=None)
    response = make_response(Vendor.objects.get(pk=vendor.pk))
    notifications.send_decision(response)
    assert "Nordstjernen er offentliggjort i markedsoverblikket" in mailed()[owner.email]


ALLOWED = {
    "subject",
    "day",
    "round",
    "company",
    "vendor",
    "conditions",
    "municipality",
    "project",
    "number",
    "n",
    "late",
    "coming",
    "title",
}
"""Variables of subjects: `vendor` and `company` are bound to `subject_name` in each; the others are KL's words, numbers, or
the name of a municipality, which KL writes, and of a project in a mail to its own people. `title` is that of a requirement annex, which can hold no web address."""


@pytest.mark.parametrize("path", sorted((ROOT / "templates/mail").glob("*.txt")), ids=lambda path: path.stem)
def test_a_subject_names_a_company_by_its_subject_name_alone(path):
    block = re.search(r"{% block subject %}(.*?){% endblock %}", path.read_text(), re.DOTALL)[1]
    assert set(re.findall(r"{{ *([\w.]+)", block)) <= ALLOWED
    for translated in re.findall(r"{% blocktranslate.*?{% endblocktranslate %}", block, re.DOTALL):
        if "{{ vendor }}" in translated:
            assert "vendor=vendor.subject_name" in translated
        if "{{ company }}" in translated:
            assert "company=subject_name" in translated


def test_who_leaves_reads_that_they_no_longer_act_for_it(client, vendor, owner, colleague):
    log_in_recently(client, colleague)
    page = read(client, client.post(remove_url(vendor, colleague))["Location"]).text
    assert "Du svarer ikke længere for Nordstjernen." in page
    assert "Dit login er ikke knyttet til en virksomhed." in page


def test_what_was_withdrawn_is_called_so_in_the_list_of_answers(client, vendor, owner):
    make_response(vendor, "published").withdraw(owner, "", by_kl=False)
    client.force_login(owner)
    page = read(client, reverse("vendor:company", args=[vendor.slug])).text
    assert "Lukket" not in page
    assert re.search(r"Trukket tilbage \d+\. \w+ \d{4}\.", page)
