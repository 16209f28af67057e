"""Which rows a fit trains on, and with what weights: classes that count more, and rows held out for early stopping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...data.held_out import split
from ...data.readers.tables import Table
from ...data.rows import Rows
from ...solve.model import Label
from ..table_input import class_places
from ..text import label_text

__all__ = ["EarlyStopping", "class_weights", "settings_in_short", "weights_by_class"]

SHARE, PATIENCE = 0.1, 5  # of the rows that are held out; epochs without an improvement


class EarlyStopping(NamedTuple):
    """--early-stopping with what belongs to it; None where an option was left out."""

    asked: bool
    share: float | None
    patience: int | None

    def check(self) -> None:
        """Refuse what belongs to early stopping without it."""
        alone = {"--validation-fraction": self.share, "--n-iter-no-change": self.patience}
        for name, value in alone.items():
            if value is not None and not self.asked:
                raise UsageError(f"{name} belongs to --early-stopping: add that option too")

    @property
    def epochs(self) -> int:
        """Epochs without an improvement after which the run ends."""
        return PATIENCE if self.patience is None else self.patience

    @property
    def validation_share(self) -> float:
        """Share of the rows that are held out."""
        return SHARE if self.share is None else self.share

    def parted(self, rows: Rows, seed: int, *, labels: bool) -> tuple[Rows, Rows | None]:
        """Training rows, and held-out rows if they are asked for: those that the estimators hold out by this seed."""
        if not self.asked:
            return rows, None
        return split(rows, self.validation_share, seed, labels=labels, mend="leave --early-stopping out")


def weights_by_class(asked: str | dict[str, float], table: Table, classes: tuple[Label, ...]) -> NDArray[np.float64]:
    """Weight of each row times that of its class, see `class_weights`."""
    places = class_places(table, classes)
    own = np.ones(len(places)) if table.weight is None else table.weight
    total = np.bincount(places, own, minlength=len(classes))
    balanced = own.sum() / (len(classes) * np.where(total > 0, total, 1.0))
    found: NDArray[np.float64] = own * np.array(class_weights(asked, classes, balanced.tolist()))[places]
    return found


def class_weights(
    asked: str | dict[str, float], classes: Sequence[Label], balanced: Sequence[float]
) -> tuple[float, ...]:
    """Weight of each class: "balanced" makes the totals of the classes equal, others are 1.

    Raises
    ------
    UsageError
        If a label is none of the column's, or a weight is below 0.
    """
    return tuple(balanced if isinstance(asked, str) else _of_labels(asked, [label_text(label) for label in classes]))


def _of_labels(asked: dict[str, float], labels: list[str]) -> list[float]:
    for name, value in asked.items():
        if name not in labels:
            raise UsageError(f"--class-weight: there is no label {name!r}: the labels are {' and '.join(labels)}")
        if value < 0:
            raise UsageError(f"--class-weight {name}={value:g} is below 0: give a weight >= 0")
    return [asked.get(label, 1.0) for label in labels]


def settings_in_short(meta: dict[str, Any]) -> dict[str, Any]:
    """Settings of a run without the loss over held-out rows at each epoch, which its trajectory has."""
    found = dict(meta)
    if "validation" in found:
        found["validation"] = {name: found["validation"][name] for name in ("step", "loss", "rows")}
    return found
