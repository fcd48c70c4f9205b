"""Reads lists of companies to invite, as people paste them or save them from a spreadsheet. No database access.

    text = read_file(upload.read())          # a file becomes the text that would have been pasted
    company_list = read_list(text, answers)

Both raise only `ValidationError`, with a sentence for the person who sent the list.
"""

from .companies import LEAVE_OUT, CompanyList, ListedCompany, ListQuestion, PassedLine, read_list
from .files import read_file, sheets_left_out
from .table import MAX_BYTES, MAX_LINES, text_of_rows

__all__ = [
    "LEAVE_OUT",
    "MAX_BYTES",
    "MAX_LINES",
    "CompanyList",
    "ListQuestion",
    "ListedCompany",
    "PassedLine",
    "read_file",
    "read_list",
    "sheets_left_out",
    "text_of_rows",
]
