"""Lists of companies that the tests paste into the page where KL invites them."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from marketoverview.models import Invitation
from tests.admin_pages import Page, admin_url, form_data
from tests.builders import make_invitation, make_round

LIST = "Virksomhed;E-mail;CVR\nEg & Søn;ki@eg.example;13585628\nElm;ki@elm.example\nAgern A/S;ny@agern.example\n;x\n"


def invite(client: Client, text: str = LIST, **changes):
    """Ask for the preview of this list; returns the page."""
    page = Page(client, admin_url(Invitation, "invite"))
    return client.post(page.url, form_data(page.text) | {"text": text} | changes)


def send(client: Client, preview, **changes):
    """Press “Send” on the preview; returns the page that follows."""
    first_form = preview.content.decode().split("</form>")[1]  # after the one that logs out
    return client.post(admin_url(Invitation, "invite"), form_data(first_form) | {"send": "Send"} | changes, follow=True)


def kinds(page) -> list[str]:
    """The outcome of each line, in the order of the list."""
    outcomes = [outcome for section in page.context["sections"] for outcome in section.outcomes]
    return [str(outcome.kind) for outcome in sorted(outcomes, key=lambda outcome: outcome.company.index)]


def make_invitation_by_kl(**fields) -> Invitation:
    defaults = {
        "email": "ki@eg.example",
        "company_name": "Eg",
        "by_kl": True,
        "round": make_round(),
        "created_at": timezone.now() - timedelta(days=2),
    }
    return make_invitation(**defaults | fields)
