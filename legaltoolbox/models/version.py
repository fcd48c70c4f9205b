"""The number that every process compares its catalogue with."""

from kl_ai.pages.versions import AreaVersion

toolbox_version = AreaVersion("toolbox")
