"""A database of version 1.0.0 that has been in use, migrated by the code of today: nothing is lost, every page is shown."""

import re
from collections import Counter
from datetime import date
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.urls import reverse
from django.utils.translation import override

from kl_ai.models import OutgoingMail, User
from kl_ai.text import mask_tokens
from legaltoolbox.content.files import FOLDER
from legaltoolbox.content.records import read_records
from legaltoolbox.kinds import KINDS
from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    Requirement,
    Risk,
    TemplateField,
    TemplateSection,
)
from marketoverview.models import Edition, JoinRequest, Option, Question, Response, Vendor
from tests.databases import make_tables
from tests.pages import PUBLIC
from tests.upgrade.database import another_database, read_dump, read_rows, read_tables, restore

OF_DJANGO = {"auth_group_permissions"}
"""On PostgreSQL Django's migrations give this table a wider id than its models."""
GROWS = {"auth_permission", "django_content_type"}
"""Tables to which a migration may add rows of its own."""


@pytest.fixture(scope="module")
def upgraded(database, django_db_blocker, tmp_path_factory):
    """The rows of each table before the migrations and after them; the tests go on in that database.

    The secret links of mails that were sent are masked by a migration. Another one takes from the editors the permissions
    to read unpublished answers and to make rounds: `taken` are the rows of those.
    """
    dump = read_dump()
    folder = tmp_path_factory.mktemp("upgrade")
    with django_db_blocker.unblock(), another_database(folder):
        restore(dump)
        before = read_rows(dump)
        taken = permissions_taken()
        call_command("migrate", verbosity=0)
        yield SimpleNamespace(before=before, after=read_rows(dump), taken=taken)


def permissions_taken() -> set[tuple[str, ...]]:
    """The rows that let the group of editors read vendors, their people and their answers, and make and change rounds."""
    read = ("vendor", "vendormember", "response", "answer", "sampleoffering", "moderationevent")
    names = [*(f"view_{name}" for name in read), "add_surveyround", "change_surveyround"]
    rows = Group.permissions.through.objects.filter(
        group__name="Redaktører",
        permission__content_type__app_label="marketoverview",
        permission__codename__in=names,
    )
    return {tuple(map(str, row)) for row in rows.values_list("pk", "group", "permission")}


def test_no_row_is_lost_and_no_value_changed(upgraded, db):
    assert sum(map(len, upgraded.before.values())) > 14_000
    for table, rows in upgraded.before.items():
        after = upgraded.after[table]
        if table == "kl_ai_outgoingmail":
            rows = [masked(row) for row in rows]
            after = [masked(row) for row in after]
        if table == "auth_group_permissions":
            rows = [row for row in rows if row not in upgraded.taken]
        if table == "marketoverview_option":
            rows = list(map(with_help_of_today, rows))
        assert Counter(rows) - Counter(after) == Counter(), table
        assert len(after) == len(rows) or table in GROWS, table


def with_help_of_today(row: tuple[str, ...]) -> tuple[str, ...]:
    """A migration puts other examples into the help of three technologies, where it is as the portal came with it."""
    module = import_module("marketoverview.migrations.0037_name_no_business_area_in_help_of_technologies")
    now = {old: new for _code, _language, old, new in module.TEXTS}
    return tuple(now.get(value, value) for value in row)


def masked(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(mask_tokens, row))


def test_the_tables_are_those_that_the_models_describe(upgraded, django_db_blocker, tmp_path):
    """The tables of the other tests are made from the models, without migrations."""
    with django_db_blocker.unblock():
        migrated = read_tables()
        with another_database(tmp_path):
            make_tables()
            made = read_tables()
    assert len(migrated) > 100
    assert {table for table in migrated.keys() | made.keys() if migrated.get(table) != made.get(table)} <= OF_DJANGO


def test_what_people_have_written_is_read_by_the_code_of_today(upgraded, db):
    statuses = Counter(Response.objects.filter(vendor__slug__startswith="nordlys-").values_list("status", flat=True))
    assert statuses == {
        "draft": 1,
        "submitted": 1,
        "returned": 1,
        "rejected": 1,
        "published": 2,
        "archived": 1,
        "withdrawn": 1,
    }
    public = Response.objects.get(vendor__slug="nordlys-published")
    own = public.answers.exclude(own_words="").order_by("pk")
    assert [answer.own_words for answer in own] == ["Etisk rådgivning", "Kvantealgoritmer"]
    assert [event.verb for event in public.events.all()] == ["submit", "publish", "map", "map", "object", "confirm"]
    assert OutgoingMail.objects.in_state("refused").get().to == "nedlagt@firma.example"
    assert JoinRequest.objects.filter(approved=True).get().user.email == "godkendt@firma.example"
    assert User.objects.get(email="redaktoer@kl.example").has_perm("sessions.view_session")


WITHOUT_NEW_CONTENT = {"toolbox:calendar": 302}
"""What pages answer before the content is loaded anew: nothing of 1.0 is done again, so the calendar leads back to its form."""


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_public_page_answers(language, upgraded, db, client):
    assert PUBLIC
    Edition.freeze("2025", date(2025, 1, 1), Response.objects.published(), month=date(2025, 1, 1))
    for address in PUBLIC:
        response = client.get(address.path(language, address.queries[0]))
        response.getvalue()
        assert response.status_code == WITHOUT_NEW_CONTENT.get(address.name, address.status), address.name


def registered(app: str) -> list[Any]:
    """The models of the app that have pages in the administration."""
    models = [model for model in admin.site._registry if model._meta.app_label == app]
    assert models
    return models


@pytest.mark.parametrize("app", ["kl_ai", "marketoverview", "legaltoolbox", "auth"])
def test_every_page_of_the_administration_answers(app, upgraded, db, client):
    client.force_login(User.objects.create_superuser("chef@kl.example"))
    changed = 0
    for model in registered(app):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths = [reverse(f"{name}_changelist")]
        if row := model._default_manager.first():
            paths.append(reverse(f"{name}_change", args=[row.pk]))
            changed += 1
            if hasattr(model, "history"):
                paths.append(reverse(f"{name}_history", args=[row.pk]))
        for path in paths:
            assert client.get(path).status_code == 200, path
    assert changed


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


# The legal content ------------------------------------------------------------------------------


def test_every_row_has_the_number_that_it_had_as_its_key(upgraded, db):
    for model in (ChecklistItem, TemplateSection, TemplateField):
        assert model.objects.exists()
        for row in model.objects.all():
            assert row.key == str(getattr(row, model.ORDER)), row
            assert not row.is_withdrawn
        assert not model.history.filter(key="").exists()


def test_what_was_deleted_or_moved_away_has_a_key_that_nothing_else_has(upgraded, db):
    deleted = ChecklistItem.history.get(history_type="-")
    assert deleted.key not in Activity.objects.get(code="A26").checklist.values_list("key", flat=True)
    moved = Activity.objects.get(code="A41").checklist.last()
    places = set(moved.history.values_list("activity__code", "key"))
    assert places == {("A41", moved.key), ("A40", str(Activity.objects.get(code="A40").checklist.count() + 1))}


def test_the_code_of_version_1_0_0_still_writes_rows(upgraded, db):
    """The processes of the version before serve until they are restarted."""
    state = MigrationLoader(connection).project_state([("legaltoolbox", "0001_initial")])
    for model in ("ChecklistItem", "TemplateSection", "TemplateField"):
        old = state.apps.get_model("legaltoolbox", model)
        for number in (9_001, 9_002):
            row = old.objects.order_by("pk").first()
            row.pk, row.__dict__[apps.get_model("legaltoolbox", model).ORDER] = None, number
            row.save()
    code = Activity.objects.get(pk=ChecklistItem.objects.get(number=9_001).activity_id).code
    assert ChecklistItem.objects.get(number=9_001).code == f"{code}.nr-9001"
    for model in (ChecklistItem, TemplateSection, TemplateField):
        model.give_missing_keys()
        assert not model.objects.filter(key="").exists()


def test_requirements_have_the_use_in_a_tender_that_the_files_give_them(upgraded, db):
    """Before the files are loaded; and for ever where an editor has changed the item, which a load leaves alone."""
    filed = {item["code"]: item.get("tender_use", "information") for item in filed_records("requirements.yaml")}
    stored = dict(Requirement.objects.values_list("code", "tender_use"))
    assert len(stored) == 44
    assert {code: filed[code] for code in stored} == stored
    assert len(set(stored.values())) == 3
    assert set(Requirement.history.values_list("code", "tender_use")) <= set(stored.items())


def test_papers_that_are_sent_are_known_and_what_of_them_is_not(upgraded, db):
    filed = {}
    for template in DocumentTemplate.objects.all():
        (record,) = filed_records(f"templates/{template.code}.yaml")
        assert template.audience == record.get("audience", "own"), template.code
        filed |= {(template.code, row["heading"]): row for row in record["sections"]}
        filed |= {(template.code, row["label"]): row for section in record["sections"] for row in section["fields"]}
    assert DocumentTemplate.objects.exclude(audience="own").count() == 8
    sections = TemplateSection.objects.values_list("template__code", "heading", "own_copy_only")
    fields = TemplateField.objects.values_list("section__template__code", "label", "own_copy_only")
    here = [(filed[code, name], is_own) for code, name, is_own in [*sections, *fields] if (code, name) in filed]
    assert len(here) > 900
    assert [record for record, is_own in here if record.get("own_copy_only", False) is not is_own] == []
    assert sum(is_own for _record, is_own in here) == sum(
        record.get("own_copy_only", False) for record in filed.values()
    )


def test_a_template_with_another_text_has_another_version(upgraded, db):
    """A filled-in document tells by its version which text it was made from."""
    unchanged = []
    for template in DocumentTemplate.objects.prefetch_related("sections__fields"):
        (record,) = filed_records(f"templates/{template.code}.yaml")
        stored = {template.title, template.purpose, template.when}
        for section in template.sections.all():
            stored |= {section.heading, section.guidance}
            for field in section.fields.all():
                stored |= {field.label, field.help, field.wording, *field.options, *field.columns, *field.row_labels}
        if template_texts(record) <= stored:
            unchanged.append(template.code)
        else:
            assert record.get("version", "1.0") != template.version, template.code
    assert len(unchanged) < 5


def template_texts(record: dict[str, Any]) -> set[str]:
    """The texts of a template of the files that a filled-in document holds."""
    texts = {record["title"], record["purpose"], record["when"]}
    for section in record["sections"]:
        texts |= {section["heading"], section.get("guidance", "")}
        for field in section["fields"]:
            texts |= {field["label"], field.get("help", ""), field.get("wording", "")}
            texts |= {text for part in ("options", "columns", "row_labels") for text in field.get(part, ())}
    return texts


def filed_records(name: str) -> list[dict[str, Any]]:
    """The records of a content file; that of a template is alone in its file."""
    content = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return content if isinstance(content, list) else [content]


KEPT_ITEM = re.compile(r"(\w+) \(([^)]*)\)")
"""A code and its fields, as `load_content` names what it has kept."""
EDITED = {
    "A21": {"checklist"},
    "A25": {"why", "confirmed_on", "checklist"},
    "A26": {"checklist"},
    "A40": {"checklist"},
    "A41": {"checklist"},
    "R10": {"is_public"},
    "S11": {"sections"},
}
"""What the editors of the dump have corrected. The files of today differ from these items in more."""


def test_the_files_are_loaded_without_touching_what_editors_have_written(upgraded, db, capsys):
    before = activities()
    call_command("load_content")
    lines = dict(line.removesuffix(".").split(": ", 1) for line in capsys.readouterr().out.splitlines())
    kept = dict(KEPT_ITEM.findall(lines["Kept, because an editor has changed them (--overwrite replaces them)"]))
    assert kept.keys() == EDITED.keys()
    for code, fields in EDITED.items():
        assert set(kept[code].split(", ")) >= fields, code
    after = activities()
    assert {code: after[code] for code in EDITED.keys() & after.keys()} == {
        code: before[code] for code in EDITED.keys() & before.keys()
    }
    assert "A01 (" in lines["Updated"]
    assert after["A01"] != before["A01"]
    assert Activity.objects.get(code="A25").why == "Fordi KL siger det."
    assert Risk.objects.get(code="R98").title == "KL's egen risiko"


def activities() -> dict[str, dict[str, Any]]:
    """Codes to the records of all activities, as `export_content` writes them."""
    return {row.code: record for row, record in read_records(KINDS[Activity.KIND])}


def test_the_search_knows_what_the_options_of_the_survey_are_called_elsewhere(upgraded, db):
    nlp = Option.objects.get(question__code="technologies", code="nlp")
    assert {"chatbot", "LLM", "language model"} <= set(nlp.synonyms)
    codes = Question.objects.filter(is_searchable=True).values_list("code", flat=True)
    assert set(codes) == {"services", "technologies", "business-areas"}
    assert set(Question.objects.filter(is_ordinal=True).values_list("code", flat=True)) == {
        "company-size",
        "municipal-experience",
    }


def test_the_groups_get_what_they_lack_and_keep_what_kl_has_given_them(upgraded, db):
    call_command("load_roles", yes=True, verbosity=0)
    editors = Group.objects.get(name="Redaktører").permissions
    assert editors.filter(codename="view_session").exists()
    assert not editors.filter(codename__in=["view_response", "view_vendor", "view_vendormember"]).exists()


def test_the_demonstration_data_are_loaded_on_top(upgraded, db, settings):
    settings.DEBUG = True
    vendors = Vendor.objects.count()
    call_command("load_demo", force=True, verbosity=0)
    assert Vendor.objects.count() == vendors
