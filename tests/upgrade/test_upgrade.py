"""A database of version 1.0.0 that has been in use, migrated by the code of today: nothing is lost, every page answers."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override

from kl_ai.models import OutgoingMail, User
from marketoverview.models import JoinRequest, Response, Vendor
from tests.pages import PUBLIC
from tests.upgrade import database

GROWS = {"auth_permission", "django_content_type"}
"""Tables to which a migration may add rows of its own."""


@pytest.fixture(scope="module")
def upgraded(django_db_setup, django_db_blocker, tmp_path_factory):
    """The rows of each table before the migrations and after them; the tests go on in that database."""
    dump = database.read_dump()
    folder = tmp_path_factory.mktemp("upgrade")
    with django_db_blocker.unblock(), database.another_database(folder):
        database.restore(dump)
        before = database.read_rows(dump)
        call_command("migrate", verbosity=0)
        yield SimpleNamespace(before=before, after=database.read_rows(dump))


def test_no_row_is_lost_and_no_value_changed(upgraded, db):
    assert sum(map(len, upgraded.before.values())) > 14_000
    for table, rows in upgraded.before.items():
        after = upgraded.after[table]
        assert Counter(rows) - Counter(after) == Counter(), table
        assert len(after) == len(rows) or table in GROWS, table


def test_what_people_have_written_is_read_by_the_code_of_today(upgraded, db):
    statuses = Counter(Response.objects.filter(vendor__slug__startswith="nordlys-").values_list("status", flat=True))
    assert statuses == {
        "draft": 1, "submitted": 1, "returned": 1, "rejected": 1, "published": 2, "archived": 1, "withdrawn": 1,
    }  # fmt: skip
    public = Response.objects.get(vendor__slug="nordlys-published")
    own = public.answers.exclude(own_words="").order_by("pk")
    assert [answer.own_words for answer in own] == ["Etisk rådgivning", "Kvantealgoritmer"]
    assert [event.verb for event in public.events.all()] == ["submit", "publish", "map", "map", "object", "confirm"]
    assert OutgoingMail.objects.in_state("refused").get().to == "nedlagt@firma.example"
    assert JoinRequest.objects.filter(approved=True).get().user.email == "godkendt@firma.example"
    assert User.objects.get(email="redaktoer@kl.example").has_perm("sessions.view_session")


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_public_page_answers(language, upgraded, db, client):
    for address in PUBLIC:
        response = client.get(address.path(language))
        response.getvalue()
        assert response.status_code == address.status, address.name


def registered(app: str) -> list[Any]:
    """The models of the app that have pages in the administration."""
    models = [model for model in admin.site._registry if model._meta.app_label == app]
    assert models
    return models


@pytest.mark.parametrize("app", ["kl_ai", "marketoverview", "legaltoolbox", "auth"])
def test_every_page_of_the_administration_answers(app, upgraded, db, client):
    client.force_login(User.objects.create_superuser("chef@kl.example"))
    for model in registered(app):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths = [reverse(f"{name}_changelist")]
        if row := model._default_manager.first():
            paths.append(reverse(f"{name}_change", args=[row.pk]))
            if hasattr(model, "history"):
                paths.append(reverse(f"{name}_history", args=[row.pk]))
        for path in paths:
            assert client.get(path).status_code == 200, path


def test_the_front_page_and_the_inbox_answer(upgraded, db, client):
    client.force_login(User.objects.create_superuser("chef@kl.example"))
    for path in (reverse("admin:index"), reverse("admin:marketoverview_response_inbox")):
        assert client.get(path).status_code == 200, path


def vendor_paths(vendor: Vendor) -> list[str]:
    """The pages of a vendor's own area, those of its newest response among them."""
    response = vendor.responses.first()
    paths = [reverse(f"vendor:{name}", args=[vendor.slug]) for name in ("company", "members")]
    paths.append(reverse("vendor:response", args=[response.pk]))
    if response.is_editable:
        paths += [reverse(f"vendor:{name}", args=[response.pk]) for name in ("tasks", "review")]
        paths.append(reverse("vendor:part", args=[response.pk, "services"]))
    return paths


def test_the_pages_of_a_vendor_answer_in_every_status(upgraded, db, client):
    vendors = list(Vendor.objects.filter(slug__startswith="nordlys-"))
    assert len(vendors) == 7
    for vendor in vendors:
        client.force_login(vendor.members.first())
        with override("da"):
            for path in vendor_paths(vendor):
                assert client.get(path).status_code == 200, path


def test_the_demonstration_data_are_loaded_on_top(upgraded, db, settings):
    settings.DEBUG = True
    vendors = Vendor.objects.count()
    call_command("load_demo", force=True, verbosity=0)
    assert Vendor.objects.count() == vendors
