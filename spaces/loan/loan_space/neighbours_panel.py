"""The nearest simulated applicants, as HTML: who they are, in what they differ, what came out."""

from __future__ import annotations

from html import escape

import numpy as np

from loan_space.serving import Answered, Served
from loan_space.wording import UNLIKE
from shared.loan.application import say
from shared.loan.neighbours import nearest
from shared.page.figures import table

COUNT = 5


def neighbours_html(served: Served, answered: Answered) -> str:
    """A table of the nearest applicants; what is the same as with the applicant is set back."""
    decision, population = served.predictor.decision, served.predictor.population
    used = list(decision.used)
    row = answered.application.row
    found = nearest(decision.used_fields, population.table[:, used], row[used], COUNT)
    heads = ("Outcome", *(field.label for field in decision.used_fields))
    body = "".join(_row(served, row, int(k)) for k in found.indices)
    granted = int(population.approved[found.indices].sum())
    warning = f'<p class="verdict">{UNLIKE}</p>' if answered.unlike else ""
    return (
        '<section class="neighbours evidence" aria-labelledby="near-title">'
        f'<h3 id="near-title">Applicants like this one</h3>{warning}'
        f"<p>Of the {COUNT} most similar of {len(population.table):,} simulated applicants, "
        f"{granted} got the loan. They are drawn from a model of the training data, their outcome "
        f"from what the two models say; none of them exists.</p>"
        f"{table('The most similar simulated applicants', heads, body)}</section>"
    )


def _row(served: Served, row: np.ndarray, k: int) -> str:
    decision, population = served.predictor.decision, served.predictor.population
    outcome = "Granted" if population.approved[k] else "Refused"
    cells = "".join(
        f'<td class="{"same" if say(field, value) == say(field, row[at]) else "other"}">'
        f"{escape(say(field, value))}</td>"
        for field, at in zip(decision.used_fields, decision.used, strict=True)
        for value in (float(population.table[k, at]),)
    )
    return f'<tr><th scope="row">{outcome}</th>{cells}</tr>'
