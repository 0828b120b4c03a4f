"""Whether a checkpoint opens, every weight of it, and answers its own examples as they promise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from shared.checkpoint.contract import (
    EXAMPLES_FILE,
    check_complete,
    check_measured,
    read_examples,
    task_of,
)
from shared.errors import CheckpointError, InputError

Example = dict[str, Any]
Answers = Callable[[Sequence[Example]], list[Any]]
REFUSED = "refused"
# What skops writes of this project's models: the types by module, and how it builds them again. All
# are among those that it trusts by itself, or that the loan package trusts by name.
KNOWN_TYPES = {
    "builtins": ("dict", "list", "str", "tuple"),
    "numpy": ("float64", "int64", "ndarray"),
    "sklearn._loss._loss": ("CyHalfBinomialLoss",),
    "sklearn._loss.link": ("Interval", "LogitLink"),
    "sklearn._loss.loss": ("HalfBinomialLoss",),
    "sklearn.dummy": ("DummyClassifier",),
    "sklearn.ensemble._forest": ("RandomForestClassifier",),
    "sklearn.ensemble._gb": ("GradientBoostingClassifier",),
    "sklearn.ensemble._voting": ("VotingClassifier",),
    "sklearn.linear_model._logistic": ("LogisticRegression",),
    "sklearn.pipeline": ("Pipeline",),
    "sklearn.preprocessing._data": ("StandardScaler",),
    "sklearn.preprocessing._label": ("LabelEncoder",),
    "sklearn.tree._classes": ("DecisionTreeClassifier", "DecisionTreeRegressor"),
    "sklearn.tree._tree": ("Tree",),
    "sklearn.utils._bunch": ("Bunch",),
}
KNOWN_NODES = ("Dict", "Json", "List", "Loss", "NdArray", "Object", "Tree", "Tuple", "Type")


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
    from shared.tumor.head import load_head
    from shared.tumor.predictor import load_predictor, predict

    predictor = load_predictor(folder)
    load_head(folder)  # the same weights in PyTorch, for the explanations

    def answer(example: Example) -> tuple[str, ...]:
        picture = read_slice((folder / EXAMPLES_FILE).parent / example["file"])
        prediction = predict(predictor, picture.pixels)
        return (REFUSED,) if prediction.refusal else prediction.prediction_set

    return lambda examples: [answer(example) for example in examples]


def open_loan(folder: Path) -> Answers:
    """From examples to which models approve."""
    import numpy as np

    from shared.loan.fields.application import read_application
    from shared.loan.models.ml import SKOPS_FILE, load_classical
    from shared.loan.models.predictor import approval, load_predictor
    from shared.loan.models.registry import MODELS

    predictor = load_predictor(folder)
    if not has_known_types_only(folder / SKOPS_FILE):
        load_classical(folder)  # skops itself says whether they are to be trusted

    def answers(examples: Sequence[Example]) -> list[dict[str, bool]]:
        fields = predictor.decision.fields
        rows = np.stack([read_application(fields, example["values"]).row for example in examples])
        approved = approval(predictor, rows) >= predictor.decision.threshold
        return [dict(zip(MODELS, row.tolist(), strict=True)) for row in approved]

    return answers


OPEN: dict[str, Callable[[Path], Answers]] = {"tumor": open_tumor, "loan": open_loan}


def has_known_types_only(path: Path) -> bool:
    """Whether a skops file is whole and names nothing but what this project's training writes.

    Such a file need not be opened to be published: `import skops.io` walks all of scikit-learn and
    takes seconds of processor. A file of skops is a ZIP archive; its schema.json names the type of
    each object. Promoting opens the file, and so does the Space, with skops' own checks.

    Args:
        path: of the file.

    Raises:
        CheckpointError: it is not a whole file of skops.
    """
    try:
        with ZipFile(path) as archive:
            damaged, schema = archive.testzip(), json.loads(archive.read("schema.json"))
    except Exception as error:  # zipfile and zlib share no base class
        raise CheckpointError(f"{path.name} cannot be used: {error!r}. Fit again.") from error
    if damaged:
        raise CheckpointError(f"{path.name} cannot be used: {damaged} is damaged. Fit again.")
    return all(
        node.get("__class__") in KNOWN_TYPES.get(str(node.get("__module__")), ())
        and str(node.get("__loader__")).removesuffix("Node") in KNOWN_NODES
        for node in _nodes(schema)
    )


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object of a schema, at whatever depth."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += part.values()
            if "__class__" in part or "__module__" in part or "__loader__" in part:
                yield part
        elif isinstance(part, list):
            waiting += part
