"""Where another process finds the database of a test."""

import os
from urllib.parse import urlsplit

from django.db import connection


def database_url() -> str:
    """Return the DATABASE_URL of the test's own database."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
