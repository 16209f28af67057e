"""Sums from which the scores of predicted classes follow: the confusion matrix, losses of probabilities, rankings."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np

from ...core.errors import DataError
from ...core.types import Array
from ...data.tree import Partial
from ..model import Model
from ..scores.of_model import class_predictions_at
from .ranking import MOST, Ranking

__all__ = ["ClassSums", "class_measures"]

SMALLEST = 1 << 10  # scores of a ranking at least


class ClassSums(NamedTuple):
    """Sums: the confusion matrix by weight (k, k) and by rows, log loss and squares (2,), and the rankings."""

    model: Model

    @property
    def k(self) -> int:
        """Classes."""
        return len(self.model.classes or ())

    @property
    def ranked(self) -> range:
        """The classes whose rankings count: of two the second."""
        return range(1 if self.k == 2 else 0, self.k)

    @property
    def most(self) -> int:
        """Scores of a ranking."""
        return max(SMALLEST, MOST // len(self.ranked))

    def of(self, z: Array, y: Array, weight: Array) -> Partial:
        """The sums of some rows of weight > 0: z (m, k), places of classes (m, 1), weight (m,)."""
        k, places = self.k, y[:, 0].astype(np.int64)
        scores, log_p = class_predictions_at(self.model, z)
        cells = places * k + scores.argmax(1)
        counts = [np.bincount(cells, v, k * k).astype(np.float64).reshape(k, k) for v in (weight, None)]
        costs = np.zeros(2)
        if log_p is not None:
            each = np.arange(len(places))
            squares = np.square(np.exp(log_p) - (places[:, None] == np.arange(k))).sum(1)
            costs = np.array([-(weight @ log_p[each, places]), weight @ squares])
        rankings = (Ranking.of(np.ascontiguousarray(scores[:, c]), places == c, weight, self.most) for c in self.ranked)
        return (*counts, costs, *(cast(Array, array) for ranking in rankings for array in ranking))

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sums of both."""
        pairs = zip(_rankings(a), _rankings(b), strict=True)
        found = (cast(Array, array) for one, other in pairs for array in one.joined(other, self.most))
        return (*(x + y for x, y in zip(a[:3], b[:3], strict=True)), *found)


def _rankings(sums: Partial) -> list[Ranking]:
    return [Ranking(*sums[i : i + 4]) for i in range(3, len(sums), 4)]  # type: ignore[arg-type]


def class_measures(model: Model, sums: Partial) -> tuple[dict[str, Any], Array]:
    """The scores as of `model_scores` from the sums, bounds of those of rankings; places of classes with rows."""
    heavy, counts, costs = sums[:3]
    total, of_class = heavy.sum(), heavy.sum(1)
    if not total > 0:
        raise DataError("weights must be >= 0 and not all zero")
    present = np.flatnonzero(counts.any(1))
    recalls = heavy.diagonal()[present] / of_class[present]
    measures: dict[str, Any] = {
        "accuracy": float(heavy.trace() / total),
        "balanced_accuracy": float(recalls.mean()),
        **_probable(model, of_class[present] / total, costs / total),
    }
    rankings, k = _rankings(sums), len(heavy)
    for name in ("auc", "average_precision"):
        each, errors = zip(*((getattr(r, name), getattr(r, f"{name}_error")) for r in rankings), strict=True)
        known = None not in each
        measures[name] = float(np.mean(each)) if known else None
        if known and any(errors):
            measures[f"{name}_within"] = float(np.mean(errors))
    plain = bool((heavy == counts).all())
    measures["confusion"] = counts.astype(np.int64).tolist() if plain else heavy.reshape(k, k).tolist()
    return measures, present.astype(np.float64)


def _probable(model: Model, shares: Array, costs: Array) -> dict[str, float | None]:
    """Log loss, the share of it that is explained, and Brier score; None of a model without probabilities."""
    if class_predictions_at(model, np.zeros((1, model.outputs))).log_p is None:
        return dict.fromkeys(("log_loss", "d2", "brier"))
    null = -float(shares @ np.log(shares))
    explained = 1.0 - float(costs[0]) / null if len(shares) > 1 else None
    return {"log_loss": float(costs[0]), "d2": explained, "brier": float(costs[1]) * (0.5 if model.outputs == 1 else 1)}
