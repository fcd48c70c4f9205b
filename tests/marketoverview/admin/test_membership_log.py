"""The log of members on the vendor's page in the administration."""

import pytest

from marketoverview.models import Vendor
from tests.admin_pages import Page, admin_url, logged_in
from tests.builders import make_curator, make_invitation, make_response, make_user

pytestmark = pytest.mark.django_db


def test_kl_reads_who_withdrew_and_who_accepted_its_invitation():
    anna = make_user("anna@fjord.example")
    vendor = make_invitation(anna.email, company_name="Fjord", by_kl=True).accept(anna)
    assert isinstance(vendor, Vendor)
    make_response(vendor).withdraw(anna, "", by_kl=False)
    curator = logged_in(make_curator())
    page = Page(curator, admin_url(Vendor, "change", vendor.pk))
    assert "withdrew the profile (anna@fjord.example)" in page.text
    assert "accepted KL&#x27;s invitation: anna@fjord.example<" in page.text
    assert "a login that is deleted" not in page.text
    assert "registered the company" not in page.text
