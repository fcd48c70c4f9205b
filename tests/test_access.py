"""Every named URL is declared in `pages.ADDRESSES`, and tried by each visitor; `test_every_page` tries the public ones."""

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils.translation import override

from kl_ai.mail.models import BadAddress, OutgoingMail
from kl_ai.models import User
from kl_ai.security.models import Reading
from marketoverview.models import Announcement, CompanyClaim, FigureComment, JoinRequest, StandardReason, VendorQuestion
from tests.admin_addresses import admin_paths, named
from tests.builders import (
    make_administrator,
    make_curator,
    make_editor,
    make_invitation,
    make_question,
    make_response,
    make_round,
)
from tests.legaltoolbox.projects.access import TABLE as OF_PROJECTS
from tests.legaltoolbox.projects.builders import make_municipality
from tests.marketoverview.vendor_addresses import TABLE
from tests.pages import ADDRESSES, Access, status_or_login

pytestmark = pytest.mark.any_database


def all_names() -> set[str]:
    """The names of the portal's own URLs, those of the administration apart."""
    return {name for name, _ in named(get_resolver().url_patterns) if not name.startswith("admin:")}


def test_every_url_is_declared():
    assert all_names() == {address.name for address in ADDRESSES} | {row.name for row in (*TABLE, *OF_PROJECTS)}


def test_no_url_is_nameless():
    nameless = [str(pattern.pattern) for name, pattern in named(get_resolver().url_patterns) if name in NAMELESS]
    assert nameless == []


NAMELESS = ("", "market:", "vendor:", "projects:", "vendor_answers:")


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
    "kl_ai_reading": dict.fromkeys(READ, 403),  # for administrators
    "kl_ai_user": READ,
    "kl_ai_outgoingmail": READ,
    "kl_ai_badaddress": WRITE,
    "legaltoolbox_activity": TOOLBOX_ITEM,
    "legaltoolbox_checklistitem": TOOLBOX_ROW,
    "legaltoolbox_documenttemplate": TOOLBOX_ITEM,
    "legaltoolbox_guidance": TOOLBOX_ITEM,
    "legaltoolbox_legalbasis": TOOLBOX_ITEM,
    "legaltoolbox_legalsource": TOOLBOX_ITEM | {"for_a_lawyer": 200},
    "legaltoolbox_phase": TOOLBOX_ITEM,
    "legaltoolbox_requirement": TOOLBOX_ITEM,
    "legaltoolbox_risk": TOOLBOX_ITEM,
    "legaltoolbox_role": TOOLBOX_ITEM,
    "legaltoolbox_scalelevel": TOOLBOX_ROW,
    "legaltoolbox_screeningquestion": TOOLBOX_ITEM,
    "legaltoolbox_searchsynonym": TOOLBOX_ROW,
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
    "marketoverview_surveyround": WRITE
    | UNTRACED
    | {"new": 200, "checklist": 200, "preview": 200, "announce": 200, "publication": 200},
    "marketoverview_vendor": WRITE | TRACED | {"editions": 200},
    "marketoverview_vendorquestion": READ | TRACED | {"change": 302, "answer": 200},  # to the answer
    "projects_municipality": READ | TRACED | {"add": 200},
}
"""Model to the pages of its administration, and the status that a curator gets there."""
UNSEEN_BY_EDITORS = (
    "kl_ai_user",
    "kl_ai_outgoingmail",
    "kl_ai_badaddress",
    "marketoverview_announcement",
    "marketoverview_answer",
    "marketoverview_companyclaim",
    "marketoverview_invitation",
    "marketoverview_joinrequest",
    "marketoverview_response",
    "marketoverview_standardreason",
    "marketoverview_vendor",
    "marketoverview_vendorquestion",
    "projects_municipality",
)
"""Municipalities and vendors, their people and answers, and whatever is written to them. What is public of them editors see in public."""
WRITTEN_IN_THE_TOOLBOX = {model: pages | {"add": 200} for model, pages in CURATOR.items() if "legaltoolbox" in model}
EDITOR = (
    CURATOR
    | WRITTEN_IN_THE_TOOLBOX
    | {model: dict.fromkeys(CURATOR[model], 403) for model in UNSEEN_BY_EDITORS}
    | {
        "marketoverview_questiongroup": CURATOR["marketoverview_questiongroup"] | {"delete": 403},
        "marketoverview_surveyround": CURATOR["marketoverview_surveyround"]
        | {"add": 403, "delete": 403, "new": 403, "announce": 403, "publication": 403},
    }
)
EDITOR["marketoverview_invitation"]["add"] = 302  # to the page that invites, which refuses
EDITOR["marketoverview_vendorquestion"]["change"] = 302  # to the answer, which is refused
ADMINISTRATOR = (
    CURATOR
    | WRITTEN_IN_THE_TOOLBOX
    | {"auth_group": READ, "kl_ai_reading": READ, "kl_ai_user": READ | {"add": 200, "delete": 200}}
)
GROUPS = {"curator": CURATOR, "editor": EDITOR, "administrator": ADMINISTRATOR}
FOR_ALL_STAFF = {"index": 200, "my_mails": 200, "jsi18n": 200, "autocomplete": 403}  # without the name of a field


def expected_statuses(group: str) -> dict[str, int]:
    """Name of a page of the administration to the status that somebody of this group gets."""
    pages = {f"{model}_{page}": status for model, by_page in GROUPS[group].items() for page, status in by_page.items()}
    return FOR_ALL_STAFF | pages


@pytest.fixture
def administered_rows(survey, content_rows, stranger, vendor, curator):
    """A row of each model of the administration. The first vendor, the stranger's, has no answers: it can be deleted."""
    make_response(vendor, "submitted", answers={"services": ["advisory"]})
    make_invitation()
    JoinRequest.objects.create(vendor=vendor, user=stranger)
    StandardReason.objects.create(use="item", text_da="Skriv mere konkret.")
    CompanyClaim.ask_about(make_invitation(by_kl=True, email="kl@vestlyset.example"), "name", vendor)
    BadAddress.mark("retur@agern.example", "")
    FigureComment.objects.create(question=make_question("services"), text_da="Nyt")
    VendorQuestion.ask(vendor, make_round(), stranger, "Hvad er en service?")
    Announcement.objects.create(round=make_round(), kind=Announcement.Kind.ROUND)
    Reading.record(curator, "vendor: form", str(vendor.pk), vendor.name)
    make_municipality()
    OutgoingMail.objects.create(key="try:1", to="ki@nordstjernen.example", subject="Svar", body="Tak")


@pytest.fixture
def not_staff(visitors) -> dict[str, Client]:
    """The browsers of those to whom the administration is closed, also of those to whom it was open yesterday."""
    left, switched_off, logged_out = (make_curator(f"{name}@kl.example") for name in ("left", "off", "out"))
    browsers = {"left KL": left, "switched off": switched_off, "logged out": logged_out}
    clients = {name: Client() for name in browsers}
    for name, user in browsers.items():
        clients[name].force_login(user)
    User.objects.filter(pk=left.pk).update(is_staff=False)
    User.objects.filter(pk=switched_off.pk).update(is_active=False)
    logged_out.end_logins()
    return clients | {name: browser for name, browser in visitors.items() if name != "curator"}


@pytest.mark.parametrize("language", ["da", "en"])
def test_administration_is_for_staff(language, visitors, not_staff, administered_rows):
    with override(language):
        paths = admin_paths()
    curator = visitors["curator"]
    assert {name: status_or_login(curator.get(path)) for name, path in paths.items()} == expected_statuses("curator")
    everybody_else = dict.fromkeys(not_staff, 401)
    for name, path in paths.items():
        assert statuses(not_staff, path) == everybody_else, name


@pytest.mark.parametrize(("group", "make"), [("editor", make_editor), ("administrator", make_administrator)])
def test_each_group_of_staff_sees_its_own_pages(group, make, client, administered_rows):
    client.force_login(make())
    by_page = {name: status_or_login(client.get(path)) for name, path in admin_paths().items()}
    assert by_page == expected_statuses(group)


@pytest.mark.parametrize(
    ("make", "language"), [(make_curator, "da"), (make_curator, "en"), (make_editor, "da"), (make_administrator, "da")]
)
def test_staff_without_the_second_factor_see_nothing_of_the_administration(
    make, language, client, administered_rows, settings
):
    settings.REQUIRE_STAFF_MFA = True
    client.force_login(make())
    with override(language):
        by_page = {name: client.get(path) for name, path in admin_paths().items()}
    assert {name: status_or_login(response) for name, response in by_page.items()} == dict.fromkeys(by_page, 401)
