"""What each threshold earns, as a drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loan_space.quality_charts import FOOT, HEIGHT, TOP, Frame, band, line, point
from loan_space.quality_words import signed
from loan_space.wording import NAMES
from shared.page.charts import WIDTH, svg

QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Profit:
    """What each threshold earns an applicant, with its 95 % interval.

    Attributes:
        value, low, high: by threshold.
    """

    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def best(self) -> int:
        """The threshold that earns most; the lowest of several."""
        return self.value.index(max(self.value))

    def rows(self) -> Iterator[tuple[float, float, float]]:
        """Value and interval of one threshold after the other."""
        return zip(self.value, self.low, self.high, strict=True)


def drawing(
    curves: Mapping[str, Profit],
    thresholds: Sequence[float],
    threshold: float,
    start: int,
    loss: float,
) -> str:
    """Both models' curves with their bands, their best thresholds, and the one in use.

    Args:
        curves: by model; the rule is a line at what it earns at the threshold in use.
        thresholds: of the curves.
        threshold: the one in use.
        start: the place of the slider.
        loss: what a wrong approval costs.
    """
    models = {model: curves[model] for model in NAMES if model in curves}
    lowest = min(0.0, *(min(each.low) for each in models.values()))
    highest = max(0.0, *(max(each.high) for each in models.values()))
    room = (highest - lowest) * 0.04
    frame = Frame((thresholds[0], thresholds[-1]), (lowest - room, highest + room))
    bands = "".join(band(frame, m, thresholds, each.low, each.high) for m, each in models.items())
    lines = "".join(line(frame, m, thresholds, each.value) for m, each in models.items())
    best = "".join(_best(frame, m, each, thresholds) for m, each in models.items())
    ticks = {share: f"{share:.0%}" for share in QUARTERS}
    return svg(
        _title(models, thresholds, loss),
        WIDTH,
        HEIGHT,
        frame.grid(ticks, "", "earned an applicant")
        + bands
        + _rule(frame, curves, start)
        + _in_use(frame, threshold)
        + lines
        + best
        + _hand(frame, models, thresholds, start),
    )


def _title(models: Mapping[str, Profit], thresholds: Sequence[float], loss: float) -> str:
    told = "; ".join(_tip(model, each, thresholds) for model, each in models.items())
    return f"What each threshold earns if a wrong approval costs {loss:g}. {told}"


def _best(frame: Frame, model: str, each: Profit, thresholds: Sequence[float]) -> str:
    x, y = thresholds[each.best], each.value[each.best]
    return point(frame, f"best {model}", x, y, _tip(model, each, thresholds))


def _tip(model: str, each: Profit, thresholds: Sequence[float]) -> str:
    best = each.best
    return f"{NAMES[model]}, best: from {thresholds[best]:.0%} on, {signed(each.value[best], 2)}"


def _rule(frame: Frame, curves: Mapping[str, Profit], start: int) -> str:
    if "rule" not in curves:
        return ""
    value = curves["rule"].value[start]
    return line(frame, "rule", frame.x, (value, value))


def _in_use(frame: Frame, threshold: float) -> str:
    x = frame.place(threshold, 0)[0]
    return (
        f'<line class="ideal" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - FOOT}"/>'
        f'<text class="axis" x="{x:.1f}" y="{HEIGHT - 5}" text-anchor="middle">in use</text>'
    )


def _hand(
    frame: Frame, models: Mapping[str, Profit], thresholds: Sequence[float], start: int
) -> str:
    """The line and the dots that the script moves along the curves."""
    x = frame.place(thresholds[start], 0)[0]
    dots = ""
    for model, each in models.items():
        y = frame.place(0, each.value[start])[1]
        dots += f'<circle class="hand {model}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
    return f'<line class="hand" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - FOOT}"/>{dots}'
