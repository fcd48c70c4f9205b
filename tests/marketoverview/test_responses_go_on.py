"""From every state that the steps of a response reach there is a way on for the person whose turn it is."""

import random
from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone

from marketoverview.admin.steps import available_steps
from marketoverview.models import (
    Response,
    Status,
    SurveyRound,
    TransitionRefused,
)
from marketoverview.models.draft_base import COMPANY_FIELDS, EMPTY_CONTACT
from marketoverview.survey.deadlines import may_answer
from marketoverview.survey.parts import survey_parts
from tests.builders import (
    give_answers,
    make_curator,
    make_offering,
    make_option,
    make_question,
    make_response,
    make_round,
    make_user,
    make_vendor,
)
from tests.days import days
from tests.marketoverview.repairs import repair, tried

pytestmark = pytest.mark.django_db


class Walk:
    """One vendor, and what its members, KL and time do to its responses, in any order."""

    def __init__(self, client, seed: int) -> None:
        self.client, self.choice = client, random.Random(seed)
        self.round = make_round("2026", opens_on=days(-60), closes_on=days(10))
        make_question("services", ["advisory", "development", "other"], round=self.round, is_required=True)
        make_question("technologies", ["nlp", "vision"], round=self.round, matrix_axis="row")
        self.vendor, self.curator = make_vendor("Nordstjernen"), make_curator()
        self.member = make_user(member_of=self.vendor)
        make_user(member_of=self.vendor)

    @property
    def open(self) -> Response | None:
        return self.vendor.responses.open().first()

    @property
    def public(self) -> Response | None:
        return self.vendor.responses.published().first()

    def steps(self) -> list[Callable[[], object]]:
        """What can happen now."""
        always = [self.close_round, self.retire_option, self.take_question_out, self.new_round, self.allow_new_answers]
        match self.open and self.open.status:
            case Status.DRAFT | Status.RETURNED:
                own = [self.submit, self.submit, self.submit, lambda: self.open.discard(self.member)]
            case Status.SUBMITTED:
                own = [
                    lambda: self.open.publish(self.curator),
                    lambda: self.open.publish(self.curator),
                    lambda: self.open.send_back(self.curator, "", {"services": "Hvilken?", "contact": "Hvem?"}),
                    lambda: self.open.reject(self.curator, "Nej."),
                    lambda: self.open.take_back(self.member),
                    lambda: self.open.record_opened_by_kl(),
                    lambda: self.withdraw_as_before(),
                ]
            case _:
                own = [self.begin, self.begin, self.begin]
        if self.public:
            own += [
                lambda: self.public.confirm(self.member),
                lambda: self.public.withdraw(self.member, "", by_kl=False),
                lambda: self.public.withdraw(self.curator, "Ønsket.", by_kl=True),
            ]
        return own + self.choice.sample(always, 1)

    def begin(self) -> None:
        survey_round = SurveyRound.current()
        if may_answer(survey_round, self.vendor):
            draft = Response.begin(self.vendor, survey_round, self.member)
            if not draft.answers.exists():
                give_answers(draft, {"services": ["advisory", "other"]})
            if not draft.offerings.exists():
                make_offering(draft, options={"technologies": ["nlp"]})

    def submit(self) -> None:
        if may_answer(self.open.round, self.vendor):
            self.complete()
            self.open.submit(self.member)

    def withdraw_as_before(self) -> None:
        """The withdrawal of version 1.0.0, and then the migration."""
        if public := self.public:
            public._perform("withdraw", self.member, "", by_kl=False, closed_at=timezone.now())
            Response.objects.filter(vendor=self.vendor).update(changed_at=timezone.now(), **EMPTY_CONTACT)
            repair()

    def close_round(self) -> None:
        SurveyRound.objects.filter(opens_on__lt=days(-1)).update(closes_on=days(-1))

    def allow_new_answers(self) -> None:
        SurveyRound.objects.update(new_answers_after_close=True)

    def retire_option(self) -> None:
        make_option(make_question("services"), "advisory")
        make_question("services").options.filter(code="advisory").update(retired_on=timezone.localdate())
        make_question("technologies").options.filter(code="nlp").update(retired_on=timezone.localdate())

    def take_question_out(self) -> None:
        make_question("technologies").rounds.clear()

    def new_round(self) -> None:
        self.close_round()
        number = SurveyRound.objects.count()
        newest = make_round(f"202{6 + number}", opens_on=days(number - 10), closes_on=days(30))
        make_question("services").rounds.add(newest)

    def complete(self) -> None:
        """Do on the pages of the draft what they ask for: texts, retired options, examples, contact."""
        draft = self.open
        texts = dict.fromkeys(COMPANY_FIELDS, "") | {"description": "Vi rådgiver.", "company_name": self.vendor.name}
        contents = {"company": texts, "contact": EMPTY_CONTACT | {"contact_email": "ki@nordstjernen.example"}}
        for part in survey_parts(draft.round):
            url = reverse("vendor:part", args=[draft.pk, part.key])
            if part.key in contents:
                form = {name: value for name, value in contents[part.key].items() if value}
            elif part.key == "offerings":
                for offering in list(draft.offerings.all()):
                    draft.remove_offering(offering.key, self.member)
                continue
            else:
                form = {question.code: "development" for question in part.questions if question.is_required}
                form |= {f"{question.code}-retired": "on" for question in part.questions}
            page = self.client.get(url)
            assert page.status_code == 200, url
            assert self.client.post(url, form | {"seen": page.context["seen"]}).status_code == 302, url
        missing = self.open.missing_items()
        assert not missing, [item.text for item in missing]

    def assert_ways_on(self) -> None:
        self.client.force_login(self.member)
        assert self.client.get(reverse("vendor:company", args=[self.vendor.slug])).status_code == 200
        draft = self.open
        if draft and draft.is_editable:
            for name in ("tasks", "review", "discard"):
                assert self.client.get(reverse(f"vendor:{name}", args=[draft.pk])).status_code == 200
            if may_answer(draft.round, self.vendor):
                with tried():
                    self.complete()
                    self.open.submit(self.member)
                    self.open.publish(self.curator)
            else:
                is_asked = draft.status == Status.RETURNED and draft.round == SurveyRound.current()
                assert not is_asked, "KL has sent it back, and it cannot be handed in again"
            with tried():
                self.open.discard(self.member)
        elif draft:
            assert {step.name for step in available_steps(self.curator, draft)} >= {"publish", "send-back", "reject"}
            with tried():
                self.open.send_back(self.curator, "Skriv mere.")
            with tried():
                self.open.reject(self.curator, "Nej.")
            with tried():
                self.open.publish(self.curator)  # nothing waits for KL that KL can only give back
        with tried():  # whatever there is, the next round is answered
            self.new_round()
            if draft is None or draft.is_editable:
                Response.begin(self.vendor, SurveyRound.current(), self.member)
                self.complete()
                self.open.submit(self.member)


@pytest.mark.parametrize("seed", range(12))
def test_a_response_always_goes_on(seed, client):
    walk = Walk(client, seed)
    walk.client.force_login(walk.member)
    seen = set()
    for _step in range(10):
        step = walk.choice.choice(walk.steps())
        try:
            step()
        except TransitionRefused:
            assert walk.open.opened_by_kl_at  # the vendor came too late to take it back
        seen.add(walk.open.status if walk.open else "")
        walk.assert_ways_on()
    assert len(seen) > 1


@pytest.mark.parametrize("is_public", [True, False])
def test_what_kl_has_sent_back_is_handed_in_after_the_end(is_public, client, vendor, owner):
    survey_round = make_round(opens_on=days(-60), closes_on=days(-1), corrections_after_close=False)
    if is_public:
        make_response(vendor)
    draft = make_response(vendor, "returned")
    client.force_login(owner)
    assert may_answer(survey_round, vendor)
    page = client.get(reverse("vendor:review", args=[draft.pk]))
    form = {"declaration": "on", "seen": page.context["seen"]} | {
        name: "on" for name in page.context["form"].fields if name != "seen"
    }
    client.post(reverse("vendor:review", args=[draft.pk]), form)
    draft.refresh_from_db()
    assert draft.status == Status.SUBMITTED
    assert not may_answer(survey_round, vendor)


def test_a_remark_at_a_question_that_is_asked_no_longer_is_named_and_not_open(client, vendor, owner, curator):
    question = make_question("services", ["advisory"])
    response = make_response(vendor, "submitted", answers={"services": ["advisory"]})
    response.send_back(curator, "", {"services": "Hvilken rådgivning?", "description": "Kortere."})
    assert response.remarks_and_open()[1] == {"services", "description"}
    question.rounds.clear()
    draft = Response.objects.get(pk=response.pk)
    assert draft.remarks_and_open()[1] == {"description"}
    client.force_login(owner)
    text = client.get(reverse("vendor:company", args=[vendor.slug])).content.decode()
    assert "Spørgsmål services" in text
    review = client.get(reverse("vendor:review", args=[draft.pk]))
    assert review.context["open_remarks"] == ["Beskrivelse"]
