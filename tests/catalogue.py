"""`python -m tests.catalogue`: whether `make messages` would find a text that the Danish catalogue lacks.

Collects the texts in a copy, so the catalogue itself stays as it is. Needs gettext; says so where it is missing,
and fails there with `REQUIRE_GETTEXT=1`.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from tests.environment import ROOT, clean, required

FOLDERS = ("kl_ai", "marketoverview", "legaltoolbox", "templates")
PLACE = Path("kl_ai") / "locale" / "da" / "LC_MESSAGES" / "django.po"


def main() -> int:
    if not shutil.which("xgettext"):
        print("Left out: whether all texts are in the catalogue. gettext (xgettext) was not found.")
        return int(required("gettext"))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in FOLDERS:
            if (ROOT / name).exists():
                shutil.copytree(ROOT / name, copy / name)
        shutil.copy(ROOT / "manage.py", copy)
        command = [sys.executable, "manage.py", "makemessages", "--locale", "da", "--no-obsolete", "--verbosity", "0"]
        subprocess.run(command, cwd=copy, env=clean(DEBUG="true"), check=True)
        current = keys(copy / PLACE)
    committed = keys(ROOT / PLACE)
    for heading, texts in (("Not in the catalogue", current - committed), ("No longer used", committed - current)):
        for _, text in sorted(texts, key=lambda key: key[1]):
            print(f"{heading}: {text!r}")
    if current == committed:
        return 0
    print("`make messages` brings the catalogue up to date.")
    return 1


def keys(path: Path) -> set[tuple[str | None, str]]:
    if not path.exists():
        return set()
    return {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(path)) if not entry.obsolete and not entry.fuzzy}


if __name__ == "__main__":
    sys.exit(main())
