"""Who may import whom (DESIGN section 4), and that the contract guards all there is."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
ROOMS = ("portal", "orders", "cms", "bot", "notifications")
# Imported by everything, or by nothing: Django reads settings, `manage.py` reads the rest.
OUTSIDE = {"portal.settings", "portal.apps"}


def contract_layers() -> list[str]:
    """The layers of the import contract, highest first, as written."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        linter = tomllib.load(file)["tool"]["importlinter"]
    return linter["contracts"][0]["layers"]


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--config", "pyproject.toml", "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
    )


def test_every_first_level_module_of_portal_has_its_place_in_the_contract():
    listed = {
        name.strip(" ()")
        for layer in contract_layers()
        for part in layer.split("|")
        for name in part.split(":")
    }
    modules = {
        f"portal.{path.stem}"
        for path in (ROOT / "portal").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
    }
    assert modules - listed - OUTSIDE == set()


def test_the_init_files_of_portal_are_empty():
    inits = [ROOT / "portal" / "__init__.py", *(ROOT / "portal").glob("*/__init__.py")]
    assert [str(path) for path in inits if path.read_text().strip()] == []


@pytest.mark.parametrize(
    ("module", "wrong"),
    [
        ("orders/status.py", "import bot.dialogue"),
        ("portal/live.py", "import portal.customers.models"),
        ("cms/services.py", "import orders.models"),
    ],
)
def test_a_wrong_import_is_refused(tmp_path, module, wrong):
    for room in ROOMS:
        if (ROOT / room).exists():
            shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("*.svg"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert lint_imports(tmp_path).returncode == 0
    file = tmp_path / module
    file.write_text(file.read_text() + f"\n{wrong}\n")
    refused = lint_imports(tmp_path)
    assert refused.returncode != 0
    assert wrong.removeprefix("import ") in refused.stdout
