"""The security log has a line for each change of who acts for a vendor, whoever makes it, and the manual lists them all."""

import ast
import re

import pytest
from django.urls import reverse

from kl_ai.security import log as security_log
from legaltoolbox.projects.mails.membership import SECURITY_EVENTS as OF_MUNICIPALITIES
from marketoverview.mails.membership import SECURITY_EVENTS, send_late_membership_news
from marketoverview.models import CompanyClaim, Invitation, JoinRequest, Vendor
from tests.admin_pages import Page, admin_url, form_data, logged_in, step
from tests.builders import make_curator, make_invitation, make_response, make_user, make_vendor
from tests.environment import ROOT
from tests.mails import log_in_recently

pytestmark = pytest.mark.django_db
NEW = "ny@vestlyset.example"


@pytest.fixture
def written(django_capture_on_commit_callbacks, security_events):
    """A function that calls another and returns the lines of the security log that this has written."""

    def lines_of(change) -> list[dict]:
        before = len(security_events())
        with django_capture_on_commit_callbacks(execute=True):
            change()
        return security_events()[before:]

    return lines_of


def of(line: dict, *names: str) -> tuple:
    return tuple(line.get(name) for name in names)


def decide(join_request: JoinRequest, answer: str, client, staff=None):
    """Decide a request on the vendor's page, or as this staff in the administration."""
    if staff is None:
        arguments = [join_request.vendor.slug, join_request.pk]
        data = {"approve": ""} if answer == "yes" else {}
        return client.post(reverse("vendor:join_decide", args=arguments), data)
    url = admin_url(JoinRequest, "decide", join_request.pk)
    return logged_in(staff).post(url, {"approve": answer})


# Each side ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_kl", [False, True])
@pytest.mark.parametrize(("answer", "event"), [("yes", "member_joined"), ("no", "join_request_declined")])
def test_a_decision_on_a_request(answer, event, is_kl, client, vendor, owner, written):
    join_request = JoinRequest.submit(vendor, make_user(NEW), "")[0]
    actor = make_curator() if is_kl else owner
    client.force_login(owner)
    (line,) = written(lambda: decide(join_request, answer, client, actor if is_kl else None))
    expected = (event, actor.pk, vendor.pk, join_request.user_id, is_kl, "127.0.0.1")
    assert of(line, "event", "user", "vendor", "member", "by_kl", "ip") == expected


def test_kl_adds_and_removes_a_member(vendor, owner, written):
    curator, newcomer = make_curator(), make_user(NEW)
    page = Page(logged_in(curator), admin_url(Vendor, "change", vendor.pk))
    assert form_data(page.text)["memberships-0-id"]
    new = {
        "memberships-TOTAL_FORMS": "2",
        "memberships-1-user": str(newcomer.pk),
        "memberships-1-vendor": str(vendor.pk),
        "memberships-0-DELETE": "on",
    }
    removed, joined = written(lambda: page.send(**new))
    names = ("event", "user", "vendor", "member", "by_kl", "ip")
    assert of(removed, *names) == ("member_removed", curator.pk, vendor.pk, owner.pk, True, "127.0.0.1")
    assert of(joined, *names) == ("member_joined", curator.pk, vendor.pk, newcomer.pk, True, "127.0.0.1")


def test_a_member_removes_a_colleague_and_leaves(client, vendor, owner, colleague, written):
    log_in_recently(client, owner)
    for user, event in ((colleague, "member_removed"), (owner, "member_left")):
        url = reverse("vendor:member_remove", args=[vendor.slug, vendor.memberships.get(user=user).pk])
        (line,) = written(lambda url=url: client.post(url))
        assert of(line, "event", "user", "member", "by_kl") == (event, owner.pk, user.pk, False)


def test_an_invitation_its_end_and_its_use(client, vendor, owner, written):
    client.force_login(owner)
    (line,) = written(lambda: client.post(reverse("vendor:members", args=[vendor.slug]), {"email": NEW}))
    assert of(line, "event", "user", "recipient") == ("member_invited", owner.pk, security_log.address_hash(NEW))
    assert NEW not in str(line)
    url = reverse("vendor:invitation_cancel", args=[vendor.slug, Invitation.objects.get().pk])
    (line,) = written(lambda: client.post(url))
    assert of(line, "event", "user", "by_kl") == ("invitation_cancelled", owner.pk, False)
    newcomer = make_user(NEW)
    client.force_login(newcomer)
    (line,) = written(lambda: client.post(reverse("vendor:accept", args=[make_invitation(NEW, vendor).token])))
    assert of(line, "event", "user", "vendor") == ("invitation_accepted", newcomer.pk, vendor.pk)


def test_kl_cancels_the_invitation_of_a_colleague(vendor, written):
    curator, invitation = make_curator(), make_invitation(NEW, vendor)
    action = {"action": "cancel", "_selected_action": [invitation.pk]}
    (line,) = written(lambda: logged_in(curator).post(admin_url(Invitation, "changelist"), action))
    assert of(line, "event", "user", "vendor", "by_kl") == ("invitation_cancelled", curator.pk, vendor.pk, True)


def test_a_company_is_registered(client, written):
    user = make_user(NEW)
    client.force_login(user)
    fields = {"name": "Vestlyset", "country": "SE", "website": ""}
    (line,) = written(lambda: client.post(reverse("vendor:register"), fields))
    assert of(line, "event", "user", "vendor") == ("company_registered", user.pk, Vendor.objects.get().pk)


@pytest.mark.parametrize("is_kl", [False, True])
def test_a_profile_is_withdrawn(is_kl, client, vendor, owner, written):
    response = make_response(vendor, "published")
    curator = make_curator()
    if is_kl:
        page = Page(logged_in(curator), step(response, "withdraw"))
        (line,) = written(lambda: page.send(reason="Virksomheden har bedt om det."))
    else:
        log_in_recently(client, owner)
        (line,) = written(lambda: client.post(reverse("vendor:withdraw", args=[vendor.slug]), {"understood": "on"}))
    actor = curator if is_kl else owner
    assert of(line, "event", "user", "vendor", "by_kl") == ("profile_withdrawn", actor.pk, vendor.pk, is_kl)


def test_a_deleted_login_is_named_by_its_key(client, vendor, owner, colleague, written):
    key = owner.pk
    log_in_recently(client, owner)
    (line,) = written(lambda: client.post(reverse("vendor:account_delete")))
    assert of(line, "event", "user") == ("login_deleted", key)


def test_kl_decides_on_a_claim(written):
    other = make_vendor("Vestlyset", vetted_at=None)
    registrant, invited = make_user(member_of=other), make_user(NEW)
    invitation = make_invitation(NEW, by_kl=True)
    claim = CompanyClaim.ask(invitation, CompanyClaim.Reason.NAME, invited, other)
    curator = make_curator()
    url = admin_url(CompanyClaim, "decide", claim.pk)
    lines = written(lambda: logged_in(curator).post(url, {"decision": "take_over"}))
    assert {of(line, "event", "user", "member") for line in lines} == {
        ("company_claim_decided", curator.pk, None),
        ("member_removed", curator.pk, registrant.pk),
        ("member_joined", curator.pk, invited.pk),
    }


def test_a_change_that_is_rolled_back_is_not_written(client, vendor, owner, written, monkeypatch):
    client.force_login(owner)
    client.raise_request_exception = False
    monkeypatch.setattr("marketoverview.mails.notifications.send_invitation", lambda invitation: 1 / 0)
    assert written(lambda: client.post(reverse("vendor:members", args=[vendor.slug]), {"email": NEW})) == []


# The manual -----------------------------------------------------------------------------------------


def written_names() -> set[str]:
    """The names of the events in the calls of `security_log.record`, and those of the changes of members."""
    names = {"invitation_accepted", *SECURITY_EVENTS.values(), *OF_MUNICIPALITIES.values()}
    for path in (*ROOT.glob("kl_ai/**/*.py"), *ROOT.glob("marketoverview/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "security_log.record":
                constants = (part for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant))
                names |= {str(constant.value) for constant in constants}
    return names


def test_the_manual_lists_every_event_and_no_other():
    manual = (ROOT / "docs/operations.md").read_text()
    section = manual.split("## Security log")[1].split("\n## ")[0]
    rows = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert listed == written_names()


def test_what_no_page_has_changed_is_logged_too(vendor, owner, colleague, written):
    vendor.memberships.get(user=colleague).end(owner)
    (line,) = written(send_late_membership_news)
    assert of(line, "event", "user", "member", "ip") == ("member_removed", owner.pk, colleague.pk, None)
