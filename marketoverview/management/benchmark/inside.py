"""What is read or measured in a process with a database of its own: `manage.py bench --inside TASK`. It prints JSON.

The tasks of `TASKS` are `vendors`, `counts`, `peer_file`, `snapshots` and `publications`. The last two change what is
public, so they run in a copy.
"""

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from kl_ai.drafts.parts import fingerprint

from ...market.snapshot import Snapshot, snapshots
from ...models import Answer, Question, Response, SurveyRound

CHOSEN = ("services", "advisory")
"""The question and the option of the selection whose pages are measured."""
FIRST_BUILDS = 3
NEXT_BUILDS = 15
PUBLICATIONS = 12

Counts = dict[str, dict[str, int]]
"""Question code to option code to number of vendors; without the options that nobody chose."""


def vendors() -> int:
    """How many vendors have a published response. One query."""
    return Response.objects.published().count()


def counts() -> dict[str, Counts]:
    """The vendors with each option, by one GROUP BY for each question.

    `page`: as a page of the directory counts, where a question's own choice is left out. `within`: among the vendors with
    the chosen option alone.
    """
    code, option = CHOSEN
    chosen = Answer.objects.filter(option__question__code=code, option__code=option)
    everybody = Response.objects.published()
    selected = everybody.filter(pk__in=chosen.values("response"))
    codes = list(Question.objects.filter(is_filterable=True).values_list("code", flat=True))
    return {
        "page": {each: _counts_by_sql(each, everybody if each == code else selected) for each in codes},
        "within": {each: _counts_by_sql(each, selected) for each in codes},
    }


def _counts_by_sql(code: str, responses: Any) -> dict[str, int]:
    answers = Answer.objects.filter(response__in=responses, option__question__code=code)
    return dict(answers.values_list("option__code").annotate(Count("response", distinct=True)))


# What Datasette serves ----------------------------------------------------------------------------


def make_peer_file(path: str) -> None:
    """Make the SQLite file of the same vendors for Datasette, in the directory's order.

    `vendors`: a vendor a row, its answers as a JSON array in a column for each filterable question. `answers`: an answer a
    row, with indexes.
    """
    snapshot = snapshots.current()
    columns = [column(tally.code) for tally in snapshot.filterable]
    made = Path(path)
    partial_file = made.with_suffix(".part")
    partial_file.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial_file)) as file, file:
        arrays = "".join(f", {name} TEXT" for name in columns)
        file.execute(
            f"CREATE TABLE vendors (place INTEGER PRIMARY KEY, slug TEXT, name TEXT, description TEXT{arrays})"
        )
        file.execute(
            "CREATE TABLE answers (id INTEGER PRIMARY KEY, vendor INTEGER REFERENCES vendors(place), option TEXT)"
        )
        places = ", ".join("?" * (4 + len(columns)))
        file.executemany(f"INSERT INTO vendors VALUES ({places})", _vendor_rows(snapshot))  # noqa: S608 - only marks
        file.executemany("INSERT INTO answers (vendor, option) VALUES (?, ?)", _answer_rows(snapshot))
        file.execute("CREATE INDEX answers_vendor ON answers (vendor)")
        file.execute("CREATE INDEX answers_option ON answers (option, vendor)")
        file.execute("ANALYZE")
    partial_file.rename(made)


def column(code: str) -> str:
    """The name of a question's column."""
    return code.replace("-", "_")


def _option_codes(snapshot: Snapshot) -> dict[int, tuple[str, str]]:
    """The key of each option of the filterable questions to the codes of its question and itself."""
    return {
        choice.option.pk: (tally.code, choice.code)
        for tally in snapshot.filterable
        for choice in tally.by_code.values()
    }


def _vendor_rows(snapshot: Snapshot) -> Iterator[tuple[Any, ...]]:
    codes = _option_codes(snapshot)
    for place, entry in enumerate(snapshot.in_order(snapshot.everyone), start=1):
        chosen: dict[str, list[str]] = {tally.code: [] for tally in snapshot.filterable}
        for question, option in (codes[key] for key in entry.option_ids if key in codes):
            chosen[question].append(option)
        yield place, entry.slug, entry.name, entry.description, *map(json.dumps, chosen.values())


def _answer_rows(snapshot: Snapshot) -> Iterator[tuple[int, str]]:
    codes = _option_codes(snapshot)
    for place, entry in enumerate(snapshot.in_order(snapshot.everyone), start=1):
        for key in entry.option_ids:
            if key in codes:
                yield place, "/".join(codes[key])


# Publications -------------------------------------------------------------------------------------


def snapshot_times() -> dict[str, list[float]]:
    """Seconds of the first snapshots of a process, and of the next one after each publication of a correction."""
    first = [_seconds(snapshots.build) for _ in range(FIRST_BUILDS)]
    snapshots.current()
    following = []
    for draft in submitted_corrections(NEXT_BUILDS):
        draft.publish(None)
        following.append(_seconds(snapshots.current))
    return {"first": first, "next": following}


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def publications() -> None:
    """Write how many corrections wait; publish the next one for each line of the standard input, and write when.

    That is the time of the commit by the clock `time.monotonic`, which all processes of the machine share.
    """
    corrections = list(submitted_corrections(PUBLICATIONS))
    print(len(corrections), flush=True)  # noqa: T201 - to the process that has begun this one, here and below
    for draft, _line in zip(corrections, sys.stdin, strict=False):
        with transaction.atomic():
            draft.publish(None)
            transaction.on_commit(lambda: print(time.monotonic(), flush=True))  # noqa: T201


def mark(number: int) -> str:
    """The word at the beginning of the description in the correction with this number."""
    return f"Rettelse-{number:04}"


def submitted_corrections(number: int) -> Iterator[Response]:
    """Submitted corrections of the first vendors of the directory: another description and one option more or less."""
    today = timezone.localdate()
    survey_round = SurveyRound.objects.opened().order_by("-opens_on")[0]
    SurveyRound.objects.filter(pk=survey_round.pk).update(closes_on=today + timedelta(days=30))
    survey_round.refresh_from_db()
    snapshot = snapshots.current()
    code, option = CHOSEN
    for place, entry in enumerate(list(snapshot.in_order(snapshot.everyone))[:number]):
        published = Response.objects.published().select_related("vendor").get(vendor__slug=entry.slug)
        draft = Response.begin(published.vendor, survey_round, None)
        stored = draft.stored(["description", code])
        answers = dict(stored[code])
        if answers.pop(option, None) is None or not answers:
            answers[option] = ""
        content = {"description": f"{mark(place)} {stored['description']}"[:600], code: answers}
        draft.save_part("company", ["description", code], content, fingerprint(stored), None)
        draft.submit(None)
        yield draft


TASKS: dict[str, Callable[..., Any]] = {
    "vendors": vendors,
    "counts": counts,
    "peer_file": make_peer_file,
    "snapshots": snapshot_times,
    "publications": publications,
}
"""Name of each task to what does it. Further arguments of the command line go to it."""
