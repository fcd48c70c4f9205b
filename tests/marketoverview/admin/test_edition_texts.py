"""The page on which a curator takes texts of a vendor out of the editions."""

import pytest
from django.contrib.admin.models import LogEntry

from kl_ai.security.models import Reading
from marketoverview.models import Edition, Response, Vendor, freeze_month
from tests.admin_pages import Page, admin_url, logged_in, message_text
from tests.builders import make_editor, make_response
from tests.marketoverview.edition_files import checked, json_file, make_full_response
from tests.reading import read

pytestmark = pytest.mark.django_db

PERSON = "Ring til Hans Æble, 12 34 56 78"


@pytest.fixture
def agern() -> Response:
    response = make_full_response()
    Response.objects.filter(pk=response.pk).update(description=PERSON)
    return response


@pytest.fixture
def edition(agern) -> Edition:
    edition = freeze_month()
    assert edition is not None
    return edition


def description(edition: Edition) -> str:
    return json_file(checked(edition))["companies"][0]["description"]


def editions_url(vendor: Vendor) -> str:
    return admin_url(Vendor, "editions", vendor.pk)


# The page -----------------------------------------------------------------------------------------


def test_a_curator_takes_a_text_out_on_a_page_of_its_own(agern, edition, curator_client):
    assert editions_url(agern.vendor) in Page(curator_client, admin_url(Vendor, "change", agern.vendor_id)).text
    page = Page(curator_client, editions_url(agern.vendor))
    assert page.text.count("It is public now, too") == 3, "description, own words, title of the example"
    shown = read(curator_client, editions_url(agern.vendor))
    boxes = {row.find("label").text: row.find("input").attrs["value"] for row in shown.find_all("p", "checkbox-row")}
    assert set(boxes) == {PERSON, "Dataetik; æøå", "Post"}
    missing = page.send(reason="")
    assert "Tick at least one text." in missing.content.decode()
    assert description(edition) == PERSON
    kept = page.send(texts=boxes[PERSON], reason="").content.decode()
    assert "Fill in this field." in kept
    assert kept.count(" checked") == 1, "the tick stays"
    done = page.send(texts=boxes[PERSON], reason="Efter ønske fra personen.")
    assert "Taken out of 1 edition." in message_text(done)
    assert description(edition) == ""
    again = page.send(texts=boxes[PERSON], reason="Efter ønske fra personen.")  # a second press, or another tab
    assert "One of the texts is no longer in the editions." in again.content.decode()
    (entry,) = LogEntry.objects.filter(object_id=str(agern.vendor_id))
    assert "Hans" not in entry.change_message
    assert Reading.objects.filter(page="vendor: editions").exists()


def test_the_page_of_a_vendor_that_is_in_no_edition_says_so(curator_client):
    vendor = make_response("Birk").vendor
    assert "The editions hold no text of this vendor." in Page(curator_client, editions_url(vendor)).text
    assert "In no edition." in Page(curator_client, admin_url(Vendor, "change", vendor.pk)).text


def test_editors_take_nothing_out(agern, edition):
    editor = logged_in(make_editor())
    assert editor.get(editions_url(agern.vendor)).status_code == 403
    assert editor.post(editions_url(agern.vendor), {"reason": "Nej"}).status_code == 403
    assert description(edition) == PERSON
