"""The page about the change between two days, read; editions, and answers that change."""

import re
from datetime import date

from django.utils import timezone

from marketoverview.models import (
    Answer,
    Edition,
    Option,
    Question,
    Response,
    freeze_month,
)
from tests.builders import (
    make_curator,
    make_option,
    make_question,
)
from tests.days import on_date
from tests.reading import Element, read

PATH = "/en/markedsoverblik/udvikling/"
FIRST = date(2026, 11, 1)


def correct(vendor: str, options: list[str], question: str = "services") -> None:
    """Publish new answers of the vendor: these options of the question in the place of its former ones."""
    response = Response.objects.published().get(vendor__name=vendor)
    member = response.vendor.members.first()
    draft = Response.begin(response.vendor, response.round, member)
    draft.answers.filter(option__question__code=question).delete()
    for code in options:
        option = make_option(make_question(question), code)
        Answer.objects.create(response=draft, option=option, wording_seen_at=timezone.now())
    draft.contact_email = "ki@firma.example"
    draft.save()
    draft.submit(member)
    draft.publish(make_curator())


def freeze_on(day: date) -> Edition:
    """The month's edition of what is public now, made on this day; the survey is older."""
    Question.objects.update(introduced_on=date(2020, 1, 1))
    Option.objects.update(introduced_on=date(2020, 1, 1))
    with on_date(day):
        edition = freeze_month()
    assert edition is not None
    return edition


def row(page: Element, label: str) -> Element:
    """The table's row of the answer with this short label."""
    rows = [row for row in page.find_all("tr") if row.find_all("th", scope="row") and row.find("th").text == label]
    assert len(rows) == 1, f"{len(rows)} rows of “{label}”"
    return rows[0]


def cells(page: Element, label: str) -> list[str]:
    """The row in words, without what only screen readers get."""
    texts = [" ".join(visible(cell).split()) for cell in row(page, label).find_all("td")]
    return [re.sub(r" ?→ ?", " → ", text) for text in texts]


def visible(element: Element) -> str:
    """The element's text without what is for screen readers only."""
    hidden = {id(inner) for inner in element.find_all(cls="sr-only")}
    parts = (
        child if isinstance(child, str) else visible(child) for child in element.children if id(child) not in hidden
    )
    return " ".join(parts)


def number_links(page: Element) -> list[tuple[int, str]]:
    """Each number on the page that is a link, with its address."""
    links = page.find_all("a")
    found = [(visible(link), link.attrs["href"]) for link in links if "udvikling/" in link.attrs["href"]]
    return [(int(match[0]), url) for text, url in found if (match := re.search(r"\d+", text)) and "gruppe" in url]


def listed_names(client, url: str) -> list[str]:
    """The names on all pages of a list."""
    names: list[str] = []
    while url:
        page = read(client, url)
        names += [link.text for link in page.find("ul", "changes-new").find_all("a")]
        following = page.find_all("a", rel="next")
        url = following[0].attrs["href"] if following else ""
    return names


def question_section(page: Element, code: str) -> Element:
    return next(part for part in page.find_all("section") if part.attrs["aria-labelledby"] == f"question-{code}")
