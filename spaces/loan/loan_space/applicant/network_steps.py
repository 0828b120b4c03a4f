"""How the neural network decided for the applicant at hand, in four steps, as HTML."""

import numpy as np

from loan_space.serving import Answered, Served
from loan_space.wording import signed
from shared.loan.models.registry import ANN
from shared.loan.why.ann_internals import Inside, Pieces, inside
from shared.report import svg
from shared.wording import percent

WIDTH = 300  # of a drawing; a step is a quarter of the page, or a phone's width
LINE, CELLS = 34, 20  # height of a feature's line, and of its cells
EACH_WAY = 6  # units shown that speak for approval, and as many against
UNIT = 20  # height of a unit's bar
MOST_FED = 2  # features named behind a unit
# Of what the networks answer: probabilities from 0 to 1.
GROUND = svg.Frame(
    svg.Axis(0, 1, {tick: f"{tick:.0%}" for tick in (0.0, 0.5, 1.0)}),
    None, WIDTH, 96, left=12, right=12, top=8, foot=22,
)  # fmt: skip


def network_html(served: Served, answered: Answered) -> str:
    """The four steps: its inputs, what one network makes of them, what all predict, calibrated."""
    row = answered.application.row
    first = inside(served.predictor, row)
    typical = int(np.abs(first.members - first.mean).argmin())
    network = inside(served.predictor, row, typical)
    count, units = len(network.members), len(network.member.contributions)
    steps = (
        (
            "Numbers in pieces",
            pieces_drawing(network),
            "Each number is cut into ranges that hold equally many values of the training data. A "
            "piece is empty, full, or filled in part; yes and no are pieces of their own.",
        ),
        (
            f"{units} units look for patterns",
            units_drawing(network),
            "Each unit adds up pieces, and a sum below 0 counts as 0. Shown are the strongest "
            f"units of network {typical + 1}, which is nearest to the mean: those on the right "
            "speak for approval, those on the left against it.",
        ),
        (
            f"{count} networks answer",
            members_drawing(network),
            f"All learnt from the same applications, each from another start. The mean of their "
            f"predicted probabilities is {percent(network.mean)}; where they are far apart, the "
            "answer is uncertain.",
        ),
        (
            "Calibrated",
            calibration_drawing(network),
            f"Networks that learnt from few applications are too sure or not sure enough. A curve "
            f"that was fitted on applications they had not seen turns {percent(network.mean)} into "
            f"{percent(network.answer)}.",
        ),
    )
    items = "".join(
        f"<li><h4>{title}</h4>{drawn}<p>{words}</p></li>" for title, drawn, words in steps
    )
    return (
        '<section class="inside" aria-labelledby="inside-title"><h3 id="inside-title">How the '
        f"neural network decided</h3><ol>{items}</ol></section>"
    )


def pieces_drawing(network: Inside) -> str:
    """A line of cells for every feature that was cut."""
    cut = [pieces for pieces in network.pieces if len(pieces.filled) > 1]
    lines = "".join(_line(at, pieces) for at, pieces in enumerate(cut))
    title = f"{len(cut)} numbers cut into pieces, filled as far as this applicant's values reach"
    return svg.image(title, WIDTH, LINE * len(cut), lines)


def _line(at: int, pieces: Pieces) -> str:
    y, width = at * LINE + 14, WIDTH / len(pieces.filled)
    cells = "".join(
        svg.box("cell", k * width, y, width - 2, 14)
        + svg.box(ANN.key, k * width, y, (width - 2) * filled, 14)
        for k, filled in enumerate(pieces.filled.tolist())
    )
    return svg.words("axis", 0, y - 4, pieces.feature) + cells


def units_drawing(network: Inside) -> str:
    """The units that move the logit most, each way."""
    added = network.member.contributions
    order = np.argsort(-added)
    ends = dict.fromkeys((*order[:EACH_WAY], *order[-EACH_WAY:]))
    shown = [k for k in ends if added[k] != 0]
    scale = (WIDTH / 2 - 4) / max(float(np.abs(added[shown]).max()), 1e-9) if shown else 0.0
    bars = "".join(
        _unit(at, float(added[k]) * scale, float(added[k]), _fed(network, k))
        for at, k in enumerate(shown)
    )
    height = UNIT * len(shown) + 4
    title = (
        f"Units of one network: together {network.member.logit:+.2f} on the logit, "
        f"{'for' if network.member.logit > 0 else 'against'} approval"
    )
    middle = svg.rule("here", (WIDTH / 2, 0), (WIDTH / 2, height))
    return svg.image(title, WIDTH, height, bars + middle)


def _unit(at: int, length: float, added: float, fed: str) -> str:
    y, x = at * UNIT + 3, WIDTH / 2 + min(length, 0.0)
    name = f"{ANN.key} {'up' if added > 0 else 'down'}"
    bar = svg.box(name, x, y, max(abs(length), 1.0), UNIT - 6)
    start, anchor = (WIDTH / 2 + 6, "start") if added < 0 else (WIDTH / 2 - 6, "end")
    told = svg.words("tip", start, y + 11, f"{added:+.2f}{fed}", anchor)
    return svg.hovered(svg.box("hit", 0, y - 2, WIDTH, UNIT) + bar, told)


def _fed(network: Inside, unit: int) -> str:
    """Which features feed a unit most; only units of a first layer are fed by features."""
    if len(network.member.layers) > 1:
        return ""
    fed = network.member.fed[:, unit]
    names = [network.pieces[k].feature for k in np.argsort(-np.abs(fed))[:MOST_FED]]
    return ": " + ", ".join(names)


def members_drawing(network: Inside) -> str:
    """A dot for every network, and their mean."""
    dots = "".join(
        svg.circle(ANN.key, GROUND.across(probability), 24 + 9 * (k % 4), 4)
        for k, probability in enumerate(sorted(network.members.tolist()))
    )
    mean = GROUND.across(network.mean)
    low, high = float(network.members.min()), float(network.members.max())
    title = f"The networks' answers reach from {percent(low)} to {percent(high)}"
    return svg.Drawing(title, GROUND, svg.rule("here", (mean, 10), (mean, 74)) + dots).svg()


def calibration_drawing(network: Inside) -> str:
    """An arrow from the mean to the calibrated answer."""
    start, end = GROUND.across(network.mean), GROUND.across(network.answer)
    title = f"From {percent(network.mean)} to {percent(network.answer)}"
    moved = signed(network.answer - network.mean)
    marks = svg.rule(f"{ANN.key} moved", (start, 42), (end, 42))
    marks += svg.circle("before", start, 42, 5) + svg.circle(ANN.key, end, 42, 7)
    marks += svg.words("label", min(max(end, 24), WIDTH - 24), 24, moved, "middle")
    return svg.Drawing(title, GROUND, marks).svg()
