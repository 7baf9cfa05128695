"""What does this installation look like? Every answer comes from the environment.

`docs/operations.md` has one table of all variables. Without any, the application runs
on one machine with SQLite and an embedded Redis and keeps everything under `var/`.
A SITE_URL that begins with https:// makes it a production installation: keys must be
given, cookies are secure, static files carry hashes.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from advisor.accounts.apps import SIGN_IN_FORMS
from advisor.durations import *  # noqa: F403 - all of it is settings
from advisor.web.cache import cache_settings
from advisor.web.database import database_settings
from advisor.web.keys import read_or_make_key
from advisor.web.logs import logging_settings
from advisor.web.policy import content_security_policy

env = environ.Env()

# Where things are
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or "localhost"
PRODUCTION = SITE_URL.startswith("https://")
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[SITE_HOST, *([] if PRODUCTION else LOOPBACK)]
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ROOT_URLCONF = "advisor.urls"
WSGI_APPLICATION = "advisor.wsgi.application"

# What is secret
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", default=[])
if PRODUCTION and (DEBUG or not SECRET_KEY or not ENCRYPTION_KEYS):
    raise ImproperlyConfigured(
        f"SITE_URL is {SITE_URL}, a production address: set SECRET_KEY and"
        " ENCRYPTION_KEYS and leave DEBUG off. See docs/operations.md."
    )
SECRET_KEY = SECRET_KEY or read_or_make_key(VAR_DIR / "secret_key")
ENCRYPTION_KEYS = ENCRYPTION_KEYS or [
    f"local:{read_or_make_key(VAR_DIR / 'encryption_key')}"
]

# What the application is made of
INSTALLED_APPS = [
    "advisor.accounts",
    "advisor.catalog",
    "advisor.projects",
    "advisor.runs",
    "advisor.adaptations",
    "advisor.reports",
    "advisor.api",
    "advisor.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "advisor.web.middleware.RequestContextMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "advisor.accounts.middleware.SessionClockMiddleware",
    "advisor.web.middleware.PrivateResponseMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "advisor.web.middleware.PlainAddressMiddleware",
    "advisor.accounts.middleware.TeamMiddleware",
    "advisor.web.middleware.CacheDownMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "advisor.accounts.pages.chrome",
            ],
        },
    }
]

# What is stored where
DATABASES = {
    "default": database_settings(
        env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'rightsize.sqlite3'}")
    )
}
# What the dispatcher does at each look besides runs: named here, since it knows only
# the rooms below it.
DISPATCHER_CHORES = [
    "advisor.reports.tasks.number_records",
    "advisor.reports.tasks.hint_exports",
    "advisor.reports.tasks.remind_of_decisions",
    "advisor.projects.tasks.hint_intakes",
    "advisor.catalog.tasks.hint_checks",
    "advisor.runs.tasks.hint_probes",
    "advisor.adaptations.tasks.hint_adaptations",
    "advisor.accounts.tasks.hint_mails",
]
# Who says which runs need an endpoint as it is.
ENDPOINT_USERS = ["advisor.runs.selectors.endpoint_use.runs_using"]
# Who says how fast a model was in earlier runs.
RUN_SPEEDS = "advisor.runs.selectors.speeds.seconds_per_answer"
# Who else books calls on a team's month.
MORE_SPENDING = ["advisor.adaptations.selectors.teacher_money"]
# Who else keeps workers of a queue at work.
MORE_AT_WORK = ["advisor.adaptations.selectors.queues_at_work"]
# What rooms do before a team of theirs is deleted, from the top of the house down.
TEAM_ENDINGS = [
    "advisor.adaptations.services.end_with_team",
    "advisor.runs.services.end_with_team",
    "advisor.projects.services.end_with_team",
]
REDIS_URL = env.str("REDIS_URL", default="")
CACHE_TIMEOUT_SECONDS = env.float("CACHE_TIMEOUT_SECONDS", default=0.2)
CACHES = {"default": cache_settings(REDIS_URL, seconds=CACHE_TIMEOUT_SECONDS)}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", default=14 * 24 * 3600)
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=12 * 3600)
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=600)
MEDIA_ROOT = VAR_DIR / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
MODEL_ROOTS = env.list("MODEL_ROOTS", default=[])
ADAPTED_DIR = VAR_DIR / "adapted"
ALLOWED_PRIVATE_ENDPOINTS = env.list("ALLOWED_PRIVATE_ENDPOINTS", default=[])

# Who gets in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORDS = "django.contrib.auth.password_validation."  # noqa: S105
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": f"{PASSWORDS}UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": f"{PASSWORDS}MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{PASSWORDS}CommonPasswordValidator"},
    {"NAME": "advisor.accounts.forms.sign_in.LongestPasswordValidator"},
]
ACCOUNT_FORMS = SIGN_IN_FORMS
ACCOUNT_ADAPTER = "advisor.accounts.adapter.AccountAdapter"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Rightsize] "
# Rate limits count by address; a forged X-Forwarded-For must not pass for one.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=int(PRODUCTION))
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Rightsize"

# Mail: files under var/mail unless EMAIL_URL names a server
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if env.str("EMAIL_URL", "") else "none"
EMAIL_BACKEND = MAIL_SENDER = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
if ACCOUNT_EMAIL_VERIFICATION == "mandatory":
    vars().update(env.email_url("EMAIL_URL"))
    MAIL_SENDER, EMAIL_BACKEND = EMAIL_BACKEND, "advisor.accounts.services.Outbox"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"rightsize@{SITE_HOST}")

# What a browser may do
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
UPLOAD_MAX_BYTES = 25 * 1024 * 1024
CONTENT_SECURITY_POLICY = content_security_policy()

# Files that never change
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "advisor.web.finders.PlotlyFinder",
    "advisor.web.stylesheet.StylesheetFinder",
]
HASHED_STATIC = env.bool("HASHED_STATIC", default=PRODUCTION)
STATIC_ROOT = BASE_DIR / "staticfiles" if HASHED_STATIC else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not HASHED_STATIC
WHITENOISE_MAX_AGE = 60 if HASHED_STATIC else 0
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# Words and times
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING = logging_settings(as_json=env.bool("LOG_JSON", default=PRODUCTION))
