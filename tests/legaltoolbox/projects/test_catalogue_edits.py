"""Random edits of the catalogue against running projects: no answer is lost, and nothing is approved.

`EDITS=10000 pytest tests/legaltoolbox/projects/test_catalogue_edits.py -s` makes so many, from a new seed each time; `EDITS_SEED` repeats a run.
"""

import os
import time
from collections import Counter
from random import Random

import pytest
from django.db import transaction
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from kl_ai.pages.versions import PublicVersion
from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.projects.models import (
    ApprovedFile,
    DocumentStatus,
    ItemVerdict,
    Project,
    ProjectItem,
    RequirementState,
    TextChanged,
)
from legaltoolbox.projects.models.written import written_items
from legaltoolbox.projects.work import earlier, sections
from legaltoolbox.projects.work.pinning import pin
from legaltoolbox.projects.work.project_catalogue import document_catalogue, project_catalogue
from legaltoolbox.projects.work.texts import texts
from legaltoolbox.projects.work.updates import Change, updates
from tests.admin_pages import logged_in

from .builders import Team
from .catalogue_editor import Editor
from .catalogue_judge import bare, earlier_rows, of_catalogue, plain, stored

NUMBER = int(os.environ.get("EDITS", "100"))
SEED = int(os.environ.get("EDITS_SEED", "0")) or (time.time_ns() % 10**9 if "EDITS" in os.environ else 14)
APPROVED = "S05"
"""The template whose document is approved in each project; in the second one a new version is begun."""


class Running:
    """A project with answers everywhere, and what the judge knows of it."""

    def __init__(self, team: Team, catalogue: Catalogue, random: Random, name: str, *, next_version: bool) -> None:
        self.team, self.random, self.name = team, random, name
        self.project = Project.create(team.municipality, team.lead.user, title=f"Projekt {name}")
        self.number = 0
        self._answer_items(catalogue)
        self._fill_documents(catalogue, next_version=next_version)
        self._say_more(catalogue)
        self.pin(catalogue)
        self.stored, self.earlier = stored(self.project), earlier_rows(self.project)
        self.shown = {key: text for key, text in of_catalogue(catalogue).items() if key in self.written}
        self.approved_text = self._approved(catalogue)
        self.files = self._files()
        self.kept: dict = {}
        self.back: set = set()
        self.owed: set = set()
        """Document and text of each answer that an accepted text has no room for: a later save does not take it away."""
        self.gone: set = set()
        self.client = logged_in(team.lead.user)

    # What is written ------------------------------------------------------------------------

    def mark(self) -> str:
        self.number += 1
        return f"svar{self.name}{self.number}x"

    def _answer_items(self, catalogue: Catalogue) -> None:
        project = self.project
        for question in catalogue.questions:
            if self.random.random() < 0.8:
                value = self.random.choice(("yes", "no", "unknown"))
                project.screening_answers.create(question=question.code, value=value, why=self.mark())
        for activity in catalogue.activities:
            if self.random.random() < 0.8:
                project.tasks.create(activity=activity.code, note=self.mark())
                for row in catalogue.checklist(activity):
                    value = self.random.choice(("yes", "no", "not-relevant"))
                    project.checklist_answers.create(
                        activity=activity.code, key=row.reference, value=value, note=self.mark()
                    )

    def _fill_documents(self, catalogue: Catalogue, *, next_version: bool) -> None:
        for number, template in enumerate(catalogue.templates, 1):
            is_approved = template.code == APPROVED
            document = self.project.documents.create(
                number=number,
                template=template.code,
                status=DocumentStatus.APPROVED if is_approved else DocumentStatus.DRAFT,
            )
            self._fill(document, template, catalogue)
            if is_approved:
                self.approved = document
                ApprovedFile.objects.create(document=document, docx=self.mark().encode(), pdf=b"%PDF")
                self.project.decisions.create(document=document, by=self.team.management.user, answer="yes")
                if next_version:
                    draft = self.project.documents.create(number=90, template=template.code, version=2)
                    self._fill(draft, template, catalogue)

    def _fill(self, document, template, catalogue: Catalogue) -> None:
        for section in catalogue.sections(template):
            for field in catalogue.fields(section):
                document.answers.create(section=section.key, field=field.key, value=self.value(field))

    def value(self, field):
        """An answer to a field, as its form makes it."""
        match sections.field_kind(field):
            case "choice":
                return self.random.choice(field.options)
            case "check":
                return [self.random.choice(field.options)]
            case "yes_no":
                return self.random.choice(("yes", "no"))
            case "date":
                return "2026-03-02"
            case "table":
                cells = [self.mark() for _column in field.columns]
                return [{"id": f"{self.random.randrange(16**8):08x}", "fixed": 0, "cells": cells}]
        return self.mark()

    def _say_more(self, catalogue: Catalogue) -> None:
        project, by = self.project, self.team.lead.user
        for risk in catalogue.risks[1:]:
            project.risk_assessments.create(code=risk.code, likelihood=2, consequence=3, reason=self.mark())
        for item in catalogue.requirements[1:]:
            project.requirement_states.create(code=item.code, state="met", how=self.mark())
        project.evidence.create(place=catalogue.requirements[1].code, title=self.mark(), case_number="1")
        for basis in catalogue.all("legal_basis")[:2]:
            phase = catalogue.phases[0].slug
            project.legal_bases.create(phase=phase, code=basis.code, processing=self.mark(), basis="x", why="x")
        project.decisions.create(point="P1", by=by, answer="yes", reason=self.mark())
        project.comments.create(place=catalogue.risks[0].code, by=by, text=self.mark())

    # The judge ------------------------------------------------------------------------------

    def pin(self, catalogue: Catalogue) -> None:
        with transaction.atomic():
            self.project.hold()
            pin(self.project, catalogue)
        self.written = written_items(self.project)

    def _approved(self, view: Catalogue):
        of_document = document_catalogue(self.approved, view)
        return plain("template", of_document.find("template", APPROVED), of_document)

    def _files(self):
        return [(bytes(row.docx), bytes(row.pdf)) for row in ApprovedFile.objects.filter(document=self.approved)]

    def judge(self, live: Catalogue, said: dict) -> Catalogue:
        """Fail where a rule is broken, now that `live` is published; the project's view of it."""
        view = project_catalogue(self.project, live)
        self._texts(of_catalogue(live), of_catalogue(view), view)
        assert stored(self.project) == self.stored
        assert earlier_rows(self.project) >= self.earlier
        self.earlier = earlier_rows(self.project)
        before, now = bare(self.approved_text), bare(self._approved(view))
        assert now == before, "an approved document has another text"
        assert self._files() == self.files
        self._waiting(said, live)
        self._all_shown(view)
        return view

    def _texts(self, live: dict, shown: dict, view: Catalogue) -> None:
        for key in self.written & self.shown.keys():
            old, new, now = self.shown[key], live.get(key), shown.get(key)
            if key in self.gone and new is None:
                assert (now is None and key[0] == "question") or bare(now) == bare(old)
                continue
            if key in self.gone:  # it was back: whether a second withdrawal is asked about is no matter
                self.back.add(key)
            assert now is not None, f"{key} is gone"
            assert now == old or bare(now) == bare(old), (key, old, now)
            self.shown[key] = now
        for key in live.keys() | shown.keys():
            if key not in self.written:
                assert shown.get(key) == live.get(key), f"nobody has written on {key}"

    def _waiting(self, said: dict, live: Catalogue) -> None:
        """What differs waits, and nothing else does."""
        plain_live = of_catalogue(live)
        differing = {
            key
            for key in self.written & self.shown.keys()
            if (key not in self.gone or key in plain_live)
            and (key not in plain_live or bare(plain_live[key]) != bare(self.shown[key]))
            and (key != ("template", APPROVED) or self.project.documents.filter(number=90).exists())
        }
        waiting = {key for key, update in said.items() if update.is_waiting and update.what in DECIDED}
        kept = {key for key in differing if key in self.kept and self.kept[key] == bare(plain_live.get(key))}
        self.back |= self.kept.keys() - differing  # it had the kept text again: a change back may be asked or not
        assessed_again = {key for key, update in said.items() if update.to_assess}
        wrong = (waiting ^ (differing - kept)) - self.back - (assessed_again & kept)
        assert wrong == set(), [(key, said.get(key)) for key in wrong]

    def _all_shown(self, view: Catalogue) -> None:
        """Each answer is under its question, or among the earlier answers of that page."""
        project = self.project
        answers: dict[str, list] = {}
        for row in project.checklist_answers.all():
            answers.setdefault(row.activity, []).append(row)
        for code, rows in answers.items():
            activity = view.find("activity", code)
            asked = {row.reference for row in view.checklist(activity)}
            lines = earlier.of_checklist(project, code, asked, rows)
            for row in rows:
                assert row.key in asked or any(row.note in line.words for line in lines), row
        self._documents_shown(view)
        asked = {question.code for question in view.questions}
        rows = list(project.screening_answers.all())
        lines = earlier.of_screening(project, asked, rows)
        for row in rows:
            assert row.question in asked or any(row.why in line.words for line in lines), row

    def _documents_shown(self, view: Catalogue) -> None:
        for document in self.project.documents.exclude(status=DocumentStatus.APPROVED):
            document.project = self.project
            template = view.find("template", document.template)
            by_section = {section.key: view.fields(section) for section in view.sections(template)}
            values = document.all_stored()
            lines = list(earlier.of_gone_sections(document, by_section))
            for key, fields in by_section.items():
                own = {field.key: values.get((key, field.key), sections.empty_value(field)) for field in fields}
                lines += earlier.of_section(document, key, fields, own)
            places = {(key, field.key): field for key, fields in by_section.items() for field in fields}
            told = "\n".join(line.words for line in lines)
            now = {text for value in values.values() for text in _texts_of(value)}
            for number, text in self.owed:
                assert number != document.number or text in told or text in now, text
            for place, value in values.items():
                field = places.get(place)
                if field is None or sections.fitting(field, value) != value:
                    for text in _texts_of(value):
                        assert text in told, (document.template, place, value)

    # What people do -------------------------------------------------------------------------

    def decide(self, live: Catalogue, said: dict) -> int:
        """Decide on some of what waits; how many."""
        waiting = [update for update in said.values() if update.is_waiting and update.what in DECIDED]
        chosen = self.random.sample(waiting, min(len(waiting), 4))
        plain_live = of_catalogue(live)
        for update in chosen:
            verdict = self.random.choice((ItemVerdict.ACCEPT, ItemVerdict.KEEP, ItemVerdict.REASSESS))
            if not update.new and verdict == ItemVerdict.REASSESS:
                verdict = ItemVerdict.ACCEPT
            by, seen = self.team.lead.user, update.seen
            wrong = (seen[0], "0" * 64)
            with pytest.raises(TextChanged):
                ProjectItem.decide(self.project, texts(live), update.key, verdict, by, seen=wrong, reason="x")
            ProjectItem.decide(self.project, texts(live), update.key, verdict, by, seen=seen, reason="Fordi")
            self.back.discard(update.key)
            if verdict == ItemVerdict.KEEP:
                self.kept[update.key] = bare(plain_live.get(update.key))
                continue
            self.kept.pop(update.key, None)
            self._owe(update.key, live)
            if update.key in plain_live:
                self.shown[update.key] = plain_live[update.key]
                self.gone.discard(update.key)
            else:
                self.gone.add(update.key)
        return len(chosen)

    def _owe(self, key, live: Catalogue) -> None:
        """Note the answers in drafts that the text which has just been accepted has no room for."""
        template = live.find("template", key[1]) if key[0] == "template" else None
        if template is None:
            return
        fields = {(part.key, field.key): field for part in live.sections(template) for field in live.fields(part)}
        drafts = self.project.documents.filter(template=key[1]).exclude(status=DocumentStatus.APPROVED)
        for document in drafts:
            for place, value in document.all_stored().items():
                field = fields.get(place)
                if field is None or sections.fitting(field, value) != value:
                    self.owed |= {(document.number, text) for text in _texts_of(value)}

    def write(self, view: Catalogue, live: Catalogue) -> None:
        """Save a page as somebody does who sees the project's view: a section, or an item that nobody has written on."""
        self.project.pin_texts = lambda project: pin(project, live)
        drafts = list(self.project.documents.exclude(status=DocumentStatus.APPROVED))
        document = self.random.choice(drafts)
        document.project = self.project
        section = self.random.choice(view.sections(view.find("template", document.template)))
        fields = view.fields(section)
        empty = sections.empty_values(fields)
        kept = document.stored(section.key, empty)
        typed = {field.key: self.value(field) for field in fields if self.random.random() < 0.3}
        document.save_section(section.key, empty, typed, fingerprint(kept), self.team.lead.user)
        free = [item for item in view.requirements if ("requirement", item.code) not in self.written]
        if free:
            item = self.random.choice(free)
            row = RequirementState(project=self.project, code=item.code)
            values = {"state": "met", "how": self.mark()}
            RequirementState.assess(self.project, item.code, values, fingerprint(row.content), self.team.lead.user)
            self.shown["requirement", item.code] = plain("requirement", item, view)
        self.project.pin_texts = None
        self.stored = stored(self.project)
        self.written = written_items(self.project)

    def look(self, view: Catalogue) -> None:
        """Open a page: it shows the answers that it has to show."""
        address = self.project.address
        row = self.random.choice(list(self.project.checklist_answers.all()))
        document = self.random.choice(list(self.project.documents.all()))
        template = document_catalogue(document, view).find("template", document.template)
        section = self.random.choice(document_catalogue(document, view).sections(template))
        pages = [
            ("activity", (row.activity.lower(),), row.note),
            ("section", (document.number, section.key), section.heading),
            ("document", (document.number,), ""),
            *((name, (), "") for name in ("screening", "requirements", "risks", "activities", "documents", "overview")),
            ("decision_point", ("p1",), ""),
        ]
        name, own, text = self.random.choice(pages)
        response = self.client.get(reverse(f"projects:{name}", args=[*address, *own]))
        assert response.status_code == 200, name
        assert text.split() == [] or " ".join(text.split()) in " ".join(response.content.decode().split())


DECIDED = (Change.CHANGED, Change.WITHDRAWN, Change.NO_LONGER_APPLIES)


def _texts_of(value):
    """The texts of a value that are an answer of their own."""
    for each in value if isinstance(value, list) else [value]:
        yield from filter(None, each["cells"] if isinstance(each, dict) else [_in_words(each)])


def _in_words(text):
    return {"yes": "Ja", "no": "Nej", "2026-03-02": "2. marts 2026"}.get(text, text)


def test_random_edits_lose_no_answer_and_approve_nothing(content_rows):
    print(f"\nEDITS_SEED={SEED}")
    random, begun, made, decided, opened = Random(SEED), time.monotonic(), Counter(), 0, 0
    editor = Editor(catalogues.build(), random)
    version = time.time_ns()
    live = _publish(editor, version)
    projects = [
        Running(Team(f"990{number}"), live, random, f"p{number}", next_version=number == 2) for number in (1, 2, 3)
    ]
    while made.total() < NUMBER:
        version += 1
        made.update(editor.edit() for _edit in range(random.randrange(1, 40)))
        live = _publish(editor, version)
        for running in projects:
            if random.random() < 0.2:
                running.pin(live)
            said = {update.key: update for update in updates(running.project, live)}
            view = running.judge(live, said)
            if random.random() < 0.3:
                running.look(view)
                opened += 1
            if random.random() < 0.4:
                decided += running.decide(live, said)
                said = {update.key: update for update in updates(running.project, live)}
                view = running.judge(live, said)
            if random.random() < 0.15:
                running.write(view, live)
    seconds = round(time.monotonic() - begun, 1)
    print(f"{made.total()} edits, {decided} decisions, {opened} pages, {seconds} s: {dict(made)}")


def _publish(editor: Editor, version: int) -> Catalogue:
    """Let the pages show the editor's catalogue."""
    catalogue = editor.published(version)
    PublicVersion.objects.update_or_create(area="toolbox", defaults={"number": version})
    catalogues.hold(catalogue, version)
    return catalogue
