"""The options of a draft that KL has retired or reworded since the vendor chose them; the vendor decides about each.

A rewording is asked about in the language that has changed only: whoever reads the survey in the other one sees the same
words as before, and need not decide. Once somebody has decided, nobody is asked (`models.rewording` has the rule).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext

from kl_ai.pages.bilingual import language

from .answers import Answer, SampleOffering
from .draft_base import OFFERINGS, MissingItem
from .rewording import Texts, reads_differently, reworded_day
from .survey import Option


@dataclass(frozen=True)
class ChangedOption:
    """A chosen option that was retired or reworded, and the example that uses it (None: it answers its question)."""

    option: Option
    offering: SampleOffering | None
    own_words: str = ""
    former_labels: Texts = ("", "")
    """The wording in which it was chosen; empty where it is not known."""

    @property
    def is_retired(self) -> bool:
        return self.option.is_retired

    @property
    def former_label(self) -> str:
        """The label in which it was chosen, in the reader's language where it has one; "" where it is not known."""
        danish, english = self.former_labels
        return (english if language() == "en" else "") or danish

    @property
    def missing_item(self) -> MissingItem:
        """What the vendor has to decide before the draft can be submitted."""
        words = {"option": self.option.label, "question": self.option.question.heading}
        if self.offering is None:
            text = (
                gettext("“%(question)s”: you chose “%(option)s”, which no longer exists. Decide what takes its place.")
                if self.is_retired
                else gettext(
                    "“%(question)s”: “%(option)s” is worded differently now. Say whether the answer still fits."
                )
            )
            return MissingItem(self.option.question.code, text % words, is_decision=True)
        words["title"] = self.offering.title
        text = (
            gettext("The example “%(title)s” uses “%(option)s”, which no longer exists. Open it, and save it.")
            if self.is_retired
            else gettext("The example “%(title)s” uses “%(option)s”, which is worded differently now. Look at it.")
        )
        return MissingItem(OFFERINGS, text % words, is_decision=True)


@dataclass(frozen=True)
class _ChosenOption:
    option: Option
    offering: SampleOffering | None
    own_words: str
    seen_at: datetime


def changed_options(
    answers: Iterable[Answer], offerings: Iterable[SampleOffering], at: datetime, asked: Collection[int] = ()
) -> list[ChangedOption]:
    """Those of the vendor's own answers and of the examples' options that were retired or reworded since.

    Reworded means: in the active language.

    `at` is when the vendor saw the wording of those that do not say so; `asked` are the keys of the questions of which the
    examples use options. The options of both are read already; one query
    where one was reworded.
    """
    chosen = [
        *(_ChosenOption(row.option, None, row.own_words, row.wording_seen_at or at) for row in answers),
        *(
            _ChosenOption(option, offering, "", offering.wording_seen_at or at)
            for offering in offerings
            for option in offering.options.all()
            if option.question_id in asked
        ),
    ]
    reworded = [row.option.pk for row in chosen if _may_be_reworded(row)]
    versions = _label_versions(reworded) if reworded else {}
    return list(_changed(chosen, versions))


def _may_be_reworded(row: _ChosenOption) -> bool:
    """Whether the option was reworded on the day on which its wording was seen, or later."""
    day = reworded_day(row.option)
    return not row.option.is_retired and day is not None and day >= timezone.localdate(row.seen_at)


def _changed(
    chosen: Iterable[_ChosenOption], versions: dict[int, list[tuple[datetime, Texts]]]
) -> Iterator[ChangedOption]:
    for row in chosen:
        if row.option.is_retired:
            yield ChangedOption(row.option, row.offering, row.own_words)
        elif _may_be_reworded(row):
            known, now = versions.get(row.option.pk, []), (row.option.label_da, row.option.label_en)
            earlier = [labels for at, labels in known if at <= row.seen_at]
            former = earlier[-1] if earlier else known[0][1] if known else now
            if reads_differently(former, now, language()):
                yield ChangedOption(row.option, row.offering, row.own_words, former)
            elif not earlier:
                yield ChangedOption(row.option, row.offering, row.own_words)


def _label_versions(options: list[int]) -> dict[int, list[tuple[datetime, Texts]]]:
    """Option id to its labels in time, as (time of change, labels). One query."""
    versions: dict[int, list[tuple[datetime, Texts]]] = {}
    rows = Option.history.filter(id__in=options).order_by("history_date", "history_id")
    for pk, at, danish, english in rows.values_list("id", "history_date", "label_da", "label_en"):
        versions.setdefault(pk, []).append((at, (danish, english)))
    return versions
