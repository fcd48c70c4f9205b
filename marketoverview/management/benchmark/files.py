"""The export of a whole market: time, first byte, memory. Each file is made by a worker that has made none before."""

import csv
import io
import json
import re
from zipfile import ZipFile

from .counts import DIRECTORY, CountsDiffer, text
from .databases import Database
from .measurements import Figures, milliseconds
from .servers import Reply, gunicorn

ENDINGS = ("csv", "xlsx", "json")


def export(database: Database, vendors: int, ending: str) -> Figures:
    """The file of all vendors. The memory is the most that the worker had beside what it had before, in MB.

    Raises `CountsDiffer` where the file does not hold every vendor.
    """
    path = f"{DIRECTORY}eksport.{ending}"
    with gunicorn(database.environment()) as portal:
        portal.first(DIRECTORY)  # the snapshot is there
        portal.forget_most_memory()
        idle = portal.memory("VmRSS")
        made = portal.get(path)
        most = portal.memory("VmHWM")
        again = portal.get(path)
    if (rows := row_count(ending, made)) != vendors:
        raise CountsDiffer(f"eksport.{ending} holds {rows:,} vendors of {vendors:,}.")
    return {
        f"{ending}_ms": milliseconds(made.seconds),
        f"{ending}_first_byte": milliseconds(made.first_byte),
        f"{ending}_memory": (most - idle) / 1e6,
        f"{ending}_size": len(made.body) / 1e6,
        f"{ending}_again": milliseconds(again.seconds),
        "idle_memory": idle / 1e6,
    }


def row_count(ending: str, reply: Reply) -> int:
    """How many vendors the file holds."""
    if ending == "csv":
        return sum(1 for _row in csv.reader(io.StringIO(text(reply), newline=""), delimiter=";")) - 1
    if ending == "json":
        return len(json.loads(text(reply))["companies"])
    with ZipFile(io.BytesIO(reply.body)) as workbook, workbook.open("xl/worksheets/sheet1.xml") as sheet:
        return len(re.findall(rb"<row ", sheet.read())) - 1
