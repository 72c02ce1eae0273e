"""The one settings file. Everything that differs between installations comes from the environment.

Three modes: production (neither DEBUG nor DEMO set), where anything missing or weak is a refusal
to start; DEMO=1, debug off with secrets made once and kept in var/; DEBUG=1, for developers.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF

from portal import secret_keeping

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
EASY = DEBUG or DEMO
VAR_DIR.mkdir(exist_ok=True)
_kept = secret_keeping.kept(VAR_DIR / "secrets.json") if EASY else {}

# --- What an installation says about itself ------------------------------------------------------

SECRET_KEY = env("SECRET_KEY", default=_kept.get("SECRET_KEY", ""))
PORT = env.int("PORT", default=8000)
BASE_URL = env("BASE_URL", default=f"http://127.0.0.1:{PORT}" if EASY else "").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if EASY else [])
WIDGET_ORIGINS = env.list("WIDGET_ORIGINS", default=[])
FEED_SECRET = env("FEED_SECRET", default=_kept.get("FEED_SECRET", ""))
SHOP_URL = env("SHOP_URL", default="")
SHOP_SECRET = env("SHOP_SECRET", default=_kept.get("SHOP_SECRET", ""))
BOT_HTTP_TOKEN = env("BOT_HTTP_TOKEN", default="")
REDIS_URL = env("REDIS_URL", default="")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="help@hinata.example" if EASY else "")
EMAIL_URL = env("EMAIL_URL", default="")
DATABASE_URL = env("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'madoguchi.sqlite3'}")

if not EASY:
    secret_keeping.refuse_unless_sound(globals())

# The origins a chat socket or a JSON form may come from, compared whole (DESIGN §8).
CHAT_ORIGINS = [BASE_URL, *WIDGET_ORIGINS]
if EASY:
    CHAT_ORIGINS += [f"http://{host}:{urlsplit(BASE_URL).port or PORT}" for host in ALLOWED_HOSTS]

# --- Django --------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal.shop",
    "portal.customers",
    "orders",
    "cms",
    "portal.cases",
    "notifications",
    "bot",
    "portal.home",
    "portal.desk",
    "portal",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "cms.users.StaffUsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "channels",
    "csp",
    "django_htmx",
    "portal.customers.tools.ToolsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.home.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.home.middleware.PortalMiddleware",
    "portal.customers.doors.middleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
ASGI_APPLICATION = "portal.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "portal.home.context.portal",
            ],
        },
    },
]

# --- Database: SQLite in WAL with IMMEDIATE transactions, or PostgreSQL --------------------------

DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
# Kept open: a new SQLite connection for each chat message took seven times as long (make bench).
DATABASES["default"]["CONN_MAX_AGE"] = 60
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in service: threads then have connections of their own, in tests too.
    _file = Path(DATABASES["default"]["NAME"])
    DATABASES["default"]["TEST"] = {"NAME": _file.with_name(f"test-{_file.name}")}
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        "PRAGMA cache_size=-16000; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# --- Cache, channel layer, Celery: in this process, or all in Redis -------------------------------

if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL], "symmetric_encryption_keys": [SECRET_KEY]},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels.layers.InMemoryChannelLayer",
            "CONFIG": {"capacity": 1000},
        }
    }

CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Without max_retries kombu tries for 6 s to reach a broker that is gone, and a page waits with it.
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"socket_connect_timeout": 1, "socket_timeout": 5, "max_retries": 0}
    if REDIS_URL
    else {"polling_interval": 0.05}
)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = env("TIME_ZONE", default="Asia/Tokyo")
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "announce-again": {"task": "portal.customers.tasks.announce_again", "schedule": 30.0},
    "sweep-unproven": {"task": "portal.customers.tasks.sweep_unproven", "schedule": 3600.0},
    "let-go-in-time": {"task": "portal.customers.tasks.retain", "schedule": 24 * 3600.0},
    "send-shop-requests": {"task": "orders.tasks.send_due_requests", "schedule": 30.0},
    "tell-late-orders": {"task": "orders.tasks.tell_late", "schedule": 300.0},
    "keep-promises": {"task": "portal.cases.tasks.keep_promises", "schedule": 300.0},
    "sweep-drafts": {"task": "portal.cases.tasks.sweep_drafts", "schedule": 3600.0},
    "close-old-cases": {"task": "portal.cases.tasks.close_old", "schedule": 3600.0},
    # Most mails wait some seconds for what belongs to them and are found here.
    "deliver-due": {
        "task": "notifications.tasks.deliver_due",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "answer-unanswered": {"task": "bot.tasks.answer_unanswered", "schedule": 10.0},
    "publish-scheduled": {"task": "cms.tasks.publish_scheduled", "schedule": 60.0},
    "close-idle-chats": {"task": "bot.tasks.close_idle", "schedule": 3600.0},
}

# A chat that only the bot has, and in which nobody has said anything for so long, ends.
CHAT_IDLE_DAYS = env.int("CHAT_IDLE_DAYS", default=7)

# Who is told of a touchpoint after commit, in this order (DESIGN §4).
TOUCHPOINT_LISTENERS = [
    "notifications.listener.on_touchpoint",
    "portal.home.listener.on_touchpoint",
]

# --- People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "customers.Customer"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "portal.customers.auth.PortalAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_FORMS = {
    "request_login_code": "portal.customers.forms.RequestCodeForm",
    "confirm_login_code": "portal.customers.forms.ConfirmCodeForm",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_ADAPTER = "portal.customers.auth.PortalMFAAdapter"
MFA_FORMS = {
    "authenticate": "portal.customers.forms.SecondFactorForm",
    "reauthenticate": "portal.customers.forms.SecondFactorAgainForm",
    "activate_totp": "portal.customers.forms.AddAppForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = EASY
STAFF_NEED_SECOND_FACTOR = not EASY

# --- Mail -----------------------------------------------------------------------------------------

if DEMO and not EMAIL_URL:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
else:
    globals().update(env.email_url_config(EMAIL_URL or "consolemail://"))
EMAIL_TIMEOUT = 10

# --- Languages and times --------------------------------------------------------------------------

LANGUAGE_CODE = env("LANGUAGE_CODE", default="ja")
LANGUAGES = [("ja", "日本語"), ("en", "English")]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
TIME_ZONE = env("TIME_ZONE", default="Asia/Tokyo")
USE_I18N = True
WAGTAIL_I18N_ENABLED = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]

# --- Files ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static-root"
if EASY:
    STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of a folder that is missing
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# Customers' files: served only by views that ask who may see them.
PRIVATE_ROOT = VAR_DIR / "private"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "portal.static_files.StaticFiles"
        if not EASY
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = EASY
WHITENOISE_AUTOREFRESH = DEBUG

# --- Wagtail --------------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Madoguchi"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
# No picture service elsewhere learns who our staff are.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_FRONTEND_LOGIN_URL = "/sign-in/"
# Who may write may publish; Wagtail's own workflow waits for moderators that a shop does not have.
WAGTAIL_WORKFLOW_ENABLED = False
# A page sent to be translated is a draft until somebody publishes it: it holds the other language.
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# --- Security -------------------------------------------------------------------------------------

_https = BASE_URL.startswith("https://")
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_AGE = 30 * 24 * 3600
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_SSL_REDIRECT = False  # the proxy in front does it; see the sample nginx file
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

_sockets = BASE_URL.replace("http", "ws", 1)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF, _sockets],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}
# Wagtail's admin and the API docs bring inline scripts of their own (portal.home.middleware).
CSP_OF_TOOLS = {
    "script-src": [SELF, "'unsafe-inline'", "'unsafe-eval'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
}

# --- Logs: one JSON object a line, with ids and never a person's data (portal.logs) ---------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"impersonal": {"()": "portal.logs.Impersonal"}},
    "formatters": {"json": {"()": "portal.logs.JsonFormatter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["impersonal"],
        },
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "propagate": False},
        # Both name addresses and queries at a lower level.
        "uvicorn.access": {"level": "WARNING"},
        "uvicorn.error": {"level": "WARNING"},
        # A strange Host header is answered with 400; a traceback for each probe tells nobody more.
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
        "celery": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "rasa_sdk": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
    },
}
