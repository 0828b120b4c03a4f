"""The loan Space's quick endpoints, the way a program calls them; no figure of the weights."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from gradio_client import Client
from loan_checkpoint import Values, ask, predictor, probabilities, simulated

FIELDS = predictor().decision.fields
USED = {field.name for field in predictor().decision.used_fields}
DEFAULTS: Values = {field.name: field.default for field in FIELDS}
APPLICANT: Values = {
    "applicant_income": 5000, "coapplicant_income": 1800.5, "loan_amount": 150, "loan_term": 180,
    "credit_history": "good", "property_area": "rural", "education": "not_graduate",
    "self_employed": "yes", "gender": "female", "married": "yes", "dependents": "3+",
}  # fmt: skip
MODELS = ("ml", "ann")
EXACT = 1e-6  # one answer against the same one of another process
BATCH = 1e-5  # against one of a batch, which may be rounded in another order


def approvals(answer: Values) -> dict[str, float]:
    """The probability of approval by each model."""
    return {model: answer["models"][model]["probability"] for model in MODELS}


def test_predict_takes_keywords_and_gives_the_models_probabilities(loan_client: Client) -> None:
    answer = loan_client.predict(**APPLICANT, api_name="/predict")
    assert approvals(answer) == pytest.approx(probabilities(APPLICANT), abs=EXACT)
    assert "Not a lending decision" in answer["disclaimer"]
    assert answer["threshold"] == predictor().decision.threshold


def test_plain_http_gives_the_same(loan_client: Client, loan_http: httpx.Client) -> None:
    answer = loan_client.predict(**APPLICANT, api_name="/predict")
    assert ask(loan_http, "predict", APPLICANT) == answer


def test_nothing_has_to_be_stated(loan_client: Client) -> None:
    answer = loan_client.predict(api_name="/predict")
    assert approvals(answer) == pytest.approx(probabilities({}), abs=EXACT)
    assert answer["notes"] == []


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_field_may_be_left_out_and_each_choice_is_taken(
    loan_http: httpx.Client, field: Any
) -> None:
    for value in (None, *(field.values or (field.lowest, field.highest))):
        values = APPLICANT | {field.name: value}
        answer = ask(loan_http, "predict", values)
        assert approvals(answer) == pytest.approx(probabilities(values), abs=EXACT)
    if field.name not in USED:
        assert approvals(answer) == approvals(ask(loan_http, "predict", APPLICANT))


def test_the_answer_follows_from_probabilities_and_threshold(loan_http: httpx.Client) -> None:
    told = set()
    for values in simulated(approved=True)[:3] + simulated(approved=False)[:9]:
        answer = ask(loan_http, "predict", values)
        approves = [answer["models"][model]["approves"] for model in MODELS]
        assert approves == [
            probability >= answer["threshold"] for probability in approvals(answer).values()
        ]
        assert answer["agree"] is (approves[0] == approves[1])
        words = "approve" if all(approves) else "disagree" if any(approves) else "refuse"
        assert answer["answer"] == words
        told.add(words)
    assert {"approve", "refuse"} <= told


def test_a_number_beyond_the_training_data_is_answered_with_a_note(loan_http: httpx.Client) -> None:
    income = next(field for field in FIELDS if field.name == "applicant_income")
    assert income.seen
    beyond = income.seen[1] + 1000
    answer = ask(loan_http, "predict", APPLICANT | {"applicant_income": beyond})
    assert any(f"{beyond:,.0f}" in note for note in answer["notes"])


@pytest.mark.parametrize("values", [APPLICANT, DEFAULTS, {}], ids=["all", "defaults", "nothing"])
def test_contributions_add_up_to_the_answers(loan_http: httpx.Client, values: Values) -> None:
    seen = ask(loan_http, "explain", values)
    assert [row["field"] for row in seen["contributions"]] == [field.name for field in FIELDS]
    for model in MODELS:
        total = seen["base"][model] + sum(row[model] for row in seen["contributions"])
        assert total == pytest.approx(approvals(seen)[model], abs=1e-6)
    unused = [row for row in seen["contributions"] if row["field"] not in USED]
    assert all(row["ml"] == row["ann"] == 0 for row in unused)


def test_explain_answers_as_predict_does_and_gives_reasons(loan_http: httpx.Client) -> None:
    answer, seen = (ask(loan_http, name, APPLICANT) for name in ("predict", "explain"))
    assert {name: seen[name] for name in answer} == answer
    labels = {field.label for field in FIELDS if field.name in USED}
    assert seen["reasons"]
    assert all(reason.split(" (")[0] in labels for reason in seen["reasons"])
    assert seen["difference_text"].endswith(".")


def test_the_named_difference_is_that_of_the_contributions(loan_http: httpx.Client) -> None:
    for values in simulated(approved=False)[:5]:
        seen = ask(loan_http, "explain", values)
        gaps = {row["field"]: row["ml"] - row["ann"] for row in seen["contributions"]}
        for cause in seen["difference"]:
            assert cause["points"] == pytest.approx(gaps[cause["field"]], abs=1e-9)


def test_who_is_approved_gets_no_suggestions(loan_http: httpx.Client) -> None:
    advice = ask(loan_http, "advise", simulated(approved=True)[0])
    assert (advice["kind"], advice["suggestions"]) == ("already", [])


def test_each_suggestion_makes_both_models_approve(loan_http: httpx.Client) -> None:
    seen = 0
    refused = simulated(approved=False)
    for values in [person for person in refused if person["credit_history"] != "bad"][:12]:
        advice = ask(loan_http, "advise", values)
        assert (advice["kind"] == "found") == bool(advice["suggestions"])
        assert len(advice["suggestions"]) <= 3
        for suggestion in advice["suggestions"]:
            seen += 1
            changed = values | {one["field"]: one["then"] for one in suggestion["changes"]}
            answer = ask(loan_http, "predict", changed)
            assert answer["answer"] == "approve"
            assert approvals(answer) == pytest.approx(suggestion["probabilities"], abs=BATCH)
            for change in suggestion["changes"]:
                check_change(change, values)
    assert seen, "no suggestion was seen: the test shows nothing"


def check_change(change: Values, values: Values) -> None:
    """It starts from the applicant's value and leads to one that is possible and permitted."""
    field = next(field for field in FIELDS if field.name == change["field"])
    now, then = change["now"], change["then"]
    assert field.change is not None and not field.protected
    assert now == values[field.name] is not None
    if field.kind == "choice":
        assert then in field.values and then != now
        return
    low, high = field.seen or (field.lowest, field.highest)
    assert max(low, field.lowest) <= then <= min(high, field.highest)
    assert then / field.step == pytest.approx(round(then / field.step))
    assert {"more": then > now, "less": then < now, "any": then != now}[field.change]


def test_model_tells_what_answers(loan_client: Client, loan_http: httpx.Client) -> None:
    model = loan_client.predict(api_name="/model")
    assert model["fields"] == [field.name for field in FIELDS]
    assert set(model["used"]) == USED
    assert tuple(model["models"].values()) == predictor().decision.names
    assert len(model["revision"]["sha256"]) == 64
    why = model["revision"].pop("why")  # for those who ask what answers, not in every answer
    assert why.endswith(".")
    for name in ("predict", "explain", "advise"):
        assert ask(loan_http, name, {})["revision"] == model["revision"]


def test_schema_tells_the_fields(loan_client: Client) -> None:
    schema = loan_client.predict(api_name="/schema")
    told = {field["name"]: field for field in schema["fields"]}
    assert list(told) == [field.name for field in FIELDS]
    for field in FIELDS:
        facts = told[field.name]
        assert (facts["column"], facts["label"], facts["unit"], facts["default"]) == (
            field.column, field.label, field.unit, field.default,
        )  # fmt: skip
        assert [choice["value"] for choice in facts["choices"]] == list(field.values)
        assert facts["used"] is (field.name in USED)
        assert facts["protected"] is field.protected
        assert facts["highest"] == (field.highest if field.kind == "number" else None)
