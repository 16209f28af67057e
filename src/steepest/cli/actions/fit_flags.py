"""The options of ``fit`` as Click hands them over."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...data.readers.text_format import TextFormat
from ..column_choice import ColumnChoice
from .training_rows import EarlyStopping

__all__ = ["Flags"]


class Flags(NamedTuple):
    """The options of ``fit``."""

    kind: str
    file: str
    target: str | tuple[str, ...] | None
    features: tuple[str, ...] | None
    weights: str | None
    loss: str | None
    alpha: float | str
    no_intercept: bool
    positive: str | None
    learning_rate: str | float
    rule: str
    batch_size: int | None
    sampling: str
    average: str
    estimate: str
    max_iter: int | None
    steps: int | None
    tol: str | float | None
    l1_ratio: float
    fix: tuple[dict[str, float], ...]
    start: tuple[float, ...] | None
    seed: int
    at: dict[str, str] | None
    output: str | None
    trajectory: str | None
    require_converged: bool
    form: TextFormat
    as_json: bool
    force: bool
    multi_class: str | None = None
    offset: str | None = None
    exposure: str | None = None
    penalty_factors: dict[str, float] | None = None
    signs: Any = None
    intercept_only: bool = False
    columns: ColumnChoice = ColumnChoice()
    test: float | None = None
    everything: bool = False
    cv: int | None = None
    standardize: bool | None = None
    class_weight: str | dict[str, float] | None = None
    early_stopping: bool = False
    validation_fraction: float | None = None
    n_iter_no_change: int | None = None

    @property
    def stopping(self) -> EarlyStopping:
        """How held-out rows end the run."""
        return EarlyStopping(self.early_stopping, self.validation_fraction, self.n_iter_no_change)
