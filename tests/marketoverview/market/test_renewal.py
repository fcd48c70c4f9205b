"""The next snapshot, made of the one that is held, equals one that is read from nothing, and leaves the held one whole."""

from datetime import date, datetime, timedelta
from itertools import count
from random import Random

import pytest
from django.utils import timezone

from marketoverview.market.snapshot import Entry, snapshots
from marketoverview.models import (
    Answer,
    Option,
    Question,
    Response,
    Status,
    SurveyRound,
    Vendor,
    map_answers,
    market_version,
    object_to_mapping,
    unmap_answer,
)
from tests.builders import give_answers, make_offering, make_question, make_response, make_round, make_user
from tests.concurrency import run_at_once
from tests.snapshots import described

OPTIONS = {"services": ("a", "b", "c", "other"), "technologies": ("x", "y", "other"), "company-size": ("s", "l")}
NAMES = ("Agern", "Birk", "Ceder", "Ælsket", "Østerbro", "Aalborg Data", "Åen", "agern", "Zebra")
TEXTS = ("sagsbehandling", "jordvarme", "postsortering", "børn", "dataetik", "Aarhus", "robotter på arbejde")
LOCALDATE = timezone.localdate
SEARCHES = ("behandling", "post", "varme", "århus", "etik", "findes slet ikke")


class Market:
    """The verbs and edits that change what is public, each on what chance chooses."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.member, self.curator = make_user(), make_user(is_staff=True)
        self.numbers = count(1)
        self.days_passed = 0
        self.vendors = [Vendor.objects.create(name=name, slug=f"firma-{number}") for number, name in enumerate(NAMES)]

    def text(self) -> str:
        return " ".join(self.chance.sample(TEXTS, 2))

    def published(self) -> Response | None:
        responses = list(Response.objects.published().order_by("pk"))
        return self.chance.choice(responses) if responses else None

    def answers(self) -> dict[str, list[str]]:
        """One or two offered options of each question that the round asks."""
        offered = {
            question.code: [option.code for option in question.options.filter(retired_on=None).order_by("pk")]
            for question in make_round().questions.order_by("pk")
        }
        return {
            code: self.chance.sample(codes, min(len(codes), self.chance.randint(1, 2)))
            for code, codes in offered.items()
        }

    # What happens ---------------------------------------------------------------------------------

    def publish(self) -> None:
        response = Response.begin(self.chance.choice(self.vendors), make_round(), self.member)
        response.answers.all().delete()
        response.offerings.all().delete()
        Response.objects.filter(pk=response.pk).update(description=self.text(), company_name=self.chance.choice(NAMES))
        response.refresh_from_db()
        answers = self.answers()
        give_answers(response, answers, dict.fromkeys(answers, self.text()))
        for _ in range(self.chance.randint(0, 3)):
            combined = {code: chosen[:1] for code, chosen in self.answers().items() if code != "services"}
            stage = self.chance.choice(("", "idea", "pilot"))
            make_offering(response, self.text(), combined, stage=stage, where_used=self.chance.choice(TEXTS))
        response.contact_email = "ki@firma.example"
        response.save(update_fields=["contact_email"])
        response.submit(self.member)
        response.publish(self.curator)

    def withdraw(self) -> None:
        if response := self.published():
            response.withdraw(self.curator, "Ønsket af virksomheden.")

    def erase(self) -> None:
        Response.delete_for_good(Response.objects.filter(status__in=(Status.WITHDRAWN, Status.ARCHIVED)))

    def confirm(self) -> None:
        if response := self.published():
            response.confirm(self.curator)
            earlier = timezone.localdate() - timedelta(days=self.chance.randint(0, 400))
            Response.objects.filter(pk=response.pk).update(confirmed_at=earlier)  # as if it had been then
            market_version.bump([response.vendor_id])

    def rename(self) -> None:
        if response := self.published():
            response.vendor.update_identity(f"{self.chance.choice(NAMES)} {self.chance.choice(NAMES)}", "")
            market_version.bump([response.vendor_id])

    def count_own_words(self) -> None:
        answers = list(Answer.objects.exclude(own_words="").filter(response__status=Status.PUBLISHED).order_by("pk"))
        if not answers:
            return
        question = self.chance.choice(answers).option.question
        chosen = [answer for answer in answers if answer.option.question_id == question.pk]
        if self.chance.random() < 0.5:
            number = next(self.numbers)
            map_answers(
                question, chosen, {"code": f"ny-{number}", "label_da": f"Ny {number}", "label_en": "New"}, self.curator
            )
        else:
            map_answers(question, chosen, question.options.filter(is_other=False).first(), self.curator)

    def take_back_counting(self) -> None:
        mapped = Answer.objects.filter(mapped_from__isnull=False).order_by("pk").first()
        if mapped and self.chance.random() < 0.5:
            unmap_answer(mapped, self.curator)
        elif mapped:
            object_to_mapping(mapped.mapped_from, self.member, "Nej tak")

    def retire_or_bring_back(self) -> None:
        option = self.chance.choice(list(Option.objects.order_by("pk")))
        (option.bring_back if option.retired_on else option.retire)()
        market_version.bump([])

    def edit_question(self) -> None:
        question = self.chance.choice(list(Question.objects.order_by("pk")))
        question.heading_da = f"Overskrift {next(self.numbers)}"
        question.is_searchable = not question.is_searchable
        question.save()
        option = self.chance.choice(list(question.options.order_by("pk")))
        Option.objects.filter(pk=option.pk).update(label_da=f"Mærkat {next(self.numbers)}")
        market_version.bump([])

    def ask_or_drop_question(self) -> None:
        question = self.chance.choice(list(Question.objects.order_by("pk")))
        current = make_round()
        (question.rounds.remove if question.rounds.filter(pk=current.pk).exists() else question.rounds.add)(current)
        market_version.bump([])

    def release_or_hide_round(self) -> None:
        for survey_round in SurveyRound.objects.exclude(pk=make_round().pk):
            survey_round.delete()
        later = make_round("senere", opens_on=timezone.localdate())
        later.questions.set(self.chance.sample(list(Question.objects.order_by("pk")), 2))
        market_version.bump([])

    def change_anything(self) -> None:
        Vendor.objects.filter(pk=self.chance.choice(self.vendors).pk).update(name="Uden for alle regler")
        market_version.bump()

    def let_time_pass(self) -> None:
        self.days_passed += 1

    def localdate(self, value: datetime | None = None) -> date:
        return LOCALDATE(value) + timedelta(days=0 if value else self.days_passed)


ACTIONS = (
    "publish", "publish", "publish", "publish", "withdraw", "withdraw", "erase", "confirm", "rename", "count_own_words",
    "take_back_counting", "retire_or_bring_back", "edit_question", "ask_or_drop_question", "release_or_hide_round",
    "change_anything", "let_time_pass",
)  # fmt: skip


@pytest.fixture
def renewals(db, monkeypatch):
    """Questions, and how many snapshots were made from the held one; a small market is not read whole each time."""
    for code, options in OPTIONS.items():
        make_question(code, options, is_searchable=code != "company-size")
    monkeypatch.setattr("marketoverview.market.snapshot.MOST_REPLACED", 1.0)
    made, renew = [], snapshots.renew

    def counted(held, vendors, version, day):
        made.append(sorted(vendors))
        return renew(held, vendors, version, day)

    monkeypatch.setattr(snapshots, "renew", counted)
    return made


@pytest.mark.parametrize("seed", range(12))
def test_the_next_snapshot_equals_one_that_is_read_from_nothing(renewals, monkeypatch, seed):
    chance = Random(seed)
    market = Market(chance)
    monkeypatch.setattr(timezone, "localdate", market.localdate)
    for _ in range(3):
        market.publish()
    snapshots.current()
    for action in chance.choices(ACTIONS, k=15):
        held = snapshots.current()
        before = described(held, SEARCHES)
        getattr(market, action)()
        now = snapshots.current()
        assert described(now, SEARCHES) == described(snapshots.build(), SEARCHES), action
        assert described(held, SEARCHES) == before, f"{action} changed the snapshot that was held"
    assert len(renewals) > 5


# Many at once -------------------------------------------------------------------------------------


def publish_number(response: Response, number: int) -> None:
    """Publish answers that name the number in every place where a vendor writes."""
    draft = Response.begin(response.vendor, response.round, None)
    draft.answers.filter(option__code="other").update(own_words=f"ord {number}")
    draft.offerings.all().update(title=f"tilbud {number}", where_used=f"sted {number}")
    Response.objects.filter(pk=draft.pk).update(description=f"tekst {number}")
    draft.refresh_from_db()
    draft.submit(None)
    draft.publish(None)


def numbers_in(entry: Entry) -> set[str]:
    """The numbers that the published answers of one vendor name."""
    offerings = [text for offering in entry.offerings for text in (offering.title, offering.where_used)]
    texts = [entry.description, *offerings, *(words for _option, words in entry.own_words)]
    return {text.split()[-1] for text in texts}


def test_readers_see_whole_and_current_answers_while_others_publish(transactional_db, monkeypatch):
    monkeypatch.setattr("marketoverview.market.snapshot.MOST_REPLACED", 1.0)
    responses = []
    for name in NAMES[:4]:
        response = make_response(
            name, answers={"services": ["a", "other"]}, offerings=[{"title": "tilbud"}, {"title": "andet tilbud"}]
        )
        publish_number(response, 0)
        responses.append(response)
    snapshots.current()
    finished, seen = [], []

    def publish(response: Response) -> None:
        try:
            for number in range(1, 6):
                publish_number(response, number)
        finally:
            finished.append(response)

    def read() -> None:
        while len(finished) < len(responses):
            version = market_version.current()
            now = snapshots.current()
            seen.append(now.version)
            assert now.version >= version
            assert now.size == len(responses)
            assert [numbers for entry in now.entries if len(numbers := numbers_in(entry)) != 1] == []

    run_at_once(lambda response: publish(response) if response else read(), [*responses, None, None, None])
    assert len(set(seen)) > 3
    assert {number for entry in snapshots.current().entries for number in numbers_in(entry)} == {"5"}
    assert described(snapshots.current()) == described(snapshots.build())
