"""LibreOffice, where it is installed: the program with which tests open documents and workbooks as people do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.environment import required

PROGRAM = shutil.which("soffice") or shutil.which("libreoffice") or ""
HAS_BOTH = bool(PROGRAM) and all(
    (Path(PROGRAM).resolve().parent / library).exists() for library in ("libswlo.so", "libsclo.so")
)
"""Whether Writer and Calc are both there; Debian has them in packages of their own."""

needs_office = pytest.mark.skipif(
    not HAS_BOTH and not required("office"), reason="LibreOffice with Writer and Calc is not installed"
)


def convert(file: Path, to: str, *options: str) -> None:
    """Open `file` in LibreOffice and save it beside itself; `to` is an ending and a filter, as `--convert-to` has it."""
    folder = file.parent
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [PROGRAM, profile, "--headless", *options, "--convert-to", to, "--outdir", folder, file],
        check=True,
        capture_output=True,
        timeout=120,
        env=os.environ | {"HOME": str(folder)},
    )
