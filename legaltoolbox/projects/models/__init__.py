from .events import ProjectEvent
from .municipalities import Municipality, MunicipalityEvent, MunicipalityMember
from .projects import Project, ProjectMember, ScreeningAnswer

__all__ = [
    "Municipality",
    "MunicipalityEvent",
    "MunicipalityMember",
    "Project",
    "ProjectEvent",
    "ProjectMember",
    "ScreeningAnswer",
]
