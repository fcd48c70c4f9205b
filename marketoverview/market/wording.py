"""A selection said in words, in the active language."""

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


def phrase(question: Question, options: str) -> str:
    """“tilbyder rådgivning”: the question's phrase about `options`."""
    return question.phrase.replace("{options}", options)


def criteria(snapshot: Snapshot, selection: Selection) -> Iterator[tuple[str, list[str]]]:
    """Heading and chosen labels of each question, and the free text where there is one."""
    if selection.q:
        yield _("Free text"), [selection.q]
    for code, options in selection.chosen.items():
        asked = snapshot.asked[code]
        yield asked.question.heading, [asked.by_code[option].option.label for option in options]


def conditions(snapshot: Snapshot, selection: Selection) -> str:
    """“tilbyder implementering eller rådgivning og har erfaring inden for sundhed”; "" for everything."""
    phrases = [
        phrase(
            snapshot.asked[code].question,
            join_words((in_sentence(snapshot.asked[code].by_code[option].option) for option in options), _("or")),
        )
        for code, options in selection.chosen.items()
    ]
    if selection.q:
        phrases.append(_("mention “%(text)s”") % {"text": selection.q})
    return join_words(phrases, pgettext("between conditions", "and")) if phrases else ""


def sentence(snapshot: Snapshot, selection: Selection, total: int) -> str:
    """“12 virksomheder, der tilbyder … og har erfaring med …”."""
    if said := conditions(snapshot, selection):
        # English names the number last, where no verb has to agree with it; Danish verbs do not mind.
        words = ngettext("Companies that %(criteria)s: %(total)s", "Companies that %(criteria)s: %(total)s", total)
        return words % {"total": total, "criteria": said}
    return ngettext("%(total)s company", "%(total)s companies", total) % {"total": total}
