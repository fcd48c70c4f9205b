"""The names that the portal uses of allauth's `internal` packages, which allauth may change without notice.

No other module imports from them. Each function here exists because allauth's public modules have no equivalent:

- `record_authentication`: the public forms record an authenticator that was used, not one that was made just now.
- `activate_totp`, `generate_recovery_codes`: public only as allauth's own views with allauth's own pages.
- the rate limits: the public `allauth.core.ratelimit` says whether there is room, not how long there is none.
"""

import math
import time
from typing import Any

from allauth.account.internal.flows import login as login_flows
from allauth.core import ratelimit
from allauth.core.internal import ratelimit as rates
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as recovery_code_flows
from allauth.mfa.totp.internal import flows as totp_flows
from django.core.cache import cache
from django.forms import Form
from django.http import HttpRequest

from ..models import User

APP = "allauth.account"
"""The app to which `ACCOUNT_RATE_LIMITS` belongs, the setting with the portal's rate limits."""


def record_code(request: HttpRequest, user: User, email: str) -> None:
    """Note in the session that the user has proven this address with a code."""
    login_flows.record_authentication(request, user, method="code", email=email)


def record_authenticator(request: HttpRequest, user: User, authenticator: Authenticator) -> None:
    """Note in the session that the user has used this authenticator."""
    login_flows.record_authentication(request, user, method="mfa", id=authenticator.pk, type=authenticator.type)


def activate_totp(request: HttpRequest, form: Form) -> Authenticator:
    """The new authenticator of the request's user with the secret of the form, an `ActivateTOTPForm` that is valid.

    Recovery codes are made with it where there are none. IntegrityError where the user has such an authenticator.
    """
    authenticator: Authenticator = totp_flows.activate_totp(request, form)[0]
    return authenticator


def generate_recovery_codes(request: HttpRequest) -> Authenticator:
    """New recovery codes of the request's user, in place of the old ones."""
    codes: Authenticator = recovery_code_flows.generate_recovery_codes(request)
    return codes


def seconds_to_wait(request: HttpRequest, action: str, key: str) -> int:
    """Count one try of `action` by `key` against `ACCOUNT_RATE_LIMITS`: 0, or the seconds until the next is allowed.

    The tries are counted in the shared cache (`CACHES["default"]`), each rate of the action by itself.
    """
    if ratelimit.consume(request, action=action, key=key):
        return 0
    now = time.time()
    waits = [1.0]
    for rate in rates.get_rates(app=APP, action=action):
        cache_key = rates.get_cache_key(request, app=APP, action=action, rate=rate, key=key)
        tries: list[Any] = cache.get(cache_key, [])
        is_allowed, tries = rates.apply_rate(tries, now, rate, dry_run=True)
        if not is_allowed:
            waits.append(tries[rate.amount - 1] + rate.duration - now)
    return math.ceil(max(waits))
