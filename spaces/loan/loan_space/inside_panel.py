"""How the network decided for the applicant at hand, in four steps, as HTML."""

from __future__ import annotations

from html import escape

import numpy as np

from loan_space.serving import Answered, Served
from loan_space.wording import signed
from shared.loan.why.inside import Inside, Pieces, inside
from shared.report.svg import image as svg
from shared.wording import percent

WIDTH = 300  # of a drawing; a step is a quarter of the page, or a phone's width
LINE, CELLS = 34, 20  # height of a feature's line, and of its cells
EACH_WAY = 6  # units shown that speak for approval, and as many against
UNIT = 20  # height of a unit's bar
MOST_FED = 2  # features named behind a unit


def inside_html(served: Served, answered: Answered) -> str:
    """The four steps: what it is told, what a network makes of it, what all say, calibrated."""
    row = answered.application.row
    first = inside(served.predictor, row)
    typical = int(np.abs(first.members - first.mean).argmin())
    found = inside(served.predictor, row, typical)
    count, units = len(found.members), len(found.member.contributions)
    steps = (
        (
            "Numbers in pieces",
            pieces_drawing(found),
            "Each number is cut where the training data had as many values on either side. A piece "
            "is empty, full, or filled in part; yes and no are pieces of their own.",
        ),
        (
            f"{units} units look for patterns",
            units_drawing(found),
            f"Each unit adds pieces up and speaks only above 0. Shown are the strongest of network "
            f"{typical + 1}, which is nearest to the mean: right for approval, left against.",
        ),
        (
            f"{count} networks answer",
            members_drawing(found),
            f"All learnt from the same applications, each from another start. Their mean is "
            f"{percent(found.mean)}; where they are far apart, little speaks for any answer.",
        ),
        (
            "Calibrated",
            calibration_drawing(found),
            f"What networks of few rows say is too bold or too shy. A curve that was fitted on "
            f"applications they had not seen turns {percent(found.mean)} into "
            f"{percent(found.answer)}.",
        ),
    )
    items = "".join(
        f"<li><h4>{title}</h4>{drawn}<p>{words}</p></li>" for title, drawn, words in steps
    )
    return (
        '<section class="inside" aria-labelledby="inside-title"><h3 id="inside-title">How the '
        f"neural network decided</h3><ol>{items}</ol></section>"
    )


def pieces_drawing(found: Inside) -> str:
    """A line of cells for every feature that was cut."""
    cut = [each for each in found.pieces if len(each.filled) > 1]
    lines = "".join(_line(at, each) for at, each in enumerate(cut))
    title = f"{len(cut)} numbers cut into pieces, filled as far as this applicant's values reach"
    return svg(title, WIDTH, LINE * len(cut), lines)


def _line(at: int, each: Pieces) -> str:
    y, width = at * LINE + 14, WIDTH / len(each.filled)
    cells = "".join(
        f'<rect class="cell" x="{k * width:.1f}" y="{y}" width="{width - 2:.1f}" height="14" '
        f'rx="2"/><rect class="ann" x="{k * width:.1f}" y="{y}" '
        f'width="{(width - 2) * share:.1f}" height="14" rx="2"/>'
        for k, share in enumerate(each.filled.tolist())
    )
    return f'<text class="axis" x="0" y="{y - 4}">{escape(each.feature)}</text>{cells}'


def units_drawing(found: Inside) -> str:
    """The units that move the logit most, each way."""
    added = found.member.contributions
    order = np.argsort(-added)
    shown = [k for k in (*order[:EACH_WAY], *order[-EACH_WAY:]) if added[k] != 0]
    scale = (WIDTH / 2 - 4) / max(float(np.abs(added[shown]).max()), 1e-9) if shown else 0.0
    bars = "".join(
        _unit(at, float(added[k]) * scale, float(added[k]), _fed(found, k))
        for at, k in enumerate(dict.fromkeys(shown))
    )
    height = UNIT * len(dict.fromkeys(shown)) + 4
    middle = WIDTH / 2
    line = f'<line class="here" x1="{middle}" y1="0" x2="{middle}" y2="{height}"/>'
    title = (
        f"Units of one network: together {found.member.logit:+.2f} on the logit, "
        f"{'for' if found.member.logit > 0 else 'against'} approval"
    )
    return svg(title, WIDTH, height, bars + line)


def _unit(at: int, length: float, added: float, fed: str) -> str:
    y, x = at * UNIT + 3, WIDTH / 2 + min(length, 0.0)
    side = ("start", WIDTH / 2 + 6) if added < 0 else ("end", WIDTH / 2 - 6)
    return (
        f'<g class="mark"><rect class="hit" x="0" y="{y - 2}" width="{WIDTH}" height="{UNIT}"/>'
        f'<rect class="ann {"up" if added > 0 else "down"}" x="{x:.1f}" y="{y}" '
        f'width="{max(abs(length), 1.0):.1f}" height="{UNIT - 6}" rx="2"/>'
        f'<text class="tip" x="{side[1]}" y="{y + 11}" text-anchor="{side[0]}">{added:+.2f}'
        f"{fed}</text></g>"
    )


def _fed(found: Inside, unit: int) -> str:
    """Which features feed a unit most; only units of a first layer are fed by features."""
    if len(found.member.layers) > 1:
        return ""
    fed = found.member.fed[:, unit]
    names = [found.pieces[k].feature for k in np.argsort(-np.abs(fed))[:MOST_FED]]
    return escape(": " + ", ".join(names))


def members_drawing(found: Inside) -> str:
    """A dot for every network, and their mean."""
    dots = "".join(
        f'<circle class="ann" cx="{_x(share):.1f}" cy="{24 + 9 * (k % 4)}" r="4"/>'
        for k, share in enumerate(sorted(found.members.tolist()))
    )
    mean = _x(found.mean)
    low, high = float(found.members.min()), float(found.members.max())
    title = f"The networks' answers reach from {percent(low)} to {percent(high)}"
    return svg(
        title,
        WIDTH,
        96,
        f'{_scale(74)}<line class="here" x1="{mean:.1f}" y1="10" x2="{mean:.1f}" y2="74"/>{dots}',
    )


def calibration_drawing(found: Inside) -> str:
    """An arrow from the mean to the calibrated answer."""
    start, end = _x(found.mean), _x(found.answer)
    title = f"From {percent(found.mean)} to {percent(found.answer)}"
    moved = signed(found.answer - found.mean)
    return svg(
        title,
        WIDTH,
        96,
        f'{_scale(74)}<line class="ann moved" x1="{start:.1f}" y1="42" x2="{end:.1f}" y2="42"/>'
        f'<circle class="before" cx="{start:.1f}" cy="42" r="5"/>'
        f'<circle class="ann" cx="{end:.1f}" cy="42" r="7"/>'
        f'<text class="label" x="{min(max(end, 24), WIDTH - 24):.1f}" y="24" '
        f'text-anchor="middle">{moved}</text>',
    )


def _x(share: float) -> float:
    return 12 + share * (WIDTH - 24)


def _scale(bottom: int) -> str:
    return "".join(
        f'<line class="grid" x1="{_x(share):.1f}" y1="8" x2="{_x(share):.1f}" y2="{bottom}"/>'
        f'<text class="axis" x="{_x(share):.1f}" y="{bottom + 16}" text-anchor="middle">'
        f"{share:.0%}</text>"
        for share in (0.0, 0.5, 1.0)
    )
