"""The parts of the loan models' evaluation, each told from figures worked out by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import numpy as np
import pytest

from loan_space.quality_view import explorer_html
from loan_space.wording import MINUS
from shared.loan.fields.declared import FIELDS
from shared.report import loan, loan_curves, loan_groups
from shared.report.blocks import NOT_MEASURED, Block, Change
from shared.report.charts import intervals
from shared.report.figures import Figure, signed
from shared.report.html import blocks_html, cell_html
from shared.report.markdown import blocks_markdown
from shared.report.svg import Frame, rounded, unit


def told(blocks: Sequence[Block]) -> str:
    """As on the page; what it says stands in the card too, but for what only shows on a plot."""
    assert blocks_markdown(blocks)
    return unescape(blocks_html(blocks))


def test_the_gain_over_the_rule_is_told_in_applicants() -> None:
    figures = {"rule": (0.809, 0.8, 0.83), "ml": (0.811, 0.8, 0.84), "ann": (0.9, 0.85, 0.95)}
    recorded = {
        kind: {"accuracy": {"value": value, "low": low, "high": high, "n": 9}}
        for kind, (value, low, high) in figures.items()
    }
    html = told(loan.performance({"performance": recorded, "threshold": 0.5}))
    assert "At the threshold of 50 %, of 1,000 applicants the rule decides 809" in html
    assert "machine learning 811 (2 more) and the neural network 900 (91 more)" in html
    assert "Only the neural network lies outside the rule's interval" in html
    recorded["ann"] = recorded["rule"]
    html = told(loan.performance({"performance": recorded, "threshold": 0.5}))
    assert "the neural network 809 (as many)" in html
    assert "All these intervals overlap" in html


@pytest.mark.parametrize(
    ("metric", "low", "high", "p", "words"),
    [
        ("auc", -0.1, 0.1, 0.6, "no difference beyond chance"),
        ("auc", 0.01, 0.1, 0.01, "machine learning is better"),
        ("brier", 0.01, 0.1, 0.01, "the neural network is better"),
        ("auc", 0.01, 0.1, 0.2, "undecided: interval and test do not agree"),
        ("auc", -0.1, 0.1, 0.01, "undecided: interval and test do not agree"),
    ],
)
def test_whether_the_models_differ(
    metric: str, low: float, high: float, p: float, words: str
) -> None:
    measured = {"value": (low + high) / 2, "low": low, "high": high, "n": 9}
    assert loan.verdict(metric, {"ml_minus_ann": measured, "p": p}) == words


def curve(model: str, loss: float, *values: float) -> dict[str, Any]:
    low, high = [value - 0.1 for value in values], [value + 0.1 for value in values]
    return {"model": model, "loss": loss, "thresholds": [0.0, 0.5, 1.0],
            "value": list(values), "low": low, "high": high}  # fmt: skip


# Of ten applicants seven were granted. From 0.5 on the model approves six of them and one other.
COSTS = [
    curve("ml", 1.0, 0.7 - 0.3, 0.6 - 0.1, 0.0),
    curve("ml", 2.0, 0.7 - 0.6, 0.6 - 0.2, 0.0),
    curve("ml", 5.0, 0.7 - 1.5, 0.6 - 0.5, 0.0),
    curve("rule", 1.0, 0.4, 0.55, 0.0),
]


def recorded(curves: list[dict[str, Any]], threshold: float) -> loan_curves.Costs:
    costs = loan_curves.read_costs({"profit": curves, "threshold": threshold})
    assert costs is not None
    return costs


def test_two_costs_tell_how_many_are_approved_and_how_many_wrongly() -> None:
    costs = recorded(COSTS, 0.5)
    counted = loan_curves.approvals(costs, "ml")
    assert np.array(counted) == pytest.approx(np.array([[1.0, 0.3], [0.7, 0.1], [0.0, 0.0]]))
    assert loan_curves.approvals(costs, "rule") == []


def test_the_threshold_in_use_lies_in_the_roc_plot() -> None:
    points = loan_curves.in_use({"profit": COSTS, "threshold": 0.5})
    assert set(points) == {"ml"}
    assert points["ml"]["true"] == pytest.approx(6 / 7)
    assert points["ml"]["false"] == pytest.approx(1 / 3)


def test_the_slider_finds_its_texts_in_the_page() -> None:
    html = explorer_html(recorded(COSTS, 0.45))
    match = re.search('data-slots="([^"]*)"', html)
    assert match is not None
    slots = json.loads(unescape(match[1]))
    assert slots["threshold"] == ["0 %", "50 %", "100 %"]
    assert slots["ml approves"][1] == "70 of 100 applicants, 10 of them wrongly"
    assert slots["ml 5"][0] == signed(-0.8, 2) + f" ({signed(-0.9, 2)} to {signed(-0.7, 2)})"
    assert 'max="2" value="1"' in html  # 0.5 is nearest to 0.45
    assert html.count("<figure data-loss=") == 3 and html.count(" hidden>") == 2
    for name in re.findall('data-slot="([^"]*)"', html):
        assert name.replace(" loss", " 1") in slots
    assert "The rule earns +0.55. The threshold in use earns +0.50 for machine learning" in html
    assert "would have earned +0.50 from 50 % on for machine learning" in html


def test_a_threshold_without_curves_is_not_measured() -> None:
    for record in ({"profit": COSTS[3:], "threshold": 0.5}, {"profit": COSTS, "threshold": None}):
        assert loan_curves.costs(record) == (NOT_MEASURED,)
        assert loan_curves.read_costs(record) is None
    of_the_rule = curve("rule", 9.0, 0.1, 0.1, 0.1)
    assert 'data-loss="9"' not in explorer_html(recorded([*COSTS, of_the_rule], 0.5))


def test_a_point_of_the_roc_curve_tells_threshold_and_both_shares() -> None:
    point = {"threshold": 0.62, "true": 0.86, "false": 0.45}
    everybody = {"threshold": 0.0, "true": 1.0, "false": 0.997}
    auc = {"value": 0.791, "low": 0.7, "high": 0.8, "n": 5}
    # Of ten applicants the lender granted five; the rule approves four of them and one other.
    record = {
        "calibration": {"ml": {"roc": [point, everybody]}},
        "performance": {"ml": {"auc": auc}},
        "profit": [curve("rule", 1.0, 0.0, 0.3, 0.0), curve("rule", 2.0, -0.5, 0.2, 0.0),
                   curve("ml", 1.0, 0.0, 0.3, 0.0), curve("ml", 2.0, -0.5, 0.2, 0.0)],
        "threshold": 0.5,
    }  # fmt: skip
    html = told(loan_curves.roc(record))
    text = re.sub("<[^>]*>", " ", html)
    for words in ("Machine learning, from 62 % on", "approves 86 % of the granted",
                  "and 45 % of the refused", "approves 100 % of the granted",
                  "and more than 99 % of the refused", "The rule approves 80 % of the granted",
                  "and 20 % of the refused"):  # fmt: skip
        assert words in re.sub(r"\s+", " ", text)
    assert 'aria-label="ROC curves: the area under them is 0.791 for machine learning"' in html


def test_groups_stand_in_the_order_of_their_field() -> None:
    rate = {"approval_rate": {"value": 0.8, "low": 0.5, "high": 1.0, "n": 1200}}
    groups = dict.fromkeys(("Three or more", "Two", "not stated", "None"), rate)
    gap = {"demographic_parity": {"value": 0.2, "low": 0.1, "high": 0.3, "n": 9}}
    section = {"ml": {"dependents": {"groups": groups, "differences": gap}}}
    html = told(loan_groups.fairness({"fairness": section}, FIELDS))
    labels = re.findall('<text class="label"[^>]*>([^<]*)', html)
    assert labels == [f"{n} (1,200)" for n in ("None", "Two", "Three or more", "not stated")]
    assert "Approval rates differ most by “Dependents”, by 0.200" in html


@pytest.mark.parametrize(
    ("left_out", "words"),
    [
        (True, "do without them: with them, the AUC of neither would rise"),
        (False, "use them: without them the AUC of the neural network would fall"),
        (None, "was not recorded"),
    ],
)
def test_the_verdict_on_protected_fields(left_out: bool | None, words: str) -> None:
    gain = {"value": 0.03, "low": 0.01, "high": 0.05, "n": 9}
    recorded = {"left_out": left_out, "gain": {"ann": {"auc": gain}}}
    html = told(loan_groups.protected({"protected": recorded}, FIELDS))
    assert words in html
    assert "Protected are gender, married and dependents" in html


def test_a_point_lies_where_the_axes_say() -> None:
    frame = Frame(rounded(0.0, 2.0), rounded(10.0, 20.0))
    (left, bottom), (right, top) = frame.place(0, 10), frame.place(2, 20)
    assert frame.place(1, 15) == pytest.approx(((left + right) / 2, (bottom + top) / 2))
    assert left < right and top < bottom


def test_the_numbers_of_an_axis_are_round() -> None:
    assert list(rounded(0.703, 0.841).ticks.values()) == [
        "0.72", "0.74", "0.76", "0.78", "0.80", "0.82", "0.84",
    ]  # fmt: skip
    assert list(rounded(-1.0, 0.6).ticks.values()) == [
        f"{MINUS}1.0", f"{MINUS}0.5", "0.0", "0.5",
    ]  # fmt: skip


def test_a_plot_says_its_values_to_those_who_do_not_see_it() -> None:
    rows = {"Ten & more": {"ml": Figure(0.5, 0.25, 0.75, 9), "ann": Figure(0.6, None, None, None)}}
    html = intervals("Rates", rows, {"ml": "ML", "ann": "ANN"}, unit()).svg()
    assert 'aria-label="Rates. Ten &amp; more: ML 0.500, ANN 0.600"' in html
    assert "ML 0.500 (0.250 to 0.750)" in html
    assert ">ANN 0.600<" in html


def test_a_difference_shows_its_sign() -> None:
    text = cell_html(Change(Figure(-0.01, -0.02, 0.005, 9)))
    assert text == f'{signed(-0.01)} <span class="soft">({signed(-0.02)} to +0.005)</span>'
    assert signed(-0.01) == f"{MINUS}0.010"
