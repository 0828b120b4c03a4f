"""Whether a checkpoint opens, agrees with itself, and answers its own examples as they promise.

Each model is there twice: in ONNX, which answers, and in PyTorch or scikit-learn, which explains.
A hash tells that a file is the one that was measured, not that the two hold the same model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.checkpoint.contract import (
    EXAMPLES_FILE,
    check_complete,
    check_measured,
    read_examples,
    task_of,
)
from shared.errors import CheckpointError, InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from shared.loan.models.predictor import Predictor
    from shared.tumor.predictor import Answer

Example = dict[str, Any]
Answers = Callable[[Sequence[Example]], list[Any]]
REFUSED = "refused"
# Largest difference between two forms of one model. A feature map goes up to 6 and is counted in 32
# bits through fifty layers; logits and probabilities are near 1.
ALIKE = {"features": 1e-3, "logits": 1e-4, "probabilities": 1e-5}


def check_answers(folder: Path) -> str:
    """Refuse a checkpoint that is not whole, does not open, or does not answer its examples.

    Args:
        folder: a checkpoint of any task.

    Returns:
        Its task.

    Raises:
        CheckpointError: what is wrong, by file, or the first example that is answered otherwise.
    """
    if not folder.is_dir():
        raise CheckpointError(f"There is no checkpoint folder {str(folder)!r}.")
    task = task_of(folder)
    check_complete(folder, task)
    check_measured(folder)
    examples = read_examples(folder)
    if not examples:
        raise CheckpointError(
            f"{EXAMPLES_FILE} lists no example, so nothing can be tried. Add some."
        )
    check_examples(examples, opened(folder, task))
    return task


def opened(folder: Path, task: str) -> Answers:
    """Load the weights of a checkpoint.

    Raises:
        CheckpointError: a file does not load.
    """
    try:
        return OPEN[task](folder)
    except CheckpointError:
        raise
    except Exception as error:  # safetensors, ONNX Runtime and timm share no base class
        raise CheckpointError(
            f"The checkpoint does not open: {error!r}. Export it again."
        ) from error


def check_examples(examples: Sequence[Example], answers: Answers) -> None:
    """Refuse a checkpoint whose answer for an example is not as its list says."""
    try:
        expected = [example["expected"] for example in examples]
        answered = answers(examples)
    except (KeyError, TypeError, OSError, InputError) as error:
        raise CheckpointError(
            f"An example of {EXAMPLES_FILE} cannot be tried: {error!r}. Make the examples again."
        ) from error
    for example, wanted, answer in zip(examples, expected, answered, strict=True):
        if wanted != answer and not (isinstance(answer, tuple) and wanted in answer):
            raise CheckpointError(
                f"The example {example.get('caption', '?')!r} is answered {answer!r}, not "
                f"{wanted!r} as its list says. Look at the model, or make the examples again."
            )


def open_tumor(folder: Path) -> Answers:
    """From examples to the classes that are not ruled out, or that one is refused."""
    from shared.slices.decode import read_slice
    from shared.tumor.predictor import load_predictor, predict_many

    predictor = load_predictor(folder)

    def answers(examples: Sequence[Example]) -> list[tuple[str, ...]]:
        files = [(folder / EXAMPLES_FILE).parent / example["file"] for example in examples]
        predictions = predict_many(predictor, [read_slice(file).pixels for file in files])
        _check_torch(folder, predictions)
        return [(REFUSED,) if answer.refusal else answer.prediction_set for answer in predictions]

    return answers


def _check_torch(folder: Path, predictions: Sequence[Answer]) -> None:
    """Refuse weights in PyTorch, which explain, that are not those in ONNX, which answer."""
    import numpy as np
    import torch

    from shared.slices.framing import to_input
    from shared.tumor.head import load_head

    network = load_head(folder).network
    pixels = to_input(np.stack([answer.prepared.pixels for answer in predictions]))
    with torch.inference_mode():
        features = network.forward_features(torch.from_numpy(pixels))
        logits = network.forward_head(features)
    for what, values in (("features", features), ("logits", logits)):
        of_onnx = np.stack([getattr(answer, what) for answer in predictions])
        _check_same(values.numpy(), of_onnx, what, ("model.safetensors", "model.onnx"))


def open_loan(folder: Path) -> Answers:
    """From examples to which models approve."""
    import numpy as np

    from shared.loan.fields.application import read_application
    from shared.loan.models.predictor import approval, load_predictor
    from shared.loan.models.registry import MODELS

    predictor = load_predictor(folder)

    def answers(examples: Sequence[Example]) -> list[dict[str, bool]]:
        fields = predictor.decision.fields
        rows = np.stack([read_application(fields, example["values"]).row for example in examples])
        _check_scikit_learn(folder, predictor, np.concatenate([rows, predictor.background]))
        approved = approval(predictor, rows) >= predictor.decision.threshold
        return [dict(zip(MODELS, row.tolist(), strict=True)) for row in approved]

    return answers


def _check_scikit_learn(folder: Path, predictor: Predictor, rows: NDArray[np.float64]) -> None:
    """Refuse a model in scikit-learn, which explains, that is not the one in ONNX, which answers.

    Args:
        folder: of the checkpoint.
        predictor: the same, loaded.
        rows: (N, F) applicants.
    """
    from shared.loan.models.features import features
    from shared.loan.models.ml import ML_FILE, SKOPS_FILE, load_classical
    from shared.loan.models.registry import ML, REGISTRY

    inputs = features(predictor.decision.used_fields, rows[:, predictor.decision.used])
    of_skops = load_classical(folder).predict_proba(inputs)[:, 1]
    of_onnx = ML.approval(predictor.models[REGISTRY.index(ML)], inputs)
    _check_same(of_skops, of_onnx, "probabilities", (SKOPS_FILE, ML_FILE))


def _check_same(
    ours: NDArray[Any], theirs: NDArray[Any], what: str, files: tuple[str, str]
) -> None:
    """Refuse two files of a checkpoint that hold different models."""
    if ours.shape != theirs.shape or not abs(ours - theirs).max() <= ALIKE[what]:
        raise CheckpointError(
            f"{files[0]} and {files[1]} are not the same model: their {what} for the examples "
            "differ. Export both again, from one training."
        )


OPEN: dict[str, Callable[[Path], Answers]] = {"tumor": open_tumor, "loan": open_loan}
