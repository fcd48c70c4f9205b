#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys


def main() -> None:
    """Run the command of the arguments. Where a required setting is missing, one sentence says which and how to set it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kl_ai.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        if settings.configured:
            raise
        sys.exit(f"manage.py: {error}")


if __name__ == "__main__":
    main()
