"""A selection in words, in the active language. No query."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kl_ai.search.danish import join_words, lower_first

from ..models import Option, Question
from .selection import Selection
from .snapshot import Snapshot


def in_sentence(option: Option) -> str:
    """The option's short label as it stands inside a sentence."""
    return lower_first(option.short)


def marked_label(option: Option) -> str:
    """The option's short label, and whether it is no longer asked."""
    return f"{option.short} ({_('no longer asked')})" if option.is_retired else option.short


def phrase(question: Question, options: str) -> str:
    """“tilbyder rådgivning”: the question's phrase about `options`."""
    return question.phrase.replace("{options}", options)


def criteria(snapshot: Snapshot, selection: Selection) -> Iterator[tuple[str, list[str]]]:
    """Heading and chosen labels of each question, and the free text where there is one."""
    if selection.q:
        yield _("Free text"), [selection.q]
    for code, options in selection.chosen.items():
        tally = snapshot.tallies[code]
        yield tally.question.heading, [tally.by_code[option].option.label for option in options]


def conditions(snapshot: Snapshot, selection: Selection) -> str:
    """“tilbyder implementering eller rådgivning og har erfaring inden for sundhed”; "" for everything."""
    phrases = []
    for code, options in selection.chosen.items():
        tally = snapshot.tallies[code]
        labels = (in_sentence(tally.by_code[option].option) for option in options)
        phrases.append(phrase(tally.question, join_words(labels, _("or"))))
    if selection.q:
        phrases.append(_("match the search “%(text)s”") % {"text": selection.q})
    return join_words(phrases, pgettext("between conditions", "and")) if phrases else ""


def sentence(snapshot: Snapshot, selection: Selection, total: int) -> str:
    """“12 virksomheder, der tilbyder … og har erfaring med …”."""
    if criteria_text := conditions(snapshot, selection):
        # English names the number last, where no verb has to agree with it. Danish verbs have no number.
        words = ngettext("Companies that %(criteria)s: %(total)s", "Companies that %(criteria)s: %(total)s", total)
        return words % {"total": total, "criteria": criteria_text}
    return ngettext("%(total)s company", "%(total)s companies", total) % {"total": total}
