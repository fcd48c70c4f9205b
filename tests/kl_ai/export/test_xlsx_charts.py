"""The bar chart on a sheet: what a spreadsheet finds in it, also after LibreOffice has opened and saved it."""

import io
import warnings
import zipfile
from xml.etree import ElementTree as ET

import openpyxl
from xlsxwriter.chart import Chart

from kl_ai.export.bars import BAR, MUTED_BAR, BarChart, ChartBar
from kl_ai.export.xlsx import Sheet, xlsx_response
from kl_ai.export.xlsx_charts import SheetChart
from tests.office import convert, needs_office
from tests.spreadsheets import response_bytes

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
BARS = [
    ChartBar("Forudsigelse", 27, "77 %"),
    ChartBar("Tale & <syntese>", 10, "29 %"),
    ChartBar("Andet", 14, "40 %", is_muted=True),
]


def workbook(bars=BARS, total=35, **texts) -> bytes:
    texts = {"title": "Figur 3: Hvad?", "caption": "35 af 35.", "source": "Kilde: KL, https://portal.example/"} | texts
    chart = SheetChart(BarChart(bars=bars, total=total, **texts), labels=2, counts=1)
    rows = [(f"Hele svaret {bar.label}", bar.count, bar.label) for bar in bars]
    return response_bytes(xlsx_response("f.xlsx", [Sheet("Svar's ark", ["Svar", "Antal", "Kort"], rows, chart=chart)]))


def chart_xml(content: bytes) -> ET.Element:
    archive = zipfile.ZipFile(io.BytesIO(content))
    (name,) = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
    return ET.fromstring(archive.read(name))


def cached(xml: ET.Element, part: str) -> list[str]:
    return [point.findtext(f"{C}v") for point in xml.find(f".//{C}ser/{C}{part}").iter(f"{C}pt")]


def test_the_bars_are_the_rows_in_their_order():
    xml = chart_xml(workbook())
    assert xml.find(f".//{C}barDir").get("val") == "bar"
    assert xml.findtext(f".//{C}ser/{C}cat//{C}f") == "'Svar''s ark'!$C$2:$C$4"
    assert xml.findtext(f".//{C}ser/{C}val//{C}f") == "'Svar''s ark'!$B$2:$B$4"
    assert cached(xml, "cat") == [bar.label for bar in BARS]
    assert cached(xml, "val") == ["27", "10", "14"]
    assert xml.find(f".//{C}catAx/{C}scaling/{C}orientation").get("val") == "maxMin", "the first row stands on top"


def test_the_axis_begins_at_zero_and_ends_at_all_that_answered():
    for total in (35, 3, 0):
        scaling = chart_xml(workbook(total=total)).find(f".//{C}valAx/{C}scaling")
        assert scaling.find(f"{C}min").get("val") == "0"
        assert scaling.find(f"{C}max").get("val") == str(max(total, 1))


def test_a_muted_bar_has_another_colour():
    series = chart_xml(workbook()).find(f".//{C}ser")
    assert series.find(f"{C}spPr/{A}solidFill/{A}srgbClr").get("val") == BAR.strip("#").upper()
    (point,) = series.findall(f"{C}dPt")
    assert point.find(f"{C}idx").get("val") == "2"
    assert point.find(f".//{A}srgbClr").get("val") == MUTED_BAR.strip("#").upper()


def test_it_says_title_numbers_shares_basis_and_source():
    said = [
        "".join(part.itertext()) for part in chart_xml(workbook(note="Udeladt.", subtitle="35 firmaer")).iter(f"{A}p")
    ]
    assert [text for text in said if text] == [
        "Figur 3: Hvad?",
        "27 (77 %)",
        "10 (29 %)",
        "14 (40 %)",
        "35 firmaer.\nUdeladt.\n35 af 35.\nKilde: KL, https://portal.example/",
    ]


def test_long_texts_are_divided_into_lines():
    said = ["".join(part.itertext()) for part in chart_xml(workbook(title="Hvilke former " * 15)).iter(f"{A}p")]
    lines = said[0].split("\n")
    assert len(lines) > 1
    assert max(map(len, lines)) < 90


def test_who_cannot_see_it_is_told_its_numbers():
    drawing = zipfile.ZipFile(io.BytesIO(workbook())).read("xl/drawings/drawing1.xml").decode()
    assert 'descr="Figur 3: Hvad? Forudsigelse: 27; Tale &amp; &lt;syntese&gt;: 10; Andet: 14"' in drawing


def test_a_chart_without_bars_is_left_out():
    assert not [name for name in zipfile.ZipFile(io.BytesIO(workbook(bars=[]))).namelist() if "chart" in name]


def test_equal_content_gives_equal_charts():
    assert ET.tostring(chart_xml(workbook())) == ET.tostring(chart_xml(workbook()))


def test_xlsxwriter_knows_the_names_of_what_it_cannot_read_back():
    """`categories_data` and `values_data` are named in none of its manuals; without them a chart has no numbers."""
    chart = Chart()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chart.add_series({"values": "=Ark!$A$1:$A$2", "values_data": [1, 2], "categories_data": ["a", "b"]})
    assert chart.formula_data == [[1, 2]]


@needs_office
def test_libreoffice_opens_it(tmp_path):
    (tmp_path / "figur.xlsx").write_bytes(workbook())
    convert(tmp_path / "figur.xlsx", "ods")
    (tmp_path / "figur.ods").rename(tmp_path / "igen.ods")
    convert(tmp_path / "igen.ods", "xlsx")
    saved = (tmp_path / "igen.xlsx").read_bytes()
    xml = chart_xml(saved)
    assert cached(xml, "cat") == [bar.label for bar in BARS]
    assert [float(value) for value in cached(xml, "val")] == [27, 10, 14]
    assert xml.find(f".//{C}catAx/{C}scaling/{C}orientation").get("val") == "maxMin"
    assert "Figur 3: Hvad?" in "".join(xml.find(f"{C}chart/{C}title").itertext())
    assert openpyxl.load_workbook(io.BytesIO(saved)).active.max_row == 4
