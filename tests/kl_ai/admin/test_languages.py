"""Every page of the administration is in one language: no English is left in the Danish one."""

import re
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils.translation import override

from legaltoolbox.models import SearchSynonym
from tests.admin_addresses import admin_paths
from tests.admin_pages import logged_in
from tests.reading import parse

pytestmark = pytest.mark.any_database

ENGLISH = re.compile(
    r"(?<![\w-])(the|and|with|add|delete|change|changed|this|are|was|view|yes|been|member|members|another|select"
    r"|selected|save|remove|please|your|you|choose|today|now|user|action|clear|revert|historical|object|search"
    r"|relation)(?![\w-])",
    re.IGNORECASE,
)
"""Words of the libraries' and the portal's English that no Danish text has."""
ATTRIBUTES = ("title", "placeholder", "aria-label", "alt", "data-inline-formset")
VOID = ("input", "br", "img", "link", "meta", "hr", "use", "path", "col", "wbr", "source")
NO_TEXT = ("script", "style", "textarea")


class Texts(HTMLParser):
    """The texts of a page that people read or hear, but for what is marked as English or typed by them."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.texts += [values[name] for name in ATTRIBUTES if values.get(name)]
        if tag == "input" and values.get("type") in ("submit", "button", "reset"):
            self.texts.append(values.get("value") or "")
        if tag not in VOID:
            self._open.append((tag, tag in NO_TEXT or values.get("lang") == "en"))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if data.strip() and not any(is_left_out for _tag, is_left_out in self._open):
            self.texts.append(" ".join(data.split()))


def test_no_english_is_left_in_the_danish_administration(demo, curator):
    """Lists, forms, rows, histories, deletions and the portal's own pages, of every model."""
    curator.is_superuser = True
    curator.save()
    client = logged_in(curator)
    with override("da"):
        paths = admin_paths()
    synonyms = {str(synonym) for synonym in SearchSynonym.objects.all()}  # people type English words, too
    tried, found = 0, set()
    for name, path in paths.items():
        response = client.get(path)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            page = Texts()
            page.feed(response.content.decode())
            tried += 1
            found |= {f"{name}: {text[:200]}" for text in page.texts if ENGLISH.search(text) and text not in synonyms}
    assert tried > 100
    assert not found, "\n".join(sorted(found))


def test_the_deletion_of_a_group_names_it_and_counts_its_users(survey, curator):
    curator.is_superuser = True
    curator.save()
    group = Group.objects.create(name="Testgruppe")
    group.permissions.set(Permission.objects.all()[:3])
    curator.groups.add(group)
    with override("da"):
        path = reverse("admin:auth_group_delete", args=[group.pk])
    page = logged_in(curator).get(path)
    assert dict(page.context["model_count"]) == {"grupper": 1, "brugere, der mister det, den giver lov til": 1}
    assert "Group_permissions" not in page.content.decode()


def test_whoever_may_only_see_a_group_reads_a_line_for_each_permission_in_the_own_language(demo, curator):
    group = Group.objects.create(name="Testgruppe")
    group.permissions.set(Permission.objects.filter(codename__in=("view_vendor", "change_outgoingmail", "view_group")))
    curator.user_permissions.add(Permission.objects.get(codename="view_group"))
    with override("da"):
        path = reverse("admin:auth_group_change", args=[group.pk])
    page = parse(logged_in(curator).get(path).content.decode())
    lines = [
        line.text
        for line in page.find_all("div", "readonly")[1].find_all("div")
        if "|" in line.text and not line.find_all("div")
    ]
    assert len(lines) == 3
    assert all(" | må " in line for line in lines)
