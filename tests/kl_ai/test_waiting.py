"""The kinds of work that wait: counted in one query, for those who may do it, the longest wait first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kl_ai.mail.models import BadAddress
from kl_ai.waiting import WorkSection, count, kinds, kinds_for
from marketoverview.models import Response
from tests.builders import make_curator, make_editor, make_response

pytestmark = pytest.mark.django_db


def test_every_kind_has_a_code_of_its_own():
    codes = [kind.code for kind in kinds()]
    assert len(codes) == len(set(codes)) > 12


def test_nothing_waits_in_an_empty_portal():
    assert count(list(kinds())) == [] == count([])


def test_all_kinds_are_counted_in_one_query_at_any_number(django_assert_num_queries):
    kinds_of_curator = kinds_for(make_curator())
    for number in (1, 3):
        for _row in range(number):
            make_response(status="submitted")
        with django_assert_num_queries(1):
            assert count(kinds_of_curator)


def test_the_longest_wait_stands_first_and_dates_and_times_are_compared():
    curator = make_curator()
    old, new = make_response(status="submitted"), make_response(status="submitted")
    Response.objects.filter(pk=old.pk).update(submitted_at=timezone.now() - timedelta(days=9))
    Response.objects.filter(pk=new.pk).update(submitted_at=timezone.now() - timedelta(days=2))
    Response.objects.filter(pk=make_response().pk).update(confirmed_at=timezone.localdate() - timedelta(days=4000))
    BadAddress.mark("nogen@test.example", "550")
    waiting = count(kinds_for(curator))
    assert [(each.kind.code, each.number, each.days) for each in waiting] == [
        ("responses", 2, 9),
        ("stale", 1, 4000),  # of another section, however long it waits
        ("addresses", 1, 0),
    ]


def test_whoever_may_not_decide_is_told_nothing():
    make_response(status="submitted")
    editor = make_editor()
    assert {kind.permission.partition(".")[0] for kind in kinds_for(editor)} == {"legaltoolbox"}
    assert count(kinds_for(editor)) == []


def test_kinds_of_one_section():
    assert {kind.section for kind in kinds_for(make_curator(), WorkSection.WATCH)} == {WorkSection.WATCH}
