"""The requirement annex of the demonstration: two invented companies have answered it, one on paper, and one is chosen."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from kl_ai.drafts.parts import fingerprint
from kl_ai.models import User
from legaltoolbox.catalogue import Catalogue
from legaltoolbox.models import Requirement

from ..models import Annex, AnnexLine, AnnexQuestion, Project, Recipient
from ..models.annex_recipients import NewRecipient
from ..models.vendor_answers import stored_answers
from ..work.annexes import in_order, pinned_lines
from ..work.read_answers import by_requirement

DAYS_OPEN = 14


def make_annex(project: Project, lead: User, catalogue: Catalogue, data: Mapping[str, Any]) -> None:
    """Write what the file says of the annex, by the verbs that people use. Nothing without the requirements. No mail is sent."""
    items = [catalogue.find(Requirement.KIND, code) for code in data["requirements"]]
    uses = in_order({item.code: item.tender_use for item in items if item}, catalogue)
    if not uses:
        return
    texts = {name: data[name] for name in ("title", "introduction", "contact")}
    deadline = timezone.localdate() + timedelta(days=DAYS_OPEN)
    annex = Annex.begin(project, lead, uses, deadline=deadline, **texts)
    entries = data["recipients"]
    rows = Recipient.add_many(annex, lead, [NewRecipient(each["company"], each["email"]) for each in entries.values()])
    recipients = dict(zip(entries, rows, strict=True))
    lines = pinned_lines(annex.uses, catalogue)
    annex.send(lead, lines, annex.fingerprint_of(lines))
    Recipient.objects.filter(annex=annex).record_mailed([row.email for row in rows if row.email])
    asker = recipients[data["question_by"]]
    question = AnnexQuestion.ask(asker, data["question"])
    question.annex = annex
    question.give_answer(lead, data["answer"])
    for name, recipient in recipients.items():
        _answer(recipient, lead, list(annex.lines.all()), entries[name])
    annex.close(lead, data["closed"])
    annex.choose(lead, recipients[data["chosen"]], data["chosen_reason"])


def _answer(recipient: Recipient, lead: User, lines: list[AnnexLine], entry: Mapping[str, Any]) -> None:
    """Hand in what the company says to each requirement: at its first point, to which the others refer."""
    answers: dict[str, dict[str, str]] = {}
    for line in lines:
        if line.code not in entry["answers"]:
            continue
        value, how, reference = entry["answers"][line.code]
        value = value if value in line.allowed_values else "no"
        for place, point in enumerate(line.answered_points):
            words = how if place == 0 else f"Se svaret på {line.answered_points[0]['number']}."
            answers[point["number"]] = {"value": value, "how": words, "reference": reference}
    if recipient.is_on_paper:
        recipient.enter_submission(lead, entry["handed_in_by"], answers, fingerprint({}))
        return
    seen = {line.code: fingerprint(stored_answers(line, {})) for line in lines}
    recipient.save_answers(by_requirement(lines, answers), seen)
    recipient.hand_in(entry["handed_in_by"])
