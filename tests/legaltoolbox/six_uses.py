"""The six typical uses of AI in `six_uses.yaml`, by name."""

from pathlib import Path
from typing import Any

import yaml

USES: dict[str, dict[str, Any]] = {
    use["name"]: use for use in yaml.safe_load((Path(__file__).parent / "six_uses.yaml").read_text())
}
