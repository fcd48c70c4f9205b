"""After a resubmission the review shows what has changed since KL sent the response back; standard reasons are data."""

import json
import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from kl_ai.mail.models import OutgoingMail
from marketoverview.mails.notifications import send_decision
from marketoverview.models import Option, Response, SentBackContent, StandardReason
from marketoverview.survey.status import history
from tests.admin_pages import Page, message_text, step
from tests.builders import make_curator, make_offering, make_response, make_user
from tests.marketoverview.review_cases import review

pytestmark = pytest.mark.django_db
VAGUE = "Teksten er for upræcis. Skriv, hvad I gør."
VAGUE_EN = "The text is too vague. Write what you do."


def sent_back(name: str = "Agern", remarks: dict[str, str] | None = None, **fields) -> Response:
    """A response that KL has sent back, with an example."""
    response = make_response(
        name,
        "submitted",
        description="Vi hjælper små kommuner",
        contact_email="salg@agern.example",
        answers={"services": ["advisory", "other"]},
        own_words={"services": "Dataetik"},
        **fields,
    )
    make_offering(response, title="Svarrobot", description="Svarer på spørgsmål")
    response.refresh_from_db()
    response.send_back(
        make_curator(), "Ret venligst.", remarks or {"description": "For kort.", "services": "Hvad er det?"}
    )
    return response


def resubmitted(response: Response, **fields) -> Response:
    Response.objects.filter(pk=response.pk).update(**fields)
    response = Response.objects.get(pk=response.pk)
    response.submit(make_user(member_of=response.vendor))
    return response


def since(page: Page) -> dict[str, object]:
    """Item to the difference since the response was sent back, of the items that show one."""
    return {item["diff"].item: item["since"] for item in page.response.context["items"] if item["since"]}


def test_the_review_shows_what_has_changed_since_and_what_has_not(curator_client):
    response = resubmitted(sent_back(), description="Vi hjælper store kommuner")
    page = review(curator_client, response)
    assert [item for item, diff in since(page).items() if diff.is_change] == ["description"]
    assert "<del> små</del><ins> store</ins>" in page.text
    assert "1 item was changed since." in page.text
    assert "For kort." in page.text
    assert "Hvad er det?" in page.text
    again = page.response.context["resubmission"]
    assert {each["item"]: each["is_changed"] for each in again.remarked_items} == {
        "description": True,
        "services": False,
    }


def test_both_differences_stand_on_the_page(curator_client, curator):
    public = make_response("Agern", description="Vi hjælper", answers={"services": ["advisory"]})
    draft = Response.begin(public.vendor, public.round, make_user(member_of=public.vendor))
    draft = resubmitted(draft, description="Vi hjælper små")
    draft.send_back(curator, "", {"description": "Hvem?"})
    page = review(curator_client, resubmitted(draft, description="Vi hjælper små kommuner"))
    assert "<ins> små kommuner</ins>" in page.text  # against what is public
    assert "<ins> kommuner</ins>" in page.text  # against what was sent back


def test_examples_answers_and_own_words_are_compared_too(curator_client):
    response = sent_back()
    response.answers.filter(option__code="advisory").delete()
    response.answers.filter(option__is_other=True).update(own_words="Etik og data")
    response.offerings.update(title="Svarrobot 2")
    make_offering(response, title="Ny")
    page = review(curator_client, resubmitted(response))
    assert {item for item, diff in since(page).items() if diff.is_change} == {"services", "offerings"}
    assert "Svarrobot" in page.text


def test_nothing_is_said_to_be_changed_where_nothing_was(curator_client):
    page = review(curator_client, resubmitted(sent_back()))
    assert [item for item, diff in since(page).items() if diff.is_change] == []
    assert "0 items were changed since." in page.text


def test_the_contact_is_compared_without_being_kept(curator_client):
    response = sent_back(remarks={"contact": "Brug en fælles postkasse."})
    kept = SentBackContent.objects.get()
    assert "salg@agern.example" not in json.dumps(kept.content)
    page = review(curator_client, resubmitted(response, contact_email="info@agern.example"))
    assert since(page)["contact"].is_change
    assert "salg@agern.example" not in page.text
    assert kept.has_same_contact(Response(pk=response.pk, contact_email="salg@agern.example")) is True


def test_a_response_sent_back_before_the_content_was_kept_is_shown_without_a_comparison(curator_client):
    response = resubmitted(sent_back())
    SentBackContent.objects.all().delete()
    page = review(curator_client, response)
    assert page.response.status_code == 200
    assert "was not kept" in page.text
    assert "For kort." in page.text


def test_an_option_that_kl_has_deleted_since_is_left_out(curator_client):
    response = sent_back()
    response.answers.filter(option__code="advisory").delete()
    Option.objects.get(code="advisory").delete()
    assert review(curator_client, resubmitted(response)).response.status_code == 200


def test_what_was_kept_goes_with_the_contact(curator):
    sent_back().vendor.responses.get().discard(make_user())
    assert not SentBackContent.objects.exists()


def test_the_comparison_costs_the_same_for_any_response(curator_client, django_assert_num_queries):
    def make(name: str, number: int) -> Response:
        codes = [f"option-{n}" for n in range(number)]
        response = make_response(name, "submitted", answers={"services": codes})
        for code in codes:
            make_offering(response, title=code, options={"services": [code]})
        response.send_back(make_curator(), "", {"services": "Hvorfor?"})
        response.answers.filter(option__code=codes[0]).delete()
        return resubmitted(response)

    few, many = make("Få", 2), make("Mange", 5)
    for response in (few, many):
        review(curator_client, response)  # the first time is recorded
    with CaptureQueriesContext(connection) as queries:
        review(curator_client, few)
    with django_assert_num_queries(len(queries)):
        review(curator_client, many)


# Standard reasons -------------------------------------------------------------------------------


@pytest.fixture
def vague() -> StandardReason:
    return StandardReason.objects.create(use="item", text_da=VAGUE, text_en=VAGUE_EN)


def test_a_standard_reason_is_sent_along_without_javascript(curator_client, vague):
    response = make_response("Agern", "submitted")
    page = review(curator_client, response)
    assert VAGUE in page.text
    general = StandardReason.objects.create(use="send_back", text_da="Tak for jeres svar.", text_en="Thank you.")
    data = {
        "seen": page.response.context["state"],
        "standard-remark-description": str(vague.pk),
        "remark-description": "Særligt om skoler.",
        "standard-reason": str(general.pk),
        "reason": "",
    }
    curator_client.post(step(response, "send-back"), data)
    response.refresh_from_db()
    with override("da"):
        assert response.remarks == {"description": f"{VAGUE}\n\nSærligt om skoler."}
        assert response.reason == "Tak for jeres svar."


def test_a_text_that_holds_the_standard_reason_gets_it_once(curator_client, vague):
    response = make_response("Agern", "submitted")
    data = {
        "seen": review(curator_client, response).response.context["state"],
        "standard-remark-description": str(vague.pk),
        "remark-description": f"Først dette.\r\n\r\n{VAGUE}",
    }
    curator_client.post(step(response, "send-back"), data)
    response.refresh_from_db()
    with override("da"):
        assert response.remarks["description"].count(VAGUE) == 1


@pytest.mark.parametrize("key", ["0", "-1", "x", "9" * 30, "٣", ""])
def test_a_tampered_standard_reason_is_none(key, curator_client):
    response = make_response("Agern", "submitted")
    data = {
        "seen": review(curator_client, response).response.context["state"],
        "standard-reason": key,
        "reason": "Se her.",
    }
    assert curator_client.post(step(response, "send-back"), data).status_code == 302
    response.refresh_from_db()
    assert response.reason == "Se her."


def test_a_chosen_standard_reason_is_not_lost_where_the_step_sends_none(curator_client, vague):
    response = make_response("Agern", "submitted")
    data = {
        "seen": review(curator_client, response).response.context["state"],
        "standard-remark-description": str(vague.pk),
    }
    page = curator_client.post(step(response, "publish"), data)
    assert page.status_code == 200
    assert VAGUE in page.content.decode()
    response.refresh_from_db()
    assert response.status == "submitted"


def test_the_page_of_a_step_offers_its_own_standard_reasons(curator_client, vague):
    StandardReason.objects.create(use="reject", text_da="Hører ikke til her.")
    StandardReason.objects.create(use="reject", text_da="Bruges ikke mere.", is_active=False)
    text = Page(curator_client, step(make_response("Agern", "submitted"), "reject")).text
    assert "Hører ikke til her." in text
    assert "Bruges ikke mere." not in text
    assert VAGUE not in text


def test_vendors_read_unchanged_standard_reasons_in_their_language(curator, vague):
    response = make_response("Agern", "submitted")
    for member in response.vendor.members.all():
        member.update_account("", "en")
    response.send_back(
        curator, VAGUE, {"description": f"{VAGUE}\n\nOg skriv om skoler.", "website": "Skriv noget andet."}
    )
    StandardReason.objects.update(text_da="Ny ordlyd.", text_en="New wording.")
    with override("en"):
        assert response.reason == VAGUE_EN
        assert response.remarks == {
            "description": f"{VAGUE_EN}\n\nOg skriv om skoler.",
            "website": "Skriv noget andet.",
        }
        assert VAGUE_EN in {entry.reason for entry in history(response.events.all())}
    with override("da"):
        assert response.reason == VAGUE
        assert response.remarks["description"] == f"{VAGUE}\n\nOg skriv om skoler."
        assert send_decision(response)
    bodies = set(OutgoingMail.objects.filter(kind="decision").values_list("body", flat=True))
    assert bodies
    assert all(VAGUE_EN in body and VAGUE not in body for body in bodies)


def test_curators_edit_the_standard_reasons(curator_client, vague):
    page = Page(curator_client, f"/en/admin/marketoverview/standardreason/{vague.pk}/change/")
    assert "was changed successfully" in message_text(page.send(text_da="Skriv kortere."))
    assert "Write it as one paragraph" in page.send(text_da="Et\n\nto").content.decode()
    vague.refresh_from_db()
    assert vague.text_da == "Skriv kortere."


def test_the_fixture_has_reasons_for_every_use_in_both_languages(bare):
    call_command("loaddata", "standard_reasons", verbosity=0)
    call_command("loaddata", "standard_reasons", verbosity=0)
    reasons = list(StandardReason.objects.all())
    assert {reason.use for reason in reasons} == set(StandardReason.Use.values)
    assert 8 <= len(reasons) <= 14
    for reason in reasons:
        reason.full_clean()
        assert re.search(r"[a-z]", reason.text_en)
