"""WSGI: pages, under gunicorn, where pages and sockets are served apart."""

import os
from importlib import import_module

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()

if not settings.EASY and not settings.REDIS_URL:
    # Nobody would hear what these pages tell: sockets and workers are other processes.
    raise ImproperlyConfigured("Madoguchi does not start: under WSGI, REDIS_URL is needed.")

# All views are imported now and not in somebody's first request, and once for all workers that
# gunicorn forks with --preload.
import_module(settings.ROOT_URLCONF)
