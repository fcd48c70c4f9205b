"""The portal's settings with the bare view alone: what the portal's middleware costs a page that does nothing."""

from kl_ai.settings import *  # noqa: F403

VALUES_AT_START = []  # the view shows nothing of the data
ROOT_URLCONF = "marketoverview.management.benchmark.bare_urls"
