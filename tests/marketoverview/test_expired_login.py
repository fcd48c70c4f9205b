"""Whatever a member sends after the login has expired leads on after the next one: to what was typed, or to the button."""

import pytest
from django.urls import resolve

from kl_ai.login import restore
from tests.mails import log_in
from tests.marketoverview.vendor_addresses import TABLE, address
from tests.pages import ADDRESSES, Access
from tests.reading import parse

TEXT = "En lang tekst med æ, ø og å, som ingen vil skrive igen."
KEPT = "Det, du skrev, er ikke gået tabt."
MEMBERS = [entry for entry in ADDRESSES if entry.access is Access.MEMBER and entry.name not in restore.NOT_KEPT]


@pytest.mark.parametrize("row", [row for row in TABLE if row.anonymous == 401], ids=lambda row: row.name)
def test_what_a_member_sends_at_an_address_of_the_vendor_leads_on(row, world, client, owner):
    leads_on(client, address(row, world), owner)


@pytest.mark.parametrize("entry", MEMBERS, ids=lambda entry: entry.name)
def test_what_a_member_sends_at_an_own_address_leads_on(entry, world, client, owner):
    leads_on(client, entry.path("da"), owner)


def leads_on(client, path: str, owner) -> None:
    view = resolve(path).func
    response = client.post(path, {"text": TEXT, "approve": "yes"})
    assert response.status_code == 302
    assert response.url.startswith("/log-ind/?next=")
    is_post_only = getattr(view, restore.IS_POST_ONLY, False)
    assert (KEPT in client.get(response.url).content.decode()) is not is_post_only
    assert log_in(client, owner.email, next=path).url == path
    response = client.get(path, follow=True)
    assert response.status_code == 200
    shows_it_itself = getattr(view, restore.RESTORABLE, False) or getattr(view, restore.IS_POST_ONLY, False)
    if not shows_it_itself:
        assert parse(response.content.decode()).find("blockquote").text == TEXT


def test_the_login_says_that_something_is_kept_only_where_it_is(client, db):
    assert KEPT not in client.get("/log-ind/?next=/leverandoer/konto/").content.decode()
    client.post("/leverandoer/konto/", {"full_name": TEXT})
    assert KEPT in client.get("/log-ind/?next=/leverandoer/konto/").content.decode()
    assert KEPT not in client.get("/log-ind/?next=/leverandoer/").content.decode()
    assert KEPT not in client.get("/log-ind/").content.decode()
