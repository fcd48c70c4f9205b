"""The number that every process compares its snapshot with."""

from kl_ai.pages.versions import AreaVersion

market_version = AreaVersion("market")
