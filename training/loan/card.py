"""Write the model card and its plots: `python -m training.loan.card --checkpoint DIR`.

`README.md` of the checkpoint, from `evaluation.json`, `decision.json` and `config.json` alone, with
the Hub's `model-index`. The evaluation is told by `shared.report.loan`, as on the page.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from huggingface_hub import ModelCardData

from shared.checkpoint.contract import EVALUATION_FILE, read_json
from shared.loan.fields.application import NOT_STATED
from shared.loan.fields.declared import Field, Fields, from_json
from shared.loan.fields.numbers import plain
from shared.loan.models.decision import DECISION_FILE
from shared.loan.models.registry import MODELS, TITLES
from shared.report import loan
from shared.report.blocks import Block, Code, Table, Text
from shared.report.markdown import blocks_markdown
from shared.wording import listed
from training import cards

Record: TypeAlias = Mapping[str, Any]

NAME = "Loan application: classical model and neural network"
TASK, TASK_NAME = "tabular-classification", "Tabular classification"
CONFIG_FILE = "config.json"
CHANGES = {"more": "upwards", "less": "downwards", "any": "either way", None: "no"}

TEXT = """
# {name}

One application for a home loan in; out come two answers, from classical machine learning
({ml_name}) and from an ensemble of small neural networks ({ann_name}), each with a calibrated
probability that the lender of the training data would have approved it.

**Not a lending decision.** A demonstration of honest evaluation and explanation on a small public
set of unknown origin. It says what one lender did, not who pays a loan back, and must not be used
to decide about anybody.

## Intended use

To compare two kinds of models on the same applicant, to explain them by the same method, to teach,
and to be looked into. Answers, explanations and advice are those of the code in `shared/loan/`.

## Use

```python
from pathlib import Path
from shared.loan.fields.application import read_application
from shared.loan.models.predictor import approval, load_predictor

predictor = load_predictor(Path("FOLDER"))
applicant = {"applicant_income": 4000, "loan_amount": 130, "credit_history": "good"}
row = read_application(predictor.decision.fields, applicant).row
approval(predictor, row[None])  # calibrated: classical model, neural network
```

Without that code: both models take the features that `config.json` names, in that order
(`shared/loan/models/features.py` makes them from an application), and give a probability that is
not yet calibrated; `decision.json` holds calibration, threshold and fields.

### The classical model: `ml.skops`, `ml.onnx`

No pickle. skops loads it if the types that it does not know itself are trusted by name:

```python
import skops.io

trusted = [
{trusted}
]
model = skops.io.load("FOLDER/ml.skops", trusted=trusted)
model.predict_proba(features)[:, 1]
```

The same list stands in `config.json`. `ml.onnx` says the same in ONNX Runtime: `features` (rows,
{feature_count}) float32 in, `probabilities` out, the second column that of approval.

### The neural network: `ann.safetensors`

```python
import numpy as np
from safetensors.numpy import load_file

ann = load_file("FOLDER/ann.safetensors")
pieces = (features[:, ann["source"]] - ann["low"]) / ann["width"]
state = (np.clip(pieces, 0, 1) - ann["centre"]) * ann["scale"]
for layer in range({layers}):
    state = state @ ann[f"weight.{layer}"] + ann[f"bias.{layer}"]
    if layer < {layers} - 1:
        state = np.maximum(state, 0)
approval = (1 / (1 + np.exp(-state[..., 0]))).mean(axis=0)
```

## Fields

{fields}

## Candidates

By log loss in the inner folds of the final fit; how often each was the best in the outer folds
stands under "How it was measured".

{candidates}

## Headline figures

{headline}

{report}

## Limits

- {rows} applications from one lender, of unknown place and time, in a currency that is not named.
  Intervals are wide; a difference smaller than they are may be chance.
- The short list of candidates and their settings were arrived at by trying on these same rows. The
  nested folds do not account for that, so the figures of both models are a little too kind.
- The label is what the lender decided. A lender's bias would be learned along with its judgement;
  leaving out the protected fields does not undo that.
- Most of what can be known hangs on one field, the credit history: see the rule.
- Outside the range seen (see the fields) the answer is a guess.
- The simulated applicants in `population.safetensors` and `examples/` are drawn from a model of the
  data. None of them is a row of it.
"""


def write_card(folder: Path) -> Path:
    """Write the card of a checkpoint, and its plots; returns the path of the card."""
    record, decision, config = (
        read_json(folder / name) for name in (EVALUATION_FILE, DECISION_FILE, CONFIG_FILE)
    )
    fields = from_json(decision["fields"])
    sections = loan.sections(record, fields)
    return cards.write_card(
        folder, card_data(record), TEXT, parts(record, decision, config), sections
    )


def card_data(record: Record) -> ModelCardData:
    """The front matter, with the results that the Hub shows."""
    where = {
        "task_type": TASK,
        "task_name": TASK_NAME,
        "dataset_type": "loan-prediction",
        "dataset_name": record["data"]["name"],
        "dataset_split": "nested cross-validation",
    }
    return ModelCardData(
        model_name=NAME,
        language="en",
        license="apache-2.0",
        library_name="sklearn",
        pipeline_tag=TASK,
        tags=["skops", "tabular", "loan", "onnx", "calibration", "fairness", "explainability"],
        eval_results=cards.results(record, lambda name: where),
    )


def parts(record: Record, decision: Record, config: Record) -> dict[str, str]:
    """What stands in the card's text beside the report."""
    trusted = config["ml"]["trusted"]
    return {
        "name": NAME,
        "ml_name": config["ml"]["name"],
        "ann_name": config["ann"]["name"],
        "trusted": "\n".join(f'    "{name}",' for name in trusted) or "    # none is needed",
        "feature_count": str(len(config["features"])),
        "layers": str(config["ann"]["settings"]["layers"] + 1),
        "fields": blocks_markdown(fields_told(from_json(decision["fields"]), decision["used"])),
        "candidates": blocks_markdown([candidates(config)]),
        "headline": blocks_markdown(loan.opening(record)),
        "rows": f"{record['data']['rows']:,}",
    }


def fields_told(declared: Fields, used: Sequence[str]) -> Sequence[Block]:
    """All fields: what each may hold, what was seen, what may be done, whether it is `used`."""
    rows = [
        (
            field.label,
            Code(field.name),
            Code(field.column),
            _permitted(field),
            f"{plain(field.seen[0])} to {plain(field.seen[1])}" if field.seen else "",
            "yes" if field.name in used else "no",
            "yes" if field.protected else "",
            CHANGES[field.change],
        )
        for field in declared
    ]
    heads = ("Field", "In the API", "In a CSV", "May be", "Seen in training", "Used", "Protected",
             "The applicant can change it")  # fmt: skip
    unused = [field.label.lower() for field in declared if field.name not in used]
    seen = f"do not see {listed(unused, 'and')}" if unused else "use all fields"
    return (
        Table("Fields of an application", heads, rows),
        Text(
            f"Every field may be left open ({NOT_STATED}): that is an answer too, and the models "
            f"were trained with such answers. The models {seen}."
        ),
    )


def _permitted(field: Field) -> str:
    if field.kind == "choice":
        return ", ".join(field.values)
    return f"{plain(field.lowest)} to {plain(field.highest)} {field.unit}"


def candidates(config: Record) -> Table:
    """What the final fit chose from."""
    rows = [
        (name, TITLES[model], f"{loss:.4f}", "yes" if name == config[model]["name"] else "")
        for model in MODELS
        for name, loss in config[model]["losses"].items()
    ]
    return Table(
        "What the final fit chose from", ("Candidate", "Model", "Log loss", "Chosen"), rows
    )


def main() -> None:
    """Command line of the card stage."""
    cards.run(__doc__, write_card)


if __name__ == "__main__":
    main()
