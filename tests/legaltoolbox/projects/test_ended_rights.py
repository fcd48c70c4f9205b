"""Whose role ends between the opening of a form and its storing: nothing is stored, and nothing typed is lost."""

import pytest
from django.urls import reverse

from legaltoolbox.projects.models import Comment, Project, ProjectDocument, ProjectMember, Task
from legaltoolbox.projects.rights import ProjectRole
from tests.admin_pages import form_data
from tests.legaltoolbox.projects.documents import begin, browser, find_field

ENDED = "Din rolle i projektet er ændret"


@pytest.fixture
def ends_while_waiting(monkeypatch):
    """A function that takes a member's role, or gives another one, while the next change waits for the project."""

    def end(member, role="") -> None:
        hold = Project.hold

        def later(project: Project) -> None:
            rows = ProjectMember.objects.filter(member=member)
            rows.update(role=role) if role else rows.delete()
            hold(project)

        monkeypatch.setattr(Project, "hold", later)

    return end


def address(team, name, *args) -> str:
    return reverse(f"projects:{name}", args=[*team.project.address, *args])


@pytest.mark.parametrize("role", ["", ProjectRole.READER])
def test_a_task_is_not_added_and_the_form_comes_back(team, ends_while_waiting, role):
    client, path = browser(team.editor), address(team, "task_new")
    typed = form_data(client.get(path).content.decode()) | {"title": "Aftal et møde med driften"}
    ends_while_waiting(team.editor, role)
    page = client.post(path, typed).content.decode()
    assert ENDED in page
    assert "Aftal et møde med driften" in page
    assert not Task.objects.exists()


def test_a_section_is_not_stored_and_the_form_comes_back(team, ends_while_waiting):
    template, section, field = find_field("text")
    document = begin(team, template.code)
    client, path = browser(team.editor), address(team, "section", document.number, section.key)
    typed = form_data(client.get(path).content.decode()) | {f"f-{field.key}": "Længe skrevet på"}
    ends_while_waiting(team.editor)
    page = client.post(path, typed).content.decode()
    assert ENDED in page
    assert "Længe skrevet på" in page
    saved_by_itself = client.post(path, typed, headers={"X-Requested-With": "fetch"})
    assert saved_by_itself.status_code == 409
    assert saved_by_itself.json()["text"].startswith(ENDED)
    assert not ProjectDocument.objects.get().edits.exists()


def test_a_comment_is_not_stored(team, ends_while_waiting):
    client = browser(team.editor)
    ends_while_waiting(team.editor)
    page = client.post(address(team, "comments"), {"place": "R09", "text": "Skrevet længe", "page": "p" * 32}).content
    assert ENDED in page.decode()
    assert "Skrevet længe" in page.decode()
    assert not Comment.objects.exists()


def test_who_has_the_right_still_is_stored(team, ends_while_waiting):
    client, path = browser(team.editor), address(team, "task_new")
    typed = form_data(client.get(path).content.decode()) | {"title": "Aftal et møde"}
    ends_while_waiting(team.reader)
    assert client.post(path, typed).status_code == 302
    assert Task.objects.get().title == "Aftal et møde"


def test_who_was_removed_while_writing_can_copy_the_text_from_the_page(team):
    template, section, field = find_field("text")
    document = begin(team, template.code)
    client, path = browser(team.editor), address(team, "section", document.number, section.key)
    text = "Skrevet længe, <b>før</b> nogen fjernede personen fra projektet."
    typed = form_data(client.get(path).content.decode()) | {f"f-{field.key}": text}
    ProjectMember.objects.filter(member=team.editor).delete()
    response = client.post(path, typed)
    assert response.status_code == 404
    assert "Skrevet længe, &lt;b&gt;før&lt;/b&gt; nogen fjernede" in response.content.decode()


def test_a_page_that_is_none_repeats_nothing_that_was_sent_without_a_login(client, db):
    response = client.post("/findes-ikke/", {"text": "En tekst, som et andet websted vil have vist her på portalen."})
    assert response.status_code == 404
    assert "et andet websted" not in response.content.decode()
