"""Every page of the administration on a phone: nothing scrolls sideways but a table in its own region, and axe is content."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.urls import reverse

from kl_ai.admin.history import TracedAdmin
from kl_ai.admin.private_names import model_admins
from kl_ai.mail.models import BadAddress, OutgoingMail
from marketoverview.models import FigureComment, JoinRequest, Question, Response, Vendor, map_answer
from marketoverview.review.own_words import own_words
from tests.admin_pages import logged_in
from tests.browser import TOO_WIDE, follow
from tests.builders import make_administrator, make_invitation, make_response

LONG = "Sammenslutningen af Åbenrå-virksomheder-med-uhyre-lange-navne A/S"


@pytest.fixture
def administrator(demo, stranger):
    """Somebody who sees every page, and a row of each kind, some with very long words."""
    administrator = make_administrator("administrator@kl.example")
    vendor = Vendor.objects.first()
    own = {"answers": {"services": ["other"]}, "own_words": {"services": "ord" * 40}}
    make_response(LONG, "submitted", contact_email="ki@lang.example", **own)
    counted = own_words().filter(response__status="published").first()
    unused = counted.option.question.options.exclude(answers__response=counted.response).first()
    map_answer(counted, unused, administrator)
    make_invitation(f"{'lang' * 12}@vestlyset.example", company_name=LONG)
    JoinRequest.objects.create(vendor=vendor, user=stranger, message="Kære KL. " * 20)
    BadAddress.mark("retur@agern.example", "550 5.1.1 mailbox-does-not-exist-at-this-server" * 4)
    FigureComment.objects.create(question=Question.objects.first(), text_da="Nyt " * 80)
    mail = OutgoingMail(key="k", to="ki@agern.example", kind="try", language="da", subject="Hej " * 30, body="x" * 300)
    OutgoingMail.queue(mail)
    return administrator


def paths() -> Iterator[str]:
    """Each model's list, empty form, and the pages of one row; then the pages that Django does not have."""
    for model_admin in model_admins(admin.site):
        name = f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}"
        yield from (reverse(f"{name}_changelist"), reverse(f"{name}_add"))
        if row := model_admin.model._default_manager.order_by("-pk").first():
            yield from (reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history", "delete"))
            if isinstance(model_admin, TracedAdmin) and (version := row.history.first()):
                yield reverse(f"{name}_simple_history", args=[row.pk, version.pk])
    submitted = Response.objects.get(company_name=LONG).pk
    response = "admin:marketoverview_response"
    yield from (reverse("admin:index"), reverse("admin:my_mails"), reverse(f"{response}_inbox"))
    yield from (reverse("admin:app_list", args=[app]) for app in ("marketoverview", "legaltoolbox", "kl_ai"))
    yield reverse("admin:marketoverview_invitation_invite")
    yield from (reverse(f"{response}_{page}", args=[submitted]) for page in ("change", "review"))
    yield from (reverse(f"{response}_step", args=[submitted, step]) for step in ("publish", "send-back", "reject"))
    page = reverse("admin:marketoverview_answer_own_words")
    yield from (f"{page}?question=all&state={state}" for state in ("all", "mapped"))


ALIKE = ("/history/", "/delete/")
"""Parts of addresses whose pages are the same template with other words: axe reads three of each kind."""
OWN_SCROLL = """() => [...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1
  && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && !e.matches('select, textarea'))
  .filter(e => e.tabIndex < 0 || !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby'))
  .map(e => e.tagName.toLowerCase() + (e.id && '#' + e.id) + '.' + e.className)"""
"""What scrolls sideways by itself and has no name, or does not take the focus of the keyboard."""


def test_every_page_fits_a_phone_and_is_accessible(administrator, desktop, log_in, inspector):
    log_in(desktop, administrator)
    client = logged_in(administrator)
    shown = [path for path in paths() if client.get(path).status_code == 200]  # others may not be added or deleted
    seen: Counter[str] = Counter()
    for path in shown:
        desktop.goto(path)
        inspector.check_width()
        inspector.problems += [f"{path}: scrolls without a name: {each}" for each in desktop.evaluate(OWN_SCROLL)]
        kind = next((kind for kind in ALIKE if kind in path), path)
        seen[kind] += 1
        if seen[kind] <= 3:
            inspector.check_accessibility("phone")
        inspector.problems += [f"{path}: wider than a phone: {each}" for each in desktop.evaluate(TOO_WIDE)]
    assert inspector.problems == []
    assert len(shown) > 80


CUT = """() => [...document.querySelectorAll('.results')].filter(e => e.scrollWidth > e.clientWidth + 1)
  .map(e => `${e.scrollWidth} px in ${e.clientWidth} px`)"""
"""The tables of lists of which a column is out of sight."""
BROKEN = """() => [...document.querySelectorAll('#result_list tbody td')]
  .filter(cell => /^\\d{1,2}\\.\\d{1,2}\\.\\d{4}$/.test(cell.textContent.trim()) && cell.clientHeight > 0)
  .filter(cell => { const range = document.createRange(); range.selectNodeContents(cell)
    return range.getClientRects().length > 1 }).map(cell => cell.textContent)"""
"""The dates that are broken over two lines."""


def test_no_list_has_a_column_out_of_sight(administrator, open_page, log_in):
    page = open_page("desktop")
    log_in(page, administrator)
    problems = []
    for size in ((1280, 900), (1024, 900), (768, 900), (390, 844)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for model_admin in model_admins(admin.site):
            name = f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist"
            page.goto(reverse(name))
            problems += [f"{name} at {size[0]}: {each}" for each in page.evaluate(CUT) + page.evaluate(BROKEN)]
    assert problems == []


def test_on_a_phone_each_value_of_a_list_has_its_label(administrator, open_page, log_in):
    page = open_page("phone")
    log_in(page, administrator)
    page.goto(reverse("admin:marketoverview_surveyround_changelist"))
    cell = page.locator("#result_list tbody td.field-opens_on").first
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Åbner den"'


def test_filters_are_folded_until_one_is_on(administrator, desktop, log_in):
    log_in(desktop, administrator)
    address = reverse("admin:marketoverview_invitation_changelist")
    desktop.goto(address)
    waiting = desktop.get_by_role("link", name="venter", exact=True)
    assert not waiting.is_visible()
    desktop.get_by_text("Filtre: ").click()
    follow(waiting)
    assert desktop.url.endswith("state=waiting")
    assert desktop.get_by_text("Der er filtre på").is_visible()
    assert desktop.get_by_role("link", name="annulleret", exact=True).is_visible()
