"""The calendar file: what is done again, when, why and on whose demand, as a calendar reads it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from dateutil.rrule import rrulestr
from django.utils.safestring import SafeString
from icalendar import Calendar

from legaltoolbox.files.calendar import BASIS, _description, add_months, repeating
from legaltoolbox.models import Activity
from legaltoolbox.plans import Participant, PlanEntry
from legaltoolbox.screening import Band, Verdict
from tests.checks import not_empty
from tests.legaltoolbox.six_uses import USES
from tests.reading import notice_texts, read

FILE = "/juridisk-vaerktoejskasse/kalender.ics"
OVERVIEW = "/en/juridisk-vaerktoejskasse/"


def query(use: str, **more: str) -> str:
    return "?" + "&".join(f"{name}={value}" for name, value in (USES[use]["answers"] | more).items())


def events(client, address: str) -> dict[str, object]:
    """The events of the file, by the code of the activity."""
    response = client.get(address)
    assert response.status_code == 200
    found = Calendar.from_ical(response.content).walk("VEVENT")
    return {str(event["SUMMARY"])[-4:-1]: event for event in found}


def test_the_file_is_a_calendar_with_the_lines_that_calendars_ask_for(content, client):
    response = client.get(f"{FILE}?start=2027-01-01")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="ansvarlig-ai.ics"'
    text = response.content
    assert text.startswith(b"BEGIN:VCALENDAR\r\n")
    assert text.endswith(b"END:VCALENDAR\r\n")
    assert text.count(b"\n") == text.count(b"\r\n")
    assert max(map(len, text.split(b"\r\n"))) <= 75
    calendar = Calendar.from_ical(text)
    assert (calendar["VERSION"], bool(calendar["PRODID"])) == ("2.0", True)
    for event in not_empty(calendar.walk("VEVENT")):
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "DESCRIPTION", "RRULE"} <= set(event)


def test_what_is_done_again_stands_on_its_day_for_the_whole_day(content, client):
    found = events(client, f"{FILE}?start=2027-01-01")
    expected = [activity for activity in content.activities if activity.repeat_months]
    assert set(found) == {activity.code for activity in not_empty(expected)}
    assert {"A70", "A71", "A72", "A73", "A75"} <= set(found)
    for activity in expected:
        event = found[activity.code]
        first = add_months(date(2027, 1, 1), activity.repeat_months)
        assert event.decoded("DTSTART") == first
        assert event.decoded("DTEND") == first + timedelta(days=1)
        assert (event["RRULE"]["FREQ"], event["RRULE"]["INTERVAL"]) == (["MONTHLY"], [activity.repeat_months])
        what, _space, code = str(event["SUMMARY"]).rpartition(" ")
        assert code == f"({activity.code})"
        assert activity.repeat_note.startswith(f"{what}.")
        assert str(event["DESCRIPTION"]).startswith(str(activity))
        assert str(event["URL"]) == f"http://testserver/juridisk-vaerktoejskasse/aktiviteter/{activity.code}/"


def test_each_event_says_what_the_law_demands_and_what_is_our_proposal(content, client):
    found = events(client, f"{FILE}?start=2027-01-01&personoplysninger=yes")
    for code, event in not_empty(found.items()):
        activity = content.find("activity", code)
        text = str(event["DESCRIPTION"])
        assert activity.repeat_note in text
        basis = Activity.RepeatBasis(activity.repeat_basis)
        assert BASIS[basis] in text
        assert ("Loven kræver det" in text) == (basis is Activity.RepeatBasis.INTERVAL), code
        assert f"Grundlag: {content.linked(activity, 'source')[0].name}" in text
        assert f"Ansvarlig: {activity.responsible.name}." in text
    assert "72 timer" in str(found["A66"]["DESCRIPTION"])
    assert "72 timer" in str(found["A74"]["DESCRIPTION"])
    assert "Fordi I behandler personoplysninger" in str(found["A71"]["DESCRIPTION"])
    assert "Kun hvis: Bruger I en leverandør" in str(found["A72"]["DESCRIPTION"])


def test_what_no_law_asks_for_is_said_to_be_a_proposal(content, client):
    """The law asks for what the procedure is for, not for a test, a drill, or a yearly round-up."""
    found = events(client, f"{FILE}?start=2027-01-01")
    for code in ("A65", "A66", "A74"):
        assert BASIS[Activity.RepeatBasis.ADVICE] in str(found[code]["DESCRIPTION"])
    assert not [code for code, event in found.items() if "Loven kræver det" in str(event["DESCRIPTION"])]
    assert str(found["A65"]["SUMMARY"]) == "Prøv proceduren for rettigheder på en testperson (A65)"


def test_only_what_applies_in_the_situation_and_to_the_role_is_in_it(content, client):
    small = events(client, FILE + query("skrivehjælp", start="2027-01-01"))
    assert {"A72", "A75", "A74"} <= set(small)
    assert "Gør A13 om" in str(small["A71"]["DESCRIPTION"])
    assert "A27" not in small
    assert "A27" not in events(client, f"{FILE}?start=2027-01-01&hoejrisiko=no")
    dpo = events(client, f"{FILE}?start=2027-01-01&rolle=dpo")
    for code in not_empty(dpo):
        activity = content.find("activity", code)
        assert "dpo" in [activity.responsible.slug, *(row.role.slug for row in content.involved(activity))]
    everything = events(client, f"{FILE}?start=2027-01-01")
    assert set(events(client, f"{FILE}?start=2027-01-01&rolle=projektleder")) == set(everything)


def test_what_a_small_use_does_together_is_done_again_as_often_as_it_says(content, client):
    """With its own text: in the event of the activity that carries it at the same interval, else in an event of its own."""
    small = events(client, FILE + query("skrivehjælp", start="2027-01-01"))
    apart, inside = set(), set()
    for code, other in not_empty(USES["skrivehjælp"]["together"].items()):
        activity, carrier = content.find("activity", code), content.find("activity", other)
        is_inside = bool(activity.repeat_months) and activity.repeat_months == carrier.repeat_months
        assert (code in small) == (bool(activity.repeat_months) and not is_inside), code
        assert (f"Klares samtidig: {activity}." in str(small.get(other, {}).get("DESCRIPTION"))) == is_inside, code
        if activity.repeat_months:
            text = str(small[other if is_inside else code]["DESCRIPTION"])
            assert activity.repeat_note in text, code
            assert activity.small_use in text, code
            (inside if is_inside else apart).add(code)
    assert (apart, inside) == ({"A70", "A73"}, {"A01", "A52", "A66"})
    assert str(small["A73"]["SUMMARY"]) == "Gennemgå loggen for misbrug og fejl (A73)"
    assert small["A73"]["RRULE"]["INTERVAL"] == [3]


def carried(activity: Activity, *together: PlanEntry, band: Band = Band.ALWAYS) -> PlanEntry:
    return PlanEntry(activity, Verdict(band), (), SafeString(""), SafeString(""), together=together)


def test_what_is_done_with_an_activity_that_is_not_done_again_has_an_event_of_its_own():
    quarterly, yearly = Activity(code="A01", repeat_months=3), Activity(code="A02", repeat_months=12)
    below = carried(Activity(code="A03", repeat_months=12))
    (event,) = repeating([carried(Activity(code="A04"), carried(quarterly), carried(Activity(code="A05")))])
    assert event.activity is quarterly
    events_of = repeating([carried(yearly, carried(quarterly, below), below)])
    assert [entry.activity.code for entry in events_of] == ["A02", "A01", "A03"]


def test_what_belongs_to_an_assessed_activity_is_not_said_to_be_done(content):
    first, second = (content.find("activity", code) for code in ("A71", "A75"))
    entry = carried(second, carried(first), band=Band.ASSESSED)
    entry = replace(entry, participants=(Participant(second.responsible, True, ""),))
    assert f"Hører med, hvis den er nødvendig: {first}." in _description(entry, content)
    assert "Klares samtidig" not in _description(entry, content)


def test_the_same_activity_keeps_its_uid_and_another_start_is_another_event(content, client):
    first = client.get(f"{FILE}?start=2027-01-01").content
    assert client.get(f"{FILE}?start=2027-01-01").content == first
    uids = {code: str(event["UID"]) for code, event in events(client, f"{FILE}?start=2027-01-01").items()}
    assert {str(event["UID"]) for event in events(client, f"{FILE}?start=2027-01-01&nu=drift").values()} == set(
        uids.values()
    )
    for more in ("hoejrisiko=no", "rolle=dpo"):  # another solution, or somebody else's part of it
        others = events(client, f"{FILE}?start=2027-01-01&{more}")
        assert not {str(event["UID"]) for event in not_empty(others.values())} & set(uids.values())
        assert all(more in str(event["URL"]) for event in others.values())
    later = {str(event["UID"]) for event in events(client, f"{FILE}?start=2027-02-01").values()}
    assert not later & set(uids.values())
    assert len(set(uids.values())) == len(uids)


@pytest.mark.parametrize("start", ["2027-01-31", "2028-02-29", "2027-08-30", "2027-03-15"])
def test_a_day_that_not_every_month_has_comes_on_the_last_one(start, content, client):
    """No round is left out, as a calendar would with the 31st."""
    found, day = events(client, f"{FILE}?start={start}"), date.fromisoformat(start)
    for code, event in found.items():
        months = content.find("activity", code).repeat_months
        first = event.decoded("DTSTART")
        rule = rrulestr(event["RRULE"].to_ical().decode(), dtstart=first)
        rounds = [moment.date() for moment in rule[:5]]
        assert rounds == [add_months(day, months * number) for number in range(1, 6)], (code, start)


def test_months_are_added_to_a_day():
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2027, 12, 15), 1) == date(2028, 1, 15)
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert add_months(date(2027, 10, 31), 14) == date(2028, 12, 31)


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("?start=", "Choose the day on which the solution is taken into use."),
        ("", "Choose the day on which the solution is taken into use."),
        ("?start=i+morgen", "This is no day. Write it as year, month and day: 2027-01-01."),
        ("?start=2027-02-30", "This is no day. Write it as year, month and day: 2027-01-01."),
        ("?start=1999-12-31", "Choose a day from 2000-01-01 on."),
        ("?start=2100-01-01", "Choose a day no later than 2099-12-31."),
        ("?start=%3Cb%3E", "This is no day. Write it as year, month and day: 2027-01-01."),
    ],
)
def test_without_a_good_day_the_form_says_what_is_wrong(start, message, content, client):
    response = client.get(f"/en{FILE}{start}")
    assert response.status_code == 302
    assert response["Location"].endswith("#calendar")
    page = read(client, response["Location"].partition("#")[0])
    section = page.find("section", id="calendar")
    assert section.find("span", "form-error-message").text.startswith(message)
    assert section.find("input", name="start").attrs["aria-describedby"] == "start-error"


def test_what_is_no_day_is_said_again_beside_the_field(content, client):
    section = read(client, f"{OVERVIEW}?start=i+morgen").find("section", id="calendar")
    assert section.find("span", "form-error-message").text.endswith("You wrote “i morgen”.")
    assert section.find("input", name="start").attrs["value"] == ""


def test_the_form_sends_the_situation_along(content, client):
    section = read(client, f"{OVERVIEW}?rolle=dpo&personoplysninger=yes").find("section", id="calendar")
    sent = {field.attrs["name"]: field.attrs["value"] for field in section.find_all("input", type="hidden")}
    assert sent == {"rolle": "dpo", "personoplysninger": "yes"}
    assert not section.has("span", "form-error-message")
    kept = read(client, f"{OVERVIEW}?start=2027-05-01").find("section", id="calendar")
    assert kept.find("input", name="start").attrs["value"] == "2027-05-01"


def test_where_nothing_is_done_again_there_is_no_calendar(content, client):
    every_no = "&".join(f"{question.code}=no" for question in content.questions)
    page = read(client, f"{OVERVIEW}?rolle=borger&{every_no}")
    assert not page.has("section", id="calendar")


def test_the_content_says_what_stands_behind_each_interval(content):
    for activity in not_empty(activity for activity in content.activities if activity.repeat_months):
        assert activity.repeat_basis
        assert "vores forslag" in activity.repeat_note or activity.repeat_basis == "interval", activity.code


def test_where_nothing_is_done_again_a_sentence_stands_in_place_of_an_empty_calendar(content, client):
    response = client.get(
        FILE.replace("/juri", "/en/juri", 1) + query("skrivehjælp", rolle="indkob", start="2027-01-01")
    )
    assert response.status_code == 302
    (notice,) = notice_texts(read(client, response["Location"]))
    assert notice == "Nothing in this plan is done again in operation, so there is no calendar to fetch."
