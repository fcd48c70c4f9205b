"""WSGI entry point: `gunicorn kl_ai.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kl_ai.settings")
application = get_wsgi_application()
