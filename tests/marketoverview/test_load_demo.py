"""The demonstration data: loaded as often as one likes, and never where it would harm."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from kl_ai.models import User
from legaltoolbox.management.commands import load_content
from legaltoolbox.models import Activity
from marketoverview.management.commands.load_demo import MEMBERS, STAFF, WITHDRAWN
from marketoverview.market.snapshot import snapshots
from marketoverview.models import Question, Response, SurveyRound, Vendor
from marketoverview.survey.deadlines import may_answer
from tests.builders import make_round, make_vendor
from tests.days import on_date
from tests.legaltoolbox.small import write
from tests.pages import PUBLIC_PAGES
from tests.reading import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def develop(settings):
    settings.DEBUG = True


def load(**options):
    call_command("load_demo", verbosity=0, **options)


@pytest.fixture
def empty(bare, develop, tmp_path, monkeypatch):
    """A database with its tables alone; the content to load is so small that it takes no time."""
    monkeypatch.setattr(load_content, "FOLDER", write(tmp_path / "small"))


def test_gives_35_public_vendors_the_legal_content_and_five_logins(empty):
    load()
    assert snapshots.current().size == 35
    assert snapshots.current().is_demo
    assert set(Activity.objects.values_list("code", flat=True)) == {"A01", "P1"}
    assert_five_logins()


# The round ------------------------------------------------------------------------------------------


def stored_round() -> SurveyRound:
    return SurveyRound.objects.get(code="2026")


@pytest.mark.parametrize("day", [date(2026, 11, 29), date(2026, 12, 31), date(2027, 1, 15), date(2028, 2, 29)])
@pytest.mark.any_database
def test_the_round_is_open_from_the_day_of_loading_for_two_months(empty, day):
    with on_date(day):
        load()
        assert SurveyRound.current() == stored_round()
        assert stored_round().is_open
        vendor = Vendor.objects.get(slug="agern-demofirma")
        assert may_answer(stored_round(), vendor)
    with on_date(day + timedelta(days=60)):
        assert stored_round().is_open
    with on_date(day + timedelta(days=61)):
        assert not stored_round().is_open


@pytest.mark.any_database
def test_loaded_early_in_the_year_the_round_closes_as_the_fixture_says(empty):
    with on_date(date(2026, 6, 1)):
        load()
        assert stored_round().closes_on == date(2026, 12, 31)


@pytest.mark.any_database
def test_started_again_the_round_is_opened_only_once_it_has_closed(empty):
    with on_date(date(2027, 1, 15)):
        load()
    closes_on = stored_round().closes_on
    with on_date(closes_on):
        load()
        assert stored_round().closes_on == closes_on
    with on_date(closes_on + timedelta(days=1)):
        load()
        assert stored_round().is_open
        assert stored_round().closes_on == closes_on + timedelta(days=61)


@pytest.mark.any_database
def test_a_round_that_somebody_has_changed_stays_closed_until_all_is_put_back(empty):
    with on_date(date(2027, 1, 15)):
        load()
    survey_round = stored_round()
    survey_round.closes_on = date(2027, 1, 20)
    survey_round._history_user = User.objects.get(email="kurator@demo.example")
    survey_round.save()
    with on_date(date(2027, 2, 1)):
        load()
        assert stored_round().closes_on == date(2027, 1, 20)
        load(reset=True)
        assert stored_round().closes_on == date(2027, 4, 2)


@pytest.mark.any_database
def test_a_round_that_would_be_open_beside_the_next_one_stays_closed(empty):
    with on_date(date(2027, 1, 15)):
        load()
    with on_date(date(2027, 4, 1)):
        closes_on = stored_round().closes_on
        make_round("2027", opens_on=date(2027, 5, 1))
        load()
        assert stored_round().closes_on == closes_on


@pytest.mark.parametrize(("day", "is_over"), [(date(2026, 12, 31), False), (date(2027, 1, 1), True)])
def test_a_real_installation_keeps_the_days_of_the_file_and_is_told_where_the_round_is_over(bare, capsys, day, is_over):
    with on_date(day):
        call_command("load_survey")
        assert stored_round().closes_on == date(2026, 12, 31)
        assert stored_round().is_open is not is_over
        assert ("the round 2026 closed on 2026-12-31" in capsys.readouterr().out) is is_over


# Tried out ------------------------------------------------------------------------------------------


@pytest.fixture
def trial(demo, develop):
    """The demonstration after somebody has tried it: one vendor has published anew, another one is withdrawn."""
    load()
    curator = User.objects.get(email="kurator@demo.example")
    member = User.objects.get(email="leverandoer@demo.example")
    vendor = member.vendors.get()
    revision = Response.begin(vendor, Question.objects.first().rounds.first(), member)
    revision.submit(member)
    revision.publish(curator)
    Response.objects.published().exclude(vendor=vendor).first().withdraw(curator, "En prøve")
    make_vendor("Prøvet af i administrationen")
    assert snapshots.current().size == 34


@pytest.mark.any_database
def test_keeps_what_was_tried_out(trial):
    load()
    assert snapshots.current().size == 34
    assert_five_logins()


def test_puts_the_vendors_back_when_asked(trial):
    load(reset=True)
    assert snapshots.current().size == 35
    assert_five_logins()


def assert_five_logins():
    assert User.objects.filter(email__endswith="@demo.example").count() == 5
    curator, editor, administrator = (User.objects.get(email=email) for email in STAFF)
    assert curator.has_perm("marketoverview.review_response")
    assert editor.is_staff
    assert not editor.has_perm("marketoverview.review_response")
    assert administrator.has_perms([*curator.get_all_permissions(), *editor.get_all_permissions(), "kl_ai.change_user"])
    for email in MEMBERS:
        member = User.objects.get(email=email)
        assert not member.is_staff
        assert member.vendors.count() == 1


def test_is_refused_in_production(bare, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG is off"):
        load()
    assert not Vendor.objects.exists()


@pytest.mark.any_database
def test_says_where_the_code_for_a_login_appears(demo, develop, capsys):
    call_command("load_demo")
    output = capsys.readouterr().out
    assert "ask for a code at /log-ind/" in output
    assert all(email in output for email in (*STAFF, *MEMBERS))


@pytest.mark.any_database
def test_one_vendor_has_withdrawn_and_its_page_can_be_seen(demo, develop, client, capsys):
    call_command("load_demo")
    path = f"/markedsoverblik/virksomheder/{WITHDRAWN}/"
    assert f"http://127.0.0.1:8000{path}" in capsys.readouterr().out
    page = client.get(path)
    assert page.status_code == 410
    text = parse(page.text).text
    assert "14. september 2026" in text
    assert "selv" in text  # and not KL
    linking = [other for other in PUBLIC_PAGES if WITHDRAWN in client.get(other).text]
    assert linking == []


def test_is_refused_beside_real_vendors(empty):
    make_vendor("Et rigtigt firma")
    with pytest.raises(CommandError, match="real vendors"):
        load()
    assert Vendor.objects.count() == 1


def test_survey_is_loaded_once_and_not_over_kls_own_wording(bare):
    call_command("load_survey", verbosity=0)
    Question.objects.filter(code="services").update(heading_da="KL's ord")
    with pytest.raises(CommandError, match="survey already"):
        call_command("load_survey", verbosity=0)
    assert Question.objects.get(code="services").heading == "KL's ord"
    call_command("load_survey", overwrite=True, verbosity=0)
    assert Question.objects.get(code="services").heading != "KL's ord"
