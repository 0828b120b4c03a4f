"""One applicant in this process: both answers, why, what would change them, and one curve."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import cycle
from typing import TypeVar

from loan_applicants import Table, draw_applicants
from loan_bare import Bare
from rows import Goal, Row, compared, stated, times_cost
from timing import take_turns

from loan_space.explanations import as_advice, contributions_of
from loan_space.serving import Served, answer, answer_application
from shared.loan.fields.application import Application, as_values
from shared.loan.models.features import features
from shared.loan.why.ice_curves import curve

PEOPLE = 50  # applicants who take turns, so that no figure is about one of them
SEED = 1

Each = TypeVar("Each")


def measure(served: Served, bare: Bare, *, rounds: int, repeats: int) -> list[Row]:
    """Answers against the bare models, then what is stated in milliseconds."""
    people = draw_applicants(served.fields, PEOPLE, SEED)
    return [
        *answering(served, bare, people, rounds=rounds, repeats=repeats),
        *explaining(served, people, rounds=rounds, repeats=max(2, repeats // 5)),
    ]


def answering(served: Served, bare: Bare, people: Table, *, rounds: int, repeats: int) -> list[Row]:
    """From what a visitor sent to both answers, against both bare models on ready features."""
    decision = served.predictor.decision
    sent = [as_values(served.fields, row) for row in people]
    ready = features(decision.used_fields, people[:, decision.used])
    calls = {
        "ours": in_turns(lambda values: answer(served, values), sent),
        "bare": in_turns(bare.predict_proba, [ready[k : k + 1] for k in range(len(ready))]),
    }
    taken = take_turns(calls, rounds=rounds, repeats=repeats)
    ours, other = taken["ours"], taken["bare"]
    return [
        stated(
            "loan_answer_ms",
            "One applicant, from what was sent to both answers",
            ours,
            unit="ms",
            goal=Goal("at most", 3, "ms"),
        ),
        compared(
            "loan_answer",
            "The same, against the bare predict_proba of scikit-learn and the ANN in PyTorch",
            ours,
            other,
            unit="ms",
            ratio=times_cost(ours, other),
            goal=Goal("at most", 1.5),
        ),
    ]


def explaining(served: Served, people: Table, *, rounds: int, repeats: int) -> list[Row]:
    """What the page shows beside an answer."""
    answered = [answer_application(served, Application(row, ())) for row in people]
    refused = [case for case in answered if (case.probabilities < served.threshold).any()]
    number = next(k for k, field in enumerate(served.fields) if field.kind == "number")
    population = served.predictor.population.table
    calls = {
        "shapley": in_turns(lambda row: contributions_of(served, row), people),
        "advice": in_turns(lambda case: as_advice(served, case), refused or answered),
        "curve": in_turns(
            lambda row: curve(served.score, served.fields, row, number, population), people
        ),
    }
    taken = take_turns(calls, rounds=rounds, repeats=repeats)
    return [
        stated(f"loan_{name}", label, taken[name], unit="ms", goal=goal)
        for name, label, goal in (
            ("shapley", "Exact Shapley values of both models", Goal("at most", 300, "ms")),
            ("advice", "What would change the answer, for those whom a model refuses", None),
            ("curve", "Both answers over one field, with the population's average", None),
        )
    ]


def in_turns(call: Callable[[Each], object], inputs: Iterable[Each]) -> Callable[[], object]:
    """A call that takes the next input each time, and begins again behind the last."""
    waiting = cycle(inputs)
    return lambda: call(next(waiting))
