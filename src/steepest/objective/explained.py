"""The fraction of the deviance that a model explains, D2: what R2 is for squares, by the model's own loss."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError
from ..core.record_types import Loss
from ..core.types import Array

__all__ = ["deviance_explained", "explains_deviance", "out_of_range", "score", "takes_zero"]


def explains_deviance(loss: Loss) -> bool:
    """Whether D2 is the score of a loss: where predictions are not z itself, and the best constant is known."""
    return not loss.labels and not loss.identity_link and loss.constant_known


def takes_zero(loss: Loss) -> bool:
    """Whether the loss of a target of 0 is finite: not that of amounts > 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return bool(np.isfinite(loss.value(0.0, 0.0)))


def out_of_range(loss: Loss, y: Array) -> NDArray[np.bool_]:
    """Which targets are below 0, or 0 under a loss that has no value there, shaped like y.

    Examples
    --------
    >>> from steepest.objective.losses import Gamma, Poisson
    >>> [out_of_range(loss, np.array([0.0, -1.0])).tolist() for loss in (Poisson(), Gamma())]
    [[False, True], [True, True]]
    """
    return y < 0.0 if takes_zero(loss) else y <= 0.0


def deviance_explained(loss: Loss, z: Array, y: Array, weight: Array | None = None) -> float | None:
    """D2 = 1 - mean loss at z / mean loss of the best constant, by weight; None for targets all alike, or below 0.

    References
    ----------
    Hastie, T., Tibshirani, R. and Wainwright, M. (2015). Statistical Learning with Sparsity, section 3.7.
    doi:10.1201/b18401

    Examples
    --------
    >>> from steepest.objective.losses import Poisson
    >>> y = np.array([1.0, 2.0, 6.0])
    >>> deviance_explained(Poisson(), np.log(y), y), deviance_explained(Poisson(), np.log([3.0, 3.0, 3.0]), y)
    (1.0, 0.0)
    """
    if loss.positive and out_of_range(loss, y).any():
        return None
    constant = loss.constant(np.average(y, weights=weight))
    least = float(np.average(loss.value(np.full_like(y, constant), y), weights=weight))
    if not least > 0 or not np.ptp(y):
        return None
    return 1.0 - float(np.average(loss.value(z, y), weights=weight)) / least


def score(loss: Loss, z: Array, y: Array, weight: Array | None = None) -> float:
    """The mean D2 over the columns of z and y, (n,) or (n, k); where targets are alike 1 if they are met, else 0."""
    if weight is not None:
        z, y, weight = z[weight > 0], y[weight > 0], weight[weight > 0] / weight.max()
    predicted, given = np.atleast_2d(z.T), np.atleast_2d(y.T)
    if len(predicted) != len(given):
        raise DataError(f"y has {len(given)} columns, but the model predicts {len(predicted)}: give one for each")
    shares = []
    for one, targets in zip(predicted, given, strict=True):
        share = deviance_explained(loss, one, targets, weight)
        shares.append(float(np.allclose(loss.inverse(one), targets)) if share is None else share)
    return float(np.mean(shares))
