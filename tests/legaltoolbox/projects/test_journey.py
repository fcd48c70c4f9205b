"""From the toolbox's questions to the report by four people, in a real browser, with JavaScript and without."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from legaltoolbox.projects.models import DocumentStatus, MunicipalityMember, Project
from tests.browser import follow
from tests.legaltoolbox.projects.builders import make_member, make_municipality

TITLE = "Svar på borgerpost"


@pytest.fixture(params=["desktop", "phone", "without_javascript"])
def pages(request, content, open_page, log_in):
    """A municipality with four people, nothing else, and a browser for each of them."""
    municipality = make_municipality()
    people = {
        "lead": make_member(municipality, "lead"),
        "editor": make_member(municipality, "editor"),
        "management": make_member(municipality, "management"),
        "dpo": make_member(municipality, "dpo", dpo=MunicipalityMember.Dpo.OFFICER),
    }
    pages = {}
    for name, member in people.items():
        pages[name] = open_page(request.param)
        log_in(pages[name], member.user)
    return pages


def press(page, name: str) -> None:
    follow(page.locator("main").get_by_role("button", name=name).first)


def go(page, name: str) -> None:
    follow(page.locator("main").get_by_role("link", name=name).first)


MENU_PARTS = {"Deltagere": "Om projektet", "Aktiviteter": "Arbejdet", "Hjemmel": "Vurderinger"}
"""Pages that the menu shows below a part of it, to that part."""


def menu(page, name: str) -> None:
    if name in MENU_PARTS:
        menu(page, MENU_PARTS[name])
    row = "Sider i denne del" if name in MENU_PARTS else "Projektets sider"
    link = page.get_by_role("navigation", name=row).get_by_role("link", name=name, exact=True)
    if link.get_attribute("aria-current") is None:
        follow(link)


def choose(page, group: str, answer: str) -> None:
    """Tick the answer to the question."""
    question = page.get_by_role("group", name=group).first
    question.get_by_role("radio", name=answer).first.check(force=True)  # the control that is seen is drawn over it


def begin_from_the_toolbox(page) -> None:
    page.goto("/juridisk-vaerktoejskasse/?personoplysninger=yes&generativ=yes")
    go(page, "Gem som projekt")
    page.get_by_label("Titel").fill(TITLE)
    page.get_by_label("Formål").fill("Sagsbehandlerne får forslag til svar på breve.")
    press(page, "Opret projektet")
    expect(page.locator("h1")).to_have_text(TITLE)


def let_in(page, name: str, role: str) -> None:
    menu(page, "Deltagere")
    form = page.locator("main form").last
    form.locator("select").first.select_option(label=name)
    form.locator("select").last.select_option(label=role)
    press(page, "Tilføj en deltager")


def show_the_task(page) -> None:
    """The editor finds the project, takes a task, and has it among the own ones."""
    page.goto("/juridisk-vaerktoejskasse/projekter/")
    go(page, "Prøvekommune 9901")
    go(page, TITLE)
    menu(page, "Aktiviteter")
    follow(page.locator("main h3 a").first)
    page.locator("#id_owner").select_option(label="Editor 9901")
    page.locator("#id_due").fill((timezone.localdate() + timedelta(days=3)).isoformat())
    choose(page, "Tilstand", "I gang")
    press(page, "Gem")
    page.goto("/juridisk-vaerktoejskasse/projekter/mine/")
    expect(page.locator("main")).to_contain_text(TITLE)


def write_the_impact_assessment(lead, editor) -> str:
    """Two people fill in two sections; what all documents share stands there already. The document's address."""
    menu(lead, "Dokumenter")
    go(lead, "Fælles oplysninger")
    lead.get_by_label("Løsning og version").fill("Svarhjælperen 1.0")
    press(lead, "Gem")
    follow(lead.get_by_role("button", name="S11"))
    document = lead.url
    go(lead, "Begynd med")
    assert lead.locator("[name=f-1]").input_value() == "Svarhjælperen 1.0"
    lead.locator("[name=f-2]").fill("Prøvekommune 9901")
    press(lead, "Gem og fortsæt")
    editor.goto(lead.url)
    editor.locator("[name=f-1]").fill("Modellen foreslår svar, som en medarbejder retter.")
    press(editor, "Gem og fortsæt")
    return document


def rate_a_risk(page, base: str) -> None:
    page.goto(f"{base}risici/r09/")
    choose(page, "Konsekvens for borgeren før", "3 Alvorlig")
    choose(page, "Sandsynlighed før", "3 ")
    choose(page, "Konsekvens for borgeren efter", "2 Begrænset")
    choose(page, "Sandsynlighed efter", "2 ")
    press(page, "Gem")
    expect(page.locator("main")).to_contain_text("R09 er gemt.")


def describe_the_basis(page) -> None:
    """Without a sufficient basis for the use the page says that the solution must not be used."""
    menu(page, "Hjemmel")
    expect(page.locator("main")).to_contain_text("må ikke tages i brug endnu")
    operation = page.locator("main section", has=page.locator("h2", has_text="Drift og overvågning"))
    follow(operation.get_by_role("link", name="Beskriv").first)
    page.get_by_label("Hjemmel", exact=False).first.fill("GDPR art. 6, stk. 1, litra e, og forvaltningsloven")
    page.get_by_label("Begrundelse for vurderingen").fill("Svar på henvendelser er en opgave efter loven.")
    choose(page, "Vurdering", "Tilstrækkelig")
    press(page, "Gem")


def give_the_opinion(page, document: str) -> None:
    page.goto(document)
    go(page, "Udtalelse og beslutning")
    choose(page, "Udtalelse", "Råd til projektet")
    page.get_by_label("Råd, punkt for punkt").fill("Slet efter 30 dage.\n\nPrøv på egne data.")
    press(page, "Se udtalelsen, før du afgiver den")
    expect(page.locator("main")).to_contain_text("2 råd")
    page.go_back()
    expect(page.get_by_label("Råd, punkt for punkt")).to_have_value("Slet efter 30 dage.\n\nPrøv på egne data.")
    press(page, "Se udtalelsen, før du afgiver den")
    press(page, "Afgiv udtalelsen")
    expect(page.locator("main")).to_contain_text("Din udtalelse er afgivet.")


def answer_the_advice(page) -> None:
    """Advice that is not followed needs a reason; what was chosen is still there."""
    page.reload()
    choose(page, "Svar på råd 1", "Følges")
    choose(page, "Svar på råd 2", "Følges ikke")
    press(page, "Gem svarene")
    expect(page.locator("main")).to_contain_text("Skriv, hvorfor rådet ikke følges.")
    page.get_by_label("Begrundelse").last.fill("Kommunen har ingen egne data endnu.")
    press(page, "Gem svarene")
    press(page, "Send til ledelsen")


def decide(page, document: str) -> None:
    page.goto(document)
    go(page, "Udtalelse og beslutning")
    expect(page.locator("main")).to_contain_text("Kommunen har ingen egne data endnu.")
    choose(page, "Beslutning", "Ja, på vilkår")
    press(page, "Træf beslutningen")
    expect(page.locator("main")).to_contain_text("Skriv vilkårene.")
    page.get_by_role("textbox", name="Vilkår").fill("Se på det igen efter et år.")
    press(page, "Træf beslutningen")
    expect(page.locator("main")).to_contain_text("Se på det igen efter et år.")


def talk_about_it(dpo, editor, document: str) -> None:
    """The officer asks at a section, and the editor answers; both comments stand there."""
    dpo.goto(f"{document}2/")
    follow_summary(dpo, "Kommentarer")
    dpo.get_by_role("textbox", name="Kommentar").last.fill("Hvem retter svarene?")
    press(dpo, "Send kommentaren")
    editor.goto(f"{document}2/")
    thread = editor.locator("article", has_text="Hvem retter svarene?")
    thread.locator("summary", has_text="Svar").click()
    thread.get_by_role("textbox").first.fill("Borgerservice.")
    follow(thread.get_by_role("button").first)
    expect(editor.locator("article", has_text="Hvem retter svarene?")).to_contain_text("Borgerservice.")


def follow_summary(page, name: str) -> None:
    """Unfold what the summary with this text folds, where it is folded."""
    details = page.locator("main details", has=page.locator("summary", has_text=name)).first
    if details.get_attribute("open") is None:
        details.locator("summary").first.click()


def decide_at_a_point(lead, page, base: str) -> None:
    """At the first decision point the page says what is missing; the management is asked, and says yes for now."""
    lead.goto(f"{base}beslutninger/p1/")
    press(lead, "Bed ledelsen om en beslutning")
    page.goto(base)
    follow(page.locator("main").get_by_role("link", name="P1").first)
    expect(page.locator("main")).to_contain_text("Konsekvensanalyse")
    choose(page, "Beslutning", "ja")
    press(page, "Træf beslutningen")
    page.goto(f"{base}beslutninger/")
    expect(page.locator("main")).to_contain_text("Konsekvensanalyse")


def fetch_the_report(page) -> bytes:
    menu(page, "Rapport og deling")
    with page.expect_download() as download:
        page.locator("main").get_by_role("link", name="PDF").first.click()
    return Path(download.value.path()).read_bytes()


def test_from_the_questions_to_the_report(pages):
    lead, editor, dpo, management = (pages[name] for name in ("lead", "editor", "dpo", "management"))
    begin_from_the_toolbox(lead)
    let_in(lead, "Editor 9901", "Redaktør")
    let_in(lead, "Management 9901", "Ledelse")
    project = Project.objects.get()
    assert {answer.question for answer in project.screening_answers.all()} == {"personoplysninger", "generativ"}
    base = f"/juridisk-vaerktoejskasse/projekter/9901/{project.number}/"
    show_the_task(editor)
    document = write_the_impact_assessment(lead, editor)
    rate_a_risk(editor, base)
    describe_the_basis(lead)
    talk_about_it(dpo, editor, document)
    # To the data protection officer, and back with advice
    lead.goto(document)
    go(lead, "Udtalelse og beslutning")
    lead.get_by_label("Udtalelse ønskes senest").fill((timezone.localdate() + timedelta(days=14)).isoformat())
    lead.get_by_label("Send det, selv om").check(force=True)  # most sections are not begun
    press(lead, "Send til databeskyttelsesrådgiveren")
    give_the_opinion(dpo, document)
    answer_the_advice(lead)
    decide(management, document)
    assert project.documents.get().status == DocumentStatus.APPROVED
    decide_at_a_point(lead, management, base)
    assert fetch_the_report(lead).startswith(b"%PDF")
