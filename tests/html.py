"""The validity of HTML, judged by the Nu HTML checker in one go for many pages.

The checker is `vnu.jar`: `VNU_JAR` names it (`npm pack vnu-jar` fetches it); it needs Java.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.environment import required


def assert_valid_html(pages: Mapping[str, str], folder: Path) -> None:
    """No error in any of the pages (address to HTML). Leaves the test out where the checker is missing."""
    if missing := _missing():
        if required("vnu"):
            pytest.fail(f"REQUIRE_VNU is set: {missing}")
        pytest.skip(f"validity of the HTML: {missing}")
    addresses = {}
    for address, html in pages.items():
        name = re.sub(r"\W+", "-", address)[:200] + f"{len(addresses)}.html"
        (folder / name).write_text(html)
        addresses[name] = address
    command = ["java", "-jar", os.environ["VNU_JAR"], "--format", "json", "--errors-only", "--exit-zero-always", folder]
    messages = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stderr)["messages"]
    problems: dict[str, str] = {}
    for message in messages:
        place = f"{addresses[Path(message['url']).name]}, line {message.get('lastLine')}"
        problems.setdefault(message["message"], f"{place}: {message.get('extract', '').strip()}")
    assert not problems, "\n".join(f"{message} (first at {place})" for message, place in problems.items())


def _missing() -> str:
    if not shutil.which("java"):
        return "no Java found"
    if not Path(os.environ.get("VNU_JAR", "/nowhere")).is_file():
        return "VNU_JAR does not name a vnu.jar (`npm pack vnu-jar` fetches it)"
    return ""
