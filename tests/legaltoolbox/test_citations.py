"""Citations of law in running text, in the one form that the content has."""

import pytest

from legaltoolbox import citations, linking
from legaltoolbox.models import LegalSource

ACTS = [
    LegalSource(slug="gdpr", kind="act", name="GDPR", title="Databeskyttelsesforordningen"),
    LegalSource(slug="ai-forordningen", kind="act", name="AI-forordningen", title="AI", aliases=["AI Act", "AIA"]),
    LegalSource(slug="forvaltningsloven", kind="act", name="forvaltningsloven", title="Lov", aliases=["fvl", "FVL."]),
    LegalSource(slug="nis-2-loven", kind="act", name="NIS 2-loven", title="Loven om cybersikkerhed"),
    LegalSource(slug="eu-charter", kind="act", name="EU-charteret", title="EU’s charter"),
    LegalSource(slug="etnisk", kind="act", name="lov om etnisk ligebehandling", title="Lov"),
    LegalSource(slug="barnets-lov", kind="act", name="barnets lov", title="Barnets lov"),
    LegalSource(slug="bek-ai", kind="order", name="Bekendtgørelse om AI i skolen", title="Bekendtgørelse"),
]
FOUND_BY = citations.pattern(ACTS)


def cited(text: str) -> list[str]:
    return list(citations.cited(text, FOUND_BY))


# In running text ----------------------------------------------------------------------------------

FORMS = (
    "GDPR art. 22",
    "GDPR art. 4, nr. 11",
    "GDPR art. 35, stk. 7",
    "GDPR art. 35, stk. 7, litra b",
    "GDPR art. 9, stk. 2, litra g",
    "AI-forordningens art. 26, stk. 2",
    "AI-forordningens art. 3, nr. 63",
    "AI-forordningens bilag III",
    "AI-forordningens bilag III, pkt. 5",
    "AI-forordningens bilag III, pkt. 5, litra a",
    "forvaltningslovens § 22",
    "forvaltningslovens § 9, stk. 3",
    "forvaltningslovens § 15 a",
    "forvaltningslovens § 15 b, stk. 1, nr. 2",
    "NIS 2-lovens § 6",
    "EU-charterets art. 21",
    "barnets lovs § 3",
    "§ 3 i lov om etnisk ligebehandling",
    "§ 1, stk. 6, i bekendtgørelse om AI i skolen",
)


SENTENCES = ("{}", "Efter {} skal I høre.", "Se {}.", "({})", "Det gælder ({}), også her", "{} og {}", "“{}”", "{}, {}")


@pytest.mark.parametrize("form", FORMS)
def test_every_written_form_is_found_whole(form):
    for sentence in SENTENCES:
        assert cited(sentence.format(form, form)) == [form] * sentence.count("{}")


@pytest.mark.parametrize(
    ("text", "citations"),
    [
        ("Efter GDPR art. 22 i et projekt", ["GDPR art. 22"]),
        ("Efter forvaltningslovens § 22 i et projekt", ["forvaltningslovens § 22"]),
        ("Efter forvaltningslovens § 22 er der krav", ["forvaltningslovens § 22"]),
        ("Efter forvaltningslovens § 22 å jour", ["forvaltningslovens § 22"]),
        ("GDPR art. 35, stk. 7, litra begge", ["GDPR art. 35, stk. 7"]),
        ("GDPR art. 6, stk. 1, og GDPR art. 9, stk. 2", ["GDPR art. 6, stk. 1", "GDPR art. 9, stk. 2"]),
        ("GDPR art. 35.", ["GDPR art. 35"]),
        ("Forvaltningslovens § 22 gælder", ["Forvaltningslovens § 22"]),  # at the beginning of a sentence
    ],
)
def test_a_citation_ends_where_the_sentence_goes_on(text, citations):
    assert cited(text) == citations


@pytest.mark.parametrize(
    "text", ["art. 35", "§ 22", "GDPR", "GDPR artikel 35", "UGDPR art. 3", "GDPR art. x", "lov § 22"]
)
def test_what_names_no_act_or_no_place_is_no_citation(text):
    assert cited(text) == []


def test_without_acts_nothing_is_found():
    assert list(citations.cited("GDPR art. 35", citations.pattern([]))) == []


@pytest.mark.parametrize(
    ("text", "in_one_form"),
    [
        ("forvaltningsloven § 22", "forvaltningslovens § 22"),
        ("§ 22 i forvaltningsloven", "forvaltningslovens § 22"),
        ("§ 9, stk. 3, i forvaltningsloven", "forvaltningslovens § 9, stk. 3"),
        ("Forvaltningslovens § 22", "Forvaltningslovens § 22"),
        ("art. 35, stk. 7, i GDPR", "GDPR art. 35, stk. 7"),
        ("barnets lov § 3", "barnets lovs § 3"),
        ("lov om etnisk ligebehandling § 3", "§ 3 i lov om etnisk ligebehandling"),
        ("Lov om etnisk ligebehandlings § 3", "§ 3 i lov om etnisk ligebehandling"),
        ("Bekendtgørelse om AI i skolens § 1, stk. 6", "§ 1, stk. 6, i bekendtgørelse om AI i skolen"),
        ("§ 1, stk. 6 i bekendtgørelse om AI i skolen", "§ 1, stk. 6, i bekendtgørelse om AI i skolen"),
    ],
)
def test_other_forms_are_found_too_and_have_one_form(text, in_one_form):
    assert cited(f"Efter {text} skal I høre.") == [text]
    assert citations.in_one_form(text, ACTS) == in_one_form


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Efter lov om social services § 83 skal", ["§ 83 i lov om …"]),
        ("Bekendtgørelse om magtanvendelse i skolens § 2, stk. 1", ["§ 2 i bekendtgørelse om …"]),
        ("Efter § 83 i lov om social service og § 84 gælder", []),
        ("lov om social service og forvaltningslovens § 22", []),
        ("lov om social service, § 83", []),
        ("servicelovens § 83", []),
    ],
)
def test_the_long_name_of_an_act_has_no_genitive(text, right):
    assert [found for _, found in citations.false_genitives(text)] == right


@pytest.mark.parametrize(
    ("text", "citations_without"),
    [
        ("Efter GDPR art. 6, stk. 1 skal I", ["GDPR art. 6, stk. 1"]),
        ("Efter GDPR art. 6, stk. 1, litra e og GDPR art. 9 må I", ["GDPR art. 6, stk. 1, litra e"]),
        ("Efter GDPR art. 6, stk. 1, litra e, og GDPR art. 9 må I", []),
        ("Efter GDPR art. 6 skal I", []),
        ("(GDPR art. 6, stk. 1). Se også", []),
        ("forvaltningslovens § 9, stk. 1 og 2, gælder", []),
        ("GDPR art. 6, stk. 1, litra a til f, gælder", []),
        ("Efter § 1, stk. 6, i bekendtgørelse om AI i skolen skal I", []),
    ],
)
def test_a_comma_stands_behind_a_paragraph_or_letter(text, citations_without):
    assert list(citations.without_comma(text, FOUND_BY)) == citations_without


def test_a_provision_is_named_without_its_act(content):
    names = {
        "gdpr-art-35-stk-7": "art. 35, stk. 7",
        "forvaltningsloven-par-22": "§ 22",
        "barnets-lov-par-3": "§ 3",
        "etnisk-ligebehandlingsloven-par-3": "§ 3",
        "bekendtgoerelse-ai-beskaeftigelse-par-1-stk-6": "§ 1, stk. 6",
        "gdpr": "GDPR",
    }
    assert {slug: citations.place_in_act(content.find("source", slug)) for slug in names} == names


def test_every_provision_of_the_table_is_found_under_its_own_name(content):
    pattern = citations.pattern(content.acts)
    names = [source.name for source in content.sources if source.kind == "provision"]
    assert len(names) > 100
    assert [name for name in names if list(citations.cited(f"Efter {name} skal I", pattern)) != [name]] == []


def test_the_provisions_of_an_order_are_cited_with_its_name(content):
    order = content.find("source", "bekendtgoerelse-ai-beskaeftigelse-par-1-stk-6")
    assert order.act.kind == "order"
    html = linking.linker(content).inline(f"Se {order.name}.")
    assert html == f'Se <a href="{linking.url(order)}">{order.name}</a>.'


def test_citations_and_codes_become_links_and_everything_else_is_escaped(content):
    html = linking.linker(content).inline("<b> A25 & Forvaltningslovens § 22 i A99, GDPR art. 999 og P2.")
    url = {
        name: linking.url(content.find(kind, name))
        for kind, name in (
            ("activity", "A25"),
            ("source", "forvaltningsloven-par-22"),
            ("activity", "P2"),
        )
    }
    title = content.find("activity", "P2").title
    assert html == (
        f'&lt;b&gt; <a href="{url["A25"]}">A25</a> (Lav konsekvensanalysen) &amp; '
        f'<a href="{url["forvaltningsloven-par-22"]}">Forvaltningslovens § 22</a>'
        f' i A99, GDPR art. 999 og <a href="{url["P2"]}">P2</a> ({title}).'
    )
