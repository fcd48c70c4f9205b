"""The decision points of projects for tests: what a decision rests on, the decision, and its address."""

from django.urls import reverse
from django.utils import timezone

from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import Decision
from legaltoolbox.projects.work.decision_points import PointGrounds, read_project


def point_of(team, code: str = "P1") -> PointGrounds:
    grounds = read_project(team.project, catalogues.current(), timezone.localdate()).point(code)
    assert grounds is not None
    assert grounds.state  # as it is now: it is made when it is first asked for
    return grounds


def decide(team, answer: str = "yes", code: str = "P1", *, shown=None, by=None, **texts) -> Decision:
    """The management's decision on what `shown` is, or on what stands now."""
    shown = shown or point_of(team, code)
    last = shown.last.pk if shown.last else 0
    read = lambda: point_of(team, code).record  # noqa: E731
    by = (by or team.management).user
    return Decision.decide_point(team.project, by, code, seen=shown.state, last=last, read=read, answer=answer, **texts)


def address(team, name: str = "decision_point", code: str = "p1") -> str:
    return reverse(f"projects:{name}", args=[*team.project.address, *([code] if name != "decisions" else [])])
