"""The verbs of users."""

import pytest
from allauth.mfa.models import Authenticator

from kl_ai.models import User
from tests.builders import make_user

pytestmark = pytest.mark.django_db


def test_a_saved_account_leaves_what_others_have_changed_meanwhile():
    user = make_user()
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.update_account("Ane Holm", "en")
    stored = User.objects.get()
    assert (stored.full_name, stored.language, stored.is_active) == ("Ane Holm", "en", False)


def test_a_reset_takes_the_app_and_the_codes_of_this_user_alone():
    lost, other = make_user(is_staff=True), make_user(is_staff=True)
    for user in (lost, other):
        for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
            Authenticator.objects.create(user=user, type=kind, data={})
    lost.reset_second_step()
    assert set(Authenticator.objects.values_list("user", flat=True)) == {other.pk}
    assert Authenticator.objects.count() == 2


def test_a_proven_address_has_one_user_however_it_is_written():
    user = User.objects.with_proven_address("ane@agern.example")
    assert User.objects.with_proven_address("Ane@Agern.example") == user
    assert User.objects.get() == user
