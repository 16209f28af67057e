"""The command ``limit``: the stability limit, the largest constant learning rate of plain batch descent."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import click

from ..column_options import column_options
from ..options import json_option, loss_options, table_options

__all__ = ["command"]

LOWER = "for softmax take half the limit of log_loss with any one class against the rest, or --learning-rate auto"


@click.command(short_help="Print the largest stable learning rate for a table.")
@click.argument("file")
@loss_options
@column_options
@table_options
@json_option
def command(**flags: Any) -> None:
    """Print the stability limit of plain batch descent on the columns of FILE (or - for standard input).

    With a constant learning rate below the limit descent converges; above it, it diverges (squared losses) or may cycle
    (log loss). The limit of mse is half that of squared_error.
    """
    from ...core.errors import UsageError
    from ...core.records import from_name
    from ...data.counted import counted
    from ...data.rows import make_rows
    from ...objective import losses
    from ...objective.objective import Objective
    from ...objective.penalties import elastic
    from ...objective.problem import Problem
    from ...optimality.curvature import bounded, spectrum
    from ..actions.fit import chosen_loss
    from ..table_input import class_numbers, classes_of, target_table

    given = SimpleNamespace(**flags)
    if isinstance(given.alpha, str):
        raise UsageError("--alpha cv is for fit and compare: give limit a number")
    labels = given.loss is not None and from_name(given.loss, losses, "loss").labels
    loss = chosen_loss("logistic" if labels else "linear", given.loss)
    table = target_table(given.file, given, labels=loss.labels)
    classes = classes_of(table, None) if loss.labels else None
    if classes is not None and len(classes) > 2:
        raise UsageError(f"limit takes a loss of two classes, here are {len(classes)}: {LOWER}")
    y = class_numbers(table, classes) if classes is not None else table.y
    bounded(loss)
    problem = Problem(loss, elastic(given.alpha), not given.no_intercept)
    found = spectrum(Objective(problem, counted(make_rows(table.X, y, weight=table.weight))))
    _print(found, loss, table, given.as_json)


def _print(found: Any, loss: Any, table: Any, as_json: bool) -> None:
    from ...core.records import to_spec
    from ..exit_status import print_object
    from ..text import describe, number, say

    if as_json:
        head = {"command": "limit", "source": table.source, "loss": to_spec(loss)}
        print_object({**head, "limit": found.limit, "condition": found.condition})
        return
    limit = number(found.limit) if math.isfinite(found.limit) else "none: any rate is safe"
    kappa = "infinite: the columns are not independent"
    if found.condition is not None:
        kappa = number(found.condition, 4)
    facts = [("limit", limit), ("loss", f"{to_spec(loss)} ({loss.formula})"), ("condition number", kappa)]
    say(describe(facts))
