"""Figures with 95 % intervals: a bootstrap over groups, so that what belongs together does not
count as independent.

Whole groups are drawn with replacement (Efron and Tibshirani 1993); each metric takes a weight for
each row, which is how often its group was drawn.
"""

from collections.abc import Callable, Iterator
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]
Metric = Callable[[Weights], float]

DRAWS = 1000
CONFIDENCE = 0.95


class Figure(TypedDict):
    """A measured value with its 95 % interval and the number of rows it rests on."""

    value: float
    low: float
    high: float
    n: int


class Bin(TypedDict):
    """Rows whose predicted probability (mean: `confidence`) lies between two bounds; `accuracy` is
    how often it came true."""

    low: float
    high: float
    confidence: float
    accuracy: float
    n: int


def bootstrap(
    metric: Metric, groups: NDArray[np.int64], *, seed: int, draws: int = DRAWS
) -> Figure:
    """A figure with its interval.

    Args:
        metric: from (N,) weights to a value.
        groups: (N,) group of each row.
        seed: fixes the draws.
        draws: number of bootstrap samples.
    """
    low, high = np.nanpercentile(drawn(metric, groups, seed, draws), (2.5, 97.5))
    whole = metric(np.ones(len(groups)))
    return Figure(value=round(whole, 5), low=round(low, 5), high=round(high, 5), n=len(groups))


def bootstrap_of_distance(
    metric: Metric, groups: NDArray[np.int64], *, seed: int, draws: int = DRAWS
) -> Figure:
    """A figure of something that chance alone moves away from 0, such as a mean of distances.

    Of drawn rows it is larger than of the rows themselves, so that its interval may begin above the
    value. The interval is moved down by the draws' bias (Efron and Tibshirani 1993, chapter 10),
    not below 0.

    Args:
        metric: from (N,) weights to a value of 0 or more.
        groups, seed, draws: as for `bootstrap`.
    """
    values = drawn(metric, groups, seed, draws)
    whole = metric(np.ones(len(groups)))
    low, high = np.nanpercentile(without_bias(values, whole), (2.5, 97.5)).clip(0)
    return Figure(value=round(whole, 5), low=round(low, 5), high=round(high, 5), n=len(groups))


def without_bias(values: NDArray[np.float64], whole: float) -> NDArray[np.float64]:
    """(draws,) bootstrap values, moved so that their mean is the value of the rows themselves."""
    return values - (np.nanmean(values) - whole)


def drawn(metric: Metric, groups: NDArray[np.int64], seed: int, draws: int) -> NDArray[np.float64]:
    """(draws,) a metric of groups that were drawn with replacement."""
    return np.array([metric(weights) for weights in resampled(groups, seed, draws)])


def resampled(groups: NDArray[np.int64], seed: int, draws: int) -> Iterator[Weights]:
    """Draw whole groups with replacement: (N,) how often each row was drawn, `draws` times.

    Ten copies of one slice are right or wrong together. Drawn one by one they would look like ten
    pieces of evidence, and the interval would be too narrow; drawn as a group they count as one.
    """
    rng = np.random.default_rng(seed)
    names, group_of_row = np.unique(groups, return_inverse=True)
    count = len(names)
    for _ in range(draws):
        chosen = rng.integers(count, size=count)  # some groups several times, some not at all
        yield np.bincount(chosen, minlength=count)[group_of_row].astype(float)


def proportion(hits: NDArray[np.bool_], groups: NDArray[np.int64], *, seed: int) -> Figure:
    """The share of rows of which something holds.

    Where it holds of all or of none, a bootstrap has no spread and would claim certainty. The bound
    is then the exact one (Clopper and Pearson 1934), each group counted once.

    Args:
        hits: (N,) whether it holds.
        groups: (N,) group of each row.
        seed: fixes the draws.

    Returns:
        With N = 0 the value 0 and an interval from 0 to 1: nothing is known.
    """
    if not len(hits):
        return Figure(value=0.0, low=0.0, high=1.0, n=0)
    figure = bootstrap(share(hits), groups, seed=seed)
    bound = ((1 - CONFIDENCE) / 2) ** (1 / len(np.unique(groups)))
    if hits.all():
        figure["low"] = round(bound, 5)
    if not hits.any():
        figure["high"] = round(1 - bound, 5)
    return figure


def share(hits: NDArray[np.bool_] | NDArray[np.floating]) -> Metric:
    """The weighted mean of a value for each row."""
    values = np.asarray(hits, dtype=np.float64)
    return lambda w: float((w * values).sum() / max(w.sum(), 1e-12))


def bin_of(probabilities: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    """(N,) the bin of each probability (0..1), of `bins` that are equally wide."""
    return np.minimum((probabilities * bins).astype(np.int64), bins - 1)


def expected_calibration_error(
    happened: NDArray[np.generic], probabilities: NDArray[np.float64], bins: int
) -> Metric:
    """Mean distance of how often something happened from its predicted probability, bin by bin.

    Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017. Of few rows it is above 0 even where every
    probability is right.

    Args:
        happened: (N,) 0 or 1, or booleans.
        probabilities: (N,) 0..1.
        bins: of equal width.
    """
    place = bin_of(probabilities, bins)

    def metric(weights: Weights) -> float:
        gap = np.bincount(place, weights * (happened - probabilities), bins)
        return float(np.abs(gap).sum() / max(weights.sum(), 1e-12))

    return metric


def reliability(
    happened: NDArray[np.generic], probabilities: NDArray[np.float64], bins: int, repeats: int = 1
) -> list[Bin]:
    """How often something happened, and its mean predicted probability, of each bin with rows.

    Args:
        happened: (N,) 0 or 1, or booleans.
        probabilities: (N,) 0..1.
        bins: of equal width.
        repeats: how often each row stands among the N.
    """
    place = bin_of(probabilities, bins)
    return [
        Bin(
            low=round(k / bins, 4),
            high=round((k + 1) / bins, 4),
            confidence=round(float(probabilities[place == k].mean()), 5),
            accuracy=round(float(happened[place == k].mean()), 5),
            n=round(int((place == k).sum()) / repeats),
        )
        for k in np.unique(place)
    ]
