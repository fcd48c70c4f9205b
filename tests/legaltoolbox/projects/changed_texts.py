"""Changes of the catalogue under a project, and the pages that show them, for tests."""

from django.db import transaction
from django.urls import reverse

from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import Requirement, toolbox_version
from legaltoolbox.projects.work.pinning import pin
from tests.reading import parse

CHANGED = "Kommunen skal altid spørge først."


def sync(team) -> None:
    with transaction.atomic():
        team.project.hold()
        team.project.texts_version = 0
        pin(team.project, catalogues.build())


def change(model=Requirement, code="K01", **fields) -> None:
    """Change a text as an editor does: what is read from now on is the new one."""
    row = model.objects.get(code=code)
    for name, value in (fields or {"duty": CHANGED}).items():
        setattr(row, name, value)
    row.save()
    toolbox_version.bump()


def list_path(team) -> str:
    return reverse("projects:updates", args=team.project.address)


def path_of(team, kind="requirement", code="k01") -> str:
    return reverse("projects:update", args=[*team.project.address, kind, code])


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return parse(response.content.decode()).find("main")


def sent(client, path, **typed) -> dict[str, str]:
    """What the form of the page sends, with what somebody types."""
    main = page(client, path)
    hidden = {
        each.attrs["name"]: each.attrs["value"] for each in main.find_all("input") if each.attrs["type"] == "hidden"
    }
    return {**hidden, "verdict": "accept", "reason": "", **typed}
