"""Keeping a trained classifier in a file: arrays and JSON, nothing that could run when read.

The file carries the key of what it was made from (examples, code, versions), so that it is never
stale: another key means training anew, which takes a second or two.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from scipy.sparse import csr_matrix

from bot.understanding.features import Space, Weighing
from bot.understanding.intents import Classifier, ScriptModel
from bot.understanding.linear import Fitted
from bot.understanding.rasa_files import BOT, data_files

DEFAULT = BOT.parent / "var" / "bot_model.npz"
# What reading a file may raise that is not there, cut off, or something else.
UNREADABLE = (OSError, ValueError, KeyError, BadZipFile)
_PACKAGES = ("scikit-learn", "SudachiPy", "sudachidict-core", "snowballstemmer")


def key(may_bounce: float) -> str:
    """Return the fingerprint of all that makes the model: examples, code, versions, setting."""
    digest = hashlib.sha256(repr((may_bounce, [version(name) for name in _PACKAGES])).encode())
    code = sorted(p for p in Path(__file__).parent.iterdir() if p.suffix in (".py", ".yml"))
    for path in [*data_files(), *code]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def save(classifier: Classifier, path: Path, fingerprint: str) -> None:
    """Write the classifier to `path`, all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {"key": np.array(fingerprint), "scripts": np.array(list(classifier.models))}
    for script, model in classifier.models.items():
        arrays |= {f"{script}.{name}": array for name, array in _arrays(model)}
    draft = path.with_name(f"{path.stem}.{os.getpid()}.tmp.npz")
    np.savez(draft, **arrays)  # type: ignore[arg-type]
    draft.replace(path)


def _arrays(model: ScriptModel) -> Iterator[tuple[str, Any]]:
    words = {
        "intents": model.intents,
        "columns": {f: list(c) for f, c in model.space.columns.items()},
    }
    yield "words", np.frombuffer(json.dumps(words).encode(), dtype=np.uint8)
    yield "numbers", np.array([model.threshold, *model.curve])
    fitted = model.fitted
    yield "rarity", fitted.weighing.rarity
    yield "family_weight", fitted.weighing.family_weight
    yield "weights", fitted.weights
    yield "bias", fitted.bias
    yield "intent_of_example", fitted.intent_of_example
    for part in ("data", "indices", "indptr"):
        yield f"examples.{part}", getattr(fitted.examples, part)


def fingerprint_of(path: Path) -> str | None:
    """Return the key in the file at `path`; None if there is none that can be read."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return str(file["key"])
    except UNREADABLE:
        return None


def load(path: Path) -> Classifier:
    """Read the classifier at `path`. Raises one of UNREADABLE if it cannot be read."""
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    return Classifier({str(script): _model(str(script), arrays) for script in arrays["scripts"]})


def _model(script: str, arrays: dict[str, Any]) -> ScriptModel:
    def of(name: str) -> Any:
        return arrays[f"{script}.{name}"]

    words = json.loads(of("words").tobytes())
    space, start = Space(), 0
    for family, features in words["columns"].items():
        space.columns[family] = {name: start + i for i, name in enumerate(features)}
        start += len(features)
    intents = of("intent_of_example")
    example_parts = tuple(of(f"examples.{part}") for part in ("data", "indices", "indptr"))
    examples = csr_matrix(example_parts, shape=(start, len(intents)))
    weighing = Weighing(of("rarity"), space.family_of_column(), of("family_weight"))
    fitted = Fitted(weighing, of("weights"), of("bias"), examples, intents)
    threshold, slope, offset = map(float, of("numbers"))
    return ScriptModel(words["intents"], space, fitted, threshold, (slope, offset))
