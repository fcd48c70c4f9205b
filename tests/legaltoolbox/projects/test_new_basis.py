"""A processing is described on a form, and stored when somebody saves it: looking at the form and leaving it stores nothing."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from legaltoolbox.projects.models import ProjectEvent, ProjectLegalBasis
from tests.legaltoolbox.projects.documents import browser
from tests.reading import parse

PHASE = "drift-og-overvaagning"
TEXTS = {"basis": "Serviceloven", "why": "Opgaven er lovfæstet", "judgement": "sufficient"}


def url(team, name="legal_basis_add") -> str:
    return reverse(f"projects:{name}", args=team.project.address)


def page(team, address: str):
    return parse(browser(team.editor).get(address).content.decode()).find("main")


def fields(team, address: str) -> dict[str, str]:
    """What the form of a new processing sends along when only the texts are typed."""
    main = page(team, address)
    (phase,) = [option.attrs["value"] for option in main.find("select", name="phase").find_all("option", selected="")]
    values = {name: main.find("input", name=name).attrs.get("value", "") for name in ("code", "processing")}
    return {"phase": phase, **values}


def test_describing_a_processing_leads_to_a_form_and_stores_nothing_before_it_is_saved(team):
    links = [link.attrs["href"] for link in page(team, url(team, "legal_bases")).find_all("a")]
    (address,) = [link for link in links if link.endswith(f"?phase={PHASE}&code=H05")]
    typed = fields(team, address)
    assert (typed["phase"], typed["code"]) == (PHASE, "H05")
    assert not ProjectLegalBasis.objects.exists()
    assert not team.project.events.filter(what=ProjectEvent.What.BASIS_ADDED).exists()


def test_saving_stores_all_of_it_once(team):
    typed = fields(team, f"{url(team)}?phase={PHASE}&code=H05") | TEXTS
    for _click in range(2):
        response = browser(team.editor).post(url(team), typed)
        assert response.url == f"{url(team, 'legal_bases')}#{PHASE}"
    row = team.project.legal_bases.get()
    assert (row.phase, row.code, row.basis, row.why, row.judgement) == (PHASE, "H05", *TEXTS.values())
    assert team.project.events.filter(what=ProjectEvent.What.BASIS_ADDED).count() == 1


def test_another_processing_is_described_in_the_words_of_the_team(team):
    typed = {"phase": PHASE, "code": "", "processing": "Statistik", "basis": "", "why": "", "judgement": "open"}
    browser(team.lead).post(url(team), typed)
    row = team.project.legal_bases.get()
    assert (row.code, row.processing, row.judgement) == ("", "Statistik", "open")


def test_what_is_wrong_comes_back_with_what_was_typed(team):
    typed = {"phase": PHASE, "code": "H05", "processing": "Brug", "basis": "Serviceloven", "why": ""}
    html = browser(team.lead).post(url(team), typed | {"judgement": "sufficient"}).content.decode()
    assert "Serviceloven" in html
    assert not ProjectLegalBasis.objects.exists()


def test_nobody_writes_over_what_another_one_has_described_meanwhile(team):
    values = {"phase": PHASE, "code": "H05", "processing": "Brug i driften"}
    first = ProjectLegalBasis.add_processing(team.project, team.lead.user, **values, **TEXTS)
    with pytest.raises(ValidationError):
        ProjectLegalBasis.add_processing(team.project, team.editor.user, **values, **{**TEXTS, "why": "Andet"})
    html = browser(team.editor).post(url(team), {**values, **TEXTS, "why": "Mine ord"}).content.decode()
    assert "Mine ord" in html
    first.refresh_from_db()
    assert first.why == TEXTS["why"]


@pytest.mark.parametrize("query", ["", "?phase=findes-ikke&code=H99", "?code=R09", "?phase=&code="])
def test_an_address_with_other_words_gives_an_empty_form(query, team):
    assert page(team, url(team) + query).find("input", name="processing").attrs.get("value", "") == ""
