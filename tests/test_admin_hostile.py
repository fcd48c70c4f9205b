"""Addresses and forms that no page of the administration has made end in a page with a sentence, never in an error.

Random ones of every registered model and of the administration's own pages; those that once failed stand as examples.
"""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kl_ai.admin.private_names import model_admins
from kl_ai.mail.models import BadAddress, OutgoingMail
from legaltoolbox.models import Role
from marketoverview.models import JoinRequest, Question, Response, SurveyRound, Vendor
from tests.admin_addresses import admin_paths
from tests.admin_pages import admin_url, form_data, logged_in, message_text
from tests.builders import make_curator, make_invitation, make_user

HUGE = "99999999999999999999"
VALUES = (
    "", "abc", "-1", "0", "1e9", "1.5", HUGE, "9223372036854775808", "2147483648", "a\x00b", "%00", "[x]", "https://[x]", "https://℀.dk",
    "NaN", "None", "null", "1,2", "9999", "10000", "2026-13-45", "æøå", "٣", "²", "\ufffd", "\u202e", "x" * 3_000, "{}", "'", "<b>",
)  # fmt: skip
values = st.sampled_from(VALUES)
FEW = hypothesis_settings(max_examples=30)
ANSWERS = {200, 302, 400, 403, 404, 405, 415}


@pytest.fixture
def boss(demo) -> Client:
    """A superuser's browser; every table that the administration shows has a row."""
    vendor = Vendor.objects.first()
    make_invitation("x@y.example", vendor)
    JoinRequest.objects.create(vendor=vendor, user=make_user())
    OutgoingMail.objects.create(key="1", to="a@b.example", language="da", subject="s", body="b")
    BadAddress.objects.create(email="bad@b.example")
    return logged_in(make_user("boss@kl.example", is_staff=True, is_superuser=True))


def models() -> list[Any]:
    return [model_admin.model for model_admin in model_admins(admin.site)]


def get(client: Client, path: str, **parameters: str) -> Any:
    response = client.get(path, QUERY_STRING=urlencode(parameters))
    assert response.status_code in ANSWERS, (path, parameters)
    return response


# Lists ------------------------------------------------------------------------------------------


def filter_names(model: Any) -> list[str]:
    """Parameters of the model's list: those of the page itself, and look-ups of its columns."""
    columns = [field.name for field in model._meta.get_fields() if field.concrete]
    lookups = ("", "__exact", "__in", "__gte", "__range", "__regex", "__isnull", "__year", "__id__exact")
    hierarchy = [f"{column}__{part}" for column in ("created_at",) for part in ("year", "month", "day")]
    return [
        "q",
        "p",
        "o",
        "e",
        "all",
        "_facets",
        "_popup",
        "_to_field",
        *hierarchy,
        *(f"{column}{lookup}" for column in columns for lookup in lookups),
    ]


@FEW
@given(data=st.data())
def test_a_list_answers_any_filter(boss, data):
    model = data.draw(st.sampled_from(models()))
    parameters = data.draw(st.dictionaries(st.sampled_from(filter_names(model)), values, min_size=1, max_size=3))
    get(boss, admin_url(model, "changelist"), **parameters)


@pytest.mark.parametrize(
    ("model", "name", "value"),
    [
        (Response, "id__in", HUGE), (Response, "round", HUGE), (Response, "round__id__exact", HUGE), (Response, "vendor", HUGE),
        (Response, "vendor__in", HUGE), (Response, "vendor__gt", HUGE), (Response, "id__range", f"1,{HUGE}"),
        (OutgoingMail, "created_at__year", "9999"), (OutgoingMail, "created_at__year", HUGE), (OutgoingMail, "created_at__year", "abc"),
        (OutgoingMail, "created_at__gte", "1e9"), (OutgoingMail, "kind", "a\x00b"), (Question, "rounds__id__exact", HUGE),
        (Question, "rounds__in", f"{HUGE},1"), (Vendor, "country", "a\x00b"), (Vendor, "name__regex", "("), (Vendor, "name__range", "abc"), (SurveyRound, "p", HUGE),
    ],
)  # fmt: skip
def test_a_filter_that_no_row_can_meet_shows_no_row_or_is_left_out(boss, model, name, value):
    response = boss.get(admin_url(model, "changelist"), {name: value})
    assert response.status_code in (200, 302, 400)


def test_a_filter_that_is_left_out_is_said(boss):
    page = boss.get(admin_url(Response, "changelist"), {"round": "abc"}, follow=True)
    assert "The address had a filter that the list does not know" in message_text(page)
    assert page.context["cl"].result_count == Response.objects.count()


def test_a_filter_by_a_number_past_64_bits_finds_nothing(boss):
    page = boss.get(admin_url(Response, "changelist"), {"round__id__exact": HUGE})
    assert page.context["cl"].result_count == 0


# Addresses --------------------------------------------------------------------------------------


@FEW
@given(data=st.data())
def test_an_address_with_any_key_is_a_page_or_404(boss, data):
    model = data.draw(st.sampled_from(models()))
    name = data.draw(
        st.sampled_from(["change", "delete", "history", "simple_history", "preview", "review", "decide", "step"])
    )
    keys = data.draw(st.lists(values.filter(bool), min_size=1, max_size=2))
    try:
        path = admin_url(model, name, *keys)
    except NoReverseMatch:
        return
    get(
        boss,
        path,
        **data.draw(st.dictionaries(st.sampled_from(["_popup", "_to_field", "_changelist_filters"]), values)),
    )
    assert boss.post(path, {"post": "yes"}).status_code in ANSWERS


@pytest.mark.parametrize("key", ["a%00b", HUGE, "abc", "-1", "%ED%A0%80", "1%2F..%2F2", "_00", "_5F"])
def test_the_page_of_a_row_by_its_type_is_404(boss, key):
    for content_type in ContentType.objects.all():
        assert boss.get(f"/admin/r/{content_type.pk}/{key}/").status_code == 404
    for model in models():
        for page in ("", "change/", "delete/", "history/"):
            assert boss.get(f"{admin_url(model, 'changelist')}{key}/{page}").status_code in (302, 403, 404, 410)


@FEW
@given(data=st.data())
def test_a_look_up_answers_any_parameter(boss, data):
    parameters = {"app_label": "marketoverview", "model_name": "vendormember", "field_name": "user", "term": "a"}
    names = st.sampled_from([*parameters, "page", "x"])
    get(boss, reverse("admin:autocomplete"), **parameters | data.draw(st.dictionaries(names, values)))


@FEW
@given(data=st.data())
def test_the_form_of_a_new_row_takes_any_parameter(boss, data):
    model = data.draw(st.sampled_from(models()))
    names = [field.name for field in model._meta.get_fields() if field.concrete] + ["_popup", "_to_field"]
    get(boss, admin_url(model, "add"), **data.draw(st.dictionaries(st.sampled_from(names), values, min_size=1)))


@pytest.mark.parametrize("value", ["abc", HUGE, "a\x00b", "1,2"])
def test_a_new_response_for_a_vendor_that_cannot_be_shows_the_form(boss, value):
    assert boss.get(admin_url(Response, "add"), {"vendor": value}).status_code == 200


# Forms ------------------------------------------------------------------------------------------


def form_paths() -> list[str]:
    """The pages with a form of every model, and the administration's own pages."""
    own = [path for name, path in admin_paths().items() if not name.endswith(("_changelist", "_delete", "_history"))]
    return sorted({path for path in own if "logout" not in path})


@hypothesis_settings(max_examples=50)
@given(data=st.data())
def test_a_form_answers_anything_in_its_fields(boss, data):
    """Every example starts from the same rows: what one has stored is taken back."""
    savepoint = transaction.savepoint()
    try:
        path = data.draw(st.sampled_from(form_paths()))
        page = boss.get(path)
        sent = form_data(page.content.decode()) if page.status_code == 200 else {}
        names = st.sampled_from([*sent, "id", "x-0-id", "action", "_selected_action", "answers", "undo", "state"])
        changes = data.draw(st.dictionaries(names, values | st.lists(values, max_size=3), min_size=1, max_size=4))
        left_out = data.draw(st.sets(names, max_size=2))
        response = boss.post(path, {name: value for name, value in (sent | changes).items() if name not in left_out})
        assert response.status_code in ANSWERS, (path, changes)
    finally:
        transaction.savepoint_rollback(savepoint)


BODIES = (
    (json.dumps({"a": [1]}), "application/json"), (b"\x00\xff", "multipart/form-data; boundary=x"), (b"", "multipart/form-data"),
    (b"%00=%ff&%ED%A0%80=1&x-TOTAL_FORMS=1", "application/x-www-form-urlencoded"), (b"a", "text/plain; charset=nope"),
    (b"a=b", "application/x-www-form-urlencoded; charset=utf-7"),
)  # fmt: skip


@pytest.mark.parametrize("first", range(len(BODIES)))
def test_a_body_of_any_kind_is_answered(boss, first):
    """Six runs: in each every body is sent to another sixth of the pages."""
    for number, path in enumerate(form_paths()):
        body, content_type = BODIES[(first + number) % len(BODIES)]
        assert boss.generic("POST", path, body, content_type).status_code in ANSWERS, (path, content_type)


@FEW
@given(data=st.data())
def test_an_action_answers_any_selection(boss, data):
    model_admin = data.draw(st.sampled_from([one for one in model_admins(admin.site) if one.actions]))
    action = data.draw(st.sampled_from([*model_admin.actions, "delete_selected", "", "x"]))
    sent = {"action": action, "_selected_action": data.draw(st.lists(values, max_size=3))}
    sent |= data.draw(st.dictionaries(st.sampled_from(["index", "select_across", "post"]), values))
    assert boss.post(admin_url(model_admin.model, "changelist"), sent).status_code in ANSWERS


@pytest.mark.parametrize("value", ["abc", HUGE, "a\x00b", "https://[x]"])
def test_a_link_that_cannot_be_is_refused_at_its_field(boss, value):
    role = Role.objects.first()
    path = admin_url(Role, "change", role.pk)
    page = boss.post(path, form_data(boss.get(path).content.decode()) | {"sources": [value], "name": "Nyt navn"})
    assert page.context["adminform"].form.errors["sources"]
    assert 'value="Nyt navn"' in page.content.decode()
    role.refresh_from_db()
    assert role.name != "Nyt navn"


# Rows of a form -----------------------------------------------------------------------------------


@pytest.fixture
def question_form(boss):
    """The path of a question's form, and what it sends after one label was changed."""
    question = Question.objects.filter(options__isnull=False).first()
    path = admin_url(Question, "change", question.pk)
    sent = form_data(boss.get(path).content.decode())
    assert int(sent["options-TOTAL_FORMS"]) > 1
    return path, sent | {"options-1-label_da": "Ændret tekst"}


@pytest.mark.parametrize("name", ["options-TOTAL_FORMS", "options-INITIAL_FORMS"])
@pytest.mark.parametrize("value", ["1000000000", "-1", "abc", "", "0", "1", "2000", HUGE, "1e9", None])
def test_a_wrong_number_of_rows_is_refused_and_no_row_is_lost(boss, question_form, name, value):
    path, sent = question_form
    changed = {key: text for key, text in (sent | {name: value}).items() if text is not None}
    page = boss.post(path, changed)
    assert page.status_code == 200
    text = page.content.decode()
    assert "did not arrive as the page shows it" in text or "A row was deleted by somebody else" in text
    again = form_data(page.content.decode())
    assert again["options-1-label_da"] == "Ændret tekst"
    assert again["options-TOTAL_FORMS"] == sent["options-TOTAL_FORMS"]
    assert boss.post(path, again).status_code == 302  # what comes back can be saved


@pytest.mark.parametrize("model", [Vendor, Response])
@pytest.mark.parametrize("changes", [{"TOTAL_FORMS": "1000000000"}, {"INITIAL_FORMS": "1000"}, {"999-x": "1"}])
def test_no_number_of_rows_makes_a_form_of_a_thousand(boss, model, changes):
    """Each row has its own choices: a thousand take a minute. Also where the rows are shown only."""
    for path in (admin_url(model, "add"), admin_url(model, "change", model.objects.first().pk)):
        sent = form_data(boss.get(path).content.decode())
        prefixes = [name.removesuffix("-TOTAL_FORMS") for name in sent if name.endswith("-TOTAL_FORMS")]
        page = boss.post(
            path, sent | {f"{prefix}-{name}": text for prefix in prefixes for name, text in changes.items()}
        )
        for formset in page.context["inline_admin_formsets"] if page.status_code == 200 else ():
            assert len(formset.formset.forms) < 50


def test_a_row_beyond_a_gap_is_not_passed_over_in_silence(boss, question_form):
    path, sent = question_form
    last = int(sent["options-TOTAL_FORMS"])
    page = boss.post(path, sent | {"options-TOTAL_FORMS": str(last + 1), f"options-{last + 5}-label_da": "Fjern række"})
    assert "did not arrive as the page shows it" in page.content.decode()
    again = form_data(page.content.decode())
    assert again[f"options-{last}-label_da"] == "Fjern række"
    assert again["options-1-label_da"] == "Ændret tekst"


@pytest.mark.parametrize("value", [HUGE, "abc", "", "-1", "a\x00b"])
def test_a_row_with_a_wrong_key_is_refused_and_comes_back(boss, question_form, value):
    path, sent = question_form
    page = boss.post(path, sent | {"options-1-id": value})
    assert page.status_code == 200
    assert "Ændret tekst" in page.content.decode()


def test_a_row_of_another_question_is_not_taken(boss, question_form):
    path, sent = question_form
    other = Question.objects.exclude(pk=path.split("/")[-3]).filter(options__isnull=False).first().options.first()
    boss.post(path, sent | {"options-1-id": str(other.pk)})
    label = other.label_da
    other.refresh_from_db()
    assert other.label_da == label


def test_a_curator_saves_a_form_whose_rows_are_shown_only(demo):
    """Rows that one may only read are not sent at all."""
    vendor = Vendor.objects.first()
    client = logged_in(make_curator("kurator2@kl.example"))
    path = admin_url(Vendor, "change", vendor.pk)
    page = client.get(path)
    assert page.context["has_change_permission"]
    assert client.post(path, form_data(page.content.decode())).status_code == 302
