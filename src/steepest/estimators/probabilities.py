"""Probabilities of classes by their linear predictors, and methods that are there where the loss knows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, Generic, ParamSpec, Protocol, TypeVar

import numpy as np

from ..core.errors import UsageError
from ..core.types import Array, LossLike
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
    """A loss without probabilities: to ``hasattr``, so to whoever asks what a classifier can do, they are not there."""


class probable(Generic[S, P, R]):  # noqa: N801  # a decorator
    """Decorate a method of a classifier that is there only where the loss knows probabilities.

    Raises
    ------
    ProbabilityError
        On access, where it knows none. Those of classes know them that have no optimum where a plane separates the
        classes, such as log loss, and modified Huber loss does.

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
        raise ProbabilityError(f"loss={loss!r} knows no probabilities: use decision_function, or loss='log_loss'")


def _bounded(loss: LossLike) -> bool:
    return isinstance(read_loss(loss), ModifiedHuber)


def probabilities(z: Array, loss: LossLike, multi_class: str = "softmax") -> Array:
    """Probabilities of the classes, (n, k), by the linear predictors (n,) of two of them, (n, k) of more.

    Of modified Huber loss P(c) = (min(1, max(-1, z_c)) + 1) / 2, with z and -z of two classes (Zhang 2004): 0 and 1 are
    reached. More classes share their sum; where all of them have 0, each has 1/k. Else see `log_probabilities`.

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
    mass = own.sum(1, keepdims=True)
    shares: Array = np.where(mass > 0, own / np.where(mass > 0, mass, 1.0), 1.0 / own.shape[1])
    return shares


def log_probabilities(z: Array, loss: LossLike, multi_class: str = "softmax") -> Array:
    """Logarithms of the probabilities of the classes, (n, k), -inf where one is 0.

    Of two classes P = 1 / (1 + exp(-z)) and 1 / (1 + exp(z)); of more softmax, or with "ovr" each against the rest,
    over their sum.

    Examples
    --------
    >>> np.exp(log_probabilities(np.zeros((1, 4)), "log_loss")).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    if _bounded(loss):
        with np.errstate(divide="ignore"):
            return np.log(probabilities(z, loss, multi_class))
    if z.ndim == 1:
        return -np.logaddexp(0.0, np.column_stack((z, -z)))
    return log_softmax(z if multi_class == "softmax" else -np.logaddexp(0.0, -z))
