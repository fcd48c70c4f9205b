"""Frozen editions: what they hold, when they are made, and that a vendor that withdraws is in none of them."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketoverview.models import (
    Edition,
    Question,
    Response,
    SurveyRound,
    Vendor,
    declare_published,
    freeze_month,
    map_answer,
)
from marketoverview.models import editions as edition_models
from tests.builders import make_curator, make_next_round, make_option, make_own_words, make_response, make_round
from tests.concurrency import ProcessKilled, killed_after
from tests.days import on_date
from tests.marketoverview.edition_files import (
    MAILBOX,
    PERSON,
    PHONE,
    checked,
    csv_file,
    json_file,
    make_full_response,
    names,
)
from tests.query_counts import costs


@pytest.fixture
def agern(db) -> Response:
    return make_full_response()


# What it holds ------------------------------------------------------------------------------------


def test_an_edition_holds_the_public_answers_with_codes(agern):
    company = json_file(checked(freeze_month()))["companies"][0]
    assert company == {
        "id": "agern",
        "name": "Agern",
        "cvr_number": None,
        "country": "DK",
        "description": "Vi er Agern.",
        "round": "2026",
        "confirmed_on": agern.confirmed_at.isoformat(),
        "answered_on": timezone.localdate(agern.submitted_at or agern.created_at).isoformat(),
        "answers": {"services": ["other", "advisory"], "technologies": ["nlp"]},
        "own_words": {"services": {"other": "Dataetik; æøå"}},
        "counted_by_kl": {"services": ["ethics"]},
        "offerings": [
            {
                "title": "Post",
                "description": "",
                "stage": "pilot",
                "where_used": "",
                "combines": {"technologies": ["nlp"]},
            }
        ],
    }


def test_the_csv_holds_the_same_with_the_same_codes(agern):
    (row,) = csv_file(checked(freeze_month()))
    assert row["services"] == "other; advisory"
    assert row["services_own_words"] == "Dataetik; æøå"
    assert row["services_counted_by_kl"] == "ethics"
    assert (row["id"], row["technologies"], row["offerings"], row["cvr_number"]) == ("agern", "nlp", "Post", "")


def test_no_contact_stands_in_an_edition(agern):
    edition = freeze_month()
    for content in (b"".join(edition.json_chunks()).decode(), b"".join(edition.csv_chunks()).decode()):
        for secret in (PERSON, MAILBOX, PHONE, "https://agern.example", "@"):
            assert secret not in content


def test_companies_stand_in_danish_order_and_unpublished_ones_nowhere(db):
    for name in ("Ørsted", "Agern", "Åkande", "Æble", "Zebra"):
        make_response(name)
    for status in ("draft", "submitted", "returned", "rejected", "withdrawn"):
        make_response(f"Ikke {status}", status)
    assert names(checked(freeze_month())) == ["Agern", "Zebra", "Æble", "Ørsted", "Åkande"]


def test_it_keeps_the_words_of_its_day(agern):
    edition = freeze_month()
    make_response("Birk")
    option = make_option(agern.answers.first().option.question, "advisory")
    option.label_da = "Et helt andet ord"
    option.record_rewording()
    Vendor.objects.update(name="Et nyt navn")
    assert names(checked(edition)) == ["Agern"]
    (services, _technologies) = json_file(edition)["questions"]
    assert {option["code"]: option["label_da"] for option in services["options"]}["advisory"] == "Svar advisory"


def test_a_corrected_profile_does_not_change_an_edition(agern):
    edition = freeze_month()
    before = b"".join(edition.json_chunks())
    draft = Response.begin(agern.vendor, agern.round, make_curator())
    draft.answers.filter(option__code="nlp").delete()
    draft.submit(agern.vendor.members.first())
    draft.publish(make_curator())
    assert b"".join(checked(edition).json_chunks()) == before


def test_the_files_have_these_bytes(db):
    """Whoever has fetched an edition finds the same checksum for ever: the form of the files never changes by accident."""
    with on_date(date(2099, 2, 1)):
        make_response(
            "Agern",
            answers={"services": ["advisory"]},
            description="Vi =1+1; er Ærlige",
            confirmed_at=date(2026, 10, 5),
        )
        Response.objects.update(submitted_at=datetime(2026, 10, 4, 23, 30, tzinfo=UTC))
        edition = freeze_month()
    edition.questions = [{"code": "services", "options": []}]
    assert b"".join(edition.json_chunks()).decode() == (
        '{"schema": "kl-ai-marketoverview-edition/1",\n"edition": "2099-02-01",\n"day": "2099-02-01",\n"occasion": "month",\n'
        '"round": null,\n"changed_on": null,\n"is_demonstration_data": false,\n"count": 1,\n'
        '"questions": [{"code": "services", "options": []}],\n"companies": [\n'
        '{"answered_on": "2026-10-05", "answers": {"services": ["advisory"]}, "confirmed_on": "2026-10-05", '
        '"counted_by_kl": {}, "country": "DK", "cvr_number": null, "description": "Vi =1+1; er Ærlige", "id": "agern", "name": "Agern", "offerings": [], '
        '"own_words": {}, "round": "2026"}\n]}\n'
    )
    assert b"".join(edition.csv_chunks()).decode() == (
        "\ufeffid;name;cvr_number;country;description;round;confirmed_on;services;services_own_words;services_counted_by_kl;"
        'offerings\r\nagern;Agern;;DK;"Vi =1+1; er Ærlige";2026;2026-10-05;advisory;;;\r\n'
    )


@pytest.mark.parametrize("batch", [1, 2, 1_000])
def test_the_size_of_the_batches_changes_no_byte(demo, monkeypatch, batch):
    monkeypatch.setattr(edition_models, "BATCH", batch)
    with on_date(date(2099, 1, 1)):
        edition = freeze_month()
    assert (edition.count, edition.is_demo) == (35, True)
    contents = b"".join(checked(edition).json_chunks())
    monkeypatch.undo()
    assert b"".join(edition.json_chunks()) == contents


def test_the_number_of_queries_does_not_grow_with_the_companies(db):
    combined = {"options": {"services": ["advisory"]}}
    make_response("Agern", answers={"services": ["advisory"]}, offerings=[combined])
    with costs(25):
        freeze_month()
    for number in range(5):
        make_response(f"Firma {number}", answers={"services": ["advisory"]}, offerings=[combined, combined])
    with on_date(date(2099, 1, 1)), costs(25):
        freeze_month()


def test_own_words_that_kl_counts_stand_in_the_edition_as_kls(db):
    answer = make_own_words("Agern", "Etik")
    map_answer(answer, make_option(answer.option.question, "advisory"), make_curator())
    company = json_file(checked(freeze_month()))["companies"][0]
    assert company["answers"] == {"services": ["other"]}
    assert company["counted_by_kl"] == {"services": ["advisory"]}


# When it is made ----------------------------------------------------------------------------------


def test_a_month_has_one_edition(db, capsys):
    make_response("Agern")
    with on_date(date(2026, 11, 1)):
        call_command("freeze_edition")
        assert "made the edition 2026-11-01 of 1 companies" in capsys.readouterr().out
    make_response("Birk")
    for day in (date(2026, 11, 1), date(2026, 11, 17), date(2026, 11, 30)):
        with on_date(day):
            call_command("freeze_edition")
        assert "made no edition" in capsys.readouterr().out
    with on_date(date(2026, 12, 2)):  # the machine was off on the first
        call_command("freeze_edition")
    assert [(edition.code, edition.count) for edition in Edition.objects.all()] == [
        ("2026-12-02", 2),
        ("2026-11-01", 1),
    ]
    assert Edition.objects.first().day == date(2026, 12, 2)


def test_nothing_is_made_where_nothing_is_public(db, capsys):
    make_response("Agern", "submitted")
    call_command("freeze_edition")
    assert "nothing is public" in capsys.readouterr().out
    assert not Edition.objects.exists()


def test_a_second_edition_of_a_month_is_refused_by_the_database(db):
    make_response("Agern")
    edition = freeze_month()
    edition.pk, edition.code = None, "en-anden"
    with pytest.raises(IntegrityError), transaction.atomic():
        edition.save(force_insert=True)


def test_kl_declares_a_round_published_once(db):
    make_response("Agern")
    survey_round = make_round()
    assert declare_published(survey_round)
    make_response("Birk")
    assert not declare_published(survey_round)
    edition = checked(Edition.objects.get())
    assert (edition.code, edition.round, edition.count, edition.occasion) == ("2026", survey_round, 1, "round")
    assert freeze_month() is not None, "the month's edition is another one"


def test_a_round_without_public_answers_or_that_has_not_opened_is_not_declared_published(db):
    make_response("Agern")
    with pytest.raises(ValidationError, match="Ingen svar"):
        declare_published(make_next_round("2025"))
    with pytest.raises(ValidationError, match="ikke åbnet"):
        declare_published(make_round("2098", opens_on=date(2098, 1, 1)))
    assert not Edition.objects.exists()


def test_an_edition_that_breaks_off_leaves_nothing(db, monkeypatch):
    make_response("Agern")
    monkeypatch.setattr(Edition, "_write_entries", killed_after(Edition._write_entries))
    with pytest.raises(ProcessKilled):
        freeze_month()
    assert not Edition.objects.exists()
    monkeypatch.undo()
    assert freeze_month().count == 1


# Days and codes -------------------------------------------------------------------------------------


def test_an_edition_knows_nothing_of_what_came_after_its_day(agern):
    """Neither a question of later, nor that a question or option was reworded or retired later."""
    options = agern.answers.first().option.question.options.all()
    options.update(introduced_on=date(2020, 1, 1), reworded_on=date(2099, 3, 1), retired_on=date(2099, 3, 1))
    Question.objects.update(introduced_on=date(2020, 1, 1), reworded_en_on=date(2099, 3, 1))
    Question.objects.filter(code="technologies").update(introduced_on=date(2099, 3, 1))
    with on_date(date(2099, 2, 1)):
        edition = freeze_month()
    (services,) = edition.questions
    assert services["reworded_en_on"] is None
    assert {(option["reworded_on"], option["retired_on"]) for option in services["options"]} == {(None, None)}
    assert "technologies" not in json_file(checked(edition))["companies"][0]["answers"]


@pytest.mark.parametrize("first", ["month", "round"])
def test_a_round_whose_code_is_a_day_takes_no_edition_its_place(db, first):
    response = make_response("Agern")
    SurveyRound.objects.update(code="2026-11-01", opens_on=date(2026, 1, 1))
    response.round.refresh_from_db()
    with on_date(date(2026, 11, 1)):
        for freeze in (freeze_month, declare) if first == "month" else (declare, freeze_month):
            assert freeze()
    codes = {edition.occasion: edition.code for edition in Edition.objects.all()}
    assert codes == {first: "2026-11-01", ({"month", "round"} - {first}).pop(): "2026-11-01-2"}
    assert not declare(), "it is declared published once"


def declare() -> bool:
    return declare_published(SurveyRound.objects.get())
