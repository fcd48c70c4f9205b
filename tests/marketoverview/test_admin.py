"""What KL's curators can do in the administration, what they cannot, and what they are told."""

import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from marketoverview import snapshot
from marketoverview.models import (
    Answer,
    FigureComment,
    ModerationEvent,
    Option,
    PublicVersion,
    Response,
    Status,
    SurveyRound,
    Vendor,
    Verb,
)
from tests.builders import (
    make_curator,
    make_editor,
    make_option,
    make_question,
    make_response,
    make_round,
    make_user,
    make_vendor,
)

pytestmark = pytest.mark.django_db


class Page:
    """An admin page as its reader has it: what it says, and what its form would send."""

    def __init__(self, client: Client, url: str) -> None:
        self.client, self.url = client, url
        self.response = client.get(url)
        self.text = self.response.content.decode()

    def send(self, **changes):
        """Post the form as it was shown, with these changes; gives the page that follows."""
        return self.client.post(self.url, sent_by(self.text) | changes, follow=True)


class Form(HTMLParser):
    """Collects what the browser would send of the page's own form."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str | list[str]] = {}
        self._inside = False
        self._name = ""

    def handle_starttag(self, tag, attributes):
        attrs = dict(attributes)
        name = attrs.get("name") or ""
        if tag == "form":
            self._inside = attrs.get("id") != "logout-form"
        if tag in ("select", "textarea"):
            self._name = name
        if not self._inside or "__prefix__" in (name or self._name):
            return
        if tag == "input" and name and attrs.get("type") != "submit":
            if attrs.get("type") != "checkbox":
                self.values[name] = attrs.get("value", "")
            elif "checked" in attrs:
                self.values.setdefault(name, []).append(attrs.get("value", "on"))
        elif tag == "option" and self._name and "selected" in attrs:
            self.values[self._name] = attrs.get("value", "")
        elif tag == "textarea":
            self.values[name] = ""

    def handle_data(self, data):
        if self._inside and self._name in self.values and self.lasttag == "textarea":
            self.values[self._name] += data.removeprefix("\r\n").removeprefix("\n")

    def handle_endtag(self, tag):
        if tag in ("select", "textarea"):
            self._name = ""
        if tag == "form":
            self._inside = False


def sent_by(html: str) -> dict:
    form = Form()
    form.feed(html)
    return form.values


def url(model: str, page: str, *args) -> str:
    with override("en"):
        return reverse(f"admin:marketoverview_{model}_{page}", args=args)


def step(response: Response, name: str) -> str:
    return url("response", "step", response.pk, name)


def said(response) -> str:
    """The messages on the page, one to a line."""
    return "\n".join(str(message) for message in response.context["messages"])


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def kl(curator) -> Client:
    """The curator's browser."""
    return logged_in(curator)


# Front page and lists ---------------------------------------------------------------------------


def test_the_front_page_says_how_much_waits_and_leads_there(kl):
    make_response(status="submitted")
    make_response(status="submitted")
    make_response(confirmed_at=date(2020, 1, 1))
    with override("en"):
        page = kl.get(reverse("admin:index"))
    assert [task.count for task in page.context["tasks"]] == [2, 1]
    for task in page.context["tasks"]:
        assert kl.get(task.url).context["cl"].result_count == task.count


def test_what_waits_stands_first_and_the_longest_wait_on_top(kl):
    published, later, earlier = make_response(), make_response(status="submitted"), make_response(status="submitted")
    Response.objects.filter(pk=earlier.pk).update(submitted_at=timezone.now() - timedelta(days=3))
    assert list(kl.get(url("response", "changelist")).context["cl"].result_list) == [earlier, later, published]


def test_responses_are_found_by_name_own_words_status_and_age(kl):
    ethics = make_response("Ørsted Data", answers={"services": ["other"]}, own_words={"services": "Dataetik"})
    draft = make_response("Kløver", "draft")
    old = make_response(confirmed_at=date(2020, 1, 1))
    for query, found in (
        ("q=dataetik", [ethics]),
        ("q=kløver", [draft]),
        ("status__exact=draft", [draft]),
        ("stale=yes", [old]),
        (f"round__id__exact={make_round('1999').pk}", []),
    ):
        assert list(kl.get(f"{url('response', 'changelist')}?{query}").context["cl"].result_list) == found, query


def test_vendors_show_what_is_public_of_them(kl):
    old, withdrawn = make_response(confirmed_at=date(2020, 1, 1)), make_response(status="withdrawn")
    changelist = url("vendor", "changelist")
    assert kl.get(f"{changelist}?stale=yes").context["cl"].result_list[0] == old.vendor
    assert list(kl.get(f"{changelist}?public=no").context["cl"].result_list) == [withdrawn.vendor]
    text = Page(kl, changelist).text
    assert "1.1.2020" in text
    assert "not public" in text


@pytest.mark.parametrize("model", ["response", "vendor", "option"])
def test_a_list_costs_the_same_at_any_length(model, kl, django_assert_num_queries):
    def make(number: int) -> None:
        for _ in range(number):
            make_response(answers={"services": [f"option-{Option.objects.count()}"]})

    make(2)
    with CountQueries() as few:
        kl.get(url(model, "changelist"))
    make(28)
    with django_assert_num_queries(few.count):
        assert len(kl.get(url(model, "changelist")).context["cl"].result_list) == 30


@pytest.mark.parametrize("status", ["draft", "published"])
def test_a_response_costs_the_same_with_any_number_of_answers(status, kl, django_assert_num_queries):
    def make(name: str, number: int) -> str:
        codes = [f"option-{n}" for n in range(number)]
        make_question("services", codes, matrix_axis="row")
        offerings = [{"title": code, "options": {"services": codes}} for code in codes]
        response = make_response(name, status, answers={"services": codes}, offerings=offerings)
        return url("response", "change", response.pk)

    few, many = make("Få", 2), make("Mange", 30)
    kl.get(few)
    with CountQueries() as counted:
        kl.get(few)
    with django_assert_num_queries(counted.count):
        kl.get(many)


class CountQueries:
    def __enter__(self):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self._captured = CaptureQueriesContext(connection)
        self._captured.__enter__()
        return self

    def __exit__(self, *error):
        self._captured.__exit__(*error)
        self.count = len(self._captured)


# A response: what may be edited -----------------------------------------------------------------


@pytest.mark.parametrize("status", ["published", "archived", "withdrawn", "rejected"])
def test_what_is_or_was_public_is_only_read(status, kl):
    response = make_response(status=status, answers={"services": ["other"]})
    events = ModerationEvent.objects.count()
    page = Page(kl, url("response", "change", response.pk))
    assert "name=\"description\"" not in page.text
    assert page.send(description="Overskrevet").status_code == 403
    response.refresh_from_db()
    assert response.status == status
    assert response.description != "Overskrevet"
    assert ModerationEvent.objects.count() == events


@pytest.mark.parametrize("status", ["draft", "submitted", "returned"])
def test_an_edit_on_the_vendors_behalf_leaves_one_trace(status, kl, curator):
    response = make_response(status=status, answers={"services": ["other"]})
    page = Page(kl, url("response", "change", response.pk))
    page.send(**{"description": "Rettet af KL", "answers-0-own_words": "Også etik"})
    response.refresh_from_db()
    assert (response.status, response.description) == (status, "Rettet af KL")
    assert response.answers.get().own_words == "Også etik"
    assert response.history.first().history_user == curator
    assert [(event.verb, event.actor) for event in response.events.all()][-1] == (Verb.EDIT, curator)
    assert response.events.filter(verb=Verb.EDIT).count() == 1
    assert "edited by KL" in Page(kl, page.url).text


def test_saving_without_a_change_leaves_no_trace(kl):
    make_question("services", matrix_axis="row")
    response = make_response(
        status="draft", answers={"services": ["other"]}, offerings=[{"title": "Post", "options": {"services": ["nlp"]}}]
    )
    Page(kl, url("response", "change", response.pk)).send()
    assert not response.events.exists()
    assert response.offerings.get().options.get().code == "nlp"


def test_answers_and_offerings_are_added_and_removed(kl):
    advisory = make_question("services", ["advisory"], matrix_axis="row").options.get()
    response = make_response(status="draft", answers={"services": ["legal"]}, offerings=[{"title": "Post"}])
    Page(kl, url("response", "change", response.pk)).send(
        **{"answers-0-DELETE": "on", "answers-1-option": advisory.pk, "offerings-TOTAL_FORMS": "2",
           "offerings-1-title": "Tale", "offerings-1-options": [advisory.pk]}
    )  # fmt: skip
    assert [answer.option for answer in response.answers.all()] == [advisory]
    assert list(response.offerings.values_list("position", "title")) == [(1, "Post"), (2, "Tale")]
    assert list(response.offerings.get(position=2).options.all()) == [advisory]
    assert response.events.filter(verb=Verb.EDIT).count() == 1


def test_own_words_belong_to_other_only(kl):
    response = make_response(status="draft", answers={"services": ["legal"]})
    page = Page(kl, url("response", "change", response.pk)).send(**{"answers-0-own_words": "Noget"})
    assert "Own words belong to the option" in page.content.decode()
    assert response.answers.get().own_words == ""


def test_a_second_tab_does_not_overwrite_the_first(kl):
    response = make_response(status="draft")
    first, second = (Page(kl, url("response", "change", response.pk)) for _ in range(2))
    first.send(description="Først")
    told = second.send(description="Sidst")
    assert "Nothing was saved" in told.content.decode()
    assert "Sidst" in told.content.decode()
    response.refresh_from_db()
    assert response.description == "Først"


def test_an_edit_begun_before_the_publication_does_not_touch_what_is_public(kl, curator):
    response = make_response(status="submitted")
    page = Page(kl, url("response", "change", response.pk))
    response.publish(curator)
    assert page.send(description="For sent").status_code == 403
    response.refresh_from_db()
    assert response.status == Status.PUBLISHED
    assert response.description != "For sent"


def test_a_new_response_is_begun_from_what_is_public(kl, curator):
    public = make_response(answers={"services": ["advisory"]})
    page = Page(kl, f"{url('response', 'add')}?vendor={public.vendor_id}").send()
    draft = Response.objects.get(status="draft")
    assert page.redirect_chain[-1][0] == url("response", "change", draft.pk)
    assert (draft.based_on, draft.sequence, draft.answers.count()) == (public, 2, 1)
    Page(kl, f"{url('response', 'add')}?vendor={public.vendor_id}").send()
    assert Response.objects.count() == 2


def test_only_a_draft_that_was_never_submitted_is_deleted(kl):
    draft, published, returned = make_response(status="draft"), make_response(), make_response(status="returned")
    for response in (draft, published, returned):
        kl.post(url("response", "delete", response.pk), {"post": "yes"})
    assert set(Response.objects.all()) == {published, returned}
    kl.post(url("vendor", "delete", published.vendor_id), {"post": "yes"})
    assert snapshot.current().entries[0].vendor_id == published.vendor_id


# A response: the steps --------------------------------------------------------------------------

OFFERED = {
    "draft": ["submit"],
    "returned": ["submit"],
    "submitted": ["publish", "send-back", "reject"],
    "published": ["confirm", "correct", "withdraw"],
    "archived": [],
    "withdrawn": [],
    "rejected": [],
}
LEADS_TO = {"submit": "submitted", "publish": "published", "send-back": "returned", "reject": "rejected",
            "confirm": "published", "withdraw": "withdrawn"}  # fmt: skip
STEPS = [(status, name) for status, names in OFFERED.items() for name in names if name != "correct"]


@pytest.mark.parametrize("status", OFFERED)
def test_the_buttons_are_those_that_lead_on(status, kl):
    response = make_response(status=status)
    page = Page(kl, url("response", "change", response.pk))
    assert re.findall(r"/step/([\w-]+)/", page.text) == OFFERED[status]


@pytest.mark.parametrize(("status", "name"), STEPS)
def test_a_step_is_taken_by_a_post_and_never_by_a_get(status, name, kl, curator):
    response = make_response(status=status)
    before, version = response.events.count(), PublicVersion.current()
    page = Page(kl, step(response, name))
    assert page.response.status_code == 200
    response.refresh_from_db()
    assert (response.status, response.events.count()) == (status, before)
    after = page.send(reason="Fordi det er sådan.\nOg sådan.")
    response.refresh_from_db()
    event = response.events.last()
    assert (response.status, response.events.count(), event.actor) == (LEADS_TO[name], before + 1, curator)
    needs_reason = name in ("send-back", "reject", "withdraw")
    assert event.reason.startswith("Fordi") == needs_reason
    assert (PublicVersion.current() > version) == ("published" in (status, LEADS_TO[name]))
    assert "Fordi det er sådan.<br>Og sådan." in after.content.decode() or not needs_reason
    assert after.redirect_chain[-1][0] == url("response", "change", response.pk)


@pytest.mark.parametrize(("status", "name"), [("submitted", "send-back"), ("submitted", "reject"), ("published", "withdraw")])
def test_a_reason_is_required_and_what_was_typed_comes_back(status, name, kl):
    response = make_response(status=status)
    page = Page(kl, step(response, name))
    assert "This field is required" in page.send(reason="   ").content.decode()
    too_long = "Fordi " * 400
    answer = page.send(reason=too_long)
    assert too_long.strip() in answer.content.decode()
    response.refresh_from_db()
    assert response.status == status


@pytest.mark.parametrize(("status", "name"), STEPS)
def test_of_two_curators_one_does_it_and_the_other_is_told(status, name, kl):
    response = make_response(status=status)
    events = ModerationEvent.objects.count()
    other = make_curator("anden@kl.example")
    pages = [Page(client, step(response, name)) for client in (kl, logged_in(other))]
    first, second = (page.send(reason="Aftalt") for page in pages)
    assert "Nothing was changed" not in said(first)
    assert "Nothing was changed" in said(second)
    assert ModerationEvent.objects.count() == events + 1


def test_the_second_curator_reads_who_was_faster(kl, curator):
    response = make_response("Agern", "submitted")
    page = Page(kl, step(response, "publish"))
    Page(logged_in(make_curator("anna@kl.example")), step(response, "publish")).send()
    told = said(page.send())
    assert "“published”" in told
    assert "anna@kl.example" in told


def test_nobody_publishes_words_that_changed_since(kl, curator):
    response = make_response("Agern", "submitted")
    page = Page(kl, step(response, "publish"))
    Page(kl, url("response", "change", response.pk)).send(description="Noget helt andet")
    assert "changed after you opened the page" in said(page.send())
    response.refresh_from_db()
    assert response.status == Status.SUBMITTED


def test_a_step_that_does_not_lead_on_is_refused_with_an_explanation(kl):
    response = make_response(status="archived")
    page = kl.get(step(response, "publish"), follow=True)
    assert "already “archived”" in said(page)
    response.refresh_from_db()
    assert response.status == Status.ARCHIVED


def test_what_is_missing_is_said_when_kl_submits_for_the_vendor(kl):
    make_question("size", is_required=True, heading_en="Size")
    response = make_response(status="draft", description="", contact_email="")
    told = said(Page(kl, step(response, "submit")).send())
    assert told.splitlines() == ["The description is missing.", "The contact e-mail is missing.", "“Size” is not answered."]
    response.refresh_from_db()
    assert response.status == Status.DRAFT


def test_a_correction_begins_as_a_draft_and_what_is_public_stays(kl):
    response = make_response(answers={"services": ["advisory"]})
    page = Page(kl, step(response, "correct")).send()
    draft = Response.objects.get(status="draft")
    assert page.redirect_chain[-1][0] == url("response", "change", draft.pk)
    assert (draft.based_on, draft.round) == (response, response.round)
    assert snapshot.current().entries[0].response_id == response.pk


def test_strangers_to_the_step_are_kept_out(kl):
    response = make_response(status="submitted")
    editor = logged_in(make_editor())
    assert "/step/" not in Page(editor, url("response", "change", response.pk)).text
    assert editor.get(step(response, "publish")).status_code == 403
    assert editor.post(step(response, "publish"), {"seen": "x"}).status_code == 403
    assert kl.get(step(response, "archive")).status_code == 404
    assert kl.get(url("response", "step", 4711, "publish")).status_code == 404
    member = logged_in(make_user(member_of=response.vendor))
    assert member.get(step(response, "publish")).status_code == 302
    response.refresh_from_db()
    assert response.status == Status.SUBMITTED


# What the public pages show ---------------------------------------------------------------------


def test_a_renamed_vendor_shows_on_the_next_request_under_the_same_address(kl):
    vendor = make_response("Agern").vendor
    assert [entry.name for entry in snapshot.current().entries] == ["Agern"]
    Page(kl, url("vendor", "change", vendor.pk)).send(name="Bøg", slug="et-andet")
    assert [(entry.name, entry.slug) for entry in snapshot.current().entries] == [("Bøg", "agern")]


def test_a_vendor_is_added_and_its_profile_linked_when_there_is_one(kl):
    page = Page(kl, url("vendor", "add"))
    assert "&quot;dependency_list&quot;: [&quot;name&quot;]" in page.text
    page.send(name="Eg", slug="eg", country="DK", cvr_number="12345678")
    assert not Vendor.objects.exists()
    page.send(name="Eg", slug="eg", country="DK", cvr_number="13585628")
    vendor = Vendor.objects.get()
    with override("en"):
        profile = reverse("market:profile", args=["eg"])
    assert profile not in Page(kl, url("vendor", "change", vendor.pk)).text
    make_response(vendor)
    assert profile in Page(kl, url("vendor", "change", vendor.pk)).text


def test_an_option_in_use_is_retired_and_brought_back_but_not_deleted(kl, curator):
    response = make_response(answers={"services": ["advisory"]}, offerings=[{"options": {"areas": ["health"]}}])
    in_answer, in_offering = Option.objects.get(code="advisory"), Option.objects.get(code="health")
    unused = make_option(in_answer.question, "unused")
    for option in (in_answer, in_offering, unused):
        assert ("deletelink" in Page(kl, url("option", "change", option.pk)).text) == (option == unused)
        kl.post(url("option", "delete", option.pk), {"post": "yes"})
    assert set(Option.objects.all()) == {in_answer, in_offering}
    kl.post(url("question", "delete", in_answer.question_id), {"post": "yes"})
    assert Answer.objects.filter(response=response).exists()

    page = Page(kl, url("option", "change", in_answer.pk))
    page.send(_retire="Retire")
    assert snapshot.current().asked["services"].choices[0].option.retired_on == timezone.localdate()
    assert in_answer.history.first().history_user == curator
    assert "Bring back" in Page(kl, page.url).text
    page.send(_bring_back="Bring back")
    assert snapshot.current().asked["services"].choices[0].option.retired_on is None


def test_codes_are_chosen_once(kl):
    question = make_question("services", ["advisory"])
    Page(kl, url("question", "change", question.pk)).send(
        **{"code": "other-code", "heading_en": "Renamed", "options-0-code": "changed", "options-0-label_en": "Advice",
           "options-TOTAL_FORMS": "2", "options-1-code": "legal", "options-1-label_da": "Jura", "options-1-position": "9"}
    )  # fmt: skip
    question.refresh_from_db()
    assert (question.code, question.heading_en) == ("services", "Renamed")
    assert set(question.options.values_list("code", "label_en")) == {("advisory", "Advice"), ("legal", "")}
    option = question.options.get(code="legal")
    Page(kl, url("option", "change", option.pk)).send(code="changed", label_da="Juridisk")
    option.refresh_from_db()
    assert (option.code, option.label_da) == ("legal", "Juridisk")
    survey_round = make_round()
    Page(kl, url("surveyround", "change", survey_round.pk)).send(code="changed", name_en="Renamed")
    assert SurveyRound.objects.get().code == survey_round.code
    assert SurveyRound.objects.get().name_en == "Renamed"


def test_a_comment_shows_at_once_with_the_day_of_its_text(kl):
    question = make_question("services", ["advisory"])
    make_response(answers={"services": ["advisory"]})
    assert snapshot.current().asked["services"].comment is None
    Page(kl, url("figurecomment", "add")).send(question=question.pk, text_da="Godt nyt", text_en="Good news")
    comment = snapshot.current().asked["services"].comment
    assert (comment.text_en, comment.updated_on) == ("Good news", timezone.localdate())
    FigureComment.objects.update(updated_on=date(2026, 1, 2))
    page = Page(kl, url("figurecomment", "change", comment.pk))
    page.send()
    assert FigureComment.objects.get().updated_on == date(2026, 1, 2)
    page.send(text_da="Bedre nyt")
    assert FigureComment.objects.get().updated_on == timezone.localdate()
    kl.post(url("figurecomment", "delete", comment.pk), {"post": "yes"})
    assert snapshot.current().asked["services"].comment is None


# History ----------------------------------------------------------------------------------------


def test_an_earlier_version_can_be_brought_back_and_shows_at_once(kl):
    vendor = make_response("Agern").vendor
    Page(kl, url("vendor", "change", vendor.pk)).send(name="Bøg")
    assert "Agern → Bøg" in Page(kl, url("vendor", "history", vendor.pk)).text
    first = vendor.history.last()
    Page(kl, url("vendor", "simple_history", vendor.pk, first.pk)).send()
    assert [entry.name for entry in snapshot.current().entries] == ["Agern"]


def test_whoever_may_only_read_cannot_go_back_to_an_earlier_version():
    vendor = make_response("Agern").vendor
    version = vendor.history.last()
    Vendor.objects.filter(pk=vendor.pk).update(name="Bøg")
    editor = logged_in(make_editor())
    assert editor.get(url("vendor", "simple_history", vendor.pk, version.pk)).status_code == 200
    assert editor.post(url("vendor", "simple_history", vendor.pk, version.pk)).status_code == 403
    vendor.refresh_from_db()
    assert vendor.name == "Bøg"


def test_no_earlier_version_of_a_response_comes_back_past_the_steps(kl):
    response = make_response()
    draft = response.history.last()
    page = Page(kl, url("response", "simple_history", response.pk, draft.pk))
    assert page.response.status_code == 200
    assert 'name="_save"' not in page.text
    assert kl.post(page.url, {"description": "x"}).status_code == 403
    response.refresh_from_db()
    assert response.status == Status.PUBLISHED


# Users and the rules of the house ---------------------------------------------------------------


def test_a_user_is_added_by_e_mail_and_the_same_one_in_capitals_is_refused(client):
    boss = make_user("boss@kl.example", is_staff=True, is_superuser=True)
    client.force_login(boss)
    with override("en"):
        page = Page(client, reverse("admin:kl_ai_user_add"))
    words = {"full_name": "Ny", "usable_password": "true", "password1": "en-lang-kode-9", "password2": "en-lang-kode-9"}
    page.send(email="Ny@Firma.example", **words)
    assert client.login(request=page.response.wsgi_request, username="ny@firma.example", password="en-lang-kode-9")
    client.force_login(boss)
    assert "already exists" in page.send(email="NY@firma.example", **words).content.decode()


def test_curators_see_users_but_change_none(kl, curator):
    with override("en"):
        page = Page(kl, reverse("admin:kl_ai_user_change", args=[curator.pk]))
    assert page.response.status_code == 200
    assert page.send(is_superuser="on").status_code == 403


def test_no_page_holds_inline_script_or_style(kl):
    question = make_question("services", ["advisory"])
    response = make_response(status="submitted", answers={"services": ["advisory"]}, offerings=[{"title": "Post"}])
    comment = FigureComment.objects.create(question=question, text_da="Nyt")
    objects = (response, response.vendor, question, question.options.get(), response.round, comment)
    Page(kl, url("vendor", "change", response.vendor_id)).send(name="Nyt navn")
    with override("en"):
        urls = [reverse("admin:index"), step(response, "reject"), reverse("admin:kl_ai_user_changelist")]
    for item in objects:
        model = item._meta.model_name
        urls += [url(model, "changelist"), url(model, "add"), *(url(model, page, item.pk) for page in ("change", "history"))]
        if item.history.exists():
            urls.append(url(model, "simple_history", item.pk, item.history.first().pk))
    for address in urls:
        page = Page(kl, address)
        assert page.response.status_code == 200, address
        assert "Content-Security-Policy" in page.response.headers
        found = re.findall(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)[^>]*>", page.text)
        assert not found, (address, found)
