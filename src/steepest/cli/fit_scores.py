"""The scores of a fit: of the training rows, of held-out rows and of folds; as lines and as an object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..core.shown_text import counted
from ..core.types import Array
from .score_text import main_score, score_name, score_text, scored
from .text import aligned, number

__all__ = ["Folds", "Part", "Scores"]

DIGITS = 6


class Part(NamedTuple):
    """The scores of some rows, with their targets; or why there are none."""

    found: dict[str, Any]
    y: Array
    problem: str = ""

    def text(self, name: str, digits: int = DIGITS) -> str:
        """One of the scores, or why it is undefined."""
        return f"undefined ({self.problem})" if self.problem else score_text(self.found, name, self.y, digits)


class Folds(NamedTuple):
    """The scores of the held-out rows of each fold that was fitted, and the status of each fit."""

    parts: tuple[Part, ...]
    statuses: tuple[str, ...]
    asked: int

    def mean(self, name: str) -> float | None:
        """The mean over the folds; None where it is undefined in one."""
        values = self._values(name)
        return None if values is None else float(np.mean(values))

    def deviation(self, name: str) -> float | None:
        """The standard deviation over the folds, with 1/(k - 1)."""
        values = self._values(name)
        return None if values is None or len(values) < 2 else float(np.std(values, ddof=1))

    def _values(self, name: str) -> list[float] | None:
        values = [part.found.get(name) for part in self.parts]
        known = [value for value in values if value is not None]
        return known if known and len(known) == len(values) else None

    @property
    def words(self) -> str:
        """How many folds were fitted, and how they ended."""
        ends = ", ".join(f"{count} {status}" for status, count in Counter(self.statuses).items())
        short = "" if len(self.parts) == self.asked else f" of {self.asked}, interrupted"
        return f"{len(self.parts)}{short}: {ends}" if ends else f"0{short}"

    def as_object(self) -> dict[str, Any]:
        """Means and deviations, the scores of each fold, and the confusion matrix of all of them."""
        first = self.parts[0].found if self.parts else {}
        names = scored(first) if first else []
        found: dict[str, Any] = {"folds": self.asked, "verdicts": list(self.statuses)}
        found["mean"] = {name: self.mean(name) for name in names}
        found["deviation"] = {name: self.deviation(name) for name in names}
        if "confusion" in first:
            found["confusion"] = np.sum([part.found["confusion"] for part in self.parts], axis=0).tolist()
        return {**found, "each": [part.found for part in self.parts]}


class Scores(NamedTuple):
    """The scores of a fit."""

    training: Part
    held_out: Part | None = None
    folds: Folds | None = None
    of_rows: int = 0  # rows of the whole table

    @property
    def interrupted(self) -> bool:
        """Whether some folds were not fitted."""
        return self.folds is not None and len(self.folds.parts) < self.folds.asked

    def facts(self) -> list[tuple[str, str]]:
        """What stands among the facts of a fit: its main score, or what was held out."""
        if self.held_out is not None:
            rest = f"the model is fitted to the other {len(self.training.y):,}"
            return [("held out", f"{len(self.held_out.y):,} of {counted(self.of_rows, 'row')}; {rest}")]
        if self.folds is not None:
            return [("folds", f"{self.folds.words}; the model is fitted to all rows")]
        if self.training.problem:
            return []
        name = main_score(self.training.found)
        return [(score_name(name), f"{self.training.text(name, 10)}   (training rows)")]

    def lines(self) -> list[str]:
        """The table of scores, where rows were held out."""
        names = scored(self.training.found or (self.held_out.found if self.held_out else {}))
        if self.held_out is not None:
            columns: Sequence[tuple[str, Any]] = [("training", self.training.text), ("held-out", self.held_out.text)]
        elif self.folds is not None and self.folds.parts:
            mean, deviation = (_or_undefined(values) for values in (self.folds.mean, self.folds.deviation))
            columns = [("training", self.training.text), ("mean of folds", mean), ("deviation", deviation)]
        else:
            return []
        rows = [[score_name(name), *(text(name) for _, text in columns)] for name in names]
        return ["", *aligned([["scores", *(head for head, _ in columns)], *rows])]

    def as_object(self) -> dict[str, Any]:
        """The scores for a program; null where rows were not held out."""
        return {
            "training": self.training.found or None,
            "held_out": None if self.held_out is None else {"rows": len(self.held_out.y), **self.held_out.found},
            "cross_validation": None if self.folds is None else self.folds.as_object(),
        }


def _or_undefined(values: Any) -> Any:
    def text(name: str) -> str:
        value = values(name)
        return "undefined" if value is None else number(value, DIGITS)

    return text
