"""`manage.py bench`: the portal as a reader meets it, under gunicorn, beside a bare Django view and beside Datasette.

databases       the databases of invented vendors, made once below `var/`
servers         gunicorn and Datasette in processes of their own: requests, CPU time, memory
bare_settings   Django with one view and nothing else: the yardstick
inside          what is read or measured in a process with a database: counts, snapshots, publications
counts          the numbers on the portal's page, in SQL and in Datasette, compared
peers           the answers as Datasette serves them
projects        the overview of a municipality's project
turns           requests to several servers in turn, and the medians of them
measurements    what is measured, part by part
report          the table, and what of the aims is met
"""
