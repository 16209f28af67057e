"""scikit-learn's SGDClassifier and SGDRegressor by name and settings, with our descents inside.

One row a step at their learning rates; an L1 penalty, which has no such step here, goes with all rows. More than two
classes are as many descents of one class against the rest, whose answers a `GDClassifier` predicts by.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from adapter_exact import SHARES, Adapted, Classifier
from scipy.sparse import issparse
from sklearn.base import RegressorMixin
from sklearn.utils.class_weight import compute_sample_weight

from steepest import GDClassifier, GDRegressor
from steepest.core.record_kinds import loss, rule
from steepest.methods.averages import LastPoint, PolyakRuppert
from steepest.methods.steps import Constant, InverseScaling, InverseTime
from steepest.objective import losses


@rule(slots=0, elementwise=False)
class SlowIntercept(NamedTuple):
    """Their steps on sparse tables, as a user would write them: an intercept goes 1 % of its way."""

    def direction(self, g: Any, memory: Any, t: int) -> Any:
        p = g.copy()
        p[-1] = 0.01 * p[-1]
        return p


@loss(curvature=np.inf, labels=True, attained=True, nonsmooth=True, formula="mean max(0, threshold - s z)")
class Margin(NamedTuple):
    """Their hinge (threshold 1) and perceptron (0), as a user would write it: its slope at the kink is not 0."""

    threshold: float = 1.0

    def value(self, z: Any, y: Any) -> Any:
        return np.maximum(self.threshold - (2.0 * y - 1.0) * z, 0.0)

    def slope(self, z: Any, y: Any) -> Any:
        s = 2.0 * y - 1.0
        return np.where(s * z <= self.threshold, -s, 0.0)

    def second_derivative(self, z: Any, y: Any) -> Any:
        return 0.0 * (z - y)


RATES = {  # by setting and mean weight of the rows: their steps go with a weight, ours with its share of the mean
    "constant": lambda m, mass: Constant(m.eta0 * mass),
    "adaptive": lambda m, mass: Constant(m.eta0 * mass),  # it falls where training stops to improve: never if tol=None
    "invscaling": lambda m, mass: InverseScaling(m.eta0 * mass, m.power_t),
    "optimal": lambda m, mass: InverseTime(mass * m.alpha**-0.25, m.alpha**0.75),
}
NAMES = {
    "huber": "huber:delta={}",
    "epsilon_insensitive": "epsilon_insensitive:epsilon={}",
    "squared_epsilon_insensitive": "squared_epsilon_insensitive:epsilon={}",
}
LINES = ("squared_error", *NAMES)  # losses of a number; a class is the number -1 or 1 to them


class Sampled(Adapted):
    """What both do; ``_parts`` are our descents, one for each class where there are more than two."""

    def _fit(self, X: Any, targets: list[Any], weights: list[Any], starts: Any) -> None:
        ours = [self._new(X, *each) for each in zip(weights, starts or [None] * len(targets), strict=True)]
        falls = self.learning_rate == "adaptive" and self.tol is not None and ours[0].batch_size is not None
        spent = [self._run(*each, X, falls) for each in zip(ours, targets, weights, strict=True)]
        self._parts, self.n_iter_ = ours, max(epochs for epochs, _ in spent)
        self.t_ = 1.0 + max(steps for _, steps in spent)

    def _run(self, part: Any, target: Any, weight: Any, X: Any, falls: bool) -> tuple[int, int]:
        """Epochs and steps. Where the rate falls, it goes on from there at a fifth of it, down to 1e-6."""
        # their stop without rows held back looks at the loss of all rows: so does ours where all are given as such
        stops = self.tol is not None and not self.early_stopping and part.batch_size is not None
        part.fit(X, target, weight, validation=(X, target) if stops else None)
        epochs, steps, eta = part.n_iter_, int(part.trajectory_.step[-1]), self.eta0 / 5
        while falls and epochs < self.max_iter and eta > 1e-6:
            rate = Constant(part.learning_rate.eta / 5)
            part.set_params(start=None, warm_start=True, learning_rate=rate, max_iter=self.max_iter - epochs)
            part.fit(X, target, weight, validation=(X, target) if stops else None)
            epochs, steps, eta = epochs + part.n_iter_, steps + int(part.trajectory_.step[-1]), eta / 5
        if part.batch_size is not None:  # theirs answers where it ends, ours the best epoch if that lies above
            path = part.trajectory_
            part.coef_ = path.coef[-1].reshape(np.shape(part.coef_))
            part.intercept_ = np.reshape(path.intercept[-1], np.shape(part.intercept_))
        return epochs, steps

    def _on(self, X: Any, targets: list[Any], weights: list[Any], **classes: Any) -> None:
        if not hasattr(self, "_parts"):
            self._parts = [self._new(X, None) for _ in targets]
        for part, target, weight in zip(self._parts, targets, weights, strict=True):
            part.partial_fit(X, target, weight, **({} if self.loss in LINES else classes))
        self.t_ = 1.0 + max(part.t_ for part in self._parts)

    def _settings(self, X: Any, weight: Any, start: Any = None) -> dict[str, Any]:
        mass, share = 1.0 if weight is None else float(np.mean(weight)) or 1.0, SHARES.get(self.penalty, self.l1_ratio)
        named = ("fit_intercept", "max_iter", "random_state", "early_stopping", "validation_fraction")
        return {
            "loss": self._loss(),
            "alpha": 0.0 if self.penalty is None else self.alpha / mass,
            "l1_ratio": share,
            "start": start,
            "n_iter_no_change": self.n_iter_no_change,
            **{name: getattr(self, name) for name in named},
            **(self._way(issparse(X), mass) if share == 0 else {}),
        }

    def _way(self, sparse: bool, mass: float) -> dict[str, Any]:
        known = RATES.get(self.learning_rate)
        return {
            "tol": self.tol,  # of all rows it is ours: until the answer is certified
            "rule": SlowIntercept() if sparse else "plain",
            "learning_rate": known(self, mass) if known else self.learning_rate,  # ours says what is wrong with it
            "batch_size": 1,
            "sampling": "shuffle" if self.shuffle else "sequential",
            "average": PolyakRuppert(int(self.average) - 1) if self.average else LastPoint(),
        }

    def _loss(self) -> Any:
        return Margin(0.0) if self.loss == "perceptron" else NAMES.get(self.loss, self.loss).format(self.epsilon)

    def _starts(self, X: Any, k: int, coef: Any, intercept: Any) -> Any:
        """A start for each of k descents, coefficients first; ours checks its size."""
        if self.warm_start and hasattr(self, "coef_"):
            coef, intercept = self.coef_, self.intercept_
        if coef is None and intercept is None:
            return None
        coef = np.zeros((k, np.shape(X)[1])) if coef is None else np.reshape(coef, (k, -1))
        intercept = np.zeros((k, 1)) if intercept is None else np.reshape(intercept, (k, -1))
        return [np.append(*pair) for pair in zip(coef, intercept, strict=True)]


class SGDClassifier(Classifier, Sampled):
    loss_functions = ("hinge", "squared_hinge", "perceptron", "log_loss", "modified_huber", *LINES)

    def __init__(
        self, loss="hinge", *, penalty="l2", alpha=0.0001, l1_ratio=0.15, fit_intercept=True, max_iter=1000, tol=1e-3,
        shuffle=True, verbose=0, epsilon=0.1, n_jobs=None, random_state=None, learning_rate="optimal", eta0=0.01,
        power_t=0.5, early_stopping=False, validation_fraction=0.1, n_iter_no_change=5, class_weight=None,
        warm_start=False, average=False,
    ):  # fmt: skip
        self.loss, self.penalty, self.alpha, self.l1_ratio = loss, penalty, alpha, l1_ratio
        self.fit_intercept, self.max_iter, self.tol, self.shuffle = fit_intercept, max_iter, tol, shuffle
        self.verbose, self.epsilon, self.n_jobs, self.random_state = verbose, epsilon, n_jobs, random_state
        self.learning_rate, self.eta0, self.power_t, self.early_stopping = learning_rate, eta0, power_t, early_stopping
        self.validation_fraction, self.n_iter_no_change = validation_fraction, n_iter_no_change
        self.class_weight, self.warm_start, self.average = class_weight, warm_start, average

    def fit(self, X: Any, y: Any, coef_init: Any = None, intercept_init: Any = None, sample_weight: Any = None) -> Any:
        classes = np.unique(y)
        targets = self._targets(y, classes)
        weights, k = self._weights(y, sample_weight, classes), len(targets)
        self._fit(X, targets, weights, self._starts(X, k, coef_init, intercept_init))
        return self._joined(X, classes)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Any:
        known = classes if classes is not None or not hasattr(self, "classes_") else self.classes_
        if known is None or (len(known) <= 2 and self.loss not in LINES):
            self._on(X, [y], self._weights(y, sample_weight, y[:0]), classes=known)
            return self._joined(X, self._parts[0].classes_)
        self._on(X, self._targets(y, known), self._weights(y, sample_weight, known), classes=[False, True])
        return self._joined(X, known)

    def _new(self, X: Any, weight: Any, start: Any = None) -> Any:
        model = GDRegressor if self.loss in LINES else GDClassifier
        return model(n_jobs=self.n_jobs, **self._settings(X, weight, start))

    def _targets(self, y: Any, classes: Any) -> list[Any]:
        if self.loss not in LINES:
            return [np.asarray(y) == c for c in classes] if len(classes) > 2 else [y]
        return [np.where(np.asarray(y) == c, 1.0, -1.0) for c in (classes if len(classes) > 2 else classes[1:])]

    def _weights(self, y: Any, weight: Any, classes: Any) -> list[Any]:
        """By row and class, for each descent; of more than two classes one is weighed in its own descent alone."""
        if self.class_weight is None:
            return [weight] * (len(classes) if len(classes) > 2 else 1)
        if isinstance(self.class_weight, dict) and set(self.class_weight) - set(np.unique(y)):
            raise ValueError("a class that is not there has a weight")
        by_class = compute_sample_weight(self.class_weight, y) * (1.0 if weight is None else weight)
        if len(classes) <= 2:
            return [by_class]
        return [np.where(np.asarray(y) == c, by_class, 1.0 if weight is None else weight) for c in classes]

    def _joined(self, X: Any, classes: Any) -> Any:
        """One of ours that predicts by the answers of all."""
        whole = self._parts[0]
        if len(self._parts) > 1 or self.loss in LINES:
            whole = GDClassifier(loss="hinge" if self.loss in LINES else self._loss(), multi_class="ovr")
            whole.n_features_in_, whole.classes_ = self._parts[0].n_features_in_, np.asarray(classes)
        coef, intercept = np.vstack([p.coef_ for p in self._parts]), np.hstack([p.intercept_ for p in self._parts])
        self.classes_ = np.asarray(classes)
        return self._take(X, whole, coef, intercept)


class SGDRegressor(RegressorMixin, Sampled):
    loss_functions = LINES

    def __init__(
        self, loss="squared_error", *, penalty="l2", alpha=0.0001, l1_ratio=0.15, fit_intercept=True, max_iter=1000,
        tol=1e-3, shuffle=True, verbose=0, epsilon=0.1, random_state=None, learning_rate="invscaling", eta0=0.01,
        power_t=0.25, early_stopping=False, validation_fraction=0.1, n_iter_no_change=5, warm_start=False,
        average=False,
    ):  # fmt: skip
        self.loss, self.penalty, self.alpha, self.l1_ratio = loss, penalty, alpha, l1_ratio
        self.fit_intercept, self.max_iter, self.tol, self.shuffle = fit_intercept, max_iter, tol, shuffle
        self.verbose, self.epsilon, self.random_state = verbose, epsilon, random_state
        self.learning_rate, self.eta0, self.power_t, self.early_stopping = learning_rate, eta0, power_t, early_stopping
        self.validation_fraction, self.n_iter_no_change = validation_fraction, n_iter_no_change
        self.warm_start, self.average = warm_start, average

    def fit(self, X: Any, y: Any, coef_init: Any = None, intercept_init: Any = None, sample_weight: Any = None) -> Any:
        self._fit(X, [y], [sample_weight], self._starts(X, 1, coef_init, intercept_init))
        return self._take(X, self._parts[0], intercept=np.atleast_1d(self._parts[0].intercept_))

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        self._on(X, [y], [sample_weight])
        return self._take(X, self._parts[0], intercept=np.atleast_1d(self._parts[0].intercept_))

    def _new(self, X: Any, weight: Any, start: Any = None) -> Any:
        return GDRegressor(**self._settings(X, weight, start))


class LossObject:
    """Their object of a loss, by p and y: ours, where y of a class is -1 or 1."""

    def __init__(self, ours: Any, *settings: float):
        self.ours = ours(*settings)

    def py_loss(self, p: float, y: float) -> float:
        return float(self.ours.value(p, (y + 1.0) / 2.0 if self.ours.labels else y))

    def py_dloss(self, p: float, y: float) -> float:
        return float(self.ours.slope(p, (y + 1.0) / 2.0 if self.ours.labels else y))


def squared_hinge(threshold: float) -> LossObject:
    if threshold != 1.0:
        raise ValueError("ours has its threshold at 1")
    return LossObject(losses.SquaredHinge)


LOSS_OBJECTS = {
    "Hinge": partial(LossObject, Margin),
    "SquaredHinge": squared_hinge,
    "ModifiedHuber": partial(LossObject, losses.ModifiedHuber),
    "EpsilonInsensitive": partial(LossObject, losses.EpsilonInsensitive),
    "SquaredEpsilonInsensitive": partial(LossObject, losses.SquaredEpsilonInsensitive),
}
