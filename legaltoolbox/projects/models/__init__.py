from .events import ProjectEvent
from .municipalities import Municipality, MunicipalityMember
from .municipality_events import MunicipalityEvent
from .people import MunicipalityInvitation, MunicipalityJoinRequest
from .projects import Project, ProjectMember, ScreeningAnswer
from .tasks import ChecklistAnswer, Task, TaskMailStop, TaskState

__all__ = [
    "ChecklistAnswer",
    "Municipality",
    "MunicipalityEvent",
    "MunicipalityInvitation",
    "MunicipalityJoinRequest",
    "MunicipalityMember",
    "Project",
    "ProjectEvent",
    "ProjectMember",
    "ScreeningAnswer",
    "Task",
    "TaskMailStop",
    "TaskState",
]
