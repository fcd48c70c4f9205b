"""The own words that vendors wrote beside “other”, by whether KL counts them elsewhere."""

from django.db.models import Exists, OuterRef, QuerySet

from ..models import IN_USE, Answer

IS_MAPPED = Exists(Answer.objects.filter(mapped_from=OuterRef("pk")))


def own_words() -> QuerySet[Answer]:
    """The answers in own words of published and submitted responses. One query."""
    return Answer.objects.filter(response__status__in=IN_USE, mapped_from=None).exclude(own_words="")


def in_state(answers: QuerySet[Answer], state: str) -> QuerySet[Answer]:
    """Those of the answers that are `unmapped`, `mapped` or `objected`; with any other word all. One query."""
    if state == "objected":
        return answers.filter(objected_at__isnull=False)
    if state == "mapped":
        return answers.filter(IS_MAPPED)
    return answers.filter(~IS_MAPPED, objected_at=None) if state == "unmapped" else answers
