"""Fit the network: `python -m training.tumor.fit --data DATA --split SPLIT --out OUT`.

Writes `network.pt` (the averaged weights), `fit.json` (settings and class names), `history.jsonl`
(one line an epoch) and, while it runs, `fit-state.pt`, from which a killed run goes on to the same
result.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from timm.utils import ModelEmaV3
from torch import nn
from tqdm import tqdm

from shared.device import best_device
from shared.slices.framing import to_input
from shared.tumor.classes import HEALTHY
from training.stages import command_line, read_record, write_record
from training.tumor.augment import Batch, epoch_batches, steps_per_epoch
from training.tumor.network import (
    NETWORK_FILE,
    SETTINGS_FILE,
    FitSettings,
    TimmNetwork,
    box_loss,
    class_loss,
    class_maps,
    create_network,
    freeze_early,
)
from training.tumor.slices import LabelledSlices, class_names, load_slices
from training.tumor.synthesis import box_slices

STATE_FILE, HISTORY_FILE = "fit-state.pt", "history.jsonl"


@dataclass
class Run:
    """The moving parts of a run, saved after each epoch."""

    network: TimmNetwork
    frozen: list[nn.Module]
    average: ModelEmaV3
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.OneCycleLR
    epoch: int = 0


def fit(
    settings: FitSettings,
    slices: LabelledSlices,
    validation: LabelledSlices,
    names: tuple[str, ...],
    out: Path,
) -> TimmNetwork:
    """Fit a network, or go on with a run that was broken off.

    Args:
        settings: how.
        slices: the fit part.
        validation: watched after each epoch; decides nothing.
        names: class names in the order of the targets.
        out: folder for state, history and result.

    Returns:
        The averaged network, on the CPU, in eval mode. Its weights are in `network.pt` too.

    Raises:
        ValueError: `out` holds a run with other settings.
    """
    out.mkdir(parents=True, exist_ok=True)
    device = torch.device(best_device())
    run = start(settings, len(names), steps_per_epoch(slices, settings.batch_size), device)
    resume(run, settings, out / STATE_FILE, device)
    while run.epoch < settings.epochs:
        losses = one_epoch(run, settings, slices, names.index(HEALTHY), device)
        size = settings.size_at(run.epoch)
        run.epoch += 1
        figures = validate(run.average.module, validation, size)
        report(out / HISTORY_FILE, run.epoch, losses, figures)
        save(run, settings, out / STATE_FILE)
    network = run.average.module.cpu().eval()
    torch.save(network.state_dict(), out / NETWORK_FILE)
    return network


def start(settings: FitSettings, classes: int, steps: int, device: torch.device) -> Run:
    """A fresh run; the seed fixes its weights."""
    torch.manual_seed(settings.seed)
    network = create_network(settings.model, classes, output_stride=settings.output_stride)
    network.drop_rate = settings.dropout
    frozen = freeze_early(network, settings.freeze)
    network = network.to(device, memory_format=torch.channels_last)
    learned = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        learned, settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=settings.epochs * steps + 1, pct_start=0.15
    )
    average = ModelEmaV3(network, decay=settings.ema_decay, use_warmup=True)
    return Run(network, frozen, average, optimizer, schedule)


def one_epoch(
    run: Run, settings: FitSettings, slices: LabelledSlices, healthy: int, device: torch.device
) -> dict[str, float]:
    """Train through one epoch; returns the mean losses."""
    torch.manual_seed(hash((settings.seed, run.epoch)) % 2**31)  # dropout, the same after a resume
    run.network.train()
    for module in run.frozen:
        module.eval()
    batches = epoch_batches(
        slices,
        healthy,
        size=settings.size_at(run.epoch),
        batch_size=settings.batch_size,
        seed=settings.seed,
        epoch=run.epoch,
    )
    totals, count = {"class": 0.0, "box": 0.0}, 0
    for batch in with_progress(
        batches, run, settings, steps_per_epoch(slices, settings.batch_size)
    ):
        for name, value in step(run, batch, settings.box_weight, device).items():
            totals[name] += value
        count += 1
    return {name: total / count for name, total in totals.items()}


def with_progress(
    batches: Iterator[Batch], run: Run, settings: FitSettings, steps: int
) -> Iterator[Batch]:
    """Show how far the epoch is and how long it will take."""
    title = f"epoch {run.epoch + 1} of {settings.epochs}, {settings.size_at(run.epoch)} px"
    return iter(tqdm(batches, desc=title, total=steps, unit="step", mininterval=5))


def step(run: Run, batch: Batch, box_weight: float, device: torch.device) -> dict[str, float]:
    """One step of gradient descent; returns the losses."""
    pixels = batch.pixels.to(device, memory_format=torch.channels_last)
    masks, targets = batch.masks.to(device), batch.targets.to(device)
    features = run.network.forward_features(pixels)
    on_class = class_loss(run.network.forward_head(features), targets)
    on_box = box_loss(class_maps(run.network, features), masks, targets)
    run.optimizer.zero_grad(set_to_none=True)
    (on_class + box_weight * on_box).backward()
    nn.utils.clip_grad_norm_(run.network.parameters(), 5.0)
    run.optimizer.step()
    run.schedule.step()
    run.average.update(run.network, step=run.schedule.last_epoch)
    return {"class": on_class.item(), "box": on_box.item()}


def save(run: Run, settings: FitSettings, path: Path) -> None:
    """Write the state, whole or not at all."""
    state = {
        "settings": asdict(settings),
        "epoch": run.epoch,
        "network": run.network.state_dict(),
        "average": run.average.module.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "schedule": run.schedule.state_dict(),
    }
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def resume(run: Run, settings: FitSettings, path: Path, device: torch.device) -> None:
    """Go on from a saved state where there is one."""
    if not path.exists():
        return
    state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    if state["settings"] != asdict(settings):
        raise ValueError(
            f"{path} belongs to a run with other settings: {state['settings']}. "
            "Use the same settings, or another output folder."
        )
    run.network.load_state_dict(state["network"])
    run.average.module.load_state_dict(state["average"])
    run.optimizer.load_state_dict(state["optimizer"])
    run.schedule.load_state_dict(state["schedule"])
    run.epoch = state["epoch"]


@dataclass(frozen=True)
class Validation:
    """Figures on the validation part: macro-F1, and on boxed slices how often the map's maximum
    lies in the box and how much of its positive part does (0..1 each)."""

    macro_f1: float
    pointing: float
    energy: float


@torch.inference_mode()
def validate(
    network: TimmNetwork, slices: LabelledSlices, size: int, *, batch_size: int = 64
) -> Validation:
    """A quick look at a network between two epochs, without augmentation; it decides nothing."""
    network.eval()
    device = next(network.parameters()).device
    logits: list[NDArray[np.float32]] = []
    maps: list[NDArray[np.float32]] = []
    for start in range(0, len(slices), batch_size):
        pixels = slices.pixels[start : start + batch_size].astype(np.float32) / np.float32(255)
        batch = torch.from_numpy(to_input(pixels)).to(device)
        batch = F.interpolate(batch, size=(size, size), mode="bilinear", antialias=True)
        features = network.forward_features(batch)
        logits.append(network.forward_head(features).cpu().numpy())
        own = class_maps(network, features).cpu().numpy()
        targets = slices.targets[start : start + batch_size]
        maps.extend(of_slice[k] for of_slice, k in zip(own, targets, strict=True))
    answers = np.concatenate(logits).argmax(axis=1)
    hits = [_inside(maps[k], slices.boxes[k], size) for k in np.flatnonzero(slices.boxed)]
    pointing, energy = np.mean(hits, axis=0) if hits else (float("nan"), float("nan"))
    return Validation(
        float(f1_score(slices.targets, answers, average="macro")), float(pointing), float(energy)
    )


def _inside(
    values: NDArray[np.float32], box: NDArray[np.float32], size: int
) -> tuple[float, float]:
    """Whether the maximum of a map lies in a box, and which share of its positive part does."""
    grown = F.interpolate(
        torch.from_numpy(values)[None, None].clamp(min=0), size=(size, size), mode="bilinear"
    )[0, 0].numpy()
    within = np.zeros_like(grown, dtype=bool)
    within[box_slices(box, size)] = True
    hit = within.ravel()[int(grown.argmax())] and grown.max() > 0
    return float(hit), float(grown[within].sum() / max(float(grown.sum()), 1e-9))


def report(path: Path, epoch: int, losses: dict[str, float], validation: Validation) -> None:
    """Append a line to the history and print it; a line of an epoch run again is replaced."""
    earlier = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    line = json.dumps({"epoch": epoch, "loss": losses, "validation": asdict(validation)})
    path.write_text("\n".join([*earlier[: epoch - 1], line]) + "\n", encoding="utf-8")
    tqdm.write(line)


def main() -> None:
    """Command line of the fit stage."""
    parser = command_line(__doc__, "data", "out")
    parser.add_argument("--split", type=Path, required=True, help="split.json of the split stage")
    add_settings(parser)
    arguments = vars(parser.parse_args())
    data, split, out = (arguments.pop(name) for name in ("data", "split", "out"))
    settings = FitSettings(**arguments)
    parts = read_record(split, "training.tumor.split")["parts"]
    slices, validation = (
        load_slices(data, parts[part], settings.size, cache=out / "cache")
        for part in ("fit", "validation")
    )
    fit(settings, slices, validation, class_names(data), out)
    write_record(out / SETTINGS_FILE, {"labels": class_names(data), **asdict(settings)})


def add_settings(parser: argparse.ArgumentParser) -> None:
    """One option a field of `FitSettings`, with its default."""
    for name, default in asdict(FitSettings()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)


if __name__ == "__main__":
    main()
