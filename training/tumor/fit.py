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

import timm
import torch
from timm.utils import ModelEmaV3
from torch import nn
from tqdm import tqdm

from shared.device import best_device
from training.tumor.batches import Batch, epoch_batches, steps_per_epoch
from training.tumor.losses import box_loss, class_loss
from training.tumor.network import TimmNetwork, class_maps, create_network, freeze_early
from training.tumor.slices import LabelledSlices, class_names, load_slices
from training.tumor.validate import Validation, validate

HEALTHY = "notumor"
STATE_FILE, NETWORK_FILE, HISTORY_FILE = "fit-state.pt", "network.pt", "history.jsonl"
SETTINGS_FILE = "fit.json"


@dataclass(frozen=True)
class FitSettings:
    """How to fit. Sizes in pixels, learning rate at its peak.

    Attributes:
        model: any timm model name.
        output_stride: input pixels per cell of the last feature map; None for the model's own.
        size: side of the network's input.
        epochs: epochs in all.
        small_size, small_epochs: the first epochs run at a smaller size, at a fraction of the cost.
        batch_size: slices a step.
        learning_rate, weight_decay: of AdamW.
        box_weight: weight of the loss on where the class map lies.
        freeze: early stages left as ImageNet made them.
        ema_decay: of the averaged weights, a step.
        seed: fixes weights, order and augmentation.
    """

    model: str = "tf_efficientnet_lite0"
    output_stride: int | None = 16
    size: int = 224
    epochs: int = 20
    small_size: int = 160
    small_epochs: int = 12
    batch_size: int = 32
    learning_rate: float = 8e-4
    weight_decay: float = 0.02
    box_weight: float = 0.3
    freeze: int = 2
    ema_decay: float = 0.998
    dropout: float = 0.2
    seed: int = 0

    @property
    def model_args(self) -> dict[str, Any]:
        """What `timm.create_model` needs beyond the name and the number of classes."""
        return {} if self.output_stride is None else {"output_stride": self.output_stride}

    def size_at(self, epoch: int) -> int:
        """Side of the input in an epoch, counted from 0."""
        return self.small_size if epoch < self.small_epochs else self.size


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
        found = validate(run.average.module, validation, size)
        report(out / HISTORY_FILE, run.epoch, losses, found)
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


def report(path: Path, epoch: int, losses: dict[str, float], validation: Validation) -> None:
    """Append a line to the history and print it; a line of an epoch run again is replaced."""
    earlier = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    line = json.dumps({"epoch": epoch, "loss": losses, "validation": asdict(validation)})
    path.write_text("\n".join([*earlier[: epoch - 1], line]) + "\n", encoding="utf-8")
    tqdm.write(line)


def load_fitted(out: Path) -> tuple[TimmNetwork, FitSettings, tuple[str, ...]]:
    """The network of a finished run, in eval mode, with its settings and class names."""
    record = json.loads((out / SETTINGS_FILE).read_text(encoding="utf-8"))
    labels = tuple(record.pop("labels"))
    settings = FitSettings(**record)
    network = timm.create_model(settings.model, num_classes=len(labels), **settings.model_args)
    network.load_state_dict(torch.load(out / NETWORK_FILE, map_location="cpu", weights_only=True))
    return network.eval(), settings, labels


def main() -> None:
    """Command line of the fit stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", type=Path, required=True, help="split.json of the split stage")
    parser.add_argument("--out", type=Path, required=True)
    add_settings(parser)
    arguments = vars(parser.parse_args())
    data, split, out = (arguments.pop(name) for name in ("data", "split", "out"))
    settings = FitSettings(**arguments)
    parts = json.loads(split.read_text(encoding="utf-8"))["parts"]
    slices, validation = (
        load_slices(data, parts[part], settings.size, cache=out / "cache")
        for part in ("fit", "validation")
    )
    fit(settings, slices, validation, class_names(data), out)
    record = {"labels": class_names(data), **asdict(settings)}
    (out / SETTINGS_FILE).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def add_settings(parser: argparse.ArgumentParser) -> None:
    """One option a field of `FitSettings`, with its default."""
    for name, default in asdict(FitSettings()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)


if __name__ == "__main__":
    main()
