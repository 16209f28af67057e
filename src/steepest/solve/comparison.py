"""Compare: runs of several methods on the same problem, side by side."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.errors import UsageError
from ..core.files import data_frame
from ..core.html_text import block, curves, safe
from ..core.html_text import table as html_table
from ..core.records import is_record, to_spec
from ..core.shown_text import counted
from ..descent.trajectory import Trajectory
from .fitted import trajectory_of

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Comparison", "compare", "variants"]

SHOWN = ("label", "status", "steps", "cost")
MOST = 20  # runs that a notebook shows
SETTINGS = 1000  # runs of one comparison at most


class Comparison(NamedTuple):
    """Several runs on one problem, in the order in which they were asked for.

    Attributes
    ----------
    labels : tuple of str
        The settings in which they differ.
    trajectories : tuple of Trajectory
        The runs, for tables and pictures.

    Examples
    --------
    >>> from functools import partial
    >>> from steepest import compare, minimize
    >>> print(compare(partial(minimize, "(x - 3)**2", 6, steps=9), {"learning_rate": [0.25, 1.0]}))
    learning_rate=0.25  stopped              9 steps  cost 3.433227539e-05
    learning_rate=1.0   oscillating          9 steps  cost 9
    """

    labels: tuple[str, ...]
    trajectories: tuple[Trajectory, ...]

    def table(self) -> dict[str, list[Any]]:
        """One row a run: label, status, steps, epochs, last known cost and gradient norm, seconds, verdict."""
        names = ("label", "status", "steps", "epochs", "cost", "gradient_norm", "seconds", "verdict")
        rows = [_row(label, path) for label, path in zip(self.labels, self.trajectories, strict=True)]
        return {name: [row[i] for row in rows] for i, name in enumerate(names)}

    def to_frame(self) -> DataFrame:
        """The table as a pandas DataFrame.

        Raises
        ------
        UsageError
            If pandas is not installed.
        """
        return data_frame(self.table())

    def _repr_html_(self) -> str:
        found = self.table()
        cells = zip(*(found[name] for name in SHOWN), strict=True)
        rows = [[label, status or "-", f"{steps:,}", f"{cost:.7g}"] for label, status, steps, cost in cells]
        title = f"cost of {counted(len(rows), 'run')} by step"
        drawn = curves([(path.cost_step, path.cost) for path in self.trajectories[:MOST]], title)
        more = f"... {len(rows) - MOST:,} more" if len(rows) > MOST else ""
        return block(f"{counted(len(rows), 'run')}", (), html_table(SHOWN, rows[:MOST]), safe(more), drawn)

    def __str__(self) -> str:
        table = self.table()
        width = max(map(len, [*self.labels, ""]))
        return "\n".join(
            f"{label:<{width}}  {status or '-':<11}  {steps:>9,} steps  cost {cost:.10g}"
            for label, status, steps, cost in zip(*(table[name] for name in SHOWN), strict=True)
        )


def _row(label: str, path: Trajectory) -> tuple[Any, ...]:
    known = len(path.cost) > 0
    cost, norm = (float(path.cost[-1]), float(path.gradient_norm[-1])) if known else (float("nan"), float("nan"))
    verdict = path.verdict
    ends = int(path.step[-1]), float(path.epoch[-1]), cost, norm, float(path.seconds[-1])
    return (label, verdict.status if verdict else None, *ends, str(verdict) if verdict else None)


def compare(run: Callable[..., Any], vary: Mapping[str, Any]) -> Comparison:
    """Run the same descent with different settings and put the runs side by side.

    Parameters
    ----------
    run : callable
        Takes settings by name and returns a `Trajectory`, or something fitted that has one as ``trajectory_``:
        ``lambda **s: GDRegressor(**s).fit(X, y)``, or ``functools.partial(minimize, f, start)``.
    vary : dict
        Either lists by the name of a setting, ``{"rule": ["plain", "adam"], "learning_rate": [0.1, 0.01]}``, of which
        every combination is run; or whole settings by the label of a run, ``{"batch": {"batch_size": None}, ...}``.

    Returns
    -------
    Comparison
        In the order of ``vary``.

    Raises
    ------
    UsageError
        If no setting is varied, or there are more than 1,000 combinations; and whatever ``run`` raises.

    Notes
    -----
    Cost: that of all runs, one after the other.

    Examples
    --------
    >>> from steepest import Method, Problem, descend, make_rows, record, until, updates
    >>> rows = make_rows([[1.0], [3.0], [5.0]], [4.0, 3.0, 7.0])
    >>> def run(learning_rate):
    ...     return record(until(descend(Problem(), Method("plain", learning_rate), rows), updates(100)))
    >>> found = compare(run, {"learning_rate": [0.001, 0.05]})
    >>> found.labels, [round(cost, 3) for cost in found.table()["cost"]]
    (('learning_rate=0.001', 'learning_rate=0.05'), [2.077, 0.752])
    """
    found = variants(vary)
    paths = []
    for given in found.values():
        answer = run(**given)
        path = trajectory_of(answer)
        if path is None:
            raise UsageError(f"run must return a Trajectory or something fitted, not {type(answer).__name__}")
        paths.append(path)
    return Comparison(tuple(found), tuple(paths))


def variants(vary: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Settings by label: those given, or every combination of the lists.

    Examples
    --------
    >>> list(variants({"rule": ["plain", "adam"], "batch_size": [None, 1]}))
    ['rule=plain, batch_size=None', 'rule=plain, batch_size=1', 'rule=adam, batch_size=None', 'rule=adam, batch_size=1']
    """
    if not isinstance(vary, Mapping) or not vary:
        raise UsageError("vary must hold at least one setting: vary={'learning_rate': [0.1, 0.01]}")
    if all(isinstance(value, Mapping) for value in vary.values()):
        return {str(label): dict(given) for label, given in vary.items()}
    lists = {name: _listed(name, values) for name, values in vary.items()}
    combined = list(itertools.islice(itertools.product(*lists.values()), SETTINGS + 1))
    if len(combined) > SETTINGS:
        raise UsageError(f"vary asks for more than {SETTINGS:,} runs: leave some values out")
    given = [dict(zip(lists, values, strict=True)) for values in combined]
    return {", ".join(f"{name}={_text(value)}" for name, value in one.items()): one for one in given}


def _listed(name: str, values: Any) -> Sequence[Any]:
    if isinstance(values, (str, bytes, Mapping)) or is_record(values) or not isinstance(values, Iterable):
        raise UsageError(f"vary: {name!r} needs a list of values, not {values!r}")
    found = list(values)
    if not found:
        raise UsageError(f"vary: the list of {name!r} is empty")
    return found


def _text(value: Any) -> str:
    return to_spec(value) if is_record(value) else str(value)
