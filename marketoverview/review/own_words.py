"""The own words that vendors wrote beside “other”, by what KL has decided about them."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kl_ai.search.database import contains

from ..models import IN_USE, Answer, Status

IS_MAPPED = Exists(Answer.objects.filter(mapped_from=OuterRef("pk")))
UNDECIDED = ~Q(IS_MAPPED) & Q(objected_at=None, left_as_other_at=None)

STATES: dict[str, tuple[str | Promise, Q]] = {
    "waiting": (_("wait to be looked at"), UNDECIDED & Q(response__status=Status.PUBLISHED)),
    "left": (_("seen, stay under “other”"), ~Q(IS_MAPPED) & Q(objected_at=None, left_as_other_at__isnull=False)),
    "mapped": (_("counted elsewhere"), Q(IS_MAPPED)),
    "objected": (_("objected"), Q(objected_at__isnull=False)),
    "submitted": (_("not public yet"), UNDECIDED & Q(response__status=Status.SUBMITTED)),
    "all": (_("all"), Q()),
}
"""The states of own words: each with its words, and the condition of the answers that are in it."""


def own_words() -> QuerySet[Answer]:
    """The answers in own words of published and submitted responses. One query."""
    return Answer.objects.filter(response__status__in=IN_USE, mapped_from=None).exclude(own_words="")


def in_state(answers: QuerySet[Answer], state: str) -> QuerySet[Answer]:
    """Those of the answers that are in one of `STATES`. One query."""
    return answers.filter(STATES[state][1])


def with_word(answers: QuerySet[Answer], word: str) -> QuerySet[Answer]:
    """Those of the answers whose own words, or whose vendor's name, contain the word. One query."""
    return answers.filter(contains("own_words", word) | contains("response__vendor__name", word))
