"""KL's proposal for the processor agreement: anybody can read it, and it says that nobody has agreed to it."""

from io import BytesIO

import pytest
from django.test import Client
from docx import Document

from legaltoolbox.projects.files import agreement
from tests.reading import parse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content"), pytest.mark.any_database]
PAGE = "/juridisk-vaerktoejskasse/projekter/databehandleraftale"


def test_anybody_reads_it_without_a_login_and_without_a_cookie():
    response = Client().get(f"{PAGE}/")
    assert response.status_code == 200
    assert not response.cookies
    text = parse(response.content.decode()).text
    assert agreement.NOTICE in text
    assert all(part.heading in text for part in agreement.parts())


def test_it_has_the_parts_that_article_28_asks_for_and_four_annexes():
    text = "\n".join(part.heading + part.text for part in agreement.parts())
    for word in (
        "dokumenteret instruks",
        "Fortrolighed",
        "Behandlingssikkerhed",
        "Underdatabehandlere",
        "tredjelande",
        "Brud på persondatasikkerheden",
        "Sletning og tilbagelevering",
        "Revision og inspektion",
        *(f"Bilag {letter}" for letter in "ABCD"),
    ):
        assert word in text


def test_word_and_pdf_say_it_too():
    word = Client().get(f"{PAGE}.docx")
    text = "\n".join(paragraph.text for paragraph in Document(BytesIO(word.content)).paragraphs)
    assert "Forslag, ikke aftalt" in text
    assert "Bilag D" in text
    assert Client().get(f"{PAGE}.pdf").content.startswith(b"%PDF")
    assert Client().get(f"{PAGE}.odt").status_code == 404


def test_a_municipality_that_has_not_signed_is_led_to_it(team):
    team.municipality.agreement_signed_on = None
    team.municipality.save()
    client = Client()
    client.force_login(team.keeper.user)
    page = client.get(f"/juridisk-vaerktoejskasse/projekter/{team.municipality.code}/").content.decode()
    assert f'href="{PAGE}/"' in page
    assert f'href="{PAGE}/"' in client.get("/juridisk-vaerktoejskasse/projekter/").content.decode()
    assert f'href="{PAGE}/"' in Client().get("/privatliv/").content.decode()
