"""The hints for the curator about a response."""

import pytest

from marketoverview.company_names import normalized_name
from marketoverview.models import LinkCheck, Response
from marketoverview.review.checks import check_response, comparison_data, domain, is_similar, mixed_word
from tests.builders import make_response, make_vendor

pytestmark = pytest.mark.django_db

GOOD = {"website": "https://www.agern.example", "contact_email": "ki@agern.example"}


def notes(submitter: str = "pia@agern.example", name: str = "Agern", **fields) -> dict[str, str]:
    """Item to note of a submitted response with these fields."""
    submission = make_response(name, "submitted", **GOOD | fields)
    response = Response.objects.with_everything().get(pk=submission.pk)
    return {note.item: note.text for note in check_response(response, comparison_data(), submitter)}


def test_a_response_without_a_fault_gets_no_note():
    assert notes() == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("agern.example", "agern.example"),
        ("mail.agern.example", "agern.example"),
        ("x@a.b.agern.dk", "agern.dk"),
        ("www.agern.co.uk", "agern.co.uk"),
        ("AGERN.DK.", "agern.dk"),
        ("co.dk", "co.dk"),
        ("localhost", "localhost"),
    ],
)
def test_the_domain_that_somebody_has_registered(name, expected):
    assert domain(name) == expected


def test_mail_and_website_of_different_domains():
    assert "birk.example" in notes(contact_email="ki@birk.example", submitter="x@birk.example")["contact"]
    assert "contact" not in notes(name="Eg", contact_email="ki@mail.agern.example")


def test_free_mail_and_a_strange_submitter():
    assert "gmail.com" in notes(contact_email="agern@gmail.com")["contact"]
    assert "pia@hotmail.com" in notes(name="Bøg", submitter="pia@hotmail.com")[""]
    assert "pia@andet.example" in notes(name="Eg", submitter="pia@andet.example")[""]


@pytest.mark.parametrize(
    ("name", "other", "expected"),
    [
        ("Agern A/S", "AGERN ApS", True),
        ("Agern, Data & Co.", "Agern Data", True),
        ("Agern Teknologi", "Agern Teknolgi", True),
        ("Agern", "Agerskov", False),
        ("A/S", "ApS", False),
        ("Agern Data", "Agern", False),
    ],
)
def test_names_that_are_the_same_or_nearly(name, other, expected):
    assert is_similar(normalized_name(name), normalized_name(other)) is expected


def test_a_name_and_a_website_that_somebody_else_has():
    double = make_vendor("Agern ApS", slug="agern-2", website="http://agern.example/da/")
    submission = make_response("Agern", "submitted", **GOOD)
    response = Response.objects.with_everything().get(pk=submission.pk)
    by_item = {note.item: note for note in check_response(response, comparison_data(), "pia@agern.example")}
    assert set(by_item) == {"company_name", "website"}
    for note in by_item.values():
        assert [label for label, _url in note.links] == ["Agern ApS"]
        assert str(double.pk) in note.links[0][1]


def test_a_link_that_did_not_answer():
    LinkCheck.objects.create(url=GOOD["website"], ok=False, result="404")
    LinkCheck.objects.create(url="https://eg.example", ok=True)
    assert "404" in notes()["website"]
    assert "website" not in notes(name="Eg", website="https://eg.example")


@pytest.mark.parametrize("text", ["skjult\u200btegn", "vendt\u202etekst", "klokke\x07tegn", "\u3164"])
def test_characters_that_cannot_be_seen(text):
    assert "description" in notes(description=text)


@pytest.mark.parametrize("text", ["To\nlinjer\tog æøå", "To\r\nlinjer", "👩\u200d💻 emoji", "Ørsted – “citat”"])
def test_characters_that_are_fine(text):
    assert "description" not in notes(description=text)


def test_letters_of_two_alphabets_in_one_word():
    assert mixed_word("Vi er Аgern") == "Аgern"  # the first letter is Cyrillic
    assert mixed_word("Αθήνα and Agern") == ""
    assert mixed_word("Ærø Åbenrå Müller") == ""


def test_capitals_invisible_and_mixed_texts_are_told_where_they_stand():
    in_capitals = notes(description="VI ER DE BEDSTE TIL KUNSTIG INTELLIGENS I KOMMUNER")
    assert "store bogstaver" in in_capitals["description"]
    assert "description" not in notes(name="Eg", description="Vi arbejder med NLP, LLM og OCR i kommuner")
    assert "“vendt�tekst”" in notes(name="Bøg", description="vendt\u202etekst")["description"]
    assert "“Аgern”" in notes(name="Elm", description="Vi er Аgern")["description"]  # its first letter is Cyrillic


def test_the_checks_of_many_cost_two_queries(django_assert_num_queries):
    for number in range(5):
        make_response(f"Virksomhed {number}", "submitted", answers={"services": ["other"]})
    responses = list(Response.objects.with_everything())
    with django_assert_num_queries(2):
        data = comparison_data()
        for response in responses:
            check_response(response, data, "a@b.example")
