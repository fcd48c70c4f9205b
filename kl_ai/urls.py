"""Danish at `/`, English under `/en/`."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from . import views
from .login import other_ways, recent_code, second_factor, sessions
from .login import views as login_views
from .requests import health, well_known

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("robots.txt", well_known.robots, name="robots_txt"),
    path(".well-known/security.txt", well_known.security, name="security_txt"),
    path("favicon.ico", well_known.favicon, name="favicon"),
    *i18n_patterns(
        path("markedsoverblik/", include("marketoverview.urls")),  # first, since most requests are for these two
        path("juridisk-vaerktoejskasse/projekter/", include("legaltoolbox.projects.urls")),
        path("juridisk-vaerktoejskasse/svar/", include("legaltoolbox.projects.answer_urls")),
        path("juridisk-vaerktoejskasse/register/", include("legaltoolbox.projects.register_urls")),
        path("juridisk-vaerktoejskasse/delte-projekter/", include("legaltoolbox.projects.shared_urls")),
        path("juridisk-vaerktoejskasse/", include("legaltoolbox.urls")),
        path("", views.home, name="home"),
        path("om/", views.about, name="about"),
        path("privatliv/", views.privacy, name="privacy"),
        # The names are those that allauth asks for.
        path("log-ind/", login_views.log_in, name="account_login"),
        path("log-ind/kode/", login_views.confirm_code, name="account_confirm_login_code"),
        path("log-ind/uden-mail/", other_ways.log_in_without_mail, name="account_login_without_mail"),
        path("log-ind/link/<str:token>/", other_ways.login_link, name="account_login_link"),
        path("log-ind/sessioner/", sessions.sessions, name="account_sessions"),
        path("log-ind/bekraeft/", recent_code.confirm, name="recent_code"),
        path("log-ud/", login_views.Logout.as_view(http_method_names=["get", "head", "post"]), name="account_logout"),
        path("totrin/", login_views.authenticate, name="mfa_authenticate"),
        path("totrin/bekraeft/", second_factor.reauthenticate, name="mfa_reauthenticate"),
        path("totrin/app/", second_factor.activate, name="mfa_activate_totp"),
        path("totrin/noedkoder/", second_factor.recovery_codes, name="mfa_view_recovery_codes"),
        path("totrin/noedkoder/hent/", second_factor.download_recovery_codes, name="mfa_download_recovery_codes"),
        path("leverandoer/", include("marketoverview.vendor_urls")),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]

handler400 = "kl_ai.views.bad_request"
handler403 = "kl_ai.views.forbidden"
handler404 = "kl_ai.views.not_found"
handler500 = "kl_ai.views.server_error"
