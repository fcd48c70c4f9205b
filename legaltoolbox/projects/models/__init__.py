from .events import ProjectEvent
from .municipalities import Municipality, MunicipalityEvent, MunicipalityMember
from .projects import Project, ProjectMember, ScreeningAnswer
from .tasks import ChecklistAnswer, Task, TaskMailStop, TaskState

__all__ = [
    "ChecklistAnswer",
    "Municipality",
    "MunicipalityEvent",
    "MunicipalityMember",
    "Project",
    "ProjectEvent",
    "ProjectMember",
    "ScreeningAnswer",
    "Task",
    "TaskMailStop",
    "TaskState",
]
