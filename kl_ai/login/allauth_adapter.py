"""The names that the portal uses of allauth's `internal` packages, which allauth may change without notice.

No other module imports from them. Each function here exists because allauth's public modules have no equivalent:

- `record_authentication`: the public forms record an authenticator that was used, not one that was made just now.
- `activate_totp`, `generate_recovery_codes`: public only as allauth's own views with allauth's own pages.
"""

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows import login as login_flows
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as recovery_code_flows
from allauth.mfa.totp.internal import flows as totp_flows
from django.forms import Form
from django.http import HttpRequest

from ..models import User


def record_code(request: HttpRequest, user: User, email: str) -> None:
    """Note in the session that the user has proven this address with a code."""
    login_flows.record_authentication(request, user, method="code", email=email)


def record_link(request: HttpRequest, user: User) -> None:
    """Note in the session that the user has used a link made on the command line."""
    login_flows.record_authentication(request, user, method="link")


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


def methods(request: HttpRequest, user: User) -> list[str]:
    """The names of the steps that the user has passed in this session: “code”, “totp”, “recovery_codes”."""
    records = get_authentication_records(request, user)
    return [record.get("type") or record["method"] for record in records]
