"""How a draft or a submission ends without KL: discarded, taken back, withdrawn; and what is said about it."""

import pytest
from django.core import mail
from django.urls import reverse

from kl_ai.drafts.parts import fingerprint
from kl_ai.mail.models import OutgoingMail
from marketoverview.models import (
    Answer,
    ModerationEvent,
    Response,
    SampleOffering,
    SentBackContent,
    Status,
    TransitionRefused,
    Verb,
    delete_login,
)
from tests.builders import make_curator, make_editor, make_response, make_round, make_user
from tests.concurrency import ProcessKilled, killed_after, run_at_once
from tests.marketoverview.vendor_area import DECLARATIONS, submit_review
from tests.reading import parse


def address(name: str, response) -> str:
    return reverse(f"vendor:{name}", args=[response.pk])


def text(response) -> str:
    return " ".join(parse(response.content.decode()).find("main").text.split())


def write(draft, description: str, by) -> None:
    seen = fingerprint(draft.stored(("description",)))
    draft.save_part("company", ("description",), {"description": description}, seen, by)


@pytest.fixture
def public(vendor):
    return make_response(vendor, answers={"services": ["advisory", "other"]}, own_words={"services": "Etik"})


@pytest.fixture
def correction(vendor, owner, public):
    """A draft with content of its own beside what is public."""
    draft = Response.begin(vendor, public.round, owner)
    write(draft, "Hemmeligt nyt.", owner)
    return draft


@pytest.fixture
def submission(vendor, public, owner):
    response = Response.begin(vendor, public.round, owner)
    response.submit(owner)
    return response


# Discarding -----------------------------------------------------------------------------------------


def discard(client, draft, seen: str = ""):
    seen = seen or Response.objects.get(pk=draft.pk).changed_at.isoformat()
    return client.post(address("discard", draft), {"seen": seen}, follow=True)


def test_a_draft_is_discarded_with_its_content_and_history_and_what_is_public_stays(member_client, correction, public):
    assert "Det offentlige ændres ikke." in text(member_client.get(address("discard", correction)))
    assert Response.history.filter(id=correction.pk, description="Hemmeligt nyt.").exists()
    assert "Kladden er kasseret." in text(discard(member_client, correction))
    correction.refresh_from_db()
    assert (correction.status, correction.description, correction.contact_email) == (Status.DISCARDED, "", "")
    for model in (Answer, SampleOffering):
        assert not model.objects.filter(response=correction).exists()
        assert not model.history.filter(response_id=correction.pk).exists()
    assert not Response.history.filter(id=correction.pk).exists()
    event = correction.events.get()
    assert (event.verb, event.is_by_kl) == (Verb.DISCARD, False)
    assert list(Response.objects.published()) == [public]


def test_after_a_discarded_draft_the_next_one_starts_from_what_is_public(member_client, correction, public, owner):
    discard(member_client, correction)
    draft = Response.begin(public.vendor, public.round, owner)
    assert (draft.based_on, draft.description) == (public, public.description)


def test_a_discarded_first_draft_leaves_the_vendor_as_if_it_had_not_begun(member_client, draft):
    discard(member_client, draft)
    page = text(member_client.get(reverse("vendor:company", args=[draft.vendor.slug])))
    assert "Ikke besvaret endnu" in page
    assert Response.begin(draft.vendor, draft.round, None).based_on is None


def test_what_a_colleague_has_written_since_is_not_discarded_unseen(member_client, correction, colleague):
    seen = correction.changed_at.isoformat()
    write(correction, "Kollegaens.", colleague)
    assert f"af {colleague}." in text(discard(member_client, correction, seen))
    correction.refresh_from_db()
    assert (correction.status, correction.description) == (Status.DRAFT, "Kollegaens.")


@pytest.mark.parametrize("step", ["event", "answers", "history"])
def test_a_discarding_that_breaks_off_discards_nothing(correction, owner, monkeypatch, step):
    answers, history = correction.answers.count(), Response.history.filter(id=correction.pk).count()
    places = {
        "event": (ModerationEvent.objects, "create"),
        "answers": (SentBackContent, "forget"),
        "history": (Response, "_delete_history"),
    }
    place, name = places[step]
    killed = killed_after(getattr(place, name))
    monkeypatch.setattr(place, name, staticmethod(killed) if step == "history" else killed)
    with pytest.raises(ProcessKilled):
        correction.discard(owner)
    stored = Response.objects.get(pk=correction.pk)
    assert (stored.status, stored.description, stored.answers.count()) == (Status.DRAFT, "Hemmeligt nyt.", answers)
    assert Response.history.filter(id=correction.pk).count() == history


@pytest.mark.django_db(transaction=True)
def test_of_discarding_and_handing_in_at_once_one_happens():
    response = make_response(status="draft")
    member = make_user(member_of=response.vendor)

    def attempt(name: str) -> str:
        try:
            getattr(Response.objects.get(pk=response.pk), name)(member)
        except TransitionRefused:
            return ""
        return name

    (done,) = filter(None, run_at_once(attempt, ["discard", "submit"]))
    response.refresh_from_db()
    assert response.status == {"discard": Status.DISCARDED, "submit": Status.SUBMITTED}[done]
    assert bool(response.description) == (done == "submit")


# Taking back ----------------------------------------------------------------------------------------


def test_a_submission_that_kl_has_not_opened_is_taken_back(member_client, submission):
    company = reverse("vendor:company", args=[submission.vendor.slug])
    assert "KL har ikke åbnet svarene endnu." in text(member_client.get(company))
    assert member_client.get(address("take_back", submission)).status_code == 200
    page = member_client.post(address("take_back", submission), follow=True)
    assert "Svarene er en kladde igen." in text(page)
    submission.refresh_from_db()
    assert (submission.status, submission.submitted_at) == (Status.DRAFT, None)
    assert submission.events.last().verb == Verb.TAKE_BACK
    submission.submit(None)  # and handed in again


def test_what_kl_has_opened_is_not_taken_back_and_the_vendor_reads_why(member_client, submission, client, curator):
    client.force_login(curator)
    review = reverse("admin:marketoverview_response_review", args=[submission.pk])
    assert client.head(review).status_code == 200
    submission.refresh_from_db()
    assert submission.opened_by_kl_at is None
    assert client.get(review).status_code == 200
    client.force_login(submission.vendor.members.get(email="owner@nordstjernen.example"))
    company = reverse("vendor:company", args=[submission.vendor.slug])
    assert "KL åbnede svarene" in text(client.get(company))
    assert "KL har åbnet svarene" in text(client.post(address("take_back", submission), follow=True))
    submission.refresh_from_db()
    assert submission.status == Status.SUBMITTED


def test_kl_opens_a_response_by_its_own_form_too(submission, client, curator):
    client.force_login(curator)
    form = reverse("admin:marketoverview_response_change", args=[submission.pk])
    assert client.head(form).status_code == 200
    submission.refresh_from_db()
    assert submission.opened_by_kl_at is None
    assert client.get(form).status_code == 200
    submission.refresh_from_db()
    assert submission.opened_by_kl_at


def test_kl_opens_a_response_by_the_vendors_own_page_too(submission, client, curator):
    client.force_login(curator)
    assert client.get(reverse("vendor:response", args=[submission.pk])).status_code == 200
    submission.refresh_from_db()
    assert submission.opened_by_kl_at


def test_whoever_may_not_read_a_response_has_not_opened_it(submission, client):
    client.force_login(make_editor())
    assert client.get(reverse("admin:marketoverview_response_change", args=[submission.pk])).status_code == 403
    submission.refresh_from_db()
    assert submission.opened_by_kl_at is None


def test_what_kl_has_edited_counts_as_opened(submission, curator):
    submission.record_edit(curator, "beskrivelse")
    submission.refresh_from_db()
    assert submission.opened_by_kl_at


def test_handed_in_again_it_is_not_opened_yet(submission, owner, curator):
    submission.record_opened_by_kl()
    submission.send_back(curator, "Skriv mere.")
    submission.submit(owner)
    submission.refresh_from_db()
    assert submission.opened_by_kl_at is None


def test_the_remarks_stay_after_a_submission_was_taken_back(submission, owner, curator):
    submission.send_back(curator, "", {"description": "For kort."})
    submission.submit(owner)
    submission.take_back(owner)
    assert submission.remarks == {"description": "For kort."}
    assert submission.remarks_and_open()[1] == {"description"}


def test_after_the_deadline_taking_back_warns_that_it_cannot_be_handed_in(member_client, vendor):
    survey_round = make_round("2025", opens_on="2025-01-01", closes_on="2025-02-01")
    submission = make_response(vendor, "submitted", round=survey_round)
    assert "kan ikke indsendes igen" in text(member_client.get(address("take_back", submission)))


# Limits ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_member_cannot_flood_the_colleagues_and_can_hand_in_what_was_taken_back(member_client, submission, owner):
    colleague = make_user("karla@nordstjernen.example", member_of=submission.vendor)
    for _ in range(60):
        page = member_client.post(address("take_back", submission), follow=True)
        submit_review(member_client, submission)
    submission.refresh_from_db()
    assert submission.status == Status.SUBMITTED
    assert "for mange gange" in text(page)
    assert "Intet er ændret" in text(page)
    receipts = OutgoingMail.objects.filter(kind="receipt")
    assert (receipts.filter(to=owner.email).count(), receipts.filter(to=colleague.email).count()) == (5, 5)
    assert {message.to[0] for message in mail.outbox} == {owner.email}  # those of colleagues are queued
    member_client.force_login(colleague)
    member_client.post(address("take_back", submission))
    submission.refresh_from_db()
    assert submission.status == Status.DRAFT


def test_at_the_limit_of_handing_in_the_draft_stays_as_it_is(member_client, submission, owner):
    for _ in range(10):
        submission.take_back(owner)
        submit_review(member_client, submission)
        submission.refresh_from_db()
        assert submission.status == Status.SUBMITTED
    submission.take_back(owner)
    write(submission, "Nyt og vigtigt.", owner)
    page = text(submit_review(member_client, submission))
    assert "for mange gange" in page
    assert "svarene er gemt" in page
    submission.refresh_from_db()
    assert (submission.status, submission.description) == (Status.DRAFT, "Nyt og vigtigt.")


def test_handing_in_what_is_not_complete_uses_nothing_up(member_client, submission, owner):
    submission.take_back(owner)
    write(submission, "", owner)
    for _ in range(12):
        submit_review(member_client, submission)
    write(submission, "Nu er der noget.", owner)
    submit_review(member_client, submission)
    submission.refresh_from_db()
    assert submission.status == Status.SUBMITTED


def test_beginning_and_discarding_all_day_has_a_limit(member_client, public):
    begin = reverse("vendor:begin", args=[public.vendor.slug])
    for _ in range(30):
        member_client.post(begin, {"start": "all"})
        draft = public.vendor.responses.filter(status=Status.DRAFT).get()
        page = discard(member_client, draft)
    assert "for mange gange" in text(page)
    assert public.vendor.responses.filter(status=Status.DISCARDED).count() == 10


def test_handing_in_redirects_so_that_loading_the_page_again_sends_nothing(member_client, correction, owner):
    write(correction, "Noget nyt.", owner)
    correction.refresh_from_db()
    fields = DECLARATIONS | {"seen": correction.changed_at.isoformat()}
    response = member_client.post(address("review", correction), fields)
    assert (response.status_code, response.get("Location")) == (
        302,
        reverse("vendor:company", args=[correction.vendor.slug]),
    )


@pytest.mark.django_db(transaction=True)
def test_of_taking_back_and_opening_at_once_one_wins():
    """Never a draft that counts as opened, nor an opened response that was taken back."""
    for _ in range(5):
        response = make_response(status="submitted")
        member = make_user(member_of=response.vendor)

        def attempt(name: str, response=response, member=member) -> bool:
            mine = Response.objects.get(pk=response.pk)
            if name == "open":
                return mine.record_opened_by_kl()
            try:
                mine.take_back(member)
            except TransitionRefused:
                return False
            return True

        opened, taken = run_at_once(attempt, ["open", "take back"])
        response.refresh_from_db()
        assert (response.status == Status.DRAFT) == taken
        if taken:
            assert response.opened_by_kl_at is None
        else:
            assert opened
            assert response.opened_by_kl_at


def test_a_taking_back_that_breaks_off_leaves_the_submission(submission, owner, monkeypatch):
    monkeypatch.setattr(ModerationEvent.objects, "create", killed_after(ModerationEvent.objects.create))
    with pytest.raises(ProcessKilled):
        submission.take_back(owner)
    assert Response.objects.get(pk=submission.pk).status == Status.SUBMITTED
    assert not submission.events.filter(verb=Verb.TAKE_BACK).exists()


# Withdrawing ----------------------------------------------------------------------------------------


def status_text(client, vendor) -> str:
    page = parse(client.get(reverse("vendor:company", args=[vendor.slug])).content.decode())
    return " ".join(page.find("div", "response-status").text.split())


def test_the_vendors_own_reason_is_called_the_vendors(member_client, vendor, public, owner):
    public.withdraw(owner, "Vi lukker.", by_kl=False)
    words = status_text(member_client, vendor)
    assert "Virksomheden har selv trukket svarene tilbage." in words
    assert "Virksomhedens begrundelse Vi lukker." in words
    gone = member_client.get(reverse("market:profile", args=[vendor.slug]))
    assert gone.status_code == 410
    assert "Virksomheden trak selv sine svar tilbage" in text(gone)
    assert "Vi lukker." not in text(gone)


def test_kls_reason_is_called_kls_even_when_the_curator_is_gone(member_client, vendor, public):
    curator = make_curator()
    public.withdraw(curator, "Oplysningerne er forkerte.", by_kl=True)
    curator.delete()
    words = status_text(member_client, vendor)
    assert "KL har trukket svarene tilbage." in words
    assert "KL's begrundelse Oplysningerne er forkerte." in words
    assert "KL trak virksomhedens svar tilbage" in text(
        member_client.get(reverse("market:profile", args=[vendor.slug]))
    )


def test_an_event_of_a_vendor_whose_login_is_deleted_is_the_companys(member_client, vendor, public, colleague):
    public.withdraw(colleague, "", by_kl=False)
    colleague.delete()
    page = text(member_client.get(reverse("vendor:company", args=[vendor.slug])))
    assert "Trukket tilbage, virksomheden" in page


def end_with(draft: Response, end: str, owner, curator) -> None:
    """Let the vendor's business with a response that was sent back end in this way."""
    if end in ("reject", "publish"):
        draft.submit(owner)
        draft.reject(curator, "Ikke om AI.") if end == "reject" else draft.publish(curator)
    elif end == "discard":
        draft.discard(owner)
    else:
        Response.objects.published().get(vendor=draft.vendor).withdraw(owner, "", by_kl=False)


@pytest.mark.parametrize("end", ["reject", "publish", "discard", "withdraw"])
def test_no_hash_of_a_contact_is_left_when_nobody_corrects_any_longer(vendor, public, owner, curator, end):
    draft = Response.begin(vendor, public.round, owner)
    draft.submit(owner)
    draft.send_back(curator, "", {"contact": "Skriv en fælles postkasse."})
    assert SentBackContent.objects.get().content["contact"]
    end_with(draft, end, owner, curator)
    assert not SentBackContent.objects.exists()


def test_with_the_login_goes_the_hash_of_the_contact_and_its_remark_stays_open(
    vendor, public, owner, colleague, curator
):
    draft = Response.begin(vendor, public.round, owner)
    draft.submit(owner)
    draft.send_back(curator, "", {"contact": "Skriv en fælles postkasse.", "description": "For kort."})
    delete_login(owner)
    kept = SentBackContent.objects.get()
    assert kept.content["contact"] == ""
    draft = Response.objects.get(pk=draft.pk)
    write(draft, "Mere.", colleague)
    Response.objects.filter(pk=draft.pk).update(contact_email="post@firma.example")
    draft = Response.objects.get(pk=draft.pk)
    assert kept.has_same_contact(draft) is None
    assert draft.remarks_and_open()[1] == {"contact"}
