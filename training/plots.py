"""Plots of a recorded evaluation as small SVG files, legible on white and on black."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shared.checkpoint.contract import EVALUATION_FILE, read_json

INK, ACCENT, SECOND, SOFT = "#667085", "#0e7490", "#c2571a", "#98a2b3"
matplotlib.rcParams |= {
    "svg.hashsalt": "plots",  # the same file for the same figures
    "svg.fonttype": "none",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}

Draw = Callable[[Axes, dict[str, Any]], None]
Plots = Mapping[str, tuple[Draw, tuple[float, float]]]  # by file: what draws it, width and height


def write_plots(plots: Plots, folder: Path) -> None:
    """Draw all plots of a checkpoint into its `plots/`.

    Args:
        plots: to draw, from the recorded evaluation; sizes in inches.
        folder: of the checkpoint.
    """
    found = read_json(folder / EVALUATION_FILE)
    (folder / "plots").mkdir(exist_ok=True)
    for name, (draw, size) in plots.items():
        figure = Figure(figsize=size, layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0)
        draw(axes, found)
        figure.savefig(folder / "plots" / name, metadata={"Date": None})
