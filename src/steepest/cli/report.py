"""The answer of a fit: as text for a person, as an object for a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..core.files import plain
from ..core.shown_text import counted
from ..descent.method_text import method_text
from ..optimality.advice import Remedy, spelled
from ..solve.model import Model, predict, probability, probable
from .suggestions import as_option
from .text import aligned, by_point, describe, label_text, number, paint, shown_name

if TYPE_CHECKING:  # a formula is minimised without tables
    from ..data.readers.tables import Table
    from ..solve.fit import Run

__all__ = ["Outcome", "as_object", "coefficient_table", "lines_of", "model_words", "title_of", "verdict_text"]

SHOWN = 12  # coefficients in the table

PENALTIES = {"no_penalty": "", "l2": " + alpha/2 |w|^2", "l1": " + alpha |w|_1"}


TITLES = {  # where it is neither linear nor logistic regression
    "poisson": "Poisson regression",
    "gamma": "gamma regression",
    "tweedie": "Tweedie regression",
    "probit": "probit regression",
    "perceptron": "perceptron",
    "quantile": "quantile regression",
    **dict.fromkeys(("hinge", "squared_hinge", "modified_huber"), "linear classification"),
}


class Column(NamedTuple):
    """Coefficients and intercept of one answer, to be shown beside another."""

    head: str
    values: list[float]


class Outcome(NamedTuple):
    """A finished fit."""

    table: Table
    model: Model
    run: Run
    at: dict[str, float] | None
    files: tuple[str, ...]

    @property
    def point(self) -> np.ndarray[Any, Any]:
        """Where --at asks for a prediction, (1, d)."""
        return np.array([[(self.at or {})[name] for name in self.model.names]])


def lines_of(outcome: Outcome) -> list[str]:
    """Write the answer for a person."""
    model, meta = outcome.model, outcome.run.trajectory.meta
    facts = [
        ("cost", _cost_text(outcome.run)),
        ("steps", f"{outcome.run.trajectory.step[-1]:,}   {method_text(meta)}"),
        ("verdict", verdict_text(plain(outcome.run.verdict.as_dict()))),
    ]
    facts += _held_out(meta)
    if outcome.at is not None:
        facts.append(("at", f"{_at_text(outcome.at)}: {_prediction_text(outcome)}"))
    if outcome.files:
        facts.append(("wrote", ", ".join(outcome.files)))
    others = _others(outcome.run)
    head = f"step {meta['reported_step']:,}" if others and others[0].head != "exact" else "descent"
    return [_title(outcome), "", *coefficient_table(model, others, head), "", *describe(facts)]


def _held_out(meta: dict[str, Any]) -> list[tuple[str, str]]:
    """The line on held-out rows, if there are any."""
    if "validation" not in meta:
        return []
    found = meta["validation"]
    loss = f"mean loss {number(found['loss'])}, the lowest, after step {found['step']:,}, which is kept"
    return [("held out", f"{counted(found['rows'], 'row')}: {loss}")]


def coefficient_table(model: Model, others: Sequence[Column] = (), head: str = "descent") -> list[str]:
    """Lines of coefficients under each other, beside those of other answers if they differ."""
    own = Column(head, [*model.coef, model.intercept])
    columns = [own, *(other for other in others if by_point(other.values) != by_point(own.values))]
    names = [*map(shown_name, model.names), "intercept"]
    rows = [list(row) for row in zip(names, *(by_point(column.values) for column in columns), strict=True)]
    if len(rows) > SHOWN + 1:
        rows = [*rows[: SHOWN - 1], [f"... {len(rows) - SHOWN} more", *("" for _ in columns)], rows[-1]]
    titles = [["", *(column.head for column in columns)]] if len(columns) > 1 else []
    return aligned([*titles, *rows])


def verdict_text(verdict: dict[str, Any]) -> str:
    """Write a verdict, its advice spelled as options of the command line."""
    status = verdict["status"]
    advice = spelled((Remedy(**remedy) for remedy in verdict.get("remedies", ())), as_option)
    text = [paint(status, verdict.get("message") or status), *([f"Try {advice}."] if advice else [])]
    return "\n".join(text + [f"Note: {note}." for note in verdict.get("notes") or ()])


def as_object(outcome: Outcome, exit_code: int) -> dict[str, Any]:
    """Write the answer for a program."""
    model, run = outcome.model, outcome.run
    meta = run.trajectory.meta
    return {
        "command": "fit",
        "source": outcome.table.source,
        "rows": outcome.table.X.shape[0],
        **{name: value for name, value in model._asdict().items() if name != "settings"},
        "exact": _exact(run),
        "cost": {"value": _cost(run), "formula": meta.get("loss_formula")},
        "steps": run.trajectory.step[-1],
        "epochs": run.trajectory.epoch[-1],
        "settings": model.settings,
        "at": None if outcome.at is None else {"point": outcome.at, **_prediction(outcome)},
        "files": outcome.files,
        "interrupted": bool(meta.get("interrupted")),
        "exit_code": exit_code,
    }


def title_of(model: Model) -> str:
    """What a model is called, by its loss."""
    return TITLES.get(model.loss.partition(":")[0], f"{model.kind} regression")


def model_words(model: Model) -> str:
    """The same of a fitted model, such as "linear model"."""
    return f"{title_of(model).removesuffix(' regression')} model"


def _title(outcome: Outcome) -> str:
    model, table = outcome.model, outcome.table
    what = shown_name(model.target)
    if model.classes is not None:
        what = f"{what} = {label_text(model.classes[1])}"
        what = f"P({what})" if probable(model) else what
    names = ", ".join(map(shown_name, model.names)) if len(model.names) <= 3 else f"{len(model.names)} columns"
    return f"{title_of(model)}: {what} by {names}   ({counted(table.X.shape[0], 'row')} of {table.source})"


def _others(run: Run) -> list[Column]:
    """Return the last state, if it is not the answer, and the exact least-squares answer, if it is known."""
    path, exact, others = run.trajectory, _exact(run), []
    if path.meta.get("reported_step", path.step[-1]) != path.step[-1]:
        others.append(Column(f"step {path.step[-1]:,}", [*path.coef[-1].tolist(), float(path.intercept[-1])]))
    if exact is not None:
        others.append(Column("exact", [*exact["coef"], exact["intercept"]]))
    return others


def _exact(run: Run) -> dict[str, Any] | None:
    exact = run.trajectory.meta.get("exact")
    return exact if isinstance(exact, dict) else None


def _cost(run: Run) -> float:
    """Cost of the state that is the answer."""
    path = run.trajectory
    reported = np.flatnonzero(path.cost_step == path.meta.get("reported_step", path.step[-1]))
    return float(path.cost[reported[-1]]) if len(reported) else float("nan")


def _cost_text(run: Run) -> str:
    meta, exact = run.trajectory.meta, _exact(run)
    penalised = PENALTIES.get(str(meta.get("penalty", "no_penalty")).partition(":")[0], " + penalty")
    least = "" if exact is None or exact.get("cost") is None else f", exact answer {number(exact['cost'])}"
    reported = meta.get("reported_step")
    where = "" if reported in (None, run.trajectory.step[-1]) else f" at step {reported:,}"
    return f"{number(_cost(run))}{where}   ({meta.get('loss_formula')}{penalised}{least})"


def _prediction(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = {"prediction": predict(outcome.model, outcome.point)[0].item()}
    if probable(outcome.model):
        found["probability"] = float(probability(outcome.model, outcome.point)[0])
    return found


def _prediction_text(outcome: Outcome) -> str:
    found, classes = _prediction(outcome), outcome.model.classes
    if classes is None:
        return f"{shown_name(outcome.model.target)} {number(found['prediction'])}"
    chance = f", P({label_text(classes[1])}) = {number(found['probability'])}" if "probability" in found else ""
    return f"{shown_name(outcome.model.target)} {label_text(found['prediction'])}{chance}"


def _at_text(at: dict[str, float]) -> str:
    return ", ".join(f"{name}={number(value)}" for name, value in at.items())
