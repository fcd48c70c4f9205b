"""Which fields of the templates ask for what a project says once, and which of it belongs to the state of a document."""

from django.db.models import Q

from .events import ProjectEvent
from .facts import LEAD, TITLE, ProjectFact

Key = ProjectFact.Key
SOLUTION_AND_VENDOR, SOLUTION_AND_USE = "solution-vendor", "solution-use"
"""Two facts that a field asks for together."""
JOINED = {
    SOLUTION_AND_VENDOR: (Key.SOLUTION, Key.VENDOR, ", "),
    SOLUTION_AND_USE: (Key.SOLUTION, Key.PURPOSE, ": "),
}
CASE_NUMBER, MUNICIPALITY = "case-number", "municipality"
"""What the project holds elsewhere and is no part of a document's state: to register a case is no change of its documents."""
ANSWER_FIELDS = {
    f"answer-{question}": ("S05", "8", str(number))
    for number, question in enumerate(
        (
            "personoplysninger",
            "foelsomme",
            "saarbare",
            "afgoerelser",
            "profilering",
            "indgribende",
            "leverandoer",
            "traening",
            "hoejrisiko",
            "borgerdialog",
            "medarbejdere",
            "generativ",
            "udvikler",
        ),
        start=1,
    )
}
"""What the project answers about the solution, by the code of the question, to the field that asks the same."""
ANSWER_WORDS = {"answer-udvikler": {"yes": "Vi udvikler", "no": "Vi anskaffer"}}
"""The answers that a field has as words of its own; the others are yes and no there too."""

FACT_FIELDS: dict[str, tuple[tuple[str, str, str], ...]] = {
    TITLE: (("S05", "1", "1"),),
    CASE_NUMBER: (("S05", "1", "6"),),
    MUNICIPALITY: (("S08", "1", "3"), ("S11", "1", "2")),
    LEAD: (("S05", "1", "4"), ("S07", "1", "2")),
    Key.OWNER: (
        ("S05", "1", "3"),
        ("S07", "1", "3"),
        ("S11", "1", "3"),
        ("S14", "1", "3"),
        ("S15", "2", "2"),
        ("S26", "2", "5"),
    ),
    Key.SOLUTION: (
        ("S06", "1", "1"),
        ("S07", "1", "1"),
        ("S09", "1", "1"),
        ("S10", "1", "1"),
        ("S11", "1", "1"),
        ("S12", "1", "1"),
        ("S15", "1", "1"),
        ("S17", "1", "1"),
        ("S28", "1", "1"),
        ("S32", "1", "1"),
        ("S34", "1", "3"),
    ),
    SOLUTION_AND_VENDOR: (
        ("S13", "1", "1"),
        ("S19", "1", "1"),
        ("S21", "1", "1"),
        ("S31", "1", "1"),
        ("S33", "1", "1"),
    ),
    SOLUTION_AND_USE: (("S08", "1", "1"), ("S14", "1", "1"), ("S24", "1", "1"), ("S25", "1", "1")),
    Key.VENDOR: (("S06", "1", "2"), ("S23", "1", "3"), ("S27", "4", "6")),
    Key.PURPOSE: (("S07", "2", "3"), ("S26", "3", "2")),
    Key.PERSONS: (("S07", "2", "4"), ("S19", "1", "3")),
    **{fact: (place,) for fact, place in ANSWER_FIELDS.items()},
}
"""The facts to the fields that ask for just that: template, section, field."""
BY_FIELD = {place: fact for fact, places in FACT_FIELDS.items() for place in places}
SHOWS_ANSWERS = frozenset(code for code, _section, _field in ANSWER_FIELDS.values())
"""The templates that show what the project answers about the solution."""
_NO_PART = frozenset({LEAD, CASE_NUMBER, MUNICIPALITY, *ANSWER_FIELDS})


def facts_of_state(template: str) -> set[str]:
    """The keys of the facts that a document of this template shows and whose change is a change of it. No query.

    Who leads the project is none of them, as no person responsible is: a document says the same when somebody takes over.
    Nor are the answers about the solution, which are part of the state of every document.
    """
    shown = {fact for fact, places in FACT_FIELDS.items() if any(code == template for code, _section, _field in places)}
    single = {key for fact in shown for key in (JOINED[fact][:2] if fact in JOINED else (fact,))}
    return {str(key) for key in single - _NO_PART}


def events_of_facts(template: str) -> Q:
    """Selects the events by which a fact was changed that belongs to the state of a document of this template. No query."""
    facts = facts_of_state(template)
    return Q(what=ProjectEvent.What.FACT, place__in=facts) | Q(what=ProjectEvent.What.EDITED, place__in=facts & {TITLE})
