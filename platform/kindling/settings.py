"""Settings of the web side. The environment is read here and in workers/celery.py, nowhere else."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from kindling.embedded.addresses import name_database, name_site, name_valkey
from kindling.embedded.secrets import Secrets

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("KINDLING_DATA", ROOT / "var")).resolve()

# What is not given is found where `manage.py up` keeps it: so any other command of Django reaches its database, too.
SECRETS = Secrets.read(DATA)
GIVEN_DATABASE = bool(os.environ.get("DATABASE_URL"))
GIVEN_VALKEY = bool(os.environ.get("VALKEY_URL"))
DATABASE_URL = os.environ.get("DATABASE_URL") or name_database(DATA)
VALKEY_URL = os.environ.get("VALKEY_URL") or name_valkey(DATA, user="web", password=SECRETS.valkey_web)

DEBUG = os.environ.get("KINDLING_DEBUG", "") == "1"
SECRET_KEY = os.environ.get("KINDLING_SECRET_KEY") or SECRETS.secret_key
TICKET_KEY = os.environ.get("KINDLING_TICKET_KEY") or SECRETS.ticket_key
ALLOWED_HOSTS = os.environ.get("KINDLING_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("KINDLING_ORIGINS", "").split(",") if origin]
STREAMS_URL = os.environ.get("KINDLING_STREAMS_URL", "")
STREAMS_PORT = int(os.environ.get("KINDLING_STREAMS_PORT", "8001"))
STREAMS_HEALTH_URL = os.environ.get("KINDLING_STREAMS_HEALTH_URL") or f"http://127.0.0.1:{STREAMS_PORT}/health"

# For `manage.py up`; and what mails lead to, where no origin is given.
HOST = os.environ.get("HOST", "127.0.0.1")
PORT = os.environ.get("PORT", "8000")
SLOTS = os.environ.get("KINDLING_SLOTS", "2")
# What it hands on to the web side's processes as it is.
HANDED_ON = {
    name: os.environ[name]
    for name in (
        "KINDLING_DEBUG",
        "KINDLING_GPU_BUDGET_S",
        "KINDLING_HOSTS",
        "KINDLING_MAIL_URL",
        "KINDLING_MAX_RUNS",
        "KINDLING_ORIGINS",
        "KINDLING_PROXIES",
        "KINDLING_STREAMS_HEALTH_URL",
        "KINDLING_STREAMS_URL",
    )
    if name in os.environ
}


def read_database(url: str) -> dict[str, object]:
    """Django's entry for a postgresql:// URL; `?host=` names the folder of a Unix socket."""
    parts = urlsplit(url)
    return {
        "ENGINE": "kindling.postgres",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parse_qs(parts.query).get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,  # on fixed threads cheaper than a pool; a connection per request costs Postgres 4 ms
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "prepare_threshold": 0,  # of statements sent by `apps.accounts.statements` alone: see there
        },
    }


DATABASES = {"default": read_database(DATABASE_URL)}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",  # full-text search
    "django_htmx",
    "allauth",
    "allauth.account",
    "kindling",
    "apps.accounts",
    "apps.notices",
    "apps.courses",
    "apps.conduct",
    "apps.catalogue",
    "apps.notes",
    "apps.quizzes",
    "apps.runs",
    "apps.verification",
    "apps.progress",
    "apps.discussions",
    "apps.moderation",
    "apps.api",
    "apps.search",
]
MIDDLEWARE = [
    "kindling.security.BrowserPolicy",
    "apps.progress.door.Door",  # whatever a chapter page needs of the middleware stands above it
    "apps.conduct.requests.RequestIds",
    "apps.api.edge.Edge",  # so far out that it sees every answer below /api/, and all errors there become problems
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "kindling.security.ForgeryProtection",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.courses.moving.FormerAddresses",
]
ROOT_URLCONF = "kindling.urls"
WSGI_APPLICATION = "kindling.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.accounts.context.viewer",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False  # one language; looking it up for every value costs a page a tenth of its CPU
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [("build", ROOT / "static" / "build")]  # what `npm run build` makes; sources are not served
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "kindling.static.HashedFiles"},
}
# Hashed by Django, or a chunk that esbuild has hashed: the name changes with the content, so keep it for ever.
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}\.\w+$|/build/chunks/[\w.-]+-[0-9A-Z]{8}\.\w+$"

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# --- Runs ------------------------------------------------------------------------------------------------------------
# At seven seconds a run, two slots work an hour on so many. A longer queue helps nobody: who comes later is told so.
MAX_UNFINISHED_RUNS = int(os.environ.get("KINDLING_MAX_RUNS", "1000"))
# Of one student in one course within 30 days: an hour, which is thirty runs that use all of the usual two minutes.
GPU_BUDGET_S = int(os.environ.get("KINDLING_GPU_BUDGET_S", "3600"))

# --- Accounts, sessions and mail -------------------------------------------------------------------------------------
# The site counts as served by https when every origin it is told to trust is.
HTTPS = bool(CSRF_TRUSTED_ORIGINS) and all(origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS)
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # TLS ends at the proxy, which must set it itself
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000  # a year
    # Whether sibling domains speak https, and whether browsers ship the promise, is for the domain's owner to say.
    # And the checks for Django's own middleware do not know ours, which is built on it.
    SILENCED_SYSTEM_CHECKS = [f"security.W{number}" for number in ("001", "002", "003", "005", "021")]
# Where the links in mails lead, which no request is behind.
SITE_URL = CSRF_TRUSTED_ORIGINS[0] if CSRF_TRUSTED_ORIGINS else name_site(HOST, PORT)
SESSION_ENGINE = "apps.accounts.sessions"  # Django's in the database, read by hand
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"  # browsers accept the prefix from https only
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the page

AUTHENTICATION_BACKENDS = ["apps.accounts.backends.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 3600  # seconds a link to choose a new password holds; Django's three days are too long
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # read when importing accounts; replaced at the next login
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

ACCOUNT_ADAPTER = "apps.accounts.adapter.Adapter"
ACCOUNT_FORMS = {
    "signup": "apps.accounts.forms.SignupForm",
    "login": "apps.accounts.forms.LoginForm",
    "reset_password": "apps.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "apps.accounts.forms.ResetPasswordKeyForm",
    "change_password": "apps.accounts.forms.ChangePasswordForm",
    "set_password": "apps.accounts.forms.SetPasswordForm",
    "add_email": "apps.accounts.forms.AddEmailForm",
    "reauthenticate": "apps.accounts.forms.ReauthenticateForm",
    "confirm_email_verification_code": "apps.accounts.forms.ConfirmEmailForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None  # people have an address and a name, no user name
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # once is enough: the field can be shown, the password reset
ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # nobody takes part under an address that is not theirs
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True  # bound to the session that asked; a link would work for anyone
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600  # seconds; ASVS 5.0 asks for ten minutes at most
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True  # mails get lost
ACCOUNT_CHANGE_EMAIL = True  # one address a person; a new one takes its place once verified
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a change of password or address is told to its owner
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # our subjects name the site where it helps
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # an unlocked screen is not enough to take over an account
ACCOUNT_SESSION_REMEMBER = True  # students come back tomorrow; SESSION_COOKIE_AGE ends it
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("KINDLING_PROXIES", "0"))  # whose word on a client's address counts

CACHES = {
    "default": {
        # Shared by all processes, so that limits on attempts are the site's and not one process's.
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": [VALKEY_URL],  # a list: a password may hold the comma at which Django splits text
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},  # seconds; a page waits no longer for a cache
    }
}


def read_mail(url: str) -> tuple[str, dict[str, object]]:
    """Django's mail back end, and the settings for smtp://user:password@host:port?tls=1&from=Name <address>."""
    if not url:
        return "apps.accounts.mailbox.MailboxBackend", {}
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    return "django.core.mail.backends.smtp.EmailBackend", {
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": query.get("tls") == ["1"],
        "EMAIL_TIMEOUT": 10,  # seconds; without it a silent server holds a web thread for ever
        "DEFAULT_FROM_EMAIL": query.get("from", ["Kindling <kindling@localhost>"])[0],
    }


EMAIL_BACKEND, _mail = read_mail(os.environ.get("KINDLING_MAIL_URL", ""))
DEFAULT_FROM_EMAIL = "Kindling <kindling@localhost>"
globals().update(_mail)
MAILBOX = DATA / "mail"  # where mails are kept while no server is set

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"outages": {"()": "kindling.error_pages.OutageInOneLine"}},
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "apps": {"level": "INFO"},
        "django": {"handlers": [], "level": "INFO"},  # Django's own handlers print nothing unless DEBUG is set
        "django.request": {"level": "ERROR", "filters": ["outages"]},  # pages that are not there are the asker's affair
    },
}
