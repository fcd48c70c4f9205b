"""XlsxWriter's private names: a worksheet whose row heights are a first guess.

XlsxWriter marks each row with a height as set by hand ("customHeight"), and Excel then never fits it to its text
again. No public option leaves that out (XlsxWriter 3.2).
"""

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet


class FittingWorksheet(Worksheet):
    """A worksheet whose rows have the height they are given until somebody edits one; Excel then fits it to its text."""

    def _xml_start_tag_unencoded(self, tag: str, attributes: Sequence[tuple[str, object]] = ()) -> None:
        if tag == "row":
            attributes = [(name, value) for name, value in attributes if name != "customHeight"]
        super()._xml_start_tag_unencoded(tag, attributes)
