"""The classical model's own account of an answer, and what is refused to be loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skops.io
from simulated_applicants import TWELVE, applicants, learnt_from
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier

from shared.errors import CheckpointError
from shared.loan.fields.declared import FIELDS, Fields
from shared.loan.models.features import feature_names, features
from shared.loan.models.ml import TRUSTED
from shared.loan.why.tree_interpreter import ForestView, forest_view
from training.loan.candidates import PIPELINES

ROWS = applicants(FIELDS, 3, seed=9)
THREE: Fields = (FIELDS[4], FIELDS[6], FIELDS[7])
# Of these the third is approved, the one graduate with a good history.
FOUR = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 0], [0, 1, 0]], dtype=np.float64)


def saved(model, folder: Path) -> Path:
    skops.io.dump(model, folder / "ml.skops")
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple]:
    """Every candidate: its folder, and itself as fitted."""
    seen, approved = learnt_from(FIELDS)
    fitted = {}
    for name, make in PIPELINES.items():
        model = make(0).fit(seen, approved)
        fitted[name] = (saved(model, tmp_path_factory.mktemp("model")), model)
    return fitted


def contributions(view: ForestView) -> dict[str, float]:
    return {row.feature: row.contribution for row in view.rows}


@pytest.mark.parametrize("row", ROWS)
def test_a_forests_rows_add_up_to_its_probability(models, row: np.ndarray) -> None:
    folder, forest = models["random forest"]
    view = forest_view(folder, FIELDS, row)
    assert (view.model, view.scale) == ("random forest", "probability")
    predicted = forest.predict_proba(features(FIELDS, row[None]))[0, 1]
    assert view.bias + sum(r.contribution for r in view.rows) == pytest.approx(predicted, abs=1e-9)
    assert view.answer == pytest.approx(predicted, abs=1e-9)
    assert len(view.rows) == len(feature_names(FIELDS))


@pytest.mark.parametrize("name", ["gradient boosting", "logistic regression"])
@pytest.mark.parametrize("row", ROWS)
def test_the_rows_of_others_add_up_to_their_log_odds(models, name: str, row: np.ndarray) -> None:
    folder, model = models[name]
    view = forest_view(folder, FIELDS, row)
    assert (view.model, view.scale) == (name, "log-odds")
    seen = features(FIELDS, row[None]).astype(np.float64)
    assert view.answer == pytest.approx(model.decision_function(seen)[0], abs=1e-9)


def test_in_a_vote_the_forest_speaks_and_it_is_said(models) -> None:
    folder, vote = models["vote of the three"]
    view = forest_view(folder, FIELDS, ROWS[0])
    assert view.model == "random forest, one of 3 models that vote"
    forest = vote.named_estimators_["forest"]
    predicted = forest.predict_proba(features(FIELDS, ROWS[:1]))[0, 1]
    assert view.answer == pytest.approx(predicted, abs=1e-9)


def test_a_small_tree_gives_what_is_worked_out_by_hand(tmp_path: Path) -> None:
    forest = RandomForestClassifier(1, bootstrap=False, max_features=None, random_state=0)
    saved(forest.fit(features(THREE, FOUR), [0, 0, 1, 0]), tmp_path)
    view = forest_view(tmp_path, THREE, FOUR[2])
    added = contributions(view)
    assert view.bias == pytest.approx(1 / 4)
    # Whichever of the two is asked about first lifts a quarter to a half, the other to one.
    assert sorted([added["Credit history"], added["Education"]]) == pytest.approx([1 / 4, 1 / 2])
    assert added["Self-employed"] == 0
    assert [r.contribution for r in view.rows[:2]] == pytest.approx([1 / 2, 1 / 4])


def test_what_lies_on_a_threshold_goes_the_way_that_the_forest_sends_it(tmp_path: Path) -> None:
    """A history that is not stated counts as 1/2, which is where the tree parts good from bad."""
    forest = RandomForestClassifier(1, bootstrap=False, max_features=None, random_state=0)
    saved(forest.fit(features(THREE, FOUR), [0, 0, 1, 0]), tmp_path)
    row = np.array([np.nan, 0, 0])
    assert forest.predict_proba(features(THREE, row[None]))[0, 1] == 1
    assert forest_view(tmp_path, THREE, row).answer == pytest.approx(1)


def test_a_step_of_boosting_is_worth_the_leaves_below_it(tmp_path: Path) -> None:
    """Residuals 3/4 and -1/4 over a variance of 3/16: leaves of 4 and -4/3, a node of 4/3."""
    model = GradientBoostingClassifier(n_estimators=1, learning_rate=1.0, random_state=0)
    saved(model.fit(features(THREE, FOUR), [0, 0, 1, 0]), tmp_path)
    view = forest_view(tmp_path, THREE, FOUR[2])
    assert view.bias == pytest.approx(-np.log(3))  # the leaves weigh out: 4 - 3 (4 / 3)
    assert [r.contribution for r in view.rows[:2]] == pytest.approx([4 - 4 / 3, 4 / 3])


def test_features_are_named_in_words_and_derived_ones_stand_for_themselves(models) -> None:
    row = np.array([4000, 1500, 130, 360, 0, 1, np.nan, 1, 0, 1, 3], dtype=np.float64)
    view = forest_view(models["random forest"][0], FIELDS, row)
    values = {r.feature: r.value for r in view.rows}
    assert len(values) == len(feature_names(FIELDS))
    assert values["Applicant's income"] == "4,000 per month"
    assert values["Credit history"] == "Meets the guidelines"
    assert values["Where the property is: Semiurban"] == "yes"
    assert (values["Education"], values["Education: not stated"]) == ("not stated", "yes")
    assert values["income together"] == "5,500"
    assert values["amount to income"] == "23.6"  # 130,000 / 5,500
    assert values["instalment to income"] == "0.0658"  # (1 + 361.1 a month) / (1 + 5,500)
    assert values["share of co-applicant"] == "0.273"


def test_a_twelfth_field_has_rows_of_its_own(tmp_path: Path) -> None:
    seen, approved = learnt_from(TWELVE)
    model = PIPELINES["random forest"](0).fit(seen, approved)
    view = forest_view(saved(model, tmp_path), TWELVE, applicants(TWELVE, 1)[0])
    assert {"Home: Owned", "Home: Rented", "Home: Family's"} <= set(contributions(view))
    predicted = model.predict_proba(features(TWELVE, applicants(TWELVE, 1)))[0, 1]
    assert view.answer == pytest.approx(predicted, abs=1e-9)


def test_every_candidate_is_made_of_trusted_types(models) -> None:
    asked = {
        t for f, _ in models.values() for t in skops.io.get_untrusted_types(file=f / "ml.skops")
    }
    assert asked == set(TRUSTED)


def test_other_types_are_refused_by_name(tmp_path: Path) -> None:
    saved(FunctionTransformer(contributions), tmp_path)
    with pytest.raises(CheckpointError, match=r"contributions.*It was not loaded"):
        forest_view(tmp_path, FIELDS, ROWS[0])


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"ml\.skops cannot be used"):
        forest_view(tmp_path, FIELDS, ROWS[0])
    (tmp_path / "ml.skops").write_bytes(b"no zip")
    with pytest.raises(CheckpointError, match=r"ml\.skops cannot be used"):
        forest_view(tmp_path, FIELDS, ROWS[0])


@pytest.mark.parametrize("model", [DecisionTreeClassifier(), DummyClassifier()])
def test_a_model_without_a_known_view_is_refused(model, tmp_path: Path) -> None:
    seen, approved = learnt_from(FIELDS)
    saved(model.fit(seen, approved), tmp_path)
    with pytest.raises(CheckpointError, match=type(model).__name__):
        forest_view(tmp_path, FIELDS, ROWS[0])


def test_a_model_of_other_features_is_refused(models) -> None:
    with pytest.raises(CheckpointError, match="the fields give"):
        forest_view(models["random forest"][0], FIELDS[:5], ROWS[0, :5])
