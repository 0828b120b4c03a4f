"""Plots of a recorded evaluation: `python -m training.loan.plots --checkpoint DIR`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from training.loan.curves import LOSSES
from training.loan.words import WORDS
from training.plots import ACCENT, INK, SECOND, SOFT, Plots, write_plots

COLOURS = {"ml": ACCENT, "ann": SECOND, "rule": INK}
MARKS = {"ml": "o", "ann": "s", "rule": "^"}
LINES = dict(zip(LOSSES, ("-", "--", ":"), strict=True))
APART = 0.12  # between the marks of two models for one group


def reliability(axes: Axes, found: dict[str, Any]) -> None:
    """Share approved against the probability said, the area of a mark by its number of rows."""
    axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle="--")
    for kind, curves in found["calibration"].items():
        bins = curves["bins"]
        sizes = [8 + 120 * b["n"] / max(each["n"] for each in bins) for b in bins]
        said, true = ([b[key] for b in bins] for key in ("confidence", "accuracy"))
        axes.scatter(
            said, true, sizes, color=COLOURS[kind], marker=MARKS[kind], alpha=0.7, label=WORDS[kind]
        )
    axes.set(xlabel="said probability of approval", ylabel="share that was approved")
    axes.set(xlim=(0, 1.02), ylim=(0, 1.05))
    axes.legend(frameon=False)


def roc(axes: Axes, found: dict[str, Any]) -> None:
    """Share of the approved that are found against the share of the refused that pass."""
    axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle="--")
    for kind, curves in found["calibration"].items():
        points = [{"false": 0.0, "true": 0.0}, *curves["roc"], {"false": 1.0, "true": 1.0}]
        auc = found["performance"][kind]["auc"]["value"]
        axes.plot(
            [p["false"] for p in points],
            [p["true"] for p in points],
            color=COLOURS[kind],
            label=f"{WORDS[kind]}, AUC {auc:.3f}",
        )
    axes.set(xlabel="share of the refused that would be approved")
    axes.set(ylabel="share of the approved that would be approved")
    axes.legend(frameon=False, loc="lower right")


def profit(axes: Axes, found: dict[str, Any]) -> None:
    """What each threshold earns, for each cost of a wrong approval."""
    for curve in found["profit"]:
        colour, line = COLOURS[curve["model"]], LINES[curve["loss"]]
        cost = f", a wrong approval costs {curve['loss']:g}"
        axes.plot(curve["thresholds"], curve["value"], line, color=colour,
                  label=WORDS[curve["model"]] + cost)  # fmt: skip
        axes.fill_between(
            curve["thresholds"], curve["low"], curve["high"], color=colour, alpha=0.06
        )
    axes.axvline(found["threshold"], color=SOFT, linewidth=1)
    axes.set(xlabel="approve from this probability on (vertical: this checkpoint)")
    axes.set(ylabel="earned by an applicant; a right approval earns 1")
    axes.legend(frameon=False, fontsize="small")


def learning(axes: Axes, found: dict[str, Any]) -> None:
    """AUC with its interval against the number of training rows."""
    rows = np.array([point["rows"] for point in found["learning"]])
    for kind, shift in (("ml", 0.985), ("ann", 1.015)):  # beside each other, not on one line
        figures = [point[kind]["auc"] for point in found["learning"]]
        values = np.array([figure["value"] for figure in figures])
        low = values - [figure["low"] for figure in figures]
        high = [figure["high"] for figure in figures] - values
        axes.errorbar(rows * shift, values, yerr=[low, high], color=COLOURS[kind],
                      fmt=f"{MARKS[kind]}-", capsize=3, label=WORDS[kind])  # fmt: skip
    axes.set_xscale("log")
    axes.set_xticks(rows, [str(count) for count in rows])
    axes.minorticks_off()
    axes.set(xlabel="training rows", ylabel="AUC of rows not seen")
    axes.legend(frameon=False, loc="lower right")


def fairness(axes: Axes, found: dict[str, Any]) -> None:
    """Approval rate of each group with its interval, by both models."""
    names: list[str] = []
    for field, section in found["fairness"]["ml"].items():
        names += [f"{field.replace('_', ' ')}: {group}" for group in section["groups"]]
    for kind, shift in (("ml", -APART), ("ann", APART)):
        figures = [
            group["approval_rate"]
            for section in found["fairness"][kind].values()
            for group in section["groups"].values()
        ]
        values = np.array([figure["value"] for figure in figures])
        low = values - [figure["low"] for figure in figures]
        high = [figure["high"] for figure in figures] - values
        axes.errorbar(values, np.arange(len(values)) + shift, xerr=[low, high], fmt=MARKS[kind],
                      color=COLOURS[kind], markersize=4, label=WORDS[kind])  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set(xlabel="share approved", xlim=(0, 1.02))
    axes.legend(frameon=False, loc="upper left")


PLOTS: Plots = {
    "reliability.svg": (reliability, (4.6, 4.2)),
    "roc.svg": (roc, (4.6, 4.2)),
    "profit.svg": (profit, (6.4, 6.0)),
    "learning.svg": (learning, (4.8, 3.8)),
    "fairness.svg": (fairness, (6.4, 5.2)),
}


def main() -> None:
    """Command line of the plots stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    write_plots(PLOTS, parser.parse_args().checkpoint)


if __name__ == "__main__":
    main()
