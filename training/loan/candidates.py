"""What is compared: scikit-learn pipelines on one side, ensembles of perceptrons on the other.

The lists are short on purpose. With a few hundred rows every further candidate adds to the chance
that the best one is best by luck.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from shared.errors import InputError
from shared.loan.models.ann import Ann, approval
from shared.loan.models.registry import ANN, ML
from training.loan.ann import Settings, fit_ann

Floats = NDArray[np.float32]


def logistic(seed: int) -> Pipeline:
    """Logistic regression on standardised features."""
    steps = [("scale", StandardScaler()), ("logistic", LogisticRegression(C=0.1))]
    del seed  # it draws nothing
    return Pipeline(steps)


def forest(seed: int) -> RandomForestClassifier:
    """Random forest (Breiman 2001)."""
    return RandomForestClassifier(
        100, min_samples_leaf=5, max_features=0.33, n_jobs=1, random_state=seed
    )


def boosting(seed: int) -> GradientBoostingClassifier:
    """Stochastic gradient boosting (Friedman 2002)."""
    return GradientBoostingClassifier(
        n_estimators=80,
        learning_rate=0.05,
        max_depth=3,
        subsample=0.5,
        max_features=0.33,
        min_samples_leaf=10,
        random_state=seed,
    )


def vote(seed: int) -> VotingClassifier:
    """The mean probability of the three."""
    three = [("logistic", logistic(seed)), ("forest", forest(seed)), ("boosting", boosting(seed))]
    # skl2onnx asks for the flag; it changes what `transform` gives, and nothing of the answers.
    return VotingClassifier(three, voting="soft", flatten_transform=False)


PIPELINES: dict[str, Callable[[int], ClassifierMixin]] = {
    "logistic regression": logistic,
    "random forest": forest,
    "gradient boosting": boosting,
    "vote of the three": vote,
}
NETWORKS: dict[str, Settings] = {
    "one hidden layer": Settings(),
    "two hidden layers": Settings(layers=2, dropout=0.5, steps=100),
    "two hidden layers, no teacher": Settings(layers=2, dropout=0.5, steps=100, soft=0.0),
    "four small perceptrons": Settings(members=4, units=16, dropout=0.2, steps=60, soft=0.0),
}
ON_REQUEST = ("four small perceptrons",)  # a first look at new data: seconds instead of minutes
Names = Mapping[str, tuple[str, ...]]  # of candidates, by key of the model they are of
NAMES: dict[str, tuple[str, ...]] = {  # what is compared unless somebody names others
    ML.key: tuple(PIPELINES),
    ANN.key: tuple(name for name in NETWORKS if name not in ON_REQUEST),
}


def some(names: Sequence[str]) -> Names:
    """Some of the candidates, in the order of the lists.

    Args:
        names: of pipelines and of networks, at least one of each.

    Raises:
        InputError: a name is not known, or a model would be left without a candidate.
    """
    every: Names = {ML.key: tuple(PIPELINES), ANN.key: tuple(NETWORKS)}
    for name in names:
        if name not in (*PIPELINES, *NETWORKS):
            known = ", ".join(repr(candidate) for listed in every.values() for candidate in listed)
            raise InputError(f"There is no candidate {name!r}; there are {known}.")
    kept = {kind: tuple(n for n in listed if n in names) for kind, listed in every.items()}
    for kind, left in kept.items():
        if not left:
            known = ", ".join(repr(name) for name in every[kind])
            raise InputError(f"No candidate of the kind {kind} is left; name one of {known}.")
    return kept


@dataclass(frozen=True)
class Fitted:
    """A fitted candidate: a scikit-learn classifier, or the ANN."""

    name: str
    model: ClassifierMixin | Ann

    def approval(self, features: Floats) -> NDArray[np.float64]:
        """(N,) probability of approval of (N, K) float32 features, not calibrated."""
        if isinstance(self.model, Ann):
            return approval(self.model, features)
        return np.asarray(self.model.predict_proba(features)[:, 1], dtype=np.float64)


def fit(name: str, features: Floats, approved: NDArray[np.int64], seed: int) -> Fitted:
    """Fit a candidate to (N, K) features by its name; the seed fixes all that is drawn."""
    if name in NETWORKS:
        return Fitted(name, fit_network(NETWORKS[name], features, approved, seed))
    return Fitted(name, PIPELINES[name](seed).fit(features, approved))


def fit_network(
    settings: Settings, features: Floats, approved: NDArray[np.int64], seed: int
) -> Ann:
    """Fit an ensemble of perceptrons, with its teacher if it has one."""
    targets = soft_targets(forest(seed), features, approved, settings.soft)
    return fit_ann(features, targets, settings, seed=seed)


def soft_targets(
    teacher: RandomForestClassifier, features: Floats, approved: NDArray[np.int64], weight: float
) -> NDArray[np.float64]:
    """Labels mixed with the probabilities of a forest that did not see the row.

    A label says yes or no; the trees that did not draw a row (out of bag, Breiman 2001) say how
    clear its case is. A network that is taught a mixture of the two (distillation: Hinton, Vinyals
    and Dean 2015) is told which labels are luck, and does not bend itself to reproduce them.

    Args:
        teacher: not fitted yet; it is fitted here, to these rows alone.
        features: (N, K) float32.
        approved: (N,) 0 or 1.
        weight: of the forest's probability in the target, 0..1.

    Returns:
        (N,) float64 in 0..1.
    """
    if not weight:
        return approved.astype(np.float64)
    teacher.set_params(oob_score=True)
    unseen = teacher.fit(features, approved).oob_decision_function_[:, 1]
    probabilities = np.where(np.isnan(unseen), approved, unseen)  # every tree drew the row: label
    return np.asarray((1 - weight) * approved + weight * probabilities)
