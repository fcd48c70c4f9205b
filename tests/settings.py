"""The portal's settings as a developer has them, whatever the caller's environment or `.env` says."""

import os
from unittest import mock

from environs import Env

from tests.environment import settings_variables

for name in settings_variables():
    os.environ.pop(name, None)
os.environ["DEBUG"] = "true"
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "sqlite://:memory:")

with mock.patch.object(Env, "read_env"):
    from kl_ai.settings import *  # noqa: F403

CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "default"}  # noqa: F405
WHITENOISE_AUTOREFRESH = True  # static files where they lie; a test of its own collects them
