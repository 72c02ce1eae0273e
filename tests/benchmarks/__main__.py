"""Print every benchmark's ratios: `make bench`.

Ratios, because machines are noisy: each benchmark runs what it measures and what it is held
against in turn, on the same machine in the same minute.
"""

import importlib
import os
import pkgutil

import tests.benchmarks


def main() -> None:
    """Run each module of this package that has a `main`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    for module in pkgutil.iter_modules(tests.benchmarks.__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"tests.benchmarks.{module.name}").main()


if __name__ == "__main__":
    main()
