"""The lists with filters: risks, requirements, may and may not, sources."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from legaltoolbox import linking, selection
from legaltoolbox.models import LegalSource, Phase, toolbox_version
from tests.checks import not_empty
from tests.reading import Element, chip_links_by_text, facet_counts, notice_texts, read, results_heading

TOOLBOX = "/en/juridisk-vaerktoejskasse/"
PATHS = {
    "risk": f"{TOOLBOX}risici/",
    "requirement": f"{TOOLBOX}krav/",
    "guidance": f"{TOOLBOX}maa-og-maa-ikke/",
    "source": f"{TOOLBOX}kilder/",
}
AXES = {
    "risk": ("kind", "phase", "role", "source"),
    "requirement": ("addressee", "level", "topic", "phase", "source"),
    "guidance": ("kind", "theme", "source"),
    "source": ("kind", "status"),
}
FOR_VENDORS = "?addressee=vendor&addressee=both"
kinds = pytest.mark.parametrize("kind", PATHS)


def selection_chips(page: Element) -> dict[str, str]:
    """The text of each chip of the filters, and the address without its choice."""
    return chip_links_by_text(page.find("div", "selection-chips"))


def listed(page: Element) -> list[str]:
    """The keys of the items in the list, in its order."""
    if page.has("li", "answer"):
        return [answer.attrs["id"] for answer in page.find_all("li", "answer")]
    headings = [(entry.find_all("h3") or entry.find_all("h4"))[0] for entry in page.find_all("li", "entry")]
    return [heading.find_all("a")[0].attrs["href"].rstrip("/").rpartition("/")[2] for heading in headings]


def picked_texts(page: Element) -> list[str]:
    return [chip.own_text for chip in page.find("section", "pick-bar").find_all("a", "chip")]


def ticked_picks(page: Element) -> set[str]:
    """The picks that the form sends on, also those that the list does not show."""
    boxes = page.find("form", id="selection").find_all("input", name="pick")
    return {box.attrs["value"] for box in boxes if "checked" in box.attrs or box.attrs["type"] == "hidden"}


def link(page: Element, text: str) -> str:
    (address,) = [link.attrs["href"] for link in page.find("main").find_all("a") if link.text == text]
    return address


# Filters --------------------------------------------------------------------------------------------


@kinds
def test_an_options_number_is_the_length_of_the_list_behind_it(kind, content, client):
    page = read(client, PATHS[kind])
    assert AXES[kind]
    for axis in AXES[kind]:
        options = facet_counts(page, axis)
        assert any(options.values())
        for option, number in options.items():
            behind = read(client, f"{PATHS[kind]}?{axis}={option}")
            assert len(listed(behind)) == number, f"{axis}={option}"
            assert results_heading(behind).startswith(f"{number} of {len(content.all(kind))} ")


@kinds
def test_with_a_choice_made_the_other_numbers_count_within_it(kind, content, client):
    first, second = AXES[kind][:2]
    chosen = max((options := facet_counts(read(client, PATHS[kind]), first)), key=options.get)
    page = read(client, f"{PATHS[kind]}?{first}={chosen}")
    assert facet_counts(page, first) == options
    for option, number in not_empty(facet_counts(page, second).items()):
        assert len(listed(read(client, f"{PATHS[kind]}?{first}={chosen}&{second}={option}"))) == number, option


@kinds
def test_options_widen_and_filters_narrow(kind, content, client):
    def results(query: str) -> set[str]:
        return set(listed(read(client, f"{PATHS[kind]}?{query}")))

    page = read(client, PATHS[kind])
    first, second = AXES[kind][:2]
    (large, _), (small, _) = sorted(facet_counts(page, first).items(), key=lambda option: -option[1])[:2]
    narrowing = max((options := facet_counts(page, second)), key=options.get)
    wide = results(f"{first}={large}&{first}={small}")
    assert wide == results(f"{first}={large}") | results(f"{first}={small}")
    assert results(f"{first}={large}&{first}={small}&{second}={narrowing}") == wide & results(f"{second}={narrowing}")


@kinds
def test_free_text_finds_an_item_by_its_words_and_by_its_key(kind, content, client):
    item = content.all(kind)[-1]
    text = {"source": "name", "guidance": "question"}.get(kind, "title")
    for q in (getattr(item, text)[:150], item.key):
        page = read(client, f"{PATHS[kind]}?q={q}")
        assert item.key in listed(page)
        assert len(listed(page)) < len(content.all(kind))
        assert page.find("input", id="q").attrs["value"] == " ".join(q.split())


@kinds
def test_nothing_found_says_what_to_do(kind, content, client):
    page = read(client, f"{PATHS[kind]}?q=findesikkenogensteder")
    assert listed(page) == []
    assert "Nothing matches all of the choices at once." in page.text
    assert link(page, "Clear all") == PATHS[kind]


@kinds
def test_what_the_address_cannot_mean_is_dropped_and_named(kind, content, client):
    page = read(client, f"{PATHS[kind]}?{AXES[kind][0]}=ukendt&x=1")
    assert len(notice_texts(page)) == 2
    assert listed(page) == listed(read(client, PATHS[kind]))


@kinds
def test_each_chip_takes_its_own_choice_away(kind, content, client):
    page = read(client, PATHS[kind])
    first, second = AXES[kind][:2]
    first_choice, second_choice = (
        max((options := facet_counts(page, axis)), key=options.get) for axis in (first, second)
    )
    chosen = read(client, f"{PATHS[kind]}?q=og&{first}={first_choice}&{second}={second_choice}")
    chips = selection_chips(chosen)
    assert len(chips) == 3
    for label, url in chips.items():
        assert set(selection_chips(read(client, url))) == set(chips) - {label}
    assert link(chosen, "Clear all") == PATHS[kind]


@kinds
def test_all_items_are_listed_where_nothing_is_chosen(kind, content, client):
    everything = [item.key for item in content.all(kind) if kind != "source" or item.part_of is None]
    assert sorted(listed(read(client, PATHS[kind]))) == sorted(everything)


# Picking requirements --------------------------------------------------------------------------------

PICKS = "pick=K08&pick=K01"


def test_picks_stand_in_the_address_and_on_the_page(content, client):
    page = read(client, f"{PATHS['requirement']}?{PICKS}")
    assert picked_texts(page) == ["K01", "K08"]
    assert ticked_picks(page) == {"K01", "K08"}
    assert page.find("h3", id="pick-heading").text == "2 requirements picked"
    assert len(listed(page)) == len(content.requirements)


def test_picks_survive_every_filter_and_go_along_to_the_files(content, client):
    in_list = content.find("requirement", "K01")
    for query in (f"level={in_list.level}", "q=K01", "q=findesikkenogensteder", "addressee=vendor&topic=vendor"):
        page = read(client, f"{PATHS['requirement']}?{query}&{PICKS}")
        for url in (*selection_chips(page).values(), link(page, "Clear all")):
            assert "pick=K01" in url, query
            assert "pick=K08" in url, query
        if listed(page):
            assert ticked_picks(page) == {"K01", "K08"}, query
            for text in ("To send: Word", "To send: Excel", "To send: PDF"):
                assert link(page, text).endswith("&pick=K01&pick=K08"), query


def test_picks_are_not_lost_where_nothing_matches(content, client):
    """A search for a word that is nowhere, and then for another, keeps the picks."""
    page = read(client, f"{PATHS['requirement']}?q=findesikkenogensteder&{PICKS}")
    assert ticked_picks(page) == {"K01", "K08"}


def test_a_pick_is_taken_back_by_its_chip_and_all_by_one_link(content, client):
    page = read(client, f"{PATHS['requirement']}?level=must&{PICKS}")
    (chip,) = [chip for chip in page.find("section", "pick-bar").find_all("a", "chip") if chip.own_text == "K08"]
    assert picked_texts(read(client, chip.attrs["href"])) == ["K01"]
    none = read(client, link(page, "Pick none"))
    assert ticked_picks(none) == set()
    assert listed(none) == listed(page)


def test_all_of_the_list_are_picked_by_one_link(content, client):
    page = read(client, f"{PATHS['requirement']}{FOR_VENDORS}")
    assert sorted(picked_texts(read(client, link(page, "Pick all in the list")))) == sorted(listed(page))


def test_without_a_pick_the_annex_is_said_to_hold_the_list(content, client):
    page = read(client, f"{PATHS['requirement']}{FOR_VENDORS}")
    assert "the annex holds all requirements of the list below" in page.find("section", "pick-bar").text
    assert link(page, "To send: Word") == f"{TOOLBOX}krav.docx{FOR_VENDORS}"


def test_the_page_of_a_requirement_leads_to_its_pick(content, client):
    page = read(client, link(read(client, f"{PATHS['requirement']}K31/"), "Pick it for an annex"))
    assert picked_texts(page) == ["K31"]


def test_what_a_vendor_must_know_is_the_whole_list_and_the_same_on_the_vendors_page(content, client):
    """All with a wording for the vendor, not those alone whose duty the law puts on vendors."""
    expected = [requirement.code for requirement in content.requirements if requirement.wording]
    assert sorted(listed(read(client, PATHS["requirement"]))) == sorted(expected)
    vendor = read(client, f"{TOOLBOX}roller/leverandor/").find("section", **{"aria-labelledby": "vendor-heading"})
    assert [code.text for code in vendor.find_all("span", "code")] == expected


# What stands in the lists -----------------------------------------------------------------------------


def test_the_risk_page_explains_the_scale_and_the_matrix(content, client):
    page = read(client, PATHS["risk"])
    tables = page.find_all("table", "scale-table")
    levels = [[cell.text for cell in table.find_all("td", "scale-level")] for table in tables]
    assert levels == [["1", "2", "3", "4"], ["1", "2", "3", "4"]]
    assert [row.find("th").text for table in tables for row in table.find("tbody").find_all("tr")] == [
        level.name for axis in ("likelihood", "consequence") for level in content.levels if level.axis == axis
    ]
    rows = [
        [cell.text for cell in row.find_all("td")]
        for row in page.find("table", "risk-matrix").find("tbody").find_all("tr")
    ]
    assert rows == [  # the most likely first; what is very serious for the citizen is never low
        ["low", "middle", "high", "high"],
        ["low", "middle", "high", "high"],
        ["low", "low", "middle", "high"],
        ["low", "low", "middle", "middle"],
    ]


def test_the_answer_stands_before_its_condition_and_names_its_source(content, client):
    page = read(client, PATHS["guidance"])
    assert content.guidance
    for guidance in content.guidance:
        answer = page.find("li", "answer", id=guidance.code)
        order = [part.attrs.get("class", "").split()[0] for part in answer.find_all("p") if "class" in part.attrs]
        assert order[:2] == ["answer-first", "answer-condition"] if guidance.condition else order[0] == "answer-first"
        with override("en"):
            assert answer.find("p", "answer-first").text.startswith(guidance.get_kind_display())
            urls = {reverse("toolbox:source", args=[source.slug]) for source in content.linked(guidance, "source")}
        assert urls <= {link.attrs["href"] for link in answer.find("p", "entry-foot").find_all("a")}
        assert answer.has("div", "unsettled") == bool(guidance.unsettled)


def test_every_template_is_listed_with_its_file_and_the_central_ones_are_marked(content, client):
    page = read(client, f"{TOOLBOX}skabeloner/")
    rows = {row.find_all("span", "code")[0].text: row for row in page.find_all("li", "entry")}
    assert list(rows) == [template.code for template in content.templates]
    for template in not_empty(content.templates):
        row = rows[template.code]
        files = [link.attrs["href"] for link in row.find_all("a", "file-link")]
        assert files == [f"{TOOLBOX}skabeloner/{template.code}.{ending}" for ending in ("docx", "pdf")]
        assert row.has("span", "level-must") == template.is_central
        assert ("sent to others" in row.find("h2").text) == (template.audience != "own")


def test_a_phase_without_a_template_offers_no_zip(content_rows, client):
    phase = Phase.objects.get(slug="foranalyse")
    zip_file = f"{TOOLBOX}faser/foranalyse/skabeloner.zip"
    paths = (f"{TOOLBOX}skabeloner/", f"{TOOLBOX}faser/foranalyse/")

    def offers(path: str) -> bool:
        return zip_file in [link.attrs["href"] for link in read(client, path).find("main").find_all("a")]

    assert all(offers(path) for path in paths)
    for activity in phase.activities.all():
        activity.outputs.clear()
    toolbox_version.bump()
    assert not any(offers(path) for path in paths)
    assert client.get(zip_file).status_code == 404


def test_a_requirement_in_the_list_says_what_is_not_in_force_and_what_is_unsettled(content, client):
    page = read(client, PATHS["requirement"])
    entries = dict(zip(listed(page), page.find_all("li", "entry"), strict=True))
    marked = 0
    for requirement in content.requirements:
        entry, sources = entries[requirement.code], content.linked(requirement, "source")
        open_sources = [s for s in sources if s.status in ("adopted", "proposed")] + [
            s for s in sources if s.is_unsettled
        ]
        assert len(entry.find("p", "entry-foot").find_all("span", "legal-tag")) == len(open_sources), requirement.code
        assert entry.has("a", "legal-unsettled") == bool(requirement.unsettled), requirement.code
        marked += bool(open_sources) and bool(requirement.unsettled)
    assert marked


def test_a_change_names_everything_that_rests_on_what_it_changes(content, client):
    omnibus = content.find("source", "ai-omnibus")
    changed = [omnibus, *(content.items["source"][pk] for pk in content.amendments[omnibus.pk])]
    assert len(changed) > 1
    kinds_touched = ("activity", "template", "risk", "requirement", "guidance")
    expected = {item.code for source in changed for kind in kinds_touched for item in content.resting_on(source, kind)}
    page = read(client, f"{TOOLBOX}aendringer/")
    (entry,) = [
        entry
        for entry in page.find_all("li", "entry")
        if entry.has("details", "touches") and entry.find("h3").find_all("a")[0].text == omnibus.name
    ]
    assert {code.text for code in entry.find("details", "touches").find_all("span", "code")} == expected


def test_what_is_to_come_next_stands_first_among_the_changes(content_rows, client):
    """Then what has no day, and last what has begun, the latest first."""
    today = timezone.localdate()
    rows = LegalSource.objects.filter(kind="provision", slug__startswith="ai-forordningen-art-26-stk-").order_by(
        "slug"
    )[:5]
    days = [today - timedelta(days=9), None, today + timedelta(days=9), today, today + timedelta(days=1)]
    for row, day in zip(rows, days, strict=True):
        LegalSource.objects.filter(pk=row.pk).update(status="in_force", applies_from=day, change="Ny tekst.")
    toolbox_version.bump()
    page = read(client, f"{TOOLBOX}aendringer/")
    headings = [heading.find_all("a")[0].text for heading in page.find_all("h3") if heading.has("span", "legal-tag")]
    names = [row.name for row in rows]
    assert [name for name in headings if name in names] == [names[place] for place in (4, 2, 1, 3, 0)]


def test_law_that_is_to_come_is_told_once_for_all_of_its_parts(content, client):
    """And from which day. Where there is no more to tell than the day, it stands among the dates alone."""
    page = read(client, f"{TOOLBOX}aendringer/")
    headings = {
        heading.find_all("a")[0].text: heading.text
        for heading in page.find_all("h3")
        if heading.has("span", "legal-tag")
    }
    dates = page.find("section", **{"aria-labelledby": "dates-heading"})
    dated = {link.attrs["href"] for link in dates.find_all("a")}
    coming = [source for source in content.sources if source.status == "adopted"]
    assert [source for source in coming if not source.change]
    for source in coming:
        is_highest = source.part_of is None or source.part_of.status != "adopted"
        if source.change or (is_highest and (source.unsettled or not source.applies_from)):
            assert "applies from" in headings[source.name] or not source.applies_from, source.slug
        elif is_highest:
            assert linking.url(source) in dated, source.slug
        else:
            assert source.name not in headings, source.slug


@pytest.mark.parametrize(
    ("certainty", "tag"),
    [("verified", "With a reservation"), ("recalled", "With a reservation"), ("uncertain", "Unsettled law")],
)
def test_a_source_that_is_to_come_and_unsettled_says_both(certainty, tag, content_rows, client):
    """“Unsettled” is never said of what was only not read, or was read with a reservation."""
    source = LegalSource.objects.filter(status="adopted", requirement_items__isnull=False).first()
    LegalSource.objects.filter(pk=source.pk).update(unsettled="Måske.", certainty=certainty)
    toolbox_version.bump()
    requirement = source.requirement_items.first()
    page = read(client, f"{TOOLBOX}krav/?q={requirement.code}")
    (entry,) = [entry for entry in page.find_all("li", "entry") if entry.find("span", "code").text == requirement.code]
    foot = entry.find("p", "entry-foot").text
    assert f"{source.name} Adopted, not in force {tag}" in " ".join(foot.split())


# The classes behind the filters -----------------------------------------------------------------------


def test_the_class_of_the_filters_is_made_once_for_each_catalogue_and_serves_both_languages(content, rf):
    """Making it costs more than validating a query."""
    request = rf.get("/?role=dpo&kind=ukendt")
    for language, text in (("da", "Emne"), ("en", "Kind")):
        with override(language):
            selection.read_situation(request, content)
            notices = selection.read_selection(request, "risk", content).notices
            assert any(text in notice for notice in notices), notices
    made_anew = []
    for name in ("situation", "risk"):
        content.memo.remember(("form", name), lambda name=name: made_anew.append(name))
    assert made_anew == []
