"""The content files: what a new installation loads, what KL's editors change, and the way back to the files."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from legaltoolbox import content as files
from legaltoolbox.catalogue import build
from legaltoolbox.content import FOLDER, KINDS, ContentError
from legaltoolbox.loading import load
from legaltoolbox.management.commands import load_content
from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    Guidance,
    LegalSource,
    Risk,
    Role,
    ScaleLevel,
    ScreeningQuestion,
    toolbox_version,
)

pytestmark = pytest.mark.django_db

# A toolbox so small that it is loaded in a moment, with every kind of item and every field in use. Two texts are such
# that careless YAML would give back something else.
REVIEWED = {"reviewed_on": date(2025, 3, 1), "review_by": date(2030, 3, 1)}
LONG = 'Afsnit: med kolon, "anførsel" og # havelåge.\n\n- et punkt\n- yes\n\n  indrykket, og så slut.'
WORDS = ["yes", "No", "2026-01-01", "12", "null", "~", "- streg", "ja: nej", " mellemrum ", "§ 22 'a'", "true"]
SMALL: dict[str, Any] = {
    "sources.yaml": [
        {
            "slug": "gdpr", "kind": "act", "name": "GDPR", "title": "Databeskyttelsesforordningen",
            "aliases": ["persondataforordningen", "2016/679"], "summary": LONG,
            "address": "https://eur-lex.europa.eu/eli/reg/2016/679/oj", "status": "in_force",
            "applies_from": date(2018, 5, 25), "checked_on": date(2025, 2, 1), "change": "Der er forslag på vej.",
            "certainty": "verified", **REVIEWED, "confirmed_on": date(2025, 3, 2),
        },
        {
            "slug": "gdpr-art-35", "kind": "provision", "name": "GDPR art. 35", "title": "Konsekvensanalyse",
            "part_of": "gdpr", "status": "in_force", **REVIEWED,
        },
        {
            "slug": "lovforslag", "kind": "bill", "name": "Ændring", "title": "Forslag til ændring", "status": "proposed",
            "amends": ["gdpr", "gdpr-art-35"], "certainty": "uncertain", "unsettled": "Ikke vedtaget.",
            "is_public": False, **REVIEWED,
        },
    ],
    "roles.yaml": [
        {
            "slug": "leder", "position": 1, "name": "Projektleder", "short_name": "Leder", "why": "Samler sporene.",
            "does": LONG, "does_not": "Afgør ikke juraen.", "sources": ["gdpr"], **REVIEWED,
        },
        {
            "slug": "jurist", "position": 2, "name": "Jurist", "short_name": "Jurist", "why": "Kender reglerne.",
            "does": "Vurderer.", "sources": ["gdpr", "gdpr-art-35"], **REVIEWED,
        },
    ],
    "phases.yaml": [
        {
            "slug": "fundament", "number": 0, "name": "Fundament", "summary": "Grundlaget.", "goal": "Overblik.",
            "result": "En oversigt.", "sources": ["gdpr"], **REVIEWED,
        },
        {
            "slug": "ide", "number": 1, "name": "Idé", "summary": "Tanken.", "goal": "Formål.", "result": "Et valg.",
            "sources": ["gdpr"], **REVIEWED,
        },
    ],
    "screening.yaml": [
        {
            "code": "persondata", "position": 1, "question": "Behandler I personoplysninger?", "help": "Også i prompter.",
            "sources": ["gdpr"], **REVIEWED,
        },
        {
            "code": "udvikler", "position": 2, "question": "Udvikler I selv?", "yes_label": "Vi udvikler",
            "no_label": "Vi anskaffer", "requires": "persondata", "sources": ["gdpr"], **REVIEWED,
        },
    ],
    "templates/S01.yaml": {
        "code": "S01", "title": "Notat", "purpose": "Samler svaret.", "when": "Først.", "owner": "jurist",
        "is_central": True, "sources": ["gdpr"], **REVIEWED,
        "sections": [
            {
                "heading": "Formål", "guidance": LONG,
                "fields": [
                    {"label": "Navn", "kind": "line", "help": "Løsningens navn."},
                    {"label": "Trin", "kind": "choice", "options": WORDS},
                    {"label": "Liste", "kind": "table", "columns": ["Nr.", "Hvad"], "rows": 3, "row_labels": ["a", "b"]},
                    {"label": "Vilkår", "kind": "wording", "wording": "Leverandøren skal [skriv hvad]."},
                ],
            },
            {"heading": "Svar", "guidance": "Skriv kort."},
        ],
    },
    "activities/phase-0.yaml": [
        {
            "code": "A01", "phase": "fundament", "title": "Læg grundlaget", "what": LONG, "why": "Fordi.",
            "when": "Først.", "responsible": "leder", "responsible_why": "Har overblikket.", "outputs": ["S01"],
            "sources": ["gdpr-art-35"], **REVIEWED,
            "involved": [{"role": "jurist", "why": "Kender reglerne."}],
            "conditions": [
                {"question": "persondata", "answer": "yes", "reason": "I behandler personoplysninger"},
                {"question": "udvikler", "answer": "no", "reason": "I anskaffer"},
            ],
            "checklist": [
                {
                    "question": "Er grundlaget lagt?", "guidance": "Spørg.", "done_when": "Det er skrevet.",
                    "role": "jurist", "sources": ["gdpr", "gdpr-art-35"],
                },
                {"question": "Er det godkendt?", "guidance": "Spørg igen.", "done_when": "Der er et ja."},
            ],
        },
    ],
    "activities/phase-1.yaml": [
        {
            "code": "P1", "phase": "ide", "title": "Beslut", "is_decision_point": True, "what": "Vælg.", "why": "Fordi.",
            "when": "Til sidst.", "responsible": "leder", "responsible_why": "Bestemmer.", "sources": ["gdpr"],
            **REVIEWED,
        },
    ],
    "risks.yaml": [
        {
            "code": "R01", "title": "Intet grundlag", "kind": "legality", "cause": "Hast.", "event": "Drift.",
            "consequence": "Borgeren rammes.", "consequence_municipality": "Kritik.", "signs": "Travlhed.",
            "measures": WORDS, "phases": ["fundament", "ide"], "roles": ["jurist"], "activities": ["A01", "P1"],
            "sources": ["gdpr"], **REVIEWED,
            "conditions": [{"question": "persondata", "answer": "yes", "reason": "I behandler personoplysninger"}],
        },
    ],
    "requirements.yaml": [
        {
            "code": "K01", "title": "Grundlag", "topic": "legal_basis", "addressee": "both", "level": "must",
            "level_note": "Altid.", "duty": "Loven kræver det.", "wording": LONG, "evidence": "Et notat.",
            "explanation": "Ellers går det galt.", "phases": ["ide"], "risks": ["R01"], "activities": ["A01"],
            "templates": ["S01"], "sources": ["gdpr"], **REVIEWED,
            "conditions": [{"question": "persondata", "answer": "yes", "reason": "I behandler personoplysninger"}],
        },
    ],
    "guidance.yaml": [
        {
            "code": "M01", "theme": "data", "kind": "depends", "question": "Må vi?", "answer": "Måske.",
            "condition": "Hvis der er hjemmel.", "explanation": "Det kommer an på det.", "activities": ["A01"],
            "risks": ["R01"], "requirements": ["K01"], "sources": ["gdpr"], **REVIEWED,
        },
    ],
    "scale.yaml": [
        {"axis": "consequence", "level": 1, "name": "Lille", "description": "Gener.", "example": "Et opkald."},
        {"axis": "likelihood", "level": 4, "name": "Stor", "description": "Ofte.", "example": "Hver uge."},
    ],
}  # fmt: skip


SMALL_TEXTS = {name: files.dump(records) for name, records in SMALL.items()}


def write(folder: Path, changed: dict[str, Any] | None = None) -> Path:
    """The small toolbox as files, some of them with other records or another text."""
    for name in SMALL_TEXTS | (changed or {}):
        records = (changed or SMALL).get(name, SMALL[name])
        text = SMALL_TEXTS[name] if records == SMALL[name] else records
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else files.dump(text), encoding="utf-8", newline="\n")
    return folder


def texts_of(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in sorted(folder.rglob("*.yaml"))}


@pytest.fixture
def small(tmp_path) -> Path:
    """The folder of the small toolbox."""
    return write(tmp_path / "small")


def empty_the_database() -> None:
    LegalSource.objects.update(part_of=None)
    ScreeningQuestion.objects.update(requires=None)
    for kind in reversed(KINDS):
        kind.model.objects.all().delete()
    ScaleLevel.objects.all().delete()


# The inventory ------------------------------------------------------------------------------------


def test_the_toolbox_is_complete(content):
    numbers = {kind: len(content.all(kind)) for kind in content.items if kind != "source"}
    assert numbers == {
        "role": 13, "phase": 9, "question": 13, "template": 35, "activity": 56 + 3, "risk": 26, "requirement": 44,
        "guidance": 26,
    }  # fmt: skip
    assert [activity.code for activity in content.activities if activity.is_decision_point] == ["P1", "P2", "P3"]
    assert len([template for template in content.templates if template.is_central]) == 15
    assert [(level.axis, level.level) for level in content.levels] == [
        (axis, level) for axis in ("consequence", "likelihood") for level in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize(
    ("kind", "letter", "last"),
    [("template", "S", 35), ("risk", "R", 26), ("requirement", "K", 44), ("guidance", "M", 26)],
)
def test_codes_run_without_a_gap(kind, letter, last, content):
    assert [item.code for item in content.all(kind)] == [f"{letter}{number:02}" for number in range(1, last + 1)]


def test_every_phase_has_its_number_and_every_decision_closes_one(content):
    assert [phase.number for phase in content.phases] == list(range(9))
    for activity in content.activities:
        if activity.is_decision_point:
            assert content.linked(activity.phase, "activity")[-1] is activity


def test_no_checklist_is_too_short_to_work_through(content):
    lengths = {activity.code: len(content.checklist(activity)) for activity in content.activities}
    assert {code: length for code, length in lengths.items() if length < 3} == {}
    central = {code: lengths[code] for code in ("A25", "A21", "A32", "A35", "A50")}
    assert {code: length for code, length in central.items() if length < 8} == {}


# The first load -----------------------------------------------------------------------------------


def test_a_new_installation_gets_the_content_and_what_was_loaded_is_said(small, monkeypatch, capsys):
    monkeypatch.setattr(load_content, "load", partial(load, small))
    before = toolbox_version.current()
    call_command("load_content", if_empty=True)
    assert "2 Role, 2 Phase" in capsys.readouterr().out
    assert Activity.objects.get(code="A01").responsible.name == "Projektleder"
    assert toolbox_version.current() != before


def test_what_the_editors_have_written_is_not_loaded_over(content_rows, capsys):
    Activity.objects.filter(code="A25").update(title="KL's ord")
    with pytest.raises(CommandError, match="--overwrite"):
        call_command("load_content")
    call_command("load_content", if_empty=True)
    assert Activity.objects.get(code="A25").title == "KL's ord"
    assert capsys.readouterr().out == ""


def test_overwrite_puts_the_files_in_place(small, monkeypatch):
    monkeypatch.setattr(load_content, "load", partial(load, small))
    call_command("load_content", verbosity=0)
    Activity.objects.filter(code="A01").update(title="KL's ord")
    call_command("load_content", overwrite=True, verbosity=0)
    assert Activity.objects.get(code="A01").title == "Læg grundlaget"


def test_overwrite_sets_items_back_with_their_parts_and_links(small):
    load(small)
    activity, risk, template = Activity.objects.get(code="A01"), Risk.objects.get(), DocumentTemplate.objects.get()
    activity.title, activity.responsible = "Ny titel", Role.objects.get(slug="jurist")
    activity.save()
    activity.checklist.first().delete()
    activity.conditions.all().delete()
    activity.involvement_set.all().delete()
    activity.outputs.clear()
    risk.measures = []
    risk.save()
    risk.roles.add(Role.objects.get(slug="leder"))
    risk.sources.set([])
    template.sections.create(position=3, heading="Mere")
    template.sections.first().fields.all().delete()
    LegalSource.objects.filter(slug="gdpr").update(aliases=[], certainty="recalled", confirmed_on=None)
    LegalSource.objects.get(slug="lovforslag").amends.clear()
    ScreeningQuestion.objects.update(requires=None, yes_label="Ja")
    ScaleLevel.objects.update(name="Andet")
    load(small)
    assert files.export() == texts_of(small)


def test_overwrite_leaves_alone_what_the_files_do_not_have(small):
    load(small)
    Role.objects.create(slug="ny", name="Ny rolle", short_name="Ny", why="w", does="d", position=9, **REVIEWED)
    load(small)
    assert Role.objects.get(slug="ny").name == "Ny rolle"


def test_history_begins_with_the_load_and_has_one_line_more_for_each_overwriting(small):
    load(small)
    everything = [item for kind in KINDS for item in kind.model.objects.all()]
    assert {item.key: item.history.count() for item in everything} == {item.key: 1 for item in everything}
    assert ChecklistItem.history.count() == 2
    Activity.objects.filter(code="A01").update(title="KL's ord")
    load(small)
    lines = {item.key: list(item.history.values_list("history_type", flat=True)) for item in everything}
    assert lines == {item.key: ["~", "+"] for item in everything}
    assert Activity.objects.get(code="A01").history.first().title == "Læg grundlaget"


def test_yes_is_the_word_and_not_a_truth_value(small):
    """YAML takes an unquoted yes for true; an answer and a label are words."""
    text = files.dump(SMALL["activities/phase-0.yaml"]).replace("'yes'", "yes").replace("'no'", "no")
    assert "answer: yes\n" in text
    load(write(small, {"activities/phase-0.yaml": text}))
    assert [condition.answer for condition in Activity.objects.get(code="A01").conditions.all()] == ["yes", "no"]


# A wrong file -------------------------------------------------------------------------------------

Change = Callable[[dict[str, Any]], object]


def first(name: str, **fields) -> Change:
    """Change the first record of a file; a field set to `...` is left out."""

    def change(contents):
        record = contents[name] if isinstance(contents[name], dict) else contents[name][0]
        record |= fields
        for field in [field for field, value in record.items() if value is ...]:
            del record[field]

    return change


def again(name: str, **fields) -> Change:
    """The first record a second time, with other fields where they are given."""
    return lambda contents: contents[name].append(deepcopy(contents[name][0]) | fields)


def part(name: str, **fields) -> Change:
    """Change the first part of the first record."""

    def change(contents):
        ((field, value),) = fields.items()
        contents["activities/phase-0.yaml"][0][name][0][field] = value

    return change


def twice(name: str) -> Change:
    """The first part of the first record a second time."""
    return lambda contents: contents["activities/phase-0.yaml"][0][name].append(
        contents["activities/phase-0.yaml"][0][name][0]
    )


def whole(name: str, text: str) -> Change:
    return lambda contents: contents.update({name: text})


A01 = "activities/phase-0.yaml"
WRONG: dict[str, tuple[Change, tuple[str, ...]]] = {
    "no YAML": (whole("roles.yaml", "- slug: [leder"), ("roles.yaml",)),
    "no UTF-8 text": (whole("risks.yaml", "- \x00"), ("risks.yaml",)),
    "a word for a record": (whole("roles.yaml", "- leder\n"), ("roles.yaml", "leder")),
    "a list in a template's file": (whole("templates/S01.yaml", "- code: S01\n"), ("templates/S01.yaml",)),
    "an unknown field": (first("sources.yaml", colour="blå"), ("sources.yaml", "gdpr", "colour")),
    "an unknown field of a template": (first("templates/S01.yaml", colour="blå"), ("templates/S01.yaml", "colour")),
    "an unknown field of a part": (part("checklist", colour="blå"), ("A01", "checklist 1", "colour")),
    "an unknown source": (first(A01, sources=["gdpr-art-99"]), ("A01", "sources", "gdpr-art-99")),
    "an unknown source of a part": (part("checklist", sources=["gdpr-art-99"]), ("gdpr-art-99",)),
    "an unknown phase": (first(A01, phase="paa-maanen"), ("A01", "paa-maanen")),
    "an unknown role of a part": (part("involved", role="nisse"), ("A01", "nisse")),
    "an unknown question": (part("conditions", question="vejret"), ("A01", "vejret")),
    "an unknown act": (first("sources.yaml", part_of="grundloven"), ("gdpr", "grundloven")),
    "two of the same code": (again("risks.yaml"), ("R01", "two")),
    "two of the same slug": (again("sources.yaml"), ("gdpr", "two")),
    "two sources of the same name": (again("sources.yaml", slug="gdpr-2"), ("gdpr-2",)),
    "two phases of the same number": (again("phases.yaml", slug="fundament-2"), ("fundament-2",)),
    "the same source twice": (first(A01, sources=["gdpr", "gdpr"]), ("A01", "sources", "twice")),
    "the same role twice": (twice("involved"), ("A01",)),
    "the same condition twice": (twice("conditions"), ("A01",)),
    "no key": (first("roles.yaml", slug=...), ("Role", "slug")),
    "no title": (first("risks.yaml", title=...), ("R01", "title")),
    "no phase": (first(A01, phase=...), ("A01", "phase")),
    "no review date": (first("risks.yaml", review_by=...), ("R01", "review_by")),
    "no day of the last review": (first("sources.yaml", reviewed_on=...), ("gdpr", "reviewed_on")),
    "a review before the last": (first("risks.yaml", review_by=date(2024, 1, 1)), ("R01", "review_by")),
    "a review to come": (
        first("risks.yaml", reviewed_on=date(2999, 1, 1), review_by=date(2999, 2, 1)), ("R01", "reviewed_on"),
    ),
    "a word for a date": (first("risks.yaml", review_by="snart"), ("R01", "review_by")),
    "a wrong choice": (first("sources.yaml", kind="lov"), ("gdpr", "kind")),
    "a wrong certainty": (first("roles.yaml", certainty="sikker"), ("leder", "certainty")),
    "a wrong choice in a part": (part("conditions", answer="maaske"), ("A01", "answer")),
    "a wrong level": (lambda contents: contents["scale.yaml"][0].update(level=5), ("consequence 5", "level")),
    "the same level twice": (again("scale.yaml"), ("consequence 1",)),
    "a wrong code": (first("risks.yaml", code="X1"), ("X1", "code")),
    "a title that is too long": (first("risks.yaml", title="a" * 151), ("R01", "title")),
    "a word for a list": (first("risks.yaml", measures="Skriv et notat."), ("R01", "measures")),
    "a number in a list": (first("sources.yaml", aliases=["GDPR", 2016]), ("gdpr", "aliases")),
    "parts that are empty": (first(A01, checklist=None), ("A01", "checklist")),
    "links that are empty": (first(A01, sources=None), ("A01", "sources")),
    "a provision of nothing": (first("sources.yaml", kind="provision"), ("gdpr", "part_of")),
    "an act that is part of itself": (first("sources.yaml", part_of="gdpr-art-35"), ("part_of",)),
    "uncertain without saying why": (first("roles.yaml", certainty="uncertain"), ("leder", "unsettled")),
    "an address that is none": (first("sources.yaml", address="javascript:alert(1)"), ("gdpr", "address")),
}  # fmt: skip


@pytest.mark.parametrize(("change", "named"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_in_a_file_is_named_and_nothing_is_loaded(change, named, tmp_path):
    contents = deepcopy(SMALL)
    change(contents)
    with pytest.raises(ContentError) as error:
        load(write(tmp_path, contents))
    assert [word for word in named if word not in str(error.value)] == []
    assert not LegalSource.objects.exists()
    assert not Role.history.exists()
    assert toolbox_version.current() == 0


@pytest.mark.parametrize("what", ["a wrong choice in a part", "a wrong level", "two of the same code"])
def test_a_wrong_file_changes_nothing_of_what_is_there(what, small):
    """Not even what is right in the files and comes before it."""
    load(small)
    Role.objects.filter(slug="leder").update(name="KL's ord")
    before, version = files.export(), toolbox_version.current()
    contents = deepcopy(SMALL)
    contents["roles.yaml"][1]["name"] = "Advokat"
    WRONG[what][0](contents)
    with pytest.raises(ContentError):
        load(write(small, contents))
    assert files.export() == before
    assert toolbox_version.current() == version
    assert Role.history.count() == 2


def test_a_missing_file_is_named_and_nothing_is_loaded(small):
    (small / "guidance.yaml").unlink()
    with pytest.raises(ContentError, match=r"guidance\.yaml"):
        load(small)
    assert not Role.objects.exists()


def test_whoever_loads_reads_what_is_wrong_and_no_traceback(small, monkeypatch):
    monkeypatch.setattr(load_content, "load", partial(load, small))
    contents = deepcopy(SMALL)
    first("risks.yaml", review_by=...)(contents)
    write(small, contents)
    with pytest.raises(CommandError, match="Risk R01: review_by"):
        call_command("load_content")
    assert not Role.objects.exists()


# The way back -------------------------------------------------------------------------------------


def test_loaded_content_gives_the_committed_files_byte_for_byte(content_rows):
    exported = files.export()
    committed = texts_of(FOLDER)
    assert set(exported) == set(committed)
    assert [name for name, text in exported.items() if text != committed[name]] == []


def test_check_says_which_file_an_edit_would_change(small):
    load(small)
    call_command("export_content", to=small, check=True, verbosity=0)
    Risk.objects.update(title="KL's ord")
    with pytest.raises(CommandError, match=r": risks\.yaml$"):
        call_command("export_content", to=small, check=True)
    Risk.objects.update(title="Intet grundlag")
    Activity.objects.get(code="P1").checklist.create(number=1, question="q", guidance="g", done_when="d")
    with pytest.raises(CommandError, match=r": activities/phase-1\.yaml$"):
        call_command("export_content", to=small, check=True)


def test_check_writes_nothing(small):
    load(small)
    Risk.objects.update(title="KL's ord")
    before = texts_of(small)
    with pytest.raises(CommandError):
        call_command("export_content", to=small, check=True)
    assert texts_of(small) == before


def test_what_is_exported_can_be_loaded_elsewhere_and_is_the_same(small, tmp_path):
    load(small)
    assert files.export() == texts_of(small)
    Activity.objects.filter(code="A01").update(title="'Grundlag': ja", what="Ét\r\nto\r\n\r\n- tre ", is_public=False)
    Guidance.objects.update(answer="yes", condition="", explanation="\n - foran og bagved \n\n")
    edited = files.export()
    call_command("export_content", to=tmp_path / "other", verbosity=0)
    assert texts_of(tmp_path / "other") == edited
    empty_the_database()
    load(tmp_path / "other")
    assert files.export() == edited
    assert Activity.objects.get(code="A01").what == "Ét\r\nto\r\n\r\n- tre "


def test_a_provision_that_is_added_among_others_stays_where_it_was_written(small):
    """A later release has a provision more, in its place in the file; the database already has the rest."""
    load(small)
    contents = deepcopy(SMALL)
    contents["sources.yaml"].insert(
        1, contents["sources.yaml"][1] | {"slug": "gdpr-art-22", "name": "GDPR art. 22", "title": "Afgørelser"}
    )
    load(write(small, contents))
    assert [source.slug for source in build(drafts=True).sources] == [
        "gdpr",
        "gdpr-art-22",
        "gdpr-art-35",
        "lovforslag",
    ]
    assert files.export() == texts_of(small)


def test_export_costs_the_same_number_of_queries_at_two_sizes(small):
    load(small)
    with CaptureQueriesContext(connection) as few:
        files.export()
    contents = deepcopy(SMALL)
    contents["guidance.yaml"] = [contents["guidance.yaml"][0] | {"code": f"M{number:02}"} for number in range(1, 9)]
    contents[A01] = [contents[A01][0] | {"code": f"A{number:02}"} for number in range(1, 9)]
    load(write(small, contents))
    with CaptureQueriesContext(connection) as many:
        assert files.export()["guidance.yaml"].count("code:") == 8
    assert len(few) == len(many)


@hypothesis_settings(max_examples=25)
@example(texts=["linje\x85skift", "\x85", "to\n\x85linjer"])
@given(
    texts=st.lists(
        st.text(st.sampled_from("aæ1 \n\n-:#'\"|>?{}[],&*!%@`\t\r~.=<\u2028\x85"), max_size=12)
        | st.text(max_size=12)
        | st.sampled_from(WORDS),
        min_size=1,
        max_size=8,
    )
)
def test_any_text_comes_back_from_a_file_as_it_was(texts, tmp_path):
    write(tmp_path, {"scale.yaml": [{"axis": text, "example": texts} for text in texts]})
    assert files.read(tmp_path)[ScaleLevel] == [{"axis": text, "example": texts} for text in texts]
