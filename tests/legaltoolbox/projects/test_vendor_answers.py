"""What vendors answer and ask behind their link: saved, handed in, shut when the time is over."""

import pytest
from django.core.exceptions import ValidationError

from kl_ai.drafts.parts import ChangedMeanwhile, PageSave, fingerprint, new_page
from legaltoolbox.projects.models import Annex, AnnexQuestion, Recipient, Submission
from legaltoolbox.projects.models.vendor_answers import MOST_SUBMISSIONS
from legaltoolbox.projects.models.vendor_questions import MOST_QUESTIONS
from tests.legaltoolbox.projects.annexes import answer, hand_in, loaded, make_sent, pass_deadline

pytestmark = pytest.mark.database


@pytest.fixture
def annex(team) -> Annex:
    return make_sent(team)


@pytest.fixture
def alfa(annex) -> Recipient:
    return loaded(annex.recipients.get(company="Alfa Prøve"))


def refused(match: str = "."):
    return pytest.raises(ValidationError, match=match)


# Answers --------------------------------------------------------------------------------------------


def test_a_vendor_saves_point_by_point_and_hands_in(team, alfa):
    answer(alfa, "K31", "partly", "Næsten")
    submission = alfa.hand_in("Anne Andersen")
    assert submission.answers["K31.1"] == {"value": "partly", "how": "Næsten", "reference": ""}
    event = team.project.events.filter(what="handed-in").get()
    assert (event.actor, event.place, event.new) == (None, "bilag 1", "Alfa Prøve")


def test_the_same_handed_in_twice_is_one_submission_and_a_correction_another(alfa):
    first = hand_in(alfa)
    assert alfa.hand_in("Anne Andersen") == first
    hand_in(alfa, K10="no")
    assert [row.answers["K10.1"]["value"] for row in alfa.submissions.all()] == ["yes", "no"]


@pytest.mark.parametrize(
    ("key", "value"),
    [("K10.1.value", "partly"), ("K10.1.value", "maybe"), ("K10.1.how", "x" * 4001), ("K10.1.how", "a\0b"), ("K10.1.reference", "x" * 201), ("K10.1.reference", "a\nb")],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_refused_with_its_place(alfa, key, value):
    stored = alfa.stored(alfa.annex.lines.get(code="K10"))
    with refused() as error:
        alfa.save_requirement("K10", {key: value}, fingerprint(stored))
    assert list(error.value.message_dict) == [key]
    assert not alfa.answers.exists()


def test_points_of_other_requirements_are_not_stored(alfa):
    stored = alfa.stored(alfa.annex.lines.get(code="K10"))
    alfa.save_requirement("K10", {"K31.1.value": "yes", "K10.99.value": "yes", "x": "y"}, fingerprint(stored))
    assert not alfa.answers.exists()
    with refused():
        alfa.save_requirement("K99", {}, "")


def test_of_two_pages_the_second_is_shown_what_the_first_has_saved(alfa):
    stored = alfa.stored(alfa.annex.lines.get(code="K10"))
    seen, page = fingerprint(stored), new_page()
    alfa.save_requirement("K10", {"K10.1.how": "Et"}, seen, PageSave(page, 1))
    alfa.save_requirement("K10", {"K10.1.how": "To"}, seen, PageSave(page, 2))
    with pytest.raises(ChangedMeanwhile) as conflict:
        alfa.save_requirement("K10", {"K10.1.how": "Tre"}, seen, PageSave(new_page(), 1))
    assert conflict.value.stored["K10.1.how"] == "To"


@pytest.mark.parametrize("ended", ["deadline", "closed", "project"])
def test_when_the_time_is_over_nothing_is_taken(team, annex, alfa, ended):
    answer(alfa)
    if ended == "deadline":
        pass_deadline(annex)
    elif ended == "closed":
        annex.close(team.lead.user)
    else:
        team.project.close(team.lead.user)
    for act in (
        lambda: answer(alfa, value="no"),
        lambda: alfa.hand_in("Anne"),
        lambda: AnnexQuestion.ask(alfa, "Hvad?"),
    ):
        with refused():
            act()
    assert not Submission.objects.exists()


def test_nothing_is_handed_in_without_an_answer_or_a_name(alfa):
    with refused():
        alfa.hand_in("Anne")
    answer(alfa)
    for name in ("", "x" * 121, "a\nb"):
        with refused():
            alfa.hand_in(name)


def test_a_recipient_hands_in_so_many_times_and_no_more(alfa):
    Submission.objects.bulk_create(
        Submission(recipient=alfa, number=n, name="x", answers={"K10.1": {}}) for n in range(1, MOST_SUBMISSIONS + 1)
    )
    answer(alfa)
    with refused():
        alfa.hand_in("Anne")


# Questions ------------------------------------------------------------------------------------------


def test_a_question_is_asked_once_and_answered_once(team, alfa):
    question = AnnexQuestion.ask(alfa, "Gælder K10 også test?")
    assert AnnexQuestion.ask(alfa, "Gælder K10 også test?") == question
    assert not alfa.annex.questions.answered().exists()
    assert question.give_answer(team.editor.user, "Ja.")
    assert not question.give_answer(team.editor.user, "Ja.")
    with refused():
        question.give_answer(team.lead.user, "Nej.")
    assert [row.answer for row in alfa.annex.questions.answered()] == ["Ja."]
    whats = list(team.project.events.values_list("what", "actor")[:2])
    assert whats == [("answered-question", team.editor.user.pk), ("vendor-asked", None)]


@pytest.mark.parametrize("text", ["", "x" * 2001, "\0"])
def test_what_is_no_question_is_refused(alfa, text):
    with refused():
        AnnexQuestion.ask(alfa, text)


def test_a_recipient_has_a_limit_of_questions(alfa):
    AnnexQuestion.objects.bulk_create(
        AnnexQuestion(annex=alfa.annex, recipient=alfa, text=f"{n}") for n in range(MOST_QUESTIONS)
    )
    with refused("udbud@k9901.example"):
        AnnexQuestion.ask(alfa, "En til")
