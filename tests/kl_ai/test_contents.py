"""Long pages begin with a table of contents, made of their own headings."""

import pytest
from django.template import Context, Template

from tests.reading import Element, parse

LONG_PAGES = (
    "/om/",
    "/privatliv/",
    "/markedsoverblik/neutralitet/",
    "/markedsoverblik/eksport/",
    "/juridisk-vaerktoejskasse/aktiviteter/A25/",
    "/juridisk-vaerktoejskasse/risici/R09/",
)


def rendered(headings: str) -> Element:
    return parse(Template("{% load contents %}{% contents %}" + headings + "{% endcontents %}").render(Context()))


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("path", LONG_PAGES)
def test_a_long_page_links_every_heading_of_its_text(path, language, demo, client):
    page = parse(client.get(language + path).content.decode())
    text = page.find("div", "contents-text")
    headings = [(f"#{heading.attrs.get('id')}", heading.text) for heading in text.find_all("h2")]
    links = [(link.attrs["href"], link.text) for link in page.find("nav", "contents").find_all("a")]
    assert links == headings
    assert len(set(links)) >= 4


def test_a_short_page_has_none(demo, client):
    page = parse(client.get("/juridisk-vaerktoejskasse/skabeloner/S11/").content.decode())
    assert not page.has("nav", "contents")


def test_three_headings_make_no_table_of_contents():
    headings = "".join(f'<h2 id="h{number}">Nr. {number}</h2>' for number in range(3))
    assert not rendered(headings).has("nav")
    assert rendered(headings + '<h2 id="h3">Nr. 3</h2>').has("nav", "contents")


def test_a_heading_stays_text_in_its_link():
    headings = "".join(
        f'<h2 id="h{number}" class="x"><span lang="da">A &lt;b&gt; &amp; Å</span></h2>' for number in range(4)
    )
    assert {link.text for link in rendered(headings).find("nav").find_all("a")} == {"A <b> & Å"}
