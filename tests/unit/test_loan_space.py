"""The pure parts of the loan Space: words, reasons, waterfall, advice and the curve's sentence."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from imports_of import PACKAGES, imported
from loan_served import answered, by_income, served_by

from loan_space.applicant.form import as_sent, examples_html, form_html
from loan_space.applicant.panels import advice_html, answer_html
from loan_space.curve_chart import sentence
from loan_space.explanations import (
    ALREADY,
    FOUND,
    advice_sentence,
    as_advice,
    contributions,
    difference_sentence,
    points,
    reasons,
)
from loan_space.serving import SENTENCES, as_prediction, verdict
from loan_space.waterfall import steps
from loan_space.wording import signed
from shared.loan.fields.declared import FIELDS
from shared.loan.why.counterfactuals import Advice, Suggestion
from shared.loan.why.ice_curves import Curve
from shared.loan.why.shapley import Contributions, why_they_differ

INCOME, SECOND, AMOUNT, TERM, HISTORY = range(5)
SERVED = served_by(by_income)
MANY = len(FIELDS)


def contributed(base: tuple[float, float], **added: tuple[float, float]) -> Contributions:
    """Contributions of some fields by name; all others add nothing."""
    values = np.zeros((MANY, 2))
    for name, pair in added.items():
        values[[field.name for field in FIELDS].index(name)] = pair
    start = np.array(base)
    return Contributions(start, values, start + values.sum(axis=0))


@pytest.mark.parametrize(
    ("approves", "word", "text"),
    [
        ((True, True), "approve", "Both models would approve."),
        ((False, False), "refuse", "Both models would refuse."),
        ((True, False), "disagree", "The two models disagree."),
    ],
)
def test_two_answers_become_one_word(approves: tuple[bool, bool], word: str, text: str) -> None:
    assert verdict(approves) == word
    assert SENTENCES[verdict(approves)] == text


def test_differences_are_points() -> None:
    assert [points(s) for s in (0.004, -0.006, 0.012, -0.12)] == [
        "less than 1 point", "1 point", "1 point", "12 points",
    ]  # fmt: skip
    assert [signed(s) for s in (0.12, -0.12, 0.004)] == ["+12", "\N{MINUS SIGN}12", "0"]


def test_reasons_name_what_moved_most_and_which_way() -> None:
    asked = answered(SERVED, credit_history="bad", loan_amount=130, applicant_income=4000)
    parts = contributed(
        (0.6, 0.5),
        credit_history=(-0.4, -0.3),
        loan_amount=(0.1, -0.04),
        applicant_income=(0.05, 0.03),
        loan_term=(0.01, 0.01),
    )
    assert reasons(SERVED, asked.application.row, parts) == [
        "Credit history (Does not meet them) speaks against approval: 40 points with machine "
        "learning, 30 points with the neural network.",
        "Applicant's income (4,000 per month) speaks for approval: 5 points with machine "
        "learning, 3 points with the neural network.",
        "Amount of the loan (130 thousand) speaks for approval with machine learning (10 points) "
        "and against it with the neural network (4 points).",
    ]


def test_what_hardly_moves_an_answer_is_no_reason() -> None:
    parts = contributed((0.6, 0.5), loan_term=(0.014, 0.014))
    assert reasons(SERVED, answered(SERVED).application.row, parts) == []


def test_the_sentence_names_the_fields_through_which_the_models_differ() -> None:
    parts = contributed((0.5, 0.5), loan_amount=(0.1, -0.1), loan_term=(0.02, 0.0))
    text = difference_sentence(SERVED, parts, why_they_differ(parts, FIELDS))
    assert text == (
        "Machine learning puts the probability of approval 22 points higher, mostly because of "
        "amount of the loan (20 points)."
    )
    alike = contributed((0.5, 0.5), loan_amount=(0.02, 0.0))
    assert "nearly the same" in difference_sentence(SERVED, alike, ())
    bases = contributed((0.4, 0.6))
    assert "The neural network puts" in difference_sentence(SERVED, bases, ())
    assert "no single field" in difference_sentence(SERVED, bases, ())


def test_the_steps_of_the_waterfall_lead_from_the_average_to_the_answers() -> None:
    asked = answered(SERVED, credit_history="good", loan_amount=130)
    parts = contributed(
        (0.6, 0.5),
        credit_history=(0.2, 0.1),
        loan_amount=(-0.3, -0.05),
        loan_term=(0.004, -0.004),
        education=(0.003, 0.002),
    )
    ends = {"ml": {"probability": 0.507}, "ann": {"probability": 0.548}}
    explained: Any = {
        "base": {"ml": 0.6, "ann": 0.5},
        "models": ends,
        "contributions": contributions(SERVED, asked, parts),
    }
    rows = steps(explained)
    assert [row.label for row in rows] == [
        "Amount of the loan: 130 thousand",
        "Credit history: Meets the guidelines",
        "All other fields",
    ]
    assert rows[0].before == (0.6, 0.5)
    assert rows[0].after == rows[1].before == pytest.approx((0.3, 0.45))
    assert rows[2].before == rows[1].after == pytest.approx((0.5, 0.55))
    assert rows[2].after == (0.507, 0.548) == pytest.approx(tuple(parts.answer))


def test_advice_says_what_there_is_to_say_first() -> None:
    assert advice_sentence(FIELDS, Advice("already")) == ALREADY
    assert advice_sentence(FIELDS, Advice("found")) == FOUND
    nothing = advice_sentence(FIELDS, Advice("out of reach"))
    assert "amount of the loan or term of the loan" in nothing
    assert not [field.label for field in FIELDS if field.protected and field.label in nothing]
    best = Suggestion(((AMOUNT, 130.0, 90.0),), np.array([0.48, 0.31]), 0.4)
    nearest = advice_sentence(FIELDS, Advice("out of reach", best=best))
    assert nearest.startswith(nothing)
    assert "amount of the loan 90 thousand instead of 130 thousand" in nearest
    assert "31 %" in nearest


def test_a_suggestion_says_and_carries_its_change() -> None:
    advice = as_advice(SERVED, answered(SERVED, applicant_income=8000))
    (only,) = advice["suggestions"]
    assert (advice["kind"], advice["answer"]) == ("found", "disagree")
    change = {"field": "applicant_income", "now": 8000.0, "then": 10000.0}
    assert {name: only["changes"][0][name] for name in change} == change
    assert only["probabilities"] == {"ml": 1.0, "ann": 0.5}
    assert only["text"].startswith(
        "Applicant's income 10,000 per month instead of 8,000 per month: then more than 99 %"
    )
    html = unescape(advice_html(advice))
    assert f'data-values="{json.dumps({"applicant_income": "10000"})}"' in html


def test_the_curve_says_from_where_to_where_and_whether_it_turns() -> None:
    probabilities = np.array([[0.2, 0.6], [0.4, 0.7], [0.9, 0.8]])
    values = np.array([0.0, 5000.0, 10_000.0])
    curve = Curve(INCOME, values, probabilities, probabilities, np.zeros(3, dtype=bool), 1)
    assert sentence(FIELDS[INCOME], curve, 0.5) == (
        "Machine learning: from 20 % (0 per month) to 90 % (10,000 per month), so this field alone "
        "can turn its answer; Neural network: from 60 % (0 per month) to 80 % (10,000 per month)."
    )


def test_the_answer_stands_beside_its_limits() -> None:
    html = answer_html(as_prediction(SERVED, answered(SERVED, applicant_income=8000)))
    assert "The two disagree" in html
    assert (
        "Predicted probability of approval: 80 % by machine learning, 40 % by the neural network. "
        "A model approves from 50 % on." in html
    )
    assert "Not a lending decision" in html


def test_values_are_sent_as_they_are_typed() -> None:
    values = {"a": None, "b": 4000.0, "c": "good", "d": 1_000_000.0, "e": 0.25}
    sent = {"a": "", "b": "4000", "c": "good", "d": "1000000", "e": "0.25"}
    assert as_sent(values) == sent


def test_the_form_has_each_field_once_and_folds_away_what_is_not_used() -> None:
    html = form_html(FIELDS, tuple(field for field in FIELDS if not field.protected))
    asked, _, folded = html.partition("<details")
    for field in FIELDS:
        mark = f'data-name="{field.name}"'
        assert (asked.count(mark), folded.count(mark)) == (not field.protected, field.protected)
    assert 'value="good" checked' in html
    assert "left-out" not in form_html(FIELDS, FIELDS)


def test_examples_are_buttons_that_carry_their_values(tmp_path: Path) -> None:
    assert examples_html(tmp_path) == ""
    (tmp_path / "examples").mkdir()
    entry = {"caption": "<b>A clear no</b>", "values": {"credit_history": "bad", "gender": None}}
    (tmp_path / "examples" / "examples.json").write_text(json.dumps([entry]), "utf-8")
    html = examples_html(tmp_path)
    assert "&lt;b&gt;A clear no" in html
    assert json.dumps({"credit_history": "bad", "gender": ""}) in unescape(html)


def test_the_api_imports_no_tab() -> None:
    names = imported(PACKAGES["loan_space"] / "api.py")
    assert "loan_space.serving" in names and "loan_space" not in names  # whole paths only
    tabs = {"applicant", "many_view", "quality_view", "code_view", "page"}
    assert not {name.split(".")[1] for name in names if name.startswith("loan_space.")} & tabs
