"""Second opinions on both answers, by other methods, as HTML."""

from __future__ import annotations

import threading
from functools import partial
from html import escape
from typing import Any

import numpy as np

from loan_space import reasons
from loan_space.serving import Answered, Served
from loan_space.wording import points, signed
from shared.device import CPU
from shared.loan.fields.application import say
from shared.loan.models.registry import MODELS
from shared.loan.why.forest import ForestView, forest_view
from shared.loan.why.integrated_gradients import CLOSE, integrated, second_opinion_ann
from shared.page.gpu import marked, or_here
from shared.report.html import scrolling as table

LEAST = 0.0005  # a contribution below that is not listed
MOST_ROWS = 8
ANN = MODELS.index("ann")
AGREE = 0.9  # rank correlation from which two methods are called alike
GPU_SECONDS = 20  # asked of a visitor's quota, which refuses what it does not hold
_importing = threading.Lock()  # two threads that import PyTorch at once can see it half imported

_marked_integrated = marked(integrated, seconds=GPU_SECONDS)


def opinions_html(served: Served, answered: Answered) -> str:
    """Captum on the neural network, and the classical model's own view."""
    row = answered.application.row
    decision = served.predictor.decision
    with _importing:
        captum = _captum(served, answered)
        own = forest_view(served.predictor.folder, decision.used_fields, row[list(decision.used)])
    return f'<div class="opinions">{captum}{_own(own)}</div>'


def _integrate(*arrays: Any) -> tuple[np.ndarray, int]:
    """The heavy part, on a GPU where there is one."""
    if _marked_integrated is integrated:  # no ZeroGPU: whatever this process has
        return integrated(*arrays)
    return or_here(partial(_marked_integrated, *arrays), partial(integrated, *arrays, device=CPU))


def _captum(served: Served, answered: Answered) -> str:
    """Integrated Gradients beside the Shapley values, field by field."""
    row, decision = answered.application.row, served.predictor.decision
    found = second_opinion_ann(served.predictor, row, _integrate)
    shapley = reasons.contributions_of(served, row).values[:, ANN]
    body = "".join(
        f'<tr><th scope="row">{escape(served.fields[k].label)}</th>'
        f"<td>{escape(say(served.fields[k], row[k]))}</td><td>{signed(shapley[k])}</td>"
        f"<td>{signed(found.values[k])}</td></tr>"
        for k in decision.used
    )
    heads = ("Field", "Here", "Shapley", "Integrated Gradients")
    return (
        "<h4>Neural network: Integrated Gradients, by Captum</h4>"
        f"<p>{_alike(shapley[list(decision.used)], found.values[list(decision.used)])} It follows "
        "the slope of the network from other applicants to this one, where Shapley values swap "
        f"fields one by one. In points of probability.{_missed(found.gap)}</p>"
        f"{table('Two methods for the neural network', heads, body)}"
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
    said = "puts the fields in much the same order" if same >= AGREE else "orders some differently"
    return f"A second method {said} (rank correlation {same:.2f})."


def _own(view: ForestView) -> str:
    """The classical model's own account, by what it asked for."""
    shown = [part for part in view.rows if abs(part.contribution) >= LEAST][:MOST_ROWS]
    in_points = view.scale == "probability"
    body = "".join(
        f'<tr><th scope="row">{escape(part.feature)}</th><td>{escape(part.value)}</td>'
        f"<td>{signed(part.contribution) if in_points else f'{part.contribution:+.2f}'}</td></tr>"
        for part in shown
    )
    unit = "points of probability" if in_points else "log-odds"
    return (
        f"<h4>Machine learning: what {escape(view.model)} asked for</h4>"
        "<p>Read off its own splits: how the answer moved each time it asked for something, before "
        f"calibration, in {unit}. It sees what was computed from the fields, so amounts stand here "
        "against incomes as well.</p>"
        f"{table('Its own account', ('What it asked for', 'Here', 'Moved the answer'), body)}"
    )
