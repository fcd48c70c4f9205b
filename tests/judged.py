"""The judged searches: what people type, and which demonstration vendors are right (`judged_searches.yaml` says how to read it)."""

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "marketoverview/market/judged_searches.yaml"
SEARCHES: list[dict[str, Any]] = yaml.safe_load(FILE.read_text())
MISSPELT = [entry for entry in SEARCHES if "suggests" in entry]
