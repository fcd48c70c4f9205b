"""The workbook of the risk assessment, opened again."""

import re

import openpyxl

from legaltoolbox import rating
from tests.checks import not_empty
from tests.reading import read, read_workbook, sheet_records

TOOLBOX = "/en/juridisk-vaerktoejskasse/"

TO_FILL_IN = (
    "Sandsynlighed før (1-4)", "Konsekvens før (1-4)", "Valgte foranstaltninger", "Sandsynlighed efter (1-4)",
    "Konsekvens efter (1-4)", "Frist", "Status", "Bemærkning",
)  # fmt: skip


def test_the_risk_workbook_says_of_each_risk_what_its_page_says(content, client):
    rows = sheet_records(read_workbook(client, f"{TOOLBOX}risici.xlsx").worksheets[0])
    assert [row["Nr."] for row in rows] == [risk.code for risk in content.risks]
    for row, risk in zip(not_empty(rows), content.risks, strict=True):
        assert row["Risiko"] == risk.title
        assert (row["Årsag"], row["Hændelse"], row["Konsekvens for borgeren"]) == (
            risk.cause,
            risk.event,
            risk.consequence,
        )
        assert all(measure in row["Typiske foranstaltninger"] for measure in not_empty(risk.measures))
        assert row["Krav"].split("\n") == [str(item) for item in content.linked(risk, "requirement")]
        assert row["Aktiviteter"].split("\n") == [str(item) for item in content.linked(risk, "activity")]
        assert all(source.name in row["Kilder"] for source in not_empty(content.linked(risk, "source")))
        assert row["Ansvarlig"] == ", ".join(role.short_name for role in content.linked(risk, "role"))
        assert [row[heading] for heading in TO_FILL_IN] == [None] * len(TO_FILL_IN)


def test_the_steps_are_chosen_from_a_list_and_explained_on_a_sheet(content, client):
    book = read_workbook(client, f"{TOOLBOX}risici.xlsx")
    sheet, scale = book.worksheets[:2]
    headings = [cell.value for cell in sheet[1]]
    lists = {
        headings[openpyxl.utils.column_index_from_string(str(rule.sqref).partition("2:")[0]) - 1]: rule.formula1
        for rule in sheet.data_validations.dataValidation
    }
    steps = [heading for heading in headings if heading.endswith("(1-4)")]
    assert lists == dict.fromkeys(steps, '"1,2,3,4"') | {"Status": '"Ikke begyndt,I gang,Gennemført,Ikke relevant"'}
    assert scale.title == "Skala"
    rows = sheet_records(scale)
    assert [row["Trin"] for row in rows] == [1, 2, 3, 4, 1, 2, 3, 4]
    assert {(row["Navn"], row["Beskrivelse"], row["Eksempel"]) for row in rows} == {
        (level.name, level.description, level.example) for level in content.levels
    }


def test_number_and_name_stay_in_sight_and_stand_on_every_printed_page(content, client):
    for file in ("risici.xlsx", "krav.xlsx"):
        sheet = read_workbook(client, f"{TOOLBOX}{file}").worksheets[0]
        assert sheet.freeze_panes == "C2"
        assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$1", "$A:$B")


def test_the_level_of_a_risk_is_reckoned_as_the_page_says_it(content, client):
    """Each row's formulas read the two columns before them, and give the matrix's words."""
    sheet = read_workbook(client, f"{TOOLBOX}risici.xlsx").worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    page = read(client, f"{TOOLBOX}risici/".removeprefix("/en"))
    matrix = [
        [cell.text for cell in row.find_all("td")]
        for row in page.find("table", "risk-matrix").find("tbody").find_all("tr")
    ]
    for when in ("før", "efter"):
        at = headings.index(f"Risiko {when}") + 1
        first, second = (openpyxl.utils.get_column_letter(at - back) for back in (2, 1))
        assert headings[at - 3 : at - 1] == [f"Sandsynlighed {when} (1-4)", f"Konsekvens {when} (1-4)"]
        for number in not_empty(range(2, sheet.max_row + 1)):
            formula = sheet.cell(number, at).value
            assert formula.startswith(f'=IF(OR({first}{number}="",{second}{number}=""),""')
            names = re.findall(r'"([^"]+)"', formula.partition("CHOOSE")[2])
            for likelihood in rating.STEPS:
                for consequence in rating.STEPS:
                    assert (
                        names[(likelihood - 1) * 4 + consequence - 1].lower()
                        == matrix[4 - likelihood][consequence - 1].lower()
                    )


def test_the_risk_workbook_holds_the_selection(content, client):
    page = read(client, f"{TOOLBOX}risici/?phase=foranalyse&kind=legality&kind=data")
    listed = [entry.find("span", "code").text for entry in page.find_all("li", "entry")]
    (path,) = [link.attrs["href"] for link in page.find_all("a") if "/risici.xlsx" in link.attrs["href"]]
    assert [row["Nr."] for row in sheet_records(read_workbook(client, path).worksheets[0])] == listed
