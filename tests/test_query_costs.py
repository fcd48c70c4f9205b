"""The numbers of queries that docstrings give are true. Savepoints do not count."""

import pytest
from django.utils import timezone

from kl_ai.mail import outbox
from kl_ai.mail.models import OutgoingMail
from legaltoolbox.models import ChecklistItem
from marketoverview import frame
from marketoverview.market import snapshot
from marketoverview.models import Response, map_answer, object_to_mapping
from marketoverview.survey.parts import part_states, survey_parts
from tests.builders import make_option, make_own_words, make_response
from tests.query_counts import costs

# The market overview ----------------------------------------------------------------------------


def test_a_snapshot_costs_eight(demo):
    with costs(8):
        snapshot._read(1, timezone.localdate())


def test_the_banner_costs_one_for_each_version(demo, rf):
    with costs(3):
        frame.frame_context(rf.get("/"))
    with costs(1):
        frame.frame_context(rf.get("/"))


def test_the_parts_of_the_survey_cost_two(survey, vendor):
    survey_round = make_response(vendor, "draft").round
    with costs(2):
        survey_parts(survey_round)


@pytest.fixture
def returned(survey, vendor, curator) -> Response:
    response = make_response(vendor, "submitted")
    response.send_back(curator, "Se nedenfor.", {"description": "For kort."})
    return Response.objects.select_related("round", "based_on").get(pk=response.pk)


def test_the_states_of_the_parts_cost_fourteen(returned):
    parts = survey_parts(returned.round)
    with costs(14):
        part_states(returned, parts)


def test_the_remarks_cost_two_and_the_reason_one(returned):
    with costs(2):
        assert returned.remarks == {"description": "For kort."}
    with costs(1):
        assert returned.reason == "Se nedenfor."


def test_prefetched_events_cost_nothing_more(returned):
    response = Response.objects.prefetch_related("events").get(pk=returned.pk)
    with costs(0):
        assert response.reason == "Se nedenfor."
    with costs(1):
        assert response.remarks == {"description": "For kort."}


def test_a_response_that_is_not_sent_back_has_no_remarks_and_costs_nothing(vendor):
    response = Response.objects.get(pk=make_response(vendor).pk)
    with costs(0):
        assert response.remarks == {}


def test_what_is_missing_costs_four_and_the_round(returned):
    with costs(4):
        returned.missing_items()
    response = Response.objects.get(pk=returned.pk)
    with costs(5):
        response.missing_items()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_keeping_what_kl_has_counted_costs_four_and_two_for_each(number, vendor, curator):
    answer = make_own_words("Agern")
    earlier = answer.response
    draft = Response.begin(earlier.vendor, earlier.round, curator)
    for n in range(number):
        map_answer(answer, make_option(answer.option.question, f"option-{n}"), curator)
    with costs(4 + 2 * number):
        draft._keep_mappings(earlier)
    assert draft.answers.filter(mapped_from__isnull=False).count() == number


def test_keeping_an_objection_costs_two(vendor, owner, curator):
    answer = make_own_words("Agern")
    draft = Response.begin(answer.response.vendor, answer.response.round, curator)
    map_answer(answer, make_option(answer.option.question, "ethics"), curator)
    object_to_mapping(answer, owner, "Det er noget andet.")
    with costs(6):
        draft._keep_mappings(answer.response)
    assert draft.answers.get().objection == "Det er noget andet."


# The mail ---------------------------------------------------------------------------------------


def make_mail(to: str = "ki@nordstjernen.example") -> OutgoingMail:
    return OutgoingMail.queue(OutgoingMail(key=to, to=to, kind="try", language="da", subject="Hej", body="Hej"))


@pytest.fixture
def _mail_server(settings):
    settings.EMAIL_BACKEND = "tests.mailserver.Server"


@pytest.mark.django_db
@pytest.mark.usefixtures("_mail_server")
class TestMail:
    def test_queueing_costs_two_and_one_where_the_key_is_stored(self):
        with costs(2):
            make_mail()
        with costs(1):
            make_mail()

    @pytest.mark.parametrize(("domain", "number"), [("nordstjernen", 3), ("fuld", 3), ("ukendt", 5)])
    def test_delivering_costs_three_and_five_where_the_address_is_refused(self, domain, number):
        mail = make_mail(f"nogen@{domain}.example")
        with costs(number):
            outbox.deliver(mail)

    def test_delivering_what_is_not_due_costs_one(self):
        mail = make_mail()
        outbox.deliver(mail)
        with costs(1):
            outbox.deliver(mail)

    def test_a_run_costs_two_and_three_for_each_mail(self):
        with costs(2):
            outbox.send_waiting()
        make_mail()
        with costs(5):
            outbox.send_waiting()

    def test_a_dry_run_costs_one(self):
        with costs(1):
            outbox.send_waiting(dry_run=True)


# The legal toolbox ------------------------------------------------------------------------------


@pytest.fixture
def rows(content_rows) -> list[ChecklistItem]:
    return list(ChecklistItem.objects.filter(activity__code="A25"))


def test_a_key_costs_two_and_four_for_a_new_row(rows):
    new = ChecklistItem(activity=rows[0].activity, number=99)
    for row, number in ((rows[0], 2), (new, 4)):
        with costs(number):
            row.give_key()


def test_a_key_costs_five_where_the_row_comes_back_and_its_key_is_in_use(rows):
    row, other = rows[:2]
    former_key = row.key
    ChecklistItem.objects.filter(pk=row.pk).delete()
    ChecklistItem.objects.filter(pk=other.pk).update(key=former_key)
    with costs(5):
        row.give_key()
    assert row.key != former_key
