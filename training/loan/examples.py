"""Choose the bundled example applicants: `python -m training.loan.examples --checkpoint DIR`.

They are looked for among the checkpoint's simulated applicants, by what its models answer for them;
two have something changed, so that they show what no simulated applicant shows. All say that they
are simulated; nobody is described.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.application import as_values, say
from shared.loan.fields.declared import Fields
from shared.loan.models.decision import Decision
from shared.loan.models.predictor import Predictor, approval, load_predictor
from shared.loan.models.registry import MODELS, REGISTRY
from shared.loan.why.neighbours import crowd, novelty
from training.loan.simulate import two_digits
from training.stages import command_line, write_record

EXAMPLES_FILE = "examples/examples.json"
LICENCE, SOURCE = "Apache-2.0", "simulated"
THIN = ("credit_history", "self_employed", "coapplicant_income")  # what a young file lacks
BEYOND = 1.5  # times the largest number that training has seen

Row = NDArray[np.float64]
Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Example:
    """An example applicant: what it shows, and values by the API's names, None for "not stated"."""

    name: str
    caption: str
    licence: str
    source: str
    values: dict[str, float | int | str | None]
    expected: dict[str, bool]


def examples_of(predictor: Predictor) -> list[Example]:
    """The examples of a checkpoint, in the order of the page.

    What its simulated applicants cannot show is left out: of two models that never disagree, say.
    """
    table, threshold = predictor.population.table, predictor.decision.threshold
    probabilities = approval(predictor, table)
    approves = probabilities >= threshold
    usual = usual_rows(predictor.decision.fields, table)
    sure = np.abs(probabilities - threshold).min(axis=1)
    apart = approves[:, 0] != approves[:, 1]
    picked = {
        "clear_yes": (pick(usual & approves.all(axis=1), sure), "A clear yes"),
        "clear_no": (pick(usual & ~approves.any(axis=1), sure), "A clear no"),
        "disagree": (pick(usual & apart, sure), "The two disagree: {approves} would approve"),
        "missing": (most_missing(predictor.decision.fields, table), "Some fields not stated"),
    }
    rows = {name: (table[at], caption) for name, (at, caption) in picked.items() if at is not None}
    rows |= {"out_of_range": out_of_range(predictor, table[usual]), "thin_file": thin(predictor)}
    return [_example(predictor, name, caption, row) for name, (row, caption) in rows.items()]


def usual_rows(fields: Fields, table: NDArray[np.float64]) -> Rows:
    """(N,) whether everything is stated and every number is one that training has seen."""
    usual = np.asarray(~np.isnan(table).any(axis=1))
    for field, column in zip(fields, table.T, strict=True):
        if field.seen:
            usual &= (column >= field.seen[0]) & (column <= field.seen[1])
    return usual


def pick(allowed: Rows, scores: NDArray[np.float64]) -> int | None:
    """The row with the highest score among those that are allowed; None where none is."""
    return int(np.where(allowed, scores, -np.inf).argmax()) if allowed.any() else None


def most_missing(fields: Fields, table: NDArray[np.float64]) -> int | None:
    """The row with the most fields not stated, of those that are not a thin file."""
    missing = np.isnan(table)
    history = [k for k, field in enumerate(fields) if field.name == THIN[0]]
    counts = missing.sum(axis=1)
    return pick((counts > 0) & ~missing[:, history].any(axis=1), counts.astype(np.float64))


def out_of_range(predictor: Predictor, usual: NDArray[np.float64]) -> tuple[Row, str]:
    """The usual row that one number beyond all seen makes most unlike the others; a caption."""
    fields, table = predictor.decision.fields, predictor.population.table
    best: tuple[float, Row, str] | None = None
    for k, field in enumerate(fields):
        beyond = float(two_digits(np.array([field.seen[1] * BEYOND]))[0]) if field.seen else 0.0
        if field.seen and field.seen[1] < beyond <= field.highest:
            changed = usual.copy()
            changed[:, k] = beyond
            far = novelty(crowd(fields, table), changed)
            at = int(far.argmax())
            if best is None or far[at] > best[0]:
                caption = f"Out of range: {field.label.lower()} of {say(field, beyond)}"
                best = (float(far[at]), changed[at], caption)
    assert best is not None  # the fields of an application include a number
    return best[1:]


def thin(predictor: Predictor) -> tuple[Row, str]:
    """A file with little in it: what a young file lacks is taken from the nearest to it."""
    fields, table = predictor.decision.fields, predictor.population.table
    columns = [k for k, field in enumerate(fields) if field.name in THIN]
    lacking = np.isnan(table[:, columns]).sum(axis=1)
    row = table[int(lacking.argmax())].copy()
    row[columns] = np.nan
    labels = ", ".join(fields[k].label.lower() for k in columns)
    return row, f"A thin file: {labels} not stated"


def _example(predictor: Predictor, name: str, caption: str, row: Row) -> Example:
    decision = predictor.decision
    answers = approval(predictor, row[None])[0] >= decision.threshold
    expected = {model: bool(yes) for model, yes in zip(MODELS, answers, strict=True)}
    approves = " and ".join(model.in_text for model in REGISTRY if expected[model.key])
    caption = caption.replace("{approves}", approves)
    return Example(name, caption, LICENCE, SOURCE, _values(decision, row), expected)


def _values(decision: Decision, row: Row) -> dict[str, float | int | str | None]:
    values = as_values(decision.fields, row)
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in values.items()
    }


def write_examples(folder: Path) -> list[Example]:
    """Write `examples/examples.json` of a checkpoint."""
    examples = examples_of(load_predictor(folder))
    write_record(folder / EXAMPLES_FILE, [asdict(example) for example in examples])
    return examples


def main() -> None:
    """Command line of the examples stage."""
    for example in write_examples(command_line(__doc__, "checkpoint").parse_args().checkpoint):
        print(f"{example.name}: {example.caption}")


if __name__ == "__main__":
    main()
