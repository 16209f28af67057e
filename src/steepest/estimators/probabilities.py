"""Probabilities of classes from their linear predictors, and methods that exist only if the loss has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, Generic, ParamSpec, Protocol, TypeVar

import numpy as np

from ..core.errors import UsageError
from ..core.setting_types import LossLike
from ..core.types import Array
from ..objective.losses import ModifiedHuber
from ..objective.losses.softmax import log_softmax
from ..objective.problem import read_loss

__all__ = ["ProbabilityError", "log_probabilities", "probabilities", "probable"]


class OfLoss(Protocol):
    """Whatever is made with a loss."""

    loss: LossLike


S = TypeVar("S", bound=OfLoss)
P = ParamSpec("P")
R = TypeVar("R")


class ProbabilityError(UsageError, AttributeError):
    """The loss has no probabilities; an AttributeError, so that ``hasattr`` is false."""


class probable(Generic[S, P, R]):  # noqa: N801  # a decorator
    """Decorate a method of a classifier that exists only if the loss has probabilities.

    Raises
    ------
    ProbabilityError
        On access, if the loss has none. Losses for classes have probabilities if they have no optimum for separated
        classes, such as log loss; modified Huber loss has them too.

    Examples
    --------
    >>> from steepest import GDClassifier
    >>> [hasattr(GDClassifier(loss), "predict_proba") for loss in ("log_loss", "modified_huber", "hinge")]
    [True, True, False]
    """

    def __init__(self, method: Callable[Concatenate[S, P], R]) -> None:
        self.method = method

    def __get__(self, estimator: S | None, owner: type[S] | None = None) -> Callable[P, R]:
        if estimator is not None:
            _refuse(estimator.loss)
        bound: Callable[P, R] = self.method.__get__(estimator, owner)
        return bound


def _refuse(loss: LossLike) -> None:
    try:
        found = read_loss(loss)
    except UsageError as error:  # no such loss
        raise ProbabilityError(str(error)) from None
    if not found.labels or (found.attained and not _bounded(found)):
        raise ProbabilityError(f"loss={loss!r} has no probabilities: use decision_function, or loss='log_loss'")


def _bounded(loss: LossLike) -> bool:
    return isinstance(read_loss(loss), ModifiedHuber)


def probabilities(z: Array, loss: LossLike, multi_class: str = "softmax") -> Array:
    """Probabilities of the classes, (n, k), from the linear predictors: (n,) for two classes, (n, k) for more.

    For modified Huber loss P(c) = (min(1, max(-1, z_c)) + 1) / 2, with z and -z for two classes (Zhang 2004); 0 and 1
    are attained. For more classes these values are divided by their sum; if all are 0, each is 1/k. For other losses
    see `log_probabilities`.

    References
    ----------
    Zhang, T. (2004). Statistical behavior and consistency of classification methods based on convex risk minimization.
    Ann. Statist. 32(1). doi:10.1214/aos/1079120130

    Examples
    --------
    >>> probabilities(np.array([0.5, -3.0]), "modified_huber").tolist()
    [[0.25, 0.75], [1.0, 0.0]]
    >>> probabilities(np.array([[1.0, 0.0, -2.0]]), "modified_huber", "ovr").round(3).tolist()
    [[0.667, 0.333, 0.0]]
    """
    if not _bounded(loss):
        return np.exp(log_probabilities(z, loss, multi_class))
    own = 0.5 * (np.clip(np.column_stack((-z, z)) if z.ndim == 1 else z, -1.0, 1.0) + 1.0)
    total = own.sum(1, keepdims=True)
    shares: Array = np.where(total > 0, own / np.where(total > 0, total, 1.0), 1.0 / own.shape[1])
    return shares


def log_probabilities(z: Array, loss: LossLike, multi_class: str = "softmax") -> Array:
    """Logarithms of the probabilities of the classes, (n, k), -inf where one is 0.

    For two classes P = 1 / (1 + exp(-z)) and 1 / (1 + exp(z)), for "probit" Phi(z) and Phi(-z). For more classes
    softmax, or with "ovr" the probability of each class against the rest, divided by their sum.

    Examples
    --------
    >>> np.exp(log_probabilities(np.zeros((1, 4)), "log_loss")).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    if _bounded(loss):
        with np.errstate(divide="ignore"):
            return np.log(probabilities(z, loss, multi_class))
    if z.ndim == 1:
        return np.column_stack((_log_of_class(-z, loss), _log_of_class(z, loss)))
    return log_softmax(z if multi_class == "softmax" else _log_of_class(z, loss))


def _log_of_class(z: Array, loss: LossLike) -> Array:
    """Logarithm of the probability of the class whose linear predictor against the other is z."""
    found = read_loss(loss)
    return -np.logaddexp(0.0, -z) if found.identity_link else -found.value(z, np.ones_like(z))
