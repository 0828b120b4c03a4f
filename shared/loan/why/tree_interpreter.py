"""A second opinion on the classical model: the way through its trees, in its own arithmetic.

A tree's answer is the worth of its root, plus what each step down the path adds to it; the step
belongs to the feature that it asks about (Saabas 2014, "Interpreting random forests"). In boosting
the same holds for the log-odds; in logistic regression a feature adds its weight times its distance
from the mean. Unlike Shapley values this looks at one path alone and says nothing about the others:
it is the model's own account, by feature, before calibration.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shared.errors import CheckpointError
from shared.loan.fields.declared import Fields
from shared.loan.models.features import describe, features, values_in_words
from shared.loan.models.ml import SKOPS_FILE, SklearnModel, load_classical

APPROVED = 1  # the column of the class

FloatArray = NDArray[np.float64]
Scale = Literal["probability", "log-odds"]
SklearnTree: TypeAlias = Any  # compiled; it has no types


class Part(NamedTuple):
    """What one feature adds, on the scale of the view; 0 where the model did not ask for it."""

    feature: str
    value: str
    contribution: float


@dataclass(frozen=True)
class ForestView:
    """The classical model's own account of one answer.

    Attributes:
        model: whose account it is, in words; in a vote it is one of the models that vote.
        scale: of `bias` and contributions.
        bias: where it starts, before it has asked for anything.
        rows: one for each feature, the largest contribution first.
    """

    model: str
    scale: Scale
    bias: float
    rows: tuple[Part, ...]

    @property
    def answer(self) -> float:
        """Bias and all contributions: this model's own answer, not calibrated."""
        return self.bias + sum(row.contribution for row in self.rows)


@dataclass(frozen=True)
class _Sum:
    """A model's answer as a sum; `parts` is (K,)."""

    model: str
    scale: Scale
    bias: float
    parts: FloatArray


def forest_view(folder: Path, fields: Fields, row: FloatArray) -> ForestView:
    """How the classical model of a checkpoint came to its answer.

    Args:
        folder: of the checkpoint; its `ml.skops` is read once a process.
        fields: the fields that the models use (`Decision.used_fields`).
        row: (F,) float64, the applicant's values of these fields, NaN for "not stated".

    Raises:
        CheckpointError: the file cannot be read, asks for types that are not trusted, or holds a
            model of another kind or of other features.
    """
    model, seen = load_classical(folder), features(fields, row[None])[0]
    if model.n_features_in_ != len(seen):
        raise CheckpointError(
            f"{SKOPS_FILE} wants {model.n_features_in_} features, the fields give {len(seen)}. "
            "Fit again."
        )
    account = _decomposed(model, seen)
    words = [feature.words for feature in describe(fields)]
    parts = zip(words, values_in_words(fields, row), account.parts.tolist(), strict=True)
    rows = sorted((Part(*part) for part in parts), key=lambda part: -abs(part.contribution))
    return ForestView(account.model, account.scale, account.bias, tuple(rows))


def _decomposed(model: SklearnModel, seen: NDArray[np.float32]) -> _Sum:
    from sklearn.ensemble import (
        GradientBoostingClassifier,
        RandomForestClassifier,
        VotingClassifier,
    )
    from sklearn.pipeline import Pipeline

    if isinstance(model, VotingClassifier):
        voters = model.estimators_
        forests = [voter for voter in voters if isinstance(voter, RandomForestClassifier)]
        account = _decomposed((forests or voters)[0], seen)
        return replace(account, model=f"{account.model}, one of {len(voters)} models that vote")
    if isinstance(model, RandomForestClassifier):
        return _forest(model, seen)
    if isinstance(model, GradientBoostingClassifier):
        return _boosting(model, seen)
    if isinstance(model, Pipeline) and list(model.named_steps) == ["scale", "logistic"]:
        return _logistic(model, seen)
    raise CheckpointError(
        f"{SKOPS_FILE} holds a {type(model).__name__}, whose own view is not known here. "
        "Fit again with a forest, boosting, logistic regression or a vote."
    )


def _forest(model: SklearnModel, seen: NDArray[np.float32]) -> _Sum:
    """The mean over the trees; a node is worth the share of approvals among its training rows."""
    bias, parts = 0.0, np.zeros(len(seen))
    for estimator in model.estimators_:
        counts = estimator.tree_.value[:, 0]
        worth = counts[:, APPROVED] / counts.sum(axis=1)
        bias += worth[0]
        _walk(estimator.tree_, worth, seen, parts)
    trees = len(model.estimators_)
    return _Sum("random forest", "probability", bias / trees, parts / trees)


def _boosting(model: SklearnModel, seen: NDArray[np.float32]) -> _Sum:
    """The sum over the trees, from the log-odds of the training rows."""
    start = model.init_.class_prior_[APPROVED]
    bias, parts = float(np.log(start / (1 - start))), np.zeros(len(seen))
    for (estimator,) in model.estimators_:
        worth = model.learning_rate * _means_of_leaves(estimator.tree_)
        bias += worth[0]
        _walk(estimator.tree_, worth, seen, parts)
    return _Sum("gradient boosting", "log-odds", bias, parts)


def _logistic(model: SklearnModel, seen: NDArray[np.float32]) -> _Sum:
    scale, last = model.named_steps["scale"], model.named_steps["logistic"]
    parts = last.coef_[0] * (seen.astype(np.float64) - scale.mean_) / scale.scale_
    return _Sum("logistic regression", "log-odds", float(last.intercept_[0]), parts)


def _means_of_leaves(tree: SklearnTree) -> FloatArray:
    """(nodes,) each worth the mean of the leaves below it.

    scikit-learn replaces the values of the leaves after a tree has grown, and leaves those above
    them as they were.
    """
    worth, rows = tree.value[:, 0, 0].copy(), tree.weighted_n_node_samples
    for node in range(tree.node_count - 1, -1, -1):  # children come after their parents
        left, right = tree.children_left[node], tree.children_right[node]
        if left != right:
            below = rows[left] * worth[left] + rows[right] * worth[right]
            worth[node] = below / (rows[left] + rows[right])
    return worth


def _walk(
    tree: SklearnTree, worth: FloatArray, seen: NDArray[np.float32], parts: FloatArray
) -> None:
    """Add what each step from the root to the leaf changes to the feature that it asks about."""
    left, right, asks, threshold = (
        tree.children_left, tree.children_right, tree.feature, tree.threshold,
    )  # fmt: skip
    node = 0
    while left[node] != right[node]:  # both are -1 in a leaf
        at = asks[node]
        below = left[node] if seen[at] <= threshold[node] else right[node]
        parts[at] += worth[below] - worth[node]
        node = below
