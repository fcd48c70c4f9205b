"""The catalogue in memory: every link from both ends, nothing that is not public, and never yesterday's content."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from legaltoolbox import linking
from legaltoolbox.catalogue import Catalogue, catalogues, draft_catalogues
from legaltoolbox.kinds import KINDS
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
    ScreeningQuestion,
    toolbox_version,
)
from legaltoolbox.models.law import LegalStatus
from legaltoolbox.search import search
from tests.checks import not_empty


def hide(model, *keys: str) -> None:
    assert model.objects.filter(**{f"{model.KEY}__in": keys}).update(is_public=False) == len(keys)


def codes(items) -> list[str]:
    return [item.key for item in items]


# What it holds ------------------------------------------------------------------------------------


def test_every_link_is_seen_from_both_ends(content):
    number = 0
    for items in content.items.values():
        for item in items.values():
            for kind in content.items:
                for other in content.linked(item, kind):
                    assert item in content.linked(other, item.KIND), f"{item.key} is not seen from {other.key}"
                    number += 1
    assert number > 1000


def test_links_are_those_of_the_rows_in_the_order_of_their_kind(content_rows):
    catalogue = catalogues.build()
    activity = Activity.objects.get(code="A25")
    involved = set(activity.involved.values_list("slug", flat=True)) | {activity.responsible.slug}
    item = catalogue.find("activity", "A25")
    assert codes(catalogue.linked(item, "role")) == [role.slug for role in catalogue.roles if role.slug in involved]
    for kind, rows in (
        ("risk", activity.risks),
        ("requirement", activity.requirements),
        ("guidance", activity.guidance),
        ("template", activity.outputs),
    ):
        assert codes(catalogue.linked(item, kind)) == sorted(rows.values_list("code", flat=True))
    assert codes(catalogue.linked(item, "phase")) == ["foranalyse"]
    numbers = list(activity.checklist.order_by("number").values_list("question", flat=True))
    assert [check.question for check in catalogue.checklist(item)] == numbers


def test_an_activity_rests_on_the_sources_of_its_checklist_too(content_rows):
    """A page that lists what rests on a provision must not leave out the question that cites it."""
    source = LegalSource.objects.create(
        slug="proeve",
        kind="guideline",
        name="Prøvevejledning",
        title="Prøve",
        status="guidance",
        reviewed_on=date(2025, 1, 1),
        review_by=date(2030, 1, 1),
    )
    check = ChecklistItem.objects.get(activity__code="A25", number=1)
    check.sources.add(source)
    catalogue = catalogues.build()
    new_source = catalogue.find("source", "proeve")
    assert codes(catalogue.resting_on(new_source, "activity")) == ["A25"]
    assert new_source in catalogue.linked(catalogue.find("activity", "A25"), "source")


def test_what_rests_on_an_article_includes_what_rests_on_its_letters(content):
    letter, article, act = (
        content.find("source", slug) for slug in ("gdpr-art-35-stk-7-litra-a", "gdpr-art-35", "gdpr")
    )
    below = content.within(article)
    assert letter in below
    assert all(source.slug.startswith("gdpr-art-35") for source in below)
    assert content.within(letter) == [letter]
    for kind in ("activity", "risk", "requirement", "guidance", "template"):
        on_parts = {item.pk for source in below for item in content.linked(source, kind)}
        resting = content.resting_on(article, kind)
        assert [item for item in content.all(kind) if item.pk in on_parts] == resting
        assert set(codes(content.resting_on(letter, kind))) <= set(codes(resting))
        assert set(codes(resting)) <= set(codes(content.resting_on(act, kind)))
    only_below = set(codes(content.resting_on(article, "activity"))) - set(codes(content.linked(article, "activity")))
    assert only_below


def test_a_source_knows_what_it_changes_and_shows_it_apart(content_rows):
    changing, changed = LegalSource.objects.get(slug="ai-omnibus"), LegalSource.objects.get(slug="ai-forordningen")
    changing.amends.set([changed])
    catalogue = catalogues.build()
    assert catalogue.amendments[changing.pk] == [changed.pk]
    assert catalogue.find("source", "ai-forordningen") not in catalogue.linked(
        catalogue.find("source", "ai-omnibus"), "source"
    )


# What is not public -------------------------------------------------------------------------------


def linked_pairs(catalogue: Catalogue):
    """Every item that something of the catalogue leads to, with where from."""
    for items in catalogue.items.values():
        for item in items.values():
            yield from ((item, other) for kind in catalogue.items for other in catalogue.linked(item, kind))
            yield from ((item, condition.question) for condition in catalogue.conditions(item))
            if item.KIND == "source":
                yield from ((item, other) for other in (item.part_of, *catalogue.provisions(item)))
                yield from ((item, catalogue.items["source"].get(pk)) for pk in catalogue.amendments.get(item.pk, ()))
    for question in catalogue.questions:
        yield question, question.requires
    for template in catalogue.templates:
        yield template, template.owner
    for activity in catalogue.activities:
        yield from ((activity, other) for other in (activity.phase, activity.responsible))
        yield from ((activity, part.role) for part in catalogue.involved(activity))
        yield from ((activity, check.role) for check in catalogue.checklist(activity))


@hypothesis_settings(max_examples=8)
@given(data=st.data())
def test_nothing_public_leads_to_something_that_is_not(data, content_rows):
    for kind, model in ((kind.name, kind.model) for kind in KINDS.values()):
        model.objects.update(is_public=True)
        keys = sorted(model.objects.values_list(model.KEY, flat=True))
        hide(model, *data.draw(st.lists(st.sampled_from(keys), unique=True, max_size=4), label=kind))
    catalogue = catalogues.build()
    for kind, items in catalogue.items.items():
        assert all(item.is_public for item in items.values()), kind
    for item, other in not_empty(linked_pairs(catalogue)):
        assert other is None or catalogue.items[other.KIND].get(other.pk) is other, f"{item.key} leads to {other}"


def test_what_is_switched_off_is_found_nowhere(content_rows):
    Activity.objects.filter(code="A26").update(what="Et andet ord end A25 står her.")
    hide(Activity, "A25")
    catalogue = catalogues.build()
    assert catalogue.find("activity", "A25") is None
    assert search.by_code("A25", catalogue) is None
    other = catalogue.find("activity", "A26")
    html = linking.linker(catalogue).inline("Se A25 og A26.")
    assert html == f'Se A25 og <a href="{linking.url(other)}">A26</a> ({other.title}).'
    assert draft_catalogues.build().find("activity", "A25").is_public is False


def test_activities_go_with_the_phase_or_the_role_that_they_cannot_do_without(content_rows):
    hide(Phase, "udfasning")
    hide(Role, "arkiv")
    catalogue = catalogues.build()
    gone = Activity.objects.filter(phase__slug="udfasning") | Activity.objects.filter(responsible__slug="arkiv")
    assert gone.exists()
    assert set(codes(catalogue.activities)) == {*Activity.objects.values_list("code", flat=True)} - {
        *gone.values_list("code", flat=True)
    }


def test_provisions_go_with_their_act_at_any_depth(content_rows):
    hide(LegalSource, "gdpr")
    slugs = set(codes(catalogues.build().sources))
    assert "ai-forordningen-art-26-stk-2" in slugs
    assert not [slug for slug in slugs if slug.startswith("gdpr")]


def test_templates_go_with_their_owner(content_rows):
    owner = DocumentTemplate.objects.get(code="S11").owner
    hide(Role, owner.slug)
    owned = set(DocumentTemplate.objects.filter(owner=owner).values_list("code", flat=True))
    assert "S11" in owned
    assert not owned & set(codes(catalogues.build().templates))


def test_what_can_stand_alone_stays_without_what_is_gone(content_rows):
    """A question that followed on another counts by itself, and a question of a checklist falls to who is responsible."""
    others = ChecklistItem.objects.exclude(role=None).exclude(role=F("activity__responsible"))
    check = others.select_related("activity", "role").first()
    hide(ScreeningQuestion, "personoplysninger")
    hide(Role, check.role.slug)
    catalogue = catalogues.build()
    assert catalogue.find("question", "foelsomme").requires is None
    assert catalogue.checklist(catalogue.find("activity", check.activity.code))[check.number - 1].role is None
    conditions = not_empty(condition for risk in catalogue.risks for condition in catalogue.conditions(risk))
    assert all(condition.question in catalogue.questions for condition in conditions)


# Reading ------------------------------------------------------------------------------------------


def test_building_costs_the_same_number_of_queries_at_two_sizes(content_rows):
    with CaptureQueriesContext(connection) as large:
        before = catalogues.build()
    for model in (Guidance, Requirement, Risk):
        model.objects.filter(code__gt=f"{model.objects.first().code[0]}05").delete()
    Activity.objects.update(small_use_with=None)
    Activity.objects.exclude(phase__slug="foranalyse").delete()
    with CaptureQueriesContext(connection) as small:
        after = catalogues.build()
    assert len(after.activities) < len(before.activities) / 2
    assert len(small) == len(large)


def test_reading_a_catalogue_that_is_built_costs_no_query(content_rows, django_assert_num_queries):
    catalogue = catalogues.build()
    with django_assert_num_queries(0):
        for item, other in not_empty(linked_pairs(catalogue)):
            str(item), str(other)
        for template in catalogue.templates:
            [catalogue.fields(section) for section in catalogue.sections(template)]
        assert catalogue.reviewed_on


def test_a_page_costs_one_query_and_a_change_is_seen_by_the_next(content_rows, django_assert_num_queries):
    """Another process learns of a change by the number in the database alone."""
    first = catalogues.current()
    with django_assert_num_queries(1):
        assert catalogues.current() is first
    with django_assert_num_queries(0):
        assert catalogues.current(first.version) is first
    Activity.objects.filter(code="A25").update(title="En ny titel")
    toolbox_version.bump()
    second = catalogues.current()
    assert second.find("activity", "A25").title == "En ny titel"
    assert first.find("activity", "A25").title != "En ny titel"
    assert catalogues.current() is second


def test_a_new_day_is_read_anew(content_rows, monkeypatch):
    """What is overdue depends on the day, and no number changes at midnight."""
    today = catalogues.current()
    tomorrow = today.day + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda: tomorrow)
    assert catalogues.current() is not today
    assert catalogues.current().day == tomorrow


def test_a_change_while_it_is_read_is_seen_by_the_next_page(content_rows, monkeypatch):
    read = catalogues.read

    def read_and_be_overtaken(version, day):
        catalogue = read(version, day)
        monkeypatch.setattr(catalogues, "read", read)
        Activity.objects.filter(code="A25").update(title="En ny titel")
        toolbox_version.bump()
        return catalogue

    monkeypatch.setattr(catalogues, "read", read_and_be_overtaken)
    catalogues.forget()
    before = catalogues.current()
    assert before.version < toolbox_version.current()
    catalogue = catalogues.current()
    assert catalogue.find("activity", "A25").title == "En ny titel"
    assert catalogue.version == toolbox_version.current()


def test_an_empty_toolbox_is_a_catalogue_too(db):
    catalogue = catalogues.build()
    assert not any(catalogue.items.values())
    assert catalogue.reviewed_on is None


@pytest.mark.parametrize(
    ("days", "status"), [(1, LegalStatus.ADOPTED), (0, LegalStatus.IN_FORCE), (-1, LegalStatus.IN_FORCE)]
)
def test_adopted_law_is_in_force_from_its_day_on_without_anybodys_doing(days, status, content_rows):
    rows = LegalSource.objects.filter(slug="ai-forordningen-art-26")
    rows.update(status=LegalStatus.ADOPTED, applies_from=timezone.localdate() + timedelta(days=days))
    assert catalogues.build().find("source", "ai-forordningen-art-26").status == status
    assert rows.get().status == LegalStatus.ADOPTED  # what an editor sees, with a note of the content check


def test_what_is_adopted_or_proposed_without_a_day_stays_so(content_rows):
    rows = LegalSource.objects.filter(slug="ai-forordningen-art-26")
    for status, day in ((LegalStatus.ADOPTED, None), (LegalStatus.PROPOSED, timezone.localdate())):
        rows.update(status=status, applies_from=day)
        assert catalogues.build().find("source", "ai-forordningen-art-26").status == status
