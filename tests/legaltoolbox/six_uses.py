"""The six typical uses of AI in `six_uses.yaml`, by name."""

from pathlib import Path
from typing import Any

import yaml

USES: dict[str, dict[str, Any]] = {
    use["name"]: use for use in yaml.safe_load((Path(__file__).parent / "six_uses.yaml").read_text())
}
SMALL = "&".join(f"{code}={answer}" for code, answer in USES["skrivehjælp"]["answers"].items())
"""The query of the one use of them that is small and harmless."""
SMALL_BUT_ONE = SMALL.replace("medarbejdere=no", "medarbejdere=yes")
"""The query of a use that would be small and harmless without one of its answers."""
