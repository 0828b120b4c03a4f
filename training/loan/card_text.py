"""The model card, with the names of its parts (`card_sections`) in braces."""

from __future__ import annotations

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

{used}

## How it was measured

Nested cross-validation: {folds} folds, {repeats} times over. Each fold was answered by models that
were chosen, calibrated and fitted on the other folds alone, in inner folds of their own; every
applicant was answered {repeats} times by models that had not seen it. The checkpoint was made the
same way from all rows.

{interval}.

## Headline figures

{headline}

The fairness gap is the largest difference in the share approved between two groups of one protected
field, among those who stated it.

## Both models and the rule

The rule: approve unless the credit history is bad. Decisions at the threshold {threshold}.

{performance}

{auc_of_folds}

### Machine learning against the neural network

Paired over the same applicants. The standard error is that of one model's mean over the folds; p is
of a t-test over the folds, corrected for their overlapping training rows (Nadeau and Bengio 2003).

{comparison}

## What a threshold earns

A right approval earns 1, a wrong one loses what the table says, a refusal neither. "Wrong" is an
approval that the lender refused: whether a loan was paid back is not in the data.

{profit}

## Would more applications help?

AUC and Brier score when only a part of each fold's training rows is used:

{learning}

## How it was chosen

By log loss in the inner folds. How often each candidate was chosen in the outer folds, and its log
loss in the inner folds of the final fit:

{chosen}

## What helped

Settings fixed, nothing chosen, nothing calibrated, all outer folds. Each step of the neural network
stands on the one before it; the last column is how much log loss it saves against the row above.

{helped}

### A mistake that looks like an advance

{mistake}

## Fairness

Of the decisions at the threshold, by group: the share approved, and the same among those whom the
lender approved and among those whom it refused. Differences are the largest between two groups that
stated the field.

{fairness}

### What leaving the protected fields out costs

{protected}

## Plots

{plots}

## Data, folds and code

{provenance}

## Limits

- {rows} applications from one lender, of unknown place and time, in a currency that is not named.
  Intervals are wide; a difference within them is no difference.
- The short list of candidates and their settings were arrived at by trying on these same rows. The
  nested folds do not account for that, so the figures of both models are a little too kind.
- The label is what the lender decided. A lender's bias would be learned along with its judgement;
  leaving out the protected fields does not undo that.
- Most of what can be known hangs on one field, the credit history: see the rule.
- Outside the range seen (see the fields) the answer is a guess.
- The simulated applicants in `population.safetensors` and `examples/` are drawn from a model of the
  data. None of them is a row of it.
"""
