"""Settings of the portal.

Everything that differs between machines comes from the environment (or a `.env` file beside `manage.py`) and is checked
here, at start. Without `DEBUG` a missing `SECRET_KEY`, `ALLOWED_HOSTS`, `DATABASE_URL` or `SITE_URL` stops the process with
a sentence that says what to set. `docs/operations.md` describes each variable; a test holds the two together.
"""

import re
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env
from marshmallow.validate import URL, Range

from kl_ai.database import CONNECT_SECONDS
from kl_ai.search.sqlite import DanishConnection

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)


def require(name: str, value: object, example: str) -> None:
    """Raises `ImproperlyConfigured` where `value` is empty, with the variable's name and an example of it."""
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. In production the portal does not start without it. "
            f"Set it in the environment, for example {name}={example}, or set DEBUG=true to develop."
        )


# Environment ------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "insecure-key-for-development-only" if DEBUG else "").strip()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
ALLOWED_HOSTS = [host.strip() for host in ALLOWED_HOSTS if host.strip()]
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{BASE_DIR / 'var' / 'portal.sqlite3'}" if DEBUG else "")

SITE_URL = env.str(  # for links in mails
    "SITE_URL",
    "http://127.0.0.1:8000" if DEBUG else "",
    validate=URL(schemes={"http", "https"}, require_tld=False),
).rstrip("/")

require("SECRET_KEY", SECRET_KEY, "a-long-random-text")
require("ALLOWED_HOSTS", ALLOWED_HOSTS, "ki.example.dk")
require("DATABASE_URL", DATABASE_URL, "postgres://portal:password@127.0.0.1:5432/portal")
require("SITE_URL", SITE_URL, "https://ki.example.dk")

DATABASES = {"default": env.dj_db_url("DATABASE_URL", DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "factory": DanishConnection,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["ENGINE"] = "kl_ai.database"
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", CONNECT_SECONDS)

# Site: set by KL without touching the code -------------------------------------------------------

CONTACT_EMAIL = env.str("CONTACT_EMAIL", "ki-portal@kl.example")
if not re.fullmatch(r"[\w.'+-]+@[\w.-]+", CONTACT_EMAIL):
    raise ImproperlyConfigured("CONTACT_EMAIL has to be an e-mail address of letters, digits and . - _ + before the @")
SECURITY_CONTACT = env.str("SECURITY_CONTACT", "").strip()
if SECURITY_CONTACT and not SECURITY_CONTACT.startswith(("mailto:", "https://", "tel:")):
    raise ImproperlyConfigured("SECURITY_CONTACT has to begin with mailto:, https:// or tel:")
ACCESSIBILITY_STATEMENT_URL = env.str("ACCESSIBILITY_STATEMENT_URL", "https://www.was.digst.dk/")
DATA_LICENCE = env.str("DATA_LICENCE", "").strip()
if DATA_LICENCE and not DATA_LICENCE.startswith("https://"):
    raise ImproperlyConfigured("DATA_LICENCE has to be the https:// address of a licence")
STALE_AFTER_MONTHS = env.int("STALE_AFTER_MONTHS", 12, validate=Range(min=1, max=1200))
KEEP_DRAFT_MONTHS = env.int("KEEP_DRAFT_MONTHS", 24, validate=Range(min=1, max=1200))
KEEP_INVITATION_MONTHS = env.int("KEEP_INVITATION_MONTHS", 12, validate=Range(min=1, max=1200))
KEEP_MAIL_MONTHS = env.int("KEEP_MAIL_MONTHS", 15, validate=Range(min=14, max=1200))
KEEP_QUESTION_MONTHS = env.int("KEEP_QUESTION_MONTHS", 24, validate=Range(min=1, max=1200))
KEEP_READING_LOG_MONTHS = env.int("KEEP_READING_LOG_MONTHS", 12, validate=Range(min=1, max=1200))
KEEP_UNUSED_LOGIN_DAYS = env.int("KEEP_UNUSED_LOGIN_DAYS", 30, validate=Range(min=1, max=3650))

# Limits of what a request may hold (of its length: kl_ai/requests/bodies.py; of its headers: kl_ai/gunicorn.py) ---------

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 5

# Applications -----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "kl_ai.apps.PortalConfig",
    "marketoverview",
    "legaltoolbox",
    "legaltoolbox.projects",
    "kl_ai.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "simple_history",
]

MIDDLEWARE = [
    "kl_ai.requests.middleware.HeadWithoutBody",
    "kl_ai.requests.middleware.HealthProbes",
    "legaltoolbox.projects.middleware.ProjectsNotKept",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kl_ai.requests.middleware.ContentSecurityPolicy",
    "kl_ai.requests.middleware.PathsWithoutNul",
    "kl_ai.requests.middleware.QueryStringLimit",
    "kl_ai.requests.middleware.CookiesWithoutNul",
    "kl_ai.requests.middleware.DatabaseTimeLimit",
    "kl_ai.requests.middleware.NotAllowedPages",
    "kl_ai.pages.middleware.CachedPages",
    "kl_ai.mail.middleware.MailTimeLimit",
    "kl_ai.requests.middleware.BodyLimit",
    "kl_ai.requests.middleware.BusyPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kl_ai.login.middleware.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "kl_ai.urls"
WSGI_APPLICATION = "kl_ai.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "kl_ai.pages.context_processors.site",
            ],
            "builtins": ["kl_ai.pages.keep"],
        },
    }
]
FRAME_CONTEXT = ["marketoverview.frame.frame_context"]
"""Functions from a request to variables of every page; called before its template renders, so they may read the database."""
VALUES_AT_START = [
    "marketoverview.frame.demo_vendors",
    "marketoverview.market.snapshot.snapshots",
    "legaltoolbox.catalogue.catalogues",
]
"""The values of the public data that a process of the server reads when it starts (`kl_ai.pages.versions`)."""
WAITING_WORK = ["marketoverview.review.waiting.KINDS", "legaltoolbox.waiting.kinds", "kl_ai.mail.waiting.KINDS"]
"""The kinds of work that wait for KL's staff (`kl_ai.waiting`)."""
LOGIN_DELETION = "marketoverview.mails.login_deletion.LOGIN_DELETION"
"""What deletes a login with all that is stored about the person (`kl_ai.people.login_deletion`)."""
LOGIN_PARTS = ["legaltoolbox.projects.mails.login_deletion.LOGIN_PART"]
"""What the other apps say of and do at the deletion of a login (`kl_ai.people.login_deletion`)."""
OWN_DATA = ["legaltoolbox.projects.mails.own_data.own_data"]
"""From a user to what an app stores about the person, for the copy of the own data (`kl_ai.people.own_data`)."""
INVITED_ADDRESSES = [
    "marketoverview.views.invitations.invited_address",
    "legaltoolbox.projects.views.joining.invited_address",
]
"""From the address of a page, resolved, to the e-mail address that it invites, or "" (`kl_ai.login.redirects`)."""
LANDING_PAGES = ["legaltoolbox.projects.views.joining.landing_page"]
"""From a user to the page that a login leads to, or "": the first one that is none decides (`kl_ai.login.redirects`)."""
SECOND_STEP_ASKED = ["legaltoolbox.projects.views.lookups.asks_second_step"]
"""From a user to whether an app asks the second step of the user, who is no staff (`kl_ai.login.second_factor`)."""
ADMIN_MENU = ["marketoverview.admin.menu.ENTRIES"]
"""The entries of the menu on every page of the administration (`kl_ai.admin.menu`)."""
ADMIN_TASKS = [
    (
        _("Vendors and their answers"),
        (
            "marketoverview.response",
            "marketoverview.vendor",
            "marketoverview.answer",
            "marketoverview.invitation",
            "marketoverview.companyclaim",
            "marketoverview.joinrequest",
            "marketoverview.standardreason",
        ),
    ),
    (_("The survey and its figures"), ("marketoverview",)),
    (_("The toolbox"), ("legaltoolbox",)),
    (_("The municipalities’ projects"), ("projects",)),
    (_("Users, mail and logs"), ("kl_ai.user", "kl_ai.badaddress", "kl_ai", "auth", "admin", "mfa", "account")),
]
"""The headings of the administration's first page, each with models or apps; a model stands under the first that names it."""
MAIL_KINDS = {
    "announcement": _("announcement"),
    "annex_link": _("a vendor’s link to a requirement annex"),
    "annex_news": _("news of a requirement annex"),
    "annex_receipt": _("receipt for answers to a requirement annex"),
    "asked_to_join": _("somebody asks to act for a company"),
    "claim_decided": _("KL has decided who acts for a company"),
    "decision": _("KL's decision about answers"),
    "draft": _("reminder of a draft"),
    "extension": _("a later deadline"),
    "follow_confirm": _("link that confirms a following"),
    "follow_news": _("news to a follower"),
    "follow_over": _("a following ends with its question"),
    "follow_renew": _("link that renews a following"),
    "invitation": _("invitation"),
    "login_deleted": _("a login is deleted"),
    "login_notice": _("notice about a login"),
    "mapped": _("KL has counted own words"),
    "membership": _("who acts for a company"),
    "municipality_invitation": _("invitation to a municipality"),
    "municipality_membership": _("who works for a municipality"),
    "municipality_request": _("somebody asks to work for a municipality"),
    "objection_answered": _("answer to an objection"),
    "old_address": _("an address is changed, to the old one"),
    "project_deletion": _("a closed project is deleted soon"),
    "project_step": _("a step of a project’s document, or a decision"),
    "project_updates": _("changes of the catalogue that wait in projects"),
    "receipt": _("receipt for answers"),
    "reconfirm": _("reminder to confirm the profile"),
    "tasks_due": _("tasks of a municipality’s person that are due"),
    "vendor_answer": _("answer to a question to KL"),
    "work_at_once": _("work for KL, at once"),
    "work_daily": _("work for KL, daily"),
}
"""The kinds of mails to their names in the administration: a kind is its template in templates/mail, or the end of its name."""
CONFIDENTIAL_MAIL_KINDS = frozenset(kind for kind in MAIL_KINDS if kind.startswith(("annex_", "project_", "tasks_")))
"""The kinds that tell what municipalities' projects contain: KL's staff see to whom and when they went, and no words of theirs."""
FORM_RENDERER = "kl_ai.forms.PortalRenderer"

CACHES = {
    # The counters of the login's rate limits: shared by all processes, and large enough that a flood empties none.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kl_ai_cacheentry",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Rendered public pages. Each is held against the version of the data, so that none is ever stale.
    "pages": {
        "BACKEND": "kl_ai.pages.page_cache.PageCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": env.int("PAGE_CACHE_ENTRIES", 500, validate=Range(min=1))},
    },
}

PAGE_SETTINGS = ("CONTACT_EMAIL", "ACCESSIBILITY_STATEMENT_URL", "DATA_LICENCE", "STALE_AFTER_MONTHS")
"""The settings whose values stand on public pages or decide what does (`kl_ai.pages.cache`)."""
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# People -----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "kl_ai.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]  # for the permissions; nobody has a password
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "vendor:home"
LOGOUT_REDIRECT_URL = "home"
REQUIRE_STAFF_MFA = env.bool("REQUIRE_STAFF_MFA", not DEBUG)

LOGIN_CODE_MINUTES = 10
LOGIN_CODE_GUESSES = 3
ACCOUNT_ADAPTER = "kl_ai.login.flow.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # the code by mail proves the address
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_RATE_LIMITS = {  # the limits of logins are the portal's own (kl_ai/people/limits.py)
    "login_failed": None,
}
MFA_ADAPTER = "kl_ai.login.second_factor.MfaAdapter"
MFA_TOTP_ISSUER = "KL KI-portal"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute wrong
MFA_REAUTHENTICATION_REQUIRED = False  # kl_ai.login.second_factor asks for a code instead

# Language and time ------------------------------------------------------------------------------

LANGUAGE_CODE = "da"
LANGUAGES = [("da", "Dansk"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "kl_ai" / "locale"]
TIME_ZONE = "Europe/Copenhagen"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["kl_ai.formats"]  # no American dates on the English pages

# Static files -----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "kl_ai.pages.static_files.StaticFiles"
    },
}

# Mail and log -----------------------------------------------------------------------------------

EMAIL_CONFIG = env.dj_email_url("EMAIL_URL", "console://" if DEBUG else "smtp://localhost:25")
if "EMAIL_BACKEND" not in EMAIL_CONFIG:
    raise ImproperlyConfigured(
        "EMAIL_URL begins with something unknown. Known are smtp:// (without encryption), submission:// (STARTTLS; with "
        "?ssl=True TLS from the start), console://, file://, memory:// and dummy://."
    )
globals().update({name: value for name, value in EMAIL_CONFIG.items() if name.isupper()})
if EMAIL_CONFIG["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_BACKEND = "kl_ai.mail.smtp.EmailBackend"
EMAIL_TIMEOUT = (
    EMAIL_CONFIG.get("EMAIL_TIMEOUT") or 10
)  # seconds for one reply; a request waits less (kl_ai.mail.sending)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", CONTACT_EMAIL)

SECURITY_LOG = env.str("SECURITY_LOG", "")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "message": {"format": "{message}", "style": "{"},
    },
    "filters": {
        "tokens": {"()": "kl_ai.text.MaskTokens"},
        "faults": {"()": "kl_ai.requests.faults.LeaveOutFaults"},
        "no_traceback": {"()": "kl_ai.requests.faults.LeaveOutTraceback"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]},
        "security": {"formatter": "message"}
        | (
            {"class": "logging.handlers.WatchedFileHandler", "filename": SECURITY_LOG, "encoding": "utf-8"}
            if SECURITY_LOG
            else {"class": "logging.StreamHandler"}
        ),
    },
    "loggers": {
        "portal.security": {"handlers": ["security"], "level": "INFO", "propagate": False},
        "django.request": {"filters": ["faults"]},
        "django.security.DisallowedHost": {"filters": ["no_traceback"]},
        "django.security.TooManyFieldsSent": {"filters": ["no_traceback"]},
        "django.security.TooManyFilesSent": {"filters": ["no_traceback"]},
        "django.security.RequestDataTooBig": {"filters": ["no_traceback"]},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO").upper()},
}

# Security ---------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "kl_ai.views.csrf_failure"
SESSION_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # needs no cookie of its own
SESSION_COOKIE_AGE = 60 * 60 * 12
HTTPS = env.bool("HTTPS", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Both bind the whole domain, other sites below it included, and preloading cannot be taken back for months: KL decides.
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.bool("HSTS_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = HTTPS and env.bool("HSTS_PRELOAD", False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # the checks that ask for these two
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
