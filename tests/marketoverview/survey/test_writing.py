"""Input to the survey is cleaned and saved, or comes back in its field with a sentence; it is never an error."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from kl_ai.drafts.parts import fingerprint
from kl_ai.text import clean_text
from marketoverview.models import Response, SampleOffering
from tests.builders import make_offering
from tests.marketoverview.vendor_area import part_url, seen_value
from tests.reading import parse

ITEMS = ("company_name", "website", "description")


def send(member_client, draft, part: str = "company", seen: str | None = None, **fields):
    """Press the button of the part's page with these fields, as a browser sends them."""
    if seen is None:
        seen = seen_value(member_client, draft, part)
    return member_client.post(part_url(draft, part), {"seen": seen, **fields})


def autosave(member_client, draft, seen: str, **fields):
    """Save the part on the company in the way that the page's script does."""
    headers = {"X-Requested-With": "fetch"}
    return member_client.post(part_url(draft, "company"), {"seen": seen, **fields}, headers=headers)


def stored(draft) -> Response:
    return Response.objects.get(pk=draft.pk)


@pytest.mark.parametrize(
    "website",
    ["[indsaet link]", "https://[firma].dk", "https://]", "https://[::1", "[]", "https://℀.dk", "https://a b.dk"],
)
def test_a_website_that_is_none_gets_one_sentence_and_the_rest_is_saved(website, member_client, draft):
    response = send(member_client, draft, website=website, description="Ny tekst")
    assert response.status_code == 200
    assert response.content.decode().count("er ikke en webadresse.") == 2  # in the list of errors and at the field
    assert (stored(draft).description, stored(draft).website) == ("Ny tekst", "")
    assert parse(response.content.decode()).find("input", name="website").attrs["value"] == website


@pytest.mark.parametrize(
    ("typed", "saved"),
    [
        ("sags\u00adbehandlings\u00adsystemer", "sagsbehandlingssystemer"),
        ("\u200bVi\u200b laver\ufeff", "Vi laver"),
        ("\uf0b7 punkt\u2028linje", "punkt linje"),
    ],
)
def test_a_description_is_saved_without_what_cannot_be_seen(typed, saved, member_client, draft):
    assert send(member_client, draft, description=typed).status_code == 302
    assert stored(draft).description == saved


def test_line_breaks_count_as_one_character_by_autosave_and_by_button(member_client, draft):
    text = "ord\n" * 5 + "b" * 580  # 600 characters
    for typed in (text, text.replace("\n", "\r\n")):
        saved = autosave(member_client, draft, fingerprint(draft.stored(ITEMS)), description=typed)
        assert "kan ikke gemmes endnu" not in saved.json()["text"]
        assert stored(draft).description == text
        assert send(member_client, draft, description=typed).status_code == 302
        assert stored(draft).description == text


def test_a_text_that_is_too_long_comes_back_whole(member_client, draft):
    page = parse(send(member_client, draft, description="x" * 5000).content.decode())
    field = page.find("textarea", name="description")
    assert field.text == "x" * 5000
    assert "maxlength" not in field.attrs
    assert stored(draft).description == "Gammel tekst"


def test_a_save_whose_answer_was_lost_is_no_conflict_with_oneself(member_client, draft):
    seen = fingerprint(draft.stored(ITEMS))
    text = "Vi laver KI til kommuner.\nAnden linje"
    fields = {"company_name": draft.company_name, "website": ""}
    assert (
        autosave(member_client, draft, seen, description=text, **fields).status_code == 200
    )  # the page never reads it
    response = send(member_client, draft, seen=seen, description=text.replace("\n", "\r\n"), **fields)
    assert response.status_code == 302
    assert stored(draft).description == text


PAGE, OTHER_PAGE = "a" * 32, "b" * 32


def test_what_a_page_writes_after_a_lost_answer_is_no_conflict_with_itself(member_client, draft):
    seen = fingerprint(draft.stored(ITEMS))
    fields = {"company_name": draft.company_name, "page": PAGE}
    for number, text in ((1, "Den første"), (2, "Den første halvdel")):
        saved = autosave(member_client, draft, seen, description=text, save=str(number), **fields)
        assert saved.status_code == 200  # the page reads neither answer
    response = send(member_client, draft, seen=seen, description="Den første halvdel og resten", save="3", **fields)
    assert response.status_code == 302
    assert stored(draft).description == "Den første halvdel og resten"


def test_a_save_that_arrives_after_a_later_one_of_its_page_overwrites_nothing(member_client, draft):
    seen = fingerprint(draft.stored(ITEMS))
    for number, text, status in ((2, "Det nye", 200), (1, "Det gamle", 409)):
        saved = autosave(member_client, draft, seen, description=text, page=PAGE, save=str(number))
        assert saved.status_code == status
    assert stored(draft).description == "Det nye"


def test_another_page_of_the_same_person_is_in_conflict_and_says_whose_it_is(member_client, draft):
    seen = fingerprint(draft.stored(ITEMS))
    autosave(member_client, draft, seen, description="Første vindue", page=PAGE, save="1")
    refused = autosave(member_client, draft, seen, description="Andet vindue", page=OTHER_PAGE, save="1")
    assert refused.status_code == 409
    assert refused.json()["text"].startswith("Du har selv gemt siden i et andet vindue kl. ")
    page = parse(send(member_client, draft, seen=seen, description="Andet vindue", page=OTHER_PAGE).content.decode())
    assert page.find("section", "conflict").find("h2").text == (
        "Du har selv gemt siden i et andet vindue, mens du skrev"
    )


def test_a_colleague_who_saved_meanwhile_is_named(member_client, draft, colleague):
    seen = fingerprint(draft.stored(ITEMS))
    draft.save_part("company", ITEMS, {"description": "Kollegaens"}, seen, colleague)
    refused = autosave(member_client, draft, seen, description="Mit", page=PAGE, save="1")
    assert refused.json()["text"].startswith(f"{colleague} har gemt siden kl. ")


@pytest.mark.parametrize("page", ["", "x", "a" * 33, "æ" * 32, "<" * 32, "\0" * 32])
@pytest.mark.parametrize("number", ["-1", "9" * 30, "1.5", "²", "x", ""])
def test_a_tampered_name_of_a_page_is_none(page, number, member_client, draft):
    seen = fingerprint(draft.stored(ITEMS))
    fields = {"page": page, "save": number}
    assert autosave(member_client, draft, seen, description="Et", **fields).status_code == 200
    assert autosave(member_client, draft, seen, description="To", **fields).status_code == 409


def test_no_text_field_of_the_survey_is_cut_by_the_browser(member_client, draft):
    for part in ("company", "services", "contact"):
        page = parse(member_client.get(part_url(draft, part)).content.decode()).find("main")
        assert not [control for control in page.find_all("input") if "maxlength" in control.attrs]


@pytest.mark.parametrize("phone", ["+45\u00a033\u00a070\u00a000", "\u202a+45 33 70 00\u202c"])
def test_a_telephone_number_is_saved_cleaned(phone, member_client, draft):
    assert send(member_client, draft, part="contact", contact_phone=phone).status_code == 302
    assert stored(draft).contact_phone == "+45 33 70 00"


def test_a_tab_between_words_of_a_line_is_a_space(member_client, draft):
    assert send(member_client, draft, company_name="Nord\tstjernen\u00a0 A/S").status_code == 302
    assert stored(draft).company_name == "Nord stjernen A/S"


def test_the_second_of_two_people_on_an_example_is_shown_what_the_first_has_saved(member_client, draft, colleague):
    offering = make_offering(draft, title="Postsortering")
    path = reverse("vendor:offering", args=[draft.pk, offering.key])
    seen = parse(member_client.get(path).content.decode()).find("input", name="seen").attrs["value"]
    SampleOffering.objects.filter(pk=offering.pk).update(title="Kollegaens titel")
    page = parse(member_client.post(path, {"title": "Min titel", "stage": "", "seen": seen}).content.decode())
    assert "Kollegaens titel" in page.find("section", "conflict").text
    assert "Min titel" not in page.find("section", "conflict").text
    assert page.find("input", name="title").attrs["value"] == "Min titel"


# In the browser -----------------------------------------------------------------------------------

TEXTS = [
    "Tre små ord", "  luft \n om \n", "en\nto\n\ntre", "sags\u00adbehandling", "\u200b\ufeff\uf0b7", "linje\u2028linje\u000b",
    "👩\u200d💻 ❤\ufe0f\u200d🔥 1\ufe0f\u20e3", "a\u200db \ufe0f", "👩\u200d", "\U0001fae8", "\u3164\u2800", "10\u00a0000 kr.",
    "x" * 605,
]  # fmt: skip


def test_the_counter_counts_the_characters_that_are_stored(writer):
    field, counter = (
        writer.get_by_label("Beskrivelse"),
        writer.locator("[data-limit-for=id_description][data-unit=characters]"),
    )
    for text in TEXTS:
        field.evaluate("(field, text) => { field.value = text; field.dispatchEvent(new Event('input')); }", text)
        left = 600 - len(clean_text(text).strip())
        words = "tegn tilbage" if left >= 0 else "tegn for meget"
        expect(counter).to_have_text(f"{abs(left)} {words}")


def test_nothing_that_is_pasted_is_cut(writer, draft):
    field = writer.get_by_label("Beskrivelse")
    field.fill("x" * 5000)
    assert field.input_value() == "x" * 5000
    expect(writer.locator("main")).to_contain_text("4.400 tegn for meget")
    expect(writer.locator("[data-saved-line]")).to_contain_text("kan ikke gemmes endnu")
    assert stored(draft).description == "Gammel tekst"


def test_the_rest_that_is_written_after_a_lost_answer_is_no_conflict_either(writer, draft):
    """The first half is stored, and the page does not know: it asks again before it sends the whole."""
    lost = []

    def lose(route):
        route.fetch()
        lost.append(route)
        route.abort()

    writer.route("**/del/company/", lose, times=1)
    field = writer.get_by_label("Beskrivelse")
    field.fill("Den første\nhalvdel")
    expect(writer.locator("[data-saved-line]")).to_contain_text("Ikke gemt")
    assert stored(draft).description == "Den første\nhalvdel"
    field.fill("Den første\nhalvdel og resten")
    writer.get_by_role("button", name="Gem og gå til oversigten").click()
    writer.wait_for_url("**/opgaver/")
    assert lost
    assert stored(draft).description == "Den første\nhalvdel og resten"
