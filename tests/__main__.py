"""`python -m tests`: the whole suite on SQLite, then on PostgreSQL what depends on the database and uses no browser.

Arguments go to pytest. PostgreSQL is the server that `DATABASE_URL` names, or else a throw-away one where the server's
programs are found. It says first what this machine cannot run, and ends with a line for each database.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from tests import pdf, postgres
from tests.browser import chromium
from tests.environment import required
from tests.office import HAS_BOTH

NOTHING_SELECTED = 5
"""pytest's exit code where the arguments leave no test over, as `-m browser` does on PostgreSQL."""


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    url = os.environ.get("DATABASE_URL", "")
    url = url if url.startswith(("postgres:", "postgresql:")) else ""
    has_postgres = bool(url) or postgres.binaries() is not None
    print_missing(has_postgres)
    codes, lines = [], []
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        codes.append(run("SQLite", arguments, report))
        lines.append(summary("SQLite", report))
        if has_postgres:
            with nullcontext(url) if url else postgres.server() as server:
                codes.append(
                    run("PostgreSQL", [*arguments, "-m", "database and not browser"], report, TEST_DATABASE_URL=server)
                )
            lines.append(summary("PostgreSQL", report))
    print("", *lines, sep="\n")
    return int(any(codes) or (required("postgres") and not has_postgres))


def print_missing(has_postgres: bool) -> None:
    """Print which tests are left out on this machine, and what they need. `REQUIRE_…` makes them fail instead."""
    needs = {
        "every test on PostgreSQL: its programs (initdb) or a DATABASE_URL": has_postgres,
        "tests in a browser: Chromium": bool(chromium()),
        "the validity of HTML: java and the checker that VNU_JAR names": (
            bool(shutil.which("java")) and Path(os.environ.get("VNU_JAR", "")).is_file()
        ),
        "documents opened in LibreOffice: its Writer and Calc": HAS_BOTH,
        "the text of PDF files: pdftotext of poppler-utils": bool(pdf.PROGRAM),
        "the translations compiled anew: msgfmt of gettext": bool(shutil.which("msgfmt")),
    }
    missing = [line for line, is_there in needs.items() if not is_there]
    heading = "Left out on this machine, each with what it would need:" if missing else "Nothing is left out."
    print(heading, *missing, sep="\n- ", flush=True)


def run(title: str, arguments: list[str], report: Path, **variables: str) -> int:
    """Run pytest and return its exit code. The plugin in `tests/conftest.py` writes the counts into `report`."""
    print(f"\nOn {title}", flush=True)
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "--dist=worksteal", *arguments]
    began = time.monotonic()
    code = subprocess.run(command, env=os.environ | variables | {"TEST_REPORT": str(report)}).returncode
    if report.exists():
        report.write_text(json.dumps(json.loads(report.read_text()) | {"seconds": round(time.monotonic() - began)}))
    return 0 if code == NOTHING_SELECTED and arguments else code


def summary(title: str, report: Path) -> str:
    """One line on a run: how many tests passed, failed and were left out, and how long it took."""
    if not report.exists():
        return f"{title}: stopped before it was through"
    counts = json.loads(report.read_text())
    return "{}: {passed} passed, {failed} failed, {skipped} skipped in {seconds} s".format(title, **counts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
