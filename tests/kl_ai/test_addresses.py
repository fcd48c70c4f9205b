"""E-mail addresses have one form, in which they are stored and compared, and some are refused."""

import ast
from importlib import import_module
from types import SimpleNamespace

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from kl_ai.addresses import AddressField, canonical_address, readable_address, validate_address
from kl_ai.forms import LowercaseEmailField
from kl_ai.mail.models import BadAddress, OutgoingMail
from kl_ai.management.postgres_server import utf8_locale
from kl_ai.models import User
from kl_ai.people.limits import mailbox
from marketoverview.models import Invitation, MembershipEvent, VendorMember, delete_login
from tests.admin_pages import logged_in
from tests.builders import make_invitation, make_user, make_vendor
from tests.checks import not_empty
from tests.source import PRODUCT, nodes, relative

STORED = "post@xn--r-3fa9c.example"
REFUSED = [
    '"victim"@example.dk',
    '"v\\ictim"@example.dk',
    '"victim@evil.example"@example.dk',
    "salıg@example.dk",
    "ſalg@example.dk",
    "ｖictim@example.dk",
    "post.ø@example.dk",
    "root@localhost",
    "root@server.localhost",
    "root@ｌocalhost",
    "victim@[127.0.0.1]",
    "victim@10.0.0.10",
    "victim@example.dk.",
    "victim@。.dk",
    "victim@xn--ø.dk",
    "victim@example",
]


class Form(forms.Form):
    email = LowercaseEmailField()


def cleaned(text: str) -> str | None:
    """What the field of all forms makes of the text; None where it refuses it."""
    form = Form({"email": text})
    return form.cleaned_data["email"] if form.is_valid() else None


# What forms take --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", REFUSED)
def test_an_address_of_another_kind_is_refused_with_a_sentence(text):
    form = Form({"email": text})
    assert not form.is_valid()
    assert str(form["email"].errors[0]).endswith(".")


@pytest.mark.parametrize(("text", "part"), [('"a"@example.dk', "Foran @"), ("root@localhost", "Efter @")])
def test_the_sentence_says_which_part_is_wrong(text, part):
    with pytest.raises(ValidationError, match=part):
        validate_address(canonical_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "victim@example.dk",
        " Victim@EXAMPLE.dk ",
        "victim@ｅxample.dk",
        "victim@exａmple.dk",
        "victim@ⓔxample.dk",
        "victim@example。dk",
        "victim@exam\u00adple.dk",
    ],
)
def test_all_writings_of_a_domain_are_one_address(text):
    assert cleaned(text) == "victim@example.dk"


@pytest.mark.parametrize("text", ["post@ærø.example", "POST@ÆRØ.example", STORED, STORED.upper()])
def test_a_danish_domain_is_stored_in_ascii_and_read_in_danish(text):
    assert cleaned(text) == STORED
    assert readable_address(STORED) == "post@ærø.example"
    assert 'value="post@ærø.example"' in str(Form(initial={"email": STORED}))
    assert not Form({"email": text}, initial={"email": STORED}).has_changed()


def test_a_domain_that_only_looks_like_another_is_shown_as_it_is_stored():
    for domain in ("mıcrosoft.example", "аpple.example"):
        address = cleaned(f"salg@{domain}")
        assert address.startswith("salg@xn--")
        assert readable_address(address) == address


ALPHABET = st.sampled_from([*"abikzABKZ019.-_+'\"\\ ", *"æøåÆØßıſİKｅⓔ℮ａ。．аéüçıς", "\u00ad", "\u200d"])


@given(st.text(ALPHABET, min_size=1, max_size=8), st.text(ALPHABET, min_size=1, max_size=12))
@example("b+x", "ｅxample")
@example("+", "ß")
def test_what_the_field_lets_in_is_one_mailbox_however_mail_is_sent_to_it(local, domain):
    value = cleaned(f"{local}@{domain}.dk")
    if value is None:
        return
    sent_to = sanitize_address(value, "utf-8")
    assert sent_to == value == canonical_address(value) == cleaned(value)
    assert mailbox(sent_to) == mailbox(value)
    assert cleaned(readable_address(value)) == value


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.text(st.characters(codec="utf-8"), max_size=30))
def test_the_form_of_an_address_has_the_same_form(local, domain):
    once = canonical_address(f"{local}@{domain}")
    assert canonical_address(once) == once


@pytest.mark.parametrize(
    "text", ['"victim"@example.dk', '"v\\ictim"@example.dk', "vıctim@ｅxample.dk", "Victim+x@exａmple.dk"]
)
def test_writings_that_no_form_takes_count_for_the_same_mailbox(text):
    assert mailbox(text) == mailbox("victim@example.dk")


# What is stored and compared --------------------------------------------------------------------


@pytest.mark.django_db
def test_columns_store_and_find_addresses_in_one_form():
    user = User.objects.create_user("Post@ÆRØ.example")
    assert user.email == STORED
    assert User.objects.with_address("post@Ærø.example") == user
    BadAddress.mark("POST@ærø.example", "")
    assert BadAddress.objects.filter(email__in=["post@ÆRØ.example"]).values_list("email", flat=True).get() == STORED


@pytest.mark.django_db
def test_no_letter_stands_for_one_that_only_looks_like_it():
    invitation = make_invitation("salg@microsoft.example")
    stranger = make_user(cleaned("salg@mıcrosoft.example"))
    for address in ("salg@mıcrosoft.example", "salg@microſoft.example", "ſalg@microsoft.example", stranger.email):
        assert not Invitation.objects.filter(email=address).exclude(email="salg@microsoft.example").exists()
    assert not invitation.is_for(stranger)
    Invitation.forget(stranger.email)
    assert Invitation.objects.filter(pk=invitation.pk).exists()
    assert User.objects.with_address("salg@microsoft.example") is None


def test_every_column_of_addresses_compares_them_in_one_form():
    """The contact of a response is published as it is typed, and is nobody's login."""
    models = not_empty(
        [model for model in apps.get_models() if model.__module__.startswith(("kl_ai", "marketoverview"))]
    )
    columns = {
        f"{model.__name__}.{field.name}"
        for model in models
        for field in model._meta.fields
        if field.get_internal_type() == "EmailField" or "email" in field.name
        if not isinstance(field, AddressField)
    }
    about_an_address = {"User.email_changed_at", "User.email_changed_by"}
    assert {name for name in columns - about_an_address if "contact_email" not in name} == set()


def is_about_case(call: ast.Call) -> bool:
    """Whether the call is `x.email.lower()` or the like, or a look-up by `iexact` or in small letters."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("lower", "upper", "casefold"):
        return ast.unparse(call.func.value).rpartition(".")[2] in ("email", "to", "address")
    in_small_letters = ast.unparse(call.func) in ("Lower", "Upper") and "email" in ast.unparse(call)
    return in_small_letters or any((keyword.arg or "").endswith("__iexact") for keyword in call.keywords)


def test_no_address_is_compared_without_regard_to_case():
    """Databases ignore case by rules of their own, by which ı is i: somebody else's address would be found.

    The constraints of tables are left out: what is stored has the form.
    """
    calls = {
        f"{relative(path)}: {ast.unparse(call)}"
        for path in PRODUCT
        if relative(path) != "kl_ai/addresses.py"
        for call in nodes(path, ast.Call)
        if is_about_case(call)
    }
    assert calls == {
        "kl_ai/mail/models.py: Lower('email')",
        "kl_ai/models.py: Lower('email')",
        "legaltoolbox/projects/models/people.py: Lower('email')",
        "marketoverview/models/followers.py: Lower('email')",
        "marketoverview/models/joining.py: Lower('email')",
    }


@pytest.mark.parametrize(
    "text", ["x.filter(email__iexact=y)", "user.email.lower()", "Lower('user__email')", "Upper('email')"]
)
def test_the_rule_sees_what_it_forbids(text):
    assert any(is_about_case(call) for call in ast.walk(ast.parse(text)) if isinstance(call, ast.Call))


# What stood there before ------------------------------------------------------------------------


def run(migration: str, *functions: str) -> None:
    module = import_module(migration)
    for function in functions:
        getattr(module, function)(apps, SimpleNamespace(connection=connection))


def store_as_before(model, key: int, column: str, address: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE {model._meta.db_table} SET "{column}" = %s WHERE id = %s', [address, key])


def stored(model, column: str) -> list[str]:
    return list(model.objects.order_by("pk").values_list(column, flat=True))


@pytest.mark.django_db
def test_the_migrations_bring_stored_addresses_to_the_form():
    vendor, user = make_vendor(), make_user("a@b.example")
    invitation = make_invitation("b@b.example", vendor=vendor)
    event = MembershipEvent.record(vendor, "invited", user, email="c@b.example")
    mail = OutgoingMail.queue(OutgoingMail(key="a", to="d@b.example", language="da", subject="S", body="B"))
    rows = [
        (User, user, "email"),
        (Invitation, invitation, "email"),
        (MembershipEvent, event, "email"),
        (OutgoingMail, mail, "to"),
    ]
    for model, row, column in rows:
        store_as_before(model, row.pk, column, "post@ærø.example")
    run("kl_ai.migrations.0008_canonical_addresses", "store_canonical_addresses")
    run("marketoverview.migrations.0028_canonical_addresses", "store_canonical_addresses", "move_memberships")
    for model, _row, column in rows:
        assert stored(model, column) == [STORED]


@pytest.mark.django_db
def test_two_logins_of_one_mailbox_are_both_kept_and_the_memberships_go_to_the_one_that_can_log_in():
    typed, in_form = make_user("a@b.example"), make_user(STORED)
    browser = logged_in(typed)
    assert browser.get("/leverandoer/konto/").status_code == 200
    both, own = make_vendor(), make_vendor()
    for vendor, user in ((both, typed), (both, in_form), (own, typed)):
        VendorMember.objects.create(vendor=vendor, user=user)
    invitations = [make_invitation(address, vendor=own) for address in (STORED, "c@b.example")]
    bad = [BadAddress.mark(address, "") for address in (STORED, "e@b.example")]
    for row in (typed, invitations[1], bad[1]):
        store_as_before(type(row), row.pk, "email", "post@ærø.example")
    for _time in range(2):
        run("kl_ai.migrations.0008_canonical_addresses", "store_canonical_addresses")
        run("marketoverview.migrations.0028_canonical_addresses", "store_canonical_addresses", "move_memberships")
        assert stored(User, "email") == ["post@ærø.example", STORED]
        assert stored(User, "is_active") == [False, True]
        assert browser.get("/leverandoer/konto/").status_code == 302
        assert User.objects.with_address("post@ærø.example") == in_form
        assert set(in_form.memberships.values_list("vendor", flat=True)) == {both.pk, own.pk}
        assert [invitation.pk for invitation in own.invitations.waiting()] == [invitations[0].pk]
        assert stored(BadAddress, "email") == [STORED]


LONG = "a@" + "æ." * 100 + "dk"
"""204 characters; 804 with the domain in ASCII, more than a column of addresses takes."""


def test_an_address_whose_form_is_longer_than_a_column_stays_as_it_is_and_no_form_takes_it():
    assert canonical_address(LONG.upper()) == LONG
    assert not Form({"email": LONG}).is_valid()
    assert canonical_address("ab@" + "æ." * 31 + "dk") == "ab@" + "xn--6ca." * 31 + "dk"


@pytest.mark.django_db
def test_the_migrations_leave_what_has_no_form_that_fits():
    vendor, user = make_vendor(), make_user("a@b.example")
    event = MembershipEvent.record(vendor, "invited", user, email="c@b.example")
    mail = OutgoingMail.queue(OutgoingMail(key="a", to="d@b.example", language="da", subject="S", body="B"))
    for model, row, column in ((User, user, "email"), (MembershipEvent, event, "email"), (OutgoingMail, mail, "to")):
        store_as_before(model, row.pk, column, LONG)
        run("kl_ai.migrations.0008_canonical_addresses", "store_canonical_addresses")
        run("marketoverview.migrations.0028_canonical_addresses", "store_canonical_addresses", "move_memberships")
        assert stored(model, column) == [LONG]


@pytest.mark.django_db
def test_the_deletion_of_the_login_that_was_left_erases_nothing_of_the_other():
    """Both have one mailbox: what is stored by it is of the login that can still be used."""
    left, other = make_user("a@b.example"), make_user(STORED)
    store_as_before(User, left.pk, "email", "post@ærø.example")
    vendor = make_vendor()
    make_invitation(STORED, vendor=vendor)
    MembershipEvent.record(vendor, "invited", None, email=STORED)
    BadAddress.mark(STORED, "")
    OutgoingMail.queue(OutgoingMail(key="invitation:1:1", to=STORED, language="da", subject="S", body="B"))
    mail = OutgoingMail.queue(OutgoingMail(key="b", to="c@b.example", language="da", subject="S", body=STORED))
    delete_login(User.objects.get(pk=left.pk))
    for model, column in ((User, "email"), (Invitation, "email"), (MembershipEvent, "email"), (BadAddress, "email")):
        assert STORED in stored(model, column), model
    assert stored(OutgoingMail, "to") == [STORED, "c@b.example"]
    assert OutgoingMail.objects.get(pk=mail.pk).body == STORED
    delete_login(other)
    for model, column in ((User, "email"), (Invitation, "email"), (BadAddress, "email")):
        assert not stored(model, column), model
    assert stored(OutgoingMail, "to") == ["c@b.example"]


@pytest.mark.django_db
def test_the_server_of_the_tests_ignores_case_as_one_of_production_does():
    """In the locale “C” it would not take ı for i, and no test could meet what that does."""
    if connection.vendor != "postgresql" or utf8_locale() == "C":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT upper('salıg')")
        assert cursor.fetchone() == ("SALIG",)
