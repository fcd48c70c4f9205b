"""The forms with texts on the pages of a project, and what a browser sends of them."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.test import Client

from tests.legaltoolbox.projects.access import TABLE
from tests.legaltoolbox.projects.builders import Team
from tests.reading import Element, parse

TYPED = {"text", "search", ""}


def texts(form: Element) -> list[str]:
    """The names of the fields in which one can write anything."""
    lines = [each for each in form.find_all("input") if each.attrs.get("type", "") in TYPED and each.attrs.get("name")]
    return [each.attrs["name"] for each in (*lines, *form.find_all("textarea"))]


def sent(form: Element, text: str) -> dict[str, list[str]]:
    """What a browser sends of the form as it is shown, with the text in each field of text."""
    data: dict[str, list[str]] = {}
    for field in form.find_all("input"):
        kind, name = field.attrs.get("type", ""), field.attrs.get("name")
        if name and (kind not in ("checkbox", "radio") or "checked" in field.attrs):
            data.setdefault(name, []).append(field.attrs.get("value", ""))
    for field in form.find_all("select"):
        options = [each.attrs.get("value", "") for each in field.find_all("option")]
        data[field.attrs["name"]] = [next((value for value in options if value), "")]
    for field in form.find_all("input", type="radio"):
        data.setdefault(field.attrs["name"], [field.attrs["value"]])
    return data | {name: [text] for name in texts(form)}


def forms_with_texts(client: Client, team: Team, *others: str) -> Iterator[tuple[str, Element]]:
    """The address that each form goes to, and the form, on all pages that the client may open, the `others` among them."""
    for path in (*others, *(row.path(team) for row in TABLE if not row.is_post)):
        if not path.endswith("/"):
            continue
        page = client.get(path)
        if page.status_code != 200:
            continue
        for form in parse(page.content.decode()).find("main").find_all("form"):
            if form.attrs.get("method") == "post" and texts(form):
                yield urlsplit(form.attrs.get("action") or path).path or path, form
