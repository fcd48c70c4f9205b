"""What is kept beside a value in memory: results of the value alone, and up to a limit what follows from an address."""

from kl_ai.pages.versions import LimitedMemo, Memo


def test_a_memo_builds_each_result_once():
    memo, built = Memo(), []
    for name in ("orders", "index", "orders", "index"):
        assert memo.remember(("a", name), lambda name=name: built.append(name)) is None
    assert built == ["orders", "index"]
    assert Memo().remember(("a", "index"), lambda: "of another value") == "of another value"


def test_a_limited_memo_holds_so_many_texts_the_newest():
    memo = LimitedMemo(most=3, most_letters=1_000)
    for number in range(10):
        assert memo.remember(number, lambda number=number: f"text {number}") == f"text {number}"
    assert len(memo) == 3
    assert memo.remember(9, lambda: "made again") == "text 9"
    assert memo.remember(0, lambda: "made again") == "made again"


def test_a_limited_memo_holds_so_many_letters():
    memo = LimitedMemo(most=100, most_letters=50)
    for number in range(100):
        memo.remember(number, lambda: "x" * 20)
    assert len(memo) == 2
    assert memo.letters == 40
    assert memo.remember("long", lambda: "x" * 51) == "x" * 51
    assert memo.letters <= 50
