"""Write the model card: `python -m training.tumor.card --checkpoint DIR`.

`README.md` of the checkpoint, from `evaluation.json` alone, with the Hub's `model-index`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCardData

from shared.checkpoint.contract import EVALUATION_FILE
from training import cards
from training.cards import NOT_MEASURED
from training.tables import figure_rows, markdown_table

NAME = "Brain tumor MRI classifier"
TASK, TASK_NAME = "image-classification", "Image classification"
PLOTS = {
    "confusion.svg": "Confusion matrix of the test part",
    "reliability.svg": "Share that was right against said probability, test part",
    "robustness.svg": "Accuracy under worse pictures",
}

MEASURED_ON = {  # all other figures: on the test part
    "macro_f1_unseen": "unseen patients",
    "pointing": "slices with an expert's box",
    "energy": "slices with an expert's box",
    "refused_other": "pictures that are no brain MRI",
}

TEXT = """
# {name}

One slice of a brain MRI in; glioma, meningioma, pituitary tumor or no tumor out, with calibrated
probabilities, a prediction set, a refusal for what is not a brain MRI slice, and a map of where the
network looked.

**Not a diagnosis.** A demonstration of honest evaluation and explanation. It must not be used to
decide about anybody's health.

## Use

The folder opens unchanged in timm, transformers and ONNX Runtime:

```python
timm.create_model("local-dir:FOLDER", pretrained=True)
transformers.pipeline("image-classification", "FOLDER")
onnxruntime.InferenceSession("FOLDER/model.onnx")  # pixels -> features, logits
```

Slices are framed around the head and stretched between two percentiles first
(`shared/slices/framing.py`); `decision.json` and `gate.safetensors` hold what turns logits into an
answer.

## Headline figures

{headline}

{interval}.

## By class, test part

{by_class}

## Unseen patients

Slices of one patient follow one another in the set. This part holds whole runs of look-alike slices
that no other part has seen; what is lost against the test part was owed to knowing the patient.

{unseen}

## Where the map lies

Against experts' boxes (J. Cheng, CC BY 4.0, doi 10.6084/m9.figshare.1512427), for the true class.

{localisation}

## Is the map the reason for the answer?

{faithfulness}

## What leaks in a random split

The nearest slice by perceptual hash knows nothing of tumors.

{leak}

## What the public set gives away

{audit}

## Sources left out

The set merges several collections. Each, as far as it can be told apart, was left out of a short
fit and answered by it, beside a short fit that has seen it. Both fits are shorter than this card's.
A source that holds most slices of a class takes the class along when it is left out.

{sources}

## Plots

{plots}

## Data, split and code

{provenance}

## Limits

- The classes of the training set come from different sources. Framing, contrast and quality were
  varied, and tumors were pasted and erased, so that the source gives less away; it gives away some.
- One slice at a time, four classes. A tumor of another kind, a bleeding or an old operation gets
  one of the four answers.
- The gate for pictures that are not brain MRI lets some through; see the refusals above.
- Heatmaps show what the network used, not where a tumor ends.
"""


def write_card(folder: Path) -> Path:
    """Write the card of a checkpoint.

    Args:
        folder: with config.json, evaluation.json and plots.

    Returns:
        The path of the card.
    """
    found = json.loads((folder / EVALUATION_FILE).read_text(encoding="utf-8"))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return cards.write_card(folder, card_data(found, base_model(config)), TEXT, sections(found))


def base_model(config: dict[str, Any]) -> str:
    """The Hub's name of the weights that the fit began with."""
    tag = config["pretrained_cfg"].get("tag")
    return f"timm/{config['architecture']}" + (f".{tag}" if tag else "")


def card_data(found: dict[str, Any], begun_with: str) -> ModelCardData:
    """The front matter, with the results that the Hub shows."""
    return ModelCardData(
        model_name=NAME,
        language="en",
        license="apache-2.0",
        library_name="timm",
        pipeline_tag=TASK,
        base_model=begun_with,
        tags=["medical-imaging", "brain-tumor", "mri", "grad-cam", "onnx"],
        eval_results=[
            cards.result(
                row,
                task_type=TASK,
                task_name=TASK_NAME,
                dataset_type="brain-tumor-mri",
                dataset_name=f"{found['data']['name']}, own split",
                dataset_split=MEASURED_ON.get(row["name"], "test"),
            )
            for row in found["headline"]
        ],
    )


def sections(found: dict[str, Any]) -> dict[str, str]:
    """The text of each section, from the recorded figures."""
    return {
        "name": NAME,
        "headline": cards.headline_table(found),
        "interval": f"Intervals: {found['interval']}",
        "by_class": by_class(found["classification"]["per_class"]),
        "unseen": figure_rows(found["unseen_patients"]),
        "localisation": localisation(found["localisation"]),
        "faithfulness": figure_rows(found["faithfulness"]),
        "leak": figure_rows(found["leak"]),
        "audit": audit(found.get("audit")),
        "sources": sources(found.get("sources")),
        "plots": cards.pictures(PLOTS),
        "provenance": provenance(found),
    }


def by_class(classes: dict[str, dict[str, Any]]) -> str:
    """Precision, recall and F1 of each class."""
    return figure_rows(
        {
            f"{name}: {metric}": figure
            for name, row in classes.items()
            for metric, figure in row.items()
        }
    )


def localisation(found: dict[str, Any]) -> str:
    """The map beside its two yardsticks, then by class."""
    rows = {"pointing game": found["pointing"], "energy in the box": found["energy"]}
    for name in ("centre", "random"):
        rows |= {f"{name}: {metric}": figure for metric, figure in found[name].items()}
    for name, row in found["by_class"].items():
        rows |= {f"{name}: {metric}": figure for metric, figure in row.items()}
    return figure_rows(rows)


def audit(found: dict[str, Any] | None) -> str:
    """Copies in the set, and what tells the class without the picture."""
    if not found:
        return NOT_MEASURED
    copies, probe = found["duplicates"], found["probe"]
    near, exact = copies["slices_with_a_near_duplicate"], copies["exact_copies"]
    return (
        f"{near:,} of {found['slices']:,} slices have a near-copy, {exact:,} are exact copies, and "
        f"{copies['pairs_with_different_classes']:,} pairs of copies disagree on the class. "
        "Accuracy of a classifier that sees none of the picture but these clues (largest class "
        f"alone: {probe['chance']:.3f}):\n\n"
        + figure_rows({"all clues": probe["all_clues"], **probe["by_clue"]})
    )


def sources(found: list[dict[str, Any]] | None) -> str:
    """Each source, left out of fitting and seen."""
    if not found:
        return NOT_MEASURED
    return figure_rows({row["name"]: row for row in found})


def provenance(found: dict[str, Any]) -> str:
    """Hashes, sizes, commit and versions."""
    rows = [
        cards.data_row(found),
        ("split", f"sha256 {found['splits']['sha256']}, seed {found['splits']['seed']}"),
        ("sizes", ", ".join(f"{k} {v:,}" for k, v in found["splits"]["sizes"].items())),
        *cards.code_rows(found),
    ]
    return markdown_table(("what", "value"), rows)


def main() -> None:
    """Command line of the card stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    print(write_card(parser.parse_args().checkpoint))


if __name__ == "__main__":
    main()
