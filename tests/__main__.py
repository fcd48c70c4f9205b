"""`python -m tests`: the whole suite on SQLite, then again on PostgreSQL without the browser.

Arguments go to pytest. PostgreSQL is the server that `DATABASE_URL` names, or else a throw-away one where
the server's programs are found. What could not be run is said at the end, with the reason.
"""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from tests import postgres
from tests.environment import required


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.NamedTemporaryFile("r+", suffix=".txt") as left_out:
        codes = [run("SQLite", arguments, left_out.name), run_on_postgres(arguments, left_out.name)]
        lines = list(dict.fromkeys(left_out.read().splitlines()))
    if any(codes):
        print("\nSomething failed: see above.")
    print("\nLeft out:" if lines else "\nNothing was left out.", *lines, sep="\n- ")
    return int(any(codes))


def run(title: str, arguments: list[str], left_out: str, **variables: str) -> int:
    print(f"\nOn {title}", flush=True)
    command = [sys.executable, "-m", "pytest", "--dist=worksteal", *arguments]
    code = subprocess.run(command, env=os.environ | variables | {"LEFT_OUT": left_out}).returncode
    return 0 if code == NOTHING_SELECTED and arguments else code


def run_on_postgres(arguments: list[str], left_out: str) -> int:
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith(("postgres:", "postgresql:")):
        given = ""
    if not given and postgres.binaries() is None:
        reason = "no DATABASE_URL of a PostgreSQL database, and no server program (initdb) found on this machine"
        with Path(left_out).open("a") as file:
            file.write(f"the suite on PostgreSQL: {reason}\n")
        if required("postgres"):
            print(f"PostgreSQL is required: {reason}", file=sys.stderr)
        return int(required("postgres"))
    whole = required("postgres") or any(argument.startswith("tests") for argument in arguments)
    title = "PostgreSQL" if whole else "PostgreSQL: what reads and writes; REQUIRE_POSTGRES=1 runs all of it"
    chosen = [*arguments, "-m", "not browser", *([] if whole else ON_BOTH)]
    with nullcontext(given) if given else postgres.server() as url:
        return run(title, chosen, left_out, TEST_DATABASE_URL=url)


ON_BOTH = [
    "tests/marketoverview/admin/test_admin.py",
    "tests/marketoverview/admin/test_own_words.py",
    "tests/marketoverview/admin/test_steps.py",
    "tests/marketoverview/market/test_exports.py",
    "tests/marketoverview/market/test_matrix.py",
    "tests/marketoverview/market/test_search.py",
    "tests/marketoverview/market/test_snapshot.py",
    "tests/marketoverview/mails/test_receipts.py",
    "tests/marketoverview/survey/test_drafts.py",
    "tests/marketoverview/test_load_demo.py",
    "tests/marketoverview/test_queries.py",
    "tests/marketoverview/test_transitions.py",
    "tests/kl_ai/admin/test_mail.py",
    "tests/kl_ai/mail/test_outbox.py",
    "tests/legaltoolbox/admin/test_admin.py",
    "tests/legaltoolbox/content",
    "tests/legaltoolbox/test_catalogue.py",
    "tests/upgrade",
]
"""Where the two databases could differ. Pages made of the snapshot alone cannot, and two minutes are soon over."""


NOTHING_SELECTED = 5
"""pytest's exit code where the arguments leave no test over, as `-m browser` does on PostgreSQL."""

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
