"""Where the questions of the CNIL's PIA tool go: to fields of the impact assessment (S11), and to risks of the project's own.

The tool numbers its questions by section, item and question: 213 is the third of section 2, item 1. The labels are ours.

Its estimates of a risk, 1 to 4, are of the harm to the person and have nearly the words of ours. But they count planned
measures too, and ours before count none that is new, ours after only those that work (S11, section 12). So they are no
assessment of ours: they stand in the words of the risk, whose numbers the project gives itself.
"""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

TEMPLATE = "S11"


class AnswerPlace(NamedTuple):
    """A field of the impact assessment; of a table the row that begins with these words, and the number of its column."""

    section: str
    field: str
    row: str = ""
    """ "" of a table is a row of its own, which begins with the name of the question."""
    column: int = 0


QUESTIONS = {
    "111": _("What the processing is"),
    "112": _("Who is responsible for what"),
    "113": _("Standards and codes of conduct"),
    "121": _("Which data are processed"),
    "122": _("The way of the data from beginning to end"),
    "123": _("Systems and media that hold the data"),
    "211": _("Purposes"),
    "212": _("Legal basis"),
    "213": _("No more data than needed"),
    "214": _("Correct and up to date"),
    "215": _("How long the data are kept"),
    "221": _("How people are informed"),
    "222": _("How consent is obtained"),
    "223": _("Access and portability"),
    "224": _("Rectification and erasure"),
    "225": _("Restriction and objection"),
    "226": _("Contracts with processors"),
    "227": _("Transfers out of the European Union"),
}

PLACES = {
    # The one field that says what it all is, for a reader from outside.
    "111": AnswerPlace("2", "1"),
    # A row of the parties' own, in the column of their roles: the tool asks for all parties in one text.
    "112": AnswerPlace("4", "1", "", 1),
    # Standards and codes are what the field on codes of conduct asks for.
    "113": AnswerPlace("4", "5"),
    # Our table of categories has a row for each; the tool's one text about them is part of how much is processed.
    "121": AnswerPlace("2", "6"),
    # Way and media of the data are one field here: what they lie on.
    "122": AnswerPlace("2", "9"),
    "123": AnswerPlace("2", "9"),
    # Each of the principles has a row. The legal basis is part of lawfulness, since the table of bases fills itself from
    # the page “Legal bases”, phase by phase, which the tool does not know. Consent is such a basis.
    "211": AnswerPlace("6", "1", "Formålsbegrænsning", 1),
    "212": AnswerPlace("6", "1", "Lovlighed", 1),
    "222": AnswerPlace("6", "1", "Lovlighed", 1),
    "213": AnswerPlace("6", "1", "Dataminimering", 1),
    "214": AnswerPlace("6", "1", "Rigtighed", 1),
    "215": AnswerPlace("6", "1", "Opbevaringsbegrænsning", 1),
    # Each right has a row. Where the tool asks for two in one text, the first has it.
    "221": AnswerPlace("7", "1", "Oplysning, når data kommer fra borgeren", 1),
    "223": AnswerPlace("7", "1", "Indsigt", 1),
    "224": AnswerPlace("7", "1", "Berigtigelse", 1),
    "225": AnswerPlace("7", "1", "Begrænsning", 1),
    # What contracts oblige processors to is how they guarantee what they do.
    "226": AnswerPlace("4", "3"),
    "227": AnswerPlace("4", "4"),
}

RISKS = {
    "32": ("E01", _("Somebody gets at data who may not")),
    "33": ("E02", _("Data are changed without anybody wanting it")),
    "34": ("E03", _("Data are lost")),
}
"""Section and item to the code and title of an own risk: the catalogue's are risks of AI, and none of them is one of these."""
RISK_QUESTIONS = {
    "1": _("What it can do to people"),
    "2": _("What can lead to it"),
    "3": _("Who or what is behind it"),
    "4": _("Measures against it"),
    "5": _("Severity"),
    "6": _("Likelihood"),
}
EVENT_QUESTIONS = ("1", "2", "3")
"""They say how it can happen, and to whom; the others say why the risk is as large as it is."""
MEASURES_QUESTION = "4"
STEPS = {"1": _("negligible"), "2": _("limited"), "3": _("important"), "4": _("maximum")}

ITEMS = {
    "11": _("Overview"),
    "12": _("Data, processes and media"),
    "21": _("Proportionality and necessity"),
    "22": _("Rights of the people concerned"),
    "31": _("Measures"),
    **{item: title for item, (_code, title) in RISKS.items()},
}

EVALUATION_STATUS = {"0": _("pending"), "1": _("to be corrected"), "2": _("can be improved"), "3": _("acceptable")}
STATUS = {
    "0": _("in progress"),
    "1": _("rejected"),
    "2": _("validated"),
    "3": _("validated and signed"),
    "4": _("archived"),
    "5": _("waiting for validation"),
}
OPINION = {"0": _("the processing should not be carried out"), "1": _("the processing can be carried out")}
YES_NO = {"true": _("yes"), "false": _("no"), "1": _("yes"), "0": _("no")}

STATEMENTS = {
    "status": (_("Status"), STATUS),
    "dpo_status": (_("The data protection officer’s conclusion"), OPINION),
    "dpo_opinion": (_("The data protection officer’s opinion"), {}),
    "concerned_people_searched_opinion": (_("The people concerned were asked"), YES_NO),
    "concerned_people_searched_content": (_("Why they were not asked"), {}),
    "concerned_people_status": (_("The conclusion of the people concerned"), OPINION),
    "concerned_people_opinion": (_("The opinion of the people concerned"), {}),
    "rejection_reason": (_("Why it was rejected"), {}),
    "applied_adjustments": (_("What was changed because of it"), {}),
}
"""Keys of the assessment itself: what people have said of it, and where it was on its way."""
EVALUATION = {
    "status": (_("Result"), EVALUATION_STATUS),
    "evaluation_comment": (_("Comment"), {}),
    "action_plan_comment": (_("Action plan"), {}),
    "gauges.x": (_("Severity after the action plan"), STEPS),
    "gauges.y": (_("Likelihood after the action plan"), STEPS),
    "evaluation_date": (_("Evaluated"), {}),
    "estimated_implementation_date": (_("To be carried out by"), {}),
}
NAMES = {
    "author_name": _("Author"),
    "evaluator_name": _("Evaluator"),
    "validator_name": _("Validator"),
    "dpos_names": _("Data protection officer"),
    "people_names": _("The people concerned"),
    "person_in_charge": _("Person in charge"),
    "authors": _("Author"),
    "evaluators": _("Evaluator"),
    "validators": _("Validator"),
    "guests": _("Guest"),
    "firstname": _("First name"),
    "lastname": _("Last name"),
    "email": _("Email address"),
}
"""Keys of names, wherever they stand."""

PARTS = ("pia", "answers", "measures", "evaluations", "comments")
TECHNICAL = frozenset(
    {
        "id",
        "pia_id",
        "reference_to",
        "created_at",
        "updated_at",
        "lock_version",
        "global_status",
        "placeholder",
        "gauge",
    }
    | {
        "for_measure",
        "structure_id",
        "progress",
        "is_example",
        "is_archive",
        "dbVersion",
        "tableName",
        "numberOfQuestions",
    }
)
"""Keys that say nothing to people."""
