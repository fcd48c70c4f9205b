"""Options that KL has retired or reworded since the vendor chose them: the draft says so, and asks."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from marketoverview.models import Option, Question, Response, SampleOffering
from marketoverview.survey.forms.survey import own_words_name
from tests.builders import make_option, make_question, make_response, make_round
from tests.marketoverview.vendor_area import part_url, seen_value, submit_review
from tests.reading import english_url, parse

OLD, NEW = "Svar advisory", "Rådgivning om indkøb"


@pytest.fixture
def round_2026(db):
    survey_round = make_round("2026")
    for code, axis in (("services", "row"), ("technologies", "column")):
        make_question(code, ["advisory", "law", "other"], round=survey_round, matrix_axis=axis)
    return survey_round


@pytest.fixture
def public(vendor, round_2026):
    """Last year's public answers."""
    response = make_response(
        vendor,
        answers={"services": ["advisory", "law"], "technologies": ["law"]},
        offerings=[{"title": "Post", "options": {"technologies": ["law"], "services": ["advisory"]}}],
        round=round_2026,
    )
    Response.objects.filter(pk=response.pk).update(submitted_at=timezone.now() - timedelta(days=300))
    return response


def option(question: str, code: str) -> Option:
    return make_option(make_question(question), code)


def reword(code: str, label: str = NEW) -> None:
    row = option("services", code)
    row.label_da, row.label_en = label, "Purchasing advice"
    row.record_rewording()


@pytest.fixture
def begun(public, vendor, owner):
    """`begun()` is a draft in the next round."""

    def begin() -> Response:
        survey_round = make_round("2027", opens_on=timezone.localdate())
        for code in ("services", "technologies"):
            make_question(code).rounds.add(survey_round)
        return Response.begin(vendor, survey_round, owner)

    return begin


def part(client, draft, key: str = "more"):
    return parse(client.get(part_url(draft, key)).content.decode())


def send(client, draft, key: str = "more", *, fetch: bool = False, **fields):
    data = {"seen": seen_value(client, draft, key), **fields}
    return client.post(part_url(draft, key), data, headers={"X-Requested-With": "fetch"} if fetch else {})


def missing(draft) -> list[str]:
    return [item.text for item in Response.objects.get(pk=draft.pk).missing_items()]


# Retired --------------------------------------------------------------------------------------------


def test_the_next_draft_says_what_fell_away_and_is_not_handed_in_before_it_is_decided(member_client, begun, vendor):
    option("services", "law").retire()
    page = parse(member_client.get(reverse("vendor:begin", args=[vendor.slug])).content.decode())
    assert "I valgte “Svar law”, som ikke findes længere." in page.find("main").text
    draft = begun()
    tasks = parse(member_client.get(reverse("vendor:tasks", args=[draft.pk])).content.decode()).find("main").text
    assert "Tag stilling" in tasks
    assert "I valgte “Svar law”, som ikke findes længere." in tasks
    question = part(member_client, draft).find("div", id="item-services")
    assert "I valgte “Svar law”, som ikke findes længere." in question.text
    assert not question.find_all("input", value="law")
    with pytest.raises(ValidationError, match="Svar law"):
        draft.submit(None)


@pytest.mark.parametrize("is_replaced", [True, False])
def test_choosing_something_else_or_saying_that_nothing_fits_decides(is_replaced, member_client, begun):
    option("services", "law").retire()
    draft = begun()
    words = own_words_name(make_question("services"))
    replaced = {"services": ["advisory", "other"], words: "Jura"}
    fields = replaced if is_replaced else {"services": ["advisory"], "services.retired": "on"}
    assert send(member_client, draft, **fields, technologies=["law"]).status_code == 302
    assert "law" not in draft.stored(["services"])["services"]
    assert missing(draft) == []
    assert "KL har modtaget jeres svar" in submit_review(member_client, draft).content.decode()


def test_saving_the_page_without_deciding_keeps_the_question_open(member_client, begun):
    option("services", "law").retire()
    draft = begun()
    for fetch in (True, False):
        send(member_client, draft, services=["advisory"], technologies=["law"], fetch=fetch)
        assert set(draft.stored(["services"])["services"]) == {"advisory", "law"}
    assert len(missing(draft)) == 1


def test_ticking_something_new_decides_by_the_button_not_by_the_autosave(member_client, begun):
    """The page still shows the question while somebody tries out an option."""
    option("services", "law").retire()
    draft = begun()
    words = own_words_name(make_question("services"))
    send(member_client, draft, services=["other"], technologies=["law"], fetch=True, **{words: "Jura"})
    assert set(draft.stored(["services"])["services"]) == {"other", "law"}


def test_an_option_that_is_retired_while_the_draft_lies_is_asked_about_too(member_client, draft):
    retired = draft.round.questions.get(code="services").options.first()
    send(member_client, draft, "services", services=[retired.code])
    retired.retire()
    assert any(retired.label_da in text for text in missing(draft))


def test_an_option_retired_after_handing_in_does_not_keep_kl_from_publishing(begun, owner, curator):
    draft = begun()
    draft.submit(owner)
    option("services", "law").retire()
    draft.publish(curator)
    assert draft.answers.filter(option__code="law", option__question__code="services").exists()


def test_an_example_says_what_it_lost_and_is_settled_by_saving_it(member_client, begun):
    option("technologies", "law").retire()
    draft = begun()
    example = draft.offerings.get()
    assert "“Post” bruger “Svar law”, som ikke findes længere" in " ".join(missing(draft))
    path = reverse("vendor:offering", args=[draft.pk, example.key])
    page = parse(member_client.get(path).content.decode())
    assert "I valgte “Svar law”, som ikke findes længere." in page.find("main").text
    seen = page.find("input", name="seen").attrs["value"]
    kept = option("services", "advisory").pk
    member_client.post(path, {"seen": seen, "title": "Post", "stage": "", "services": [kept]})
    assert [row.code for row in example.options.all()] == ["advisory"]
    assert not any("Post" in text for text in missing(draft))


# Reworded -------------------------------------------------------------------------------------------


def test_a_reworded_option_shows_both_wordings_and_asks(member_client, begun):
    reword("advisory")
    draft = begun()
    question = part(member_client, draft).find("div", id="item-services").text
    assert f"“{OLD}” hedder nu: “{NEW}”." in question
    assert any(NEW in text for text in missing(draft))
    english = member_client.get(english_url("vendor:part", draft.pk, "more")).content.decode()
    assert "“Option advisory” is now worded: “Purchasing advice”." in english


REWORDED = {"da": ("label_da", NEW), "en": ("label_en", "Purchasing advice")}


@pytest.mark.parametrize(("changed", "other"), [("da", "en"), ("en", "da")])
def test_who_reads_the_other_language_is_not_asked_about_a_rewording(changed, other, member_client, begun):
    row = option("services", "advisory")
    setattr(row, *REWORDED[changed])
    row.record_rewording()
    draft = begun()
    for language, is_asked in ((changed, True), (other, False)):
        with override(language):
            assert any(row.label in text for text in missing(draft)) is is_asked
            page = parse(member_client.get(part_url(draft, "more")).content.decode())
        assert page.has("div", "changed-options") is is_asked
        assert page.find("div", id="item-services").has("input", name="services.reworded") is is_asked


def test_a_first_english_label_is_a_translation_and_no_rewording(begun):
    Option.objects.update(label_en="")
    row = option("services", "advisory")
    row.label_en = "Advice"
    row.record_rewording()
    draft = begun()
    with override("en"):
        assert missing(draft) == []


def test_a_danish_rewording_is_asked_about_in_english_where_the_english_label_is_missing(begun):
    Option.objects.update(label_en="")
    row = option("services", "advisory")
    row.label_da = NEW
    row.record_rewording()
    draft = begun()
    with override("en"):
        assert any(f"“{NEW}” is worded differently now" in text for text in missing(draft))


@pytest.mark.parametrize("changed", ["da", "en"])
def test_a_new_wording_is_marked_in_its_language_only(changed, round_2026):
    for row in (make_question("services"), option("services", "advisory")):
        name = "text" if isinstance(row, Question) else "help"
        type(row).objects.filter(pk=row.pk).update(introduced_on=date(2026, 1, 1), help_en="Help")
        row.refresh_from_db()
        setattr(row, f"{name}_{changed}", "Nyt")
        row.record_rewording()
        for language in ("da", "en"):
            with override(language):
                assert row.is_news_since(date(2026, 2, 1)) is (language == changed)


def test_confirming_the_answer_settles_it_and_taking_it_away_too(member_client, begun):
    reword("advisory")
    draft = begun()
    send(member_client, draft, services=["advisory", "law"], technologies=["law"])
    assert any(f"“{NEW}”" in text and "ordlyd" in text for text in missing(draft))
    send(member_client, draft, **{"services": ["advisory", "law"], "technologies": ["law"], "services.reworded": "on"})
    assert not any("“Spørgsmål services”" in text for text in missing(draft))
    reword("law", "Jura")
    assert any("“Spørgsmål services”" in text for text in missing(draft))
    send(member_client, draft, services=["advisory"], technologies=["law"])
    assert not any("“Spørgsmål services”" in text for text in missing(draft))


def test_an_answer_given_in_the_new_wording_is_not_asked_about(member_client, begun):
    reword("other", "Noget andet")
    draft = begun()
    send(member_client, draft, services=["other"], technologies=["law"])
    assert not any("ordlyd" in text for text in missing(draft))


def test_corrected_spelling_is_no_rewording(begun):
    row = option("services", "advisory")
    row.label_da = "Svar Advisory"
    row.save()
    assert missing(begun()) == []


def test_an_example_with_a_reworded_option_is_settled_by_saving_it(member_client, begun):
    reword("advisory")
    draft = begun()
    example = draft.offerings.get()
    assert any("“Post”" in text for text in missing(draft))
    path = reverse("vendor:offering", args=[draft.pk, example.key])
    seen = parse(member_client.get(path).content.decode()).find("input", name="seen").attrs["value"]
    fields = {"services": [option("services", "advisory").pk], "technologies": [option("technologies", "law").pk]}
    member_client.post(path, {"seen": seen, "title": "Post", "stage": "", **fields})
    assert not any("“Post”" in text for text in missing(draft))
    assert SampleOffering.objects.get(pk=example.pk).options.count() == 2


def test_what_is_asked_at_the_question_is_not_said_above_the_page_too(begun, member_client):
    draft = begun()
    Option.objects.filter(code="advisory").update(retired_on=timezone.localdate())
    page = member_client.get(part_url(draft, "more")).content.decode()
    assert page.count("Svar advisory") == 1
    assert "Før svarene kan indsendes" not in page
