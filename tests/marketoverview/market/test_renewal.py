"""The next snapshot, made of the one that is held, equals one that is read from nothing, and leaves the held one whole."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from django.utils import timezone

from kl_ai.pages.versions import AreaVersion
from marketoverview.market.snapshot import Entry, snapshots
from marketoverview.models import Response, market_version
from tests.builders import make_response
from tests.concurrency import run_at_once
from tests.marketoverview.random_market import ACTIONS, NAMES, SEARCHES, Market, make_questions
from tests.snapshots import described
from tests.source import PRODUCT, relative, syntax


@pytest.fixture
def renewals(db, monkeypatch):
    """Questions, and how many snapshots were made from the held one; a small market is not read whole each time."""
    make_questions()
    monkeypatch.setattr("marketoverview.market.snapshot.MOST_REPLACED", 1.0)
    made, renew = [], snapshots.renew

    def counted(held, vendors, version, day):
        made.append(sorted(vendors))
        return renew(held, vendors, version, day)

    monkeypatch.setattr(snapshots, "renew", counted)
    return made


@pytest.fixture
def callers(monkeypatch):
    """The functions that have bumped the market's version naming what has changed, as `CALLERS` names them."""
    seen, bump = [], AreaVersion.bump

    def noted(area_version, keys=None):
        if area_version is market_version and keys is not None:
            code = sys._getframe(1).f_code
            seen.append(f"{relative(Path(code.co_filename))}: {code.co_qualname}")
        bump(area_version, keys)

    monkeypatch.setattr(AreaVersion, "bump", noted)
    return seen


@pytest.mark.parametrize("seed", range(12))
def test_the_next_snapshot_equals_one_that_is_read_from_nothing(renewals, monkeypatch, seed):
    chance = Random(seed)
    market = Market(chance)
    monkeypatch.setattr(timezone, "localdate", market.localdate)
    for _ in range(3):
        market.publish()
    snapshots.current()
    for action in chance.choices(ACTIONS, k=18):
        held = snapshots.current()
        before = described(held, SEARCHES)
        getattr(market, action)()
        now = snapshots.current()
        assert described(now, SEARCHES) == described(snapshots.build(), SEARCHES), action
        assert described(held, SEARCHES) == before, f"{action} changed the snapshot that was held"
    assert len(renewals) > 5


# Every verb ---------------------------------------------------------------------------------------


def functions_that_bump(path: Path) -> Iterator[str]:
    """The functions of the module that call `bump` with keys."""

    def below(node: ast.AST, name: str) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            is_call_with_keys = isinstance(child, ast.Call) and bool(child.args or child.keywords)
            if is_call_with_keys and getattr(child.func, "attr", "") == "bump":
                yield f"{relative(path)}: {name}"
            is_scope = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            yield from below(child, f"{name}.{child.name}".lstrip(".") if is_scope else name)

    return below(syntax(path), "")


CALLERS = {
    "kl_ai/admin/history.py: PublicDataAdmin.save_related": ("rename", "add_vendor", "comment_on_figure"),
    "kl_ai/admin/history.py: PublicDataAdmin.delete_model": ("delete_vendor", "delete_comment"),
    "kl_ai/admin/history.py: PublicDataAdmin.history_form_view": ("bring_back_name",),
    "marketoverview/models/editions.py: Edition.freeze": ("freeze_edition",),
    "marketoverview/models/editions.py: Edition.leave_out": ("leave_out_of_editions", "withdraw"),
    "marketoverview/models/editions.py: Edition.take_out_texts": ("take_text_out_of_editions",),
    "marketoverview/models/editions.py: Edition.discard_demonstration": ("discard_demonstration",),
    "marketoverview/models/mapping.py: map_answers": ("count_own_words",),
    "marketoverview/models/mapping.py: _record_event": ("take_back_counting",),
    "marketoverview/models/responses.py: Response._perform": ("publish", "withdraw", "confirm"),
    "marketoverview/models/rounds.py: SurveyRound._set_released": ("release_round", "take_back_round"),
}
"""Each function that says what has changed, and what happens in the market of this test where it is called."""


def test_every_function_that_says_what_has_changed_is_among_those_that_are_tried():
    assert {caller for path in PRODUCT for caller in functions_that_bump(path)} == set(CALLERS)
    assert {action for actions in CALLERS.values() for action in actions} <= set(ACTIONS)


@pytest.mark.parametrize(
    ("caller", "action"), [(caller, action) for caller, actions in CALLERS.items() for action in actions]
)
def test_what_a_function_says_has_changed_is_all_that_has(renewals, callers, caller, action):
    market = Market(Random(action))
    for _ in range(5):
        market.publish()
    if action == "take_back_counting":
        market.count_own_words()
    for _ in range(1 if action == "take_back_counting" else 3):
        snapshots.current()
        callers.clear()
        renewals.clear()
        getattr(market, action)()
        assert caller in callers
        assert described(snapshots.current(), SEARCHES) == described(snapshots.build(), SEARCHES)
        assert len(renewals) == 1


# Many at once -------------------------------------------------------------------------------------


def publish_number(response: Response, number: int) -> None:
    """Publish answers that name the number in every place where a vendor writes."""
    draft = Response.begin(response.vendor, response.round, None)
    draft.answers.filter(option__code="other").update(own_words=f"ord {number}")
    draft.offerings.all().update(title=f"tilbud {number}", where_used=f"sted {number}")
    Response.objects.filter(pk=draft.pk).update(description=f"tekst {number}")
    draft.refresh_from_db()
    draft.submit(None)
    draft.publish(None)


def numbers_in(entry: Entry) -> set[str]:
    """The numbers that the published answers of one vendor name."""
    offerings = [text for offering in entry.offerings for text in (offering.title, offering.where_used)]
    texts = [entry.description, *offerings, *(words for _option, words in entry.own_words)]
    return {text.split()[-1] for text in texts}


def test_readers_see_whole_and_current_answers_while_others_publish(transactional_db, monkeypatch):
    monkeypatch.setattr("marketoverview.market.snapshot.MOST_REPLACED", 1.0)
    responses = []
    for name in NAMES[:4]:
        response = make_response(
            name, answers={"services": ["a", "other"]}, offerings=[{"title": "tilbud"}, {"title": "andet tilbud"}]
        )
        publish_number(response, 0)
        responses.append(response)
    snapshots.current()
    finished, seen = [], []

    def publish(response: Response) -> None:
        try:
            for number in range(1, 6):
                publish_number(response, number)
        finally:
            finished.append(response)

    def read() -> None:
        while len(finished) < len(responses):
            version = market_version.current()
            now = snapshots.current()
            seen.append(now.version)
            assert now.version >= version
            assert now.size == len(responses)
            assert [numbers for entry in now.entries if len(numbers := numbers_in(entry)) != 1] == []

    run_at_once(lambda response: publish(response) if response else read(), [*responses, None, None, None])
    assert len(set(seen)) > 3
    assert {number for entry in snapshots.current().entries for number in numbers_in(entry)} == {"5"}
    assert described(snapshots.current()) == described(snapshots.build())
