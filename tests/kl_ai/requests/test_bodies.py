"""A body that is too large for its address is refused before anything reads it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kl_ai.requests.bodies import MAX_BODY
from tests.reading import parse

pytestmark = pytest.mark.any_database

INVITE = "admin:marketoverview_invitation_invite"


class Unread:
    """A body that must not be read."""

    def read(self, *args):
        raise AssertionError("the body is read")

    readline = read


def send(client, path: str, length: int | str, **headers):
    """The response to a POST whose body is said to be so long, and is never there to be read."""
    return client.generic("POST", path, CONTENT_LENGTH=str(length), **{"wsgi.input": Unread()}, **headers)


@pytest.mark.parametrize(
    "path",
    ["/", "/log-ind/", "/en/log-ind/", "/markedsoverblik/", "/leverandoer/konto/", "/admin/", "/en/admin/login/"],
)
@pytest.mark.parametrize("length", [MAX_BODY + 1, 200_000_000, "9" * 19])
def test_200_mb_by_anybody_are_refused_unread(path, length, db, client):
    response = send(client, path, length)
    assert response.status_code == 413
    page = parse(response.content.decode())
    assert page.find("h1").text in ("Det, du sendte, er for stort", "What you sent is too large")
    assert "1 MB" in page.find("p", "lead").text


def test_an_upload_is_for_staff_only(visitors):
    path = reverse(INVITE)
    for visitor in ("anonymous", "owner"):
        assert send(visitors[visitor], path, 1_500_000).status_code == 413, visitor
    assert send(visitors["curator"], path, 200_000_000).status_code == 413
    assert send(visitors["curator"], reverse("admin:index"), 1_500_000).status_code == 413


def test_staff_upload_a_list_of_more_than_a_megabyte(visitors):
    upload = SimpleUploadedFile("liste.csv", b"x" * 1_500_000)
    response = visitors["curator"].post(reverse(INVITE), {"language": "da", "file": upload})
    assert response.status_code == 200  # the form says that the list is too long


def test_a_body_of_unknown_length_is_refused(db, client):
    response = client.generic("POST", "/log-ind/", HTTP_TRANSFER_ENCODING="chunked", **{"wsgi.input": Unread()})
    assert response.status_code == 411
    assert parse(response.content.decode()).find("h1")


@pytest.mark.parametrize("length", ["", "x", "-1", "1e9", "٣"])
def test_a_length_that_is_no_number_gives_no_body(length, db, client):
    response = client.generic("POST", "/markedsoverblik/", CONTENT_LENGTH=length)
    assert response.status_code == 405


def test_the_script_of_the_portal_is_told_in_a_line(db, client):
    response = send(client, "/leverandoer/konto/", 2_000_000, HTTP_X_REQUESTED_WITH="fetch")
    assert (response.status_code, response["Content-Type"]) == (413, "text/plain; charset=utf-8")


def test_too_many_fields_are_a_bad_request(db, client):
    body = "&".join(f"f{number}=" for number in range(2_001))
    response = client.post("/log-ind/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert parse(response.content.decode()).find("h1")


@pytest.mark.parametrize("charset", ["rot13", "zlib", "unicode_escape", "undefined", "findes-ikke"])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_a_body_that_claims_another_charset_than_utf_8_is_refused(kind, charset, db, client):
    response = client.generic("POST", "/log-ind/", b"--x--", content_type=f"{kind}; charset={charset}")
    assert response.status_code == 415
    assert parse(response.content.decode()).find("h1")


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_a_body_that_says_that_it_is_utf_8_is_read(charset, db, client):
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    assert client.generic("POST", "/log-ind/", b"email=x", content_type=kind).status_code == 200
