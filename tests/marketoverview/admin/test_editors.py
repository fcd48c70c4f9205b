"""Editors (Redaktører) see of vendors what is public, and nothing else: no list, no form, no search, no number."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from kl_ai.mail.models import BadAddress, OutgoingMail
from kl_ai.models import User
from marketoverview.models import JoinRequest, Response, StandardReason, SurveyRound, Vendor
from tests.admin_addresses import admin_paths
from tests.admin_pages import admin_url, logged_in
from tests.builders import (
    make_curator,
    make_editor,
    make_invitation,
    make_offering,
    make_response,
    make_round,
    make_user,
    make_vendor,
)

pytestmark = pytest.mark.django_db
EDITED = ("surveyround", "question", "option", "questiongroup", "figurecomment")
"""The models of the market overview that editors work with."""
SECRET = "Hemmelig Vare"
ADDRESS = "skjult@hemmelig.example"
migration = import_module("marketoverview.migrations.0011_editors_read_published_answers_only")
rounds_migration = import_module("marketoverview.migrations.0020_rounds_are_the_curators")


@pytest.fixture
def editor_client() -> Client:
    return logged_in(make_editor("redaktoer@kl.example"))


@pytest.fixture
def unpublished(survey) -> Response:
    """A submitted response of a vendor that is not public, with everything that could show."""
    vendor = make_vendor(SECRET)
    member = make_user(ADDRESS, member_of=vendor)
    response = make_response(
        vendor,
        "submitted",
        description=f"{SECRET} laver alt",
        contact_email=ADDRESS,
        answers={"services": ["other"]},
        own_words={"services": f"{SECRET} ord"},
    )
    make_offering(response, title=f"{SECRET} eksempel")
    make_invitation(ADDRESS)
    JoinRequest.objects.create(vendor=vendor, user=make_user("anden@hemmelig.example"), message=SECRET)
    StandardReason.objects.create(use="item", text_da="Skriv mere konkret.")
    OutgoingMail.objects.create(key="1", to=ADDRESS, language="da", subject=SECRET, body=SECRET)
    BadAddress.mark(ADDRESS, "550")
    Response.objects.get(pk=response.pk).send_back(make_curator(), SECRET, {"description": SECRET})
    assert member.vendors.get() == vendor
    return response


def test_editors_open_no_page_about_vendors_people_or_mail(editor_client, unpublished):
    closed = ("marketoverview_", "kl_ai_", "auth_")
    paths = {name: path for name, path in admin_paths().items() if name.startswith(closed)}
    closed_paths = {name: path for name, path in paths.items() if name.split("_", 2)[1] not in EDITED}
    assert len(closed_paths) > 40
    opened = {name for name, path in closed_paths.items() if editor_client.get(path).status_code == 200}
    assert opened == set()
    posted = {
        name for name, path in closed_paths.items() if editor_client.post(path).status_code not in (302, 403, 404)
    }
    assert posted == set()
    assert Response.objects.get().status == "returned"


def test_no_page_that_editors_open_names_an_unpublished_vendor(editor_client, unpublished):
    pages = {name: editor_client.get(path) for name, path in admin_paths().items()}
    shown = {name: page.content.decode() for name, page in pages.items() if page.status_code == 200}
    assert {"index", "my_mails", "marketoverview_option_changelist"} <= set(shown)
    assert {name for name, text in shown.items() if SECRET in text or "hemmelig.example" in text} == set()


def test_the_first_page_shows_editors_no_number_of_the_market_overview(editor_client, unpublished):
    with override("da"):
        page = editor_client.get(reverse("admin:index"))
    assert dict(page.context["work"]) == {"work": []}
    text = page.content.decode()
    assert "Intet venter." in text
    assert "/admin/marketoverview/vendor/" not in text
    assert "/admin/marketoverview/response/" not in text


def test_the_search_for_related_rows_finds_no_vendor(editor_client, unpublished):
    query = {"app_label": "marketoverview", "model_name": "response", "field_name": "vendor", "term": "Hemmelig"}
    assert editor_client.get("/admin/autocomplete/", query).status_code == 403


def test_the_list_of_options_counts_published_answers_only(editor_client, unpublished):
    other = unpublished.answers.exclude(own_words="").get().option
    make_response(answers={"services": [other.code]})
    page = editor_client.get(reverse("admin:marketoverview_option_changelist"), {"q": other.code})
    assert [option.answer_count for option in page.context["cl"].result_list if option.pk == other.pk] == [1]


def test_the_migration_takes_the_permissions_from_that_group_alone(survey):
    editors, curators = Group.objects.get(name="Redaktører"), Group.objects.get(name="Kuratorer")
    own = set(editors.permissions.values_list("pk", flat=True))
    all_of_curators = curators.permissions.count()
    editors.permissions.add(*migration.permissions(apps))
    assert make_editor().has_perm("marketoverview.view_response")
    migration.take(apps, connection.schema_editor)
    assert set(editors.permissions.values_list("pk", flat=True)) == own
    assert curators.permissions.count() == all_of_curators
    assert not User.objects.get(groups=editors).has_perm("marketoverview.view_response")


def test_editors_still_see_the_public_profile(editor_client):
    vendor = make_response("Agern").vendor
    assert Vendor.objects.get().pk == vendor.pk
    assert editor_client.get(f"/markedsoverblik/virksomheder/{vendor.slug}/").status_code == 200


def test_editors_read_rounds_and_make_change_or_delete_none(editor_client):
    survey_round = make_round()
    pages = {
        page: admin_url(SurveyRound, page, survey_round.pk) for page in ("change", "checklist", "preview", "delete")
    }
    pages |= {"add": admin_url(SurveyRound, "add"), "new": admin_url(SurveyRound, "new")}
    opened = {name for name, path in pages.items() if editor_client.get(path).status_code == 200}
    assert opened == {"change", "checklist", "preview"}
    name = survey_round.name_da
    for name_of_page in pages.keys() - {"preview"}:
        assert editor_client.post(pages[name_of_page], {"name_da": "Noget andet", "post": "yes"}).status_code == 403
    assert SurveyRound.objects.get().name_da == name


def test_the_migration_takes_rounds_from_editors_alone_and_gives_them_back(survey):
    editors, curators = Group.objects.get(name="Redaktører"), Group.objects.get(name="Kuratorer")
    own = set(editors.permissions.values_list("pk", flat=True))
    all_of_curators = curators.permissions.count()
    rounds_migration.give_back(apps, connection.schema_editor)
    assert make_editor("en@kl.example").has_perm("marketoverview.change_surveyround")
    rounds_migration.take(apps, connection.schema_editor)
    assert set(editors.permissions.values_list("pk", flat=True)) == own
    assert curators.permissions.count() == all_of_curators
    assert make_editor("to@kl.example").has_perm("marketoverview.view_surveyround")
