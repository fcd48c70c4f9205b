"""What was typed survives a login that expired: it is in the form again, and not saved."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.test import Client, override_settings
from django.urls import path

from kl_ai.login import restore
from kl_ai.mail.models import BadAddress
from kl_ai.urls import handler400, handler403, handler404, handler500, urlpatterns  # noqa: F401
from tests.mails import log_in
from tests.reading import parse

pytestmark = pytest.mark.django_db
SAVED: list[str] = []


@restore.restorable
def form(request, number):
    """A form of one text, as a page of the survey would be."""
    if request.method == "POST":
        SAVED.append(request.POST["text"])
        return redirect(request.path)
    typed = restore.restore_input(request)
    return HttpResponse(f"{restore.RESTORED_NOTICE} {typed['text']} {typed.getlist('tick')}" if typed else "empty")


@restore.post_only("form", "number")
def press(request, number):
    SAVED.append(str(number))
    return redirect("form", number)


def without(request):
    """A page that shows no form of its own."""
    return HttpResponse("the page")


@login_not_required
@restore.restorable
def public(request):
    return HttpResponse("a page for everybody")


urlpatterns = [
    path("form/<int:number>/", form, name="form"),
    path("form/<int:number>/press/", press, name="press"),
    path("without/", without),
    path("public/", public),
    *urlpatterns,
]


@pytest.fixture(autouse=True)
def _urls():
    SAVED.clear()
    with override_settings(ROOT_URLCONF="tests.kl_ai.login.test_restore"):
        yield


@pytest.fixture
def client(client, member):
    """A browser in which the member's login has expired."""
    log_in(client, member.email)
    del client.cookies["sessionid"]
    return client


@pytest.fixture
def csrf_client():
    """A browser whose forms need their token."""
    return Client(enforce_csrf_checks=True)


def form_text(client, number: int = 1) -> str:
    return client.get(f"/form/{number}/").content.decode()


def test_what_was_typed_is_there_after_the_login_and_not_saved(client, member):
    response = client.post("/form/1/?step=2", {"text": "Blå <b>bær</b>\0", "tick": ["a", "b"]})
    assert response.url == "/log-ind/?next=/form/1/%3Fstep%3D2"
    log_in(client, member.email)
    page = form_text(client)
    assert "Blå <b>bær</b>\0 ['a', 'b']" in page
    assert str(restore.RESTORED_NOTICE) in page
    assert SAVED == []
    assert form_text(client) == "empty"  # once


def test_the_input_comes_back_on_its_own_page_only(client, member):
    client.post("/form/1/", {"text": "En"})
    log_in(client, member.email)
    assert form_text(client, 2) == "empty"
    assert "En" in form_text(client, 1)


def test_the_last_of_the_same_page_counts(client, member):
    for text in ("Et", "To"):
        client.post("/form/1/", {"text": text})
    log_in(client, member.email)
    assert "To" in form_text(client)
    assert form_text(client) == "empty"


def test_three_forms_are_kept_and_the_oldest_goes(client, member):
    for number in range(1, 5):
        client.post(f"/form/{number}/", {"text": f"Nr. {number}"})
    log_in(client, member.email)
    assert [form_text(client, number) != "empty" for number in range(1, 5)] == [False, True, True, True]


def test_a_button_pressed_after_the_login_expired_leads_back_to_its_page(client, member):
    response = client.post("/form/1/press/")
    assert response.url == "/log-ind/?next=/form/1/press/"
    log_in(client, member.email)
    page = client.get("/form/1/press/")
    assert (page.status_code, page.url, SAVED) == (302, "/form/1/", [])
    assert client.post("/form/1/press/").status_code == 302
    assert SAVED == ["1"]
    assert client.put("/form/1/press/").status_code == 405


def test_so_does_a_button_of_a_page_that_was_shown_before_the_login(csrf_client, member):
    csrf_client.force_login(member)
    page = csrf_client.post("/form/1/press/", {}, HTTP_SEC_FETCH_SITE="same-origin")
    assert (page.status_code, page.url, SAVED) == (302, "/form/1/press/", [])
    assert csrf_client.post("/form/1/press/", {}, HTTP_SEC_FETCH_SITE="cross-site").status_code == 403


@pytest.mark.parametrize(
    ("size", "is_known", "is_kept"), [(190_000, False, True), (200_001, False, False), (900_000, True, True)]
)
def test_what_is_too_long_is_not_kept_of_strangers(size, is_known, is_kept, client, member):
    """Somebody who has logged in here before gets back all that a form may send."""
    if not is_known:
        client.cookies.clear()
    client.post("/form/1/", {"text": "x" * size})
    log_in(client, member.email, next="/form/1/")
    assert (form_text(client) != "empty") is is_kept


def hidden_fields(page) -> list[tuple[str, str]]:
    """Name and value of the fields of the form that can be sent again, but its token."""
    form = page.find("main").find("form")
    fields = [(field.attrs["name"], field.attrs["value"]) for field in form.find_all("input")]
    return [field for field in fields if field[0] != "csrfmiddlewaretoken"]


def test_a_page_that_does_not_show_it_itself_offers_to_send_it_again(client, member):
    text = "Blå <b>bær</b> og noget mere, så det er en lang tekst"
    client.post("/without/?x=1", {"text": text, "tick": ["a", "b"]})
    log_in(client, member.email)
    page = parse(client.get("/without/?x=1").content.decode())
    assert page.find("h1").text == "Du er blevet logget ud"
    assert hidden_fields(page) == [("text", text), ("tick", "a"), ("tick", "b")]
    form = page.find("main").find("form")
    assert form.attrs["action"] == "/without/?x=1"
    assert page.find("blockquote").text == text
    assert client.get("/without/?x=1").content == b"the page"  # it was shown once


def test_the_script_of_the_portal_and_a_look_at_the_headers_do_not_use_it_up(client, member):
    client.post("/without/", {"text": "En"})
    log_in(client, member.email)
    client.head("/without/")
    client.get("/without/", headers={"X-Requested-With": "fetch"})
    assert "Du er blevet logget ud" in client.get("/without/").content.decode()


@pytest.mark.parametrize("path", ["/totrin/bekraeft/", "/log-ind/bekraeft/"])
def test_codes_are_not_kept(path, client):
    client.post(path, {"code": "123456"})
    assert not client.session.get(restore.SESSION_KEY)


def test_what_staff_sent_in_the_administration_can_be_sent_again(client, curator, settings):
    settings.REQUIRE_STAFF_MFA = False
    path = "/admin/kl_ai/badaddress/add/"
    log_in(client, curator.email)
    del client.cookies["sessionid"]
    client.post(path, {"email": "retur@agern.example", "error": "Kom retur"})
    log_in(client, curator.email)
    page = parse(client.get(path).content.decode())
    fields = hidden_fields(page)
    assert fields == [("email", "retur@agern.example"), ("error", "Kom retur")]
    assert client.post(path, dict(fields)).status_code == 302
    assert BadAddress.objects.get().error == "Kom retur"


def test_the_form_of_a_page_for_everybody_is_not_kept(csrf_client):
    assert csrf_client.post("/public/", {"text": "En"}, HTTP_SEC_FETCH_SITE="same-origin").status_code == 403
    assert not csrf_client.session.get(restore.SESSION_KEY)


def test_the_input_of_very_many_requests_is_not_stored(client):
    for _ in range(60):
        client.post("/form/1/", {"text": "x"})
    other = Client()
    assert other.post("/form/1/", {"text": "x"}).status_code == 302
    assert not other.session.get(restore.SESSION_KEY)


OURS = [{"HTTP_SEC_FETCH_SITE": "same-origin"}, {"HTTP_ORIGIN": "http://testserver"}]
THEIRS = [
    {},
    {"HTTP_SEC_FETCH_SITE": "cross-site"},
    {"HTTP_SEC_FETCH_SITE": "same-site", "HTTP_ORIGIN": "http://testserver"},
    {"HTTP_ORIGIN": "http://ond.example"},
    {"HTTP_ORIGIN": "null"},
]


@pytest.mark.parametrize("headers", OURS)
def test_a_stale_token_gives_the_form_again(headers, csrf_client, member):
    csrf_client.force_login(member)
    response = csrf_client.post("/form/1/?step=2", {"text": "En", "csrfmiddlewaretoken": "x" * 64}, **headers)
    assert response.url == "/form/1/?step=2"
    assert "En" in form_text(csrf_client)
    assert SAVED == []


def test_a_stale_token_of_somebody_logged_out_leads_through_the_login(csrf_client, client, member):
    response = csrf_client.post("/form/1/", {"text": "En"}, **OURS[0])
    assert csrf_client.get(response.url).url == "/log-ind/?next=/form/1/"
    client.cookies = csrf_client.cookies
    log_in(client, member.email, next="/form/1/")
    assert "En" in form_text(client)


# Whose it is --------------------------------------------------------------------------------------


def test_whoever_logs_in_in_the_same_browser_next_does_not_get_it(client, member):
    client.post("/form/1/", {"text": "Fortroligt"})
    client.post("/without/", {"text": "Fortroligt"})
    log_in(client, "per@agern.example", next="/form/1/")
    assert form_text(client) == "empty"
    assert client.get("/without/").content == b"the page"
    assert not client.session[restore.SESSION_KEY]  # nor is it there for the next login
    client.post("/log-ud/")
    log_in(client, member.email)
    assert form_text(client) == "empty"


def test_it_goes_with_a_logout(csrf_client, member):
    csrf_client.force_login(member)
    csrf_client.post("/form/1/", {"text": "Fortroligt"}, **OURS[0])
    assert csrf_client.session[restore.SESSION_KEY]
    client = Client()
    client.cookies = csrf_client.cookies
    client.post("/log-ud/")
    log_in(client, member.email, next="/form/1/")
    assert form_text(client) == "empty"


def test_in_a_browser_that_is_not_known_it_goes_to_the_login_that_follows_from_the_form(member):
    stranger = Client()
    stranger.post("/form/1/", {"text": "En"})
    stranger.post("/form/2/", {"text": "To"})
    log_in(stranger, member.email, next="/form/2/")
    assert "To" in form_text(stranger, 2)
    assert form_text(stranger, 1) == "empty"


def test_and_to_nobody_who_logs_in_for_another_page(member):
    stranger = Client()
    stranger.post("/form/1/", {"text": "En"})
    log_in(stranger, member.email)
    assert form_text(stranger) == "empty"


def test_what_an_earlier_release_has_kept_is_passed_over(client, member):
    session = client.session
    session[restore.SESSION_KEY] = [["/form/1/", [["text", ["En"]]]]]
    session.save()
    client.force_login(member)
    assert form_text(client) == "empty"


@pytest.mark.parametrize("headers", THEIRS)
def test_a_form_from_elsewhere_is_refused_and_not_kept(headers, csrf_client, member):
    csrf_client.force_login(member)
    assert csrf_client.post("/form/1/", {"text": "En"}, **headers).status_code == 403
    assert form_text(csrf_client) == "empty"


def test_the_portals_script_is_told_and_keeps_its_text_itself(client, csrf_client, member):
    fetch = {"HTTP_X_REQUESTED_WITH": "fetch"}
    assert client.post("/form/1/", {"text": "En"}, **fetch).status_code == 401
    csrf_client.force_login(member)
    assert csrf_client.post("/form/1/", {"text": "En"}, **fetch, **OURS[0]).status_code == 403
    assert form_text(csrf_client) == "empty"
