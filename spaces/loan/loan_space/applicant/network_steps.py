"""How the neural network decided for the applicant at hand, in four steps, as HTML."""

from html import escape

import numpy as np

from loan_space.serving import Answered, Served
from loan_space.wording import signed
from shared.loan.models.registry import ANN
from shared.loan.why.ann_internals import Inside, Pieces, inside
from shared.report.svg import image as svg
from shared.wording import percent

WIDTH = 300  # of a drawing; a step is a quarter of the page, or a phone's width
LINE, CELLS = 34, 20  # height of a feature's line, and of its cells
EACH_WAY = 6  # units shown that speak for approval, and as many against
UNIT = 20  # height of a unit's bar
MOST_FED = 2  # features named behind a unit


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
    return svg(title, WIDTH, LINE * len(cut), lines)


def _line(at: int, pieces: Pieces) -> str:
    y, width = at * LINE + 14, WIDTH / len(pieces.filled)
    cells = "".join(
        f'<rect class="cell" x="{k * width:.1f}" y="{y}" width="{width - 2:.1f}" height="14" '
        f'rx="2"/><rect class="{ANN.key}" x="{k * width:.1f}" y="{y}" '
        f'width="{(width - 2) * filled:.1f}" height="14" rx="2"/>'
        for k, filled in enumerate(pieces.filled.tolist())
    )
    return f'<text class="axis" x="0" y="{y - 4}">{escape(pieces.feature)}</text>{cells}'


def units_drawing(network: Inside) -> str:
    """The units that move the logit most, each way."""
    added = network.member.contributions
    order = np.argsort(-added)
    shown = [k for k in (*order[:EACH_WAY], *order[-EACH_WAY:]) if added[k] != 0]
    scale = (WIDTH / 2 - 4) / max(float(np.abs(added[shown]).max()), 1e-9) if shown else 0.0
    bars = "".join(
        _unit(at, float(added[k]) * scale, float(added[k]), _fed(network, k))
        for at, k in enumerate(dict.fromkeys(shown))
    )
    height = UNIT * len(dict.fromkeys(shown)) + 4
    middle = WIDTH / 2
    line = f'<line class="here" x1="{middle}" y1="0" x2="{middle}" y2="{height}"/>'
    title = (
        f"Units of one network: together {network.member.logit:+.2f} on the logit, "
        f"{'for' if network.member.logit > 0 else 'against'} approval"
    )
    return svg(title, WIDTH, height, bars + line)


def _unit(at: int, length: float, added: float, fed: str) -> str:
    y, x = at * UNIT + 3, WIDTH / 2 + min(length, 0.0)
    side = ("start", WIDTH / 2 + 6) if added < 0 else ("end", WIDTH / 2 - 6)
    return (
        f'<g class="mark"><rect class="hit" x="0" y="{y - 2}" width="{WIDTH}" height="{UNIT}"/>'
        f'<rect class="{ANN.key} {"up" if added > 0 else "down"}" x="{x:.1f}" y="{y}" '
        f'width="{max(abs(length), 1.0):.1f}" height="{UNIT - 6}" rx="2"/>'
        f'<text class="tip" x="{side[1]}" y="{y + 11}" text-anchor="{side[0]}">{added:+.2f}'
        f"{fed}</text></g>"
    )


def _fed(network: Inside, unit: int) -> str:
    """Which features feed a unit most; only units of a first layer are fed by features."""
    if len(network.member.layers) > 1:
        return ""
    fed = network.member.fed[:, unit]
    names = [network.pieces[k].feature for k in np.argsort(-np.abs(fed))[:MOST_FED]]
    return escape(": " + ", ".join(names))


def members_drawing(network: Inside) -> str:
    """A dot for every network, and their mean."""
    dots = "".join(
        f'<circle class="{ANN.key}" cx="{_x(probability):.1f}" cy="{24 + 9 * (k % 4)}" r="4"/>'
        for k, probability in enumerate(sorted(network.members.tolist()))
    )
    mean = _x(network.mean)
    low, high = float(network.members.min()), float(network.members.max())
    title = f"The networks' answers reach from {percent(low)} to {percent(high)}"
    return svg(
        title,
        WIDTH,
        96,
        f'{_scale(74)}<line class="here" x1="{mean:.1f}" y1="10" x2="{mean:.1f}" y2="74"/>{dots}',
    )


def calibration_drawing(network: Inside) -> str:
    """An arrow from the mean to the calibrated answer."""
    start, end = _x(network.mean), _x(network.answer)
    title = f"From {percent(network.mean)} to {percent(network.answer)}"
    moved = signed(network.answer - network.mean)
    return svg(
        title,
        WIDTH,
        96,
        f'{_scale(74)}<line class="{ANN.key} moved" x1="{start:.1f}" y1="42" x2="{end:.1f}" '
        'y2="42"/>'
        f'<circle class="before" cx="{start:.1f}" cy="42" r="5"/>'
        f'<circle class="{ANN.key}" cx="{end:.1f}" cy="42" r="7"/>'
        f'<text class="label" x="{min(max(end, 24), WIDTH - 24):.1f}" y="24" '
        f'text-anchor="middle">{moved}</text>',
    )


def _x(probability: float) -> float:
    return 12 + probability * (WIDTH - 24)


def _scale(bottom: int) -> str:
    return "".join(
        f'<line class="grid" x1="{_x(tick):.1f}" y1="8" x2="{_x(tick):.1f}" y2="{bottom}"/>'
        f'<text class="axis" x="{_x(tick):.1f}" y="{bottom + 16}" text-anchor="middle">'
        f"{tick:.0%}</text>"
        for tick in (0.0, 0.5, 1.0)
    )
