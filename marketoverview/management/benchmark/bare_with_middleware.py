"""The portal's settings with the bare view alone: what the portal's middleware costs a page that does nothing."""

from kl_ai.settings import *  # noqa: F403

ROOT_URLCONF = "marketoverview.management.benchmark.bare_urls"
