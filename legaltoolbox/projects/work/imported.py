"""The imported history of a project in words. What stands in the file is shown as it is written there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import AdvicePoint, Decision, ItemVerdict, Opinion, ProjectEvent, ProjectImport
from ..models.portable import FOREIGN, HISTORY, OLDER_DOCUMENTS
from ..models.vendor_answers import AnswerValue
from ..rights import ProjectRole

NAMES = {
    "answers": gettext_lazy("Answers about the solution"),
    "facts": gettext_lazy("What the documents share"),
    "tasks": gettext_lazy("Tasks"),
    "checklist_answers": gettext_lazy("Answers to checklists"),
    "documents": gettext_lazy("Documents, as drafts"),
    "risks": gettext_lazy("Risks"),
    "requirements": gettext_lazy("Requirements"),
    "measures": gettext_lazy("Measures"),
    "evidence": gettext_lazy("Evidence"),
    "legal_bases": gettext_lazy("Legal bases"),
}
PAGES = {
    "answers": "screening",
    "facts": "facts",
    "tasks": "activities",
    "checklist_answers": "activities",
    "documents": "documents",
    "risks": "risks",
    "requirements": "requirements",
    "measures": "risks",
    "evidence": "requirements",
    "legal_bases": "legal_bases",
}
"""The parts of the work to the name of the page that shows them."""
HISTORY_NAMES = {
    "members": gettext_lazy("Members"),
    "comments": gettext_lazy("Comments"),
    "opinions": gettext_lazy("Opinions of the data protection officer"),
    "decisions": gettext_lazy("Decisions of the management"),
    "events": gettext_lazy("Events"),
    "item_decisions": gettext_lazy("Decisions on changed texts"),
    "edits": gettext_lazy("Changes of fields"),
    "approved_files": gettext_lazy("Approved documents"),
    "annexes": gettext_lazy("Requirement annexes"),
    OLDER_DOCUMENTS: gettext_lazy("Earlier versions of documents"),
    "placements": gettext_lazy("Where each text of the file went"),
    "statements": gettext_lazy("Evaluations, opinions and comments of the other program"),
    "appendix": gettext_lazy("Appendix: what has no place here"),
}
PARTS = (*FOREIGN, *(part.name for part in HISTORY), OLDER_DOCUMENTS)


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """A record of the imported history as a page shows it."""

    at: datetime | None
    who: str
    heading: str
    texts: list[str]


def imported_lines(part: str, records: Iterable[dict[str, Any]], numbers: dict[int, str]) -> list[ImportedLine]:
    """These records of a part in words; `numbers` are the documents' numbers to what they are called. No query."""
    write = {
        "members": _member,
        "comments": _comment,
        "opinions": _opinion,
        "decisions": _decision,
        "events": _event,
        "item_decisions": _item_decision,
        "edits": _edit,
        "approved_files": _approved,
        "annexes": _annex,
        OLDER_DOCUMENTS: _document,
        **dict.fromkeys(FOREIGN, _foreign),
    }[part]
    return [write(record, numbers) for record in records]


def _line(record: dict[str, Any], who: str | None, heading: str, *texts: str | None) -> ImportedLine:
    at = parse_datetime(record.get("at") or "")
    return ImportedLine(at, who or "", capfirst(heading), [text for text in texts if text])


def _label(choices: Any, value: str) -> str:
    return str(dict(choices.choices).get(value, value))


def _about(record: dict[str, Any], numbers: dict[int, str]) -> str:
    """The document that the record is about, or the decision point."""
    number = record["document"]
    return numbers.get(number, f"{number}") if number else record.get("point", "")


def _member(record: dict[str, Any], numbers: dict[int, str]) -> ImportedLine:
    at = parse_datetime(record["joined_at"])
    return ImportedLine(at, record["member"] or "", capfirst(_label(ProjectRole, record["role"])), [])


def _comment(record: dict[str, Any], numbers: dict[int, str]) -> ImportedLine:
    replies = [f"{reply['by'] or _('Somebody')}: {reply['text']}" for reply in record["replies"]]
    return _line(record, record["by"], record["place"], record["text"], *replies)


def _opinion(record: dict[str, Any], numbers: dict[int, str]) -> ImportedLine:
    points = [
        f"{point['number']}. {point['text']}"
        + (f" → {_label(AdvicePoint.Answer, point['answer'])}. {point['reason']}" if point["answer"] else "")
        for point in record["points"]
    ]
    heading = f"{_about(record, numbers)}: {_label(Opinion.Verdict, record['verdict'])}"
    return _line(record, record["by"], heading, record["text"], *points)


def _decision(record: dict[str, Any], numbers: dict[int, str]) -> ImportedLine:
    heading = f"{_about(record, numbers)}: {_label(Decision.Answer, record['answer'])}"
    met = [
        _("Conditions met: %(how)s (%(by)s)") % {"how": each["how"], "by": each["by"] or _("Somebody")}
        for each in record.get("conditions_met", ())
    ]
    return _line(record, record["by"], heading, record["conditions"], record["reason"], *met)


def _event(record: dict[str, Any], numbers: dict[int, str]) -> ImportedLine:
    people = " → ".join(name for name in (record["person_before"], record["person"]) if name)
    change = " → ".join(value for value in (record["old"], record["new"]) if value)
    heading = _label(ProjectEvent.What, record["what"])
    place = record["place"]
    return _line(record, record["actor"], f"{heading}: {place}" if place else heading, people, change, record["reason"])


def _item_decision(record: dict[str, Any], numbers: dict[int, str]) -> ImportedLine:
    return _line(record, record["by"], f"{record['code']}: {_label(ItemVerdict, record['verdict'])}", record["reason"])


def _edit(record: dict[str, Any], numbers: dict[int, str]) -> ImportedLine:
    heading = f"{_about(record, numbers)}, {record['section']}.{record['field']}"
    change = " → ".join(text for text in map(_text, (record["old"], record["new"])) if text)
    return _line(record, record["by"], heading, change or _("The texts of this change are not kept any more."))


def _text(value: Any) -> str:
    """The value of a field on one line."""
    if isinstance(value, list):
        return "; ".join(" | ".join(item["cells"]) if isinstance(item, dict) else item for item in value)
    return str(value)


def _approved(record: dict[str, Any], numbers: dict[int, str]) -> ImportedLine:
    sums = [f"{ending.upper()}, SHA-256: {record[ending]}" for ending in ("docx", "pdf")]
    return _line(record, "", _about(record, numbers), *sums)


def _annex(record: dict[str, Any], numbers: dict[int, str]) -> ImportedLine:
    """An annex with its requirements, and who has handed in what."""
    heading = _("%(number)s. %(title)s") % {"number": record["number"], "title": record["title"]}
    texts = [", ".join(f"{line['code']} {line['title']}".strip() for line in record["lines"])]
    texts += [f"{recipient['company']}: {_handed_in(recipient)}" for recipient in record["recipients"]]
    texts += [f"{each['recipient']}: {each['text']} → {each['answer']}" for each in record["questions"]]
    if record["chosen"]:
        texts.append(_("Chosen: %(company)s") % {"company": record["chosen"]})
    at = parse_datetime(record["sent_at"] or record["created_at"])
    return ImportedLine(at, record["created_by"] or "", heading, [text for text in texts if text])


def _handed_in(recipient: dict[str, Any]) -> str:
    """What the recipient has handed in last."""
    if not recipient["submissions"]:
        return _("nothing handed in")
    answers = recipient["submissions"][-1]["answers"]
    return "; ".join(
        f"{point} {_label(AnswerValue, answer.get('value', ''))} {answer.get('how', '')}".strip()
        for point, answer in answers.items()
        if isinstance(answer, dict)
    )


def _document(record: dict[str, Any], numbers: dict[int, str]) -> ImportedLine:
    heading = _("%(code)s, version %(version)s") % {"code": record["template"], "version": record["version"]}
    texts = [f"{answer['section']}.{answer['field']}: {_text(answer['value'])}" for answer in record["answers"]]
    at = parse_datetime(record["changed_at"])
    return ImportedLine(at, record["changed_by"] or "", heading, texts)


def _foreign(record: dict[str, Any], numbers: dict[int, str]) -> ImportedLine:
    """A row of what came with a file of another program; most have no time."""
    place = f"→ {record['place']}" if record["place"] else ""
    return ImportedLine(None, record["by"] or "", record["label"] or record["path"], [place, record["text"]])


def placed_lines(imported: ProjectImport) -> list[tuple[str, int, str]]:
    """What the import has made of the work: name of a part, number of its rows, name of the page that shows them. No query."""
    work = imported.placed.get("work", {})
    return [(str(NAMES[name]), number, PAGES[name]) for name, number in work.items() if number and name in NAMES]
