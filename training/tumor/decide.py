"""Fit what turns logits into an answer: `python -m training.tumor.decide --data DATA --out OUT
--checkpoint DIR`.

Temperature, prediction sets and the gate, from the calibration part alone (and, for the gate, from
the pictures of other things that are meant for tuning). Writes `decision.json` and
`gate.safetensors`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from safetensors.numpy import save_file
from tqdm import tqdm

from shared.tumor.decision import DECISION_FILE, probabilities
from shared.tumor.gate import GATE_FILE
from shared.tumor.predictor import NETWORK_FILE, OnnxNetwork, open_network
from training.tumor.augment import recolour, reframe
from training.tumor.brain_from_packages import brain_from_packages
from training.tumor.calibration import fit_set_quantile, fit_temperature
from training.tumor.gate_fit import Features, GateFit, Seen, fit_gate
from training.tumor.network import TimmNetwork
from training.tumor.not_brain import pictures
from training.tumor.not_brain_drawn import in_other_frame
from training.tumor.passes import FloatImage, Passes, read_all, targets_of, through
from training.tumor.split import SPLIT_FILE, digest

COVERAGE = 0.95
PART = "calibration"


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
    shares = probabilities(passes.logits, temperature)
    gate = gate_of(network, slices, passes, size, seed)
    decision = {
        "labels": labels,
        "input_size": size,
        "temperature": temperature,
        "set_quantile": fit_set_quantile(shares, targets, COVERAGE),
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
    write(decision, gate, checkpoint)
    return decision


def gate_of(
    network: OnnxNetwork, slices: list[FloatImage], passes: Passes, size: int, seed: int
) -> GateFit:
    """Fit the gate on slices, brains of other sources and pictures of other things, each of them
    as it is and changed.
    """
    kinds, things = zip(*pictures("tuning", seed), strict=True)
    brains = [pixels for _, pixels in brain_from_packages("tuning")]
    rng = np.random.default_rng(seed)
    framed = [in_other_frame(each, rng) for each in things]

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
    from shared.slices.framing import prepare

    generator = torch.Generator().manual_seed(seed)
    framed = np.stack([prepare(each, size).pixels for each in slices])
    batch = torch.from_numpy(framed).unsqueeze(1)
    views, _ = reframe(batch, torch.zeros_like(batch), size, generator)
    return list(recolour(views, generator).squeeze(1).numpy())


def layers_of(checkpoint: Path) -> list[dict[str, str]]:
    """The ends of the network's stages, with names that say how fine their maps are."""
    network: TimmNetwork = timm.create_model(f"local-dir:{checkpoint}", pretrained=False)
    stages = enumerate(network.feature_info, start=1)
    return [
        {"name": f"stage {k} (one cell per {each['reduction']} px)", "module": each["module"]}
        for k, each in stages
    ]


def write(decision: dict[str, Any], fit: GateFit, checkpoint: Path) -> None:
    """Write the numbers and the vectors."""
    text = json.dumps(decision, indent=1)
    (checkpoint / DECISION_FILE).write_text(text + "\n", encoding="utf-8")
    vectors = {"mean": fit.gate.mean, "scale": fit.gate.scale, "weight": fit.gate.weight}
    save_file(vectors, checkpoint / GATE_FILE)


def main() -> None:
    """Command line of the decide stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder with split.json")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    split = json.loads((arguments.out / SPLIT_FILE).read_text(encoding="utf-8"))
    found = decide(arguments.data, split, arguments.checkpoint, arguments.seed)
    print(json.dumps({k: found[k] for k in ("temperature", "set_quantile", "gate")}, indent=1))


if __name__ == "__main__":
    main()
