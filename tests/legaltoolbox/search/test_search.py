"""Search over the toolbox: Danish words wherever they stand, titles first, codes, and nothing that makes it fail."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from legaltoolbox.catalogue import Catalogue, catalogues
from legaltoolbox.models import (
    Activity,
    ChecklistItem,
    DocumentTemplate,
    Guidance,
    LegalSource,
    Phase,
    Requirement,
    Risk,
    Role,
    TemplateField,
    TemplateSection,
)
from legaltoolbox.search import search, sources


def results(query: str, catalogue: Catalogue) -> dict[str, list[str]]:
    """Kind to what is found, by code or by title where there is none."""
    return {
        group.kind: [hit.ref.code or hit.ref.title for hit in group.hits]
        for group in search.index(catalogue).search(query).groups
    }


@pytest.fixture
def toolbox(content):
    """The catalogue with one index for all tests of this file."""
    return content


# Where is looked ----------------------------------------------------------------------------------


def set_on(model, **key) -> Callable[..., None]:
    """Sets fields of the rows that the key names."""

    def plant(**fields):
        assert model.objects.filter(**key).update(**fields) == 1

    return plant


A25, CHECK = set_on(Activity, code="A25"), set_on(ChecklistItem, activity__code="A25", number=1)
S11, SECTION = set_on(DocumentTemplate, code="S11"), set_on(TemplateSection, template__code="S11", position=1)
FIELD = set_on(TemplateField, section__template__code="S11", section__position=1, position=1)
R09, K31, M05 = set_on(Risk, code="R09"), set_on(Requirement, code="K31"), set_on(Guidance, code="M05")
DPO, PHASE, GDPR = set_on(Role, slug="dpo"), set_on(Phase, number=2), set_on(LegalSource, slug="gdpr")
PLACES = (
    (A25, "title", "activity", "A25"), (A25, "what", "activity", "A25"), (A25, "why", "activity", "A25"),
    (A25, "when", "activity", "A25"), (CHECK, "question", "activity", "A25"), (CHECK, "guidance", "activity", "A25"),
    (CHECK, "done_when", "activity", "A25"),
    (S11, "title", "template", "S11"), (S11, "purpose", "template", "S11"), (SECTION, "heading", "template", "S11"),
    (SECTION, "guidance", "template", "S11"), (FIELD, "label", "template", "S11"),
    (R09, "cause", "risk", "R09"), (R09, "event", "risk", "R09"), (R09, "consequence", "risk", "R09"),
    (R09, "consequence_municipality", "risk", "R09"), (R09, "signs", "risk", "R09"), (R09, "measures", "risk", "R09"),
    (K31, "duty", "requirement", "K31"), (K31, "wording", "requirement", "K31"),
    (K31, "evidence", "requirement", "K31"), (K31, "explanation", "requirement", "K31"),
    (M05, "question", "guidance", "M05"), (M05, "answer", "guidance", "M05"), (M05, "condition", "guidance", "M05"),
    (M05, "explanation", "guidance", "M05"),
    (DPO, "does", "role", "DPO"), (DPO, "does_not", "role", "DPO"), (DPO, "why", "role", "DPO"),
    (PHASE, "goal", "phase", "2. Foranalyse"), (PHASE, "result", "phase", "2. Foranalyse"),
    (GDPR, "title", "source", "GDPR"), (GDPR, "summary", "source", "GDPR"),
    (GDPR, "change", "source", "GDPR"), (M05, "search_words", "guidance", "M05"), (S11, "search_words", "template", "S11"),
)  # fmt: skip
"""The function that sets a text, its field, and the kind and name of the item that is found by it."""


def test_finds_a_word_wherever_it_stands(content_rows):
    """In every text of an item, its checklist, its sections and fields, its measures and its other names."""
    words = [f"zz{first * 2}{second * 2}zz" for first in "bcdfgh" for second in "klmpqx"][: len(PLACES)]
    DPO(name="DPO")
    for word, (plant, field, _, _) in zip(words, PLACES, strict=True):
        plant(**{field: ["Andet", word] if field in ("measures", "search_words") else f"Et {word} her"})
    catalogue = catalogues.build()
    missed = [
        (kind, item, field)
        for word, (_, field, kind, item) in zip(words, PLACES, strict=True)
        if results(word, catalogue) != {kind: [item]}
    ]
    assert missed == []


def test_another_name_of_an_act_finds_the_act_and_what_cites_it(content_rows):
    GDPR(aliases=["zzbbkkzz"])
    catalogue = catalogues.build()
    found = results("zzbbkkzz", catalogue)
    assert found["source"][0] == "GDPR"
    assert "M14" in found["guidance"]
    assert "M14" in results("GDPR", catalogue)["guidance"]


def test_what_is_not_public_is_not_found(content_rows):
    Activity.objects.filter(code="A25").update(title="En snerydningsplan")
    assert results("snerydningsplan", catalogues.build()) == {"activity": ["A25"]}
    Activity.objects.filter(code="A25").update(is_public=False)
    assert results("snerydningsplan", catalogues.build()) == {}


# How is looked ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "kind", "code"),
    [
        ("konsekvensanalyse", "activity", "A25"),
        ("konsekvensanalysen", "activity", "A25"),
        ("KONSEKVENSANALYSER", "activity", "A25"),
        ("dpia", "activity", "A25"),
        ("konsekvens analyse", "activity", "A25"),
        ("hjemmelsnotat", "activity", "A21"),
        ("hjemmelsnotater", "activity", "A21"),
        ("databehandleraftale", "activity", "A32"),
        ("aftaler databehandler", "activity", "A32"),
        ("dataflow", "activity", "A20"),
        ("dataflowet", "activity", "A20"),
        ("konsekvensanalyse", "template", "S11"),
        ("samtykke", "risk", "R02"),
        ("samtykket frivilligt", "risk", "R02"),
    ],
)
def test_finds_danish_words_in_any_inflection(query, kind, code, toolbox):
    assert code in results(query, toolbox)[kind]


@pytest.mark.parametrize(
    ("apart", "together"),
    [
        ("databehandler aftale", "databehandleraftale"),
        ("Data behandler aftale", "databehandleraftale"),
        ("skal vi lave en konsekvens analyse", "skal vi lave en konsekvensanalyse"),
        ("hjemmels notat", "hjemmelsnotat"),
    ],
)
def test_a_compound_that_is_typed_apart_finds_first_what_the_compound_does(apart, together, toolbox):
    """In each kind where the compound finds anything."""
    found = results(apart, toolbox)
    expected = results(together, toolbox)
    assert expected
    assert {kind: found[kind][0] for kind in expected} == {kind: items[0] for kind, items in expected.items()}


def test_all_words_must_be_there(toolbox):
    both, first, second = (
        {(kind, item) for kind, items in results(query, toolbox).items() for item in items}
        for query in ("borger data", "borger", "data")
    )
    assert both == first & second
    assert both < first


def test_what_has_most_of_the_words_is_found_where_nothing_has_all(toolbox):
    index = search.index(toolbox)
    found = index.search("samtykke fra ledige til snerydningsplan")
    assert not found.has_all_words
    assert found.not_found == ("snerydningsplan",)
    assert found.groups[0].hits[0].ref.code == "M03"
    assert {hit.ref.code for group in found.groups for hit in group.hits} >= {"M03"}
    assert index.search("samtykke fra ledige").has_all_words
    assert index.search("snerydningsplan").groups == []


@pytest.mark.parametrize("query", ["konsekvensanalyse", "leverandør", "borger", "model"])
def test_what_has_the_word_in_its_title_comes_first(query, toolbox):
    titles = {item.key: str(item).casefold() for kind in ("activity", "risk", "template") for item in toolbox.all(kind)}
    for kind in ("activity", "risk", "template"):
        hits = results(query, toolbox).get(kind, [])
        in_title = [query in titles[code] for code in hits]
        assert in_title == sorted(in_title, reverse=True), f"{kind}: {hits}"


def test_a_word_that_stands_in_a_title_and_elsewhere_orders_the_results(content_rows):
    Risk.objects.filter(code="R02").update(event="En snerydningsplan")
    Risk.objects.filter(code="R09").update(title="En snerydningsplan")
    Risk.objects.filter(code="R20").update(signs="En snerydningsplan")
    assert results("snerydningsplan", catalogues.build()) == {"risk": ["R09", "R02", "R20"]}


def test_kinds_stand_in_one_order(toolbox):
    kinds = list(results("data", toolbox))
    order = ["guidance", "activity", "requirement", "risk", "template", "role", "phase", "source"]
    assert [kind for kind in kinds if kind in order] == order


def test_a_result_says_what_it_is(toolbox):
    activities = next(
        group for group in search.index(toolbox).search("hjemmelsnotat").groups if group.kind == "activity"
    )
    hit = next(hit for hit in activities.hits if hit.ref.code == "A21")
    activity = toolbox.find("activity", "A21")
    assert hit.ref.title == activity.title
    assert "".join(text for text, _is_marked in hit.title) == activity.title
    assert [text for text, is_marked in hit.title if is_marked] == ["hjemmelsnotatet"]
    text = "".join(text for text, _is_marked in hit.text)
    assert text
    assert activity.why.startswith(text)
    assert hit.ref.url.endswith("/aktiviteter/A21/")


# By code ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["A25", "a25", " A25 ", "A 25", "p2", "S11", "r09", "R9", "K31", "m05"])
def test_a_code_gives_its_item(query, toolbox):
    code = query.replace(" ", "").upper()
    assert search.by_code(query, toolbox).code == ("R09" if code == "R9" else code)


@pytest.mark.parametrize("query", ["", "A99", "A25 hjemmel", "25", "dpo", "gdpr"])
def test_what_is_no_code_gives_none(query, toolbox):
    assert search.by_code(query, toolbox) is None


# Whatever is typed --------------------------------------------------------------------------------

HOSTILE = (
    "(", ")", "[", "\\", "*", "§" * 50, "art. " * 30, "((((((", "(9)(2)(g)",  "GDPR )9(", "' OR 1=1 --", "<script>",
    "%", "_", "\x00", "\ud7ff", "🙂", "é" * 200, "ﬀ", "ß", "İ", "bilag ⅲ", "art ٣", "§ ²", "stk. stk. stk.",
)  # fmt: skip


@hypothesis_settings(max_examples=100)
@given(
    query=st.text(max_size=60)
    | st.sampled_from(HOSTILE)
    | st.lists(
        st.sampled_from(
            ["GDPR", "art.", "§", "35", "(2)", "(g)", ",", "stk", "litra", "i", "hjemmel", "bilag", "IV", "("]
        ),
        max_size=8,
    ).map(" ".join)
)
def test_no_search_fails(query, toolbox):
    named = sources.index(toolbox).named(query)
    assert named.rest or named.names_any or not re.search(r"[^\W_]", query.casefold())
    for group in search.index(toolbox).search(query).groups:
        assert group.hits
    item = search.by_code(query, toolbox)
    assert item is None or len(query.split()) <= 2


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_what_means_nothing_leads_to_no_provision(query, toolbox):
    assert search.by_code(query, toolbox) is None
    assert sources.index(toolbox).named(query).provisions == []
