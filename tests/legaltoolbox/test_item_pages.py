"""One page for each item: what it says of its text, how it is found, and where it leads."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from legaltoolbox.linking import url
from legaltoolbox.models import (
    Activity,
    Certainty,
    DocumentTemplate,
    LegalSource,
    Phase,
    Requirement,
    Risk,
    Role,
    toolbox_version,
)
from tests.checks import not_empty
from tests.legaltoolbox.titles import without_titles
from tests.reading import Element, notice_texts, read
from tests.texts import folded, prose_letters

TOOLBOX = "/en/juridisk-vaerktoejskasse/"
KINDS = ["phase", "role", "activity", "template", "risk", "requirement", "source"]
MODELS = {model.KIND: model for model in (Phase, Role, Activity, DocumentTemplate, Risk, Requirement, LegalSource)}
IN_ORDER = ["phase", "activity", "template", "risk", "requirement"]
"""The kinds whose pages lead to the one before and after."""
WITH_CODES = ["activity", "template", "risk", "requirement"]
OVERDUE = "This text was to be reviewed again before today"


def address(item, language: str = "en") -> str:
    with override(language):
        return url(item)


def item_title(item) -> str:
    return item.name if item.KIND in ("phase", "role", "source") else item.title


def text_status(page: Element) -> Element:
    """The part of the page on the state of its text."""
    return page.find("aside", "text-status")


# Every item -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_item_has_a_page_in_danish(kind, content, client):
    assert content.all(kind)
    for item in content.all(kind):
        response = client.get(address(item, "da"))
        assert response.status_code == 200, item.key
        assert "Vejledning, ikke juridisk rådgivning." in response.content.decode(), item.key


@pytest.mark.parametrize("kind", KINDS)
def test_every_item_has_a_page_in_english_that_says_what_its_text_is_worth(kind, content, client):
    """And the way to the items before and after it, where the kind is one to read through."""
    items = content.all(kind)
    assert items
    for before, item, after in zip([None, *items], items, [*items[1:], None], strict=False):
        page = read(client, address(item))
        assert page.find("h1").text == folded(item_title(item)), item.key
        status = text_status(page)
        assert "Guidance, not legal advice." in status.text
        with override("en"):
            assert f"Last reviewed on {date_format(item.reviewed_on, 'DATE_FORMAT')}." in status.text, item.key
        assert ("Not yet confirmed by a lawyer." in status.text) == (item.confirmed_on is None), item.key
        unsettled = [prose_letters(part.find("div").text) for part in status.find_all("div", "unsettled")]
        assert unsettled == ([prose_letters(item.unsettled)] if item.unsettled else []), item.key
        if kind in IN_ORDER:
            way = [link.attrs["href"] for link in page.find("nav", "neighbours").find_all("a")]
            assert way == [address(neighbour) for neighbour in (before, after) if neighbour], item.key


def test_answers_and_questions_stand_where_links_to_them_lead(content, client):
    for kind, path in (("guidance", "maa-og-maa-ikke/"), ("question", "")):
        page = read(client, TOOLBOX + path)
        assert content.all(kind)
        for item in content.all(kind):
            path_of_item, _, anchor = address(item).partition("#")
            assert path_of_item == TOOLBOX + path
            assert folded(item.question) in page.find(id=anchor).text


# Finding an item ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", WITH_CODES)
def test_a_code_is_found_in_small_letters_too(kind, content, client):
    item = content.all(kind)[0]
    page = read(client, address(item).replace(item.code, item.code.lower()))
    assert page.find("h1").text == folded(item.title)


def test_a_source_is_found_in_capitals_too(content, client):
    item = content.sources[0]
    assert read(client, address(item).replace(item.slug, item.slug.upper())).find("h1").text == item.name


@pytest.mark.parametrize(
    "path",
    [
        "aktiviteter/A99/", "aktiviteter/R01/", "skabeloner/S99/", "skabeloner/S99.docx", "risici/x/", "krav/K99/",
        "faser/findes-ikke/", "roller/findes-ikke/", "kilder/findes-ikke/", "roller/findes-ikke/tjekliste/",
        "faser/findes-ikke/skabeloner.zip", "findes-ikke/",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_a_404_that_leads_on(path, content, client):
    page = read(client, TOOLBOX + path, status=404)
    assert page.find("h1").text == "The page does not exist"
    assert TOOLBOX in [link.attrs["href"] for link in page.find("main").find_all("a")]


def test_what_is_not_public_does_not_exist_for_a_visitor_and_nothing_leads_there(content_rows, client):
    Risk.objects.filter(code="R09").update(is_public=False)
    toolbox_version.bump()
    read(client, f"{TOOLBOX}risici/R09/", status=404)
    phases = Phase.objects.all()
    assert phases
    for path in ("", "risici/", "krav/", "aktiviteter/A25/", *(f"faser/{phase.slug}/" for phase in phases)):
        targets = [link.attrs.get("href", "") for link in read(client, TOOLBOX + path).find_all("a")]
        assert targets, path
        assert not [target for target in targets if target.endswith("/R09/")], path


# What a page says of its text ------------------------------------------------------------------------


def test_an_overdue_text_is_marked_until_it_is_reviewed(content_rows, client):
    """One item of each kind."""
    today = timezone.localdate()
    items = [model.objects.last() for model in MODELS.values()]

    def marked(**dates) -> set[str]:
        for item in items:
            type(item).objects.filter(pk=item.pk).update(**dates)
        toolbox_version.bump()
        return {item.key for item in items if OVERDUE in text_status(read(client, address(item))).text}

    long_ago = today - timedelta(days=400)
    assert marked(reviewed_on=long_ago, review_by=today) == set()
    assert marked(reviewed_on=long_ago, review_by=today - timedelta(days=1)) == {item.key for item in items}
    assert marked(reviewed_on=today, review_by=today + timedelta(days=180)) == set()


def test_a_list_is_marked_where_one_of_its_items_is_overdue(content_rows, client):
    assert "were to be reviewed again" not in read(client, f"{TOOLBOX}risici/").text
    Risk.objects.filter(code="R09").update(review_by=date(2026, 1, 1), reviewed_on=date(2025, 1, 1))
    toolbox_version.bump()
    status = text_status(read(client, f"{TOOLBOX}risici/")).text
    assert "Some of these texts were to be reviewed again before today" in status
    assert "They may be out of date: R09. " in status


def test_a_page_says_when_a_lawyer_has_confirmed_it_or_that_none_has(content_rows, client):
    Risk.objects.filter(code="R09").update(confirmed_on=date(2026, 11, 2))
    toolbox_version.bump()
    confirmed, other = (read(client, f"{TOOLBOX}risici/{code}/").text for code in ("R09", "R10"))
    with override("en"):
        assert f"Confirmed by a lawyer on {date_format(date(2026, 11, 2), 'DATE_FORMAT')}." in confirmed
    assert "Not yet confirmed by a lawyer." not in confirmed
    assert "Not yet confirmed by a lawyer." in other
    assert "Not yet confirmed by a lawyer." in read(client, f"{TOOLBOX}risici/").text  # until all of them are


def test_what_is_unsettled_is_told_on_the_page(content_rows, client):
    Requirement.objects.filter(code="K01").update(
        certainty=Certainty.UNCERTAIN, unsettled="Ordlyden afventer.\n\n- første sag\n- anden sag"
    )
    toolbox_version.bump()
    (box,) = text_status(read(client, f"{TOOLBOX}krav/K01/")).find_all("div", "unsettled")
    assert box.find("h2").text == "Unsettled"
    assert [item.text for item in box.find_all("li")] == ["første sag", "anden sag"]


# Sources --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "label"),
    [
        ({"status": "proposed"}, "Proposed"),
        ({"status": "adopted", "applies_from": None}, "Adopted, not in force"),
        ({"status": "repealed"}, "Repealed"),
        ({"certainty": "uncertain", "unsettled": "Måske."}, "Unsettled law"),
        ({"certainty": "verified", "unsettled": "Måske."}, "With a reservation"),
    ],
)
def test_a_source_that_is_not_plainly_law_says_so_wherever_it_is_named(state, label, content_rows, client):
    requirement = Requirement.objects.filter(sources__status="in_force").first()
    source = requirement.sources.filter(status="in_force").first()
    LegalSource.objects.filter(pk=source.pk).update(**state)
    toolbox_version.bump()
    for path in (f"krav/{requirement.code}/", f"kilder/{source.slug}/"):
        page = read(client, TOOLBOX + path)
        parts = [
            part for part in [*page.find_all("li"), *page.find_all("dl", "facts")] if part.has("span", "legal-tag")
        ]
        named = [part for part in parts if source.name in part.text or part.tag == "dl"]
        assert any(label == tag.text for part in named for tag in part.find_all("span", "legal-tag")), path
    listed = read(client, f"{TOOLBOX}kilder/?q={source.slug}")
    (row,) = [row for row in listed.find_all("li", "entry") if row.find("a").text == source.name]
    assert label in [tag.text for tag in row.find_all("span", "legal-tag")]


def test_a_source_page_shows_all_that_rests_on_it_and_on_its_parts(content, client):
    act = next(source for source in content.sources if len(content.provisions(source)) > 3)
    addresses = {link.attrs["href"] for link in read(client, address(act)).find("main").find_all("a")}
    assert {address(part) for part in content.provisions(act)} <= addresses
    for part in not_empty(content.within(act)):
        for kind in ("activity", "template", "risk", "requirement", "guidance"):
            assert {address(item) for item in content.linked(part, kind)} <= addresses, part.slug


# Language -------------------------------------------------------------------------------------------

DANISH = frozenset("æøåÆØÅ")
ENGLISH_PATHS = [
    "", "?role=jurist&personoplysninger=yes&traening=yes", "faser/foranalyse/", "roller/", "roller/borger/",
    "roller/leverandor/", "aktiviteter/A25/", "aktiviteter/A25/tjekliste/", "faser/foranalyse/tjekliste/",
    "roller/dpo/tjekliste/", "skabeloner/", "skabeloner/S11/", "risici/", "risici/R09/", "krav/", "krav/K31/",
    "krav/?pick=K01&pick=K31", "maa-og-maa-ikke/", "kilder/", "kilder/gdpr-art-35/", "aendringer/",
    "soeg/?q=persondata", "genbrug/",
]  # fmt: skip


def not_marked(element: Element, language: str = "en") -> Iterator[str]:
    """Text with Danish letters that does not stand in an element that says it is Danish."""
    language = element.attrs.get("lang", language)
    for child in element.children:
        if isinstance(child, Element):
            yield from not_marked(child, language)
        elif language != "da" and DANISH & set(child):
            yield folded(child)


@pytest.mark.parametrize("path", ENGLISH_PATHS)
def test_danish_content_on_an_english_page_is_marked_as_danish(path, content, client):
    """So that a screen reader reads it in Danish (WCAG 3.1.2)."""
    page = read(client, TOOLBOX + path)
    assert not notice_texts(page)
    assert set(not_marked(page.find("main"))) == set()


def test_the_texts_of_an_item_are_marked_as_danish_whatever_their_letters(content, client):
    for kind, names in (
        ("activity", ("title", "what", "why", "when")),
        ("risk", ("title", "cause", "event", "consequence")),
        ("requirement", ("title", "duty", "wording", "evidence")),
        ("template", ("title", "purpose", "when")),
        ("role", ("name", "why", "does")),
        ("phase", ("name", "summary", "goal", "result")),
    ):
        item = content.all(kind)[0]
        danish = "".join(
            prose_letters(part.text) for part in read(client, address(item)).find("main").find_all(lang="da")
        )
        danish = without_titles(danish, content)
        for name in names:
            assert getattr(item, name), (kind, name)
            assert prose_letters(getattr(item, name)) in danish, (kind, name)


def test_only_what_was_read_in_its_source_is_said_to_be(content, client):
    """A date alone says when status and dates were checked, by whatever reports there are."""
    examples = {(source.certainty, bool(source.checked_on)): source for source in content.sources}
    assert {certainty for certainty, _ in examples} == {"verified", "recalled", "uncertain"}
    for (certainty, _), source in examples.items():
        page = read(client, f"{TOOLBOX}kilder/{source.slug}/")
        (checked,) = (
            row.find("dd").text
            for row in page.find("dl", "item-facts").find_all("div")
            if row.find("dt").text == "Checked"
        )
        assert ("in the text of the source" in checked) == (certainty == "verified"), source.slug


def test_the_page_of_a_source_says_from_when_the_text_is_and_where_it_was_read(content_rows, client):
    facts = {"certainty": "verified", "checked_on": date(2026, 2, 15), "read_on": date(2026, 11, 30)}
    rows = LegalSource.objects.filter(slug="forvaltningsloven-par-22")
    rows.update(read_in="LBK nr. 433 § 22, kopi <fra> 15. februar 2026\nSamme sted", **facts)
    toolbox_version.bump()

    def shown() -> dict[str, str]:
        page = read(client, f"{TOOLBOX}kilder/forvaltningsloven-par-22/")
        rows = page.find("dl", "item-facts").find_all("div")
        return {row.find("dt").text: row.find("dd").text for row in rows}

    with override("en"):
        copy, reading = (date_format(day, "DATE_FORMAT") for day in (facts["checked_on"], facts["read_on"]))
    assert shown()["Checked"] == f"in the text of the source as it was on {copy}; later changes are not checked"
    assert shown()["Read in"].startswith("LBK nr. 433 § 22, kopi <fra> 15. februar 2026")
    assert f"read on {reading}" in shown()["Read in"]
    assert "Not looked up" not in shown()
    places = "Kun disse steder er læst ordret: § 22, 1. pkt., kopi fra 15. februar 2026"
    rows.update(read_in=places)
    toolbox_version.bump()
    assert shown()["Checked"].startswith("in the places that are named below")
    assert shown()["Read in"].startswith(places)
    rows.update(certainty="recalled", unread_reason="Kun omtalen er læst.")
    toolbox_version.bump()
    assert shown()["Not looked up"] == "Kun omtalen er læst."
    assert "Read in" not in shown()


def test_a_list_of_sources_says_from_when_the_text_of_each_is(content_rows, client):
    requirement = Requirement.objects.filter(sources__slug="gdpr-art-28-stk-3").first()
    LegalSource.objects.filter(slug="gdpr-art-28-stk-3").update(certainty="verified", checked_on=date(2026, 1, 27))
    toolbox_version.bump()
    path = f"{TOOLBOX}krav/{requirement.code}/"
    page = read(client, path)
    (row,) = [
        row for row in page.find("ul", "source-list").find_all("li") if row.find("a").text == "GDPR art. 28, stk. 3"
    ]
    assert row.find("span", "note").text == "checked in the source's text of January 2026"
    LegalSource.objects.filter(slug="gdpr-art-28-stk-3").update(read_in="Artikel 28, læst ordret")
    toolbox_version.bump()
    assert "checked in the source's text of January 2026, in the places that were read" in read(client, path).text
