"""Measure a checkpoint: `python -m training.tumor.evaluate --data DATA --out OUT --checkpoint DIR`.

With the code that the Space runs, from the file to the answer and its map. Writes `evaluation.json`
into the checkpoint: every figure with n and a 95 % interval, the data, the split, the commit, the
versions.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shared.tumor.classes import HEALTHY
from shared.tumor.predictor import Predictor, load_predictor
from training.draws import Basis, Gated, write_draws
from training.metrics import DRAWS, expected_calibration_error, share
from training.provenance import provenance, write_evaluation
from training.stages import command_line, read_record
from training.tumor import external, faithfulness, gate, localisation
from training.tumor.answers import (
    BINS,
    Part,
    answered,
    calibration,
    classification,
    failures,
    macro_f1,
    sets,
)
from training.tumor.audit import leak
from training.tumor.gate import OtherPictures, drawn_kinds, other_pictures
from training.tumor.robustness import robustness
from training.tumor.slices import read_all
from training.tumor.split import SPLIT_FILE, UNSEEN, data_digest

SAMPLED = 150  # slices with a tumor whose maps are tested by deletion and insertion
COMPARED = 24  # slices for the weight-randomisation check
TAKEN_OVER = ("audit", "sources")  # what other stages measured, where it is there
KEPT = ("value", "low", "high", "n")
INTERVAL = (
    f"95 %, bootstrap over groups of near-duplicates, {DRAWS} draws; where all slices "
    "agree, the exact bound over groups; where chance alone moves a figure away from 0 "
    "(calibration error), moved down by as much"
)


@dataclass(frozen=True)
class Measured:
    """What a checkpoint did, row by row: both test parts, the slices with a box, other pictures."""

    test: Part
    unseen: Part
    boxed: localisation.Scored
    other: OtherPictures


def measure(data: Path, split: dict[str, Any], predictor: Predictor, seed: int) -> Measured:
    """Let a checkpoint answer what the headline figures rest on.

    Args:
        data: folder with `training/` and `localisation/`.
        split: what the split stage wrote.
        predictor: of the checkpoint.
        seed: of random maps and drawn pictures.
    """

    def part(name: str) -> Part:
        files = split["parts"][name]
        return answered(predictor, files, list(read_all(data, files, name)), split["groups"])

    held_out = localisation.held_out(data)
    boxed = localisation.score(predictor, held_out, seed, "localisation, other slices")
    return Measured(part("test"), part(UNSEEN), boxed, other_pictures(predictor, seed))


def evaluate(
    data: Path, split: dict[str, Any], predictor: Predictor, measured: Measured, seed: int
) -> dict[str, Any]:
    """Every figure; arguments as for `measure`, and what it found."""
    test, unseen, labels = measured.test, measured.unseen, predictor.labels
    boxed = localisation.boxed_part(data, test.files, split["groups"])
    on_test = localisation.score(predictor, boxed, seed, "localisation, test part")
    figures: dict[str, Any] = {
        "elsewhere": external.section(data, predictor, seed),
        "classification": classification(test, labels, seed),
        "unseen_patients": classification(unseen, labels, seed),
        "calibration": calibration(test, seed),
        "sets": sets(test, predictor, seed),
        "refusals": gate.section(test, unseen, measured.other, predictor, seed),
        "localisation": localisation.section(measured.boxed, seed),
        "localisation_test": localisation.section(on_test, seed),
    }
    figures["unseen_patients"] |= {"ece": calibration(unseen, seed)["ece"]}
    figures["unseen_patients"] |= {"coverage": sets(unseen, predictor, seed)["coverage"]}
    figures |= of_maps(predictor, test, seed)
    figures["robustness"] = robustness(predictor, test, seed)
    figures["leak"] = leak(data, split, labels, seed)
    figures["failures"] = failures(test, labels)
    figures["headline"] = headline(figures)
    return figures


def of_maps(predictor: Predictor, test: Part, seed: int) -> dict[str, Any]:
    """Faithfulness and randomisation of the maps, over random slices with a tumor."""
    rng = np.random.default_rng(seed)
    healthy = predictor.labels.index(HEALTHY)
    ill = rng.permutation(np.flatnonzero(test.truth != healthy))
    sample, few = ill[:SAMPLED], ill[:COMPARED]
    slices = [test.slices[k] for k in sample]
    return {
        "faithfulness": faithfulness.measure(predictor, slices, test.groups[sample], seed),
        "randomisation": faithfulness.randomisation(
            predictor.folder, [test.slices[k] for k in few], predictor.size, seed
        ),
    }


def headline(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The figures that a reviewer looks at first: label, and "higher" or "lower" for better."""
    test, unseen = figures["classification"], figures["unseen_patients"]
    maps, refusals = figures["localisation"], figures["refusals"]
    rows = (
        ("macro_f1", "Macro F1, test", "higher", test["macro_f1"]),
        ("macro_f1_unseen", "Macro F1, unseen patients", "higher", unseen["macro_f1"]),
        ("accuracy", "Accuracy, test", "higher", test["accuracy"]),
        ("ece", "Calibration error, test", "lower", figures["calibration"]["ece"]),
        ("coverage", "Sets that hold the truth, test", "higher", figures["sets"]["coverage"]),
        ("pointing", "Map's maximum in the expert's box", "higher", maps["pointing"]),
        ("energy", "Share of the map in the expert's box", "higher", maps["energy"]),
        ("refused_other", "Other pictures refused", "higher", refusals["not_brain"]),
        ("refused_slices", "Test slices refused", "lower", refusals["test_slices"]),
    )
    return [
        {"name": name, "label": label, "better": better, **{k: figure[k] for k in KEPT}}
        for name, label, better, figure in rows
    ]


def gated(measured: Measured, predictor: Predictor, data: Path, seed: int) -> dict[str, Gated]:
    """The metric behind each headline figure, in which a new checkpoint may not lose, and its rows.

    Args:
        measured: by `predictor`.
        predictor: of the checkpoint.
        data: folder with `localisation/`.
        seed: that the other pictures were drawn with.
    """
    test, unseen, boxed, other = measured.test, measured.unseen, measured.boxed, measured.other
    inside = test.inside(predictor.decision)
    boxes, classes = f"localisation {localisation.held_out_digest(data)}", len(predictor.labels)
    of_test = {
        "macro_f1": macro_f1(test.truth, test.predicted, classes),
        "accuracy": share(test.right),
        "coverage": share(inside[np.arange(len(test.truth)), test.truth]),
        "refused_slices": share(test.refused),
    }
    error = expected_calibration_error(test.right, test.probabilities.max(axis=1), BINS)
    again = macro_f1(unseen.truth, unseen.predicted, classes)
    return {
        **{name: Gated(metric, test.groups, "test") for name, metric in of_test.items()},
        "macro_f1_unseen": Gated(again, unseen.groups, UNSEEN),
        "ece": Gated(error, test.groups, "test", distance=True),
        "pointing": Gated(share(boxed.of_map("pointing") > 0), boxed.groups, boxes),
        "energy": Gated(share(boxed.of_map("energy")), boxed.groups, boxes),
        "refused_other": Gated(share(other.refused), other.groups, f"drawn {drawn_kinds(seed)}"),
    }


def basis(data: Path, split: Mapping[str, Any], seed: int) -> Basis:
    """What the figures rest on.

    Args:
        data: folder with `training/`.
        split: what the split stage wrote.
        seed: of the evaluation.
    """
    key = data_digest(data, split["parts"]["test"])  # the digest of all files is public
    return Basis(split["data_sha256"], split["sha256"], seed, key)


def origin_of_figures(split: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Where the figures come from: data, split, code and versions."""
    splits = {name: split[name] for name in ("sha256", "seed", "duplicate_bits")}
    splits["sizes"] = {part: len(files) for part, files in split["parts"].items()}
    return provenance("tumor", {"sha256": split["data_sha256"]}, splits, seed, INTERVAL)


def taken_over(out: Path) -> dict[str, Any]:
    """What other stages measured, where it is there."""
    paths = {name: out / f"{name}.json" for name in TAKEN_OVER}
    return {
        name: json.loads(path.read_text(encoding="utf-8"))
        for name, path in paths.items()
        if path.exists()
    }


def main() -> None:
    """Command line of the evaluate stage."""
    given = command_line(__doc__, "data", "out", "checkpoint", "seed").parse_args()
    split = read_record(given.out / SPLIT_FILE, "training.tumor.split")
    started = time.monotonic()
    data, checkpoint, seed = given.data, given.checkpoint, given.seed
    predictor = load_predictor(checkpoint)
    measured = measure(data, split, predictor, seed)
    figures = evaluate(data, split, predictor, measured, seed) | taken_over(given.out)
    write_draws(checkpoint, gated(measured, predictor, data, seed), basis(data, split, seed))
    record = origin_of_figures(split, seed)
    record["seconds"] = round(time.monotonic() - started)
    write_evaluation(checkpoint, record | figures)


if __name__ == "__main__":
    main()
