"""What the reader of a page begins with: members of `Settings` in front/src/types.ts, names checked as Python does."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any, NamedTuple

from ..core.errors import UsageError
from ..core.records import from_name, to_spec
from ..methods import rules
from ..objective import losses
from ..objective.functions.formula import read_formula
from .lessons import lesson

__all__ = ["MOST_STEPS", "NOT_OFFERED", "Choice", "in_short"]

RULES_AND_LOSSES = {"newton", "secant", "spectral", "whitened", "anderson", "probit"}
SCHEDULES = {"backtracking", "exact_line", "adgd", "barzilai_borwein", "polyak"}
NOT_OFFERED = RULES_AND_LOSSES | SCHEDULES  # by the engine of the page: front/src/engine/engine.gen.ts has the reasons
MOST_STEPS = 20_000  # of a run on the page: LIMITS in front/src/state/settings.ts


class Choice(NamedTuple):
    """The settings that are given, by their names in Python; the page chooses the others."""

    formula: str | None = None
    loss: str | None = None
    rule: str | Sequence[str] | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    steps: int | None = None
    seed: int | None = None
    lesson: str | None = None

    @property
    def of_classes(self) -> bool:
        """Whether a loss of two classes is chosen."""
        return self.loss is not None and bool(from_name(self.loss, losses, "loss").labels)

    def settings(self) -> dict[str, Any]:
        """Members of the page's settings.

        Raises
        ------
        UsageError
            If there is no such rule, loss or lesson, or the page does not offer it; if a formula cannot be read, the
            rate is not above 0, or the steps are more than a page takes.

        Examples
        --------
        >>> Choice(rule="momentum:beta=0.9", learning_rate=0.1).settings()
        {'rules': ['momentum'], 'rate': 0.1}
        """
        if self.learning_rate is not None and not self.learning_rate > 0:
            raise UsageError(f"the learning rate must be above 0, not {self.learning_rate:g}")
        if self.steps is not None and not 1 <= self.steps <= MOST_STEPS:
            raise UsageError(f"a page takes 1 to {MOST_STEPS:,} steps, not {self.steps:,}")
        named = (self.rule,) if isinstance(self.rule, str) else self.rule
        found = {
            "task": None if self.formula is None else "formula",
            "formula": None if self.formula is None else read_formula(self.formula).text,
            "loss": None if self.loss is None else _offered(self.loss, losses, "loss"),
            "rules": None if named is None else [_offered(rule, rules, "rule") for rule in named],
            "rate": self.learning_rate,
            "batch": self.batch_size,
            "steps": self.steps,
            "seed": self.seed,
        }
        begun = {} if self.lesson is None else {**lesson(self.lesson).settings, "lesson": self.lesson}
        return begun | {name: value for name, value in found.items() if value is not None}


def _offered(spec: str, module: ModuleType, what: str) -> str:
    name = in_short(spec, module, what)
    if name.partition(":")[0] in NOT_OFFERED:
        raise UsageError(
            f"the page does not offer the {what} {name!r}: choose another, or fit with it and report the run"
        )
    return name


def in_short(spec: str, module: ModuleType, what: str, without: str = "") -> str:
    """The name of a record with the fields that differ from their defaults, and not this one.

    Raises
    ------
    UsageError
        If there is no such record.

    Examples
    --------
    >>> [in_short(spec, rules, "rule") for spec in ("momentum:beta=0.9", "momentum:beta=0.5")]
    ['momentum', 'momentum:beta=0.5']
    """
    record = from_name(spec, module, what)
    name, _, fields = to_spec(record).partition(":")
    default = record._field_defaults
    given = zip(record._fields, record, fields.split(","), strict=False)
    kept = [text for key, value, text in given if key != without and not (key in default and default[key] == value)]
    return name + (":" + ",".join(kept) if kept else "")
