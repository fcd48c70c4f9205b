"""A vendor's pages behind a link: what they show, save, refuse and hand in."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from kl_ai.drafts.parts import fingerprint
from kl_ai.mail.models import OutgoingMail
from kl_ai.mail.outbox import send_waiting
from kl_ai.people.limits import DAY, LIMITS, Limit
from kl_ai.text import MASK, mask_tokens
from legaltoolbox.projects.models import AnnexQuestion, Recipient
from tests.days import on_date
from tests.legaltoolbox.projects import annexes

pytestmark = pytest.mark.any_database

FETCH = {"X-Requested-With": "fetch"}
READ = {"Sec-Fetch-Mode": "navigate"}


@pytest.fixture
def annex(team):
    return annexes.make_sent(team)


@pytest.fixture
def recipient(annex) -> Recipient:
    return annexes.loaded(annex.recipients.get(company="Alfa Prøve"))


@pytest.fixture
def client() -> Client:
    """A browser that checks what production checks: no page here asks for a token or a cookie."""
    return Client(enforce_csrf_checks=True)


def url(recipient, name="overview", *args, language="da") -> str:
    with override(language):
        return reverse(f"vendor_answers:{name}", args=[recipient.token, *args])


def hidden(html: str, name: str = "seen") -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', html)[1]


def page(client, recipient, code="k10") -> str:
    response = client.get(url(recipient, "requirement", code))
    assert response.status_code == 200
    return response.content.decode()


def save(client, recipient, code="k10", headers=None, **typed):
    """Send the form of a requirement as its page shows it now, with these answers to its first point."""
    html = page(client, recipient, code)
    data = {f"{code.upper()}.1.{name}": value for name, value in typed.items()}
    return client.post(url(recipient, "requirement", code), {**data, "seen": hidden(html)}, headers=headers)


def stored(recipient, code="K10") -> dict:
    return recipient.stored(recipient.annex.lines.get(code=code))


def test_overview_says_who_asks_what_until_when_and_how_far_one_is(client, recipient, annex):
    html = client.get(url(recipient)).content.decode()
    assert f"{annex.project.municipality} spørger Alfa Prøve" in html
    for text in ("Krav til brevhjælper", "Svar kort.", "udbud@k9901.example", "Begynd med K10", "Ikke begyndt"):
        assert text in html
    save(client, recipient, value="yes", how="Sådan gør vi")
    html = client.get(url(recipient)).content.decode()
    total = len(recipient.annex.lines.get(code="K10").answered_points)
    assert f"1 af {total} punkter besvaret" in html
    assert "Fortsæt med K10" in html
    assert "Sidst gemt" in html


def test_answers_are_saved_cleaned_and_shown_again(client, recipient):
    how = "Vi sletter \u00ad\u200bdagligt – æøå ÆØÅ\r\nHver nat"
    response = save(client, recipient, value="yes", how=how, reference="  Bilag   3,\u2028side 4 ")
    assert response.status_code == 302
    assert stored(recipient)["K10.1.how"] == "Vi sletter dagligt – æøå ÆØÅ\nHver nat"
    assert stored(recipient)["K10.1.reference"] == "Bilag 3, side 4"
    assert "Vi sletter dagligt – æøå ÆØÅ" in page(client, recipient)


def test_save_and_go_on_leads_to_the_next_requirement_and_after_the_last_to_handing_in(client, recipient):
    html = page(client, recipient)
    response = client.post(url(recipient, "requirement", "k10"), {"_next": "1", "seen": hidden(html)})
    assert response.url == url(recipient, "requirement", "k31") + "?gemt=K10"
    assert "K10 er gemt" in client.get(response.url).content.decode()
    response = client.post(
        url(recipient, "requirement", "k31"), {"_next": "1", "seen": hidden(page(client, recipient, "k31"))}
    )
    assert response.url.startswith(url(recipient, "hand_in"))


def test_only_answers_that_the_use_allows_are_taken(client, recipient):
    assert 'value="partly"' not in page(client, recipient, "k10")
    assert 'value="partly"' in page(client, recipient, "k31")
    assert save(client, recipient, value="partly", how="Næsten").status_code == 200
    assert stored(recipient)["K10.1.value"] == ""
    assert stored(recipient)["K10.1.how"] == "Næsten"


def test_what_is_too_long_stays_on_the_page_and_the_rest_is_saved(client, recipient):
    html = save(client, recipient, value="no", how="x" * 5000).content.decode()
    assert "x" * 5000 in html
    assert "Resten er gemt" in html
    assert stored(recipient)["K10.1.value"] == "no"
    assert stored(recipient)["K10.1.how"] == ""


def test_who_saves_second_sees_both_versions_and_decides(client, recipient):
    html = page(client, recipient)
    save(Client(), recipient, how="Kollegaens")
    data = {"K10.1.how": "Mit eget", "seen": hidden(html)}
    conflict = client.post(url(recipient, "requirement", "k10"), data).content.decode()
    assert "Kollegaens" in conflict
    assert "Mit eget" in conflict
    assert "Du har selv" not in conflict
    assert stored(recipient)["K10.1.how"] == "Kollegaens"
    assert client.post(url(recipient, "requirement", "k10"), data | {"seen": hidden(conflict)}).status_code == 302
    assert stored(recipient)["K10.1.how"] == "Mit eget"


def test_two_windows_that_write_different_points_and_a_double_click_do_no_harm(client, recipient):
    html = page(client, recipient)
    data = {"K10.1.how": "Et", "seen": hidden(html)}
    assert [client.post(url(recipient, "requirement", "k10"), data).status_code for _ in range(2)] == [302, 302]
    other = page(client, recipient)
    client.post(url(recipient, "requirement", "k10"), {"K10.2.how": "To", "seen": hidden(other)})
    assert (stored(recipient)["K10.1.how"], stored(recipient)["K10.2.how"]) == ("Et", "To")


def test_autosave_saves_says_so_and_is_no_conflict_with_itself(client, recipient):
    html = page(client, recipient)
    path, name = url(recipient, "requirement", "k10"), hidden(html, "page")
    sent = {"K10.1.how": "Mens jeg", "seen": hidden(html), "page": name, "save": "1"}
    answer = client.post(path, sent, headers=FETCH)
    assert answer.json()["seen"] == fingerprint(stored(recipient))
    assert "Gemt kl." in answer.json()["text"]
    # The answer is lost, and the page saves once more with the fingerprint of its beginning.
    again = client.post(path, sent | {"K10.1.how": "Mens jeg skriver", "save": "2"}, headers=FETCH)
    assert again.status_code == 200
    other = client.post(path, {"K10.1.how": "Et andet vindue", "seen": hidden(html)}, headers=FETCH)
    assert other.status_code == 409
    assert other.json()["conflict"]
    assert stored(recipient)["K10.1.how"] == "Mens jeg skriver"


def test_text_typed_while_the_time_ran_out_is_on_the_refused_page(client, recipient, annex, team):
    html = page(client, recipient)
    annexes.pass_deadline(annex)
    data = {"K10.1.how": "En lang forklaring <b>", "seen": hidden(html)}
    response = client.post(url(recipient, "requirement", "k10"), data)
    assert response.status_code == 409
    assert "En lang forklaring &lt;b&gt;" in response.content.decode()
    assert "udbud@k9901.example" in response.content.decode()
    assert not recipient.answers.exists()
    fetched = client.post(url(recipient, "requirement", "k10"), data, headers=FETCH)
    assert fetched.status_code == 409
    assert "conflict" not in fetched.json()
    asked = client.post(url(recipient, "ask"), {"text": "Må vi spørge?"})
    assert asked.status_code == 409
    assert "Må vi spørge?" in asked.content.decode()


def test_text_typed_while_the_link_was_ended_is_on_the_page_too(client, recipient, team):
    html = page(client, recipient)
    recipient.revoke(team.lead.user)
    data = {"K10.1.how": "En lang forklaring", "seen": hidden(html)}
    response = client.post(url(recipient, "requirement", "k10"), data)
    assert response.status_code == 410
    assert "En lang forklaring" in response.content.decode()
    assert "Krav til brevhjælper" not in response.content.decode()
    assert client.post(url(recipient, "requirement", "k10"), data, headers=FETCH).status_code == 409


def test_after_the_deadline_everything_is_read_only(client, recipient, annex):
    save(client, recipient, value="yes", how="Sådan")
    annexes.pass_deadline(annex)
    html = page(client, recipient)
    assert "Sådan" in html
    assert "<form" not in html
    overview = client.get(url(recipient)).content.decode()
    assert "Der er lukket for svar" in overview
    assert "Der er ikke indsendt noget" in overview
    assert "<form" not in overview
    assert "<form" not in client.get(url(recipient, "hand_in")).content.decode()


def seen_of(client, recipient) -> str:
    return hidden(client.get(url(recipient, "hand_in")).content.decode())


def hand_in(client, recipient, **fields):
    data = {"name": "Anne Andersen", "with_gaps": "on", "seen": seen_of(client, recipient), **fields}
    return client.post(url(recipient, "hand_in"), data)


def test_handing_in_gives_a_receipt_page_and_a_mail_without_answers(client, recipient):
    save(client, recipient, value="yes", how="Vores hemmelige metode")
    response = hand_in(client, recipient)
    assert response.url == url(recipient, "receipt", 1)
    html = client.get(response.url).content.decode()
    assert "Anne Andersen" in html
    assert "Vores hemmelige metode" in html
    send_waiting()
    (message,) = mail.outbox
    assert message.to == [recipient.email]
    assert url(recipient, "receipt", 1) in message.body
    assert "Vores hemmelige metode" not in message.body + message.subject
    assert recipient.token not in OutgoingMail.objects.get().body


def test_a_double_click_hands_in_once(client, recipient):
    save(client, recipient, value="yes")
    data = {"name": "Anne", "with_gaps": "on", "seen": seen_of(client, recipient)}
    first, second = (client.post(url(recipient, "hand_in"), data) for _ in range(2))
    assert first.url == second.url
    assert recipient.submissions.count() == OutgoingMail.objects.filter(kind="annex_receipt").count() == 1


def test_open_points_are_named_and_need_a_tick(client, recipient):
    save(client, recipient, value="yes")
    html = client.get(url(recipient, "hand_in")).content.decode()
    assert url(recipient, "requirement", "k31") in html
    refused = client.post(url(recipient, "hand_in"), {"name": "Anne", "seen": hidden(html)})
    assert "Sæt kryds her" in refused.content.decode()
    assert not recipient.submissions.exists()


def test_what_a_colleague_saved_meanwhile_is_not_handed_in_unseen(client, recipient):
    save(client, recipient, value="yes")
    seen = seen_of(client, recipient)
    save(Client(), recipient, value="no")
    html = hand_in(client, recipient, seen=seen).content.decode()
    assert "har gemt andre svar" in html
    assert not recipient.submissions.exists()
    data = {"name": "Anne", "with_gaps": "on", "seen": hidden(html)}
    assert client.post(url(recipient, "hand_in"), data).status_code == 302


def test_nothing_and_nobody_is_not_handed_in(client, recipient):
    assert "mindst ét punkt" in hand_in(client, recipient).content.decode()
    save(client, recipient, value="yes")
    assert hand_in(client, recipient, name=" \u200b ").status_code == 200
    assert not recipient.submissions.exists()


def test_a_correction_says_so_until_it_is_handed_in_again(client, recipient):
    save(client, recipient, value="yes")
    hand_in(client, recipient)
    assert "Ændret" not in client.get(url(recipient)).content.decode()
    save(client, recipient, value="no", how="Alligevel ikke")
    html = client.get(url(recipient)).content.decode()
    assert "Ændret siden sidste indsendelse" in html
    assert "Indsend igen" in html
    hand_in(client, recipient)
    assert "Ændret" not in client.get(url(recipient)).content.decode()
    earlier = client.get(url(recipient, "receipt", 1)).content.decode()
    assert "Alligevel ikke" not in earlier
    assert url(recipient, "receipt", 2) in earlier


def test_handing_in_after_the_deadline_is_refused(client, recipient, annex):
    save(client, recipient, value="yes")
    seen = seen_of(client, recipient)
    annexes.pass_deadline(annex)
    response = client.post(url(recipient, "hand_in"), {"name": "Anne", "with_gaps": "on", "seen": seen})
    assert response.status_code == 409
    assert not recipient.submissions.exists()


def test_a_question_is_asked_once_and_its_answer_is_for_all_without_who_asked(client, recipient, annex, team):
    for _ in range(2):
        response = client.post(url(recipient, "ask"), {"text": "Gælder K10 også test?"})
        assert response.url == url(recipient) + "#questions"
    question = AnnexQuestion.objects.get()
    assert "Gælder K10 også test?" in client.get(url(recipient)).content.decode()
    other = annexes.loaded(annex.recipients.get(company="Beta Prøve"))
    assert "Gælder K10" not in client.get(url(other)).content.decode()
    question.annex = annex
    question.give_answer(team.lead.user, "Ja, også test.")
    html = client.get(url(other)).content.decode()
    assert "Ja, også test." in html
    assert "Alfa" not in html


def test_an_empty_or_too_long_question_comes_back(client, recipient):
    assert client.post(url(recipient, "ask"), {"text": " \u200b"}).status_code == 200
    html = client.post(url(recipient, "ask"), {"text": "y" * 2001}).content.decode()
    assert "y" * 2001 in html
    assert not AnnexQuestion.objects.exists()


def test_a_scanner_changes_nothing_and_a_reader_is_noted_once(client, recipient):
    for get in (client.get, client.head):
        get(url(recipient))
    client.get(url(recipient), headers={**READ, "Sec-Purpose": "prefetch"})
    recipient.refresh_from_db()
    assert recipient.opened_at is None
    client.get(url(recipient), headers=READ)
    recipient.refresh_from_db()
    first = recipient.opened_at
    assert first is not None
    client.get(url(recipient), headers=READ)
    recipient.refresh_from_db()
    assert recipient.opened_at == first


@pytest.mark.parametrize("action", ["answer_annex", "hand_in_annex", "ask_about_annex"])
def test_whoever_does_it_too_often_is_asked_to_wait_and_keeps_the_text(action, client, recipient, monkeypatch):
    monkeypatch.setitem(LIMITS, action, (Limit("recipient", 1, DAY),))
    send = {
        "answer_annex": lambda text: save(client, recipient, how=text),
        "hand_in_annex": lambda text: hand_in(client, recipient, name=text),
        "ask_about_annex": lambda text: client.post(url(recipient, "ask"), {"text": text}),
    }[action]
    if action == "hand_in_annex":
        save(client, recipient, value="yes")
    assert send("En gang").status_code == 302
    refused = send("To gange")
    assert refused.status_code == 429
    assert refused["Retry-After"]
    assert "To gange" in refused.content.decode()
    if action == "answer_annex":
        assert save(client, recipient, headers=FETCH, how="Tre").status_code == 429


def test_english_pages_and_a_mail_in_the_language_of_the_recipient(client, recipient):
    Recipient.objects.update(language="en")
    html = client.get(url(recipient, language="en")).content.decode()
    assert "asks Alfa Prøve" in html
    assert "Begin with K10" in html
    save(client, recipient, value="yes")
    hand_in(client, recipient)
    (letter,) = OutgoingMail.objects.filter(kind="annex_receipt")
    assert letter.subject.startswith("Receipt")
    assert "/en/juridisk" in letter.body


def test_the_printed_page_has_all_requirements_and_answers(client, recipient):
    save(client, recipient, value="yes", how="Sådan <i>")
    html = client.get(url(recipient, "print")).content.decode()
    assert "Sådan &lt;i&gt;" in html
    for line in recipient.annex.lines.all():
        assert line.title in html
        for point in line.points:
            assert f">{point['number']}<" in html


def queries(client, path) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def test_number_of_queries_does_not_grow_with_what_is_answered(client, recipient):
    paths = [url(recipient), url(recipient, "requirement", "k31"), url(recipient, "print"), url(recipient, "hand_in")]
    [client.get(path) for path in paths]
    before = [queries(client, path) for path in paths]
    for code in ("k10", "k31"):
        save(client, recipient, code, value="yes", how="Sådan")
    hand_in(client, recipient)
    for number in range(5):
        client.post(url(recipient, "ask"), {"text": f"Spørgsmål {number}"})
    assert [queries(client, path) for path in paths] == before


def test_the_secret_is_masked_in_logs_and_stands_in_no_title(client, recipient):
    assert mask_tokens(f"Not Found: {url(recipient)}x").count(MASK) == 1
    assert recipient.token.partition(".")[2] not in mask_tokens(f"GET {url(recipient)}")
    for path in (url(recipient), url(recipient, "hand_in"), url(recipient, "requirement", "k10")):
        title = re.search("<title>(.*)</title>", client.get(path).content.decode(), re.DOTALL)[1]
        assert recipient.token not in title


def test_a_link_ends_thirty_days_after_the_deadline(client, recipient, annex):
    annexes.pass_deadline(annex, 30)
    assert client.get(url(recipient)).status_code == 200
    annexes.pass_deadline(annex, 31)
    assert client.get(url(recipient)).status_code == 410


def test_answers_are_taken_until_midnight_danish_time(client, recipient, annex):
    html = page(client, recipient)
    with on_date(annex.deadline):
        response = client.post(url(recipient, "requirement", "k10"), {"K10.1.how": "Til tiden", "seen": hidden(html)})
        assert response.status_code == 302
    with on_date(annex.deadline + timedelta(days=1)):
        html = client.get(url(recipient)).content.decode()
        assert "Der er lukket for svar" in html
