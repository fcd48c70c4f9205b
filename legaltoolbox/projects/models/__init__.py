from .answers import ScreeningAnswer
from .documents import DocumentPart, DocumentStatus, FieldAnswer, FieldEdit, ProjectDocument
from .events import ProjectEvent
from .facts import ProjectFact
from .municipalities import Municipality, MunicipalityMember
from .municipality_events import MunicipalityEvent
from .people import MunicipalityInvitation, MunicipalityJoinRequest
from .projects import Project, ProjectMember
from .tasks import ChecklistAnswer, Task, TaskMailStop, TaskState

__all__ = [
    "ChecklistAnswer",
    "DocumentPart",
    "DocumentStatus",
    "FieldAnswer",
    "FieldEdit",
    "Municipality",
    "MunicipalityEvent",
    "MunicipalityInvitation",
    "MunicipalityJoinRequest",
    "MunicipalityMember",
    "Project",
    "ProjectDocument",
    "ProjectEvent",
    "ProjectFact",
    "ProjectMember",
    "ScreeningAnswer",
    "Task",
    "TaskMailStop",
    "TaskState",
]
