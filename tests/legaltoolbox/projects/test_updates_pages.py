"""The pages on which a project sees what has changed in the catalogue, and decides."""

import pytest
from django.test import Client
from django.urls import reverse

from legaltoolbox.models import Requirement, Risk, ScreeningQuestion
from legaltoolbox.projects.models import ItemDecision, ProjectItem
from tests.reading import parse

from .changed_texts import change, list_path, page, path_of, sent, sync
from .project_rows import say_all


def test_list_says_in_a_sentence_what_waits(client, changed):
    change(Risk, "R01", cause="En anden årsag.")
    client.force_login(changed.lead.user)
    text = page(client, list_path(changed)).text
    assert "2 tekster er ændret, siden I arbejdede med dem; 1 kan kræve en ny vurdering." in text
    assert "K01" in text
    assert "R01" in text


def test_list_is_a_page_of_its_own_where_nothing_waits(client, pinned):
    client.force_login(pinned.lead.user)
    assert "Intet venter" in page(client, list_path(pinned)).text


def test_difference_marks_words_for_the_eye_and_for_screen_readers(client, changed):
    client.force_login(changed.reader.user)
    main = page(client, path_of(changed))
    assert any("[ny:" in each.text and "altid" in each.text for each in main.find_all("ins"))
    assert all("[slettet:" in each.text for each in main.find_all("del"))
    assert main.find_all("del")


def test_page_says_what_stands_under_the_text_and_leads_there(client, changed):
    client.force_login(changed.lead.user)
    main = page(client, path_of(changed))
    assert "Hvor langt kravet er opfyldt: 1" in main.text
    url = reverse("projects:requirement", args=[*changed.project.address, "k01"])
    assert url in [each.attrs["href"] for each in main.find_all("a")]


def test_reader_sees_and_cannot_decide(client, changed):
    client.force_login(changed.reader.user)
    assert not page(client, path_of(changed)).find_all("form")
    assert not page(client, list_path(changed)).find_all("form")
    assert client.post(path_of(changed), {"verdict": "accept"}).status_code == 404
    assert not ItemDecision.objects.exists()


def test_accepting_goes_on_with_the_next(client, changed):
    change(Risk, "R01", cause="En anden årsag.")
    client.force_login(changed.editor.user)
    path = path_of(changed)
    response = client.post(path, sent(client, path, next="1"))
    assert response.url == path_of(changed, "risk", "r01")
    assert ItemDecision.objects.get().verdict == "accept"


def test_keeping_needs_a_reason_and_keeps_what_is_typed(client, changed):
    client.force_login(changed.lead.user)
    path = path_of(changed)
    response = client.post(path, sent(client, path, verdict="keep"))
    assert response.status_code == 200
    assert "Skriv, hvorfor" in response.content.decode()
    client.post(path, sent(client, path, verdict="keep", reason="Udbuddet er sendt."))
    assert changed.project.items.get(code="K01").reason == "Udbuddet er sendt."
    assert "Udbuddet er sendt." in page(client, list_path(changed)).text


def test_reassessed_text_waits_until_somebody_says_so(client, changed):
    client.force_login(changed.lead.user)
    path = path_of(changed)
    client.post(path, sent(client, path, verdict="reassess"))
    assert "Skal vurderes igen" in page(client, list_path(changed)).text
    for _click in range(2):
        assert client.post(f"{path}vurderet/").status_code == 302
    assert not changed.project.items.get(code="K01").to_assess
    assert "Skal vurderes igen" not in page(client, list_path(changed)).text


def test_double_click_decides_once(client, changed):
    client.force_login(changed.lead.user)
    path = path_of(changed)
    values = sent(client, path)
    for _click in range(2):
        assert client.post(path, values).url == list_path(changed)
    assert ItemDecision.objects.count() == 1


def test_second_of_two_people_sees_the_decision_of_the_first_and_the_own_reason(client, changed):
    client.force_login(changed.lead.user)
    path = path_of(changed)
    first, second = sent(client, path, verdict="keep", reason="Vi er færdige."), sent(client, path, reason="Min grund")
    client.post(path, first)
    other = Client()
    other.force_login(changed.editor.user)
    text = other.post(path, second).content.decode()
    assert ItemDecision.objects.count() == 1
    assert "har afgjort det imens" in text
    assert "Vi er færdige." in text
    assert "Min grund" in text
    client.post(path, sent(client, path))
    text = other.post(path, {**second, "verdict": "keep"}).content.decode()
    assert "Min grund" in text


def test_text_that_changed_once_more_is_shown_anew_with_what_was_typed(client, changed):
    client.force_login(changed.lead.user)
    path = path_of(changed)
    values = sent(client, path, verdict="keep", reason="Vi er færdige.")
    change(duty="Endnu en tekst.")
    response = client.post(path, values)
    main = parse(response.content.decode()).find("main")
    assert "Teksten er ændret igen" in main.text
    assert "Endnu" in main.text
    assert main.find("textarea").text.strip() == "Vi er færdige."
    assert not ItemDecision.objects.exists()
    hidden = {
        each.attrs["name"]: each.attrs["value"] for each in main.find_all("input") if each.attrs["type"] == "hidden"
    }
    assert client.post(path, {**hidden, "verdict": "keep", "reason": "Vi er færdige."}).status_code == 302


def test_closed_project_shows_and_decides_nothing(client, changed):
    client.force_login(changed.lead.user)
    path = path_of(changed)
    values = sent(client, path)
    changed.project.close(changed.lead.user, "")
    assert client.post(path, values).status_code == 200
    assert not ItemDecision.objects.exists()
    assert not page(client, path).find_all("form")
    assert "lukket" in page(client, list_path(changed)).text or "afsluttet" in page(client, list_path(changed)).text


def test_withdrawn_requirement_shows_the_text_and_can_be_let_go(client, pinned):
    change(is_public=False)
    client.force_login(pinned.lead.user)
    path = path_of(pinned)
    client.post(path, sent(client, path))
    assert pinned.project.items.get(code="K01").state == ProjectItem.State.GONE
    assert pinned.project.requirement_states.get(code="K01").how == "I aftalen"


def test_new_items_are_seen_with_one_button(client, team):
    Requirement.objects.filter(code__in=("K02", "K03")).update(is_public=False)
    say_all(team)
    sync(team)
    change(code="K02", is_public=True)
    change(code="K03", is_public=True)
    client.force_login(team.lead.user)
    main = page(client, list_path(team))
    keys = [each.attrs["value"] for each in main.find_all("input") if each.attrs.get("name") == "seen"]
    assert len(keys) == 2
    client.post(f"{list_path(team)}set/", {"seen": keys})
    assert "Intet venter" in page(client, list_path(team)).text


@pytest.mark.parametrize("bad", ["\0", "9" * 5000, "é" * 64, "<script>"])
def test_tampered_fields_store_nothing(client, changed, bad):
    client.force_login(changed.lead.user)
    path = path_of(changed)
    for name in ("old", "new", "decided", "verdict", "reason"):
        response = client.post(path, {**sent(client, path, verdict="keep", reason="Grund"), name: bad})
        assert response.status_code in (200, 302, 400), name
    client.post(f"{list_path(changed)}set/", {"seen": [bad]})
    assert {decision.reason for decision in changed.project.item_decisions.all()} <= {bad}


def test_address_of_no_item_is_none(client, changed):
    client.force_login(changed.lead.user)
    for kind, code in (("requirement", "k999"), ("nothing", "k01"), ("scale", "x"), ("requirement", "9" * 500)):
        assert client.get(path_of(changed, kind, code)).status_code == 404


def test_number_of_queries_is_the_same_for_one_and_for_many(client, changed, django_assert_max_num_queries):
    client.force_login(changed.lead.user)
    client.get(list_path(changed))
    for code in Requirement.objects.values_list("code", flat=True):
        changed.project.requirement_states.get_or_create(code=code, defaults={"state": "met"})
    Requirement.objects.update(duty="Noget andet.")
    ScreeningQuestion.objects.first().save()
    client.get(list_path(changed))
    with django_assert_max_num_queries(16):
        client.get(list_path(changed))
    with django_assert_max_num_queries(18):
        client.get(path_of(changed))
