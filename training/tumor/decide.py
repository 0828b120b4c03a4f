"""Fit what turns logits into an answer: `python -m training.tumor.decide --data DATA --out OUT
--checkpoint DIR`.

Temperature, prediction sets and the gate, from the calibration part alone (and, for the gate, from
the pictures of other things that are meant for tuning). Where DATA holds slices of other hospitals,
also what holds far from the training data, from one half of their patients. Writes `decision.json`
and `gate.safetensors`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tqdm import tqdm

from shared.slices.decode import read_slice
from shared.slices.framing import prepare, to_input
from shared.tumor.decision import DECISION_FILE, probabilities
from shared.tumor.gate import GATE_FILE, Gate, gate_score, pooled
from shared.tumor.likeness import KNOWN
from shared.tumor.predictor import NETWORK_FILE, OnnxNetwork, open_network, run_network
from training.stages import command_line, read_record, write_record
from training.tumor.augment import recolour, reframe
from training.tumor.calibrate import (
    COVERAGE,
    FarFit,
    Rows,
    fit_far,
    fit_set_quantile,
    fit_temperature,
)
from training.tumor.elsewhere import FOLDER, foreign_slices
from training.tumor.gate import Features, GateFit, Seen, fit_gate
from training.tumor.gate_drawings import in_other_frame
from training.tumor.gate_pictures import brain_from_packages, pictures
from training.tumor.network import TimmNetwork
from training.tumor.slices import FloatImage, in_chunks, read_all, targets_of
from training.tumor.split import SPLIT_FILE, digest

PART = "calibration"
CHOOSING = "elsewhere, choosing half, what is far of it and not refused"
KNOWN_SLICES = 400  # of the fit part, kept in the checkpoint: 1 MB
BATCH = 16


@dataclass(frozen=True)
class Passes:
    """What came out of the network.

    Attributes:
        logits: (N, K) float32.
        pooled: (N, 2 C) float32, what the gate looks at.
    """

    logits: NDArray[np.float32]
    pooled: NDArray[np.float32]

    @property
    def means(self) -> NDArray[np.float32]:
        """(N, C) the mean of each channel."""
        return self.pooled[:, : self.pooled.shape[1] // 2]


def through(network: OnnxNetwork, slices: Iterable[FloatImage], size: int) -> Passes:
    """Frame slices and run them through.

    Args:
        network: an open network.
        slices: (H, W) float32 in 0..1 each.
        size: side of the network's input, pixels.
    """
    logits, seen = [], []
    for chunk in in_chunks(slices, BATCH):
        framed = np.stack([prepare(pixels, size).pixels for pixels in chunk])
        features, of_chunk = run_network(network, to_input(framed))
        logits.append(of_chunk)
        seen.append(pooled(features))
    return Passes(np.concatenate(logits), np.concatenate(seen))


def decide(data: Path, split: dict[str, Any], checkpoint: Path, seed: int) -> dict[str, Any]:
    """Fit the decision of a checkpoint and write it.

    Args:
        data: folder with `training/<class>/<file>`.
        split: what the split stage wrote.
        checkpoint: folder with config.json and model.onnx.
        seed: of folds and of drawn pictures.

    Returns:
        What `decision.json` holds.
    """
    config = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    labels, size = tuple(config["label_names"]), config["pretrained_cfg"]["input_size"][1]
    network, files = open_network(checkpoint / NETWORK_FILE), split["parts"][PART]
    slices = list(read_all(data, files, "calibration slices"))
    passes, targets = through(network, slices, size), targets_of(files, labels)
    temperature = fit_temperature(passes.logits, targets)
    calibrated = probabilities(passes.logits, temperature)
    gate = gate_of(network, slices, passes, size, seed)
    decision = {
        "labels": labels,
        "input_size": size,
        "temperature": temperature,
        "set_quantile": fit_set_quantile(calibrated, targets, COVERAGE),
        "coverage": COVERAGE,
        "gate": {
            "bias": gate.gate.bias,
            "threshold": gate.gate.threshold,
            "strength": gate.strength,
            "unseen_kind_refused": gate.refused_by_strength,
        },
        "layers": layers_of(checkpoint),
        "fitted_on": {"split": PART, "n": len(files), "sha256": digest(files)},
    }
    far = far_of(network, data, split, passes, gate.gate, decision, seed)
    write(decision, gate.gate, far, checkpoint)
    return decision


def far_of(
    network: OnnxNetwork,
    data: Path,
    split: dict[str, Any],
    calibration: Passes,
    gate: Gate,
    decision: dict[str, Any],
    seed: int,
) -> FarFit | None:
    """What holds far from the training data; None without slices of other hospitals.

    Args:
        network, data, split, seed: as for `decide`.
        calibration: the calibration part, of which one slice in ten counts as far.
        gate: what it refuses gets no answer, and so no temperature.
        decision: with `labels` and `input_size`.
    """
    foreign = list(foreign_slices(data, "choosing"))
    if not foreign:
        return None
    labels, size = tuple(decision["labels"]), decision["input_size"]
    fit_files = np.random.default_rng(seed).permutation(split["parts"]["fit"])[:KNOWN_SLICES]
    learned = through(network, read_all(data, fit_files.tolist(), "slices it learned from"), size)
    passes = through(network, (read_slice(row.path).pixels for row in foreign), size)
    answered = gate_score(gate, passes.pooled) >= gate.threshold
    rows = Rows(
        passes.logits[answered],
        passes.means[answered],
        np.array([labels.index(row.label) for row in foreign])[answered],
        np.array([row.source for row in foreign])[answered],
    )
    far = fit_far(learned.means, calibration.means, rows)
    if far is None:
        return None
    files = [f"{FOLDER}/{row.path.name}" for row in foreign]
    far.record["fitted_on"] = {"split": CHOOSING, "n": far.count, "sha256": digest(files)}
    return far


def gate_of(
    network: OnnxNetwork, slices: list[FloatImage], passes: Passes, size: int, seed: int
) -> GateFit:
    """Fit the gate on slices, brains of other sources and pictures of other things, each of them
    as it is and changed.
    """
    kinds, things = zip(*pictures("tuning", seed), strict=True)
    brains = [pixels for _, pixels in brain_from_packages("tuning")]
    rng = np.random.default_rng(seed)
    framed = [in_other_frame(pixels, rng) for pixels in things]

    def seen(pixels: Iterable[FloatImage]) -> Features:
        return through(network, pixels, size).pooled

    return fit_gate(
        Seen(
            slices=np.stack([passes.pooled, seen(changed_views(slices, size, seed))]),
            brains=seen([*brains, *changed_views(brains, size, seed)]),
            other=seen(tqdm([*things, *framed], desc="other pictures", unit="picture")),
            kinds=np.array([*kinds, *kinds]),
        ),
        seed,
    )


def changed_views(slices: list[FloatImage], size: int, seed: int) -> list[FloatImage]:
    """Each slice with other framing and contrast: the gate must not refuse other scanners."""
    generator = torch.Generator().manual_seed(seed)
    framed = np.stack([prepare(pixels, size).pixels for pixels in slices])
    batch = torch.from_numpy(framed).unsqueeze(1)
    views, _ = reframe(batch, torch.zeros_like(batch), size, generator)
    return list(recolour(views, generator).squeeze(1).numpy())


def layers_of(checkpoint: Path) -> list[dict[str, str]]:
    """The ends of the network's stages, with names that say how fine their maps are."""
    network: TimmNetwork = timm.create_model(f"local-dir:{checkpoint}", pretrained=False)
    stages = enumerate(network.feature_info, start=1)
    return [
        {"name": f"stage {k} (one cell per {stage['reduction']} px)", "module": stage["module"]}
        for k, stage in stages
    ]


def write(decision: dict[str, Any], gate: Gate, far: FarFit | None, checkpoint: Path) -> None:
    """Write the numbers and the vectors."""
    write_record(checkpoint / DECISION_FILE, decision | ({"far": far.record} if far else {}))
    vectors = {"mean": gate.mean, "scale": gate.scale, "weight": gate.weight}
    known = {KNOWN: far.known.directions.astype(np.float16)} if far else {}
    save_file(vectors | known, checkpoint / GATE_FILE)


def main() -> None:
    """Command line of the decide stage."""
    given = command_line(__doc__, "data", "out", "checkpoint", "seed").parse_args()
    split = read_record(given.out / SPLIT_FILE, "training.tumor.split")
    decision = decide(given.data, split, given.checkpoint, given.seed)
    print(json.dumps({k: decision[k] for k in ("temperature", "set_quantile", "gate")}, indent=1))


if __name__ == "__main__":
    main()
