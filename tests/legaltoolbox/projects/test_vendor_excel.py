"""A vendor that sends its answers as an Excel file: what is read is shown, and saved only then."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from kl_ai.people import limits
from kl_ai.requests.bodies import MAX_BODY
from legaltoolbox.projects.models import Annex, Recipient
from tests.legaltoolbox.projects import annexes
from tests.legaltoolbox.projects.annex_workbooks import changed, excel, fill, points_of
from tests.legaltoolbox.projects.annexes import loaded, make_sent, pass_deadline

pytestmark = pytest.mark.database


@pytest.fixture
def annex(team) -> Annex:
    return make_sent(team)


@pytest.fixture
def alfa(annex) -> Recipient:
    return loaded(annex.recipients.get(company="Alfa Prøve"))


def address(recipient: Recipient, name: str = "excel", *args: Any) -> str:
    with override("da"):
        return reverse(f"vendor_answers:{name}", args=[recipient.token, *args])


def upload(recipient: Recipient, data: bytes, name: str = "svar.xlsx") -> Any:
    return Client().post(address(recipient), {"file": SimpleUploadedFile(name, data)})


def back(response: Any, **more: str) -> dict[str, str]:
    """What the page sends back that shows what was read."""
    return {"_read": response.context["packed"], "seen": response.context["seen"], **more}


def stored(recipient: Recipient) -> dict[str, dict[str, str]]:
    return recipient.working_answers()


def test_a_file_is_shown_before_it_is_saved_and_saved_then(annex, alfa):
    response = upload(alfa, changed(excel(annex), fill))
    assert response.status_code == 200
    assert "Bilag 2, s. 4" in response.content.decode()
    assert stored(alfa) == {}
    response = Client().post(address(alfa), back(response))
    assert response.status_code == 302
    answer = {"value": "yes", "how": "Sådan", "reference": "Bilag 2, s. 4"}
    assert stored(alfa) == dict.fromkeys(points_of(annex), answer)


def test_the_same_page_sent_twice_saves_once(annex, alfa):
    sent = back(upload(alfa, changed(excel(annex), fill)))
    assert Client().post(address(alfa), sent).status_code == 302
    second = Client().post(address(alfa), sent)
    assert second.status_code == 200
    assert second.context["is_nothing"]


def test_an_empty_cell_deletes_nothing_unless_that_is_chosen(annex, alfa):
    annexes.answer(alfa)
    before = stored(alfa)
    response = upload(alfa, excel(annex))
    assert len(response.context["shown"].emptied) == len(before)
    Client().post(address(alfa), back(response))
    assert stored(alfa) == before
    Client().post(address(alfa), back(upload(alfa, excel(annex)), _empty="1"))
    assert stored(alfa) == {}


def test_answers_that_a_colleague_saved_meanwhile_are_shown_first(annex, alfa):
    sent = back(upload(alfa, changed(excel(annex), fill)))
    annexes.answer(alfa, how="Kollegaens")
    response = Client().post(address(alfa), sent)
    assert response.context["is_outdated"]
    assert "Kollegaens" in response.content.decode()
    assert {answer["how"] for answer in stored(alfa).values()} == {"Kollegaens"}
    assert Client().post(address(alfa), back(response)).status_code == 302
    assert {answer["how"] for answer in stored(alfa).values()} == {"Sådan"}


def test_what_is_not_understood_is_named_and_the_rest_is_saved(annex, alfa):
    def change(sheet):
        fill(sheet)
        sheet.cell(2, 5, "måske <b>")

    response = upload(alfa, changed(excel(annex), change))
    page = response.content.decode()
    assert "E2" in page
    assert "måske &lt;b&gt;" in page
    Client().post(address(alfa), back(response))
    first = stored(alfa)[points_of(annex)[0]]
    assert (first["value"], first["how"]) == ("", "Sådan")


@pytest.mark.parametrize("data", [b"", b"a;b", b"PK\x03\x04", b"%PDF-1"])
def test_another_file_is_refused_on_the_page(alfa, data):
    response = upload(alfa, data)
    assert response.status_code == 200
    assert response.context["form"].errors


def test_a_large_file_is_refused_before_it_is_read(alfa):
    assert upload(alfa, b"x" * (MAX_BODY + 1)).status_code == 413


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", "{", '{"K99.1": {}}', '{"K10.1": []}', '{"K10.1": {"x": "y"}}', '{"K10.1": {"how": 1}}', '{"K10.1": {"how": "\\u0000"}}', "[" * 100_000],
)  # fmt: skip
def test_a_tampered_page_stores_nothing(alfa, text):
    response = Client().post(address(alfa), {"_read": text, "seen": ""})
    assert response.status_code == 200
    assert stored(alfa) == {}


@pytest.mark.parametrize("answer", [{"value": "partly"}, {"value": "x"}, {"how": "x" * 4_001}, {"reference": "a\nb"}])
def test_a_tampered_answer_stores_nothing(annex, alfa, answer):
    response = upload(alfa, changed(excel(annex), fill))
    sent = back(response, _read=json.dumps({"K10.1": answer, "K31.1": {"how": "Med"}}))
    assert Client().post(address(alfa), sent).status_code == 200
    assert stored(alfa) == {}


def test_nothing_is_taken_after_the_deadline(annex, alfa):
    sent = back(upload(alfa, changed(excel(annex), fill)))
    pass_deadline(annex)
    assert Client().post(address(alfa), sent).status_code == 409
    assert upload(alfa, changed(excel(annex), fill)).status_code == 409
    assert stored(alfa) == {}


def test_the_file_of_another_company_of_the_annex_is_taken_and_of_another_annex_not(team, annex, alfa):
    other = make_sent(team, title="Krav til tolkning", page="y" * 32)
    response = upload(alfa, changed(excel(other), fill))
    assert "Krav til tolkning" in str(response.context["form"].errors)


@pytest.mark.parametrize("ending", ["docx", "pdf", "xlsx"])
def test_the_files_hold_what_is_saved(annex, alfa, ending):
    annexes.answer(alfa, how="Et svar & æ <b>")
    response = Client().get(address(alfa, "file", ending))
    content = b"".join(response)
    assert response.status_code == 200
    assert content[:4] == (b"%PDF" if ending == "pdf" else b"PK\x03\x04")
    assert "no-store" in response["Cache-Control"]
    for close in response._resource_closers:
        close()


def test_another_ending_is_no_address(alfa):
    assert Client().get(address(alfa, "file", "exe")).status_code == 404


def test_files_have_a_limit(alfa, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "annex_file", (limits.Limit(limits.RECIPIENT, 1, limits.DAY),))
    assert Client().get(address(alfa, "file", "docx")).status_code == 200
    assert Client().get(address(alfa, "file", "docx")).status_code == 429
    assert upload(alfa, b"x").status_code == 429


def test_reading_and_saving_ask_as_many_queries_for_many_points_as_for_few(
    team, alfa, annex, django_assert_max_num_queries
):
    sent = back(upload(alfa, changed(excel(annex), fill)))
    with django_assert_max_num_queries(30):
        Client().post(address(alfa), sent)
