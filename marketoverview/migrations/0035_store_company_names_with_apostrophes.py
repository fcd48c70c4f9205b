"""Stores the names of all vendors and invitations anew: an apostrophe no longer joins two letters to a legal form."""

from importlib import import_module

from django.db import migrations

store_names = import_module("marketoverview.migrations.0030_store_folded_company_names").store_names


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("marketoverview", "0034_editions")]
    operations = [migrations.RunPython(store_names, migrations.RunPython.noop, elidable=False)]
