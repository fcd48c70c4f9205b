"""Requirement annexes: a draft, sending with the text that was shown, links, deadlines and the vendor that is chosen."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from kl_ai.drafts.parts import ChangedMeanwhile, fingerprint, new_page
from kl_ai.text import mask_tokens
from legaltoolbox.catalogue import catalogues
from legaltoolbox.models import Requirement
from legaltoolbox.projects.mails.own_data import own_data
from legaltoolbox.projects.models import Annex, AnnexQuestion, Recipient, Submission
from legaltoolbox.projects.models.annex_recipients import MOST_RECIPIENTS, NewRecipient
from legaltoolbox.projects.models.annexes import MOST_ANNEXES
from legaltoolbox.projects.work.annexes import pinned_lines
from legaltoolbox.projects.work.event_words import event_lines
from tests.builders import make_user
from tests.legaltoolbox.projects.annexes import (
    USES,
    add_companies,
    answer,
    hand_in,
    in_days,
    loaded,
    make_draft,
    make_sent,
    pass_deadline,
    send,
)

pytestmark = pytest.mark.database


@pytest.fixture
def annex(team) -> Annex:
    return make_sent(team)


@pytest.fixture
def alfa(annex) -> Recipient:
    return loaded(annex.recipients.get(company="Alfa Prøve"))


def refused(match: str = "."):
    return pytest.raises(ValidationError, match=match)


# Drafts ---------------------------------------------------------------------------------------------


def test_annexes_are_numbered_and_a_page_that_is_sent_twice_makes_one(team):
    page = new_page()
    first = make_draft(team, page=page)
    assert make_draft(team, page=page).pk == first.pk
    assert (first.number, make_draft(team).number) == (1, 2)
    assert first.uses == USES
    assert [event.place for event in team.project.events.filter(what="annex")] == ["bilag 2", "bilag 1"]


def test_a_project_has_a_limit_of_annexes(team):
    Annex.objects.bulk_create(
        Annex(project=team.project, number=n, title="x", contact="y", deadline=in_days(1))
        for n in range(1, MOST_ANNEXES + 1)
    )
    with refused("50"):
        make_draft(team)


@pytest.mark.parametrize("title", ["Se www.firma.example", "skriv til a@b.example"])
def test_a_title_holds_no_address_since_it_stands_in_mails(team, title):
    with refused():
        make_draft(team, title=title)


def test_whoever_saves_a_draft_second_is_shown_what_the_first_has_stored(team):
    draft = make_draft(team)
    seen = fingerprint(draft.content)
    draft.edit(team.lead.user, {"title": "Et andet navn"}, seen)
    other_page = Annex.objects.select_related("project__municipality").get(pk=draft.pk)
    with pytest.raises(ChangedMeanwhile) as conflict:
        other_page.edit(team.editor.user, {"title": "Et tredje"}, seen)
    assert conflict.value.stored["title"] == "Et andet navn"


def test_each_change_of_a_draft_is_an_event(team):
    draft = make_draft(team)
    typed = {"deadline": in_days(20), "uses": {"K31": "information"}}
    assert draft.edit(team.editor.user, typed, fingerprint(draft.content))
    events = {event.place: (event.old, event.new) for event in team.project.events.filter(what="annex-edited")}
    assert events["bilag 1.uses"] == ("K10 minimum, K31 competition", "K31 information")
    assert events["bilag 1.deadline"][1] == in_days(20).isoformat()


def test_a_use_that_there_is_not_is_refused(team):
    with refused():
        make_draft(team, {"K10": "vigtigt"})


def test_a_draft_is_deleted_once_and_a_sent_annex_never(team):
    draft = make_draft(team)
    draft.withdraw(team.editor.user)
    draft.withdraw(team.editor.user)
    assert team.project.events.filter(what="annex-deleted").count() == 1
    with refused():
        make_sent(team).withdraw(team.lead.user)


# Sending --------------------------------------------------------------------------------------------


def test_sending_pins_what_vendors_see(annex):
    line = annex.lines.get(code="K10")
    item = Requirement.objects.get(code="K10")
    assert line.title == item.title
    assert line.text["evidence"] == item.evidence
    assert line.answered_points[0]["number"] == "K10.1"
    Requirement.objects.filter(pk=item.pk).update(title="Noget helt andet", wording="Noget andet.")
    assert annex.lines.get(code="K10").title == line.title


def test_a_second_click_sends_once(team):
    draft = make_draft(team)
    add_companies(draft, team)
    lines = pinned_lines(draft.uses, catalogues.current())
    seen = draft.fingerprint_of(lines)
    assert draft.send(team.lead.user, lines, seen)
    assert not draft.send(team.lead.user, lines, seen)
    assert team.project.events.filter(what="annex-sent").count() == 1


def test_a_text_that_has_changed_since_the_preview_is_not_sent(team):
    draft = make_draft(team)
    add_companies(draft, team)
    lines = pinned_lines(draft.uses, catalogues.current())
    seen = draft.fingerprint_of(lines)
    changed = [lines[0]._replace(title="Et nyt krav"), *lines[1:]]
    with refused("ændret|changed"):
        draft.send(team.lead.user, changed, seen)
    draft.edit(team.editor.user, {"uses": {"K10": "information"}}, fingerprint(draft.content))
    with refused("ændret|changed"):
        draft.send(team.lead.user, lines, seen)
    assert Annex.objects.get().is_draft


@pytest.mark.parametrize("missing", ["lines", "recipients", "time"])
def test_nothing_is_sent_without_requirements_recipients_or_time(team, missing):
    draft = make_draft(team, {} if missing == "lines" else USES)
    if missing != "recipients":
        add_companies(draft, team)
    if missing == "time":
        pass_deadline(draft)
    with refused():
        send(draft, team)


def test_nothing_of_a_sent_annex_changes_but_its_deadline(team, annex):
    with refused():
        annex.edit(team.lead.user, {"title": "Nyt"}, fingerprint(annex.content))
    with refused():
        annex.recipients.first().withdraw(team.lead.user)


# Recipients and links -------------------------------------------------------------------------------


def test_recipients_stand_in_danish_order(team):
    draft = make_draft(team)
    add_companies(draft, team, ["Århus Data", "Zebra IT", "Ærlig AI", "Alfa"])
    assert [row.company for row in draft.recipients.alphabetical()] == ["Alfa", "Zebra IT", "Ærlig AI", "Århus Data"]


@pytest.mark.parametrize(
    "again", [NewRecipient("Gamma", "ALFA@leverandor.example"), NewRecipient("alfa prøve", "x@y.example")]
)
def test_nobody_is_a_recipient_twice(team, again):
    draft = make_draft(team)
    add_companies(draft, team)
    with refused():
        Recipient.add_many(draft, team.lead.user, [NewRecipient("Delta"), again])
    assert draft.recipients.count() == 2


def test_a_double_click_adds_once(team):
    draft = make_draft(team)
    add_companies(draft, team)
    add_companies(draft, team)
    assert draft.recipients.count() == 2


def test_an_annex_has_a_limit_of_recipients(team):
    draft = make_draft(team)
    with refused("50"):
        Recipient.add_many(draft, team.lead.user, [NewRecipient(f"Firma {n}") for n in range(MOST_RECIPIENTS + 1)])


@pytest.mark.parametrize(
    "added",
    [
        NewRecipient("Gamma", "intet"),
        NewRecipient("", "a@b.example"),
        NewRecipient("x" * 121),
        NewRecipient("Gamma", "a@b.example", "xx"),
        NewRecipient("Køb på www.firma.example nu"),
    ],
)
def test_what_is_no_recipient_is_refused(team, added):
    with refused():
        Recipient.add_many(make_draft(team), team.lead.user, [added])


def test_a_link_opens_one_annex_alone(team, alfa):
    assert Recipient.objects.with_token(alfa.token) == alfa
    for token in (
        "",
        "x",
        f"{alfa.pk}-1",
        f"{alfa.pk + 1}{alfa.token[1:]}",
        alfa.token + "x",
        "9" * 5000,
        "\0",
        "ææ.ø",
    ):
        assert Recipient.objects.with_token(token) is None


def test_a_new_link_ends_the_old_one_and_a_second_click_makes_none(team, alfa):
    old = alfa.token
    assert alfa.renew_link(team.lead.user, seen=1)
    assert not alfa.renew_link(team.lead.user, seen=1)
    assert Recipient.objects.with_token(old) is None
    assert Recipient.objects.with_token(alfa.token) == alfa


def test_a_revoked_link_opens_nothing_and_saves_nothing(team, alfa):
    open_page = loaded(alfa)
    assert alfa.revoke(team.lead.user)
    assert not alfa.revoke(team.lead.user)
    assert Recipient.objects.with_token(alfa.token) is None
    with refused():
        answer(open_page)
    with refused():
        open_page.hand_in("Anne")
    assert not Submission.objects.exists()


def test_a_link_that_was_renewed_saves_nothing(team, alfa):
    open_page = loaded(alfa)
    alfa.renew_link(team.lead.user)
    with refused():
        answer(open_page)


def test_links_end_thirty_days_after_the_deadline(annex, alfa):
    pass_deadline(annex, 30)
    assert Recipient.objects.with_token(alfa.token)
    pass_deadline(annex, 31)
    assert Recipient.objects.with_token(alfa.token) is None


def test_a_draft_and_a_recipient_on_paper_have_no_link(team):
    draft = make_draft(team)
    [row] = add_companies(draft, team, ["Alfa"])
    assert Recipient.objects.with_token(row.token) is None
    [paper] = Recipient.add_many(draft, team.lead.user, [NewRecipient("På papir")])
    send(draft, team)
    assert Recipient.objects.with_token(paper.token) is None
    with refused():
        paper.renew_link(team.lead.user)


# The time for answers -------------------------------------------------------------------------------


def test_answers_can_be_read_when_the_time_is_over(team, annex):
    assert (annex.is_open, annex.are_answers_readable) == (True, False)
    Annex.objects.filter(pk=annex.pk).update(deadline=timezone.localdate())
    annex.refresh_from_db()
    assert annex.is_open
    pass_deadline(annex)
    assert (annex.is_open, annex.are_answers_readable) == (False, True)


def test_the_lead_ends_the_time_once(team, annex):
    assert annex.close(team.lead.user, "Alle har svaret")
    assert not annex.close(team.lead.user)
    assert annex.are_answers_readable
    assert team.project.events.filter(what="annex-closed").count() == 1
    with refused():
        make_draft(team).close(team.lead.user)


def test_a_deadline_is_moved_to_a_later_day_while_the_time_runs(team, annex):
    assert annex.move_deadline(team.lead.user, in_days(21))
    assert not annex.move_deadline(team.lead.user, in_days(21))
    with refused():
        annex.move_deadline(team.lead.user, in_days(20))
    pass_deadline(annex)
    with refused():
        annex.move_deadline(team.lead.user, in_days(30))
    assert team.project.events.filter(what="annex-deadline").count() == 1


def test_a_vendor_is_chosen_after_the_time_with_a_reason(team, annex, alfa):
    with refused():
        annex.choose(team.lead.user, alfa, "Bedst")
    annex.close(team.lead.user)
    with refused():
        annex.choose(team.lead.user, alfa, " ")
    assert annex.choose(team.lead.user, alfa, "Opfylder alle krav")
    assert not annex.choose(team.lead.user, alfa, "Igen")
    beta = annex.recipients.get(company="Beta Prøve")
    annex.choose(team.lead.user, beta, "Alfa trak sig")
    event = team.project.events.filter(what="chosen").first()
    assert (event.old, event.new, event.reason) == ("Alfa Prøve", "Beta Prøve", "Alfa trak sig")
    other = make_sent(team, ["Gamma"])
    with refused():
        annex.choose(team.lead.user, other.recipients.get(), "En anden")


# The project ----------------------------------------------------------------------------------------


def test_all_of_an_annex_goes_with_the_project(team, annex, alfa):
    hand_in(alfa)
    AnnexQuestion.ask(alfa, "Hvad?")
    annex.close(team.lead.user)
    annex.choose(team.lead.user, alfa, "Valgt")
    team.project.delete()
    assert not Annex.objects.exists()
    assert not Submission.objects.exists()


def test_a_link_can_be_read_while_the_project_is_closed(team, alfa):
    team.project.close(team.lead.user)
    found = Recipient.objects.with_token(alfa.token)
    assert found is not None
    assert not found.annex.takes_answers


def test_opening_is_stored_once(alfa):
    alfa.record_opened()
    first = Recipient.objects.get(pk=alfa.pk).opened_at
    alfa.record_opened()
    assert Recipient.objects.get(pk=alfa.pk).opened_at == first
    assert first > timezone.now() - timedelta(minutes=1)


def test_no_log_holds_the_secret_of_a_link(alfa):
    secret = alfa.token.partition(".")[2]
    assert secret not in mask_tokens(f"Not Found: /juridisk-vaerktoejskasse/svar/{alfa.token}/K10/")


def test_the_history_says_what_was_done_in_words(team, alfa):
    draft = make_draft(team)
    draft.edit(team.editor.user, {"uses": {"K31": "information"}, "deadline": in_days(20)}, fingerprint(draft.content))
    lines = {str(line.place): line for line in event_lines(team.project.events.with_people(), catalogues.current())}
    assert lines["bilag 2, krav"].new == "K31 (oplysning)"
    assert lines["bilag 2, svarfrist"].new == date_format(in_days(20), "DATE_FORMAT")


def test_the_own_copy_holds_what_a_person_answered_and_was_sent(team, alfa):
    AnnexQuestion.ask(alfa, "Hvad?").give_answer(team.editor.user, "Det her.")
    alfa.annex.recipients.record_mailed([alfa.email])
    found = own_data(team.editor.user, is_after_step=True)
    assert [row["answer"] for row in found["vendor_questions_answered"]] == ["Det her."]
    assert [row["title"] for row in found["annexes_begun"]] == [alfa.annex.title]
    vendor = make_user(alfa.email)
    [row] = own_data(vendor, is_after_step=True)["annexes_received"]
    assert row["company"] == "Alfa Prøve"
    assert "project_title" not in row
