"""Print every benchmark's ratios: `make bench`.

Ratios, because machines are noisy: each benchmark runs what it measures and what it is held
against in turn, on the same machine in the same minute.
"""

import importlib
import os
import pkgutil

import tests.benchmarks


def main() -> None:
    """Run each module of this package on a database of their own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from django.db import connection

    # One database for all: threads keep their connections to it.
    old = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        for module in pkgutil.iter_modules(tests.benchmarks.__path__):
            if not module.name.startswith("_"):
                importlib.import_module(f"tests.benchmarks.{module.name}").main()
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)


if __name__ == "__main__":
    main()
