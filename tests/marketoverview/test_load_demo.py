"""The demonstration data: loaded as often as one likes, and never where it would harm."""

import pytest
from django.core.management import CommandError, call_command

from kl_ai.models import User
from legaltoolbox.management.commands import load_content
from legaltoolbox.models import Activity
from marketoverview.management.commands.load_demo import MEMBERS, STAFF
from marketoverview.market.snapshot import snapshots
from marketoverview.models import Question, Response, Vendor
from tests.builders import make_vendor
from tests.legaltoolbox.small import write

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


def test_says_where_the_code_for_a_login_appears(demo, develop, capsys):
    call_command("load_demo")
    output = capsys.readouterr().out
    assert "ask for a code at /log-ind/" in output
    assert all(email in output for email in (*STAFF, *MEMBERS))


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
