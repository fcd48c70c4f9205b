"""The number that every process compares its catalogue with."""

from kl_ai.versions import AreaVersion

toolbox_version = AreaVersion("toolbox")
