"""Makes what a test needs, with the models' own verbs where a status is concerned.

    make_response("Agern", answers={"services": ["advisory"]})                      # published
    make_response(vendor, "draft", answers={"services": ["other"]}, own_words={"services": "Etik"})
    make_response(offerings=[{"title": "Postsortering", "options": {"technologies": ["nlp"]}}])

Questions and options that the survey does not hold yet are made on the way, so a test names only what it is about.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import count

from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.text import slugify

from kl_ai.models import User
from marketoverview.company_names import stored_name
from marketoverview.models import (
    Answer,
    Follower,
    Invitation,
    Option,
    Question,
    Response,
    SampleOffering,
    SurveyRound,
    Vendor,
    VendorMember,
    market_version,
)
from marketoverview.models.followers import a_year_from

_number = count(1)

Codes = Mapping[str, Iterable[str]]
"""Question code to option codes."""


# People -----------------------------------------------------------------------------------------


def make_user(email: str = "", *, member_of: Vendor | None = None, **fields) -> User:
    user = User.objects.create_user(email or f"user{next(_number)}@example.org", **fields)
    if member_of:
        VendorMember.objects.create(vendor=member_of, user=user)
    return user


def make_curator(email: str = "") -> User:
    """Staff of KL with all that a curator may do."""
    return _make_staff(email, "Kuratorer")


def make_editor(email: str = "") -> User:
    """Staff of KL who writes, but does not decide on vendors' responses."""
    return _make_staff(email, "Redaktører")


def make_administrator(email: str = "") -> User:
    """Staff of KL who does all that and looks after users; no superuser."""
    return _make_staff(email, "Administratorer")


def _make_staff(email: str, group: str) -> User:
    user = make_user(email, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


# Survey -----------------------------------------------------------------------------------------


def make_round(code: str = "2026", **fields) -> SurveyRound:
    """A released round that has opened."""
    words = {"name_da": f"Runde {code}", "name_en": f"Round {code}"}
    fields = words | {"opens_on": date(2026, 1, 15), "released_at": timezone.now()} | fields
    return SurveyRound.objects.get_or_create(code=code, defaults=fields)[0]


def make_next_round(code: str = "2027", **fields) -> SurveyRound:
    """A released round that asks every question that there is."""
    survey_round = make_round(code, **fields)
    survey_round.questions.set(Question.objects.all())
    return survey_round


def make_question(code: str, options: Iterable[str] = (), *, round: SurveyRound | None = None, **fields) -> Question:
    """The question of this code in `round`, with options of these codes."""
    number = next(_number)
    words = {
        "position": number,
        "heading_da": f"Spørgsmål {code}",
        "heading_en": f"Question {code}",
        "text_da": f"Hvad med {code}?",
        "text_en": f"What about {code}?",
        "phrase_da": "vælger {options}",
        "phrase_en": "choose {options}",
    }
    question, is_new = Question.objects.get_or_create(code=code, defaults=words | fields)
    if is_new:
        question.rounds.add(round or make_round())
    for option in options:
        make_option(question, option)
    return question


def make_option(question: Question, code: str, **fields) -> Option:
    """The option of this code; `other` takes the vendor's own words."""
    words = {
        "position": next(_number),
        "label_da": f"Svar {code}",
        "label_en": f"Option {code}",
        "is_other": code == "other",
    }
    return Option.objects.get_or_create(question=question, code=code, defaults=words | fields)[0]


# Vendors and their responses --------------------------------------------------------------------


def make_vendor(name: str = "", **fields) -> Vendor:
    """A vendor that KL knows, unless `vetted_at` is None."""
    name = name or f"Firma {next(_number)}"
    fields = {"slug": slugify(name), "vetted_at": timezone.now(), **stored_name(name)} | fields
    return Vendor.objects.create(name=name, **fields)


def make_response(
    vendor: Vendor | str = "",
    status: str = "published",
    *,
    answers: Codes | None = None,
    own_words: Mapping[str, str] | None = None,
    offerings: Iterable[Mapping] = (),
    round: SurveyRound | None = None,
    confirmed_at: date | None = None,
    **fields,
) -> Response:
    """A response that came to its status by the verbs, from the vendor's draft to KL's decision.

    A submitted response answers every required question: one that the test does not mention gets its first option.

    `answers` is question code to option codes, `own_words` question code to the words beside its option `other`,
    `offerings` takes the fields of `SampleOffering` with `options` as `answers`, and `fields` those of `Response`.
    """
    if not isinstance(vendor, Vendor):
        vendor = make_vendor(vendor)
    member, curator = make_user(member_of=vendor), make_user(is_staff=True)
    response = Response.begin(vendor, round or make_round(), member)
    fields = {"description": f"Vi er {vendor}.", "contact_email": f"ki@{vendor.slug}.example"} | fields
    Response.objects.filter(pk=response.pk).update(**fields)
    response.refresh_from_db()
    give_answers(response, answers or {}, own_words or {})
    for offering in offerings:
        make_offering(response, **offering)
    _bring_to(status, response, member, curator)
    if confirmed_at:
        Response.objects.filter(pk=response.pk).update(confirmed_at=confirmed_at)
        market_version.bump()
    response.refresh_from_db()
    return response


def give_answers(response: Response, answers: Codes, own_words: Mapping[str, str] | None = None) -> None:
    """Add these answers to the response; own words default to a sentence where the option takes them."""
    for code, options in answers.items():
        question = make_question(code, round=response.round)
        for option in (make_option(question, option) for option in options):
            words = (own_words or {}).get(code, "Noget andet") if option.is_other else ""
            Answer.objects.create(response=response, option=option, own_words=words)


def make_offering(
    response: Response, title: str = "Et tilbud", options: Codes | None = None, **fields
) -> SampleOffering:
    fields = {"position": response.offerings.count() + 1} | fields
    offering = SampleOffering.objects.create(response=response, title=title, **fields)
    for code, chosen in (options or {}).items():
        question = make_question(code, round=response.round)
        offering.options.add(*(make_option(question, option) for option in chosen))
    return offering


def make_own_words(vendor: str, words: str = "Dataetik", **fields) -> Answer:
    """The vendor's own words beside the option `other` of the question on services, in a published response."""
    return make_response(vendor, answers={"services": ["other"]}, own_words={"services": words}, **fields).answers.get()


def make_invitation(email: str = "ny@vestlyset.example", vendor: Vendor | None = None, **fields) -> Invitation:
    """An invitation that waits, to act for a vendor or, without one, to register a company."""
    fields = {"company_name": vendor.name if vendor else "Vestlyset"} | fields
    return Invitation.objects.create(email=email, vendor=vendor, **stored_name(fields["company_name"]) | fields)


def make_follower(selection: str = "", email: str = "", *, days_ago: int = 40, **fields) -> Follower:
    """Somebody who has confirmed and got the last mail so many days ago, and has seen nothing in the selection."""
    at = timezone.now() - timedelta(days=days_ago)
    day = timezone.localdate(at)
    own = {"requested_at": at, "confirmed_at": at, "last_sent_at": at, "ends_on": a_year_from(day)} | fields
    return Follower.objects.create(email=email or f"follower{next(_number)}@by.example", selection=selection, **own)


def _bring_to(status: str, response: Response, member: User, curator: User) -> None:
    if status == "draft":
        return
    if status == "discarded":
        response.discard(member)
        return
    _answer_what_is_required(response)
    response.submit(member)
    if status == "returned":
        response.send_back(curator, "Der mangler noget.")
    elif status == "rejected":
        response.reject(curator, "Det handler ikke om kunstig intelligens.")
    elif status in ("published", "withdrawn", "archived"):
        response.publish(curator)
    if status == "withdrawn":
        response.withdraw(curator, "Virksomheden har bedt om det.")
    elif status == "archived":
        successor = Response.begin(response.vendor, response.round, member)
        successor.submit(member)
        successor.publish(curator)


def _answer_what_is_required(response: Response) -> None:
    required = response.round.questions.filter(is_required=True).exclude(options__answers__response=response)
    for question in required.distinct():
        Answer.objects.create(response=response, option=question.options.filter(is_other=False).first())
