"""The addresses that programs ask every website for: `robots.txt`, `security.txt` and `favicon.ico`."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

NOT_FOR_ROBOTS = ("admin:index", "vendor:home", "account_login", "account_logout", "mfa_authenticate")
"""The names of addresses below which everything is for people who log in."""
FOR_ROBOTS = ("vendor:questions",)
"""The public pages among them."""
EXPIRES_AFTER = timedelta(days=90)
ICON = (settings.BASE_DIR / "static" / "img" / "favicon.ico").read_bytes()
DAY = 24 * 60 * 60


@login_not_required
@require_safe
@cache_control(max_age=DAY, public=True)
def robots(request: HttpRequest) -> HttpResponse:
    """`/robots.txt`: search engines may read what is public, and nothing behind a login."""
    lines = ["User-agent: *"]
    for language, _name in settings.LANGUAGES:
        with override(language):
            lines += [f"Allow: {reverse(name)}" for name in FOR_ROBOTS]
            lines += [f"Disallow: {reverse(name)}" for name in NOT_FOR_ROBOTS]
    return _text(lines)


@login_not_required
@require_safe
@cache_control(max_age=DAY, public=True)
def security(request: HttpRequest) -> HttpResponse:
    """`/.well-known/security.txt` (RFC 9116): whom to tell of a weakness; 404 without `SECURITY_CONTACT`."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (timezone.now() + EXPIRES_AFTER).replace(microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: da, en",
        f"Canonical: {settings.SITE_URL}{reverse('security_txt')}",
    ]
    return _text(lines)


@login_not_required
@require_safe
@cache_control(max_age=DAY, public=True)
def favicon(request: HttpRequest) -> HttpResponse:
    """`/favicon.ico`: the icon for what does not read the pages' own link to it."""
    return HttpResponse(ICON, content_type="image/x-icon")


def _text(lines: list[str]) -> HttpResponse:
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
