"""No template reads the database: a page is complete before it is rendered. Django's own templates of the administration do."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.template import engines
from django.template.base import Node
from django.test import Client
from django.urls import reverse

from kl_ai.admin.private_names import model_admins
from marketoverview.mails import notifications
from marketoverview.mails.membership import send_membership_news
from marketoverview.models import Answer, Invitation, JoinRequest, Option, Response, object_to_mapping
from tests.builders import make_invitation, make_response, make_user, make_vendor
from tests.environment import ROOT
from tests.marketoverview.vendor_addresses import TABLE, address
from tests.pages import ADDRESSES

pytestmark = pytest.mark.any_database

OWN_TEMPLATES = f"{ROOT / 'templates'}/"
DJANGO_READS_IN = {
    "django: admin/index.html",  # what the user has done last
    "django: admin/change_list.html",  # the choices of a filter, the dates above a list
    "django: admin/includes/fieldset.html",  # the choices of a field, a read-only field
    "django: admin/edit_inline/stacked.html",  # the same in rows, and the name of each row
    "admin/edit_inline/tabular.html",  # the portal has its own in the place of Django's
}
"""Templates of the administration that evaluate querysets of Django's own forms and lists."""


@contextmanager
def template_queries() -> Iterator[list[str]]:
    """The queries made while a template renders, each as “template: tag: SQL”."""
    queries: list[str] = []

    def wrapper(execute, sql, params, many, context):
        frame, is_rendering, node = sys._getframe(1), False, None
        while frame and node is None:
            is_rendering = is_rendering or "/django/template/" in frame.f_code.co_filename
            node = frame.f_locals["self"] if frame.f_code is Node.render_annotated.__code__ else None
            frame = frame.f_back
        if is_rendering and (template := template_name(node)) not in DJANGO_READS_IN:
            queries.append(f"{template}: {node and node.token.contents}: {sql[:80]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield queries


def template_name(node: Node | None) -> str:
    """The name of the template that has the node, with `django: ` for one of Django's administration; "" without a node."""
    path = node.origin.name if node else ""
    name_in_django = path.partition("/django/contrib/admin/templates/")[2]
    return f"django: {name_in_django}" if name_in_django else path.removeprefix(OWN_TEMPLATES)


def failures(browser: Client, requests: list[tuple[str, dict[str, str] | None]]) -> list[str]:
    """The queries in templates of these requests: path and the form's data, None for a GET."""
    found = []
    for path, data in requests:
        with template_queries() as queries:
            response: Any = browser.get(path) if data is None else browser.post(path, data)
            response.getvalue()
        found += [f"{path}: {query}" for query in queries]
    return found


def test_a_query_in_a_template_is_seen(survey):
    template = engines["django"].from_string("{% for option in options %}{{ option.question }}{% endfor %}")
    with template_queries() as queries:
        template.render({"options": Option.objects.all()[:1]})
        list(Option.objects.all()[:1])
    assert len(queries) == 2
    assert "for option in options" in queries[0]
    assert "option.question" in queries[1]


@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.is_page], ids=lambda a: "-".join([a.name, *a.args]))
def test_no_page_of_the_portal_reads_in_its_template(address, demo, visitors):
    paths = [(address.path("da", query), None) for query in address.queries]
    assert [failure for browser in visitors.values() for failure in failures(browser, paths)] == []


def test_no_error_page_reads_in_its_template(demo, visitors):
    paths = [("/findes-ikke/", None), ("/markedsoverblik/virksomheder/findes-ikke/", None)]
    assert [failure for browser in visitors.values() for failure in failures(browser, paths)] == []


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_no_page_of_a_vendor_reads_in_its_template(row, world, visitors):
    path = address(row, world)
    requests = [(path, None), (path, {"email": "ingen adresse"})]
    assert [failure for browser in visitors.values() for failure in failures(browser, requests)] == []


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "rejected", "published", "archived", "withdrawn"])
def test_no_page_of_a_response_reads_in_its_template(status, survey, vendor, owner, client):
    response = make_response(vendor, status)
    make_invitation(owner.email, make_vendor("Sydkorset"))
    names = ("response", "tasks", "review")
    paths = [reverse(f"vendor:{name}", args=[response.pk]) for name in names]
    paths += [reverse("vendor:part", args=[response.pk, part]) for part in ("company", "offerings", "contact")]
    paths += [reverse("vendor:company", args=[vendor.slug]), reverse("vendor:home")]
    client.force_login(owner)
    assert failures(client, [(path, None) for path in paths]) == []


def test_no_mail_reads_in_its_template(world):
    mapped_answer = Answer.objects.get(pk=world.mapped_answer)
    world.vendor.admit(make_user(), None)
    with template_queries() as queries:
        mails = [
            *notifications.send_receipt(Response.objects.get(pk=world.public.pk)),
            *notifications.send_decision(Response.objects.get(pk=world.public.pk)),
            notifications.send_invitation(Invitation.objects.get(pk=world.invitation.pk)),
            *notifications.send_join_request(JoinRequest.objects.get(pk=world.join_request.pk)),
            *send_membership_news(world.vendor),
            *notifications.send_mapping_notice(mapped_answer),
        ]
    assert {mail.kind for mail in mails} == {
        "receipt",
        "decision",
        "invitation",
        "asked_to_join",
        "membership",
        "mapped",
    }
    assert queries == []


# The administration -----------------------------------------------------------------------------


def model_paths() -> Iterator[str]:
    """The list and the empty form of each model, and the pages of its first row with the version stored last."""
    for model_admin in model_admins(admin.site):
        name = f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}"
        yield from (reverse(f"{name}_changelist"), reverse(f"{name}_add"))
        if row := model_admin.model._default_manager.first():
            yield from (reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history", "delete"))
            if hasattr(model_admin.model, "history") and (version := row.history.first()):
                yield reverse(f"{name}_simple_history", args=[row.pk, version.pk])


def own_paths(submitted: Response) -> Iterator[str]:
    """The administration's pages that Django does not have."""
    name = "admin:marketoverview_response"
    yield from (reverse("admin:index"), reverse(f"{name}_inbox"), reverse("admin:marketoverview_invitation_invite"))
    yield reverse(f"{name}_change", args=[submitted.pk])
    yield reverse(f"{name}_review", args=[submitted.pk])
    yield from (reverse(f"{name}_step", args=[submitted.pk, step]) for step in ("publish", "send-back", "reject"))
    for state in ("all", "waiting", "left", "mapped", "objected", "submitted"):
        yield f"{reverse('admin:marketoverview_answer_own_words')}?question=services&state={state}"


def test_no_template_of_the_administration_reads(demo, world, owner, visitors):
    object_to_mapping(Answer.objects.get(pk=world.mapped_answer), owner, "Det er noget andet.")
    submitted = make_response("Vestlyset", "submitted", answers={"services": ["other"]}, own_words={"services": "Etik"})
    own, paths = list(own_paths(submitted)), list(model_paths())
    assert [visitors["curator"].get(path).status_code for path in own] == [200] * len(own)
    assert failures(visitors["curator"], [(path, None) for path in [*own, *paths]]) == []
    assert failures(visitors["curator"], [(path, {"text": "x"}) for path in own[1:]]) == []
