"""Whether a checkpoint opens, every weight of it, and answers its own examples as they promise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.checkpoint.contract import check_complete, check_measured, task_of
from shared.checkpoint.examples import EXAMPLES_FILE, read_examples
from shared.errors import CheckpointError, InputError

Example = dict[str, Any]
Answers = Callable[[Example], Any]
REFUSED = "refused"


def check_answers(folder: Path) -> str:
    """Refuse a checkpoint that is not whole, does not open, or does not answer its examples.

    Args:
        folder: a checkpoint of any task.

    Returns:
        Its task.

    Raises:
        CheckpointError: what is wrong, by file, or the first example that is answered otherwise.
    """
    task = check_files(folder)
    examples = read_examples(folder)
    if not examples:
        raise CheckpointError(
            f"{EXAMPLES_FILE} lists no example, so nothing can be tried. Add some."
        )
    answers = opened(folder, task)
    for example in examples:
        check_one(example, answers)
    return task


def check_files(folder: Path) -> str:
    """Refuse a checkpoint that is not whole, or of which other files were measured.

    Returns:
        Its task.

    Raises:
        CheckpointError: names the file.
    """
    if not folder.is_dir():
        raise CheckpointError(f"There is no checkpoint folder {str(folder)!r}.")
    task = task_of(folder)
    check_complete(folder, task)
    check_measured(folder)
    return task


def opened(folder: Path, task: str) -> Answers:
    """Load every weight of a checkpoint.

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


def check_one(example: Example, answers: Answers) -> None:
    """Refuse a checkpoint whose answer for an example is not as its list says."""
    try:
        expected, found = example["expected"], answers(example)
    except (KeyError, TypeError, OSError, InputError) as error:
        raise CheckpointError(
            f"An example of {EXAMPLES_FILE} cannot be tried: {error!r}. Make the examples again."
        ) from error
    if expected != found and not (isinstance(found, tuple) and expected in found):
        raise CheckpointError(
            f"The example {example.get('caption', '?')!r} is answered {found!r}, not {expected!r} "
            "as its list says. Look at the model, or make the examples again."
        )


def open_tumor(folder: Path) -> Answers:
    """From an example to the classes that are not ruled out, or that it is refused."""
    from shared.slices.decode import read_slice
    from shared.tumor.head import load_head
    from shared.tumor.predictor import load_predictor, predict

    predictor = load_predictor(folder)
    load_head(folder)  # the same weights in PyTorch, for the explanations

    def answers(example: Example) -> tuple[str, ...]:
        picture = read_slice((folder / EXAMPLES_FILE).parent / example["file"])
        answer = predict(predictor, picture.pixels)
        return (REFUSED,) if answer.refusal else answer.prediction_set

    return answers


def open_loan(folder: Path) -> Answers:
    """From an example to which models approve."""
    from shared.loan.fields.application import read_application
    from shared.loan.models.ml import load_classical
    from shared.loan.models.predictor import approval, load_predictor
    from shared.loan.models.registry import MODELS

    predictor = load_predictor(folder)
    load_classical(folder)  # the classical model in scikit-learn, for looking inside

    def answers(example: Example) -> dict[str, bool]:
        row = read_application(predictor.decision.fields, example["values"]).row
        shares = approval(predictor, row[None])[0] >= predictor.decision.threshold
        return dict(zip(MODELS, shares.tolist(), strict=True))

    return answers


OPEN: dict[str, Callable[[Path], Answers]] = {"tumor": open_tumor, "loan": open_loan}
