"""Plots of a recorded evaluation as small SVG files: `python -m training.tumor.plots ...`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from training.plots import ACCENT, SOFT, Plots, write_plots


def confusion(axes: Axes, found: dict[str, Any]) -> None:
    """Counts by true and answered class."""
    table = found["classification"]["confusion"]
    counts = np.array(table["counts"])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        dark = shares[row, column] > 0.5
        axes.text(
            column, row, str(count), ha="center", va="center", color="w" if dark else "#344054"
        )
    axes.set_xticks(range(len(counts)), table["labels"], rotation=20)
    axes.set_yticks(range(len(counts)), table["labels"])
    axes.set(xlabel="answer", ylabel="truth")


def reliability(axes: Axes, found: dict[str, Any]) -> None:
    """Accuracy against confidence, the area of a dot by its number of slices."""
    bins = found["calibration"]["bins"]
    axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle="--")
    sizes = [8 + 120 * b["n"] / max(each["n"] for each in bins) for b in bins]
    axes.scatter(
        [b["confidence"] for b in bins], [b["accuracy"] for b in bins], sizes, color=ACCENT
    )
    axes.set(
        xlabel="said probability", ylabel="share that was right", xlim=(0.2, 1.02), ylim=(0, 1.05)
    )


def robustness(axes: Axes, found: dict[str, Any]) -> None:
    """Accuracy with its interval under each change."""
    rows = found["robustness"][::-1]
    values = np.array([row["accuracy"]["value"] for row in rows])
    low = values - [row["accuracy"]["low"] for row in rows]
    high = [row["accuracy"]["high"] for row in rows] - values
    axes.errorbar(values, range(len(rows)), xerr=[low, high], fmt="o", color=ACCENT, markersize=4)
    axes.axvline(found["classification"]["accuracy"]["value"], color=SOFT, linestyle="--")
    axes.set_yticks(range(len(rows)), [row["label"] for row in rows])
    axes.set(xlabel="accuracy (dashed: unchanged)")


PLOTS: Plots = {
    "confusion.svg": (confusion, (4.6, 4.2)),
    "reliability.svg": (reliability, (4.6, 4.2)),
    "robustness.svg": (robustness, (6.4, 4.8)),
}


def main() -> None:
    """Command line of the plots stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    write_plots(PLOTS, parser.parse_args().checkpoint)


if __name__ == "__main__":
    main()
