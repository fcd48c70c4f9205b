"""XlsxWriter's private names: a worksheet that is written by whole rows, whose heights are a first guess.

XlsxWriter marks each row with a height as set by hand ("customHeight"), and Excel then never fits it to its text again; it
keeps each such height in memory until the end; and it takes half a dozen calls for a cell. No public option leaves that
out (XlsxWriter 3.2).
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from xlsxwriter.format import Format
from xlsxwriter.utility import _preserve_whitespace, xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from .cells import MOST_SHORT


class FittingWorksheet(Worksheet):
    """A worksheet written by whole rows from the top, in constant memory.

    A row has the height it is given until somebody edits it; Excel then fits it to its text.
    """

    def append_row(self, number: int, cells: Sequence[str], height: float | None = None) -> None:
        """Write the row of this number from 0, which comes after all others. `cells` are XML, made by the functions below."""
        if number > self.previous_row:
            self._write_single_row(number)  # what `write_url` holds of the row before
        self.table.clear()  # the texts of links, which are among the cells
        self._check_dimensions(number, 0)
        self._check_dimensions(number, max(0, len(cells) - 1))
        if cells:
            height_attribute = "" if height is None else f' ht="{height:g}"'
            self.fh.write(f'<row r="{number + 1}"{height_attribute}>{"".join(cells)}</row>')

    def formula_cell(self, place: str, formula: str) -> str:
        """A cell that Excel computes. `place` is that of `cell_place`, here and below."""
        return f"<c{place}><f>{self._escape_data(self._prepare_formula(formula))}</f><v></v></c>"

    def number_cell(self, place: str, value: float | Decimal) -> str:
        return f"<c{place}><v>{value:.16G}</v></c>"

    def date_cell(self, place: str, value: date | datetime) -> str:
        return self.number_cell(place, self._convert_date_time(value))


def cell_place(row: int, column: int, style: Format) -> str:
    """Where a cell stands, and in which style, as the attributes of its XML."""
    return f' r="{column_name(column)}{row + 1}" s="{style._get_xf_index()}"'


@lru_cache(maxsize=1_024)
def column_name(column: int) -> str:
    return xl_col_to_name(column)


def text_cell(place: str, text: str, *, is_data: bool = False) -> str:
    """A cell of text. Short texts of the public data are remembered (`is_data`), those that a visitor has typed never."""
    xml = _short_text_xml(text) if is_data and len(text) <= MOST_SHORT else _text_xml(text)
    return f'<c{place} t="inlineStr">{xml}</c>'


def truth_cell(place: str, value: bool) -> str:
    return f'<c{place} t="b"><v>{int(value)}</v></c>'


def _text_xml(text: str) -> str:
    """The text in a cell, as XlsxWriter writes it."""
    text = Worksheet._escape_control_characters(text)
    space = ' xml:space="preserve"' if _preserve_whitespace(text) else ""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<is><t{space}>{text}</t></is>"


_short_text_xml = lru_cache(maxsize=4_096)(_text_xml)
