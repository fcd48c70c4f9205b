"""Danish at `/`, English under `/en/`."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from . import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("om/", views.about, name="about"),
        path("privatliv/", views.privacy, name="privacy"),
        path("log-ind/", views.Login.as_view(), name="login"),
        path("log-ud/", views.Logout.as_view(), name="logout"),
        path("markedsoverblik/", include("marketoverview.urls")),
        path("leverandoer/", include("marketoverview.vendor_urls")),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]

handler400 = "kl_ai.views.bad_request"
handler403 = "kl_ai.views.forbidden"
handler404 = "kl_ai.views.not_found"
handler500 = "kl_ai.views.server_error"
