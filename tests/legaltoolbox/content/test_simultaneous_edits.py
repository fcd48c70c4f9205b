"""An editor who saves while the content files are loaded: the edit is neither replaced unseen nor lost."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

import pytest
from django.contrib.admin import site
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from legaltoolbox.content import load as loading
from legaltoolbox.content.load import load
from legaltoolbox.content.plan import LoadPlan
from legaltoolbox.content.reading import ContentError
from legaltoolbox.models import Activity, ChecklistItem, TemplateSection
from tests.legaltoolbox.content.loading import files_with, first, item, load_command
from tests.legaltoolbox.small import A01

pytestmark = pytest.mark.django_db(transaction=True)

ROW_TABLES = ["activity", "checklistitem"]
SECTION_TABLES = ["documenttemplate", "templatesection"]


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


def test_of_two_new_items_with_the_same_code_the_second_is_refused(small):
    """An editor's, which is on PostgreSQL the first, and that of the files: neither replaces the other."""

    def edit() -> None:
        try:
            add_activity()
        except IntegrityError:
            refused.append("editor")

    refused: list[str] = []
    load(small)
    contents = files_with(small, lambda contents: contents[A01].append(contents[A01][0] | {"code": "A02"}))
    with edit_after_planning(edit):
        try:
            load(contents)
        except ContentError:
            refused.append("load")
    assert refused == (["load"] if connection.vendor == "postgresql" else ["editor"])
    assert item(Activity, "A02").title == ("KL's ord" if refused == ["load"] else "Læg grundlaget")


@pytest.mark.parametrize(("model", "tables"), [(ChecklistItem, ROW_TABLES), (TemplateSection, SECTION_TABLES)])
def test_the_form_of_a_row_locks_the_item_before_the_row(model, tables, small):
    """As a load does: two transactions that lock in different orders could wait for each other."""
    load(small)
    row = model.objects.first()
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        site.get_model_admin(model).lock_rows(str(row.pk))
    locks = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]
    assert [re.search(r'FROM "legaltoolbox_(\w+)"', sql)[1] for sql in locks] == tables
    assert all("FOR UPDATE" in sql or "FOR NO KEY UPDATE" in sql for sql in locks) == (
        connection.vendor == "postgresql"
    )
