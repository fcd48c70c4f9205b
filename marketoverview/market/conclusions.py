"""What a figure shows, in sentences made by rules from its counts."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kl_ai.search.danish import join_words

from ..models import Question
from .tallies import ChoiceCount
from .wording import in_sentence, phrase

FEW = 5
"""With fewer answers than this the conclusion gives counts and no shares."""


def conclusion(question: Question, counts: Sequence[ChoiceCount], answered: int) -> Iterable[str]:
    """At most three sentences about the bars.

    `counts` may come in any order. “Other” is no finding and is left out. Shares become words by
    fixed bands of the vendors that answered: all, nearly all from 90 %, most from 70 %, about two out
    of three from 62 %, more than half above 50 %; fewer at or below that, one or few from 10 %.
    """
    if not answered:
        yield _("None of the companies in the selection has answered this question.")
        return
    chosen = [counted for counted in counts if counted.count and not counted.choice.option.is_other]
    chosen.sort(key=lambda counted: -counted.count)
    if question.kind == Question.Kind.SINGLE or answered < FEW:
        yield from _most_and_fewest(chosen, answered)
    else:
        yield from _by_bands(question, chosen, answered)


def _by_bands(question: Question, chosen: Sequence[ChoiceCount], answered: int) -> Iterable[str]:
    """One sentence about what most have chosen, one about what fewer have, one about what few have."""
    bands: dict[str, list[ChoiceCount]] = {}
    for counted in chosen:
        bands.setdefault(_band(counted.count / answered), []).append(counted)
    few = bands.pop("few", [])
    fewer = bands.pop("fewer", [])
    high = [_claim(BANDS[band](), question, counts) for band, counts in bands.items()]
    if high:
        yield _sentence(_join_clauses(high))
    if fewer:
        yield _sentence(_claim(_("fewer") if high else _("some"), question, fewer))
    if few:
        single = len(few) == 1 and few[0].count == 1
        who = pgettext("a single company", "fewest") if single else pgettext("up to one in ten", "few")
        yield _sentence(_claim(who, question, few))


def _band(share: float) -> str:
    for band, least in (("all", 1.0), ("nearly all", 0.9), ("most", 0.7), ("two thirds", 0.62)):
        if share >= least:
            return band
    if share > 0.5:
        return "half"
    return "fewer" if share > 0.1 else "few"


BANDS = {
    "all": lambda: _("all"),
    "nearly all": lambda: _("nearly all"),
    "most": lambda: _("most"),
    "two thirds": lambda: _("about two out of three"),
    "half": lambda: _("more than half"),
}


def _claim(who: str, question: Question, counts: Sequence[ChoiceCount]) -> str:
    named = join_words((f"{in_sentence(counted.choice.option)} ({counted.count})" for counted in counts), _("and"))
    return f"{who} {phrase(question, named)}"


def _join_clauses(clauses: list[str]) -> str:
    """Main clauses joined as both languages write them, with a comma before “and”."""
    *most, last = clauses
    return ", ".join([*most, f"{_('and')} {last}"]) if most else last


def _most_and_fewest(chosen: Sequence[ChoiceCount], answered: int) -> Iterable[str]:
    """One sentence about the most frequent choices, one about the least frequent."""
    if not chosen:
        return
    highest, lowest = chosen[0].count, chosen[-1].count
    sentence = ngettext("The one answer: %(options)s.", "Most frequent among the %(n)s answers: %(options)s.", answered)
    yield sentence % {"n": answered, "options": _with_count(chosen, highest)}
    if lowest < highest:
        yield _("Least frequent: %(options)s.") % {"options": _with_count(chosen, lowest)}


def _with_count(chosen: Sequence[ChoiceCount], count: int) -> str:
    """The labels of the choices that have exactly this count, each with it."""
    labels = (f"“{counted.choice.option.short}” ({count})" for counted in chosen if counted.count == count)
    return join_words(labels, _("and"))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
