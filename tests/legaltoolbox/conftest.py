"""What several tests of the content files start from."""

from pathlib import Path

import pytest

from tests.legaltoolbox.small import write


@pytest.fixture
def small(tmp_path) -> Path:
    """The folder of the small toolbox."""
    return write(tmp_path / "small")
