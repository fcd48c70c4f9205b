"""Each visitor of a vendor's addresses gets the declared status. `test_access` fails where an address is missing."""

import pytest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import override

from kl_ai.models import User
from tests.builders import make_administrator, make_editor, make_response, make_user
from tests.mails import confirm_recently, log_in_recently
from tests.marketoverview.vendor_addresses import LOGIN, STEP, TABLE, address

pytestmark = pytest.mark.any_database


@pytest.fixture
def status(client):
    """`status(path, user)`: how a GET ends for this user, or for nobody."""

    def status(path: str, user) -> int:
        client.logout()
        if user:
            client.force_login(user)
            confirm_recently(client, user)
        response = client.get(path)
        for part, stands_for in (("/log-ind/", LOGIN), ("/totrin/", STEP)):
            if response.status_code == 302 and part in response.url:
                return stands_for
        return response.status_code

    return status


@pytest.fixture
def everybody(world, owner, colleague, stranger, curator):
    """The name of each kind of visitor, as in the table, to the user."""
    staff = {"editor": make_editor(), "curator": curator, "administrator": make_administrator()}
    members = {"colleague": colleague, "owner": owner, **members_of_yesterday(world.vendor, owner)}
    others = {"newcomer": make_user(), "invited": make_user(world.invitation.email), "stranger": stranger}
    without_app = {f"{name} without app": user for name, user in staff.items()}
    return {"anonymous": None, **others, **members, **staff, **without_app}


def members_of_yesterday(vendor, owner):
    """Somebody whom the owner has removed, and two who log in before their login ends."""
    removed, switched_off, logged_out = (make_user(member_of=vendor) for _person in range(3))
    vendor.memberships.get(user=removed).end(owner)
    User.objects.filter(pk=switched_off.pk).update(is_active=False)
    User.objects.get(pk=logged_out.pk).end_logins()  # `logged_out` holds the generation of before, and logs in with it
    return {"removed": removed, "switched off": switched_off, "logged out everywhere": logged_out}


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_an_address_answers_each_visitor_as_the_table_says(row, language, world, status, everybody, settings):
    path = address(row, world, language)
    statuses = {}
    for name, user in everybody.items():
        settings.REQUIRE_STAFF_MFA = name.endswith("without app")
        statuses[name] = status(path, user)
    assert statuses == row.statuses


SERVES_STAFF = [row for row in TABLE if row.serves_staff]


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("row", SERVES_STAFF, ids=lambda row: row.name)
def test_staff_without_an_authenticator_are_led_to_setting_one_up(row, language, world, client, curator, settings):
    path = address(row, world, language)
    client.force_login(curator)
    settings.REQUIRE_STAFF_MFA = True
    for method in (client.get, client.post):
        response = method(path)
        assert (response.status_code, response.url) == (302, f"{step_path(language)}?{urlencode({'next': path})}")
    settings.REQUIRE_STAFF_MFA = False
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_staff_without_the_second_factor_are_strangers_or_led_to_it(row, language, world, status, curator, settings):
    settings.REQUIRE_STAFF_MFA = True
    assert status(address(row, world, language), curator) == (STEP if row in SERVES_STAFF else row.curator)


def step_path(language: str) -> str:
    with override(language):
        return reverse("mfa_activate_totp")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_no_address_of_a_vendor_shows_a_draft_to_staff_without_the_second_factor(row, world, client, curator, settings):
    world.draft.description = "Endnu ikke offentligt."
    world.draft.save()
    settings.REQUIRE_STAFF_MFA = True
    client.force_login(curator)
    assert "Endnu ikke offentligt." not in client.get(address(row, world), follow=True).content.decode()


def test_a_member_needs_no_second_factor(world, client, owner, settings):
    settings.REQUIRE_STAFF_MFA = True
    client.force_login(owner)
    assert [client.get(address(row, world)).status_code for row in SERVES_STAFF] == [200] * len(SERVES_STAFF)


OPEN = {"join", "accept", "ask_kl"}
READ_ONLY = {"home", "invitation", "company", "response", "offering_new"}
CHANGING = [row for row in TABLE if row.name.removeprefix("vendor:") not in OPEN | READ_ONLY]


@pytest.mark.parametrize("row", CHANGING, ids=lambda row: row.name)
def test_nobody_else_changes_anything(row, world, client, everybody, settings):
    """A POST of anybody who is no member is refused wherever a member could change things, KL's staff included."""
    for name, user in everybody.items():
        if row.statuses[name] == LOGIN or name in ("owner", "colleague"):
            continue
        settings.REQUIRE_STAFF_MFA = name.endswith("without app")
        log_in_recently(client, user)
        assert client.post(address(row, world)).status_code == 404, name
    client.logout()
    assert client.post(address(row, world)).url.startswith("/log-ind/")


@pytest.mark.parametrize("status_", ["submitted", "returned", "rejected", "archived", "withdrawn"])
def test_answers_in_every_status_are_seen_by_their_own_and_by_kl(status_, vendor, status, owner, stranger, curator):
    path = reverse("vendor:response", args=[make_response(vendor, status_).pk])
    assert [status(path, user) for user in (None, stranger, owner, curator)] == [LOGIN, 404, 200, 200]


def test_what_kl_has_received_is_not_edited(vendor, client, owner):
    response = make_response(vendor, "submitted")
    client.force_login(owner)
    for name, args in (("tasks", []), ("part", ["company"]), ("review", [])):
        page = client.get(reverse(f"vendor:{name}", args=[response.pk, *args]))
        assert (page.status_code, page.url) == (302, reverse("vendor:company", args=[vendor.slug]))
