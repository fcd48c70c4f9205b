"""A toolbox so small that it is loaded in a moment, as records and as files."""

from datetime import date
from pathlib import Path
from typing import Any

from legaltoolbox.content import files
from legaltoolbox.kinds import KINDS
from legaltoolbox.models import (
    LegalSource,
    ScaleLevel,
    ScreeningQuestion,
    SearchSynonym,
)

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
            "search_words": ["persondata"], "certainty": "verified", "read_in": "EU-Tidende.", "read_on": date(2025, 2, 1),
            **REVIEWED, "confirmed_on": date(2025, 3, 2),
        },
        {
            "slug": "gdpr-art-35", "kind": "provision", "name": "GDPR art. 35", "title": "Konsekvensanalyse",
            "part_of": "gdpr", "status": "in_force", "unread_reason": "Ikke slået op.", **REVIEWED,
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
            "no_label": "Vi anskaffer", "requires": "persondata", "rules_out_small_use": True, "sources": ["gdpr"], **REVIEWED,
        },
    ],
    "templates/S01.yaml": {
        "code": "S01", "title": "Notat", "purpose": "Samler svaret.", "when": "Først.", "owner": "jurist",
        "audience": "outward", "is_central": True, "sources": ["gdpr"], **REVIEWED,
        "sections": [
            {
                "key": "1", "heading": "Formål", "guidance": LONG,
                "conditions": [{"question": "persondata", "answer": "yes", "group": 1, "reason": "I behandler personoplysninger"}],
                "fields": [
                    {"key": "1", "label": "Navn", "kind": "line", "help": "Løsningens navn."},
                    {"key": "trin", "label": "Trin", "kind": "choice", "options": WORDS},
                    {"key": "3", "label": "Liste", "kind": "table", "columns": ["Nr.", "Hvad"], "rows": 3, "row_labels": ["a", "b"], "filled_from": "legal_basis"},
                    {"key": "4", "label": "Vilkår", "kind": "wording", "wording": "Leverandøren svarer inden 24 timer.", "proposals": ["24 timer"], "own_copy_only": True},
                ],
            },
            {"key": "2", "heading": "Svar", "guidance": "Skriv kort.", "own_copy_only": True},
        ],
    },
    "activities/phase-0.yaml": [
        {
            "code": "A01", "phase": "fundament", "title": "Læg grundlaget", "what": LONG, "why": "Fordi.",
            "when": "Først.", "responsible": "leder", "responsible_why": "Har overblikket.",
            "small_use_kind": "short", "small_use": "En linje er nok.", "repeat_months": 12, "repeat_basis": "duty",
            "repeat_note": "Et år er vores forslag.", "outputs": ["S01"],
            "sources": ["gdpr-art-35"], **REVIEWED,
            "involved": [{"role": "jurist", "why": "Kender reglerne."}],
            "conditions": [
                {"question": "persondata", "answer": "yes", "reason": "I behandler personoplysninger"},
                {"question": "persondata", "answer": "yes", "group": 1, "reason": "I behandler personoplysninger"},
                {"question": "udvikler", "answer": "no", "group": 1, "reason": "I anskaffer"},
            ],
            "checklist": [
                {
                    "key": "1", "question": "Er grundlaget lagt?", "guidance": "Spørg.", "done_when": "Det er skrevet.",
                    "role": "jurist", "sources": ["gdpr", "gdpr-art-35"],
                },
                {"key": "2", "question": "Er det godkendt?", "guidance": "Spørg igen.", "done_when": "Der er et ja."},
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
            "code": "R01", "title": "Intet grundlag", "kind": "legality", "affects": "others", "cause": "Hast.", "event": "Drift.",
            "consequence": "Borgeren rammes.", "consequence_municipality": "Kritik.", "signs": "Travlhed.",
            "measures": WORDS, "phases": ["fundament", "ide"], "roles": ["jurist"], "activities": ["A01", "P1"],
            "sources": ["gdpr"], **REVIEWED,
            "conditions": [{"question": "persondata", "answer": "yes", "reason": "I behandler personoplysninger"}],
        },
    ],
    "requirements.yaml": [
        {
            "code": "K01", "title": "Grundlag", "topic": "legal_basis", "addressee": "both", "level": "must",
            "level_note": "Altid.", "duty": "Loven kræver det af leverandøren.", "wording": LONG, "evidence": "En test.",
            "own_evidence": "Et notat.", "tender_use": "minimum", "proposals": ["30 dage"],
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
    "legal_basis.yaml": [
        {
            "code": "H01", "title": "Brug", "what": "Løsningen bruges.", "article_6": "Litra e.", "article_9": "Litra g.",
            "article_10": "Kun under myndighed.", "danish_law": LONG, "clarity": "Jo klarere, jo bedre.", "examples": "En sag.",
            "warning": "Stop her.", "activities": ["A01"], "guidance": ["M01"], "templates": ["S01"], "sources": ["gdpr"],
            **REVIEWED,
            "phases": [
                {"phase": "fundament", "clarity": "duty", "note": "Først."},
                {"phase": "ide", "clarity": "clear", "note": "Så."},
            ],
            "conditions": [{"question": "persondata", "answer": "yes", "reason": "I behandler personoplysninger"}],
        },
    ],
    "scale.yaml": [
        {"axis": "consequence", "level": 1, "name": "Lille", "description": "Gener.", "example": "Et opkald."},
        {"axis": "likelihood", "level": 4, "name": "Stor", "description": "Ofte.", "example": "Hver uge."},
    ],
    "synonyms.yaml": [
        {"slug": "dpia", "words": ["DPIA", "konsekvensanalyse"]},
        {"slug": "sky", "words": ["cloud"], "finds": ["§ 22 'a'", "yes", "12", "ja: nej"], "is_active": False},
    ],
}  # fmt: skip


A01 = "activities/phase-0.yaml"
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


def file_texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in sorted(folder.rglob("*.yaml"))}


def empty_the_database() -> None:
    LegalSource.objects.update(part_of=None)
    ScreeningQuestion.objects.update(requires=None)
    for kind in reversed(KINDS.values()):
        kind.model.objects.all().delete()
    ScaleLevel.objects.all().delete()
    SearchSynonym.objects.all().delete()
