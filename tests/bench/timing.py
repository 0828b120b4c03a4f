"""Times of things compared, taken in turns so that drift of the machine hits each alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

SETTLE = 0.02  # seconds; after a pass the thread pools of PyTorch and ONNX Runtime spin for some ms


@dataclass(frozen=True)
class Sample:
    """Repeated measurements of one thing, in the unit they were taken in.

    Attributes:
        values: at least one, in the order of measuring.
    """

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """The quartiles, between which half of all values lie; a lone value twice."""
        if len(self.values) == 1:
            return (self.values[0], self.values[0])
        low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        return (low, high)

    def times(self, factor: float) -> Sample:
        """The same measurements in another unit."""
        return Sample(tuple(value * factor for value in self.values))


def take_turns(
    calls: Mapping[str, Callable[[], object]], *, rounds: int, repeats: int
) -> dict[str, Sample]:
    """Time several calls against each other, in milliseconds.

    In each round every call has its turn: a pause, one call that is not counted, then `repeats`
    timed ones. The order turns by one from round to round.

    Args:
        calls: what to time, by name.
        rounds: how often each has its turn, at least 1.
        repeats: timed calls a turn, at least 1.
    """
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for order in turning(tuple(calls), rounds):
        for name in order:
            time.sleep(SETTLE)
            calls[name]()
            taken[name] += [milliseconds(calls[name]) for _ in range(repeats)]
    return {name: Sample(tuple(values)) for name, values in taken.items()}


def turning(names: Sequence[str], rounds: int) -> list[tuple[str, ...]]:
    """The order of each round: nobody is always first."""
    first = [k % len(names) for k in range(rounds)]
    return [(*names[k:], *names[:k]) for k in first]


def milliseconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1e3
