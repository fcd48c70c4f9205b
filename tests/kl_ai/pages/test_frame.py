"""Every page stands in the same frame: its entry in the menu, the way to it, its status."""

import re

from django.http import HttpResponse
from django.test import RequestFactory

from kl_ai.pages.frame import render_page


def page(**frame) -> HttpResponse:
    return render_page(RequestFactory().get("/om/"), "404.html", **frame)


def current_entries(response: HttpResponse) -> list[str]:
    return re.findall(r'href="([^"]+)" aria-current="true"', response.content.decode())


def test_a_page_marks_its_entries_of_both_levels_of_the_menu(db):
    assert set(current_entries(page(nav_current="matrix"))) == {"/markedsoverblik/", "/markedsoverblik/matrix/"}
    assert current_entries(page()) == []


def test_a_page_says_the_way_to_it(db):
    html = page(crumbs=[("Et trin", "/trin/"), ("Siden selv", "")]).content.decode()
    assert re.search(r'<a class="breadcrumbs__link" href="/trin/">Et trin</a>', html)
    assert re.search(r'aria-current="page">\s*<svg.*?</svg>\s*Siden selv\s*</li>', html, re.DOTALL)
    assert "breadcrumbs" not in page().content.decode()


def test_a_page_is_found_unless_it_says_otherwise(db):
    assert (page().status_code, page(status=410).status_code) == (200, 410)


def test_a_page_says_when_to_try_again(db):
    response = page(status=429, retry_after=90)
    assert (response.status_code, response["Retry-After"]) == (429, "90")
    assert "Retry-After" not in page()
