"""Second opinions on the answers by other methods, as HTML: each is a row of `METHODS`."""

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from loan_space.explanations import contributions_of, points
from loan_space.serving import Answered, Served
from loan_space.wording import signed
from shared.checkpoint.source import LoadedCheckpoint
from shared.device import CPU
from shared.loan.fields.application import say
from shared.loan.models.ml import load_classical
from shared.loan.models.registry import ANN, ML
from shared.loan.why.integrated_gradients import (
    ANN_AT,
    CLOSE,
    import_captum,
    integrated,
    second_opinion_ann,
)
from shared.loan.why.tree_interpreter import forest_view
from shared.page.gpu import marked, with_cpu_fallback
from shared.report.blocks import Table
from shared.report.html import table_html

LEAST = 0.0005  # a contribution below that is not listed
MOST_ROWS = 8
AGREE = 0.9  # rank correlation from which two methods are called alike
GPU_SECONDS = 20  # asked of a visitor's quota, which refuses what it does not hold
PATIENT = 10  # of Unix's -20..19: a thread that leaves the processor to those who answer
_preparing = threading.Lock()  # two threads that import PyTorch at once can see it half imported

_marked_integrated = marked(integrated, seconds=GPU_SECONDS)


@dataclass(frozen=True)
class Method:
    """A second opinion.

    Attributes:
        prepare: imports and loads what it needs for a checkpoint's folder. The first call takes
            seconds, the others nothing.
        html: its opinion on an applicant.
    """

    prepare: Callable[[Path], object]
    html: Callable[[Served, Answered], str]


def opinions_html(served: Served, answered: Answered) -> str:
    """All second opinions; whoever asks while they are being prepared waits for that."""
    _prepare(served.predictor.folder)
    opinions = "".join(method.html(served, answered) for method in METHODS)
    return f'<div class="opinions">{opinions}</div>'


def warm_up(loaded: LoadedCheckpoint) -> None:
    """Prepare the second opinions before anybody asks for them; for a thread of its own.

    They import PyTorch and scikit-learn, which keeps a processor busy for seconds. On Linux each
    thread has a priority: this one steps back behind those that answer meanwhile.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), PATIENT)
    _prepare(loaded.folder)


def _prepare(folder: Path) -> None:
    with _preparing:
        for method in METHODS:
            method.prepare(folder)


def _integrate(*arrays: Any) -> tuple[np.ndarray, int]:
    """The heavy part, on a GPU where there is one."""
    if _marked_integrated is integrated:  # no ZeroGPU: whatever this process has
        return integrated(*arrays)
    return with_cpu_fallback(
        partial(_marked_integrated, *arrays), partial(integrated, *arrays, device=CPU)
    )


def _captum_html(served: Served, answered: Answered) -> str:
    """Integrated Gradients beside the Shapley values, field by field."""
    row, decision = answered.application.row, served.predictor.decision
    opinion = second_opinion_ann(served.predictor, row, _integrate)
    shapley = contributions_of(served, row).values[:, ANN_AT]
    used = list(decision.used)
    rows = [
        (field.label, say(field, row[k]), signed(shapley[k]), signed(opinion.values[k]))
        for k, field in zip(used, decision.used_fields, strict=True)
    ]
    heads = ("Field", "Here", "Shapley", "Integrated Gradients")
    return (
        f"<h4>{ANN.title}: Integrated Gradients, by Captum</h4>"
        f"<p>{_alike(shapley[used], opinion.values[used])} It follows the slope of the network on "
        "the way from other applicants to this one; Shapley values replace one field after the "
        f"other. In points of probability.{_missed(opinion.gap)}</p>"
        f"{table_html(Table('Two methods for the neural network', heads, rows))}"
    )


def _missed(gap: float) -> str:
    """What the sum misses, where it is too much for rounding: far from all training data."""
    if abs(gap) <= CLOSE:
        return ""
    return f" Its values miss the answer by {points(gap)}: take them with care."


def _alike(one: np.ndarray, other: np.ndarray) -> str:
    """Whether two methods put the fields in the same order (Spearman's rank correlation)."""
    ranks = [np.argsort(np.argsort(-np.abs(values))) for values in (one, other)]
    same = float(np.corrcoef(ranks[0], ranks[1])[0, 1])
    order = "puts the fields in much the same order" if same >= AGREE else "orders some differently"
    return f"A second method {order} (rank correlation {same:.2f})."


def _own_html(served: Served, answered: Answered) -> str:
    """The classical model's own account, by what it asked for."""
    predictor, row = served.predictor, answered.application.row
    decision = predictor.decision
    view = forest_view(predictor.folder, decision.used_fields, row[list(decision.used)])
    shown = [part for part in view.rows if abs(part.contribution) >= LEAST][:MOST_ROWS]
    in_points = view.scale == "probability"
    write = signed if in_points else "{:+.2f}".format
    rows = [(part.feature, part.value, write(part.contribution)) for part in shown]
    heads = ("What it asked for", "Here", "Moved the answer")
    unit = "points of probability" if in_points else "log-odds"
    return (
        f"<h4>{ML.title}, told by its {escape(view.model)}</h4>"
        "<p>Read off its own splits: how the answer moved each time it asked for something, before "
        f"calibration, in {unit}. It sees what was computed from the fields, so the amount in "
        "proportion to the income stands here as well.</p>"
        f"{table_html(Table('Its own account', heads, rows))}"
    )


METHODS = (Method(import_captum, _captum_html), Method(load_classical, _own_html))
