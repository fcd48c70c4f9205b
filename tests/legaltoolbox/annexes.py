"""What is read of an annex to a tender, and of the page on which it is put together."""

import re

from tests.word import element_text


def answer_rows(document) -> list[tuple[str, str]]:
    """The text of each requirement or point with its number, and of its answer, content controls included."""
    tables = [table for table in document.tables if table.rows[0].cells[0].text == "Nr."]
    cells = [[element_text(cell._tc) for cell in row.cells] for table in tables for row in table.rows[1:]]
    return [(f"{number} {text}", answer) for number, text, answer in cells]


def by_requirement(rows: list[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """Codes to the rows of a requirement: the first is its own, those after it are its points."""
    result: dict[str, list[tuple[str, str]]] = {}
    for text, answer in rows:
        if re.match(r"K\d\d ", text):
            result[text[:3]] = []
        result[text[:3] if re.match(r"K\d\d", text) else list(result)[-1]].append((text, answer))
    return result


def chosen_use(page, code: str) -> str:
    """What the page's form says of a requirement's use."""
    (option,) = [
        option for option in page.find("select", id=f"use-{code}").find_all("option") if "selected" in option.attrs
    ]
    return option.text
