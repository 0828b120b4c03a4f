"""Write the model card and its plots: `python -m training.tumor.card --checkpoint DIR`.

`README.md` of the checkpoint, from `evaluation.json` alone, with the Hub's `model-index`. The
evaluation is told by `shared.report.tumor`, as on the page.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCardData

from shared.checkpoint.contract import EVALUATION_FILE, read_json
from shared.report.blocks import headline
from shared.report.markdown import blocks_markdown
from shared.report.tumor import sections
from training import cards

NAME = "Brain tumor MRI classifier"
TASK, TASK_NAME = "image-classification", "Image classification"
MEASURED_ON = {  # all other figures: on the test part
    "macro_f1_unseen": "unseen patients",
    "pointing": "slices with an expert's box",
    "energy": "slices with an expert's box",
    "refused_other": "pictures that are not brain MRI",
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

{report}

## Limits

- The classes of the training set come from different sources. Framing, contrast and quality were
  varied, and tumors were pasted and erased, so that the source gives less away; it gives away some.
- One slice at a time, four classes. A tumor of another kind, a bleeding or an old operation gets
  one of the four answers.
- The gate for pictures that are not brain MRI lets some through; see the refusals above.
- Heatmaps show what the network used, not where a tumor ends.
"""


def write_card(folder: Path) -> Path:
    """Write the card of a checkpoint, and its plots; returns the path of the card."""
    record, config = (read_json(folder / name) for name in (EVALUATION_FILE, "config.json"))
    parts = {"name": NAME, "headline": blocks_markdown([headline(record)])}
    data = card_data(record, base_model(config))
    return cards.write_card(folder, data, TEXT, parts, sections(record))


def base_model(config: Mapping[str, Any]) -> str:
    """The Hub's name of the weights that the fit began with."""
    tag = config["pretrained_cfg"].get("tag")
    return f"timm/{config['architecture']}" + (f".{tag}" if tag else "")


def card_data(record: Mapping[str, Any], begun_with: str) -> ModelCardData:
    """The front matter, with the results that the Hub shows."""
    where = {
        "task_type": TASK,
        "task_name": TASK_NAME,
        "dataset_type": "brain-tumor-mri",
        "dataset_name": f"{record['data']['name']}, own split",
    }
    return ModelCardData(
        model_name=NAME,
        language="en",
        license="apache-2.0",
        library_name="timm",
        pipeline_tag=TASK,
        base_model=begun_with,
        tags=["medical-imaging", "brain-tumor", "mri", "grad-cam", "onnx"],
        eval_results=cards.results(
            record, lambda name: {**where, "dataset_split": MEASURED_ON.get(name, "test")}
        ),
    )


def main() -> None:
    """Command line of the card stage."""
    cards.run(__doc__, write_card)


if __name__ == "__main__":
    main()
