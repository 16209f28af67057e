"""partial_fit: an estimator's next chunk of a stream."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from ..core.errors import UsageError
from ..core.types import Array
from ..descent.trajectory import Trajectory
from ..solve.settings import is_auto
from ..solve.stream import Stream, advance, open_stream
from .multiclass import softmax_of
from .sparsity import dense

__all__ = ["Streaming", "seed_of"]


class Streaming:
    """The steps of a chunk, a mixin of both estimators."""

    loss_curve_: list[float]
    n_iter_: int
    t_: int

    @cached_property
    def trajectory_(self) -> Trajectory:
        """Every recorded step of the last fit; of a stream those of its last chunk, made when first read."""
        if "_recorded" not in vars(self):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute 'trajectory_'")
        path: Trajectory = vars(self).pop("_recorded")()
        return path

    def __getstate__(self) -> object:
        """What is pickled: the trajectory of the last chunk, without its rows."""
        if "_recorded" in vars(self):
            vars(self)["trajectory_"] = vars(self).pop("_recorded")()
        return super().__getstate__()

    def _advance(self: Any, X: Any, y: NDArray[np.float64], weight: Any) -> Array:
        """Take the steps of a chunk, set the attributes, and return the answer (d + 1, k), raw."""
        rows, names = self._rows(X, y, weight), self._names()
        stream = vars(self).get("_stream") or self._opened(names, rows.y.shape[1])
        with np.errstate(over="ignore", invalid="ignore"):
            stream, recorded = advance(stream, rows, keep=False if is_auto(self.record) else self.record, names=names)
        self.loss_curve_ = vars(self).get("loss_curve_", []) if stream.chunks > 1 else []
        self.loss_curve_.append(stream.loss)
        self._stream, self._recorded = stream, recorded
        self.n_iter_, self.t_ = stream.chunks, stream.there.t
        for stale in ("certificate_", "verdict_", "trajectory_"):
            self.__dict__.pop(stale, None)
        return stream.w

    def _opened(self: Any, names: tuple[str, ...], k: int) -> Stream:
        if self.early_stopping:
            raise UsageError("early_stopping needs held-out rows, which a stream does not have: see loss_curve_")
        start = self.start
        if start is None and "coef_" in vars(self):  # of an earlier fit
            start = np.vstack((np.reshape(dense(self.coef_), (-1, len(names))).T, np.reshape(self.intercept_, (1, -1))))
        w = np.zeros((len(names) + 1, k)) if start is None else np.array(start, np.float64)
        if w.size != (len(names) + 1) * k or not np.isfinite(w).all():
            raise UsageError(f"start must be {(len(names) + 1) * k} finite numbers, the intercept last")
        return open_stream(
            self._problem(names, softmax_of(self) if self._labels and k > 1 else None),
            w.reshape(len(names) + 1, k),
            self._settings(),
        )

    def _forget_stream(self: Any) -> None:
        """Discard the stream: a fit starts from the beginning."""
        for name in ("_stream", "_recorded", "loss_curve_", "t_"):
            self.__dict__.pop(name, None)


def seed_of(random_state: object) -> int:
    """The seed of a random_state; None is 0.

    Examples
    --------
    >>> seed_of(None), seed_of(7)
    (0, 7)
    """
    if random_state is None:
        return 0
    return random_state if isinstance(random_state, int) else int(check_random_state(random_state).randint(2**31 - 1))
