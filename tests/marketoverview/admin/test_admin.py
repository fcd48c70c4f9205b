"""The administration of the market overview as KL's curators use it."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from kl_ai.models import User
from marketoverview.market.snapshot import snapshots
from marketoverview.models import (
    Answer,
    DeadlineExtension,
    FigureComment,
    ModerationEvent,
    Option,
    Question,
    Response,
    Status,
    SurveyRound,
    Vendor,
    Verb,
)
from tests.admin_pages import Page, admin_url, inline_code, logged_in, step
from tests.builders import (
    make_option,
    make_question,
    make_response,
    make_round,
    make_user,
    make_vendor,
)

pytestmark = pytest.mark.django_db


# Front page and lists ---------------------------------------------------------------------------


def test_the_front_page_says_how_much_waits_and_leads_there(curator_client):
    make_response(status="submitted")
    make_response(status="submitted")
    make_response(confirmed_at=date(2020, 1, 1))
    with override("en"):
        page = curator_client.get(reverse("admin:index"))
    found = [(section, each) for section, waiting in page.context["work"] for each in waiting]
    assert [(section, each.number) for section, each in found] == [("work", 2), ("watch", 1)]
    waiting, stale = (curator_client.get(each.url).context for _section, each in found)
    assert len(waiting["lists"][0].rows) == 2
    assert stale["cl"].result_count == 1


def test_what_waits_stands_first_and_the_longest_wait_on_top(curator_client):
    published, later, earlier = make_response(), make_response(status="submitted"), make_response(status="submitted")
    Response.objects.filter(pk=earlier.pk).update(submitted_at=timezone.now() - timedelta(days=3))
    assert list(curator_client.get(admin_url(Response, "changelist")).context["cl"].result_list) == [
        earlier,
        later,
        published,
    ]


def test_responses_are_found_by_name_own_words_status_and_age(curator_client):
    ethics = make_response("Ørsted Data", answers={"services": ["other"]}, own_words={"services": "Dataetik"})
    draft = make_response("Kløver", "draft")
    old = make_response(confirmed_at=date(2020, 1, 1))
    for query, expected in (
        ("q=dataetik", [ethics]),
        ("q=kløver", [draft]),
        ("status__exact=draft", [draft]),
        ("stale=yes", [old]),
        (f"round__id__exact={make_round('1999').pk}", []),
    ):
        assert (
            list(curator_client.get(f"{admin_url(Response, 'changelist')}?{query}").context["cl"].result_list)
            == expected
        ), query


def test_vendors_show_what_is_public_of_them(curator_client):
    old, withdrawn = make_response(confirmed_at=date(2020, 1, 1)), make_response(status="withdrawn")
    changelist = admin_url(Vendor, "changelist")
    assert curator_client.get(f"{changelist}?stale=yes").context["cl"].result_list[0] == old.vendor
    assert list(curator_client.get(f"{changelist}?public=no").context["cl"].result_list) == [withdrawn.vendor]
    text = Page(curator_client, changelist).text
    assert "1.1.2020" in text
    assert "not public" in text


@pytest.mark.parametrize("model", [Response, Vendor, Option])
def test_a_list_costs_the_same_at_any_length(model, curator_client, django_assert_num_queries):
    def make(number: int) -> None:
        for _ in range(number):
            make_response(answers={"services": [f"option-{Option.objects.count()}"]})

    make(2)
    with CaptureQueriesContext(connection) as few:
        curator_client.get(admin_url(model, "changelist"))
    make(28)
    with django_assert_num_queries(len(few)):
        assert len(curator_client.get(admin_url(model, "changelist")).context["cl"].result_list) == 30


@pytest.mark.parametrize("status", ["draft", "published"])
def test_a_response_costs_the_same_with_any_number_of_answers(status, curator_client, django_assert_num_queries):
    make_round(max_offerings=30)

    def make(name: str, number: int) -> str:
        codes = [f"option-{n}" for n in range(number)]
        make_question("services", codes, matrix_axis="row")
        offerings = [{"title": code, "options": {"services": codes}} for code in codes]
        response = make_response(name, status, answers={"services": codes}, offerings=offerings)
        return admin_url(Response, "change", response.pk)

    few, many = make("Få", 2), make("Mange", 30)
    curator_client.get(few)
    with CaptureQueriesContext(connection) as queries:
        curator_client.get(few)
    with django_assert_num_queries(len(queries)):
        curator_client.get(many)


# A response: what may be edited -----------------------------------------------------------------


@pytest.mark.parametrize("status", ["published", "archived", "withdrawn", "rejected"])
def test_what_is_or_was_public_is_only_read(status, curator_client):
    response = make_response(status=status, answers={"services": ["other"]})
    events = ModerationEvent.objects.count()
    page = Page(curator_client, admin_url(Response, "change", response.pk))
    assert 'name="description"' not in page.text
    assert page.send(description="Overskrevet").status_code == 403
    response.refresh_from_db()
    assert response.status == status
    assert response.description != "Overskrevet"
    assert ModerationEvent.objects.count() == events


@pytest.mark.parametrize("status", ["draft", "submitted", "returned"])
def test_an_edit_on_the_vendors_behalf_leaves_one_trace(status, curator_client, curator):
    response = make_response(status=status, answers={"services": ["other"]})
    page = Page(curator_client, admin_url(Response, "change", response.pk))
    page.send(**{"description": "Rettet af KL", "answers-0-own_words": "Også etik"})
    response.refresh_from_db()
    assert (response.status, response.description) == (status, "Rettet af KL")
    assert response.answers.get().own_words == "Også etik"
    assert response.history.first().history_user == curator
    assert [(event.verb, event.actor) for event in response.events.all()][-1] == (Verb.EDIT, curator)
    assert response.events.filter(verb=Verb.EDIT).count() == 1
    assert "edited by KL" in Page(curator_client, page.url).text


def test_saving_without_a_change_leaves_no_trace(curator_client):
    make_question("services", matrix_axis="row")
    response = make_response(
        status="draft", answers={"services": ["other"]}, offerings=[{"title": "Post", "options": {"services": ["nlp"]}}]
    )
    Page(curator_client, admin_url(Response, "change", response.pk)).send()
    assert not response.events.exists()
    assert response.offerings.get().options.get().code == "nlp"


def test_answers_and_offerings_are_added_and_removed(curator_client):
    advisory = make_question("services", ["advisory"], matrix_axis="row").options.get()
    response = make_response(status="draft", answers={"services": ["legal"]}, offerings=[{"title": "Post"}])
    changes = {
        "answers-0-DELETE": "on",
        "answers-1-option": advisory.pk,
        "offerings-TOTAL_FORMS": "2",
        "offerings-1-title": "Tale",
        "offerings-1-options": [advisory.pk],
    }
    Page(curator_client, admin_url(Response, "change", response.pk)).send(**changes)
    assert [answer.option for answer in response.answers.all()] == [advisory]
    assert list(response.offerings.values_list("position", "title")) == [(1, "Post"), (2, "Tale")]
    assert list(response.offerings.get(position=2).options.all()) == [advisory]
    assert response.events.filter(verb=Verb.EDIT).count() == 1


def test_own_words_belong_to_other_only(curator_client):
    response = make_response(status="draft", answers={"services": ["legal"]})
    page = Page(curator_client, admin_url(Response, "change", response.pk)).send(**{"answers-0-own_words": "Noget"})
    assert "Own words belong to the option" in page.content.decode()
    assert response.answers.get().own_words == ""


def test_a_second_tab_does_not_overwrite_the_first(curator_client):
    response = make_response(status="draft")
    first, second = (Page(curator_client, admin_url(Response, "change", response.pk)) for _ in range(2))
    first.send(description="Først")
    page = second.send(description="Sidst")
    assert "Nothing was saved" in page.content.decode()
    assert "Sidst" in page.content.decode()
    response.refresh_from_db()
    assert response.description == "Først"


def test_an_edit_begun_before_the_publication_does_not_touch_what_is_public(curator_client, curator):
    response = make_response(status="submitted")
    page = Page(curator_client, admin_url(Response, "change", response.pk))
    response.publish(curator)
    assert page.send(description="For sent").status_code == 403
    response.refresh_from_db()
    assert response.status == Status.PUBLISHED
    assert response.description != "For sent"


def test_a_new_response_is_begun_from_what_is_public(curator_client, curator):
    public = make_response(answers={"services": ["advisory"]})
    page = Page(curator_client, f"{admin_url(Response, 'add')}?vendor={public.vendor_id}").send()
    draft = Response.objects.get(status="draft")
    assert page.redirect_chain[-1][0] == admin_url(Response, "change", draft.pk)
    assert (draft.based_on, draft.sequence, draft.answers.count()) == (public, 2, 1)
    Page(curator_client, f"{admin_url(Response, 'add')}?vendor={public.vendor_id}").send()
    assert Response.objects.count() == 2


def test_only_a_draft_that_was_never_submitted_is_deleted(curator_client):
    draft, published, returned = make_response(status="draft"), make_response(), make_response(status="returned")
    for response in (draft, published, returned):
        curator_client.post(admin_url(Response, "delete", response.pk), {"post": "yes"})
    assert set(Response.objects.all()) == {published, returned}
    curator_client.post(admin_url(Vendor, "delete", published.vendor_id), {"post": "yes"})
    assert snapshots.current().entries[0].vendor_id == published.vendor_id


# What the public pages show ---------------------------------------------------------------------


def test_a_renamed_vendor_shows_on_the_next_request_under_the_same_address(curator_client):
    vendor = make_response("Agern").vendor
    assert [entry.name for entry in snapshots.current().entries] == ["Agern"]
    Page(curator_client, admin_url(Vendor, "change", vendor.pk)).send(name="Bøg", slug="et-andet")
    assert [(entry.name, entry.slug) for entry in snapshots.current().entries] == [("Bøg", "agern")]


def test_a_vendor_is_added_and_its_profile_linked_when_there_is_one(curator_client):
    page = Page(curator_client, admin_url(Vendor, "add"))
    assert "&quot;dependency_list&quot;: [&quot;name&quot;]" in page.text
    page.send(name="Eg", slug="eg", country="DK", cvr_number="12345678")
    assert not Vendor.objects.exists()
    page.send(name="Eg", slug="eg", country="DK", cvr_number="13585628")
    vendor = Vendor.objects.get()
    with override("en"):
        profile = reverse("market:profile", args=["eg"])
    assert profile not in Page(curator_client, admin_url(Vendor, "change", vendor.pk)).text
    make_response(vendor)
    assert profile in Page(curator_client, admin_url(Vendor, "change", vendor.pk)).text


def test_an_option_in_use_is_retired_and_brought_back_but_not_deleted(curator_client, curator):
    response = make_response(answers={"services": ["advisory"]}, offerings=[{"options": {"areas": ["health"]}}])
    in_answer, in_offering = Option.objects.get(code="advisory"), Option.objects.get(code="health")
    unused = make_option(in_answer.question, "unused")
    for option in (in_answer, in_offering, unused):
        assert ("deletelink" in Page(curator_client, admin_url(Option, "change", option.pk)).text) == (option == unused)
        curator_client.post(admin_url(Option, "delete", option.pk), {"post": "yes"})
    assert set(Option.objects.all()) == {in_answer, in_offering}
    curator_client.post(admin_url(Question, "delete", in_answer.question_id), {"post": "yes"})
    assert Answer.objects.filter(response=response).exists()

    page = Page(curator_client, admin_url(Option, "change", in_answer.pk))
    page.send(_retire="Yes, retire it", retire_confirmed="yes")
    assert snapshots.current().tallies["services"].choices[0].option.retired_on == timezone.localdate()
    assert in_answer.history.first().history_user == curator
    assert "Bring back" in Page(curator_client, page.url).text
    page.send(_bring_back="Bring back")
    assert snapshots.current().tallies["services"].choices[0].option.retired_on is None


def test_codes_are_chosen_once(curator_client):
    question = make_question("services", ["advisory"])
    changes = {
        "code": "other-code", "heading_en": "Renamed", "options-0-code": "changed", "options-0-label_en": "Advice",
        "options-TOTAL_FORMS": "2", "options-1-code": "legal", "options-1-label_da": "Jura", "options-1-position": "9",
    }  # fmt: skip
    Page(curator_client, admin_url(Question, "change", question.pk)).send(**changes)
    question.refresh_from_db()
    assert (question.code, question.heading_en) == ("services", "Renamed")
    assert set(question.options.values_list("code", "label_en")) == {("advisory", "Advice"), ("legal", "")}
    option = question.options.get(code="legal")
    Page(curator_client, admin_url(Option, "change", option.pk)).send(code="changed", label_da="Juridisk")
    option.refresh_from_db()
    assert (option.code, option.label_da) == ("legal", "Juridisk")
    survey_round = make_round()
    Page(curator_client, admin_url(SurveyRound, "change", survey_round.pk)).send(code="changed", name_en="Renamed")
    assert SurveyRound.objects.get().code == survey_round.code
    assert SurveyRound.objects.get().name_en == "Renamed"


def test_a_comment_shows_at_once_with_the_day_of_its_text(curator_client):
    question = make_question("services", ["advisory"])
    make_response(answers={"services": ["advisory"]})
    assert snapshots.current().tallies["services"].comment is None
    Page(curator_client, admin_url(FigureComment, "add")).send(
        question=question.pk, text_da="Godt nyt", text_en="Good news"
    )
    comment = snapshots.current().tallies["services"].comment
    assert (comment.text_en, comment.updated_on) == ("Good news", timezone.localdate())
    FigureComment.objects.update(updated_on=date(2026, 1, 2))
    Page(curator_client, admin_url(FigureComment, "change", comment.pk)).send()
    assert FigureComment.objects.get().updated_on == date(2026, 1, 2)
    Page(curator_client, admin_url(FigureComment, "change", comment.pk)).send(text_da="Bedre nyt")
    assert FigureComment.objects.get().updated_on == timezone.localdate()
    assert snapshots.current().tallies["services"].comment.text_da == "Bedre nyt"
    curator_client.post(admin_url(FigureComment, "delete", comment.pk), {"post": "yes"})
    assert snapshots.current().tallies["services"].comment is None


# History ----------------------------------------------------------------------------------------


def test_an_earlier_version_can_be_brought_back_and_shows_at_once(curator_client):
    vendor = make_response("Agern").vendor
    Page(curator_client, admin_url(Vendor, "change", vendor.pk)).send(name="Bøg")
    assert "Agern → Bøg" in Page(curator_client, admin_url(Vendor, "history", vendor.pk)).text
    assert [entry.name for entry in snapshots.current().entries] == ["Bøg"]
    first = vendor.history.last()
    Page(curator_client, admin_url(Vendor, "simple_history", vendor.pk, first.pk)).send()
    assert [entry.name for entry in snapshots.current().entries] == ["Agern"]


def test_whoever_may_only_read_cannot_go_back_to_an_earlier_version():
    vendor = make_response("Agern").vendor
    version = vendor.history.last()
    Vendor.objects.filter(pk=vendor.pk).update(name="Bøg")
    user = make_user(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_vendor"))
    reader, url = logged_in(user), admin_url(Vendor, "simple_history", vendor.pk, version.pk)
    assert (reader.get(url).status_code, reader.post(url).status_code) == (200, 403)
    vendor.refresh_from_db()
    assert vendor.name == "Bøg"


def test_no_earlier_version_of_a_response_comes_back_past_the_steps(curator_client):
    response = make_response()
    draft = response.history.last()
    page = Page(curator_client, admin_url(Response, "simple_history", response.pk, draft.pk))
    assert page.response.status_code == 200
    assert 'name="_save"' not in page.text
    assert curator_client.post(page.url, {"description": "x"}).status_code == 403
    response.refresh_from_db()
    assert response.status == Status.PUBLISHED


# Users and the rules of the house ---------------------------------------------------------------


def test_a_user_is_added_by_e_mail_and_the_same_one_in_capitals_is_refused(client):
    boss = make_user("boss@kl.example", is_staff=True, is_superuser=True)
    client.force_login(boss)
    with override("en"):
        page = Page(client, reverse("admin:kl_ai_user_add"))
    page.send(email="Ny@Firma.example", full_name="Ny")
    assert User.objects.get(email="ny@firma.example").full_name == "Ny"
    assert "in use already" in page.send(email="NY@firma.example", full_name="Ny").content.decode()


def test_curators_see_users_but_change_none(curator_client, curator):
    with override("en"):
        page = Page(curator_client, reverse("admin:kl_ai_user_change", args=[curator.pk]))
    assert page.response.status_code == 200
    assert page.send(is_superuser="on").status_code == 403


def test_no_page_holds_inline_script_or_style(curator_client):
    question = make_question("services", ["advisory"])
    response = make_response(status="submitted", answers={"services": ["advisory"]}, offerings=[{"title": "Post"}])
    comment = FigureComment.objects.create(question=question, text_da="Nyt")
    objects = (response, response.vendor, question, question.options.get(), response.round, comment)
    Page(curator_client, admin_url(Vendor, "change", response.vendor_id)).send(name="Nyt navn")
    with override("en"):
        urls = [reverse("admin:index"), step(response, "reject"), reverse("admin:kl_ai_user_changelist")]
    for item in objects:
        model = type(item)
        urls += [
            admin_url(model, "changelist"),
            admin_url(model, "add"),
            *(admin_url(model, page, item.pk) for page in ("change", "history")),
        ]
        if item.history.exists():
            urls.append(admin_url(model, "simple_history", item.pk, item.history.first().pk))
    for address in urls:
        page = Page(curator_client, address)
        assert page.response.status_code == 200, address
        assert "Content-Security-Policy" in page.response.headers
        assert inline_code(page.text) == [], address


def test_the_history_of_a_vendor_tells_of_an_extension_whose_round_is_gone(curator_client):
    vendor, survey_round = make_vendor("Nordstjernen"), make_round()
    DeadlineExtension.objects.create(vendor=vendor, round=survey_round, closes_on=date(2026, 12, 1), reason="Barsel.")
    survey_round.delete()
    page = curator_client.get(admin_url(Vendor, "history", vendor.pk))
    assert page.status_code == 200
    assert "Barsel." in page.content.decode()
