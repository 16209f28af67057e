"""The work of ``limit``: the curvature of a table, the stability limit, and what a step does to the distance."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ...core.errors import UsageError
from ...core.record_types import Loss, Rule
from ...core.records import from_name, to_spec
from ...data.counted import counted
from ...data.make_rows import make_rows
from ...data.readers.tables import Table
from ...data.readers.text_format import TextFormat
from ...methods.method import read_rule
from ...objective import losses
from ...objective.data import MATRIX_COLUMNS
from ...objective.objective import Objective
from ...objective.penalties import elastic
from ...objective.problem import Problem
from ...optimality.contraction import Contraction, contraction, factor_text
from ...optimality.curvature import Spectrum, bounded, spectrum, stability_of
from ..column_choice import ColumnChoice
from ..exit_status import print_object
from ..outcomes import fixed_values
from ..table_input import class_numbers, classes_of, target_table
from ..text import describe, number, say
from .fit import chosen_loss

__all__ = ["Flags", "limit_command"]

DIGITS = 4
LOWER = "for softmax take half the limit of log_loss with any one class against the rest, or --learning-rate auto"


class Flags(NamedTuple):
    """The options of ``limit`` as Click hands them over."""

    file: str
    rule: str
    learning_rate: float | None
    fix: tuple[dict[str, float], ...]
    target: str | None
    features: tuple[str, ...] | None
    weights: str | None
    class_weight: Any
    loss: str | None
    alpha: float | str
    no_intercept: bool
    columns: ColumnChoice
    form: TextFormat
    as_json: bool


class Found(NamedTuple):
    """What is known of a step on a table."""

    loss: Loss
    rule: Rule
    spectrum: Spectrum
    limit: float
    rate: float | None  # None where any is safe
    alone: bool  # one coordinate is free

    @property
    def steepest(self) -> Contraction | None:
        """Along the direction of the largest curvature."""
        return None if self.rate is None else contraction(self.spectrum.largest, self.rate, self.rule)

    @property
    def flattest(self) -> Contraction | None:
        """Along that of the smallest, where it is known and not 0."""
        if self.rate is None or self.spectrum.condition is None or not self.spectrum.smallest:
            return None
        return contraction(self.spectrum.smallest, self.rate, self.rule)

    @property
    def slowest(self) -> Contraction | None:
        """The one that needs the most steps."""
        known = [each for each in (self.steepest, self.flattest) if each is not None]
        return max(known, key=lambda each: each.steps, default=None)

    @property
    def why(self) -> str | None:
        """The reason in one sentence."""
        if self.slowest is None or self.alone:
            return None if self.slowest is None else self.slowest.sentence
        exact = "" if self.loss.quadratic else " at its largest curvature"
        return self.slowest.along(f"the {self.which} direction{exact}")

    @property
    def which(self) -> str:
        """Which direction that is."""
        return "steepest" if self.slowest == self.steepest else "flattest"


def limit_command(flags: Flags) -> None:
    """Read the table, and print."""
    if isinstance(flags.alpha, str):
        raise UsageError("--alpha cv is for fit and compare: give limit a number")
    if flags.learning_rate is not None and flags.learning_rate <= 0:
        raise UsageError(f"--learning-rate must be a number > 0, not {flags.learning_rate:g}")
    labels = flags.loss is not None and from_name(flags.loss, losses, "loss").labels
    loss = chosen_loss("logistic" if labels else "linear", flags.loss)
    table = target_table(flags.file, flags, labels=loss.labels)
    found = _found(flags, loss, table)
    if flags.as_json:
        print_object({"command": "limit", "source": table.source, **_object(found)})
    else:
        say(describe(_facts(found, flags.learning_rate is None)))


def _found(flags: Flags, loss: Loss, table: Table) -> Found:
    classes = classes_of(table, None) if loss.labels else None
    if classes is not None and len(classes) > 2:
        raise UsageError(f"limit takes a loss of two classes, here are {len(classes)}: {LOWER}")
    y = class_numbers(table, classes) if classes is not None else table.y
    bounded(loss)
    rule, fixed = read_rule(flags.rule), tuple(fixed_values(flags.fix, table.names, flags.no_intercept))
    stability = stability_of(rule)
    objective = Objective(
        Problem(loss, elastic(float(flags.alpha)), not flags.no_intercept, fixed),
        counted(make_rows(table.X, y, weight=table.weight)),
    )
    known = spectrum(objective)
    limit = 0.5 * stability * known.limit
    rate = None if not known.largest else flags.learning_rate or 0.5 * limit
    return Found(loss, rule, known, limit, rate, int(objective.moves.sum()) == 1)


def _facts(found: Found, chosen: bool) -> list[tuple[str, str]]:
    limit = number(found.limit) if math.isfinite(found.limit) else "none: any rate is safe"
    facts = [("limit", limit), ("loss", f"{to_spec(found.loss)} ({found.loss.formula})")]
    if found.rule.slots:
        facts.append(("rule", to_spec(found.rule)))
    facts += [("curvature", _curvature(found)), ("condition number", _condition(found))]
    if found.steepest is None or found.slowest is None or found.why is None:
        return facts
    half = ", half of the limit" if chosen else ", above the limit" if found.steepest.rate > found.limit else ""
    facts.append(("learning rate", number(found.steepest.rate, DIGITS) + half))
    return [*facts, ("factor a step", _factors(found)), ("steps", _steps(found)), ("why", found.why)]


def _curvature(found: Found) -> str:
    most = "" if found.loss.quadratic else "at most "
    if found.alone or not found.spectrum.largest:
        return most + number(found.spectrum.largest, DIGITS)
    steepest = f"{most}{number(found.spectrum.largest, DIGITS)} in the steepest direction"
    if found.spectrum.smallest is None:
        return steepest
    return f"{steepest}, {number(_smallest(found), DIGITS)} in the flattest"


def _smallest(found: Found) -> float:
    """The smallest curvature; 0 where it is rounding."""
    return 0.0 if found.spectrum.condition is None else float(found.spectrum.smallest or 0.0)


def _condition(found: Found) -> str:
    if found.spectrum.condition is not None:
        return number(found.spectrum.condition, DIGITS)
    if found.spectrum.smallest is None and found.spectrum.largest:
        return f"unknown for more than {MATRIX_COLUMNS:,} columns"
    return "infinite: the columns are not independent"


def _factors(found: Found) -> str:
    steepest, flattest = ("" if each is None else factor_text(each.factor) for each in (found.steepest, found.flattest))
    if found.alone or not flattest:
        return steepest if found.alone else f"{steepest} in the steepest direction"
    return f"{steepest} in the steepest direction, {flattest} in the flattest"


def _steps(found: Found) -> str:
    """The number of steps that come within a millionth of the distance."""
    assert found.slowest is not None
    if math.isinf(found.slowest.steps):
        return "none is enough: the distance grows" if abs(found.slowest.factor) > 1 else "none is enough"
    least = "" if found.loss.quadratic else "at least "
    where = "" if found.alone or found.flattest is None else f", in the {found.which} direction"
    return f"{least}{found.slowest.steps:,.0f} to come within a millionth of the distance{where}"


def _object(found: Found) -> dict[str, Any]:
    steepest, flattest, slowest = (
        None if each is None else {**each._asdict(), "steps": each.steps}
        for each in (found.steepest, found.flattest, found.slowest)
    )
    return {
        "loss": to_spec(found.loss),
        "rule": to_spec(found.rule),
        "limit": found.limit,
        "condition": found.spectrum.condition,
        "curvature": {**found.spectrum._asdict(), "exact": bool(found.loss.quadratic)},
        "learning_rate": found.rate,
        "steepest": steepest,
        "flattest": flattest,
        "steps": None if slowest is None else slowest["steps"],
        "why": found.why,
    }
