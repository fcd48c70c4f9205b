"""Texts that version 1.0.0 has stored as they were typed are cleaned as forms clean what is sent."""

import pytest

from kl_ai.stored_texts import clean_rows
from legaltoolbox.models import Activity, LegalSource
from marketoverview.models import Response, Vendor
from tests.builders import make_response


def test_texts_are_what_their_forms_would_store(db):
    response = make_response("Nordstjernen", "draft")
    Vendor.objects.update(name="Nord\u00a0 stjernen\u200b")
    Response.objects.update(
        description="Vi laver AI.\r\n\r\nOgså  til kommuner.\u00ad", contact_email="ki@nord.example"
    )
    assert clean_rows(Vendor) == clean_rows(Response) == 1
    response = Response.objects.select_related("vendor").get(pk=response.pk)
    assert response.vendor.name == "Nord stjernen"
    assert response.description == "Vi laver AI.\n\nOgså  til kommuner."
    assert clean_rows(Vendor) == clean_rows(Response) == 0


def test_the_content_that_comes_with_the_portal_is_clean(content_rows):
    assert clean_rows(Activity) == clean_rows(LegalSource) == 0


def test_two_rows_do_not_become_the_same(content_rows):
    first, second = LegalSource.objects.order_by("pk")[:2]
    LegalSource.objects.filter(pk=second.pk).update(name=f"{first.name}\u200b")
    assert clean_rows(LegalSource) == 0
    assert LegalSource.objects.get(pk=second.pk).name == f"{first.name}\u200b"


@pytest.mark.parametrize("text", ["En titel", "To  mellemrum", "Hårdt\u00a0mellemrum"])
def test_a_short_text_has_single_spaces(text, content_rows):
    activity = Activity.objects.get(code="A25")
    Activity.objects.filter(pk=activity.pk).update(title=text)
    clean_rows(Activity)
    activity.refresh_from_db()
    assert activity.title == " ".join(text.split())
