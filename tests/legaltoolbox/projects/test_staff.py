"""What KL's staff see in the administration of what projects contain: nothing. Mails and logins are theirs to look after."""

import pytest

from kl_ai.mail.models import OutgoingMail
from tests.admin_pages import admin_url, logged_in
from tests.builders import make_administrator, make_curator

SECRET = "Hjemmeplejens hemmelige plan"


@pytest.fixture
def staff(db):
    return logged_in(make_curator("curator@kl.example"))


def make_mail(kind: str) -> OutgoingMail:
    mail = OutgoingMail(
        key=kind, to="lead@k9901.example", kind=kind, language="da", subject=SECRET, body=f"Om {SECRET}"
    )
    return OutgoingMail.queue(mail)


@pytest.mark.parametrize("kind", ["project_step", "project_deletion", "tasks_due"])
def test_no_words_of_a_mail_about_a_project_are_shown_or_found(kind, staff):
    mail = make_mail(kind)
    paths = (
        admin_url(OutgoingMail, "change", mail.pk),
        admin_url(OutgoingMail, "changelist"),
        admin_url(OutgoingMail, "changelist") + "?q=k9901",
    )
    for path in paths:
        html = staff.get(path).content.decode()
        assert SECRET not in html, path
        assert mail.to in html, path
    found = staff.get(admin_url(OutgoingMail, "changelist"), {"q": "hemmelige"})
    assert found.context["cl"].result_count == 0


def test_the_words_of_other_mails_are_shown_and_found(staff):
    mail = make_mail("receipt")
    assert SECRET in staff.get(admin_url(OutgoingMail, "change", mail.pk)).content.decode()
    assert staff.get(admin_url(OutgoingMail, "changelist"), {"q": "hemmelige"}).context["cl"].result_count == 1


def test_the_page_that_deletes_a_login_counts_projects_and_names_none(team):
    page = logged_in(make_administrator()).get(admin_url(type(team.lead.user), "delete", team.lead.user.pk))
    html = page.content.decode()
    assert page.status_code == 200
    assert team.project.title not in html
    assert team.municipality.name in html
