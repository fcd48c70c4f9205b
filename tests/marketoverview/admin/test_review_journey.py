"""A curator sends a response back with standard reasons, and sees what was corrected, with JavaScript and without."""

import pytest

from marketoverview.models import Response, StandardReason
from tests.admin_pages import admin_url
from tests.browser import follow
from tests.builders import make_response, make_user

pytestmark = pytest.mark.django_db(transaction=True)
VAGUE = "Teksten er for upræcis."
THANKS = "Tak for jeres svar."


@pytest.fixture
def submitted(survey) -> Response:
    StandardReason.objects.create(use="item", text_da=VAGUE, text_en="The text is too vague.")
    StandardReason.objects.create(use="send_back", text_da=THANKS, text_en="Thank you for your answers.")
    return make_response(
        "Agern", "submitted", description="Vi hjælper små kommuner", answers={"services": ["advisory"]}
    )


@pytest.mark.parametrize("size", ["phone", "without_javascript"])
def test_sent_back_with_standard_reasons_corrected_and_published(size, submitted, curator, open_page, log_in):
    page = open_page(size)
    log_in(page, curator)
    address = admin_url(Response, "review", submitted.pk, language="da")
    page.goto(address)
    page.locator("details.remark").filter(has=page.locator('[name="remark-description"]')).locator("summary").click()
    page.locator('select[name="standard-remark-description"]').select_option(label=VAGUE)
    page.locator('select[name="standard-reason"]').select_option(label=THANKS)
    filled = page.locator('textarea[name="remark-description"]').input_value()
    assert filled == (VAGUE if size == "phone" else "")
    follow(page.get_by_role("button", name="Send tilbage"))
    response = Response.objects.get(pk=submitted.pk)
    assert (response.status, response.reason, response.remarks) == ("returned", THANKS, {"description": VAGUE})
    assert page.get_by_text("Intet venter.").is_visible()

    Response.objects.filter(pk=response.pk).update(description="Vi hjælper store kommuner")
    Response.objects.get(pk=response.pk).submit(make_user(member_of=response.vendor))
    page.goto(address)
    assert page.get_by_role("heading", name="Indsendt igen").is_visible()
    assert page.locator(".since ins").inner_text().strip() == "store"
    assert page.locator(".since del").inner_text().strip() == "små"
    follow(page.get_by_role("button", name="Offentliggør"))
    assert Response.objects.get(pk=response.pk).status == "published"
    assert page.get_by_text("Intet venter.").is_visible()


LOOK = """element => {
  const style = getComputedStyle(element)
  return {ink: style.color, background: style.backgroundColor, width: element.getBoundingClientRect().width}
}"""


def test_what_is_printed_is_complete_and_readable_without_backgrounds(submitted, curator, open_page, log_in):
    submitted.send_back(curator, THANKS, {"description": VAGUE})
    page = open_page("desktop")
    page.set_viewport_size({"width": 1280, "height": 900})
    log_in(page, curator)
    page.goto(admin_url(Response, "review", submitted.pk, language="da"))
    page.emulate_media(media="print")
    headings = [heading.evaluate(LOOK) for heading in page.locator(".review .change h2").all()]
    assert headings
    assert {(heading["ink"], heading["background"]) for heading in headings} == {
        ("rgb(26, 26, 26)", "rgba(0, 0, 0, 0)")
    }
    assert headings[0]["width"] > 1200
    assert page.get_by_text(VAGUE).is_visible()  # folded on the screen
    assert page.get_by_text(f"Siden, som {curator} så den").is_visible()
    assert not page.get_by_role("button", name="Begrund").first.is_visible()
