"""A small market in which chance decides what happens next, by the verbs and edits that change what is public."""

from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from django.utils import timezone

from marketoverview.models import (
    Answer,
    Edition,
    FigureComment,
    Option,
    Question,
    Response,
    Status,
    SurveyRound,
    Vendor,
    freeze_month,
    map_answers,
    market_version,
    object_to_mapping,
    unmap_answer,
)
from tests.admin_pages import Page, admin_url, logged_in
from tests.builders import give_answers, make_offering, make_question, make_round, make_user

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
        self.staff = logged_in(make_user(is_staff=True, is_superuser=True))
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
            name = f"{self.chance.choice(NAMES)} {next(self.numbers)}"
            Page(self.staff, admin_url(Vendor, "change", response.vendor_id)).send(name=name)

    def bring_back_name(self) -> None:
        if response := self.published():
            version = self.chance.choice(list(response.vendor.history.order_by("pk")))
            Page(self.staff, admin_url(Vendor, "simple_history", response.vendor_id, version.pk)).send()

    def add_vendor(self) -> None:
        name = f"Ny {next(self.numbers)}"
        Page(self.staff, admin_url(Vendor, "add")).send(name=name, slug=name.lower().replace(" ", "-"), country="SE")
        self.vendors.append(Vendor.objects.get(name=name))

    def delete_vendor(self) -> None:
        self.add_vendor()
        self.staff.post(admin_url(Vendor, "delete", self.vendors.pop().pk), {"post": "yes"})

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

    def comment_on_figure(self) -> None:
        question = self.chance.choice(list(Question.objects.order_by("pk")))
        text = self.text()
        if comment := FigureComment.objects.filter(question=question).first():
            Page(self.staff, admin_url(FigureComment, "change", comment.pk)).send(text_da=text)
        else:
            Page(self.staff, admin_url(FigureComment, "add")).send(question=question.pk, text_da=text)

    def delete_comment(self) -> None:
        if not FigureComment.objects.exists():
            self.comment_on_figure()
        comment = FigureComment.objects.earliest("pk")
        self.staff.post(admin_url(FigureComment, "delete", comment.pk), {"post": "yes"})

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

    def release_round(self) -> None:
        """A round of its own day, before which those without an end close."""
        SurveyRound.objects.exclude(pk=make_round().pk).delete()
        today = timezone.localdate()
        later = make_round("senere", opens_on=today, closes_on=today + timedelta(days=90), released_at=None)
        later.questions.set(self.chance.sample(list(Question.objects.order_by("pk")), 2))
        Option.objects.filter(question__rounds=later).update(retired_on=None)  # a round asks what can be chosen
        later.release(close_earlier=True)
        SurveyRound.objects.filter(pk=make_round().pk).update(closes_on=None)

    def take_back_round(self) -> None:
        self.release_round()
        SurveyRound.objects.get(code="senere").take_back()

    def freeze_edition(self) -> None:
        Edition.objects.all().delete()
        freeze_month()

    def leave_out_of_editions(self) -> None:
        Edition.leave_out([vendor.pk for vendor in self.chance.sample(self.vendors, 2)])

    def take_text_out_of_editions(self) -> None:
        self.freeze_edition()
        vendor = self.chance.choice(self.vendors)
        descriptions = vendor.responses.values_list("description", flat=True)
        Edition.take_out_texts(vendor, set(descriptions), None, "Personoplysning.")

    def discard_demonstration(self) -> None:
        Edition.discard_demonstration()

    def change_anything(self) -> None:
        Vendor.objects.filter(pk=self.chance.choice(self.vendors).pk).update(name="Uden for alle regler")
        market_version.bump()

    def let_time_pass(self) -> None:
        self.days_passed += 1

    def localdate(self, value: datetime | None = None) -> date:
        return LOCALDATE(value) + timedelta(days=0 if value else self.days_passed)


ACTIONS = (
    "publish", "publish", "publish", "publish", "withdraw", "withdraw", "erase", "confirm", "rename", "bring_back_name",
    "count_own_words", "take_back_counting", "retire_or_bring_back", "edit_question", "ask_or_drop_question",
    "release_or_hide_round", "release_round", "take_back_round", "add_vendor", "delete_vendor", "comment_on_figure",
    "delete_comment", "freeze_edition", "leave_out_of_editions", "take_text_out_of_editions",
    "discard_demonstration", "change_anything", "let_time_pass",
)  # fmt: skip


def make_questions() -> None:
    for code, options in OPTIONS.items():
        make_question(code, options, is_searchable=code != "company-size")
