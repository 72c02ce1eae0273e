"""Compare our ear with stock Rasa, trained on the same files: `make rasa`.

Rasa 3.6 needs Python 3.10, so it gets an environment of its own in `.rasa/`. It checks the project
(`rasa data validate`), learns it (`rasa train nlu`), and both read the same questions.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BOT = ROOT / "bot"
HOME = ROOT / ".rasa"
QUESTIONS = ROOT / "tests" / "bot" / "data" / "intents_test.csv"
# setuptools 81 no longer has pkg_resources, which Rasa imports.
PACKAGES = ["rasa==3.6.21", "setuptools<81"]
NO_PYTHON = """make rasa: Rasa 3.6 needs Python 3.10, and none was found on this machine.
Install one, or say where it is: RASA_PYTHON=/path/to/python3.10 make rasa"""


def candidates() -> Iterator[str]:
    """Yield where a Python 3.10 may be: where we were told, on the path, with pyenv, with uv."""
    yield os.environ.get("RASA_PYTHON", "")
    yield shutil.which("python3.10") or ""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from map(str, sorted(pyenv.glob("versions/3.10.*/bin/python3.10"), reverse=True))
    found = subprocess.run(
        [sys.executable, "-m", "uv", "python", "find", "--no-python-downloads", "3.10"],
        capture_output=True,
        text=True,
        check=False,
    )
    yield found.stdout.strip()


def is_python_3_10(program: str) -> bool:
    """Tell whether a program runs and is Python 3.10 (a shim of pyenv may do neither)."""
    ask = "import sys; sys.exit(sys.version_info[:2] != (3, 10))"
    try:
        return (
            subprocess.run([program, "-c", ask], capture_output=True, check=False).returncode == 0
        )
    except OSError:
        return False


def install() -> Path:
    """Make the environment if it is not there; return its Python."""
    python = HOME / "bin" / "python"
    if not is_python_3_10(str(python)):
        program = next((each for each in candidates() if each and is_python_3_10(each)), None)
        if program is None:
            sys.exit(NO_PYTHON)
        subprocess.run([program, "-m", "venv", str(HOME)], check=True)
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
    subprocess.run([*uv, *PACKAGES], check=True)
    return python


def rasa(python: Path, *arguments: str) -> float:
    """Run a Rasa command in the bot's project and return how many seconds it took."""
    print(f"== rasa {' '.join(arguments)}", flush=True)
    quiet = {
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # Beside the environment, not inside the project.
        "RASA_CACHE_DIRECTORY": str(HOME / "cache"),
    }
    begin = time.perf_counter()
    command = [str(python), "-W", "ignore", "-m", "rasa", *arguments]
    subprocess.run(command, cwd=BOT, env={**os.environ, **quiet}, check=True)
    return time.perf_counter() - begin


def read_by_rasa(python: Path, model: Path, texts: list[str]) -> list[str]:
    """Return the intent that Rasa's model hears in each text."""
    print("== rasa reads the questions", flush=True)
    answer = subprocess.run(
        [str(python), str(Path(__file__).with_name("listen.py")), str(model)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        sys.exit(answer.stderr)
    intents: list[str] = json.loads(answer.stdout.splitlines()[-1])
    return intents


def accuracy(heard: list[str], meant: list[str]) -> float | None:
    """Return the share of questions with an intent that were heard right."""
    known = [(h, m) for h, m in zip(heard, meant, strict=True) if m]
    return round(sum(h == m for h, m in known) / len(known), 4) if known else None


def compare(python: Path) -> dict[str, Any]:
    """Train and measure both; thresholds play no part."""
    from bot.understanding import measuring
    from bot.understanding.meaning import MAY_BOUNCE

    questions = measuring.read_pairs(QUESTIONS)
    validated = rasa(python, "data", "validate", "--domain", "domain.yml", "--data", "data")
    models = HOME / "models"
    told = ["--config", "config.yml", "--domain", "domain.yml", "--nlu", "data/nlu"]
    trained = rasa(python, "train", "nlu", *told, "--out", str(models), "--fixed-model-name", "nlu")
    heard = read_by_rasa(python, models / "nlu.tar.gz", [text for text, _ in questions])
    ours = measuring.measure(measuring.read_pairs(BOT / "data" / "nlu"), questions, MAY_BOUNCE)
    return {
        "n": len(questions),
        "rasa": {
            "accuracy": accuracy(heard, [intent for _, intent in questions]),
            "validate_seconds": round(validated, 1),
            "train_seconds": round(trained, 1),
        },
        "madoguchi": {"accuracy": ours.accuracy, "train_seconds": ours.train_seconds},
    }


if __name__ == "__main__":
    python = install()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    print(json.dumps(compare(python)))
