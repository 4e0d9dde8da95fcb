"""Settings, all from the environment. `docs/reference/settings.md` says what each means.

A process is web, jobs or owner by `KIMBILIO_ROLE`, and reaches the database by that role's own address.
"""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF

DATA = Path(os.environ.get("KIMBILIO_DATA", "var")).resolve()
KIMBILIO_KEYS = os.environ.get("KIMBILIO_KEYS", str(DATA / "keys"))
KIMBILIO_BLOBS = os.environ.get("KIMBILIO_BLOBS", str(DATA / "blobs"))
KIMBILIO_TOMBSTONES = os.environ.get("KIMBILIO_TOMBSTONES", str(DATA / "tombstones"))
KIMBILIO_ROLE = os.environ.get("KIMBILIO_ROLE", "web")
KIMBILIO_DEMO = os.environ.get("KIMBILIO_DEMO") == "1"
KIMBILIO_MAX_SUBMISSION = 20_000_000  # bytes of one POST; told to clients in X-OpenRosa-Accept-Content-Length
KIMBILIO_DEVICE_BURST = int(os.environ.get("KIMBILIO_DEVICE_BURST", "1000"))  # requests of one phone at once
KIMBILIO_DEVICE_HOURLY = int(os.environ.get("KIMBILIO_DEVICE_HOURLY", "3600"))  # and how many more an hour

SECRET_KEY = os.environ.get("KIMBILIO_SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("KIMBILIO_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("KIMBILIO_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "kimbilio.server.ui",  # before allauth: its sign-in templates win
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "kimbilio.server.kernel",
    "kimbilio.server.identity",
    "kimbilio.server.journal",
    "kimbilio.server.access",
    "kimbilio.server.country",
    "kimbilio.server.notices",
    "kimbilio.server.practice",
    "kimbilio.server.people",
    "kimbilio.server.sharing",
    "kimbilio.server.forms",
    "kimbilio.server.referrals",
    "kimbilio.server.intake",
    "kimbilio.server.field",
    "kimbilio.server.config",
]

if KIMBILIO_DEMO:
    INSTALLED_APPS.insert(0, "kimbilio.server.config.demo")  # first: its templates add to the others'

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "kimbilio.server.config.browsers.BrowserMiddleware",
    "csp.middleware.CSPMiddleware",  # before whitenoise: files of the program carry the rules, too
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kimbilio.server.config.middleware.PhoneDoorMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kimbilio.server.config.sessions.SessionEndMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kimbilio.server.config.middleware.ActingMiddleware",
]

ROOT_URLCONF = "kimbilio.server.config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kimbilio.server.ui.context.page",
            ]
        },
    }
]


def _database(name: str, fallback: str) -> dict[str, object]:
    config = dict(dj_database_url.parse(os.environ.get(name) or fallback, conn_max_age=0))
    config["OPTIONS"] = {
        **config.get("OPTIONS", {}),  # type: ignore[dict-item]  # the parser's type says object
        "pool": {"min_size": 1, "max_size": 6, "timeout": 10},
    }
    return config


_ADDRESS = {"web": "DATABASE_URL", "jobs": "JOBS_DATABASE_URL", "owner": "OWNER_DATABASE_URL"}[KIMBILIO_ROLE]
_KEYS_ADDRESS = "OWNER_KEYS_DATABASE_URL" if KIMBILIO_ROLE == "owner" else "KEYS_DATABASE_URL"
DATABASES = {
    "default": _database(_ADDRESS, "postgresql:///kimbilio"),
    "keys": _database(_KEYS_ADDRESS, "postgresql:///kimbilio_keys"),
}
DATABASE_ROUTERS = ["kimbilio.server.kernel.routers.KeyStoreRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "kimbilio.server.identity.remembering.SharedCache"}}

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_ADAPTER = "kimbilio.server.config.signin.StaffOnlyAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = (
    15 * 60
)  # for grave acts: long enough to fill in the form that asked for it
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Kimbilio"
MFA_ADAPTER = "kimbilio.server.config.signin.SealedFactorsAdapter"
_ONLY_THIS_HOST = (
    "" if KIMBILIO_DEMO else "__Host-"
)  # a browser takes it with TLS, for this host and every path
SESSION_COOKIE_NAME = f"{_ONLY_THIS_HOST}session"
SESSION_COOKIE_AGE = 12 * 3600
KIMBILIO_SESSION_IDLE = int(os.environ.get("KIMBILIO_SESSION_IDLE", "60"))  # minutes without a request
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = not KIMBILIO_DEMO
CSRF_COOKIE_NAME = f"{_ONLY_THIS_HOST}csrf"
CSRF_COOKIE_HTTPONLY = True  # forms carry the token; no script reads it
CSRF_COOKIE_SECURE = not KIMBILIO_DEMO
LANGUAGE_COOKIE_NAME = f"{_ONLY_THIS_HOST}language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = not KIMBILIO_DEMO
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no sentence in a cookie
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = KIMBILIO_DEMO

KIMBILIO_PROXY_SSL_HEADER = os.environ.get("KIMBILIO_PROXY_SSL_HEADER", "")
if (
    KIMBILIO_PROXY_SSL_HEADER
):  # believed only when named: a proxy that does not set it would let a visitor do so
    SECURE_PROXY_SSL_HEADER = (f"HTTP_{KIMBILIO_PROXY_SSL_HEADER.upper().replace('-', '_')}", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = int(os.environ.get("KIMBILIO_HSTS_SECONDS", "0" if KIMBILIO_DEMO else "31536000"))
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = os.environ.get("KIMBILIO_PROXY_CLIENT_HEADER") or None

SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

KIMBILIO_ADDRESS = os.environ.get("KIMBILIO_ADDRESS", next(iter(CSRF_TRUSTED_ORIGINS), "")).rstrip("/")
EMAIL_HOST = os.environ.get("KIMBILIO_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("KIMBILIO_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("KIMBILIO_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("KIMBILIO_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("KIMBILIO_SMTP_TLS", "starttls") == "starttls"
EMAIL_USE_SSL = os.environ.get("KIMBILIO_SMTP_TLS") == "tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("KIMBILIO_SMTP_FROM", "")

KIMBILIO_SMS_URL = os.environ.get("KIMBILIO_SMS_URL", "")
KIMBILIO_SMS_METHOD = os.environ.get("KIMBILIO_SMS_METHOD", "POST")
KIMBILIO_SMS_CONTENT_TYPE = os.environ.get("KIMBILIO_SMS_CONTENT_TYPE", "urlencoded")
KIMBILIO_SMS_BODY = os.environ.get("KIMBILIO_SMS_BODY", "id={{id}}&text={{text}}&to={{to}}&from={{from}}")
KIMBILIO_SMS_FROM = os.environ.get("KIMBILIO_SMS_FROM", "")
KIMBILIO_SMS_AUTHORIZATION = os.environ.get("KIMBILIO_SMS_AUTHORIZATION", "")
KIMBILIO_SMS_EXPECT = os.environ.get("KIMBILIO_SMS_EXPECT", "")
KIMBILIO_SMS_SECRET = os.environ.get("KIMBILIO_SMS_SECRET", "")  # stands in the address of delivery reports
KIMBILIO_PUSH_SERVICES = os.environ.get(
    "KIMBILIO_PUSH_SERVICES",
    "fcm.googleapis.com,push.services.mozilla.com,push.apple.com,notify.windows.com",
).split(",")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية"), ("fr", "Français"), ("sw", "Kiswahili")]
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = KIMBILIO_MAX_SUBMISSION
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = KIMBILIO_MAX_SUBMISSION  # a file in clear must never touch the disk

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"tokens": {"()": "kimbilio.server.config.logs.HideTokens"}},
    "formatters": {
        "plain": {
            "()": "kimbilio.server.config.logs.WithoutValues",
            "format": "%(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "filters": ["tokens"], "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.db.backends": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "urllib3": {"handlers": [], "level": "CRITICAL", "propagate": False},  # an address may carry a number
        "procrastinate": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
