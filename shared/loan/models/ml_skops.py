"""The classical model in scikit-learn, for looking inside; answers come from ONNX (`ml`).

Nothing is unpickled: skops builds only what it trusts by itself (scikit-learn's own estimators,
NumPy's arrays) and the types that are named here.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from shared.errors import CheckpointError

SklearnModel: TypeAlias = Any  # scikit-learn comes without types

SKOPS_FILE = "ml.skops"
TRUSTED = ("sklearn.tree._tree.Tree", "sklearn.utils._bunch.Bunch")  # in trees, in a vote
_loading = threading.Lock()


def load_classical(folder: Path) -> SklearnModel:
    """The scikit-learn side of a checkpoint, loaded once a process.

    Args:
        folder: with `ml.skops`.

    Raises:
        CheckpointError: the file cannot be read, or asks for types that are not in `TRUSTED`.
    """
    with _loading:
        return _load(folder)


@cache
def _load(folder: Path) -> SklearnModel:
    import skops.io

    path = folder / SKOPS_FILE
    try:
        others = sorted(set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED))
        model = None if others else skops.io.load(path, trusted=list(TRUSTED))
    except Exception as error:  # skops, zipfile and scikit-learn share no base class
        raise CheckpointError(f"{SKOPS_FILE} cannot be used: {error!r}. Fit again.") from error
    if others:
        raise CheckpointError(
            f"{SKOPS_FILE} asks to trust {', '.join(others)}; only {', '.join(TRUSTED)} are. "
            "It was not loaded. Use a checkpoint of this project's own training."
        )
    return model
