"""`manage.py seed_vendors`: load data that reads like the real thing and can be told from it."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from kl_ai.search.danish import sort_key
from marketoverview.management.commands import seed_vendors
from marketoverview.models import (
    Answer,
    ModerationEvent,
    Option,
    Question,
    Response,
    SampleOffering,
    Vendor,
    VendorMember,
    market_version,
)
from tests.builders import make_curator, make_option, make_question, make_response, make_round, make_user, make_vendor
from tests.checks import not_empty

TABLES = (Vendor, VendorMember, Response, ModerationEvent, Answer, SampleOffering, SampleOffering.options.through)


@pytest.fixture(autouse=True)
def _debug_on(settings):
    settings.DEBUG = True  # the test runner turns it off


def seed(*arguments, **options):
    call_command("seed_vendors", *arguments, verbosity=0, **options)


def content() -> list[tuple]:
    """All that the load data says, without keys of the database."""
    return [
        (
            response.vendor.name,
            response.vendor.website,
            response.description,
            response.published_at,
            sorted((answer.option.natural_key(), answer.own_words) for answer in response.answers.all()),
            [
                (offering.title, offering.stage, sorted(option.natural_key() for option in offering.options.all()))
                for offering in response.offerings.all()
            ],
        )
        for response in Response.objects.order_by("vendor__slug").with_everything()
    ]


def test_each_vendor_has_one_published_response_that_reads_like_one(survey):
    seed(60)
    responses = list(Response.objects.with_everything())
    assert Vendor.objects.filter(is_demo=True, cvr_number=None).count() == len(responses) == 60
    assert {response.round.code for response in responses} == {"2026"}
    for response in responses:
        response.vendor.full_clean()
        response.full_clean()
        assert not response.missing_items()
        assert "(belastningsdata 0000" in response.vendor.name
        assert 40 <= len(response.description.split()) <= 80
        assert 1 <= len(response.offerings.all()) <= 3
        assert response.contact_email.endswith(".example")
        assert not response.contact_name
    assert len({response.description for response in responses}) > 50
    assert len({sort_key(response.vendor.name)[0][0] for response in responses}) > 12


def test_dates_follow_one_another_within_the_last_two_years(survey):
    seed(200)
    today = timezone.localdate()
    for response in not_empty(Response.objects.all()):
        assert today - timedelta(days=731) < timezone.localdate(response.created_at)
        assert response.created_at <= response.submitted_at <= response.published_at <= timezone.now()
        assert timezone.localdate(response.submitted_at) <= response.confirmed_at <= today
    assert 0 < Response.objects.stale().count() < 200


def test_answers_are_as_the_questions_allow(survey):
    retired = Option.objects.get(question__code="technologies", code="speech")
    retired.retired_on = timezone.localdate()
    retired.save()
    seed(100)
    assert not retired.answers.exists()
    for answer in not_empty(Answer.objects.select_related("option")):
        answer.clean()
        assert bool(answer.own_words) == answer.option.is_other
    for question in not_empty(Question.objects.all()):
        options = question.options.exclude(pk=retired.pk)
        chosen = [option.answers.count() for option in options]
        assert min(chosen) > 0, question
        answered = Response.objects.filter(answers__option__question=question).distinct().count()
        assert answered == 100 if question.is_required else 80 < answered < 100
        assert sum(chosen) == answered if question.kind == Question.Kind.SINGLE else sum(chosen) > answered


def test_what_an_offering_used_is_among_what_its_vendor_ticked(survey):
    seed(50)
    offerings = SampleOffering.objects.prefetch_related("options__question", "response__answers")
    assert offerings
    for offering in offerings:
        used = set(offering.options.all())
        assert used <= {answer.option for answer in offering.response.answers.all()}
        assert {option.question.code for option in used} == {"technologies", "business-areas"}


def test_the_questions_are_those_of_the_database(db):
    make_question("pets", ["cat", "dog"], round=make_round("2026"), kind="single")
    make_question("old", ["a"], round=make_round("2020", opens_on="2020-01-01"))
    make_question("empty", round=make_round("2026"))
    seed(40)
    assert set(Answer.objects.values_list("option__code", flat=True)) == {"cat", "dog"}
    assert not SampleOffering.options.through.objects.exists()


def test_the_same_seed_gives_the_same_vendors(survey):
    seed(30, seed=7)
    first = content()
    seed(30, seed=8, clear=True)
    assert content() != first
    seed(20, seed=7, clear=True)
    seed(10, seed=7)
    assert content() == first


def test_the_size_of_a_batch_does_not_change_the_vendors(survey, monkeypatch):
    seed(30)
    first = content()
    monkeypatch.setattr(seed_vendors, "BATCH", 7)
    seed(30, clear=True)
    assert content() == first


def test_a_second_run_adds_to_the_first(survey):
    seed(5)
    seed(5)
    assert list(Vendor.objects.order_by("slug").values_list("slug", flat=True)) == [
        f"belastningsdata-{number:06}" for number in range(1, 11)
    ]


def test_clearing_removes_load_data_only(survey, monkeypatch):
    make_response(make_vendor("Belastningsdata ApS", is_demo=True), answers={"services": ["advisory"]})
    make_response(make_vendor("Ægte", slug="belastningsdata-000001"))
    before = [model.objects.count() for model in TABLES]
    seed(20)
    used = Response.objects.get(vendor__slug="belastningsdata-000002")
    make_user(member_of=used.vendor)
    used.withdraw(make_curator(), "Test")
    monkeypatch.setattr(seed_vendors, "BATCH", 7)
    seed(clear=True)
    assert [model.objects.count() for model in TABLES] == before
    assert [vendor.name for vendor in Vendor.objects.order_by("name")] == ["Belastningsdata ApS", "Ægte"]


def test_the_public_version_is_bumped(survey):
    seed(2)
    first = market_version.current()
    seed(clear=True)
    assert 0 < first < market_version.current()


def test_it_is_refused_where_debug_is_off(survey, settings):
    settings.DEBUG = False
    for arguments in ({"number": 3}, {"clear": True}):
        with pytest.raises(CommandError, match="--force"):
            seed(**arguments)
    assert not Vendor.objects.exists()
    seed(3, force=True)
    assert Vendor.objects.count() == 3


def test_it_says_which_command_loads_the_questions(db):
    make_round("2026")
    with pytest.raises(CommandError, match=r"manage\.py load_survey"):
        seed(3)
    question = make_question("pets")
    make_option(question, "cat")
    seed(3)
    assert Vendor.objects.count() == 3


@pytest.mark.parametrize("arguments", [{}, {"number": -1}, {"number": 0}])
def test_the_number_of_vendors_must_be_given(survey, arguments):
    with pytest.raises(CommandError, match="how many"):
        seed(**arguments)


def test_no_vendor_is_added_beyond_the_largest_number(survey):
    make_vendor("Sidste", slug="belastningsdata-999998", is_demo=True)
    with pytest.raises(CommandError, match="--clear"):
        seed(2)
    seed(1)
    assert Vendor.objects.filter(slug="belastningsdata-999999").exists()


def test_nothing_stays_of_a_run_that_broke(survey, monkeypatch):
    monkeypatch.setattr(seed_vendors, "BATCH", 5)
    generate = seed_vendors.VendorGenerator.vendor

    def breaks(self, number):
        if number == 8:
            raise KeyboardInterrupt
        return generate(self, number)

    monkeypatch.setattr(seed_vendors.VendorGenerator, "vendor", breaks)
    with pytest.raises(KeyboardInterrupt):
        seed(10)
    assert not Vendor.objects.exists()
