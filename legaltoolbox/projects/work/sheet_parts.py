"""What a public sheet holds: each piece of it with its place in the documents of the project, and the words around it.

Nothing else of a document is ever in a sheet: what is not named here stays with the municipality.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

FACT_SHEET, CITIZENS, LEARNING = "S27", "S24", "S35"
"""The templates that a sheet is made of."""
NAME, SHEET_VERSION, CORRECTED, STAGE = ("1", "1"), ("1", "2"), ("1", "3"), ("1", "4")
SUMMARY, AFFECTED, CONTACT = ("2", "1"), ("2", "2"), ("2", "3")
"""Section and field of what stands at the top of a sheet."""
ADDITIONS = ("5", "1")
"""Of the texts to citizens: which additions are in use."""
SHARED_WITH = ("7", "2")
"""Of what was learned: with whom it is shared."""
WITH_ALL = "Alle"


class SheetField(NamedTuple):
    """A piece of a sheet."""

    key: str
    label: Any
    section: str
    field: str
    is_optional: bool = False
    """Whether a sheet without it does not say that it is not stated."""

    @property
    def place(self) -> tuple[str, str]:
        return self.section, self.field


class SheetPart(NamedTuple):
    """A part of a sheet under a heading of its own."""

    key: str
    heading: Any
    fields: tuple[SheetField, ...]
    is_folded: bool = False
    is_optional: bool = False
    """Whether a sheet without any of it has no such part; of the others it says what is not stated."""


PARTS = (
    SheetPart(
        "purpose",
        _("Why it is used"),
        (
            SheetField("goal", _("The problem and the goal"), "3", "1"),
            SheetField("alternatives", _("What else was considered, also without AI"), "3", "2"),
            SheetField("goal-check", _("How we see whether the goal is reached"), "3", "3"),
            SheetField("opt-out", _("Can I opt out?"), "3", "4"),
            SheetField("opt-out-how", _("About opting out and objecting"), "3", "5", is_optional=True),
        ),
    ),
    SheetPart(
        "people",
        _("What AI does, and what people do"),
        (
            SheetField("steps", _("Step by step"), "4", "1"),
            SheetField("effect", _("What the result means"), "4", "2"),
            SheetField("control", _("How staff can correct or set aside the result"), "4", "3"),
            SheetField("not-used-for", _("What it is not used for"), "4", "4"),
            SheetField("technology", _("The kind of AI, in plain words"), "4", "5"),
            SheetField("supplier", _("Who supplies it"), "4", "6"),
        ),
    ),
    SheetPart(
        "data",
        _("Which data it uses"),
        (
            SheetField("data", _("Data in use"), "5", "1"),
            SheetField("left-out", _("Data that we do not use, and why"), "5", "2", is_optional=True),
            SheetField("training", _("Were citizens’ data used to train the model?"), "5", "3"),
            SheetField("training-how", _("About the training"), "5", "4", is_optional=True),
            SheetField("outside-eu", _("Are data processed outside the EU and EEA?"), "5", "5"),
            SheetField("kept", _("How long the data are kept"), "5", "6"),
        ),
    ),
    SheetPart(
        "quality",
        _("How good it is"),
        (
            SheetField("results", _("What was measured"), "6", "1"),
            SheetField("groups", _("Differences between groups"), "6", "2"),
            SheetField("weaknesses", _("Known weaknesses"), "6", "3"),
            SheetField("monitoring", _("How we watch it in use"), "6", "4"),
        ),
    ),
    SheetPart(
        "risks",
        _("What can go wrong, and what we do about it"),
        (
            SheetField("risks", _("Risks for citizens"), "7", "1"),
            SheetField("assessment", _("Was an impact assessment made?"), "7", "2"),
            SheetField("assessed-on", _("When it was made and updated"), "7", "3"),
            SheetField("heard", _("Were citizens heard?"), "7", "4"),
        ),
    ),
    SheetPart(
        "law",
        _("Rules and rights"),
        (
            SheetField("rules", _("The rules that the municipality builds on"), "8", "1"),
            SheetField("high-risk", _("Is it high-risk under the EU’s rules on AI?"), "8", "2"),
            SheetField("rights", _("Your rights"), "8", "3"),
        ),
    ),
    SheetPart(
        "database",
        _("Description of the database"),
        (
            SheetField("database-use", _("What the database is used for"), "9", "1"),
            SheetField("databases", _("Databases in the solution"), "9", "2"),
            SheetField("data-types", _("Types of data, what they rest on, and formats"), "10", "1"),
            SheetField("interpretation", _("How to read the data"), "10", "2"),
            SheetField("updates", _("Updates and known gaps"), "10", "3"),
        ),
        is_folded=True,
        is_optional=True,
    ),
)
"""Of the fact sheet (S27), in the order of the sheet."""

SHORT_TEXTS = (
    SheetField("letter", _("Short text for letters and self-service"), "3", "1"),
    SheetField("chat", _("Short text for a chatbot or phone robot"), "3", "2"),
    SheetField("spoken", _("Short text to say"), "3", "3"),
)
LONG_TEXT = (
    SheetField("who", _("Who we are"), "4", "1"),
    SheetField("why", _("Purpose and legal basis"), "4", "2"),
    SheetField("which", _("The data, and where they come from"), "4", "3"),
    SheetField("how", _("How we use AI"), "4", "4"),
    SheetField("shared", _("Whom we share data with"), "4", "5"),
    SheetField("how-long", _("How long we keep the data"), "4", "6"),
    SheetField("your-rights", _("Your rights"), "4", "7"),
)
ADDED_TEXTS = (
    SheetField("automatic", _("Automatic decisions"), "5", "2"),
    SheetField("high-risk", _("High-risk system"), "5", "3"),
    SheetField("training", _("Development and training with citizens’ data"), "5", "4"),
    SheetField("children", _("Text to children and young people"), "5", "5"),
)
ADDITION_OPTIONS = {
    "Automatisk afgørelse": "automatic",
    "Højrisiko-system": "high-risk",
    "Udvikling og træning": "training",
    "Tekst til børn og unge": "children",
}
"""What the document calls the additions that are in use."""
TEXT_GROUPS: dict[str, tuple[Any, tuple[SheetField, ...]]] = {
    **{field.key: (field.label, (field,)) for field in SHORT_TEXTS},
    "long": (_("Long text to citizens"), LONG_TEXT),
    **{f"added-{field.key}": (field.label, (field,)) for field in ADDED_TEXTS},
}
"""The texts to citizens (S24) that a municipality can take along: key to label and pieces."""

EXPERIENCES = SheetPart(
    "experiences",
    _("What we have learned"),
    (
        SheetField("status", _("How far we came"), "1", "6"),
        SheetField("results", _("What came of it"), "2", "1"),
        SheetField("spent", _("What it took: time, people and money"), "5", "1"),
        SheetField("skills", _("Skills that we lacked"), "5", "2"),
        SheetField("hard", _("What was hard, and what stopped us"), "3", "1"),
        SheetField("mistakes", _("Errors and surprises"), "4", "1"),
        SheetField("advice", _("Advice to the next municipality"), "6", "1"),
        SheetField("materials", _("Materials that others can get"), "6", "2"),
    ),
    is_folded=True,
    is_optional=True,
)
"""Of what was learned (S35)."""


def sheet_fields() -> Iterator[SheetField]:
    """The fields of all parts of the fact sheet."""
    for part in PARTS:
        yield from part.fields
