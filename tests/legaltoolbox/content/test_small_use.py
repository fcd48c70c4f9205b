"""The content check on a small, harmless use: what the law demands is never left out, under that name or another."""

import pytest
from django.utils.translation import override

from legaltoolbox.catalogue import draft_catalogues
from legaltoolbox.content import check
from legaltoolbox.models import Activity, LegalSource
from legaltoolbox.wording import dispensable

pytestmark = pytest.mark.any_database

LEFT_OUT = "can be left out for a small, harmless use, although the law demands it."
HALF = "says only half of what a small, harmless use needs: the kind and the text belong together."
NAMES = "names an activity for a small, harmless use where its kind needs none, or none where it needs one."


def problems(code: str) -> list[str]:
    """What is wrong with an activity."""
    with override("en"):
        findings = check.findings(draft_catalogues.build())
    return [finding.text for finding in findings if finding.is_problem and finding.item == code]


def change(code: str, **fields) -> None:
    Activity.objects.filter(code=code).update(**fields)


def test_the_kind_and_the_text_belong_together(content_rows):
    change("A04", small_use="")
    change("P1", small_use_kind="")
    assert problems("A04") == [HALF]
    assert problems("P1") == [HALF]


def test_an_activity_is_named_exactly_where_the_kind_needs_one(content_rows):
    carrier = Activity.objects.get(code="A21")
    change("A20", small_use_with=None)
    change("A04", small_use_with=carrier)
    change("A25", small_use_with=None)
    assert [problems(code) for code in ("A20", "A04", "A25")] == [[NAMES], [NAMES], [NAMES]]


@pytest.mark.parametrize("kind", ["together", "leave_out"])
def test_nothing_hangs_on_what_is_not_done_by_itself(kind, content_rows):
    Activity.objects.filter(code="A10").update(
        small_use_kind=kind,
        small_use="Det er nok.",
        small_use_with=Activity.objects.get(code="A21") if kind == "together" else None,
    )
    assert "hangs on A10, which a small, harmless use does not have by itself." in problems("A11")


@pytest.mark.parametrize("basis", ["interval", "duty", "advice"])
def test_what_an_editor_has_marked_as_demanded_is_not_left_out(basis, content_rows):
    change("A04", repeat_months=12, repeat_basis=basis, repeat_note="Et år er vores forslag.")
    assert problems("A04") == ([] if basis == "advice" else [LEFT_OUT])


@pytest.mark.parametrize(
    ("slug", "is_duty"),
    [
        ("gdpr-art-30", True),  # a key of the list
        ("gdpr-art-28-stk-3", True),
        ("gdpr-art-35-stk-1", True),  # a key below one
        ("gdpr-art-5-stk-2", False),
        ("gdpr-art-28-stk-1", False),
    ],
)
def test_what_stands_on_a_duty_is_not_left_out(slug, is_duty, content_rows):
    activity = Activity.objects.get(code="A04")
    assert activity.small_use_kind == "leave_out"
    activity.sources.add(LegalSource.objects.get(slug=slug))
    assert problems("A04") == ([LEFT_OUT] if is_duty else [])


@pytest.mark.parametrize("code", ["A70", "A75"])
def test_what_the_law_demands_is_not_left_out_by_its_text_either(code, content_rows):
    """One that is done together with another activity, and one with a shorter way."""
    change(code, small_use="Faste stikprøver er ikke nødvendige. Saml fejl og klager.")
    assert problems(code) == [
        "says “Faste stikprøver er ikke nødvendige.” of a small, harmless use, although the law demands it."
    ]
    change(code, small_use="Tag nogle få sager. En plan for sig er ikke nødvendig.")
    assert problems(code) == []


def test_what_no_law_demands_may_say_that_it_is_not_needed(content_rows):
    change("A04", small_use_kind="short", small_use="En model er ikke nødvendig.")
    assert problems("A04") == []


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Kontrol er unødvendig. Skriv ned.", ["Kontrol er unødvendig."]),
        ("Prøven kan udelades.", ["Prøven kan udelades."]),
        ("Skriv ned. Det er ikke påkrævet at gøre mere.", ["Det er ikke påkrævet at gøre mere."]),
        ("Et kort for sig er ikke nødvendigt.", []),
        ("Det nødvendige er nok.", []),
    ],
)
def test_sentences_that_say_that_something_is_not_needed(text: str, sentences: list[str]):
    assert dispensable(text) == sentences
