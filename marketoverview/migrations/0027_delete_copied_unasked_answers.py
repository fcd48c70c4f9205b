"""Answers that were copied from an earlier round into a response whose round does not ask them are deleted.

A draft took over every answer, also those that its vendor could not see or change in the new round. They stay where they
were given: a row is deleted only where a response that this one was copied from has the same, and that one's round asks the question.
Drafts and what waits for KL are left as they are, since submission and publication delete what is not asked. A published
response gets an event that names the questions.

Safe while the previous version still serves; taking it back changes nothing.
"""

import time
from collections import defaultdict

from django.db import migrations
from django.db.models import F
from django.utils import timezone

CLOSED = ("published", "archived", "withdrawn", "rejected")


class Responses:
    """The responses, what each was copied from, and what each round asks. Two queries."""

    def __init__(self, apps) -> None:
        rows = apps.get_model("marketoverview", "Response").objects.order_by()
        self.basis, self.round = {}, {}
        for pk, based_on, round_id in rows.values_list("pk", "based_on", "round"):
            self.basis[pk], self.round[pk] = based_on, round_id
        asked = apps.get_model("marketoverview", "Question").rounds.through.objects
        self.asked = set(asked.values_list("surveyround_id", "question_id"))

    def earlier_that_ask(self, pk: int, question: int) -> list[int]:
        """The responses from which this one was copied, directly or not, whose round asks the question."""
        earlier, seen = [], {pk}
        while (pk := self.basis.get(pk)) and pk not in seen:
            seen.add(pk)
            if (self.round[pk], question) in self.asked:
                earlier.append(pk)
        return earlier


def delete_answers(apps, responses: Responses, deleted: dict[int, set[int]]) -> None:
    """Delete the answers, and what KL has counted from their own words."""
    Answer = apps.get_model("marketoverview", "Answer")
    rows = Answer.objects.filter(response__status__in=CLOSED, mapped_from=None).order_by("pk")
    rows = rows.exclude(option__question__rounds=F("response__round"))
    columns = ("pk", "response", "option__question", "option", "own_words")
    for pk, response, question, option, words in list(rows.values_list(*columns)):
        earlier = responses.earlier_that_ask(response, question)
        if Answer.objects.filter(response__in=earlier, option=option, own_words=words).exists():
            Answer.objects.filter(mapped_from=pk).delete()
            Answer.objects.filter(pk=pk).delete()
            deleted[response].add(question)


def delete_options_of_examples(apps, responses: Responses, deleted: dict[int, set[int]]) -> None:
    """Take the options out of the examples."""
    through = apps.get_model("marketoverview", "SampleOffering").options.through.objects
    rows = through.filter(sampleoffering__response__status__in=CLOSED).order_by("pk")
    rows = rows.exclude(option__question__rounds=F("sampleoffering__response__round"))
    columns = ("pk", "sampleoffering__response", "option__question", "option")
    for pk, response, question, option in list(rows.values_list(*columns)):
        earlier = responses.earlier_that_ask(response, question)
        if through.filter(sampleoffering__response__in=earlier, option=option).exists():
            through.filter(pk=pk).delete()
            deleted[response].add(question)


def delete_copies(apps, schema_editor) -> None:
    responses, deleted = Responses(apps), defaultdict(set)
    delete_answers(apps, responses, deleted)
    delete_options_of_examples(apps, responses, deleted)
    if not deleted:
        return
    headings = dict(apps.get_model("marketoverview", "Question").objects.values_list("pk", "heading_da"))
    headings_en = dict(apps.get_model("marketoverview", "Question").objects.values_list("pk", "heading_en"))
    published = apps.get_model("marketoverview", "Response").objects.filter(pk__in=deleted, status="published")
    for pk in list(published.values_list("pk", flat=True)):
        named = ", ".join(f"“{headings[question]}”" for question in sorted(deleted[pk]))
        named_en = ", ".join(f"“{headings_en[question] or headings[question]}”" for question in sorted(deleted[pk]))
        apps.get_model("marketoverview", "ModerationEvent").objects.create(
            response_id=pk,
            at=timezone.now(),
            verb="edit",
            from_status="published",
            to_status="published",
            by_kl=True,
            reason=f"Runden spørger ikke om {named}. Svarene står kun i de tidligere svar, som de var kopieret fra.",
            reason_en=f"The round does not ask {named_en}. The answers stand only in the earlier answers they were copied from.",
        )
    version = apps.get_model("kl_ai", "PublicVersion").objects
    version.update_or_create(area="market", defaults={"number": time.time_ns()})


class Migration(migrations.Migration):
    dependencies = [("kl_ai", "0001_initial"), ("marketoverview", "0026_store_company_names")]
    operations = [migrations.RunPython(delete_copies, migrations.RunPython.noop, elidable=False)]
