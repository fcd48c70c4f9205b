"""Comments at the places of a project: who writes, where they stand, and that nothing typed is lost."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from legaltoolbox.projects.models import Comment, ProjectDocument, ProjectEvent, ProjectLegalBasis, RiskAssessment
from tests.legaltoolbox.projects.access import TABLE
from tests.legaltoolbox.projects.documents import begin, browser
from tests.mails import log_in
from tests.reading import parse

WRITERS = {"lead", "editor", "management", "dpo", "substitute"}
IN_PROJECT = WRITERS | {"reader"}


@pytest.fixture
def basis(team):
    values = {"phase": "drift-og-overvaagning", "processing": "Brug i driften", "code": "H05"}
    return ProjectLegalBasis.add_processing(team.project, team.lead.user, **values)


@pytest.fixture
def document(team):
    return begin(team)


@pytest.fixture
def places(team, basis, document):
    """The codes of the places with the addresses of their pages."""

    def url(name, *keys):
        return reverse(f"projects:{name}", args=[*team.project.address, *keys])

    return {
        "R09": url("risk", "r09"),
        RiskAssessment.add_own(team.project, "Nedbrud i ferien", team.lead.user).code: url("risk", "e01"),
        "K31": url("requirement", "k31"),
        "A25": url("activity", "a25"),
        f"basis-{basis.pk}": url("legal_basis", basis.pk),
        f"{document.number}.10": url("section", document.number, "10"),
        str(document.number): url("document_steps", document.number),
    }


def comments_url(team, name="comments", *keys):
    return reverse(f"projects:{name}", args=[*team.project.address, *keys])


def hidden(html, name) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', html)[1]


def write(team, place="R09", text="Hvorfor 2?", by="dpo", **values):
    return Comment.write(team.project, team.people[by].user, place, text, **values)


def post(team, client, place="R09", text="Hvorfor 2?", page="p" * 32):
    return client.post(comments_url(team), {"place": place, "text": text, "page": page})


def test_a_comment_is_written_at_each_kind_of_place_and_shown_there(team, places):
    client = browser(team.editor)
    for place, url in places.items():
        form = parse(client.get(url).content.decode()).find("main")
        assert {field.attrs.get("value") for field in form.find_all("input")} >= {place}
        response = post(
            team, client, place, f"Om {place}", page=place.ljust(32, "x").replace(".", "y").replace("-", "z")
        )
        assert response.url == f"{url}#comment-{Comment.objects.latest('pk').pk}"
        assert f"Om {place}" in client.get(url).content.decode()
    assert Comment.objects.count() == len(places)


@pytest.mark.parametrize("place", ["", "R99", "E07", "A25.3", "9", "1.99", "basis-0", "S05", "../", "1" * 60])
def test_a_place_that_the_project_has_not_is_no_place(place, team, document):
    assert post(team, browser(team.lead), place).status_code == 404
    assert not Comment.objects.exists()


def test_a_place_of_another_project_is_no_place(team, other_team, basis):
    assert post(other_team, browser(other_team.lead), f"basis-{basis.pk}").status_code == 404


def test_a_reader_reads_and_the_others_write(team):
    write(team)
    url = reverse("projects:risk", args=[*team.project.address, "r09"])
    shown = {name: browser(team.people[name]).get(url).content.decode() for name in IN_PROJECT}
    assert all("Hvorfor 2?" in page for page in shown.values())
    assert {name for name, page in shown.items() if f'action="{comments_url(team)}"' in page} == WRITERS
    written = {
        name
        for name in team.people
        if post(team, browser(team.people[name]), page=name.ljust(32, "x")).status_code == 302
    }
    assert written == WRITERS


def test_a_data_protection_officer_writes_opinions_and_comments_alone(team):
    """All other addresses that only change something answer 404."""
    client = browser(team.dpo)
    answered = {
        row.name
        for row in TABLE
        if row.is_post and row.name.startswith("projects:") and client.post(row.path(team)).status_code != 404
    }
    assert answered == {
        "projects:task_mails",
        "projects:accept",
        "projects:comment_resolve",
        "projects:document_opinion",
    }
    assert post(team, client).status_code == 302


def test_a_thread_is_answered_ended_and_opened_again_by_an_answer(team):
    thread = write(team)
    url = reverse("projects:risk", args=[*team.project.address, "r09"])
    client = browser(team.lead)
    client.post(comments_url(team, "comment_reply", thread.pk), {"text": "Rettet til 3.", "page": "a" * 32})
    client.post(comments_url(team, "comment_resolve", thread.pk))
    main = parse(client.get(url).content.decode()).find("main")
    assert "open" not in main.find("details", id="comments").attrs
    assert "Hvorfor 2?" not in client.get(comments_url(team)).content.decode()
    client.post(comments_url(team, "comment_reply", thread.pk), {"text": "Ikke helt.", "page": "b" * 32})
    page = client.get(url).content.decode()
    assert page.index("Hvorfor 2?") < page.index("Rettet til 3.") < page.index("Ikke helt.")
    assert "open" in parse(page).find("details", id="comments").attrs
    assert "Hvorfor 2?" in client.get(comments_url(team)).content.decode()


def test_a_double_click_writes_one_and_two_texts_of_one_page_are_two(team):
    client = browser(team.lead)
    for text in ("Hvorfor 2?", "Hvorfor 2?", "Og hvornår?"):
        post(team, client, text=text)
    assert list(Comment.objects.values_list("text", flat=True)) == ["Hvorfor 2?", "Og hvornår?"]


def test_what_is_refused_comes_back_with_what_was_typed(team):
    client = browser(team.lead)
    for text in ("x" * 4001, "  "):
        response = post(team, client, text=text)
        assert text.strip() in response.content.decode()
        assert hidden(response.content.decode(), "place") == "R09"
    thread = write(team)
    page = client.post(comments_url(team, "comment_reply", thread.pk), {"text": "y" * 4001}).content.decode()
    assert "y" * 4001 in page
    team.project.close(team.lead.user)
    assert "Hvorfor 2?" in post(team, client).content.decode()
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("is_reply", [False, True])
def test_a_login_that_expired_keeps_what_was_typed(is_reply, team, client):
    url = comments_url(team, "comment_reply", write(team).pk) if is_reply else comments_url(team)
    client.post(url, {"place": "R09", "text": "Skrevet længe", "page": "p" * 32})
    log_in(client, team.lead.user.email, next=url)
    page = client.get(url).content.decode()
    assert "Skrevet længe" in page
    assert Comment.objects.filter(text="Skrevet længe").count() == 0
    typed = {"place": "R09", "text": "Skrevet længe", "page": hidden(page, "page")}
    assert client.post(url, typed).status_code == 302
    assert Comment.objects.filter(text="Skrevet længe").count() == 1


def test_a_discussion_whose_place_is_gone_can_be_ended_from_the_list(team, basis):
    place = f"basis-{basis.pk}"
    thread = write(team, place)
    basis.withdraw(team.lead.user)
    client = browser(team.lead)
    assert place in client.get(comments_url(team)).content.decode()
    client.post(comments_url(team, "comment_resolve", thread.pk))
    thread.refresh_from_db()
    assert thread.resolved_by == team.lead.user


def test_the_history_names_the_place_in_words(team, document):
    post(team, browser(team.lead), f"{document.number}.10")
    assert ProjectEvent.objects.get(what="commented").place == "S05.10"
    template = ProjectDocument.objects.get().template
    assert template in browser(team.reader).get(comments_url(team, "history")).content.decode()


def test_pages_ask_as_much_for_one_comment_as_for_many(team, places):
    client = browser(team.lead)

    def queries(url):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(url)
        return len(captured)

    urls = [*places.values(), comments_url(team)]
    for url in urls:
        client.get(url)
    for place in places:
        write(team, place)
    one = [queries(url) for url in urls]
    for place in places:
        for number in range(4):
            thread = write(team, place, f"Nr. {number}", by="editor")
            write(team, place, "Svar", by="lead", parent=thread)
        thread.resolve(team.lead.user)
    assert [queries(url) for url in urls] == one


def test_the_end_of_a_discussion_is_one_event_however_often_it_is_clicked(team):
    thread = write(team)
    for _click in range(2):
        thread.resolve(team.lead.user)
    [event] = team.project.events.filter(what="resolved")
    assert (event.place, event.actor) == ("R09", team.lead.user)
