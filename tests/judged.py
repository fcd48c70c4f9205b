"""The judged searches: what people type, and what is right (each file says how to read it)."""

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
SEARCHES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "marketoverview/market/judged_searches.yaml").read_text())
"""Of the market: the demonstration vendors that are right."""
MISSPELT = [entry for entry in SEARCHES if "suggests" in entry]
TOOLBOX_SEARCHES: list[dict[str, Any]] = yaml.safe_load(
    (FOLDER / "legaltoolbox/search/judged_searches.yaml").read_text()
)
"""Of the toolbox: the items that come first, and the provisions that are named."""
