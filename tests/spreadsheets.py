"""Texts that a spreadsheet takes for a formula, and such that it does not; files of a response, read back."""

import io

import openpyxl
from django.http import FileResponse

FORMULAS = [
    "=1+1",
    "+45 12345678",
    "-2+3",
    '@SUM(A1:A2)"',
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example";"Klik")',
    "  =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\x00=1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\tindrykket",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
]
CLEANED = str.maketrans({"\u200b": None, "\ufeff": None, "\x00": None, "\r": "\n"})
"""What a file does not take over of the texts above."""
NO_FORMULAS = [
    "Ærø; Østerbro",
    "a=b",
    "1-2",
    'citat "her"',
    "linje\nlinje",
    "'apostrof",
    "",
    "æøå ÆØÅ",
    "🙂",
    "_x000D_",
]


def response_bytes(response) -> bytes:
    """Everything that the client receives."""
    content = b"".join(response.streaming_content)
    if isinstance(response, FileResponse):
        response.file_to_stream.close()
    return content


def open_workbook(response) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(response_bytes(response)))
