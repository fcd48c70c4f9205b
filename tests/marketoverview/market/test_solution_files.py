"""The files and the feed of solutions: exactly those of the list, in its order, with what the company has stated."""

import xml.etree.ElementTree as ET
from urllib.parse import urlencode

import jsonschema
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from marketoverview.market.solutions.selection import STAGES
from marketoverview.models import Option
from tests.builders import make_question, make_response
from tests.reading import (
    MARKET,
    all_pages,
    matrix_cells,
    read,
    read_bytes,
    read_csv,
    read_json,
    read_workbook,
    results_heading,
    sheet_records,
)
from tests.selections import selections, words

SOLUTIONS, BASE = f"{MARKET}loesninger/", f"{MARKET}loesninger"
ATOM = "{http://www.w3.org/2005/Atom}"
queries = st.tuples(selections, st.lists(st.sampled_from(STAGES), unique=True, max_size=2), words).map(
    lambda parts: "?" + urlencode({**({"q": parts[2]} if parts[2] else {}), "stage": parts[1], **parts[0]}, doseq=True)
)


@hypothesis_settings(max_examples=8)
@given(query=queries)
def test_every_file_holds_the_solutions_of_the_list_in_its_order(demo, client, query):
    pages = all_pages(client, SOLUTIONS + query)
    listed = [heading.text for page in pages for heading in page.find_all("h3", "solution-title")]
    assert len(listed) == int(results_heading(pages[0]).split()[0])
    headings, *rows = read_csv(client, f"{BASE}.csv{query}")
    assert [row[headings.index("Example")] for row in rows] == listed
    records = sheet_records(read_workbook(client, f"{BASE}.xlsx{query}").worksheets[0])
    assert [record["Example"] for record in records] == listed
    file = read_json(client, f"{BASE}.json{query}")
    assert [solution["title"] for solution in file["solutions"]] == listed
    assert file["count"] == len(listed)
    jsonschema.Draft202012Validator(read_json(client, f"{BASE}.schema.json")).validate(file)


def test_every_key_of_the_json_is_described_and_the_reverse(demo, client):
    schema, file = read_json(client, f"{BASE}.schema.json")["properties"], read_json(client, f"{BASE}.json")
    assert list(schema) == list(file)
    described = list(schema["solutions"]["items"]["properties"])
    assert all(list(solution) == described for solution in file["solutions"])


def test_the_json_is_open_to_the_scripts_of_other_websites(demo, client):
    for ending in ("json", "schema.json"):
        assert client.get(f"{BASE}.{ending}")["Access-Control-Allow-Origin"] == "*"


def test_no_file_names_a_contact(db, client):
    make_question("technologies", ["nlp"], matrix_axis="row")
    make_response(
        "Birk",
        offerings=[{"title": "Sortering af post"}],
        contact_email="post@birk.example",
        contact_phone="+45 12 34 56 78",
    )
    for ending in ("csv", "json", "atom"):
        body = read_bytes(client, f"{BASE}.{ending}").decode()
        assert "Sortering af post" in body
        assert "birk.example" not in body
        assert "12 34 56 78" not in body


def test_a_formula_in_a_title_is_text(db, client):
    make_question("technologies", ["nlp"], matrix_axis="row")
    make_response("Birk", offerings=[{"title": "=1+2"}])
    assert "'=1+2" in read_csv(client, f"{BASE}.csv")[1]
    sheet = read_workbook(client, f"{BASE}.xlsx").worksheets[0]
    assert "=1+2" in [cell.value for cell in sheet[2]]


def test_the_feed_holds_the_selection_and_the_newest_first(db, client):
    make_question("technologies", ["nlp"], matrix_axis="row")
    for name, stage in (("Agern", "pilot"), ("Birk", "pilot"), ("Eg", "idea")):
        make_response(name, offerings=[{"title": f"Løsning fra {name} & co", "stage": stage}])
    make_response("Fyr", offerings=[{"title": "En idé", "stage": "idea"}, {"title": "En pilot", "stage": "pilot"}])
    feed = ET.fromstring(read_bytes(client, f"{BASE}.atom?stage=pilot"))
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles == ["En pilot (Fyr)", "Løsning fra Birk & co (Birk)", "Løsning fra Agern & co (Agern)"]
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == 3


def test_the_list_names_its_feed_and_files(demo, client):
    page = read(client, f"{SOLUTIONS}?stage=pilot")
    links = {link.attrs["href"] for link in page.find_all("a")}
    for ending in ("csv", "xlsx", "json", "atom"):
        assert f"{BASE}.{ending}?stage=pilot" in links


def test_the_files_of_the_stages_say_what_the_page_says(demo, client, subtests):
    technologies = Option.objects.filter(question__code="technologies")
    short = {option.label_en: option.short_en or option.label_en for option in technologies}
    for query in ("", "?services=advisory&technologies=nlp", "?q=sagsbehandling", "?q=findesikke"):
        with subtests.test(query=query):
            page = read(client, f"{SOLUTIONS}stadier/{query}")
            links = {link.text: link.attrs["href"] for link in page.find("div", "downloads").find_all("a")}
            shown = {cell: count for cell, (count, _url) in matrix_cells(page).items()}
            headings, *lines = read_csv(client, links["CSV"])
            rows = [dict(zip(headings, line, strict=True)) for line in lines]
            assert {(short[row["Technologies"]], row["Stage"]): int(row["Solutions"]) for row in rows} == shown
            assert {row["Selection"] for row in rows} == {results_heading(page)}
            head, *lines = read_workbook(client, links["Excel"]).worksheets[0].iter_rows(values_only=True)
            assert {(line[0], stage): n for line in lines for stage, n in zip(head[1:], line[1:], strict=True)} == shown
