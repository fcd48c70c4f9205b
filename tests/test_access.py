"""Every named URL is declared in `pages.ADDRESSES`, and tried by each visitor; `test_every_page` tries the public ones."""

import pytest
from django.urls import get_resolver
from django.utils.translation import override

from kl_ai.mail.models import BadAddress
from marketoverview.models import Announcement, CompanyClaim, FigureComment, JoinRequest, StandardReason, VendorQuestion
from tests.admin_addresses import admin_paths, named
from tests.builders import make_invitation, make_question, make_response, make_round
from tests.marketoverview.vendor_addresses import TABLE
from tests.pages import ADDRESSES, Access, status_or_login


def all_names() -> set[str]:
    """The names of the portal's own URLs, those of the administration apart."""
    return {name for name, _ in named(get_resolver().url_patterns) if not name.startswith("admin:")}


def test_every_url_is_declared():
    assert all_names() == {address.name for address in ADDRESSES} | {row.name for row in TABLE}


def test_no_url_is_nameless():
    nameless = [str(pattern.pattern) for name, pattern in named(get_resolver().url_patterns) if name in NAMELESS]
    assert nameless == []


NAMELESS = ("", "market:", "vendor:")


def statuses(visitors, path: str) -> dict[str, int]:
    """How each visitor fares at `path`."""
    return {visitor: status_or_login(browser.get(path)) for visitor, browser in visitors.items()}


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.access is Access.MEMBER], ids=lambda a: a.name)
def test_a_page_for_members_asks_others_to_log_in(address, language, visitors):
    expected = dict.fromkeys(visitors, address.status) | {"anonymous": 401}
    assert statuses(visitors, address.path(language)) == expected


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.access is Access.STAFF], ids=lambda a: a.name)
def test_a_page_for_staff_does_not_exist_for_others(address, language, visitors):
    expected = {"anonymous": 401, "stranger": 404, "owner": 404, "curator": address.status}
    assert statuses(visitors, address.path(language)) == expected


# The administration -----------------------------------------------------------------------------


READ = {"changelist": 200, "add": 403, "change": 200, "delete": 403, "history": 200}
"""Rows that are seen, or are changed by steps of their own."""
WRITE = READ | {"add": 200, "delete": 200}
TRACED = {"simple_history": 200}
UNTRACED = {"simple_history": 404}
"""Rows that a fixture has loaded have no earlier version."""
TOOLBOX_ROW = READ | TRACED
TOOLBOX_ITEM = TOOLBOX_ROW | {"preview": 200}
CURATOR = {
    "auth_group": dict.fromkeys(READ, 403),  # who may do what is for administrators
    "kl_ai_reading": dict.fromkeys(READ, 403) | {"history": 302},  # for administrators; there is no row
    "kl_ai_user": READ,
    "kl_ai_outgoingmail": READ | {"change": 302, "history": 302},  # there is no mail
    "kl_ai_badaddress": WRITE,
    "legaltoolbox_activity": TOOLBOX_ITEM,
    "legaltoolbox_checklistitem": TOOLBOX_ROW,
    "legaltoolbox_documenttemplate": TOOLBOX_ITEM,
    "legaltoolbox_guidance": TOOLBOX_ITEM,
    "legaltoolbox_legalsource": TOOLBOX_ITEM,
    "legaltoolbox_phase": TOOLBOX_ITEM,
    "legaltoolbox_requirement": TOOLBOX_ITEM,
    "legaltoolbox_risk": TOOLBOX_ITEM,
    "legaltoolbox_role": TOOLBOX_ITEM,
    "legaltoolbox_scalelevel": TOOLBOX_ROW,
    "legaltoolbox_screeningquestion": TOOLBOX_ITEM,
    "legaltoolbox_templatesection": TOOLBOX_ROW,
    "marketoverview_announcement": READ,
    "marketoverview_answer": READ | {"own_words": 200},
    "marketoverview_companyclaim": READ | {"decide": 200},
    "marketoverview_figurecomment": WRITE | TRACED,
    "marketoverview_invitation": READ | {"invite": 200, "add": 302},  # to the page that invites
    "marketoverview_joinrequest": READ | {"decide": 302},
    "marketoverview_option": WRITE | UNTRACED,
    "marketoverview_question": WRITE | TRACED | {"delete": 403},  # its options are in use
    "marketoverview_questiongroup": WRITE | UNTRACED,
    # A submitted response is not deleted; no step has a number for its name.
    "marketoverview_response": WRITE
    | TRACED
    | {"delete": 403, "inbox": 200, "objection": 302, "withdrawal": 302, "review": 200, "step": 404},
    "marketoverview_standardreason": WRITE | TRACED,
    "marketoverview_surveyround": WRITE | UNTRACED | {"new": 200, "checklist": 200, "preview": 200, "announce": 200},
    "marketoverview_vendor": WRITE | TRACED,
    "marketoverview_vendorquestion": READ | TRACED | {"change": 302, "answer": 200},  # to the answer
}
"""Model to the pages of its administration, and the status that a curator gets there."""


@pytest.fixture
def administered_rows(survey, content_rows, vendor, stranger):
    """A row of each model of the administration, but no mail."""
    make_response(vendor, "submitted", answers={"services": ["advisory"]})
    make_invitation()
    JoinRequest.objects.create(vendor=vendor, user=stranger)
    StandardReason.objects.create(use="item", text_da="Skriv mere konkret.")
    CompanyClaim.ask_about(make_invitation(by_kl=True, email="kl@vestlyset.example"), "name", vendor)
    BadAddress.mark("retur@agern.example", "")
    FigureComment.objects.create(question=make_question("services"), text_da="Nyt")
    VendorQuestion.ask(vendor, make_round(), stranger, "Hvad er en service?")
    Announcement.objects.create(round=make_round(), kind=Announcement.Kind.ROUND)


@pytest.mark.parametrize("language", ["da", "en"])
def test_administration_is_for_staff(language, visitors, administered_rows):
    expected = {"index": 200, "my_mails": 200, "jsi18n": 200, "autocomplete": 403}  # without the name of a field
    expected |= {f"{model}_{page}": status for model, pages in CURATOR.items() for page, status in pages.items()}
    with override(language):
        by_page = {name: statuses(visitors, path) for name, path in admin_paths().items()}
    assert {name: by_visitor.pop("curator") for name, by_visitor in by_page.items()} == expected
    for name, by_visitor in by_page.items():
        assert by_visitor == {"anonymous": 401, "stranger": 401, "owner": 401}, name


@pytest.mark.parametrize("language", ["da", "en"])
def test_staff_without_the_second_factor_see_nothing_of_the_administration(
    language, visitors, administered_rows, settings
):
    settings.REQUIRE_STAFF_MFA = True
    with override(language):
        by_page = {name: visitors["curator"].get(path) for name, path in admin_paths().items()}
    assert {name: status_or_login(response) for name, response in by_page.items()} == dict.fromkeys(by_page, 401)
