"""The content check: what would mislead or embarrass is found, each kind of it, and the content as it is has none."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import override

from legaltoolbox.catalogue import draft_catalogues
from legaltoolbox.content import check
from legaltoolbox.content.check import Finding
from legaltoolbox.models import (
    Activity,
    ActivityCondition,
    ChecklistItem,
    DocumentTemplate,
    Guidance,
    LegalSource,
    Phase,
    Requirement,
    Risk,
    Role,
    ScreeningQuestion,
    TemplateSection,
)

pytestmark = pytest.mark.any_database

REVIEWED = {"reviewed_on": date(2025, 3, 1), "review_by": date(2030, 3, 1)}


def findings() -> list[Finding]:
    with override("en"):
        return check.findings(draft_catalogues.build())


def problems() -> set[str]:
    return {str(finding) for finding in findings() if finding.is_problem}


def test_the_content_has_no_problem(content_rows, capsys):
    assert problems() == set()
    call_command("check_content")
    assert "The content has no problems" in capsys.readouterr().out


# Each kind of problem -----------------------------------------------------------------------------


def change(model, key: str, **fields) -> Callable[[], object]:
    return lambda: model.objects.filter(**{model.KEY: key}).update(**fields)


def say(model, key: str, field: str, text: str) -> Callable[[], object]:
    """Put a sentence more into a text of an item."""

    def plant():
        item = model.objects.get_by_natural_key(key)
        model.objects.filter(pk=item.pk).update(**{field: f"{getattr(item, field)} {text}"})

    return plant


def unlink(model, key: str, *names: str) -> Callable[[], object]:
    return lambda: [getattr(model.objects.get_by_natural_key(key), name).clear() for name in names]


def check_of_a25(**fields) -> Callable[[], object]:
    return lambda: ChecklistItem.objects.filter(activity__code="A25", number=1).update(**fields)


def section_of_s11(**fields) -> Callable[[], object]:
    return lambda: TemplateSection.objects.filter(template__code="S11", position=1).update(**fields)


def field_of_s16(place: int, **fields) -> Callable[[], object]:
    return lambda: TemplateSection.objects.get(template__code="S16", position=1).fields.create(
        position=90 + place, **fields
    )


def empty_section() -> None:
    DocumentTemplate.objects.get(code="S16").sections.create(position=99, heading="Prøve")


def new_role() -> None:
    Role.objects.create(slug="ny-rolle", position=99, name="Ny", short_name="Ny", why="w", does="d", **REVIEWED)


def new_phase() -> None:
    Phase.objects.create(slug="ny-fase", number=99, name="Ny", summary="s", goal="g", result="r", **REVIEWED)


def new_template() -> None:
    owner = Role.objects.get(slug="jurist")
    DocumentTemplate.objects.create(code="S99", title="Ny", purpose="p", when="w", owner=owner, **REVIEWED)


def involve_the_responsible() -> None:
    activity = Activity.objects.get(code="A21")
    activity.involvement_set.create(role=activity.responsible, why="Også.")


def ask_a_stranger() -> None:
    ChecklistItem.objects.filter(activity__code="A40", number=1).update(role=Role.objects.get(slug="arkiv"))


def only_two_questions() -> None:
    ChecklistItem.objects.filter(activity__code="A25", number__gt=2).delete()


def few_sections() -> None:
    TemplateSection.objects.filter(template__code="S11", position__gt=5).delete()


MISSING = "which is not in the table of sources"
PROBLEMS: dict[str, dict[str, Callable[[], object]]] = {
    "law that is cited": {
        f"A25: cites “GDPR art. 991”, {MISSING}": say(Activity, "A25", "what", "GDPR art. 991."),
        f"R09: cites “GDPR art. 35, stk. 7, litra z”, {MISSING}": say(
            Risk, "R09", "signs", "Se GDPR art. 35, stk. 7, litra z."
        ),
        f"dpo: cites “Forvaltningslovens § 999, stk. 2”, {MISSING}": say(
            Role, "dpo", "does", "Forvaltningslovens § 999, stk. 2"
        ),
        f"M05: cites “AI-forordningens bilag III, pkt. 99”, {MISSING}": say(
            Guidance, "M05", "answer", "AI-forordningens bilag III, pkt. 99."
        ),
        f"A25: cites “GDPR art. 992”, {MISSING}": check_of_a25(done_when="Efter GDPR art. 992."),
        f"S11: cites “GDPR art. 993”, {MISSING}": section_of_s11(guidance="Efter GDPR art. 993."),
        f"S16: cites “GDPR art. 994”, {MISSING}": field_of_s16(0, label="Prøve", kind="line", help="GDPR art. 994"),
        f"S16: cites “GDPR art. 995”, {MISSING}": field_of_s16(
            1, label="Prøve", kind="table", columns=["Nr.", "GDPR art. 995"]
        ),
        f"R10: cites “GDPR art. 996”, {MISSING}": change(Risk, "R10", measures=["Skriv.", "Følg GDPR art. 996."]),
        "R09: cites “forvaltningsloven § 22”; write “forvaltningslovens § 22”": say(
            Risk, "R09", "signs", "Efter forvaltningsloven § 22."
        ),
        "R10: cites “Lov om etnisk ligebehandlings § 3”; write “§ 3 i lov om etnisk ligebehandling”": say(
            Risk, "R10", "signs", "Lov om etnisk ligebehandlings § 3."
        ),
        "R10: has no comma behind “GDPR art. 35, stk. 1”": say(
            Risk, "R10", "event", "Efter GDPR art. 35, stk. 1 skal I."
        ),
        "R10: cites “lov om social services § 83”; write “§ 83 i lov om …”": say(
            Risk, "R10", "event", "Efter lov om social services § 83."
        ),
        "cites “forvaltningslovens § 22”, which is not public": change(
            LegalSource, "forvaltningsloven-par-22", is_public=False
        ),
    },
    "codes": {
        "A25: mentions A99, which does not exist": say(Activity, "A25", "when", "Se A99."),
        "foranalyse: mentions P9, which does not exist": say(Phase, "foranalyse", "goal", "Før P9."),
        "K31: mentions R99, which does not exist": say(Requirement, "K31", "duty", "Se R99, før det er for sent."),
        "R10: mentions S99, which does not exist": change(Risk, "R10", measures=["Brug S99."]),
        "A25: mentions K99, which does not exist": check_of_a25(guidance="Se (K99)."),
        "S11: mentions M99, which does not exist": section_of_s11(guidance="M99: se der."),
        "hoejrisiko: mentions A12, which is not public": change(Activity, "A12", is_public=False),
    },
    "sources, certainty and review": {
        "K31: has no source": unlink(Requirement, "K31", "sources"),
        "dpo: has no source": unlink(Role, "dpo", "sources"),
        "generativ: has no source": unlink(ScreeningQuestion, "generativ", "sources"),
        "A21: is public and uncertain, without a text": change(Activity, "A21", certainty="uncertain", unsettled=" "),
        "R09: is to be reviewed before it was reviewed": change(Risk, "R09", review_by=date(2020, 1, 1)),
    },
    "links": {
        "K31: leads to R09, which is not public": change(Risk, "R09", is_public=False),
        "A25: leads to foranalyse, which is not public": change(Phase, "foranalyse", is_public=False),
        "foelsomme: needs personoplysninger, which is not public": change(
            ScreeningQuestion, "personoplysninger", is_public=False
        ),
        "leads to arkiv, which is not public": change(Role, "arkiv", is_public=False),
    },
    "what nobody uses": {
        "ny-rolle: takes part in no activity": new_role,
        "ny-fase: has no activity": new_phase,
        "S99: comes of no activity": new_template,
        "R10: has no measure": change(Risk, "R10", measures=[]),
        "R09: is met by no requirement": unlink(Risk, "R09", "requirements"),
        "R09: is met by no activity": unlink(Risk, "R09", "activities"),
        "R09: belongs to no phase": unlink(Risk, "R09", "phases"),
        "K31: belongs to no risk": unlink(Requirement, "K31", "risks"),
        "K31: belongs to no activity": unlink(Requirement, "K31", "activities"),
        "K31: belongs to no phase": unlink(Requirement, "K31", "phases"),
    },
    "what is not finished": {
        "A25: has fewer than 3 questions": only_two_questions,
        "A21: has a role that is both responsible and involved": involve_the_responsible,
        "A40: has question 1 for arkiv, a role that takes no part in it": ask_a_stranger,
        "S11: has only 5 sections": few_sections,
        "S16: has an empty section, “Prøve”": empty_section,
        "S16: has a field that lacks its content, “Tabel”": field_of_s16(0, label="Tabel", kind="table"),
        "S16: has a field that lacks its content, “Valg”": field_of_s16(1, label="Valg", kind="choice"),
        "S16: has a field that lacks its content, “Vilkår”": field_of_s16(2, label="Vilkår", kind="wording"),
        "M05: depends, and its answer begins with yes or no": change(
            Guidance, "M05", answer="Ja, når et menneske afgør sagen."
        ),
        "M05: depends, and does not say on what": change(Guidance, "M05", kind="depends", condition=""),
    },
    "what was read": {
        "A21: is checked in the text of its source, and does not say where and when": change(
            Activity, "A21", certainty="verified", read_in="GDPR art. 6 i EU-Tidende", read_on=None
        ),
        "R09: is not checked in the text of its source, and does not say why": change(
            Risk, "R09", certainty="recalled", unread_reason=" "
        ),
    },
    "terms": {
        "A25: says “Tiltagene”; the term is “foranstaltninger”": say(Activity, "A25", "what", "Tiltagene virker."),
        "S12: says “DPIA'en”; the term is “konsekvensanalyse”": say(DocumentTemplate, "S12", "purpose", "Se DPIA'en."),
        "S11: says “embeddings”; the term is “vektorlager”": section_of_s11(guidance="Slet jeres embeddings."),
    },
    "sources of its own": {
        "M16: cites “forvaltningslovens § 22”, which is not among its sources": say(
            Guidance, "M16", "explanation", "Se forvaltningslovens § 22."
        ),
        "M16: names “C-634/21”, which is not among its sources": say(Guidance, "M16", "explanation", "Se C-634/21."),
        "R10: names “2031-212-0001”, which is not in the table": say(
            Risk, "R10", "signs", "Datatilsynet 2031-212-0001."
        ),
        "A82: says what Datatilsynet has said, “Datatilsynet fandt … 2023”": say(
            Activity, "A82", "what", "Datatilsynet fandt i 2023, at det ikke kunne ske."
        ),
        "S01: names “EDPB udtalelse 28/2024”, which is not among its sources": say(
            DocumentTemplate, "S01", "purpose", "Se EDPB udtalelse 28/2024."
        ),
    },
    "numbers": {
        "K31: has the number “17 hverdage” in a wording": say(Requirement, "K31", "wording", "Svar inden 17 hverdage."),
        "S08: says that “databeskyttelseslovens § 8” is not checked": say(
            DocumentTemplate, "S08", "unsettled", "Ordlyden af databeskyttelseslovens § 8 er ikke efterprøvet her."
        ),
        "K19: addresses the vendor": change(Requirement, "K19", addressee="vendor", duty="Kommunen skal gøre det."),
        "K20: asks the vendor for the evidence “Hjemmelsnotat”": change(Requirement, "K20", evidence="Hjemmelsnotat."),
        "K21: asks for answers to a questionnaire": change(Requirement, "K21", wording="Besvar spørgeskemaet."),
        "K30: marks “99 timer” as a proposal": change(Requirement, "K30", proposals=["99 timer"]),
        "K33: has the number “mindst 12 sager” in a wording": say(
            Requirement, "K33", "evidence", "Test på mindst 12 sager."
        ),
        "S16: has the number “48 timer” in a wording": field_of_s16(
            0, label="Vilkår", kind="wording", wording="Svar inden 48 timer."
        ),
    },
}


@pytest.mark.parametrize("planted", PROBLEMS.values(), ids=PROBLEMS)
def test_every_planted_problem_is_found(planted, content_rows):
    for plant in planted.values():
        plant()
    now = problems()
    assert [expected for expected in planted if not any(expected in problem for problem in now)] == []


def test_where_an_item_was_read_is_not_what_it_says(content_rows):
    change(Activity, "A82", read_in="Datatilsynet 2022-212-3676: resuméet.", search_words=["Schrems II"])()
    assert problems() == set()


def test_the_reason_for_which_something_applies_is_read_too(content_rows):
    ActivityCondition.objects.filter(activity__code="A25").update(reason="A99 og GDPR art. 999 siger det")
    assert problems() == {
        "A25: mentions A99, which does not exist.",
        "A25: cites “GDPR art. 999”, which is not in the table of sources.",
    }


def test_a_provision_of_an_act_that_is_not_public_is_a_problem(content_rows):
    """Its page would stand alone, as if it were an act itself."""
    change(LegalSource, "forvaltningsloven", is_public=False)()
    assert "forvaltningsloven-par-22: needs forvaltningsloven, which is not public." in problems()


@pytest.mark.parametrize("number", [2, 3])
def test_three_questions_are_enough(number, content_rows):
    ChecklistItem.objects.filter(activity__code="A25", number__gt=number).delete()
    assert any("fewer than 3" in problem for problem in problems()) == (number < 3)


def test_whoever_runs_the_check_is_told_how_many_problems_there_are(content_rows, capsys):
    say(Activity, "A25", "what", "GDPR art. 999.")()
    change(Risk, "R09", measures=["Brug S99."])()
    with pytest.raises(CommandError, match=r"^2 problems"):
        call_command("check_content")
    output = capsys.readouterr().out
    assert "Problem  A25: cites “GDPR art. 999”" in output
    assert "Problem  R09: mentions S99" in output


def test_a_number_that_the_law_names_or_that_is_marked_is_in_order(content_rows):
    requirement = Requirement.objects.filter(code="K31")
    requirement.update(duty="Senest efter 72 timer.", wording="Senest efter 72 timer, og svar inden 9 uger.")
    assert any("K31: has the number “9 uger”" in str(finding) for finding in findings())
    requirement.update(proposals=["9 uger"])
    assert not [str(finding) for finding in findings() if str(finding).startswith("K31: has the number")]


# What is no problem -------------------------------------------------------------------------------


def test_what_is_overdue_is_a_note_and_no_failure(content_rows, capsys):
    yesterday = timezone.localdate() - timedelta(days=1)
    change(Activity, "A25", review_by=yesterday, reviewed_on=yesterday - timedelta(days=9))()
    assert [str(finding) for finding in findings() if finding.item == "A25"] == [
        f"A25: was to be reviewed by {yesterday}; its page says so."
    ]
    call_command("check_content")
    assert "Note  A25: was to be reviewed" in capsys.readouterr().out


def test_the_day_of_the_review_is_not_overdue(content_rows):
    today = timezone.localdate()
    change(Activity, "A25", review_by=today, reviewed_on=today - timedelta(days=9))()
    assert [finding for finding in findings() if finding.item == "A25"] == []


def test_only_what_names_a_hidden_item_is_to_be_mended(content_rows):
    """The sources of a hidden activity have nothing to change."""
    hide = change(Activity, "A10", is_public=False)
    hide()
    pointing = {finding.item for finding in findings() if "A10" in finding.text}
    assert pointing
    assert not pointing & set(LegalSource.objects.values_list("slug", flat=True))


def test_adopted_law_whose_day_has_come_is_a_note(content_rows, capsys):
    LegalSource.objects.filter(slug="ai-forordningen-art-26").update(applies_from=timezone.localdate())
    call_command("check_content")
    assert "ai-forordningen-art-26: " in capsys.readouterr().out


def test_an_act_without_an_address_is_a_note(content_rows):
    change(LegalSource, "gdpr", address="")()
    assert [(finding.text, finding.is_problem) for finding in findings() if finding.item == "gdpr"] == [
        ("has no official address.", False)
    ]


@pytest.mark.parametrize(
    "text",
    ["Version A25-2", "C-634", "ISO 2500-2:2020", "MIA25", "A251", "x-A99", "R9", "art. 999"],
)
def test_what_only_looks_like_a_code_or_a_citation_is_none(text, content_rows):
    say(Activity, "A25", "what", text)()
    assert [finding for finding in findings() if finding.item == "A25"] == []


def test_a_draft_may_be_uncertain_without_source_and_lead_anywhere(content_rows):
    change(Risk, "R09", is_public=False, certainty="uncertain", unsettled="")()
    unlink(Risk, "R09", "sources")()
    change(Phase, "foranalyse", is_public=False)()
    assert [finding for finding in findings() if finding.item == "R09"] == []


def test_a_draft_is_checked_for_what_it_says(content_rows):
    change(Risk, "R09", is_public=False)()
    say(Risk, "R09", "event", "Se A99.")()
    assert "R09: mentions A99, which does not exist." in problems()


def test_counts_show_how_much_of_each_kind_is_certain(content_rows, capsys):
    change(Guidance, "M05", certainty="uncertain", unsettled="Det er ikke afklaret.")()
    call_command("check_content", counts=True)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["verified", "recalled", "uncertain", "all"]
    count = Guidance.objects.count()
    number = Guidance.objects.filter(certainty="verified").count()
    uncertain = Guidance.objects.filter(certainty="uncertain").count()
    assert ["guidance", str(number), str(count - number - uncertain), str(uncertain), str(count)] in rows
