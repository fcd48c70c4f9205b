"""The record of a project that an assessment of the CNIL's PIA tool becomes: each text has a place, or is kept as an appendix."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kl_ai.text import clean_line
from legaltoolbox.catalogue import Catalogue

from ..models import Measure, Project, RiskAssessment
from ..models.measures import MOST_MEASURES
from ..models.portable import DETAILS, FOREIGN, FOREIGN_FIELDS, HISTORY, OLDER_DOCUMENTS, WORK
from . import cnil_places as places
from .cnil_document import PiaDocument
from .cnil_leaves import ATTACHMENTS, Leaves, Path, path_text
from .pieces import in_pieces, split_text, starts_with_words

MOST_FIRST_LETTERS = 200
"""Of a text that is placed: its place has the rest."""

Record = dict[str, Any]


class UnkeptFile(NamedTuple):
    """A file inside of the file, which is not kept: where it stood, what it is called, and its bytes."""

    where: str
    name: str
    size: int


def question_of(reference: Any) -> str:
    """The number of the question or measure that a reference names: 213, "213", "2.1.213", "2.1.3" or "2.1" (an item)."""
    parts = [part for part in str(reference).strip().split(".") if part.isascii() and part.isdecimal()][:4]
    last = parts[-1] if parts else ""
    return last[:10] if len(parts) == 1 or len(last) > 2 else "".join(parts)[:10]


class PiaRecord:
    """Makes the record: `record` is the project, `left_out` what is not kept."""

    def __init__(self, leaves: Leaves, pia: Record, catalogue: Catalogue, now: str) -> None:
        self.leaves, self.now, self.pia = leaves, now, pia
        self.rows: dict[str, list[Record]] = {name: [] for name in FOREIGN}
        self.titles = dict(_titles(pia))
        self.measures_of_risks: dict[str, list[str]] = {}
        """The name of a measure to the codes of the risks that it serves."""
        self.work: dict[str, list[Record]] = {part.name: [] for part in WORK}
        self.document = PiaDocument(catalogue)
        title = self._title()
        self._place_answers()
        self._place_risks()
        self._place_document()
        self._place_measures()
        self._keep_statements()
        self._keep_names()
        self.rows["placements"].sort(key=_order)
        self.left_out = self._left_out()
        self._keep_rest()
        self.record = self._record(title)

    def _record(self, title: str) -> Record:
        details = _defaults(Project, DETAILS.fields)
        details |= {"title": title, "created_at": self.now, "closed_at": None, "imported": {}}
        return {
            **self.work,
            "details": details,
            "history": {part.name: [] for part in HISTORY},
            "imported": {part.name: [] for part in HISTORY} | {OLDER_DOCUMENTS: []} | self.rows,
        }

    def note(self, part: str, path: Path, label: str, text: str, place: str = "", by: str | None = None) -> None:
        """Rows of what came along: as many as the text needs."""
        texts = {"path": path_text(path), "label": label, "place": place}
        row = {name: clean_line(text, FOREIGN_FIELDS[name]) for name, text in texts.items()}
        for piece in in_pieces(text, FOREIGN_FIELDS["text"]) or [""]:
            self.rows[part].append({**row, "text": piece, "by": by})

    def placed(self, path: Path, label: str, place: str, text: str) -> None:
        """Write down where a text went."""
        self.note("placements", path, label, clean_line(text, MOST_FIRST_LETTERS), place)

    def _rest(self, path: Path, label: str, place: str, rest: str) -> None:
        """Keep what does not fit into its place."""
        if rest:
            self.note("appendix", path, label, rest, _("The rest of %(place)s") % {"place": place})

    # The project ------------------------------------------------------------------------------------

    def _title(self) -> str:
        path = ("pia", "name")
        name = self.leaves.take(path)
        line, most = clean_line(name), _longest(Project, "title")
        if not starts_with_words(line):
            self._rest(path, _("Title"), _("Title"), name)
            return _("Impact assessment from the CNIL’s PIA tool")
        self.placed(path, _("Title"), _("The project’s title"), line)
        title = clean_line(line, most)
        self._rest(path, _("Title"), _("Title"), line if title != line else "")
        return title

    # Answers ----------------------------------------------------------------------------------------

    def _label(self, number: str) -> str:
        """What a question or an item is called here, or where it came from."""
        known = str(places.QUESTIONS.get(number) or places.ITEMS.get(number) or "")
        if not known and number[:2] in places.RISKS and number[2:] in places.RISK_QUESTIONS:
            known = f"{places.RISKS[number[:2]][1]}: {places.RISK_QUESTIONS[number[2:]]}"
        dotted = ".".join(number) if len(number) <= 3 else number
        return f"{dotted} {known or self.titles.get(number, '')}".strip()

    def _answers(self) -> Iterator[tuple[int, str, str]]:
        """The answers: place in the list, number of the question, and what it is called."""
        for index, row in enumerate(self.pia.get("answers") or ()):
            number = question_of(row.get("reference_to"))
            yield index, number, self._label(number)

    def _place_answers(self) -> None:
        """Put each answer to a question that has a place in the document into it."""
        for index, number, label in self._answers():
            place = places.PLACES.get(number)
            if place is None or not self.document.has(place):
                continue
            path: Path = ("answers", index, "data", "text")
            text = self._text_and_list(index)
            if text:
                self.document.put(place, path, label, text)

    def _text_and_list(self, index: int) -> str:
        base: Path = ("answers", index, "data")
        items = self.leaves.take_list((*base, "list"))
        return "\n".join(filter(None, [self.leaves.take((*base, "text")), *(f"- {item}" for item in items)]))

    def _place_document(self) -> None:
        """Fill in the fields, and write down where each answer went and what did not fit."""
        document, fields = self.document.filled(self.now)
        for field in fields:
            self.placed(field.path, field.label, field.place, field.text)
            self._rest(field.path, field.label, field.place, field.rest)
        if document is not None:
            self.work["documents"].append(document)

    # Risks ------------------------------------------------------------------------------------------

    def _place_risks(self) -> None:
        """Own risks of the three that the tool asks for, as far as something is said of them; their numbers stand in words."""
        for item, (code, title) in places.RISKS.items():
            found = [(index, number, label) for index, number, label in self._answers() if number[:2] == item]
            event = self._risk_text(item, code, found, is_event=True)
            reason = self._risk_text(item, code, found, is_event=False)
            if event or reason:
                values = {"code": code, "title": str(title), "event": event, "reason": reason, "applies": True}
                self.work["risks"].append(_row("risks", RiskAssessment, self.now, values))

    def _risk_text(self, item: str, code: str, found: list[tuple[int, str, str]], *, is_event: bool) -> str:
        """What the answers to the questions say that belong into the field of the risk; the rest is kept."""
        most = _longest(RiskAssessment, "event")
        field = _("how it can happen here, and to whom") if is_event else _("why so")
        place = f"{code} {places.RISKS[item][1]}: {field}"
        text = ""
        for index, number, label in found:
            question = number[2:]
            if question not in places.RISK_QUESTIONS or (question in places.EVENT_QUESTIONS) is not is_event:
                continue
            answer = self._risk_answer(index, question, code)
            if answer:
                block = f"{places.RISK_QUESTIONS[question]}:\n{answer}"
                kept, rest = split_text(block, most - len(text) - 2)
                text = f"{text}\n\n{kept}".strip()
                path: Path = ("answers", index, "data")
                self.placed(path, label, place, answer)
                self._rest(path, label, place, rest)
        return text if starts_with_words(text) else ""

    def _risk_answer(self, index: int, question: str, code: str) -> str:
        """The answer to one question about a risk: its step, its text and its list."""
        base: Path = ("answers", index, "data")
        gauge = self.leaves.texts.get((*base, "gauge"), "")
        step = ""
        if question in ("5", "6") and gauge in places.STEPS:
            self.leaves.take((*base, "gauge"))
            words = {"step": gauge, "name": places.STEPS[gauge]}
            step = _("%(step)s of 4 (%(name)s) in the CNIL’s PIA tool, planned measures counted") % words
        if question == places.MEASURES_QUESTION:
            for each in self.leaves.inner.get((*base, "list"), ()):
                title = self.leaves.texts.get(each, "").casefold()
                codes = self.measures_of_risks.setdefault(title, [])
                codes += [code] if code not in codes else []
        return "\n".join(filter(None, (step, self._text_and_list(index))))

    # Measures ---------------------------------------------------------------------------------------

    def _place_measures(self) -> None:
        most = _longest(Measure, "text")
        for index, _row_of_file in enumerate(self.pia.get("measures") or ()):
            base: Path = ("measures", index)
            paths: tuple[Path, Path] = ((*base, "title"), (*base, "content"))
            texts = [self.leaves.texts.get(path, "") for path in paths]
            text = "\n".join(filter(None, texts))
            if not starts_with_words(text) or len(self.work["measures"]) >= MOST_MEASURES:
                continue
            for path in paths:
                self.leaves.take(path)
            kept, rest = split_text(text, most)
            label, place = texts[0] or _("Measure"), _("The project’s measures")
            codes = self.measures_of_risks.get(texts[0].casefold(), [])
            self.work["measures"].append(_row("measures", Measure, self.now, {"text": kept, "places": codes}))
            self.placed(base, _("Measure: %(title)s") % {"title": label}, place, text)
            self._rest(base, _("Measure: %(title)s") % {"title": label}, place, rest)

    # What people have said --------------------------------------------------------------------------

    def _keep_statements(self) -> None:
        """Opinions, validation, evaluations and comments: history, which counts for nothing here."""
        for key, (label, words) in places.STATEMENTS.items():
            path: Path = ("pia", key)
            if text := self.leaves.take(path):
                self.note("statements", path, str(label), f"{text} ({words[text]})" if text in words else text)
        for index, row in enumerate(self.pia.get("evaluations") or ()):
            about = _("Evaluation of %(what)s") % {"what": self._about(row)}
            self._keep_lines(("evaluations", index), about, places.EVALUATION)
        for index, row in enumerate(self.pia.get("comments") or ()):
            about = _("Comment on %(what)s") % {"what": self._about(row)}
            self._keep_lines(("comments", index), about, {"created_at": (_("Written"), {}), "description": ("", {})})

    def _keep_lines(self, base: Path, label: str, keys: dict[str, Any]) -> None:
        """A statement of which these keys are said, each on a line."""
        lines = []
        for key, (name, words) in keys.items():
            text = self.leaves.take((*base, *key.split(".")))
            if text and not (key.startswith("gauges") and text == "0"):
                said = f"{text} ({words[text]})" if text in words else text
                lines.append(f"{name}: {said}" if name else said)
        if lines:
            self.note("statements", base, label, "\n".join(lines))

    def _about(self, row: Record) -> str:
        """What an evaluation or a comment is about: the question, the item or the measure that it names."""
        reference = str(row.get("reference_to"))
        is_measure = row.get("for_measure") is True or reference.startswith("3.1.")
        if is_measure and (title := self.titles.get(f"measure {reference.removeprefix('3.1.')[:20]}")):
            return title
        return self._label(question_of(reference))

    def _keep_names(self) -> None:
        """Each name is a row of its own: only so it can go with the login of whoever bears it."""
        for path in [path for path in self.leaves.texts if path[-1] in places.NAMES and path[0] != "answers"]:
            label = str(places.NAMES[str(path[-1])])
            text = self.leaves.take(path)
            for name in re.split(r"[;\n]" if ";" in text else r"[,\n]", text):
                name = " ".join(name.split())
                if len(name) <= 300 and name:
                    self.note("appendix", path, label, "", by=name)
                elif name:
                    self.note("appendix", path, label, name)

    # What is left -----------------------------------------------------------------------------------

    def _left_out(self) -> list[UnkeptFile]:
        """The files inside of the file; each is named in the appendix."""
        found = []
        for file in self.leaves.files:
            where = self._where(file.path)
            found.append(UnkeptFile(where, file.name, file.size))
            text = _("%(name)s, %(size)s bytes, not kept") % {"name": file.name or _("file"), "size": file.size}
            self.note("appendix", file.path, where, text)
        return found

    def _keep_rest(self) -> None:
        """Keep what has no place here, an entry of the file at a time, and what was in texts but is none."""
        texts = [leaf for leaf in self.leaves.texts.items() if not _is_technical(leaf[0])]
        for base, group in groupby(texts, key=lambda leaf: _entry(leaf[0])):
            self.note("appendix", base, self._where(base), _lines(base, group))
        for path, code in self.leaves.code:
            label = _("Taken out of the text: %(what)s") % {"what": self._where(path)}
            self.note("appendix", path, label, code)
        technical = [leaf for leaf in self.leaves.texts.items() if _is_technical(leaf[0])]
        for base, group in groupby(technical, key=lambda leaf: leaf[0][:1]):
            label = _("Numbers and times of the tool: %(what)s") % {"what": path_text(base)}
            entries = groupby(group, key=lambda leaf: _entry(leaf[0]))
            lines = [f"{path_text(entry)}: {_lines(entry, values, ', ')}" for entry, values in entries]
            self.note("appendix", base, label, "\n".join(lines))

    def _where(self, path: Path) -> str:
        """What a place of the file is called."""
        rows = self.pia.get(str(path[0])) if path else None
        row = rows[path[1]] if isinstance(rows, list) and len(path) > 1 and isinstance(path[1], int) else None
        if path[0] == "answers" and isinstance(row, dict):
            return self._label(question_of(row.get("reference_to")))
        if path[0] in ("evaluations", "comments") and isinstance(row, dict):
            return self._about(row)
        if path[0] == "measures" and isinstance(row, dict):
            return _("Measure: %(title)s") % {"title": clean_line(str(row.get("title") or ""))}
        if path[0] == ATTACHMENTS:
            return _("Attached files")
        return capfirst(path_text(path[:2]))


def _order(row: Record) -> tuple[int, str]:
    """The place of a placement in its list: the title, the answers by the numbers of their questions, the measures."""
    part = places.PARTS.index(re.split(r"[.\[]", row["path"])[0])
    return part, row["label"] if part == 1 else ""


def _is_technical(path: Path) -> bool:
    """Whether the value is one by which the tool finds its rows, or the time of a row."""
    return path[0] in places.PARTS and path[-1] in places.TECHNICAL


def _lines(base: Path, leaves: Iterable[tuple[Path, str]], divider: str = "\n") -> str:
    """The values, each with its path below the base."""
    lines = [(path_text(path[len(base) :]), text) for path, text in leaves]
    return divider.join(f"{name}: {text}" if name else text for name, text in lines)


def _entry(path: Path) -> Path:
    """The entry of the file that a value belongs to: a row of a list, or the values of the assessment itself."""
    return path[:1] if path[0] == "pia" and len(path) == 2 else path[:2]


def _row(part: str, model: Any, now: str, values: Record) -> Record:
    """A row of the work with these values, and what the model gives the others."""
    own = next(each for each in WORK if each.name == part)
    return {**_defaults(model, own.fields), **dict.fromkeys(own.people), "saved_at": now, "imported": {}, **values}


def _defaults(model: Any, names: Iterable[str]) -> Record:
    return {name: model._meta.get_field(name).get_default() for name in names}


def _longest(model: Any, name: str) -> int:
    """Letters that a field of the model can have."""
    most: int = model._meta.get_field(name).max_length
    return most


def _titles(pia: Record) -> Iterator[tuple[str, str]]:
    """The numbers of questions that a structure adds to what it calls them, and those of measures ("measure 7") to their titles."""
    for measure in pia.get("measures") or ():
        if isinstance(measure.get("title"), str):
            yield f"measure {str(measure.get('id'))[:20]}", clean_line(measure["title"], 150)
    structure = pia["pia"].get("structure_data")
    for section in _objects(structure, "sections"):
        for item in _objects(section, "items"):
            for question in _objects(item, "questions"):
                title = question.get("title")
                if isinstance(title, str) and not title.startswith("sections."):
                    yield question_of(question.get("id")), clean_line(title, 150)


def _objects(data: Any, name: str) -> Iterable[Record]:
    rows = data.get(name) if isinstance(data, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
