"""A processing is described on a form, and stored when somebody saves it: looking at the form and leaving it stores nothing."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import LegalBasis
from legaltoolbox.projects.models import ProjectEvent, ProjectLegalBasis
from tests.legaltoolbox.projects.documents import browser
from tests.reading import parse

PHASE, IN = "drift-og-overvaagning", "idriftsaettelse"
TEXTS = {"basis": "Serviceloven", "why": "Opgaven er lovfæstet", "judgement": "sufficient"}


def url(team, name="legal_basis_add") -> str:
    return reverse(f"projects:{name}", args=team.project.address)


def page(team, address: str):
    return parse(browser(team.editor).get(address).content.decode()).find("main")


def fields(team, address: str) -> dict[str, str]:
    """What the form of a new processing sends along when only the texts are typed."""
    main = page(team, address)
    phases = [box.attrs["value"] for box in main.find_all("input", name="phases", checked="")]
    values = {name: main.find("input", name=name).attrs.get("value", "") for name in ("code", "processing")}
    return {"phases": phases, **values}


def test_describing_a_processing_leads_to_a_form_and_stores_nothing_before_it_is_saved(team):
    links = [link.attrs["href"] for link in page(team, url(team, "legal_bases")).find_all("a")]
    (address,) = [link for link in links if link.endswith(f"?phase={PHASE}&code=H05")]
    typed = fields(team, address)
    assert (typed["phases"], typed["code"]) == ([PHASE], "H05")
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
    typed = {"phases": [PHASE], "code": "", "processing": "Statistik", "basis": "", "why": "", "judgement": "open"}
    browser(team.lead).post(url(team), typed)
    row = team.project.legal_bases.get()
    assert (row.code, row.processing, row.judgement) == ("", "Statistik", "open")


def test_what_is_wrong_comes_back_with_what_was_typed(team):
    typed = {"phases": [PHASE], "code": "H05", "processing": "Brug", "basis": "Serviceloven", "why": ""}
    html = browser(team.lead).post(url(team), typed | {"judgement": "sufficient"}).content.decode()
    assert "Serviceloven" in html
    assert not ProjectLegalBasis.objects.exists()


def test_nobody_writes_over_what_another_one_has_described_meanwhile(team):
    values = {"phase": PHASE, "code": "H05", "processing": "Brug i driften"}
    first = ProjectLegalBasis.add_processing(team.project, team.lead.user, **values, **TEXTS)
    with pytest.raises(ValidationError):
        ProjectLegalBasis.add_processing(team.project, team.editor.user, **values, **{**TEXTS, "why": "Andet"})
    typed = {"phases": [PHASE], "code": "H05", "processing": "Brug i driften", **TEXTS, "why": "Mine ord"}
    html = browser(team.editor).post(url(team), typed).content.decode()
    assert "Mine ord" in html
    first.refresh_from_db()
    assert first.why == TEXTS["why"]


@pytest.mark.parametrize("query", ["", "?phase=findes-ikke&code=H99", "?code=R09", "?phase=&code="])
def test_an_address_with_other_words_gives_an_empty_form(query, team):
    assert page(team, url(team) + query).find("input", name="processing").attrs.get("value", "") == ""


# Several phases -----------------------------------------------------------------------------------


def describe(team, *phases, **texts):
    typed = {"phases": phases, "code": "H05", "processing": "Brug i driften", **TEXTS, **texts}
    return browser(team.editor).post(url(team), typed, follow=True).content.decode()


def stored(team) -> dict[str, str]:
    return dict(team.project.legal_bases.values_list("phase", "why"))


def added_events(team) -> int:
    return team.project.events.filter(what=ProjectEvent.What.BASIS_ADDED).count()


def test_the_form_offers_the_phases_in_which_the_processing_occurs(team):
    main = page(team, f"{url(team)}?phase={PHASE}&code=H05")
    boxes = [box.attrs["value"] for box in main.find_all("input", name="phases")]
    named = [
        phase.slug
        for basis in catalogues.current().all(LegalBasis.KIND)
        for phase in [place.phase for place in catalogues.current().parts("phases", basis)]
        if basis.code == "H05"
    ]
    assert PHASE in boxes
    assert len(boxes) > 1
    assert sorted(boxes) == sorted(named)


def test_one_save_describes_a_processing_in_each_phase_that_is_ticked_once(team):
    for _click in range(2):
        html = describe(team, IN, PHASE)
    assert stored(team) == {IN: TEXTS["why"], PHASE: TEXTS["why"]}
    assert added_events(team) == 2
    assert "i 2 faser" in html


def test_a_phase_that_has_the_processing_keeps_its_text_and_the_page_says_so(team):
    describe(team, PHASE)
    for _click in range(2):
        html = describe(team, IN, PHASE, why="Mine ord")
        assert "Teksten der er ikke ændret" in html
    assert stored(team) == {IN: "Mine ord", PHASE: TEXTS["why"]}
    assert added_events(team) == 2
    label = next(
        label.text
        for label in page(team, f"{url(team)}?code=H05").find_all("label")
        if "Drift og overvågning" in label.text
    )
    assert "allerede" in label


def test_without_a_phase_nothing_is_stored_and_the_text_comes_back(team):
    html = describe(team, why="Mine ord")
    assert "Mine ord" in html
    assert "Vælg mindst én fase" in html
    assert not stored(team)


# The text of another phase ------------------------------------------------------------------------


def taken_over(team, address: str) -> tuple[str, str, str]:
    """The texts of the form to which the offer on this page leads, and what the page says above it."""
    link = next(link for link in page(team, address).find_all("a") if link.text.strip().startswith("Som i 7."))
    main = page(team, address.partition("?")[0] + link.attrs["href"])
    return main.find("textarea", name="basis").text.strip(), main.find("textarea", name="why").text.strip(), main.text


def test_a_new_one_can_take_over_the_text_of_another_phase_and_is_stored_when_saved(team):
    describe(team, PHASE)
    address = f"{url(team)}?phase={IN}&code=H05"
    assert taken_over(team, address)[:2] == (TEXTS["basis"], TEXTS["why"])
    assert set(stored(team)) == {PHASE}


def test_an_empty_one_can_take_it_over_and_one_with_a_text_is_not_offered_another(team):
    describe(team, PHASE)
    describe(team, IN, basis="", why="", judgement="open")
    row = team.project.legal_bases.get(phase=IN)
    address = reverse("projects:legal_basis", args=[*team.project.address, row.pk])
    basis, why, words = taken_over(team, address)
    assert (basis, why) == (TEXTS["basis"], TEXTS["why"])
    assert "7. Drift og overvågning" in words
    row.refresh_from_db()
    assert row.why == ""
    seen = fingerprint(row.content)
    browser(team.editor).post(
        address, {"seen": seen, "processing": row.processing, "basis": basis, "why": why, "judgement": "doubtful"}
    )
    row.refresh_from_db()
    assert (row.basis, row.why, row.judgement) == (basis, why, "doubtful")
    assert "Som i 7." not in page(team, address).text


def test_a_described_one_leads_to_the_form_for_further_phases(team):
    typed = {"phases": [PHASE], "code": "", "processing": "Statistik", **TEXTS}
    browser(team.lead).post(url(team), typed)
    row = team.project.legal_bases.get()
    address = reverse("projects:legal_basis", args=[*team.project.address, row.pk])
    (link,) = [
        link.attrs["href"] for link in page(team, address).find_all("a") if f"som={row.pk}" in link.attrs["href"]
    ]
    main = page(team, link)
    assert main.find("input", name="processing").attrs["value"] == "Statistik"
    assert main.find("textarea", name="why").text.strip() == TEXTS["why"]


def test_the_text_of_another_project_is_not_taken_over(team, other_team):
    texts = {**TEXTS, "why": "Fremmed"}
    row = ProjectLegalBasis.add_processing(
        other_team.project, other_team.lead.user, phase=PHASE, processing="Brug", code="H05", **texts
    )
    assert "Fremmed" not in page(team, f"{url(team)}?phase={IN}&code=H05&som={row.pk}").text
