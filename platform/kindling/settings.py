"""Settings of the web side. The environment is read here and in workers/celery.py, nowhere else."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("KINDLING_DATA", ROOT / "var")).resolve()

DEBUG = os.environ.get("KINDLING_DEBUG", "") == "1"
SECRET_KEY = os.environ.get("KINDLING_SECRET_KEY", "")
TICKET_KEY = os.environ.get("KINDLING_TICKET_KEY", "")
ALLOWED_HOSTS = os.environ.get("KINDLING_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("KINDLING_ORIGINS", "").split(",") if origin]
STREAMS_URL = os.environ.get("KINDLING_STREAMS_URL", "")
STREAMS_PORT = int(os.environ.get("KINDLING_STREAMS_PORT", "8001"))
VALKEY_URL = os.environ.get("VALKEY_URL", "")


def read_database(url: str) -> dict[str, object]:
    """Django's entry for a postgresql:// URL; `?host=` names the folder of a Unix socket."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parse_qs(parts.query).get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,  # on fixed threads cheaper than a pool; a connection per request costs Postgres 4 ms
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5},
    }


DATABASES = {"default": read_database(os.environ.get("DATABASE_URL", ""))}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "kindling",
    "apps.accounts",
    "apps.courses",
    "apps.quizzes",
    "apps.runs",
    "apps.progress",
    "apps.discussions",
]
MIDDLEWARE = [
    "kindling.security.ContentSecurityPolicy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [("build", ROOT / "static" / "build")]  # what `npm run build` makes; sources are not served
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "kindling.static.HashedFiles"},
}
# Hashed by Django, or a chunk that esbuild has hashed: the name changes with the content, so keep it for ever.
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}\.\w+$|/build/chunks/[\w-]+-[0-9A-Z]{8}\.\w+$"

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
