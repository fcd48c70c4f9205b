"""The vendor's page in the administration shows days and times as they are in Denmark."""

from datetime import UTC, datetime

import pytest

from marketoverview.models import MembershipEvent, Response, Vendor
from tests.admin_pages import admin_url
from tests.builders import make_response

pytestmark = pytest.mark.django_db


def test_the_days_of_a_vendors_page_are_those_of_denmark(curator_client, vendor, owner):
    response = make_response(vendor, "submitted")
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # half past midnight in Denmark
    Response.objects.filter(pk=response.pk).update(submitted_at=late)
    event = MembershipEvent.record(vendor, MembershipEvent.What.LEFT, owner, owner)
    MembershipEvent.objects.filter(pk=event.pk).update(at=late)
    text = curator_client.get(admin_url(Vendor, "change", vendor.pk)).content.decode()
    assert "(2.7.2026)" in text
    assert "2.7.2026 00:30" in text
    assert "1.7.2026" not in text
    event.refresh_from_db()
    assert str(event).endswith("2026-07-02 00:30")
