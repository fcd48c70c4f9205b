"""The toolbox's first page as the tests read it: the plan as a list, and the drawing that refers to it."""

from collections.abc import Iterator

from tests.reading import Element
from tests.texts import folded

OVERVIEW = "/en/juridisk-vaerktoejskasse/"
SITUATIONS = [
    "",
    "?role=dpo",
    "?role=leverandor&leverandoer=yes",
    "?personoplysninger=no&leverandoer=no&generativ=yes",
    "?role=projektleder&personoplysninger=yes&foelsomme=yes&afgoerelser=yes&traening=no",
]


def by_code(entries_of_list: list[Element]) -> dict[str, Element]:
    return {entry.find_all("a", "ref")[0].find("span", "code").text: entry for entry in entries_of_list}


def others(page: Element) -> dict[str, Element]:
    """The activities of the list that only other roles do, by code."""
    folds = page.find_all("details", "plan-others")
    return by_code([entry for fold in folds for entry in fold.find_all("li", "plan-entry")])


def entries(page: Element) -> dict[str, Element]:
    """The other activities of the list, by code."""
    if not page.has("div", "plan"):
        return {}
    everything = by_code(page.find("div", "plan").find_all("li", "plan-entry"))
    return {code: entry for code, entry in everything.items() if code not in others(page)}


def left_out(page: Element) -> dict[str, str]:
    """What can be left out, by code, with the reason."""
    if not page.has("section", id="left-out"):
        return {}
    rows = page.find("section", id="left-out").find_all("li")
    return {row.find("span", "code").text: row.find("span", "ref-reason").text for row in rows}


def parts_listed(entry: Element) -> Iterator[str]:
    """Who takes part in an activity and why, as the list says it."""
    for part in entry.find("dl", "who").find_all("div"):
        yield f"{entry.find_all('a', 'ref')[0].text}. {part.find('dt').text}: {part.find('dd').text}"


def accessible_name(link: Element) -> str:
    """The name of a link for a screen reader."""
    names = [link.attrs.get("aria-label", ""), *(title.text for title in link.find_all("title")), link.text]
    return folded(next(filter(None, names)))


def chip_name(page: Element, chip: Element) -> str:
    """The name of a chip, from the title, the role and the reason that it refers to, in the words of `parts_listed`."""
    title, part = (page.find(id=name) for name in chip.attrs["aria-labelledby"].split())
    return f"{title.text}. {part.find('dt').text}: {part.find('dd').text}"
