"""The portal's pages under gunicorn, beside a bare Django view.

The figures of every module here are numbers by name, times in milliseconds; `report` says what each is.
"""

import statistics

from .counts import DIRECTORY, SELECTION, Uncached, assert_equal, check_unseen, counts_on_page, text
from .inside import CHOSEN, Counts
from .servers import ServerProcess
from .turns import Runner, in_turns, pace, ratio

Figures = dict[str, float]
PAGES, PER_PAGE = 20, 25
PAGES_A_TURN, BARE_A_TURN = 5, 40
TURNS = 4
ROUNDS = 9


def milliseconds(seconds: float) -> float:
    return 1000 * seconds


def page_address(number: int) -> str:
    return f"{SELECTION}&page={number}"


def pages_listed(by_sql: dict[str, Counts]) -> int:
    """How many of the pages 1 to 20 the selection has."""
    code, option = CHOSEN
    return min(PAGES, -(-by_sql["page"][code][option] // PER_PAGE))


def check_page(uncached: Uncached, by_sql: dict[str, Counts]) -> None:
    """Raises `CountsDiffer` where the page counts otherwise than SQL."""
    check_unseen(uncached)
    assert_equal("the directory's page", by_sql["page"], counts_on_page(text(uncached.get(SELECTION))))


# The directory beside the bare view ---------------------------------------------------------------


def directory(uncached: Uncached, bare: ServerProcess, middleware: ServerProcess, pages: int) -> Figures:
    """The directory's page of one service, made anew each time, and from the cache; both beside the bare view."""
    first = [uncached.get(page_address(number)).seconds for number in range(1, pages + 1)]
    made = made_anew(uncached, pages)
    beside = Runner(bare, bare_address, BARE_A_TURN)
    in_portal = Runner(middleware, bare_address, BARE_A_TURN)
    in_turns([made, beside, in_portal], turns=TURNS, rounds=ROUNDS)
    kept, beside_kept = (
        Runner(uncached.portal, lambda _: DIRECTORY, BARE_A_TURN),
        Runner(bare, bare_address, BARE_A_TURN),
    )
    in_turns([kept, beside_kept], turns=TURNS, rounds=ROUNDS)
    ratios = {"uncached": ratio(made, beside), "middleware": ratio(in_portal, beside)}
    shares = ratio(beside_kept, kept)
    figures = {"first_time": milliseconds(statistics.median(first)), "pages": float(pages)}
    for name, runner in (("uncached", made), ("bare", beside), ("middleware", in_portal), ("cached", kept)):
        measured = pace(runner)
        figures[name] = milliseconds(measured.seconds)
        figures[f"{name}_cpu"] = milliseconds(measured.cpu)
        figures[f"{name}_worst"] = milliseconds(measured.worst)
    for name, (by_clock, by_cpu) in ratios.items():
        figures |= {f"{name}_ratio": by_clock, f"{name}_cpu_ratio": by_cpu}
    return figures | {"cached_share": shares[0], "cached_cpu_share": shares[1]}


def made_anew(uncached: Uncached, pages: int) -> Runner:
    """The portal at the pages of the selection in turn, each as if nobody had asked for it before."""
    return Runner(
        uncached.portal,
        lambda place: uncached.address(page_address(place % pages + 1)),
        PAGES_A_TURN,
        uncached.check,
    )


def bare_address(_place: int) -> str:
    return "/"


def growth(small: ServerProcess, large: ServerProcess) -> tuple[float, float]:
    """How many pages of the small market one page of the large one is worth, by the clock and by CPU, both in turn."""
    of_small, of_large = (made_anew(Uncached(portal), PAGES) for portal in (small, large))
    in_turns([of_small, of_large], turns=TURNS, rounds=ROUNDS)
    return ratio(of_large, of_small)
