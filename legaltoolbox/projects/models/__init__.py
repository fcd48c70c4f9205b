from .annex_lines import AnnexLine
from .annex_recipients import Recipient
from .annexes import Annex, AnnexStatus
from .answers import ScreeningAnswer
from .checklist_answers import ChecklistAnswer
from .comments import Comment
from .conditions import ConditionsMet, open_conditions
from .documents import DocumentPart, DocumentStatus, FieldAnswer, ProjectDocument
from .earlier_answers import EarlierAnswer
from .events import ProjectEvent
from .facts import ProjectFact
from .field_edits import FieldEdit
from .imports import ImportedRecord, ProjectImport
from .legal_bases import ProjectLegalBasis
from .measures import Measure
from .municipalities import Municipality, MunicipalityMember
from .municipality_events import MunicipalityEvent
from .opinions import AdvicePoint, ApprovedFile, Decision, Opinion
from .people import MunicipalityInvitation, MunicipalityJoinRequest
from .pinned_texts import ItemDecision, ItemVerdict, ProjectItem, TextChanged, TextVersion
from .projects import Project, ProjectMember
from .requirements import Evidence, RequirementState
from .risks import RiskAssessment
from .shared_copies import SharedCopy
from .task_mail_stops import TaskMailStop
from .tasks import Task, TaskState
from .update_mails import UpdateMail
from .vendor_answers import AnnexAnswer, AnnexPart, Submission
from .vendor_questions import AnnexQuestion

__all__ = [
    "AdvicePoint",
    "Annex",
    "AnnexAnswer",
    "AnnexLine",
    "AnnexPart",
    "AnnexQuestion",
    "AnnexStatus",
    "ApprovedFile",
    "ChecklistAnswer",
    "Comment",
    "ConditionsMet",
    "Decision",
    "DocumentPart",
    "DocumentStatus",
    "EarlierAnswer",
    "Evidence",
    "FieldAnswer",
    "FieldEdit",
    "ImportedRecord",
    "ItemDecision",
    "ItemVerdict",
    "Measure",
    "Municipality",
    "MunicipalityEvent",
    "MunicipalityInvitation",
    "MunicipalityJoinRequest",
    "MunicipalityMember",
    "Opinion",
    "Project",
    "ProjectDocument",
    "ProjectEvent",
    "ProjectFact",
    "ProjectImport",
    "ProjectItem",
    "ProjectLegalBasis",
    "ProjectMember",
    "Recipient",
    "RequirementState",
    "RiskAssessment",
    "ScreeningAnswer",
    "SharedCopy",
    "Submission",
    "Task",
    "TaskMailStop",
    "TaskState",
    "TextChanged",
    "TextVersion",
    "UpdateMail",
    "open_conditions",
]
