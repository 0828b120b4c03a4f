"""Write the classical model: `.skops` for scikit-learn, ONNX for answering."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED

import numpy as np
import skops.io
from numpy.typing import NDArray
from onnx import ModelProto
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import ClassifierMixin
from sklearn.ensemble import GradientBoostingClassifier

from shared.loan.models.ml import FEATURES, ML_FILE, SKOPS_FILE, TRUSTED, approval, open_model

OPSET = 18
CLOSE = 1e-5  # largest difference between the two forms; both count in 32 bits at some place


def forget_random_states(model: ClassifierMixin) -> None:
    """Drop the generators that the trees of boosting were fitted with: they make the file larger.

    They are for fitting again in the same process, and say nothing about the answers.
    """
    for part in [model, *getattr(model, "estimators_", [])]:
        if isinstance(part, GradientBoostingClassifier):
            part._rng = None
            for tree in part.estimators_.ravel():
                tree.random_state = None


def drop_unused(graph: ModelProto) -> None:
    """Drop constants that no node reads; ONNX Runtime would warn of each at every start."""
    read = {name for node in graph.graph.node for name in node.input}
    for constant in [each for each in graph.graph.initializer if each.name not in read]:
        graph.graph.initializer.remove(constant)


def export_pipeline(
    model: ClassifierMixin, features: NDArray[np.float32], folder: Path
) -> list[str]:
    """Write both forms of a classifier and check that they say the same.

    Args:
        model: fitted.
        features: (N, K) float32 to compare on.
        folder: of the checkpoint.

    Returns:
        The types in `ml.skops` that scikit-learn's users must trust by name.

    Raises:
        RuntimeError: the two forms differ, or the Space would not trust a type in the file.
    """
    path = folder / SKOPS_FILE
    forget_random_states(model)
    skops.io.dump(model, path, compression=ZIP_DEFLATED, compresslevel=9)
    inputs = [(FEATURES, FloatTensorType([None, features.shape[1]]))]
    graph = to_onnx(model, initial_types=inputs, options={"zipmap": False}, target_opset=OPSET)
    drop_unused(graph)
    (folder / ML_FILE).write_bytes(graph.SerializeToString())
    said = approval(open_model(folder), features)
    apart = float(np.abs(said - model.predict_proba(features)[:, 1]).max())
    if apart > CLOSE:
        raise RuntimeError(f"{ML_FILE} and {SKOPS_FILE} differ by {apart:.2g} on a row.")
    asked = sorted(skops.io.get_untrusted_types(file=path))
    if strange := set(asked) - set(TRUSTED):
        raise RuntimeError(f"{SKOPS_FILE} asks for types that no Space trusts: {sorted(strange)}.")
    return asked
