"""Measure a checkpoint: `python -m training.tumor.evaluate --data DATA --out OUT --checkpoint DIR`.

With the code that the Space runs, from the file to the answer and its map. Writes `evaluation.json`
into the checkpoint: every figure with n and a 95 % interval, the data, the split, the commit, the
versions.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from shared.checkpoint.contract import EVALUATION_FILE, SCHEMA
from shared.tumor.predictor import Predictor, load_predictor
from training.metrics import DRAWS, Figure, proportion
from training.provenance import commit, versions
from training.tumor import (
    faithfulness,
    leak,
    localisation,
    randomisation,
    refusals,
    robustness,
)
from training.tumor.answers import Part, answered, calibration, classification, failures, sets
from training.tumor.passes import read_all, targets_of
from training.tumor.split import SPLIT_FILE, UNSEEN, hash_files, list_files

SAMPLED = 150  # slices with a tumor whose maps are tested by deletion and insertion
COMPARED = 24  # slices for the weight-randomisation check
HEALTHY = "notumor"
BESIDE = ("audit", "sources")  # what other stages measured, taken over where it is there
INTERVAL = (
    f"95 %, bootstrap over groups of near-duplicates, {DRAWS} draws; where all slices "
    "agree, the exact bound over groups"
)
Log = Callable[[str], None]


def gate(part: Part, unseen: Part, predictor: Predictor, seed: int) -> dict[str, Any]:
    """What is refused: other pictures, slices of the test parts, brains of other sources."""

    def refused(of: Part) -> Figure:
        hits = np.array([a.refusal is not None for a in of.answers])
        return proportion(hits, of.groups, seed=seed)

    return {
        "not_brain": refusals.other_pictures(predictor, seed),
        "test_slices": refused(part),
        "slices_of_unseen_patients": refused(unseen),
        "other_brain": refusals.other_brains(predictor),
    }


def worse_pictures(predictor: Predictor, part: Part, seed: int) -> list[dict[str, Any]]:
    """Accuracy and macro-F1 on the test part under each change."""
    rows = []
    for worse in tqdm(robustness.CHANGES, desc="worse pictures", unit="change"):
        rng = np.random.default_rng(seed)
        changed = [worse.change(pixels, rng) for pixels in part.slices]
        groups = dict(zip(part.files, part.groups.tolist(), strict=True))
        again = answered(predictor, part.files, changed, groups)
        found = classification(again, predictor.labels, seed)
        rows.append(
            {"name": worse.name, "label": worse.label}
            | {name: found[name] for name in ("accuracy", "macro_f1")}
        )
    return rows


def headline(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures that a reviewer looks at first."""
    places = {
        "macro_f1": ("Macro F1, test", found["classification"]["macro_f1"]),
        "macro_f1_unseen": ("Macro F1, unseen patients", found["unseen_patients"]["macro_f1"]),
        "ece": ("Calibration error, test", found["calibration"]["ece"]),
        "coverage": ("Sets that hold the truth, test", found["sets"]["coverage"]),
        "pointing": ("Map's maximum in the expert's box", found["localisation"]["pointing"]),
        "energy": ("Share of the map in the expert's box", found["localisation"]["energy"]),
        "refused_other": ("Other pictures refused", found["refusals"]["not_brain"]),
        "refused_slices": ("Test slices refused", found["refusals"]["test_slices"]),
    }
    kept = ("value", "low", "high", "n")
    return [
        {"name": name, "label": label, **{k: figure[k] for k in kept}}
        for name, (label, figure) in places.items()
    ]


def evaluate(
    data: Path, split: dict[str, Any], checkpoint: Path, seed: int, log: Log
) -> dict[str, Any]:
    """Measure everything.

    Args:
        data: folder with `training/` and `localisation/`.
        split: what the split stage wrote.
        checkpoint: a folder with network and decision.
        seed: of bootstrap, random maps and drawn pictures.
        log: told which section is next.
    """
    predictor, labels = load_predictor(checkpoint), load_predictor(checkpoint).labels
    parts = {
        name: answered(predictor, files, list(read_all(data, files, name)), split["groups"])
        for name, files in split["parts"].items()
        if name in ("test", UNSEEN)
    }
    test, unseen = parts["test"], parts[UNSEEN]
    log("localisation")
    boxed = localisation.boxed_part(data, test.files, split["groups"])
    found: dict[str, Any] = {
        "classification": classification(test, labels, seed),
        "unseen_patients": classification(unseen, labels, seed),
        "calibration": calibration(test, seed),
        "sets": sets(test, predictor, seed),
        "refusals": gate(test, unseen, predictor, seed),
        "localisation": localisation.score(
            predictor, localisation.held_out(data), seed, "localisation, other slices"
        ),
        "localisation_test": localisation.score(predictor, boxed, seed, "localisation, test part"),
    }
    found["unseen_patients"] |= {"ece": calibration(unseen, seed)["ece"]}
    found["unseen_patients"] |= {"coverage": sets(unseen, predictor, seed)["coverage"]}
    found |= of_maps(predictor, test, seed)
    log("worse pictures")
    found["robustness"] = worse_pictures(predictor, test, seed)
    found["leak"] = what_leaks(data, split, labels, seed)
    found["failures"] = failures(test, labels)
    found["headline"] = headline(found)
    return found


def of_maps(predictor: Predictor, test: Part, seed: int) -> dict[str, Any]:
    """Faithfulness and randomisation of the maps, over random slices with a tumor."""
    rng = np.random.default_rng(seed)
    healthy = predictor.labels.index(HEALTHY)
    ill = rng.permutation(np.flatnonzero(test.truth != healthy))
    sample, few = ill[:SAMPLED], ill[:COMPARED]
    slices = [test.slices[k] for k in sample]
    return {
        "faithfulness": faithfulness.measure(predictor, slices, test.groups[sample], seed),
        "randomisation": randomisation.check(
            predictor.folder, [test.slices[k] for k in few], predictor.size, seed
        ),
    }


def what_leaks(
    data: Path, split: dict[str, Any], labels: tuple[str, ...], seed: int
) -> dict[str, Any]:
    """The nearest slice's answers under a random split and under ours."""
    files = list_files(data)
    part_of = {file: part for part, names in split["parts"].items() for file in names}
    return dict(
        leak.measure(
            hash_files(data, files),
            targets_of(files, labels),
            np.array([part_of[file] for file in files]),
            np.array([split["groups"][file] for file in files]),
            duplicate_bits=split["duplicate_bits"],
            seed=seed,
        )
    )


def provenance(split: dict[str, Any], seed: int, seconds: float) -> dict[str, Any]:
    """Where the figures come from."""
    return {
        "schema": SCHEMA,
        "task": "tumor",
        "data": {"name": "Brain Tumor MRI Dataset (M. Nickparvar), Training part",
                 "sha256": split["data_sha256"]},
        "splits": {
            "sha256": split["sha256"],
            "seed": split["seed"],
            "duplicate_bits": split["duplicate_bits"],
            "sizes": {part: len(files) for part, files in split["parts"].items()},
        },
        "interval": INTERVAL,
        "seed": seed,
        "commit": commit(),
        "versions": versions(),
        "seconds": round(seconds),
    }  # fmt: skip


def main() -> None:
    """Command line of the evaluate stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder with split.json")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    split = json.loads((arguments.out / SPLIT_FILE).read_text(encoding="utf-8"))
    started = time.monotonic()
    found = evaluate(arguments.data, split, arguments.checkpoint, arguments.seed, tqdm.write)
    for name in BESIDE:
        path = arguments.out / f"{name}.json"
        if path.exists():
            found[name] = json.loads(path.read_text(encoding="utf-8"))
    whole = provenance(split, arguments.seed, time.monotonic() - started) | found
    text = json.dumps(whole, indent=1)
    (arguments.checkpoint / EVALUATION_FILE).write_text(text + "\n", encoding="utf-8")
    for row in found["headline"]:
        spread = f"{row['low']:.3f} to {row['high']:.3f}"
        print(f"{row['label']}: {row['value']:.3f} ({spread}), n {row['n']}")


if __name__ == "__main__":
    main()
