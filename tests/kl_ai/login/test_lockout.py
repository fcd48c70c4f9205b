"""Nobody locks somebody else out by asking for codes or guessing them, and nobody's mailbox is flooded."""

import time

import pytest
from django.core import mail, signing
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kl_ai.login import known_browser
from kl_ai.models import User
from kl_ai.people.limits import DAY, LIMITS, RECIPIENT, Limit
from kl_ai.security.models import AttemptCount
from tests.builders import make_user
from tests.mails import CODE, LOGIN, enter_code, log_in, newest_code, request_code

pytestmark = pytest.mark.django_db
HERE, TOWN_HALL = "192.0.2.1", "192.0.2.99"


def browser(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


def is_logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def known(member) -> Client:
    """A browser in which the member has logged in before, and out again."""
    client = browser(TOWN_HALL)
    log_in(client, member.email)
    client.post("/log-ud/")
    return client


def use_up_codes(email: str) -> None:
    """Ask for this address' codes from ever new networks until there are no more."""
    for number in range(100):
        if request_code(browser(f"198.51.100.{number}"), email).status_code == 429:
            return
    raise AssertionError("no limit")


def test_five_codes_for_somebody_elses_address_leave_the_person_alone(member):
    for _ in range(6):
        request_code(browser(HERE), member.email)
    assert request_code(browser(HERE), member.email).status_code == 429
    person = browser(TOWN_HALL)
    log_in(person, member.email)
    assert is_logged_in(person)


def test_no_stranger_locks_a_person_out_of_a_known_browser(known, member):
    use_up_codes(member.email)
    assert request_code(browser(TOWN_HALL), member.email).status_code == 429
    log_in(known, member.email)
    assert is_logged_in(known)


def test_nor_by_using_up_the_network_that_both_are_in(known, member):
    for number in range(61):
        last = request_code(browser(TOWN_HALL), f"nr{number}@agern.example")
    assert last.status_code == 429
    log_in(known, member.email)
    assert is_logged_in(known)


def test_nor_by_wrong_codes(known, member):
    stranger = browser(TOWN_HALL)
    for _ in range(4):
        request_code(stranger, member.email)
        for _ in range(3):
            enter_code(stranger, "1")
    assert not is_logged_in(stranger)
    person = browser(HERE)
    log_in(person, member.email)
    assert is_logged_in(person)
    log_in(known, member.email)
    assert is_logged_in(known)


def test_sixty_wrong_codes_of_a_network_are_all_that_it_gets(known, member):
    stranger = browser(TOWN_HALL)
    for number in range(21):
        request_code(stranger, f"nr{number}@agern.example")
        for _ in range(3):
            last = enter_code(stranger, "1")
    assert last.status_code in (302, 429)
    request_code(stranger, "nr99@agern.example")
    assert enter_code(stranger, newest_code()).status_code == 429
    log_in(known, member.email)
    assert is_logged_in(known)


def test_plus_addresses_are_the_same_mailbox(member):
    for number in range(70):
        request_code(browser(f"2001:db8:{number:x}::1"), f"bob+{number}@agern.example")
    assert len(mail.outbox) == 10
    assert {message.to[0] for message in mail.outbox} == {f"bob+{number}@agern.example" for number in range(10)}


def test_a_mailbox_gets_ten_codes_an_hour_from_strangers(member):
    use_up_codes(member.email)
    assert len(mail.outbox) == 10 == min(limit.most for limit in LIMITS["login_code"] if limit.per == RECIPIENT)


@pytest.mark.parametrize("address", ["", "ukendt@agern.example"])
def test_who_is_refused_for_what_others_asked_is_told_how_to_go_on(member, address, settings):
    """Whether the address has a login or not."""
    address = address or member.email
    use_up_codes(address)
    page = request_code(browser(HERE), address)
    assert page.status_code == 429
    text = page.content.decode()
    assert settings.CONTACT_EMAIL in text
    assert "hvor du har været logget ind før" in text


def test_a_known_browser_has_a_limit_too_and_then_what_a_stranger_has(known, member):
    mail.outbox.clear()
    AttemptCount.objects.all().delete()
    asked = [request_code(known, member.email).status_code for _ in range(11)]
    assert asked == [302] * 10 + [429]
    assert len(mail.outbox) == 10


def test_who_sits_at_a_shared_computer_locks_nobody_out_at_home(known, member):
    home = browser(HERE)
    log_in(home, member.email)
    home.post("/log-ud/")
    for _ in range(40):
        request_code(known, member.email)
    use_up_codes(member.email)
    assert request_code(known, member.email).status_code == 429
    log_in(home, member.email)
    assert is_logged_in(home)


def test_a_stolen_cookie_is_another_browser_after_the_next_login(known, member):
    thief = browser(HERE)
    thief.cookies[known_browser.COOKIE] = known.cookies[known_browser.COOKIE].value
    log_in(known, member.email)
    known.post("/log-ud/")
    for _ in range(40):
        request_code(thief, member.email)
    use_up_codes(member.email)
    assert request_code(thief, member.email).status_code == 429
    log_in(known, member.email)
    assert is_logged_in(known)


def test_a_code_takes_three_guesses_in_a_known_browser_with_nothing_left_too(known, member, monkeypatch):
    monkeypatch.setitem(LIMITS, "guess_code_known_browser", (Limit("browser", 1, DAY),))
    request_code(known, member.email)
    cookies = known.cookies["sessionid"].value
    for _ in range(3):
        known.cookies["sessionid"] = cookies
        enter_code(known, "1")
    assert not is_logged_in(known)
    known.cookies["sessionid"] = cookies
    enter_code(known, newest_code())
    assert not is_logged_in(known)


STRANGERS_DO = st.tuples(
    st.sampled_from(["code", "wrong code", "without mail", "known of another"]),
    st.sampled_from([TOWN_HALL, HERE, "2001:db8::1", "2001:db8:0:1::1", "198.51.100.7"]),
    st.sampled_from(["ida@agern.example", "IDA@agern.example", "ida+1@agern.example", "per@agern.example"]),
    st.sampled_from([1, 12, 31]),
)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STRANGERS_DO, max_size=4))
def test_no_sequence_of_requests_of_others_closes_a_known_browser(member, strangers_do):
    AttemptCount.objects.all().delete()
    make_known = browser(TOWN_HALL)
    log_in(make_known, member.email)
    make_known.post("/log-ud/")
    others = browser(TOWN_HALL)
    others.cookies[known_browser.COOKIE] = make_known.cookies[known_browser.COOKIE].value
    log_in(make_known, member.email)
    make_known.post("/log-ud/")
    for what, address, email, times in strangers_do:
        client = others if what == "known of another" else browser(address)
        for _ in range(times):
            if what == "without mail":
                client.post("/log-ind/uden-mail/", {"email": email, "app": "000000", "recovery": "00000000"})
                continue
            request_code(client, email)
            if what == "wrong code":
                enter_code(client, "1")
    log_in(make_known, member.email)
    assert is_logged_in(make_known)


# The cookie of a known browser ----------------------------------------------------------------------


def test_only_a_login_sets_the_cookie(client, member, settings):
    settings.SESSION_COOKIE_SECURE = True
    for response in (client.get("/"), client.get(LOGIN), request_code(client, member.email), client.get(CODE)):
        assert known_browser.COOKIE not in response.cookies
    cookie = enter_code(client, newest_code()).cookies[known_browser.COOKIE]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["path"]) == (True, True, "Lax", "/")
    assert member.email not in cookie.value
    assert known_browser.COOKIE not in client.post("/log-ud/").cookies
    assert client.cookies[known_browser.COOKIE].value == cookie.value


def test_the_privacy_page_names_every_cookie(client, member):
    log_in(client, member.email)
    page = client.get(reverse("privacy")).content.decode()
    assert set(client.cookies) == {"sessionid", "csrftoken", known_browser.COOKIE}
    assert all(name in page for name in client.cookies)


def test_a_browser_is_known_for_its_own_users_only(known, member):
    another = make_user("per@agern.example")
    use_up_codes(another.email)
    assert request_code(known, another.email).status_code == 429


def test_several_people_may_share_a_browser(known, member):
    another = make_user("per@agern.example")
    log_in(known, another.email)
    known.post("/log-ud/")
    for user in (member, another):
        use_up_codes(user.email)
        assert request_code(known, user.email).status_code == 302


def test_a_browser_is_known_for_180_days(known, member, monkeypatch):
    use_up_codes(member.email)
    now = time.time
    for days, status in ((179, 302), (181, 429)):
        monkeypatch.setattr(time, "time", lambda days=days: now() + days * 24 * 60 * 60)
        assert request_code(known, member.email).status_code == status


def test_a_shared_browser_knows_the_last_five_who_have_logged_in(known, member):
    others = [make_user(f"nr{number}@agern.example") for number in range(5)]
    for user in others:
        log_in(known, user.email)
        known.post("/log-ud/")
    for user, status in ((member, 429), (others[0], 302), (others[-1], 302)):
        use_up_codes(user.email)
        assert request_code(known, user.email).status_code == status


def test_logging_out_everywhere_ends_it(known, member):
    member.end_logins()
    use_up_codes(member.email)
    assert request_code(known, member.email).status_code == 429


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "æ",
        "a:b:c",
        signing.dumps([[1, 0, "a"]]),
        *(signing.dumps(shape, salt=known_browser.SALT) for shape in ({"a": 1}, [1], [[1, 0]])),
    ],
    ids=["empty", "x", "letter", "colons", "other-salt", "dictionary", "numbers", "pairs"],
)
def test_a_forged_cookie_is_worth_nothing(client, member, value):
    client.cookies[known_browser.COOKIE] = value
    use_up_codes(member.email)
    assert request_code(client, member.email).status_code == 429
    assert User.objects.filter(pk=member.pk).exists()
