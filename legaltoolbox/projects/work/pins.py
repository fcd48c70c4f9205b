"""The pins of a project (`ProjectItem`) as pages read them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from ..models import Project, ProjectItem
from ..models.written import ItemKey

State = ProjectItem.State


class Pin(NamedTuple):
    """A pin (`ProjectItem`) as pages read it."""

    kind: str
    code: str
    hash: str
    state: str
    decided_on: str
    decided_at: datetime | None
    to_assess: bool
    is_unknown: bool
    reason: str

    @property
    def key(self) -> ItemKey:
        return self.kind, self.code

    @property
    def is_to_assess(self) -> bool:
        return self.to_assess or self.is_unknown

    def waits(self, live: str) -> bool:
        """As `ProjectItem.waits`."""
        return (self.decided_on if self.state in (State.KEPT, State.GONE) else self.hash) != live


def read_pins(project: Project) -> list[Pin]:
    """The pins of the project. One query."""
    return [Pin(*row) for row in project.items.order_by("kind", "code").values_list(*Pin._fields)]
