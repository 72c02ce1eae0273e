"""Static files as production collects them: nothing is missing, and everything may be kept."""

import json
import posixpath
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

ROOMS = ("portal", "orders", "cms", "bot", "notifications")
NAMED = re.compile(r"""\{%\s*static\s+['"]([^'"]+)['"]""")
IMPORTED = re.compile(r"""(?:from |import\()"(\.[^"]+)\"""")


def sources(pattern: str) -> list[Path]:
    """Files of our own rooms."""
    return [file for room in ROOMS for file in (settings.BASE_DIR / room).rglob(pattern)]


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The folder that `collectstatic` fills in production, and the lasting name of each file."""
    folder = tmp_path_factory.mktemp("static")
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": "portal.static_files.StaticFiles"}}
    with override_settings(STATIC_ROOT=folder, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
    manifest = json.loads((folder / "staticfiles.json").read_text())
    return folder, manifest["paths"]


def test_every_file_that_a_template_names_is_there(collected):
    _, names = collected
    named = {each for file in sources("*.html") for each in NAMED.findall(file.read_text())}
    assert len(named) > 5
    assert named - names.keys() == set()


def test_modules_import_modules_by_their_lasting_names(collected):
    folder, names = collected
    lasting = set(names.values())
    ours = [name for name in names if (folder / name).suffix == ".js" and "/vendor/" not in name]
    found = 0
    for name in ours:
        if name.split("/")[0] not in {"bot", "desk", "portal", "orders", "home"}:
            continue
        for other in IMPORTED.findall((folder / names[name]).read_text()):
            found += 1
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), other))
            assert path in lasting, f"{name} imports {other}"
    assert found > 20


def test_what_people_load_is_there_compressed(collected):
    folder, names = collected
    for name in ("portal/portal.css", "portal/vendor/htmx.min.js", "bot/widget.css"):
        assert (folder / f"{names[name]}.gz").exists()
