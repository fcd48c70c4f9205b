"""Settings of a Django with one view: no middleware, no apps, no database, no templates. The yardstick of the measurements.

The same gunicorn serves it with the same configuration as the portal. Its address is no part of the portal's.
"""

SECRET_KEY = "only-for-measurements-on-this-machine"  # noqa: S105 - it protects nothing
ALLOWED_HOSTS = ["127.0.0.1"]
MIDDLEWARE: list[str] = []
INSTALLED_APPS: list[str] = []
USE_TZ = True
LANGUAGES = [("da", "Dansk")]
ROOT_URLCONF = "marketoverview.management.benchmark.bare_urls"
