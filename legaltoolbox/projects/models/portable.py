"""What of a project stands in its file `projekt.json`, part by part: the fields, and who is only a name there.

An import makes rows again of the parts in `WORK`. Those in `HISTORY` are what people have said and decided: an import keeps
them as they are written (`ImportedRecord`), and they count for nothing here. What an import takes off a row of the work
(its people, the status of a document) is kept with it the same way, as `imported`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .annex_lines import MOST_LINES, AnnexLine
from .annex_recipients import MOST_RECIPIENTS, Recipient
from .annexes import MOST_ANNEXES, Annex
from .answers import ScreeningAnswer
from .checklist_answers import ChecklistAnswer
from .comments import MOST_COMMENTS, Comment
from .conditions import ConditionsMet
from .documents import MOST_DOCUMENTS, DocumentPart, DocumentStatus, FieldAnswer, ProjectDocument
from .earlier_answers import EarlierAnswer
from .events import ProjectEvent
from .facts import ProjectFact
from .field_edits import FieldEdit
from .legal_bases import MOST_BASES, ProjectLegalBasis
from .measures import MOST_MEASURES, Measure
from .members import ProjectMember
from .opinions import MOST_POINTS, AdvicePoint, ApprovedFile, Decision, Opinion
from .pinned_texts import MOST_ITEMS, ItemDecision, ProjectItem
from .project_lookups import ProjectStatus
from .projects import Project
from .requirements import MOST_EVIDENCE, Evidence, RequirementState
from .risks import MOST_OWN_RISKS, RiskAssessment
from .tasks import MOST_OWN_TASKS, Task
from .vendor_answers import MOST_SUBMISSIONS, Submission
from .vendor_questions import MOST_QUESTIONS_OF_ANNEX, AnnexQuestion

MOST_ROWS = 20_000
"""Rows of a part that has no limit of its own, and of each list of the imported history, which several projects can have filled."""
MOST_OF_CATALOGUE = 500
"""Tasks, risks and requirements of the catalogue, which has some fifty, twenty and forty."""


class FilePart(NamedTuple):
    """A part of the file: a list of rows of a model, or rows of each row above it."""

    name: str
    """Its key in the file."""
    model: Any
    rows: str
    """The name by which the project, or the row above, has its rows."""
    fields: tuple[str, ...]
    people: tuple[str, ...] = ()
    """Fields that stand in the file as a name."""
    reset: Mapping[str, Any] = {}
    """Other fields that an import sets back, to their values then."""
    key: tuple[str, ...] = ()
    """The fields that no two rows have alike; a row with an empty last one is free of it."""
    order: tuple[str, ...] = ()
    parts: tuple["FilePart", ...] = ()
    most: int = MOST_ROWS
    has_document: bool = False
    """Whether its rows are of a document, whose number stands in the file."""
    is_added_later: bool = False
    """Whether older files do not have it, or their rows: then it is left out, which says that there is none."""

    @property
    def most_imported(self) -> int:
        """Rows of the imported history."""
        return max(self.most, MOST_ROWS)

    @property
    def fields_set_back(self) -> dict[str, Any]:
        """The fields that an import takes off a row, with what it puts in their place."""
        return {**dict.fromkeys(self.people), **self.reset}


DETAILS = FilePart(
    "details",
    Project,
    "",
    ("title", "purpose", "case_number", "kitos_id", "phase", "status", "created_at", "closed_at"),
    reset={"status": ProjectStatus.ACTIVE.value, "created_at": None, "closed_at": None},
)
SAVED = ("saved_at",)
SAVED_BY = ("saved_by",)
OWNED = ("owner", "saved_by")
DOCUMENTS = FilePart(
    "documents",
    ProjectDocument,
    "documents",
    (
        "number",
        "template",
        "template_version",
        "version",
        "status",
        "opinion_until",
        "approved_content",
        "created_at",
        "changed_at",
    ),
    ("created_by", "changed_by"),
    {"status": DocumentStatus.DRAFT.value, "opinion_until": None, "approved_content": {}},
    ("number",),
    ("number",),
    (
        FilePart(
            "answers",
            FieldAnswer,
            "answers",
            ("section", "field", "value"),
            key=("section", "field"),
            order=("section", "field"),
        ),
        FilePart(
            "sections", DocumentPart, "saved_parts", ("part", "saved_at"), SAVED_BY, key=("part",), order=("part",)
        ),
    ),
    MOST_DOCUMENTS,
)
WORK = (
    FilePart(
        "answers",
        ScreeningAnswer,
        "screening_answers",
        ("question", "value", "why"),
        key=("question",),
        order=("question",),
        most=500,
    ),
    FilePart("facts", ProjectFact, "facts", ("key", "value"), key=("key",), order=("key",), most=100),
    FilePart(
        "tasks",
        Task,
        "tasks",
        ("activity", "title", "due", "state", "reason", "note", "done_at", *SAVED),
        OWNED,
        key=("activity",),
        order=("activity",),
        most=MOST_OF_CATALOGUE + MOST_OWN_TASKS,
    ),
    FilePart(
        "checklist_answers",
        ChecklistAnswer,
        "checklist_answers",
        ("activity", "key", "value", "note", *SAVED),
        SAVED_BY,
        key=("activity", "key"),
        order=("activity", "key"),
    ),
    DOCUMENTS,
    FilePart(
        "risks",
        RiskAssessment,
        "risk_assessments",
        (
            "code",
            "title",
            "event",
            "applies",
            "likelihood",
            "consequence",
            "reason",
            "treatment",
            "likelihood_after",
            "consequence_after",
            "reason_after",
            *SAVED,
        ),
        OWNED,
        key=("code",),
        order=("code",),
        most=MOST_OF_CATALOGUE + MOST_OWN_RISKS,
    ),
    FilePart(
        "requirements",
        RequirementState,
        "requirement_states",
        ("code", "state", "how", *SAVED),
        OWNED,
        key=("code",),
        order=("code",),
        most=MOST_OF_CATALOGUE,
    ),
    FilePart("measures", Measure, "measures", ("text", "places", "due", "is_done", *SAVED), OWNED, most=MOST_MEASURES),
    FilePart(
        "evidence",
        Evidence,
        "evidence",
        ("place", "title", "link", "case_number", "dated"),
        order=("place",),
        most=MOST_EVIDENCE,
    ),
    FilePart(
        "legal_bases",
        ProjectLegalBasis,
        "legal_bases",
        ("phase", "code", "processing", "basis", "why", "judgement", *SAVED),
        SAVED_BY,
        key=("phase", "code"),
        order=("phase", "code"),
        most=MOST_BASES,
    ),
    FilePart(
        "items",
        ProjectItem,
        "items",
        ("kind", "code", "hash", "state", "reason", "decided_on", "decided_at", "to_assess", "is_unknown"),
        ("decided_by",),
        key=("kind", "code"),
        order=("kind", "code"),
        most=MOST_ITEMS,
        is_added_later=True,
    ),
    FilePart(
        "earlier_answers",
        EarlierAnswer,
        "earlier_answers",
        ("kind", "code", "document_number", "row", "heading", "question", "columns", "value", "at"),
        is_added_later=True,
    ),
)
ANNEXES = FilePart(
    "annexes",
    Annex,
    "annexes",
    (
        "number",
        "title",
        "introduction",
        "contact",
        "deadline",
        "status",
        "created_at",
        "sent_at",
        "closed_at",
    ),
    ("created_by", "chosen"),
    order=("number",),
    parts=(
        FilePart(
            "lines",
            AnnexLine,
            "lines",
            ("position", "code", "use", "title", "text"),
            order=("position",),
            most=MOST_LINES,
        ),
        FilePart(
            "recipients",
            Recipient,
            "recipients",
            ("company", "email", "language", "created_at", "mailed_at", "opened_at", "revoked_at"),
            order=("pk",),
            parts=(
                FilePart(
                    "submissions",
                    Submission,
                    "submissions",
                    ("number", "at", "name", "answers", "is_entered"),
                    order=("number",),
                    most=MOST_SUBMISSIONS,
                ),
            ),
            most=MOST_RECIPIENTS,
        ),
        FilePart(
            "questions",
            AnnexQuestion,
            "questions",
            ("at", "text", "answer", "answered_at"),
            ("recipient", "answered_by"),
            order=("at", "pk"),
            most=MOST_QUESTIONS_OF_ANNEX,
        ),
    ),
    most=MOST_ANNEXES,
    is_added_later=True,
)
HISTORY = (
    FilePart("members", ProjectMember, "members", ("role", "joined_at"), ("member",)),
    FilePart(
        "comments",
        Comment,
        "comments",
        ("place", "at", "text", "resolved_at"),
        ("by", "resolved_by"),
        order=("at",),
        parts=(FilePart("replies", Comment, "replies", ("at", "text"), ("by",), order=("at",), most=MOST_COMMENTS),),
        most=MOST_COMMENTS,
    ),
    FilePart(
        "opinions",
        Opinion,
        "",
        ("at", "verdict", "text", "state"),
        ("by",),
        order=("at",),
        parts=(
            FilePart(
                "points",
                AdvicePoint,
                "points",
                ("number", "text", "answer", "reason", "answered_at"),
                ("answered_by",),
                order=("number",),
                most=MOST_POINTS,
            ),
        ),
        has_document=True,
    ),
    FilePart(
        "decisions",
        Decision,
        "decisions",
        ("point", "at", "answer", "conditions", "reason", "state", "rested_on", "without_opinion_since"),
        ("by",),
        order=("at",),
        parts=(
            FilePart(
                "conditions_met",
                ConditionsMet,
                "conditions_met",
                ("at", "how"),
                ("by",),
                order=("at",),
                most=1,
                is_added_later=True,
            ),
        ),
        has_document=True,
    ),
    FilePart(
        "events",
        ProjectEvent,
        "events",
        ("at", "what", "place", "old", "new", "reason"),
        ("actor", "person", "person_before"),
        order=("at",),
    ),
    FilePart(
        "item_decisions",
        ItemDecision,
        "item_decisions",
        ("kind", "code", "old", "new", "verdict", "reason", "at"),
        ("by",),
        order=("at",),
        is_added_later=True,
    ),
    FilePart(
        "edits", FieldEdit, "", ("section", "field", "old", "new", "at"), ("by",), order=("at",), has_document=True
    ),
    FilePart("approved_files", ApprovedFile, "", (), has_document=True, most=MOST_DOCUMENTS),
    ANNEXES,
)
OLDER_DOCUMENTS = "documents"
"""The key, among what is imported, of earlier versions of documents: an import makes a draft of the newest alone."""
MOST_OLDER_DOCUMENTS = 2_000

FOREIGN = ("placements", "statements", "appendix")
"""The keys, among what is imported, of what came with a file of another program: where each of its texts went, what people
have said and decided there, and all the rest, word for word. Older files do not have them."""
FOREIGN_FIELDS = {"path": 300, "label": 300, "place": 300, "text": 2_000}
"""The texts of their rows, with their longest: where it stood, what it is called there, where it went, and the text. `by`
is the name of a person."""
