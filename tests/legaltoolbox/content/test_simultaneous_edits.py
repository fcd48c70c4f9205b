"""An editor who saves while the content files are loaded: the edit is neither replaced unseen nor lost."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from legaltoolbox.content import load as loading
from legaltoolbox.content.load import load
from legaltoolbox.content.plan import LoadPlan
from legaltoolbox.models import Activity, ChecklistItem
from tests.admin_pages import Page, admin_url, logged_in
from tests.builders import make_editor
from tests.legaltoolbox.content.loading import files_with, first, item, load_command
from tests.legaltoolbox.small import A01

pytestmark = pytest.mark.django_db(transaction=True)

needs_row_locks = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has no row locks: a transaction that writes has the whole database"
)


@contextmanager
def edit_after_planning(edit: Callable[[], object]) -> Iterator[None]:
    """Let `edit` begin, on a connection of its own, as soon as a load has its plan; at the end it is committed.

    The load goes on when the edit is committed, or has had time to meet a lock.
    """

    def run() -> None:
        try:
            edit()
        finally:
            connection.close()

    def plan_and_edit(*args) -> LoadPlan:
        plan = make_plan(*args)
        edits.append(pool.submit(run))
        wait(edits, timeout=0.5)
        return plan

    edits: list[Future[None]] = []
    make_plan = loading.make_plan
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as pool:
        patch.setattr(loading, "make_plan", plan_and_edit)
        yield
        (future,) = edits
        future.result()


def edit_title() -> None:
    Activity.objects.filter(code="A01").update(title="KL's ord")


def edit_question() -> None:
    ChecklistItem.objects.filter(key="1").update(question="KL's ord")


@pytest.mark.parametrize(("edit", "field"), [(edit_title, "title"), (edit_question, "checklist")])
def test_an_edit_during_a_load_comes_after_it_and_is_kept_by_the_next_one(edit, field, small, capsys):
    load(small)
    later = files_with(small, first(A01, title="Nyt grundlag", what="Nyt."))
    with edit_after_planning(edit):
        assert load(later).updated == ["A01 (title, what)"]
    activity = item(Activity, "A01")
    assert activity.what == "Nyt."
    assert "KL's ord" in (activity.title, activity.checklist.get(key="1").question)
    assert load_command(later, capsys) == [
        f"Kept, because an editor has changed them (--overwrite replaces them): A01 ({field})."
    ]


def add_activity() -> None:
    activity = item(Activity, "P1")
    Activity.objects.create(
        code="A02",
        title="KL's ord",
        phase=activity.phase,
        responsible=activity.responsible,
        reviewed_on=activity.reviewed_on,
        review_by=activity.review_by,
    )


@needs_row_locks
def test_a_new_item_of_an_editor_is_not_replaced_by_one_of_the_files_with_the_same_code(small):
    load(small)
    contents = files_with(small, lambda contents: contents[A01].append(contents[A01][0] | {"code": "A02"}))
    with edit_after_planning(add_activity), pytest.raises(loading.ContentError, match="Two items say the same"):
        load(contents)
    assert item(Activity, "A02").title == "KL's ord"


@needs_row_locks
def test_the_form_of_a_row_locks_the_item_before_the_row(small):
    """As a load does: two transactions that lock in different orders could wait for each other."""
    load(small)
    row = item(Activity, "A01").checklist.get(key="1")
    page = Page(logged_in(make_editor("editor@kl.example")), admin_url(ChecklistItem, "change", row.pk))
    with CaptureQueriesContext(connection) as captured:
        page.send(question="Er det nyt?")
    locks = [query["sql"] for query in captured if "FOR UPDATE" in query["sql"] or "FOR NO KEY UPDATE" in query["sql"]]
    tables = [re.search(r'FROM "(\w+)"', sql)[1] for sql in locks]
    assert tables[:2] == ["legaltoolbox_activity", "legaltoolbox_checklistitem"]
