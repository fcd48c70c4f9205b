"""A later deadline for one vendor is mailed to its members, once for each day."""

import pytest

from kl_ai.mail.models import OutgoingMail
from marketoverview.mails.notifications import send_extension
from marketoverview.models import DeadlineExtension, SurveyRound, Vendor
from tests.admin_pages import Page, admin_url, logged_in, message_text
from tests.builders import make_round
from tests.days import days

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey_round() -> SurveyRound:
    return make_round("2026", opens_on=days(-10), closes_on=days(-2))


def extend(vendor: Vendor, survey_round: SurveyRound, day: int) -> DeadlineExtension:
    return DeadlineExtension.objects.create(vendor=vendor, round=survey_round, closes_on=days(day), reason="Sygdom")


def test_the_members_get_it_once_for_each_day(survey_round, vendor, owner, colleague):
    extension = extend(vendor, survey_round, 5)
    assert {mail.to for mail in send_extension(extension)} == {owner.email, colleague.email}
    assert send_extension(extension) == []
    extension.closes_on = days(9)
    assert len(send_extension(extension)) == 2
    mail = OutgoingMail.objects.filter(to=owner.email).first()
    assert "Sygdom" in mail.body
    assert vendor.name not in mail.subject


@pytest.mark.parametrize(("day", "fields"), [(-1, {}), (-3, {}), (5, {"closes_on": None}), (5, {"released_at": None})])
def test_what_is_no_later_deadline_is_not_mailed(day, fields, survey_round, vendor, owner):
    SurveyRound.objects.update(**fields)
    survey_round.refresh_from_db()
    assert send_extension(extend(vendor, survey_round, day)) == []


def test_it_is_mailed_from_the_vendors_page(curator, survey_round, vendor, owner):
    page = Page(logged_in(curator), admin_url(Vendor, "change", vendor.pk))
    rows = {"extensions-TOTAL_FORMS": "1", "extensions-0-round": survey_round.pk, "extensions-0-reason": "Ferie"}
    after = page.send(**rows, **{"extensions-0-closes_on": str(days(5))})
    assert "1 mail is queued" in message_text(after)
    assert OutgoingMail.objects.get(kind="extension").to == owner.email
    Page(logged_in(curator), admin_url(Vendor, "change", vendor.pk)).send()
    assert OutgoingMail.objects.filter(kind="extension").count() == 1
