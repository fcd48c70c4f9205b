"""Why a vendor is in a list: the options of the selection that it chose, and where it holds the words of a query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from django.utils.translation import gettext as _

from kl_ai.pages.bilingual import language
from kl_ai.search.danish import words
from kl_ai.search.highlight import Parts, excerpt, marked
from kl_ai.search.matching import STOP_WORDS, is_match, same_root

from ..models import Answer, Option, Response, SampleOffering
from . import search
from .entries import Entry, OfferingEntry
from .selection import Selection
from .snapshot import Snapshot
from .tallies import Choice

HasTicked = Callable[[Choice], bool]

MOST_HITS = 4
"""Of one vendor."""


@dataclass(frozen=True, slots=True)
class WordHit:
    """A place where a vendor holds a word of the query (`components/hit.html`)."""

    label: str
    """Where it stands: “In the description”."""
    parts: Parts
    language: str = ""
    """Of the parts, where it may not be that of the page."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a vendor is listed (`components/reasons.html`)."""

    chosen: list[tuple[str, list[str]]] = field(default_factory=list)
    """(heading, labels) of the options of the selection that it chose."""
    hits: list[WordHit] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.chosen or self.hits)


def reasons(snapshot: Snapshot, selection: Selection, entries: Sequence[Entry]) -> dict[str, Reasons]:
    """Slug to reasons, for the vendors of one page. Three queries where the selection has free text, or else none."""
    finder = _HitFinder(snapshot, selection.q)
    chosen = _chosen_labels(snapshot, selection)
    if not finder.asks_for_words:
        return {entry.slug: Reasons(_chosen(chosen, entry)) for entry in entries}
    texts = _texts(snapshot, entries)
    return {
        entry.slug: Reasons(
            _chosen(chosen, entry),
            finder.hits(_has_chosen(snapshot.position[entry.slug]), texts.get(entry.response_id, [])),
        )
        for entry in entries
    }


Labels = list[tuple[str, list[tuple[int, str]]]]
"""The heading of each question of a selection with its chosen options: primary key and short label."""


def _chosen_labels(snapshot: Snapshot, selection: Selection) -> Labels:
    labels = []
    for code, options in selection.chosen.items():
        tally = snapshot.tallies[code]
        choices = (tally.by_code[option].option for option in options)
        labels.append((tally.question.heading, [(option.pk, option.short) for option in choices]))
    return labels


def _chosen(labels: Labels, entry: Entry) -> list[tuple[str, list[str]]]:
    """The headings and short labels of the selection's options that the vendor chose."""
    chosen = ((heading, [label for pk, label in options if pk in entry.option_ids]) for heading, options in labels)
    return [(heading, found) for heading, found in chosen if found]


def _has_chosen(position: int) -> HasTicked:
    """Of an option, whether the vendor at this position chose it."""
    return lambda choice: bool(choice.vendors >> position & 1)


def solution_hits(
    snapshot: Snapshot, query: str, solutions: Sequence[tuple[Entry, OfferingEntry]]
) -> list[list[WordHit]]:
    """Where each of the solutions holds words of the query: in the options it uses, its texts, its vendor's name. No query."""
    finder = _HitFinder(snapshot, query)
    if not finder.asks_for_words:
        return [[] for _solution in solutions]
    return [finder.hits(_uses(offering), _solution_texts(entry, offering)) for entry, offering in solutions]


def _uses(offering: OfferingEntry) -> HasTicked:
    """Of an option, whether the solution uses it."""
    return lambda choice: choice.option.pk in offering.option_ids


def _solution_texts(entry: Entry, offering: OfferingEntry) -> list[_Text]:
    return [
        _Text(_("In the title"), offering.title),
        _Text(_("In the description"), offering.description),
        _Text(_("Where it is used"), offering.where_used),
        _Text(_("In the company's name"), entry.name),
    ]


# Texts ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of a vendor that is searched, and how a hit names its place."""

    label: str
    text: str


def _texts(snapshot: Snapshot, entries: Sequence[Entry]) -> dict[int, list[_Text]]:
    """The searched texts of each response: name, description, examples, own words. Three queries."""
    ids = [entry.response_id for entry in entries]
    texts: dict[int, list[_Text]] = defaultdict(list)
    descriptions = dict(Response.objects.filter(pk__in=ids).values_list("pk", "description"))
    for entry in entries:
        texts[entry.response_id].append(_Text(_("In the name"), entry.name))
        texts[entry.response_id].append(_Text(_("In the description"), descriptions.get(entry.response_id, "")))
    offerings = SampleOffering.objects.filter(response__in=ids).order_by("response_id", "position", "pk")
    for response_id, title, *others in offerings.values_list("response_id", "title", "description", "where_used"):
        texts[response_id].append(_Text(_("In the title of an example"), title))
        label = _("In the example “%(title)s”") % {"title": title}
        texts[response_id] += [_Text(label, text) for text in others]
    searched = {
        choice.option.pk: tally.question.heading
        for tally in snapshot.tallies.values()
        if tally.question.is_searchable
        for choice in tally.choices
    }
    own_words = Answer.objects.filter(response__in=ids, option__in=searched).exclude(own_words="").order_by("pk")
    for response_id, option_id, written in own_words.values_list("response_id", "option_id", "own_words"):
        label = _("In its own words under %(question)s") % {"question": searched[option_id]}
        texts[response_id].append(_Text(label, written))
    return texts


# Hits -------------------------------------------------------------------------------------------


class _HitFinder:
    """Finds the places of one query's words in the texts and ticks of vendors."""

    def __init__(self, snapshot: Snapshot, query: str) -> None:
        self.search = snapshot.search
        self.terms = [term for term in (self.search.terms(query) if query else []) if not term.is_subject]
        self.asks_for_words = bool(self.terms)
        typed = dict.fromkeys(word for term in self.terms for word in _telling(term))
        self._found = {word: snapshot.text.matching_words(word) for word in typed}
        """Each word of the query to the words of the vendors' texts that it finds."""
        self._option_hits: dict[tuple[int, int], tuple[int, WordHit]] = {}

    def hits(self, has_ticked: HasTicked, texts: Sequence[_Text]) -> list[WordHit]:
        """The hits of a vendor or solution: what it ticked, and for each word the first text that holds it."""
        hits = [hit for term in self.terms for hit in self._ticked(term, has_ticked)]
        held = {text: self._held(text.text) for text in texts}
        everywhere = set().union(*held.values())
        # Of a synonym of several words all are held, or it is the tick alone that was found.
        shown = {word for term in self.terms if everywhere.issuperset(_telling(term)) for word in _telling(term)}
        missing = set(shown)

        def is_shown(word: str) -> bool:
            return any(word in self._found[one] for one in shown)

        for text, found in held.items():
            if found & missing:
                missing -= found
                hits.append(WordHit(text.label, excerpt(text.text, is_shown), "da"))
        return hits[:MOST_HITS]

    def _held(self, text: str) -> set[str]:
        """Those of the query's words that find a word of the text."""
        written = words(text)
        return {word for word, found in self._found.items() if not found.isdisjoint(written)}

    def _ticked(self, term: search.Term, has_ticked: HasTicked) -> list[WordHit]:
        """A hit for the option that the term names best, of those that it finds and that are ticked; none, or one."""
        chosen = (
            self._option_hit(term, place)
            for place, (_tally, choice) in enumerate(self.search.options.choices)
            if term.options >> place & 1 and has_ticked(choice)
        )
        best = min(chosen, key=itemgetter(0), default=None)
        return [best[1]] if best else []

    def _option_hit(self, term: search.Term, place: int) -> tuple[int, WordHit]:
        """How far from its label the words are found, and the hit."""
        key = (term.place, place)
        if key not in self._option_hits:
            tally, choice = self.search.options.choices[place]
            label = _("Under %(question)s") % {"question": tally.question.heading}
            distance, parts = _option_parts(choice.option, _telling(term))
            self._option_hits[key] = distance, WordHit(label, parts)
        return self._option_hits[key]


def _telling(term: search.Term) -> tuple[str, ...]:
    """The words of a term that are marked: without stop words where others are left."""
    return _telling_words(term.words)


def _telling_words(typed: Iterable[str]) -> tuple[str, ...]:
    typed = tuple(typed)
    return tuple(word for word in typed if word not in STOP_WORDS) or typed


def _option_parts(option: Option, term: Sequence[str]) -> tuple[int, Parts]:
    """The option's short label, with what the words find in it (0), its label (1), its synonyms (2) or its help (3)."""

    def is_found(word: str) -> bool:
        return any(is_match(one, word) for one in term)

    def is_named(word: str) -> bool:
        return any(same_root(one, word) for one in term)

    short, synonym = option.short, _synonym(option, term)
    if parts := marked(short, is_found) if len(term) == 1 else []:
        return 0, parts
    for text in (*_both(option, "label"), *_both(option, "short")) if len(term) == 1 else ():
        if parts := excerpt(text, is_found):
            return 1, [(f"{short}: ", False), *parts]
    if synonym:
        return 2, [(f"{short} – ", False), (_("KL's search word:") + " ", False), (synonym, True)]
    for text in _both(option, "help"):
        if parts := excerpt(text, is_named):
            return 3, [(f"{short}: ", False), *parts]
    return 3, [(short, True)]


def _synonym(option: Option, term: Sequence[str]) -> str:
    """The synonym of the option that consists of these words; "" where none does."""
    for synonym in option.synonyms:
        named = _telling_words(words(synonym))
        if len(named) == len(term) and all(map(same_root, named, term)):
            return synonym
    return ""


def _both(option: Option, name: str) -> Iterable[str]:
    """The text in the active language and in the other one."""
    codes = sorted(search.LANGUAGES, key=lambda code: code != language())
    return (getattr(option, f"{name}_{code}") for code in codes)
