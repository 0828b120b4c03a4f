"""Measure a checkpoint: `python -m training.tumor.evaluate --data DATA --out OUT --checkpoint DIR`.

With the code that the Space runs, from the file to the answer and its map. Writes `evaluation.json`
into the checkpoint: every figure with n and a 95 % interval, the data, the split, the commit, the
versions.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from shared.checkpoint.contract import EVALUATION_FILE, SCHEMA
from shared.tumor.predictor import Predictor, load_predictor
from training.draws import hashes_of_measured, write_draws
from training.metrics import DRAWS
from training.origins import origin_of
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
from training.tumor.headline import Measured, basis, gated, headline
from training.tumor.passes import read_all, targets_of
from training.tumor.split import SPLIT_FILE, UNSEEN, hash_files, list_files

SAMPLED = 150  # slices with a tumor whose maps are tested by deletion and insertion
COMPARED = 24  # slices for the weight-randomisation check
HEALTHY = "notumor"
BESIDE = ("audit", "sources")  # what other stages measured, taken over where it is there
INTERVAL = (
    f"95 %, bootstrap over groups of near-duplicates, {DRAWS} draws; where all slices "
    "agree, the exact bound over groups; where chance alone moves a figure away from 0 "
    "(calibration error), moved down by as much"
)


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
    return Measured(part("test"), part(UNSEEN), boxed, refusals.other_pictures(predictor, seed))


def evaluate(
    data: Path, split: dict[str, Any], predictor: Predictor, measured: Measured, seed: int
) -> dict[str, Any]:
    """Every figure; arguments as for `measure`, and what it found."""
    test, unseen, labels = measured.test, measured.unseen, predictor.labels
    boxed = localisation.boxed_part(data, test.files, split["groups"])
    on_test = localisation.score(predictor, boxed, seed, "localisation, test part")
    found: dict[str, Any] = {
        "classification": classification(test, labels, seed),
        "unseen_patients": classification(unseen, labels, seed),
        "calibration": calibration(test, seed),
        "sets": sets(test, predictor, seed),
        "refusals": refusals.section(test, unseen, measured.other, predictor, seed),
        "localisation": localisation.section(measured.boxed, seed),
        "localisation_test": localisation.section(on_test, seed),
    }
    found["unseen_patients"] |= {"ece": calibration(unseen, seed)["ece"]}
    found["unseen_patients"] |= {"coverage": sets(unseen, predictor, seed)["coverage"]}
    found |= of_maps(predictor, test, seed)
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
        "data": {"name": origin_of(split["data_sha256"]).name, "sha256": split["data_sha256"]},
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


def beside(out: Path) -> dict[str, Any]:
    """What other stages measured, where it is there."""
    paths = {name: out / f"{name}.json" for name in BESIDE}
    return {
        name: json.loads(path.read_text(encoding="utf-8"))
        for name, path in paths.items()
        if path.exists()
    }


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
    data, checkpoint, seed = arguments.data, arguments.checkpoint, arguments.seed
    predictor = load_predictor(checkpoint)
    measured = measure(data, split, predictor, seed)
    found = evaluate(data, split, predictor, measured, seed) | beside(arguments.out)
    figures = gated(measured, predictor, data, seed)
    write_draws(checkpoint, figures, basis(data, split, seed))
    whole = provenance(split, seed, time.monotonic() - started) | found
    whole["measured"] = hashes_of_measured(checkpoint, "tumor")
    text = json.dumps(whole, indent=1)
    (checkpoint / EVALUATION_FILE).write_text(text + "\n", encoding="utf-8")
    for row in found["headline"]:
        spread = f"{row['low']:.3f} to {row['high']:.3f}"
        print(f"{row['label']}: {row['value']:.3f} ({spread}), n {row['n']}")


if __name__ == "__main__":
    main()
