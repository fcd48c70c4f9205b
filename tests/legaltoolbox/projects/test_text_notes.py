"""A project says where it works that a text has changed: on the overview, on the lists of projects, and at the text."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import Requirement, Risk
from legaltoolbox.projects.models import Project
from legaltoolbox.projects.work.own_texts import own_texts, own_texts_of
from legaltoolbox.projects.work.updates import Change, updates
from legaltoolbox.projects.work.waiting import waiting_numbers

from .changed_texts import change, page, path_of, sent, sync

OVERVIEW_WORDS = "1 ændring i kataloget venter"


def overview(team):
    return reverse("projects:overview", args=team.project.address)


def item_path(team, name="requirement", code="k01") -> str:
    return reverse(f"projects:{name}", args=[*team.project.address, code])


def test_overview_says_what_waits_to_those_who_decide(client, changed):
    for person, is_told in ((changed.lead, True), (changed.editor, True), (changed.reader, False)):
        client.force_login(person.user)
        assert (OVERVIEW_WORDS in page(client, overview(changed)).text) is is_told, person


def test_lists_of_projects_count_the_changes_as_one_thing(client, changed):
    def number() -> int:
        projects = list(Project.objects.visible_to(changed.lead.user))
        return waiting_numbers(projects, changed.lead.user, catalogues.current(), timezone.localdate())[
            changed.project.pk
        ]

    before = number()
    client.force_login(changed.lead.user)
    path = path_of(changed)
    client.post(path, sent(client, path))
    assert number() == before - 1


def test_page_of_a_requirement_says_what_its_text_is(client, changed):
    client.force_login(changed.lead.user)
    main = page(client, item_path(changed))
    assert "Teksten er ændret i kataloget. Her står den, I har svaret på." in main.text
    assert path_of(changed) in [each.attrs["href"] for each in main.find_all("a")]
    path = path_of(changed)
    client.post(path, sent(client, path, verdict="keep", reason="Udbuddet er sendt."))
    assert "I bliver ved den gamle tekst: Udbuddet er sendt." in page(client, item_path(changed)).text
    client.post(path, sent(client, path, verdict="reassess"))
    assert "Skal vurderes igen" in page(client, item_path(changed)).text
    client.post(f"{path}vurderet/")
    assert "Skal vurderes igen" not in page(client, item_path(changed)).text


def test_page_of_another_requirement_says_nothing(client, changed):
    client.force_login(changed.lead.user)
    assert "ændret i kataloget" not in page(client, item_path(changed, code="k02")).text


def test_overview_names_new_items(client, pinned):
    Requirement.objects.filter(code="K02").update(is_public=False)
    pinned.project.items.filter(code="K02").delete()
    change(code="K02", is_public=True)
    sync(pinned)
    client.force_login(pinned.lead.user)
    assert "1 nyt punkt i kataloget gælder efter jeres svar" in page(client, overview(pinned)).text


@pytest.mark.parametrize("verdict", ["", "keep", "reassess", "accept"])
def test_number_that_waits_is_that_of_the_page(client, changed, verdict):
    change(Risk, "R01", cause="En anden årsag.")
    Requirement.objects.filter(code="K05").update(duty="Ingen har skrevet om det.")
    if verdict:
        client.force_login(changed.lead.user)
        path = path_of(changed)
        client.post(path, sent(client, path, verdict=verdict, reason="Grund"))
    catalogue = catalogues.build()
    expected = sum(each.is_waiting and each.what != Change.NEW for each in updates(changed.project, catalogue))
    assert expected == {"": 2, "reassess": 2}.get(verdict, 1)
    assert own_texts(changed.project, catalogue).waiting == expected
    assert own_texts_of([changed.project], catalogue)[changed.project.pk].waiting == expected


def test_cost_is_one_query_where_nothing_differs_and_the_same_for_many_changes(pinned, django_assert_max_num_queries):
    catalogue = catalogues.build()
    with django_assert_max_num_queries(1):
        assert not own_texts_of([pinned.project], catalogue)
    for code in Requirement.objects.values_list("code", flat=True):
        pinned.project.requirement_states.get_or_create(code=code, defaults={"state": "met"})
    Requirement.objects.update(duty="Noget andet.")
    catalogue = catalogues.build()
    with django_assert_max_num_queries(3):
        assert own_texts_of([pinned.project], catalogue)[pinned.project.pk].waiting > 10


def test_report_names_the_texts_that_wait_those_to_assess_again_and_those_that_are_kept(client, changed):
    client.force_login(changed.lead.user)
    report, path = reverse("projects:report", args=changed.project.address), path_of(changed)
    assert "Teksten til K01 er ændret i kataloget" in page(client, report).text
    client.post(path, sent(client, path, verdict="keep", reason="Udbuddet er sendt."))
    assert "Teksten til K01" not in page(client, report).text
    assert ("K01", "Udbuddet er sendt.") in words_in_tables(client, changed)
    client.post(path, sent(client, path, verdict="reassess"))
    assert "Svarene til K01 skal vurderes igen" in page(client, report).text


def words_in_tables(client, team) -> list[tuple[str, ...]]:
    """The rows of the tables of the report's Word file."""
    response = client.get(reverse("projects:report_file", args=[*team.project.address, "docx"]))
    document = Document(BytesIO(b"".join(response) if response.streaming else response.content))
    return [tuple(cell.text for cell in row.cells) for table in document.tables for row in table.rows]
