"""The nearest simulated applicants, as HTML: who they are, in what they differ, what came out."""

from __future__ import annotations

from html import escape

import numpy as np
from numpy.typing import NDArray

from loan_space.serving import Answered, Served
from loan_space.wording import UNLIKE
from shared.loan.fields.application import say
from shared.loan.fields.declared import Field
from shared.loan.why.neighbours import nearest
from shared.report.html import scrolling as table

COUNT = 4  # beside the applicant, as many as fit beside the form


def neighbours_html(served: Served, answered: Answered) -> str:
    """A table of the applicant beside the nearest ones; what is the same is set back."""
    decision, population = served.predictor.decision, served.predictor.population
    used = list(decision.used)
    row = answered.application.row[used]
    found = nearest(decision.used_fields, population.table[:, used], row, COUNT)
    near = population.table[found.indices][:, used]
    body = "".join(_row(field, row[k], near[:, k]) for k, field in enumerate(decision.used_fields))
    outcomes = ["Granted" if each else "Refused" for each in population.approved[found.indices]]
    warning = f'<p class="verdict">{UNLIKE}</p>' if answered.unlike else ""
    return (
        '<section class="neighbours evidence" aria-labelledby="near-title">'
        f'<h3 id="near-title">Applicants like this one</h3>{warning}'
        f"<p>Of the {COUNT} most similar of {len(population.table):,} simulated applicants, "
        f"{outcomes.count('Granted')} got the loan. They are drawn from a model of the training "
        "data, their outcome from what the two models say; none of them exists.</p>"
        f"{table('The most similar simulated applicants', ('Field', 'This one', *outcomes), body)}"
        "</section>"
    )


def _row(field: Field, own: float, values: NDArray[np.float64]) -> str:
    unit = f' <span class="soft">{escape(field.unit)}</span>' if field.unit else ""
    cells = "".join(
        f'<td class="{"same" if short(field, value) == short(field, own) else "other"}">'
        f"{escape(short(field, value))}</td>"
        for value in values
    )
    return (
        f'<tr><th scope="row">{escape(field.label)}{unit}</th>'
        f"<td>{escape(short(field, own))}</td>{cells}</tr>"
    )


def short(field: Field, value: float) -> str:
    """A value without its unit, which the row's head names."""
    return say(field, value).removesuffix(field.unit).strip()
