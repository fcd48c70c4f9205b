"""Requirement annexes for tests: a draft, one that is sent, and what vendors answer to it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from kl_ai.drafts.parts import fingerprint
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import Annex, Recipient, Submission
from legaltoolbox.projects.models.annex_recipients import NewRecipient
from legaltoolbox.projects.work.annexes import pinned_lines
from tests.legaltoolbox.projects.builders import Team

USES = {"K10": "minimum", "K31": "competition"}
COMPANIES = ("Alfa Prøve", "Beta Prøve")


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def make_draft(team: Team, uses: Mapping[str, str] = USES, **values: Any) -> Annex:
    values = {
        "title": "Krav til brevhjælper",
        "introduction": "Svar kort.",
        "contact": "udbud@k9901.example",
        "deadline": in_days(14),
        **values,
    }
    return Annex.begin(team.project, team.editor.user, uses, **values)


def add_companies(annex: Annex, team: Team, companies: Sequence[str] = COMPANIES) -> list[Recipient]:
    """Recipients with an address each, in this order."""
    added = [NewRecipient(name, f"{slugify(name.split()[0])}@leverandor.example") for name in companies]
    return Recipient.add_many(annex, team.lead.user, added)


def send(annex: Annex, team: Team) -> bool:
    lines = pinned_lines(annex.uses, catalogues.current())
    return annex.send(team.lead.user, lines, annex.fingerprint_of(lines))


def make_sent(team: Team, companies: Sequence[str] = COMPANIES, **values: Any) -> Annex:
    """An annex that waits for answers from these companies."""
    annex = make_draft(team, **values)
    add_companies(annex, team, companies)
    send(annex, team)
    annex.refresh_from_db()
    return annex


def loaded(recipient: Recipient) -> Recipient:
    """The recipient as the page of its link has it."""
    recipient.refresh_from_db()
    found = Recipient.objects.with_token(recipient.token)
    assert found is not None
    return found


def answer(recipient: Recipient, code: str = "K10", value: str = "yes", how: str = "Sådan") -> None:
    """Answer every point of a requirement alike."""
    line = recipient.annex.lines.get(code=code)
    stored = recipient.stored(line)
    typed = {key: {"value": value, "how": how}.get(key.rpartition(".")[2], "") for key in stored}
    recipient.save_requirement(code, typed, fingerprint(stored))


def hand_in(recipient: Recipient, name: str = "Anne Andersen", **answers: str) -> Submission:
    """Answer K10, or what `answers` say (code to value), and hand in."""
    for code, value in (answers or {"K10": "yes"}).items():
        answer(recipient, code, value)
    return recipient.hand_in(name)


def pass_deadline(annex: Annex, days: int = 1) -> None:
    """Move the deadline so many days into the past."""
    Annex.objects.filter(pk=annex.pk).update(deadline=in_days(-days))
    annex.refresh_from_db()


def on_paper(team: Team, company: str = "Gamma Prøve") -> Recipient:
    """A recipient without a link, of an annex that is sent to it alone."""
    row: Recipient | None = Recipient.objects.filter(annex__project=team.project, company=company).first()
    if row is None:
        annex = make_draft(team, title="Krav på papir")
        (row,) = Recipient.add_many(annex, team.lead.user, [NewRecipient(company)])
        send(annex, team)
        annex.refresh_from_db()
        row.annex = annex
    return row
