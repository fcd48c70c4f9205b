"""A requirement annex that several people work with at the same moment."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint, new_page
from kl_ai.mail.models import OutgoingMail
from legaltoolbox.catalogue import catalogues
from legaltoolbox.projects.models import Annex, AnnexQuestion, Recipient
from legaltoolbox.projects.models.annex_recipients import NewRecipient
from legaltoolbox.projects.rights import ProjectRole
from legaltoolbox.projects.work.annexes import pinned_lines
from tests.concurrency import run_at_once
from tests.legaltoolbox.projects.annexes import add_companies, answer, loaded, make_draft, make_sent
from tests.mails import log_in_recently

pytestmark = pytest.mark.django_db(transaction=True)


def again(annex: Annex) -> Annex:
    """The annex as another process has loaded it."""
    return Annex.objects.select_related("project__municipality").get(pk=annex.pk)


def test_two_leads_who_send_at_once_send_once(team):
    team.project.change_role(team.lead.user, team.editor, ProjectRole.LEAD)
    draft = make_draft(team)
    add_companies(draft, team)
    lines = pinned_lines(draft.uses, catalogues.current())
    data = {"seen": draft.fingerprint_of(lines)}
    path = reverse("projects:annex_send", args=draft.address)
    browsers = [Client() for _click in range(6)]
    for number, browser in enumerate(browsers):
        log_in_recently(browser, (team.lead, team.editor)[number % 2].user)
    assert set(run_at_once(lambda browser: browser.post(path, data).status_code, browsers)) == {302}
    assert OutgoingMail.objects.filter(kind="annex_link").count() == 2
    assert team.project.events.filter(what="annex-sent").count() == 1
    assert draft.lines.count() == 2


def test_who_sends_and_who_changes_the_draft_at_once_never_send_what_was_not_shown(team):
    draft = make_draft(team)
    add_companies(draft, team)
    lines = pinned_lines(draft.uses, catalogues.current())
    seen, content = draft.fingerprint_of(lines), fingerprint(draft.content)

    def act(what: str) -> bool:
        own = again(draft)
        try:
            if what == "send":
                return own.send(team.lead.user, lines, seen)
            return own.edit(team.editor.user, {"introduction": "Noget andet."}, content)
        except ValidationError:
            return False

    sent, changed = run_at_once(act, ["send", "edit"])
    assert sent is not changed
    annex = again(draft)
    assert (annex.status, annex.introduction) == (("sent", "Svar kort.") if sent else ("draft", "Noget andet."))


def test_one_page_makes_one_draft_and_all_drafts_have_a_number_of_their_own(team):
    page = new_page()

    def begin(name: str) -> int:
        return make_draft(team, page=name).number

    assert len(set(run_at_once(begin, [page] * 4))) == 1
    assert len(set(run_at_once(begin, [new_page() for _number in range(4)]))) == 4


def test_the_same_company_is_added_once_however_many_add_it(team):
    draft = make_draft(team)

    def add(_number: int) -> None:
        Recipient.add_many(again(draft), team.lead.user, [NewRecipient("Alfa", "alfa@leverandor.example")])

    run_at_once(add, range(4))
    assert draft.recipients.count() == 1
    assert team.project.events.filter(what="recipient").count() == 1


def test_of_two_colleagues_who_answer_at_once_the_second_is_shown_what_the_first_has_saved(team):
    annex = make_sent(team, ["Alfa"])
    recipient = loaded(annex.recipients.get())
    seen = fingerprint(recipient.stored(annex.lines.get(code="K10")))

    def save(text: str) -> str:
        own = loaded(Recipient.objects.get(pk=recipient.pk))
        try:
            own.save_requirement("K10", {"K10.1.how": text}, seen)
        except ChangedMeanwhile as conflict:
            return str(conflict.stored["K10.1.how"])
        return ""

    shown = run_at_once(save, ["Et", "To"])
    assert sorted(shown) == ["", recipient.answers.get(point="K10.1").how]


def test_who_hands_in_at_once_hands_in_once(team):
    annex = make_sent(team, ["Alfa"])
    recipient = loaded(annex.recipients.get())
    answer(recipient)
    tokens = [recipient.token] * 6

    def hand_in(token: str) -> int:
        own = Recipient.objects.with_token(token)
        assert own is not None
        return own.hand_in("Anne").number

    assert set(run_at_once(hand_in, tokens)) == {1}
    assert recipient.submissions.count() == 1


def test_who_hands_in_while_the_time_is_ended_has_handed_in_or_has_not(team):
    annex = make_sent(team, ["Alfa"])
    recipient = loaded(annex.recipients.get())
    answer(recipient)

    def act(what: str) -> bool:
        try:
            if what == "close":
                return again(annex).close(team.lead.user)
            return bool(loaded(Recipient.objects.get(pk=recipient.pk)).hand_in("Anne"))
        except ValidationError:
            return False

    closed, handed_in = run_at_once(act, ["close", "hand in"])
    assert closed
    assert recipient.submissions.exists() is handed_in
    assert team.project.events.first().what == "annex-closed"


def test_two_who_answer_a_question_at_once_give_one_answer(team):
    annex = make_sent(team, ["Alfa"])
    question = AnnexQuestion.ask(loaded(annex.recipients.get()), "Hvad?")

    def give(text: str) -> bool:
        own = AnnexQuestion.objects.select_related("annex__project__municipality").get(pk=question.pk)
        try:
            return own.give_answer(team.lead.user, text)
        except ValidationError:
            return False

    assert sorted(run_at_once(give, ["Ja", "Nej"])) == [False, True]
    assert team.project.events.filter(what="answered-question").count() == 1


def test_one_new_link_is_made_however_often_the_button_is_clicked(team):
    annex = make_sent(team, ["Alfa"])
    pk = annex.recipients.get().pk
    run_at_once(
        lambda _click: (
            Recipient.objects.select_related("annex__project__municipality").get(pk=pk).renew_link(team.lead.user, 1)
        ),
        range(5),
    )
    assert annex.recipients.get().link_number == 2
