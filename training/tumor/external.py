"""External validation: what a checkpoint does with slices of other hospitals.

On the half of their patients that nothing was chosen on. By source and sequence: answers, refusals,
calibration and sets; whether tumors are found; whether the maps lie on them, and whether a steady
map (`shared.tumor.steadiness`) does so more often; and whether the answer rests on the tumor, by
covering it (`training.tumor.erasure`). Intervals draw whole patients.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from shared.slices.decode import read_slice
from shared.slices.framing import onto_slice, prepare, to_input
from shared.tumor.classes import HEALTHY
from shared.tumor.gradcam import grad_cam
from shared.tumor.predictor import Predictor, predict, run_network
from shared.tumor.steadiness import STEADY, steadiness
from training.metrics import (
    Figure,
    Metric,
    Weights,
    bootstrap,
    bootstrap_of_distance,
    expected_calibration_error,
    proportion,
    share,
)
from training.tumor import localisation
from training.tumor.answers import BINS, Part
from training.tumor.elsewhere import (
    ForeignSlice,
    Half,
    foreign_slices,
    groups_of_patients,
    half_of,
)
from training.tumor.erasure import covered
from training.tumor.localisation import Boxed, Hit
from training.tumor.slices import into_window

HALF: Half = "held_out"
SPECIFICITY = 0.92
DRAWS = 200  # of an AUC, which takes a sort for each


def section(data: Path, predictor: Predictor, seed: int) -> dict[str, Any]:
    """Every figure; empty where `data` holds no `elsewhere/`."""
    slices = list(foreign_slices(data, HALF))
    if not slices:
        return {}
    part = answered(predictor, slices)
    boxed = [Boxed(row.path, row.box, row.label, int(group))
             for row, group in zip(slices, part.groups, strict=True) if row.box]  # fmt: skip
    local = localisation.held_out(data)
    of_half = [row for row in local if half_of(f"localisation/{row.path.name}") == HALF]
    maps = {"elsewhere": tested(predictor, boxed), "localisation": tested(predictor, of_half)}
    return {
        "patients": len(np.unique(part.groups)),
        **of_answers(part, slices, predictor, seed),
        "maps": {name: of_maps(rows, seed) for name, rows in maps.items()},
        "erased": {
            "elsewhere": erased(predictor, boxed, seed),
            "localisation": erased(predictor, local, seed),
        },
    }


def answered(predictor: Predictor, slices: Sequence[ForeignSlice]) -> Part:
    """Answer for slices as the Space does, from the file on."""
    read = [read_slice(row.path) for row in tqdm(slices, desc="elsewhere", unit="slice")]
    answers = [predict(predictor, picture.pixels, picture.colourfulness) for picture in read]
    return Part(
        files=[row.path.name for row in slices],
        slices=[picture.pixels for picture in read],
        truth=np.array([predictor.labels.index(row.label) for row in slices]),
        groups=groups_of_patients(list(slices)),
        answers=answers,
        probabilities=np.array([[a.probabilities[k] for k in predictor.labels] for a in answers]),
    )


def of_answers(
    part: Part, slices: Sequence[ForeignSlice], predictor: Predictor, seed: int
) -> dict[str, Any]:
    """What the answers are worth: all together, by source and sequence, far from home, by class."""
    inside, everything = part.inside(predictor.decision), np.ones(len(slices), dtype=np.bool_)
    far = np.array([answer.unlike for answer in part.answers])
    sources = np.array([row.source for row in slices])
    kinds = np.array([f"{row.source}, {row.sequence}" for row in slices])

    def among(rows: NDArray[np.bool_]) -> dict[str, Any]:
        return of_rows(part, inside, rows, seed)

    return {
        "all": among(everything),
        "by_source": {str(name): among(sources == name) for name in np.unique(sources)},
        "by_sequence": {str(name): among(kinds == name) for name in np.unique(kinds)},
        "far": among(far),
        "near": among(~far),
        "tumor_or_not": tumor_or_not(part, predictor.labels.index(HEALTHY), seed),
    }


def of_rows(
    part: Part, inside: NDArray[np.bool_], rows: NDArray[np.bool_], seed: int
) -> dict[str, Any]:
    """Refusals of some slices; accuracy, calibration and sets of the answers given."""
    given = rows & ~part.refused
    figures: dict[str, Any] = {
        "n": int(rows.sum()),
        "refused": proportion(part.refused[rows], part.groups[rows], seed=seed),
        "accuracy": proportion(part.right[given], part.groups[given], seed=seed),
    }
    if given.any():
        groups, confidence = part.groups[given], part.probabilities[given].max(axis=1)
        error = expected_calibration_error(part.right[given], confidence, BINS)
        held = inside[np.arange(len(part.truth)), part.truth][given]
        sizes = share(inside[given].sum(axis=1).astype(float))
        figures["ece"] = bootstrap_of_distance(error, groups, seed=seed)
        figures["coverage"] = proportion(held, groups, seed=seed)
        figures["mean_size"] = bootstrap(sizes, groups, seed=seed)
    return figures


def tumor_or_not(part: Part, healthy: int, seed: int) -> dict[str, Figure]:
    """Whether tumors are found: AUC of the answers given, and recall, refused slices missed."""
    ill, given = part.truth != healthy, ~part.refused
    score = np.where(given, 1 - part.probabilities[:, healthy], 0.0)
    named = given & ill & (part.predicted != healthy)
    figures = {
        "recall_at_specificity": bootstrap(
            recall_at(ill, score, SPECIFICITY), part.groups, seed=seed
        ),
        "right_class_among_tumors_found": proportion(
            part.right[named], part.groups[named], seed=seed
        ),
    }
    if len(np.unique(ill[given])) == 2:
        figures["auc"] = bootstrap(
            auc(ill[given], score[given]), part.groups[given], seed=seed, draws=DRAWS
        )
    return figures


def auc(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> Metric:
    """The area under the ROC curve; not a number of a draw that holds one kind alone."""

    def metric(weights: Weights) -> float:
        if len(np.unique(truth[weights > 0])) < 2:
            return float("nan")
        return float(roc_auc_score(truth, score, sample_weight=weights))

    return metric


def recall_at(ill: NDArray[np.bool_], score: NDArray[np.float64], specificity: float) -> Metric:
    """The share of the ill above the score that so many of the healthy do not exceed."""
    order = np.argsort(score[~ill])
    healthy = score[~ill][order]

    def metric(weights: Weights) -> float:
        below = np.cumsum(weights[~ill][order])
        if not len(healthy) or below[-1] == 0:
            return float("nan")
        threshold = healthy[np.searchsorted(below, specificity * below[-1])]
        return share(score[ill] > threshold)(weights[ill])

    return metric


@dataclass(frozen=True)
class TestedMaps:
    """Grad-CAM of N slices with boxes: where it lies, and how steady it is (N,)."""

    hits: list[Hit]
    steady: NDArray[np.float64]
    groups: NDArray[np.int64]


def tested(predictor: Predictor, boxed: Sequence[Boxed]) -> TestedMaps:
    """Take the map of each slice for its true class, and test whether it holds still."""
    hits, steady = [], []
    for sample in tqdm(boxed, desc="steadiness of maps", unit="slice"):
        pixels = read_slice(sample.path).pixels
        answer = predict(predictor, pixels)
        values = grad_cam(predictor, answer, target=sample.label).values
        shape = (pixels.shape[0], pixels.shape[1])
        hits.append(localisation.hit(onto_slice(values, answer.prepared.window, shape), sample.box))
        steady.append(steadiness(predictor, answer, target=sample.label).score)
    return TestedMaps(hits, np.array(steady), np.array([sample.group for sample in boxed]))


def of_maps(maps: TestedMaps, seed: int) -> dict[str, Any]:
    """Pointing and energy, and how well steadiness tells maps that hit from maps that miss."""
    if not maps.hits:
        return {}
    hit, held = np.array([row.pointing > 0 for row in maps.hits]), maps.steady >= STEADY
    figures: dict[str, Any] = dict(localisation.figures(maps.hits, maps.groups, seed))
    if len(np.unique(hit)) == 2:
        metric = auc(hit, maps.steady)
        figures["verdict_auc"] = bootstrap(metric, maps.groups, seed=seed, draws=DRAWS)
    return figures | {
        "pointing_of_steady": proportion(hit[held], maps.groups[held], seed=seed),
        "pointing_of_unsteady": proportion(hit[~held], maps.groups[~held], seed=seed),
    }


def erased(predictor: Predictor, boxed: Sequence[Boxed], seed: int) -> dict[str, Figure]:
    """How often a slice is called tumor: as it is, with the tumor covered, with a patch elsewhere.

    Of the symmetric slices whose tumor lies on one side.
    """
    healthy, called, groups = predictor.labels.index(HEALTHY), [], []
    for k, sample in enumerate(tqdm(boxed, desc="covered tumors", unit="slice")):
        pixels = read_slice(sample.path).pixels
        framed = prepare(pixels, predictor.size)
        shape = (pixels.shape[0], pixels.shape[1])
        box = np.array(into_window(sample.box, framed.window, shape), dtype=np.float32)
        pair = covered(framed.pixels, box, k)
        if pair:
            views = to_input(np.stack([framed.pixels, pair.tumor, pair.elsewhere]))
            logits = run_network(predictor.network, views)[1]
            called.append(logits.argmax(axis=1) != healthy)
            groups.append(sample.group)
    rows = np.array(called, dtype=np.bool_).reshape(-1, 3)
    names = ("called_tumor_as_it_is", "called_tumor_with_tumor_covered",
             "called_tumor_with_patch_elsewhere")  # fmt: skip
    return {
        name: proportion(rows[:, k], np.array(groups, dtype=np.int64), seed=seed)
        for k, name in enumerate(names)
    }
