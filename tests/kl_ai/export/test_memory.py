"""What stays in the memory of a process after a file: nothing of it."""

import gc
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst

from kl_ai.export import cells, typst_memory, worksheet
from kl_ai.export.document import Document, Table, Titled
from kl_ai.export.pdf import pdf_bytes
from kl_ai.export.xlsx import Sheet, xlsx_response

DAY = datetime(2026, 11, 30, tzinfo=UTC)
MOST_GROWTH = 60
"""MB that ten different files may add to a process. Kept, each would add 30."""


def megabytes() -> int:
    """The memory of this process that is in use, after Linux."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 // 1_000_000


def large_document(number: int) -> Document:
    rows = [(Titled(f"Krav {number}.{row}", f"Leverandøren {number} {row} " * 60), "") for row in range(60)]
    return Document(title=f"Bilag {number}", blocks=[Table(("Krav", "Svar"), rows, (6, 4), row_breaks=True)])


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_ten_different_pdfs_take_no_more_memory_than_one():
    pdf_bytes(large_document(0), created=DAY)
    gc.collect()
    before = megabytes()
    for number in range(1, 11):
        pdf_bytes(large_document(number), created=DAY)
    gc.collect()
    assert megabytes() - before < MOST_GROWTH


def test_typst_forgets_after_each_file_also_one_that_it_refuses(monkeypatch):
    emptied = []
    monkeypatch.setattr(typst_memory, "_compile_nothing", lambda: emptied.append(1))
    pdf_bytes(Document(title="Titel"), created=DAY)
    assert len(emptied) == typst_memory.AGE
    monkeypatch.setattr("kl_ai.export.pdf.TEMPLATE", Path(__file__))
    with pytest.raises(typst.TypstError):
        pdf_bytes(Document(title="Titel"), created=DAY)
    assert len(emptied) == 2 * typst_memory.AGE


def test_a_sheet_of_notes_leaves_its_texts_in_no_cache(monkeypatch):
    seen = []
    for module, name in ((cells, "_clean_short"), (worksheet, "_short_text_xml")):
        cached = getattr(module, name)
        monkeypatch.setattr(module, name, lambda text, cached=cached: seen.append(text) or cached(text))
    notes = Sheet("Om", (), [("Kommune", "Testkøbing"), ("Projekt", "Hemmelig")], kind="notes")
    xlsx_response("fil.xlsx", [Sheet("Data", ("Nr.",), [("K01",)]), notes], created=DAY).close()
    assert "K01" in seen
    assert not {"Testkøbing", "Hemmelig"} & set(seen)
