"""Who gets in at each address behind a vendor's link, by each method, and what every response there has and has not."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils.translation import override

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.projects import answer_urls
from legaltoolbox.projects.models import Annex, AnnexQuestion, Project, ProjectEvent, Recipient
from tests.legaltoolbox.projects import annexes
from tests.mails import log_in_recently

pytestmark = pytest.mark.any_database

NAMES = sorted(pattern.name for pattern in answer_urls.urlpatterns)
ARGUMENTS = {"requirement": ["k10"], "receipt": [1], "file": ["docx"]}
TEXT = "Svar fra en fremmed"
each_name = pytest.mark.parametrize("name", NAMES)
each_method = pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete", "options"])
BAD_METHODS = {"put", "delete", "options"}
GARBAGE = (
    "x",
    "0",
    "1-1",
    "1-1." + "a" * 43,
    "1." + "a" * 43,
    "-1-1." + "a" * 43,
    "9" * 5000,
    "æøå",
    "1-1.%00",
    "..",
    "'; DROP TABLE--",
)


@pytest.fixture
def annex(team) -> Annex:
    return annexes.make_sent(team)


@pytest.fixture
def recipient(annex) -> Recipient:
    recipient = annexes.loaded(annex.recipients.get(company="Alfa Prøve"))
    annexes.hand_in(recipient)
    return recipient


def path(name: str, token: str, language: str = "da") -> str:
    with override(language):
        return reverse(f"vendor_answers:{name}", args=["token", *ARGUMENTS.get(name, [])]).replace("token", token)


def sent(recipient: Recipient) -> dict[str, str]:
    """What each form of these pages takes, all at once."""
    line = recipient.annex.lines.get(code="K10")
    stored = recipient.stored(line)
    seen = {"seen": fingerprint(stored)}
    return {"K10.1.how": TEXT, "text": TEXT, "name": TEXT, "with_gaps": "on", **seen}


def ask(client: Client, method: str, address: str, recipient: Recipient):
    response = getattr(client, method)(address, sent(recipient) if method == "post" else None)
    list(response)
    return response


def text_of(response) -> str:
    """What the response says: the HTML of a page, or the XML of a file's parts."""
    content = response.getvalue()
    if not content.startswith(b"PK"):
        return content.decode()
    with ZipFile(BytesIO(content)) as parts:
        return "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith((".xml", ".rels")))


def everything(project: Project) -> tuple:
    """All that the holder of a link could change."""
    recipients = Recipient.objects.order_by("pk")
    return (
        list(recipients.values()),
        [list(row.answers.order_by("point").values("point", "value", "how", "reference")) for row in recipients],
        [list(row.submissions.values("number", "answers", "name")) for row in recipients],
        list(AnnexQuestion.objects.order_by("pk").values("text")),
        ProjectEvent.objects.filter(project=project).count(),
    )


def test_every_address_is_tried():
    assert sorted(name for name in get_resolver(answer_urls.__name__).reverse_dict if isinstance(name, str)) == NAMES


@each_method
@each_name
def test_a_valid_link_opens_its_own_annex(name, method, recipient):
    response = ask(Client(enforce_csrf_checks=True), method, path(name, recipient.token), recipient)
    takes_post = name in ("ask", "excel", "hand_in", "requirement") or not name.isidentifier()
    if method in BAD_METHODS or (method == "post" and not takes_post):
        assert response.status_code == 405
    else:
        assert response.status_code in (200, 302)


@each_method
@each_name
def test_a_link_that_was_ended_opens_nothing_and_tells_nothing(name, method, recipient, annex, team):
    recipient.revoke(team.lead.user)
    assert_closed(name, method, recipient, annex)


@each_method
@each_name
def test_a_link_that_was_replaced_opens_nothing_and_the_new_one_does(name, method, recipient, annex, team):
    old = recipient.token
    recipient.renew_link(team.lead.user)
    assert_closed(name, method, recipient, annex, old)
    assert Client().get(path("overview", recipient.token)).status_code == 200


@each_method
@each_name
def test_a_link_that_has_expired_opens_nothing(name, method, recipient, annex):
    annexes.pass_deadline(annex, 31)
    assert_closed(name, method, recipient, annex)


def assert_closed(name: str, method: str, recipient: Recipient, annex: Annex, token: str = "") -> None:
    before = everything(annex.project)
    client = Client(enforce_csrf_checks=True)
    response = ask(client, method, path(name, token or recipient.token), recipient)
    assert response.status_code == 410
    html = response.content.decode()
    for secret in (annex.title, annex.introduction, annex.contact, recipient.company, str(annex.project.municipality)):
        assert secret not in html
    assert everything(annex.project) == before


@each_name
def test_garbage_is_an_address_that_is_none(name, recipient, annex):
    before = everything(annex.project)
    key, _dot, signature = recipient.token.partition(".")
    forged = [f"{key}.{signature[:-1]}x", f"9{key}.{signature}", f"{key}.{signature}x", signature, f".{signature}", key]
    for token in (*GARBAGE, *forged):
        for method in ("get", "post"):
            response = ask(Client(enforce_csrf_checks=True), method, path(name, token), recipient)
            assert response.status_code in (301, 404), token
    assert everything(annex.project) == before


@each_name
def test_the_link_of_one_annex_does_nothing_in_another(name, recipient, annex, other_team):
    other = annexes.make_sent(other_team, ["Gamma Prøve"])
    Annex.objects.filter(pk=other.pk).update(title="Den anden kommunes bilag")
    before = everything(annex.project)
    mine = annexes.loaded(other.recipients.get())
    html = text_of(Client().get(path(name, mine.token)))
    for secret in (annex.title, recipient.company, "Anne Andersen"):
        assert secret not in html
    ask(Client(), "post", path(name, mine.token), recipient)
    after = everything(annex.project)
    assert after[1][0] == before[1][0]
    assert after[2][0] == before[2][0]


def test_nobody_reaches_what_another_recipient_handed_in(recipient, annex):
    other = annexes.loaded(annex.recipients.get(company="Beta Prøve"))
    assert Client().get(path("receipt", recipient.token)).status_code == 200
    assert Client().get(path("receipt", other.token)).status_code == 404
    for name in NAMES:
        assert recipient.company not in text_of(Client().get(path(name, other.token)))


def test_a_draft_has_no_page(team):
    draft = annexes.make_draft(team)
    (row,) = annexes.add_companies(draft, team, ["Alfa Prøve"])
    response = Client().get(path("overview", row.token))
    assert response.status_code == 410
    assert draft.title not in response.content.decode()


@each_name
def test_who_has_logged_in_gets_the_same_and_changes_no_session(name, recipient, team):
    client = Client()
    log_in_recently(client, team.reader.user)
    before = dict(client.session)
    own, strange = client.get(path(name, recipient.token)), Client().get(path(name, recipient.token))
    masked = [re.sub(r'name="page" value="\w+"', "", text_of(response)) for response in (own, strange)]
    assert masked[0] == masked[1]
    assert not own.cookies
    assert dict(client.session) == before


@pytest.mark.parametrize("language", ["da", "en"])
@each_name
def test_no_response_sets_a_cookie_is_kept_tells_its_address_or_is_listed(name, language, recipient, team):
    address = path(name, recipient.token, language)
    client = Client(enforce_csrf_checks=True)
    responses = [
        client.get(address),
        client.head(address),
        client.post(address, sent(recipient)),
        client.put(address),
        client.get(address.rstrip("/")),
        client.get(address + "findes/ikke/"),
        client.get(path(name, "garbage", language)),
        client.post(address, "x" * 1_000_001, content_type="text/plain"),
        client.post(address, {"K10.1.how": "x", "seen": "y"}, headers={"X-Requested-With": "fetch"}),
    ]
    recipient.revoke(team.lead.user)
    responses += [client.get(address), client.post(address, sent(recipient))]
    expected = {404, 405, 410, 413} | ({301} if address.endswith("/") else set())
    assert expected <= {response.status_code for response in responses}
    for response in responses:
        assert not response.cookies
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "strict-origin"
        assert "noindex" in response["X-Robots-Tag"]
        assert "cookie" not in response.get("Vary", "").lower()


@each_name
def test_pages_lead_to_no_other_website_and_load_nothing_from_one(name, recipient):
    html = text_of(Client().get(path(name, recipient.token)))
    if name == "file":
        assert not re.findall(r'TargetMode="External"', html)
        return
    page = html[html.index("<main") : html.index("</main>")]
    assert re.findall(r'(?:href|src|action)="(?!/|#)[^"]*"', page) == []


@pytest.mark.parametrize(
    "data",
    [
        {"K10.1.value": ["yes", "no"], "K10.1.how": ["a", "b"]},
        {"K10.1.value": "DROP", "K10.9999.how": "x", "K31.1.how": "et andet krav"},
        {"K10.1.how": "NUL \x00 her", "seen": "\x00", "page": "\x00" * 32, "save": "9" * 5000},
        {"K10.1.how": "\ud800", "K10.1.reference": "x" * 300_000},
        {"__proto__": "x", "K10.1": "x", ".value": "yes"},
    ],
    ids=range(5),
)
def test_tampered_forms_are_refused_or_ignored(data, recipient):
    client = Client(enforce_csrf_checks=True, raise_request_exception=True)
    body = {
        name: [
            text.encode("utf-8", "surrogatepass").decode("latin-1")
            for text in ([value] if isinstance(value, str) else value)
        ]
        for name, value in data.items()
    }
    for name in NAMES:
        assert client.post(path(name, recipient.token), body).status_code < 500
    assert recipient.answers.filter(point__startswith="K31").count() == 0


def test_addresses_that_are_no_numbers_or_too_long_are_none(recipient):
    overview = path("overview", recipient.token)
    for end in (
        "k99/",
        "9" * 5000 + "/",
        "kvittering/0/",
        f"kvittering/{'9' * 5000}/",
        "kvittering/x/",
        "k10%00/",
        "k10/../",
    ):
        assert Client().get(overview + end).status_code in (301, 404), end


def test_all_answers_of_a_recipient_have_a_limit_in_size(recipient, monkeypatch):
    monkeypatch.setattr("legaltoolbox.projects.models.vendor_answers.MOST_LETTERS", 500)
    response = ask(Client(), "post", path("requirement", recipient.token), recipient)
    assert response.status_code == 302
    html = Client().get(path("requirement", recipient.token)).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', html)[1]
    response = Client().post(path("requirement", recipient.token), {"K10.1.how": "x" * 600, "seen": seen})
    assert response.status_code == 200
    assert "x" * 600 in response.content.decode()
    assert recipient.stored(recipient.annex.lines.get(code="K10"))["K10.1.how"] == TEXT


def test_a_project_that_is_deleted_or_closed_meanwhile_takes_nothing(recipient, team, monkeypatch):
    team.project.close(team.lead.user)
    response = ask(Client(), "post", path("requirement", recipient.token), recipient)
    assert response.status_code == 409
    assert TEXT in response.content.decode()
    address = path("requirement", recipient.token)
    kept = Recipient.objects.with_token(recipient.token)
    monkeypatch.setattr(type(Recipient.objects), "with_token", lambda self, token: kept)
    Project.objects.filter(pk=team.project.pk).delete()
    assert Client().post(address, {"K10.1.how": TEXT}).status_code == 404
