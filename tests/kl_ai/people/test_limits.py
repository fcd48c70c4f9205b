"""The limits against abuse: what counts, what is refused, for how long, and with several processes at once."""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from kl_ai.models import User
from kl_ai.people import limits
from kl_ai.people.limits import (
    BOTH,
    BROWSER,
    DAY,
    EPOCH,
    HOUR,
    LIMITS,
    ORIGIN,
    PAIR,
    PERSON,
    QUARTER,
    RECIPIENT,
    Limit,
    LimitReached,
)
from kl_ai.security.models import AttemptCount
from tests.builders import make_user
from tests.concurrency import run_at_once

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 30, 11, tzinfo=UTC)


def request_from(address: str):
    return RequestFactory().get("/", REMOTE_ADDR=address)


@pytest.fixture
def rules(monkeypatch):
    """Put these limits in the place of those of all actions."""
    return lambda **rules: monkeypatch.setattr(limits, "LIMITS", rules)


@pytest.fixture
def clock(monkeypatch):
    """Set the time that the limits see; hours begin when they do on a clock."""

    def set_time(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    monkeypatch.setattr(limits, "EPOCH", EPOCH)
    set_time(NOON)
    return set_time


def is_allowed(action: str, **keys) -> bool:
    try:
        limits.consume(action, **keys)
    except LimitReached:
        return False
    return True


@pytest.mark.parametrize("action", LIMITS)
def test_every_action_has_its_number_and_another_person_elsewhere_is_free(action, clock):
    keys = {"person": make_user(), "recipient": "a@agern.example", "origin": request_from("192.0.2.1"), "browser": "a"}
    most = min(limit.most for limit in LIMITS[action] if not limit.withholds)
    assert [is_allowed(action, **keys) for _ in range(most + 1)] == [True] * most + [False]
    other = make_user("another@agern.example")
    assert is_allowed(action, person=other, recipient=other.email, origin=request_from("192.0.2.2"), browser="b")


CODES = {"login_code", "guess_one_code"}
"""What is refused by recipient: a mailbox gets no more codes, and a code no more guesses."""
LINKS = {"answer_annex", "hand_in_annex", "annex_file", "ask_about_annex"}
"""What is done behind a link that is a secret: the recipient is the link, and its holders alone use up its number."""


@pytest.mark.parametrize("action", sorted(set(LIMITS) - CODES - LINKS))
def test_what_others_send_to_a_recipient_never_refuses_anybody(action, clock):
    """Or strangers could use up what a company or a person may get from those who mean it."""
    for number in range(100):
        stranger = make_user(f"nr{number}@ond.example")
        keys = {"person": stranger, "origin": request_from(f"192.0.2.{number}"), "browser": str(number)}
        assert is_allowed(action, recipient="a@agern.example", **keys)
    assert is_allowed(action, person=make_user(), recipient="a@agern.example", origin=request_from("198.51.100.1"))


KEYS = {PAIR: (PERSON, RECIPIENT), BOTH: (RECIPIENT, ORIGIN)}
"""The kinds of key that are of two, and which."""


def number_allowed(action: str, same: str, moments, clock) -> int:
    """How many attempts at these moments go through where this key is the same and all others are ever new."""
    number = 0
    for index, moment in enumerate(moments):
        clock(moment)
        fixed = KEYS.get(same, (same,))
        name = {key: "same" if key in fixed else f"nr{index}" for key in (PERSON, RECIPIENT, BROWSER)}
        address = "192.0.2.1" if ORIGIN in fixed else f"198.18.{index // 250}.{index % 250}"
        keys = {"person": User(email=f"{name[PERSON]}@agern.example"), "origin": request_from(address)}
        with suppress(LimitReached):
            number += limits.consume(action, recipient=name[RECIPIENT], browser=name[BROWSER], **keys)
    return number


@pytest.mark.parametrize(
    ("action", "same", "number"),
    [
        ("login_code", BOTH, 5),
        ("login_code", RECIPIENT, 10),
        ("login_code", ORIGIN, 60),
        ("login_code_known_browser", BROWSER, 5),
        ("guess_one_code", RECIPIENT, 3),
        ("guess_code", ORIGIN, 60),
        ("guess_code_known_browser", BROWSER, 30),
        ("second_step", PERSON, 5),
        ("second_step_known_browser", BROWSER, 5),
        ("login_without_mail", BOTH, 5),
        ("login_without_mail", ORIGIN, 60),
        ("login_without_mail_known_browser", BROWSER, 5),
        ("enrolment_code", PERSON, 10),
        ("register_company", PERSON, 5),
        ("register_company", ORIGIN, 20),
        ("invite_colleague", PERSON, 20),
        ("invite_colleague", PAIR, 3),
        ("invite_colleague", ORIGIN, 60),
        ("invite_colleague", RECIPIENT, 6),
        ("invite_colleague_to_unknown_company", PERSON, 20),
        ("invite_colleague_to_unknown_company", PAIR, 3),
        ("invite_colleague_to_unknown_company", ORIGIN, 60),
        ("invite_colleague_to_unknown_company", RECIPIENT, 3),
        ("ask_to_join", PERSON, 5),
        ("ask_to_join", ORIGIN, 10),
        ("ask_to_join", RECIPIENT, 10),
        ("hand_in", PAIR, 10),
        ("take_back", PAIR, 5),
        ("begin_draft", PAIR, 20),
        ("discard_draft", PAIR, 10),
        ("ask_kl", PERSON, 10),
        ("ask_kl", ORIGIN, 30),
        ("store_input", ORIGIN, 60),
        ("import_project", PERSON, 30),
        ("make_project", PERSON, 20),
    ],
)
def test_in_a_row_nobody_does_more_than(action, same, number, clock):
    assert number_allowed(action, same, [NOON] * 70, clock) == number


@pytest.mark.parametrize(
    ("action", "same", "number"),
    [
        ("login_code", BOTH, 20),
        ("login_code", RECIPIENT, 30),
        ("login_code_known_browser", BROWSER, 30),
        ("second_step", PERSON, 30),
        ("second_step_known_browser", BROWSER, 30),
        ("login_without_mail", BOTH, 20),
        ("login_without_mail_known_browser", BROWSER, 20),
    ],
)
def test_with_patience_nobody_does_more_in_a_day_than(action, same, number, clock):
    midnight = datetime(2026, 11, 29, 23, tzinfo=UTC)
    assert number_allowed(action, same, [midnight + n * QUARTER for n in range(96)], clock) == number


@pytest.mark.parametrize("moments", [4 * [NOON, NOON + QUARTER, NOON + 2 * QUARTER, NOON + 3 * QUARTER], [NOON] * 9])
def test_one_network_leaves_codes_to_the_person_in_a_browser_that_is_not_known(moments, clock):
    assert number_allowed("login_code", BOTH, sorted(moments), clock) <= 7
    assert is_allowed("login_code", recipient="same", origin=request_from("203.0.113.9"))


def test_each_kind_of_key_has_its_own_count(rules, clock):
    rules(write=(Limit(PERSON, 3, DAY), Limit(RECIPIENT, 2, DAY)))
    person = make_user()
    assert is_allowed("write", person=person, recipient="a@agern.example")
    assert is_allowed("write", person=person, recipient=" A@AGERN.example")
    assert not is_allowed("write", person=person, recipient="a@agern.example")
    assert is_allowed("write", person=person, recipient="b@agern.example")
    assert not is_allowed("write", person=person, recipient="c@agern.example")


def test_a_limit_that_withholds_refuses_nothing_and_says_so(rules, clock):
    rules(write=(Limit(PERSON, 4, DAY), Limit(RECIPIENT, 2, DAY, withholds=True)))
    person = make_user()
    assert [limits.consume("write", person=person, recipient="a@agern.example") for _ in range(4)] == [
        *(True, True),
        *(False, False),
    ]
    assert limits.consume("write", person=make_user(), recipient="b@agern.example")
    assert not is_allowed("write", person=person, recipient="b@agern.example")
    assert AttemptCount.objects.get(per=RECIPIENT, number=2)


@pytest.mark.parametrize(
    ("address", "same", "another"),
    [
        ("bob@agern.example", " Bob+Nyt+1@AGERN.example", "bob1@agern.example"),
        ("b.ob@gmail.com", "BOB+x@gmail.com", "bo@gmail.com"),
        ("+x@agern.example", "+x@agern.example", "+y@agern.example"),
        ("b.ob@agern.example", "b.ob+@agern.example", "bob@agern.example"),
        ("vendor 1", "vendor 1", "vendor 11"),
    ],
)
def test_addresses_of_one_mailbox_are_one_recipient_and_one_person(address, same, another, rules, clock):
    assert limits.mailbox(address) == limits.mailbox(same) != limits.mailbox(another)
    rules(write=(Limit(RECIPIENT, 1, DAY), Limit(PERSON, 3, DAY)))
    assert is_allowed("write", recipient=address, person=User(email=address))
    assert not is_allowed("write", recipient=same, person=User(email=same))
    assert is_allowed("write", recipient=another, person=User(email=another))


def test_a_login_that_is_deleted_and_made_anew_is_the_same_person(rules, clock):
    rules(write=(Limit(PERSON, 1, DAY),))
    person = make_user("ida@agern.example")
    assert is_allowed("write", person=person)
    person.delete()
    assert not is_allowed("write", person=make_user("ida@agern.example"))
    assert not is_allowed("write", person=make_user("ida+2@agern.example"))


@pytest.mark.parametrize(("network", "networks"), [("2001:db8:0:{:x}::1", 4), ("2001:db8:0:{:x}00::1", 16)])
def test_fresh_networks_of_one_line_or_site_are_limited_together(network, networks, rules, clock):
    """Who has a /56 takes four times what a /64 may, who has a /48 sixteen times, however many networks they make of it."""
    rules(write=(Limit(ORIGIN, 3, HOUR),))
    origins = [request_from(network.format(number)) for number in range(60)]
    assert sum(is_allowed("write", origin=origin) for origin in origins) == 3 * networks
    assert is_allowed("write", origin=request_from("2001:db8:1::1"))
    assert is_allowed("write", origin=request_from("192.0.2.1"))


def test_a_refused_attempt_counts_for_nobody(rules, clock):
    """Else whoever is refused could use up what is left for others."""
    rules(write=(Limit(BOTH, 2, DAY), Limit(RECIPIENT, 4, DAY)))
    here, elsewhere = request_from("192.0.2.1"), request_from("192.0.2.2")
    attempts = [is_allowed("write", recipient="a@agern.example", origin=here) for _ in range(9)]
    assert attempts == [True, True, *[False] * 7]
    assert is_allowed("write", recipient="a@agern.example", origin=elsewhere)


@pytest.mark.parametrize(
    ("span", "free_at"),
    [
        (QUARTER, NOON + timedelta(minutes=15)),
        (HOUR, NOON + timedelta(hours=1)),
        (DAY, datetime(2026, 11, 30, 23, tzinfo=UTC)),  # midnight in Denmark
    ],
)
def test_a_limit_ends_with_its_span(rules, clock, span, free_at):
    rules(write=(Limit(PERSON, 1, span),))
    person = make_user()
    limits.consume("write", person=person)
    clock(free_at - timedelta(seconds=1))
    with pytest.raises(LimitReached) as reached:
        limits.consume("write", person=person)
    assert (reached.value.free_at, reached.value.seconds) == (free_at, 1)
    clock(free_at)
    assert is_allowed("write", person=person)


def test_a_day_may_have_25_hours(rules, clock):
    rules(write=(Limit(PERSON, 1, DAY),))
    clock(datetime(2026, 10, 24, 22, 30, tzinfo=UTC))  # 25 October, half past midnight; the clocks go back
    limits.consume("write", person=(person := make_user()))
    with pytest.raises(LimitReached) as reached:
        limits.consume("write", person=person)
    assert reached.value.free_at == datetime(2026, 10, 25, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "danish", "english"),
    [
        (1, "Vent 1 minut, og prøv igen.", "Wait 1 minute, and try again."),
        (3600, "Vent 60 minutter, og prøv igen.", "Wait 60 minutes, and try again."),
        (3601, "Prøv igen om 2 timer.", "Try again in 2 hours."),
    ],
)
def test_the_wait_in_words(seconds, danish, english):
    assert limits.wait_text(seconds) == danish
    with translation.override("en"):
        assert limits.wait_text(seconds) == english


def test_the_refusal_says_when(rules, clock):
    rules(write=(Limit(PERSON, 0, HOUR),))
    with pytest.raises(LimitReached, match=r"^Det er gjort for mange gange\. Vent 60 minutter, og prøv igen\.$"):
        limits.consume("write", person=make_user())


@pytest.mark.parametrize(
    ("address", "same", "different"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
        ("2001:db8:1:2:3::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),
    ],
)
def test_the_network_of_a_connection_is_one_origin(address, same, different):
    origin = limits.origin_of(request_from(address))
    assert origin == limits.origin_of(request_from(same))
    assert origin != limits.origin_of(request_from(different))


def test_a_server_on_a_socket_knows_no_origin():
    assert limits.origin_of(request_from("")) == "unknown"


def test_the_table_says_nothing_of_whom_it_counts(clock):
    limits.consume(
        "invite_colleague", person=make_user(), recipient="ny@agern.example", origin=request_from("192.0.2.1")
    )
    rows = " ".join(str(row) for row in AttemptCount.objects.values_list())
    assert set(AttemptCount.objects.values_list("per", flat=True)) == {
        "person",
        "person and recipient",
        "origin",
        "recipient",
    }
    assert "agern" not in rows
    assert "192.0.2.1" not in rows


def test_inside_a_transaction_nothing_is_counted(clock):
    """It could be rolled back with the rest, and the attempt be given back."""
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        limits.consume("register_company", person=User(pk=1))


@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.sampled_from("ab"), st.sampled_from(["192.0.2.1", "192.0.2.2"])), max_size=30
    )
)
def test_never_more_than_the_limit_and_never_fewer(clock, attempts):
    """Against counting in memory; a number is a minute, in any order."""
    rules = {"write": (Limit(BOTH, 2, HOUR), Limit(RECIPIENT, 3, HOUR), Limit(ORIGIN, 4, QUARTER))}
    counts: Counter[tuple] = Counter()
    AttemptCount.objects.all().delete()
    with mock.patch.object(limits, "LIMITS", rules), mock.patch.object(timezone, "now") as now:
        for minute, recipient, address in attempts:
            now.return_value = NOON + timedelta(minutes=minute)
            keys = [
                ((recipient, address, minute // 60), 2),
                ((recipient, minute // 60), 3),
                ((address, minute // 15, "quarter"), 4),
            ]
            expected = all(counts[key] < most for key, most in keys)
            counts.update(key for key, _most in keys if expected)
            assert is_allowed("write", recipient=recipient, origin=request_from(address)) == expected


@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_moment_are_all_counted(rules, clock):
    rules(write=(Limit(BOTH, 9, DAY), Limit(RECIPIENT, 5, DAY), Limit(ORIGIN, 9, DAY)))

    def attempt(number: int) -> bool:
        return is_allowed("write", recipient="a@agern.example", origin=request_from(f"192.0.2.{number % 2}"))

    assert sum(run_at_once(attempt, range(12))) == 5
    assert AttemptCount.objects.get(per=RECIPIENT).number == 5
    assert sum(AttemptCount.objects.filter(per=ORIGIN).values_list("number", flat=True)) == 5
