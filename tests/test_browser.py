"""What the browser's inspector finds: faults anywhere on a page, also where the page repeats itself."""

import pytest

PAGE = """<!doctype html><html lang="da"><meta charset="utf-8"><title>Prøve</title><style>.pale, li + li + li a.third {{ color: #bbb }}</style>
<body><main><h1>Prøve</h1><ul>{}</ul></main></body></html>"""
SOUND = '<li><a href="/">Et firma</a> <span class="note">tre tilbud</span></li>'


@pytest.fixture
def problems(desktop, inspector):
    """`problems(item, …)` gives what is wrong on a page with these list items."""

    def problems(*items: str) -> list[str]:
        html = PAGE.format("".join(items))
        desktop.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        desktop.goto("/")
        inspector.problems.clear()
        inspector.check_accessibility("desktop")
        assert desktop.locator("li").count() == len(items)
        return inspector.problems

    return problems


def test_nothing_is_wrong_on_a_sound_page(problems):
    assert problems(*[SOUND] * 20) == []


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ('<li><img src="/static/logo.svg"></li>', "image-alt"),
        ('<li><a href="/"></a> <span class="note">tre tilbud</span></li>', "link-name"),
        ('<li><a href="/">Et firma</a> <span class="note pale">tre tilbud</span></li>', "color-contrast"),
        ('<li><a class="third" href="/">Et firma</a> <span class="note">tre tilbud</span></li>', "color-contrast"),
        ('<li><label for="intet">Et firma</label> <input></li>', "label"),
        ('<li><a href="/">Et firma</a> <span class="note" role="slider">tre tilbud</span></li>', "aria"),
    ],
)
def test_one_faulty_row_among_many_is_found(fault, rule, problems):
    (problem,) = problems(*[SOUND] * 9, fault, SOUND)[:1]
    assert rule in problem


def test_rows_that_nobody_sees_do_not_stand_for_one_that_is_seen(problems):
    hidden = '<li hidden><span class="pale">tre tilbud</span></li>'
    disabled = '<li><button disabled class="pale">tre tilbud</button></li>'
    pale = '<li><span class="pale">tre tilbud</span></li><li><button class="pale">tre tilbud</button></li>'
    assert len(problems(*[hidden] * 3, *[disabled] * 3, *pale.split("</li>")[:2])) == 2


def test_a_fault_of_all_rows_is_named_for_the_first_two(problems):
    faulty = '<li><span class="pale">tre tilbud</span></li>'
    assert len(problems(*[faulty] * 12)) == 2
