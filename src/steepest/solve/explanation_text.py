"""An explanation as lines of text: the parameters, the arithmetic of the step, the rows drawn, the eigendirections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..core.aligned_text import aligned, by_point, number
from ..core.shown_text import counted, visible

if TYPE_CHECKING:
    from .explanation import Batch, Explanation

__all__ = ["directions_of", "facts_of", "parameters_of", "rows_of", "text_of", "title_of"]

SHOWN = 12  # parameters of the table
WRITTEN = 4  # parameters whose arithmetic is written out
ROWS = 10  # rows that are listed
DIRECTIONS = 6  # eigendirections that are listed
PARTS = 3  # parameters that name an eigendirection
SHORT = 18  # letters of a name in an eigendirection
SMALL = 0.1  # share of a parameter in an eigendirection below which it is not named
NAME = 24  # letters of a name
DIGITS = 6
FEWER = 5  # digits in the table, so that it fits 80 columns
ERRORS = {"squared_error": "(z - y)", "mse": "2 (z - y)", "log_loss": "(p - y)"}  # derivative of the loss by z


def text_of(found: Explanation) -> list[str]:
    """All of it, as `print` shows it."""
    facts = facts_of(found)
    width = max(len(word) for word, _ in facts) + 3
    said = [head + part for word, text in facts for head, part in _hanging(word.ljust(width), text)]
    tables = [lines for lines in (rows_of(found), directions_of(found)) if lines]
    return [title_of(found), "", *parameters_of(found), "", *said, *(line for lines in tables for line in ["", *lines])]


def _hanging(head: str, text: str) -> list[tuple[str, str]]:
    return [(head if i == 0 else " " * len(head), line) for i, line in enumerate(text.split("\n"))]


def title_of(found: Explanation) -> str:
    """Which step it is."""
    return f"Step {found.step:,}: from state {found.step:,} to state {found.step + 1:,}"


def _name(name: str, most: int = NAME) -> str:
    name = visible(name)
    return name if len(name) <= most else name[: most - 3] + "..."


def _chosen(found: Explanation, most: int) -> list[int]:
    """Places of the first parameters that move, and of the last."""
    moving = [j for j, name in enumerate(found.names) if name not in found.fixed]
    return moving if len(moving) <= most else [*moving[: most - 1], moving[-1]]


def parameters_of(found: Explanation) -> list[str]:
    """The table of the parameters: before, gradient, direction, after."""
    columns = {f"state {found.step:,}": found.before, "gradient": found.gradient}
    if not np.array_equal(found.gradient, found.direction):
        columns |= {"earlier steps": found.direction - found.gradient} if found.remembers else {}
        columns["direction"] = found.direction
    columns[f"state {found.step + 1:,}"] = found.after
    places = list(range(len(found.names)))
    places = places if len(places) <= SHOWN else [*places[: SHOWN - 1], places[-1]]
    cells = [[head, *by_point(values[places].tolist(), FEWER)] for head, values in columns.items()]
    names = [_name(found.names[j]) + (" (fixed)" if found.names[j] in found.fixed else "") for j in places]
    lines = aligned(list(zip(["", *names], *cells, strict=True)))
    left_out = len(found.names) - len(places)
    return lines if not left_out else [*lines[:-1], f"... {left_out:,} more", lines[-1]]


def facts_of(found: Explanation) -> list[tuple[str, str]]:
    """The arithmetic in words and numbers."""
    places = _chosen(found, WRITTEN)
    facts = [("method", found.method), ("gradient", "\n".join(_gradient(found, j) for j in places))]
    facts.append(("step", "\n".join(_update(found, j) for j in places)))
    if found.rule:
        facts.append(("direction", visible(found.rule)))
    if found.scaled:
        facts.append(("units", "of standardised columns: the parameters are theirs"))
    if found.batch is not None:
        facts.append(("rows", _drawn(found.batch)))
    costs = f"{number(found.cost, DIGITS)} -> {number(found.cost_after, DIGITS)}"
    facts.append(("cost", f"{costs}: {_change(found.decrease)}"))
    facts.append(("predicted", _predicted(found)))
    return [*facts, ("why", found.why)]


def _gradient(found: Explanation, j: int) -> str:
    """The formula of a derivative with its number."""
    name, value = _name(found.names[j]), number(float(found.gradient[j]), DIGITS)
    if found.function:
        return f"df/d{name} = {value}"
    error, mean = ERRORS.get(found.loss, "l'(z, y)"), "weighted mean" if found.weighted else "mean"
    times = "" if j == len(found.names) - 1 else f" {name}"
    if found.batch is not None and len(found.batch.rows) == 1 and not found.penalised and found.batch.error[0]:
        return f"g_{name} = {error}{times} = {_product(found, j)}{value}"
    return f"g_{name} = {mean} {error}{times}{' + penalty' if found.penalised and times else ''} = {value}"


def _product(found: Explanation, j: int) -> str:
    """The error of a single row times its x, which is 1 for the intercept."""
    assert found.batch is not None
    error = float(found.batch.error[0])
    x = float(found.gradient[j]) / error
    return "" if j == len(found.names) - 1 else f"{number(error, DIGITS)} x {number(x, DIGITS)} = "


def _update(found: Explanation, j: int) -> str:
    """The new value of a parameter with its numbers substituted."""
    before, p, after = (float(values[j]) for values in (found.before, found.direction, found.after))
    sign = "+" if p < 0 else "-"
    moved = f"{number(before, DIGITS)} {sign} {number(found.rate, DIGITS)} x {number(abs(p), DIGITS)}"
    return f"{_name(found.names[j])} <- {moved} = {number(after, DIGITS)}"


def _drawn(batch: Batch) -> str:
    shown = ", ".join(f"{row:,}" for row in batch.rows[:ROWS].tolist())
    more = f" and {len(batch.rows) - ROWS:,} more" if len(batch.rows) > ROWS else ""
    return f"{len(batch.rows):,} of {counted(batch.of, 'row')}: {shown}{more}"


def _change(decrease: float) -> str:
    if decrease == 0:
        return "no change"
    return f"a decrease of {number(decrease, 4)}" if decrease > 0 else f"an increase of {number(-decrease, 4)}"


def _predicted(found: Explanation) -> str:
    """What slope and curvature predict of the cost."""
    if found.by_curvature is None or found.predicted is None:
        return f"{_change(found.by_slope)}, by the slope alone"
    parts = f"{_change(found.by_slope)} by the slope, {_change(found.by_curvature)} by the curvature"
    return f"{_change(found.predicted)}: {parts}"


def rows_of(found: Explanation) -> list[str]:
    """The rows of a batch: number, predictor, target and error of each."""
    batch = found.batch
    if batch is None:
        return []
    numbers = (batch.z, batch.y, batch.error)
    columns = [["row", *(f"{row:,}" for row in batch.rows[:ROWS].tolist())]]
    heads = ("z", "y", ERRORS.get(found.loss, "l'(z, y)").strip("()"))
    columns += [[head, *by_point(v[:ROWS].tolist(), DIGITS)] for head, v in zip(heads, numbers, strict=True)]
    if batch.weight is not None:
        columns.append(["weight", *by_point(batch.weight[:ROWS].tolist(), DIGITS)])
    return aligned(list(zip(*columns, strict=True)), left=0)


def directions_of(found: Explanation) -> list[str]:
    """The eigendirections: curvature, factor of the distance, the one that was measured, and the parameters."""
    if not found.directions:
        return []
    shown = list(found.directions)
    shown = shown if len(shown) <= DIRECTIONS else [*shown[: DIRECTIONS - 1], shown[-1]]
    columns = [["curvature", *by_point([each.curvature for each in shown], 4)]]
    if shown[0].factor is not None:
        factors = [each.factor for each in shown if each.factor is not None]
        columns.append([f"1 - {number(found.rate, 4)} x curvature", *by_point(factors, DIGITS)])
    measured = [float("nan") if each.measured is None else each.measured for each in shown]
    columns.append(["measured", *by_point(measured, DIGITS)])
    parts = ["eigendirection", *(_parts(found.names, each.vector.tolist()) for each in shown)]
    columns.append([part.ljust(max(map(len, parts))) for part in parts])
    lines = aligned(list(zip(*columns, strict=True)), left=0)
    left_out = len(found.directions) - len(shown)
    return lines if not left_out else [*lines[:-1], f"... {left_out:,} more", lines[-1]]


def _parts(names: Sequence[str], vector: Sequence[float]) -> str:
    """An eigenvector by its largest parameters, such as 0.99 speed + 0.17 intercept."""
    order = sorted(range(len(vector)), key=lambda j: -abs(vector[j]))
    shown = [j for j in order[:PARTS] if abs(vector[j]) >= SMALL]
    text = "".join(f" {'-' if vector[j] < 0 else '+'} {abs(vector[j]):.2f} {_name(names[j], SHORT)}" for j in shown)
    return text.removeprefix(" + ").removeprefix(" ")
