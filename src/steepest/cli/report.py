"""The answer of a fit: as text for a person, as an object for a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..core.files import plain
from ..core.shown_text import counted, visible
from ..data.readers.cells import is_number
from ..descent.method_text import method_text
from ..optimality.advice import Remedy, spelled
from ..solve.model import Model, predict, probability, probable
from .alpha_text import choice_text
from .one_row import number_at, one_row
from .suggestions import as_option
from .text import aligned, by_point, describe, label_text, number, paint, shown_name

if TYPE_CHECKING:  # a formula is minimised without tables
    from ..solve.fit import Run
    from .described import Described
    from .fit_scores import Scores

__all__ = [
    "Outcome",
    "as_object",
    "class_words",
    "coefficient_table",
    "lines_of",
    "model_words",
    "outputs_facts",
    "title_of",
    "verdict_text",
]

SHOWN = 12  # coefficients in the table
OUTPUTS = 6  # targets or classes in it

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


HOW = {"softmax": "softmax", "ovr": "each against the rest"}


class Column(NamedTuple):
    """Coefficients and intercept of one answer, to be shown beside another."""

    head: str
    values: list[float]


class Outcome(NamedTuple):
    """A finished fit."""

    table: Described
    model: Model
    run: Run
    at: dict[str, str] | None
    files: tuple[str, ...]
    scores: Scores
    everything: bool = False  # whether all coefficients are shown

    @property
    def interrupted(self) -> bool:
        """Whether the descent, or that of a fold, was interrupted."""
        return bool(self.run.trajectory.meta.get("interrupted")) or self.scores.interrupted

    @property
    def point(self) -> object:
        """Where --at asks for a prediction, (1, d), dense or CSR."""
        return one_row(self.model.recipe, self.at or {})

    @property
    def point_offset(self) -> list[float] | None:
        """Its offset plus the logarithm of its exposure."""
        at, model = self.at or {}, self.model
        if not model.shifted:
            return None
        log = 0.0 if model.exposure is None else float(np.log(number_at(at, model.exposure, 0.0)))
        return [log + (0.0 if model.offset is None else number_at(at, model.offset))]


def lines_of(outcome: Outcome) -> list[str]:
    """Write the answer for a person."""
    model, meta = outcome.model, outcome.run.trajectory.meta
    facts = [
        *outputs_facts(model),
        ("cost", _cost_text(outcome.run)),
        *outcome.scores.facts(),
        ("steps", f"{outcome.run.trajectory.step[-1]:,}   {method_text(meta)}"),
        ("verdict", verdict_text(plain(outcome.run.verdict.as_dict()))),
    ]
    if outcome.table.decided:
        facts.insert(0, ("columns", "\n".join(map(visible, outcome.table.decided))))
    if "cross_validation" in meta:
        facts.insert(0, ("alpha", choice_text(meta["cross_validation"])))
    facts += _held_out(meta)
    if outcome.at is not None:
        facts.append(("at", f"{_at_text(outcome.at)}: {_prediction_text(outcome)}"))
    if outcome.files:
        facts.append(("wrote", ", ".join(outcome.files)))
    others = _others(outcome.run) if model.outputs == 1 else []
    head = f"step {meta['reported_step']:,}" if others and others[0].head != "exact" else "descent"
    table = coefficient_table(model, others, head, outcome.everything)
    return [_title(outcome), "", *table, "", *describe(facts), *outcome.scores.lines()]


def _held_out(meta: dict[str, Any]) -> list[tuple[str, str]]:
    """The line on held-out rows, if there are any."""
    if "validation" not in meta:
        return []
    found = meta["validation"]
    loss = f"mean loss {number(found['loss'])}, the lowest, after step {found['step']:,}, which is kept"
    return [("held out", f"{counted(found['rows'], 'row')}: {loss}")]


def coefficient_table(
    model: Model, others: Sequence[Column] = (), head: str = "descent", everything: bool = False
) -> list[str]:
    """Lines of coefficients under each other: a column for each output, or beside those of other answers."""
    if model.outputs == 1:
        own = Column(head, model.w[:, 0].tolist())
        columns = [own, *(other for other in others if by_point(other.values) != by_point(own.values))]
    else:
        columns = output_columns(model)
    names = [*map(shown_name, model.names), "intercept"]
    rows = [list(row) for row in zip(names, *(by_point(column.values) for column in columns), strict=True)]
    if len(rows) > SHOWN + 1 and not everything:
        rows = [*rows[: SHOWN - 1], [f"... {len(rows) - SHOWN} more (--all)", *("" for _ in columns)], rows[-1]]
    titles = [["", *(column.head for column in columns)]] if len(columns) > 1 else []
    return aligned([*titles, *rows])


def output_columns(model: Model) -> list[Column]:
    """The coefficients and the intercept of each target or class; of many the first ones."""
    names = model.targets if model.classes is None else [label_text(label) for label in model.classes]
    found = [Column(shown_name(name), w) for name, w in zip(names, model.w.T.tolist(), strict=True)]
    return found if len(found) <= OUTPUTS else found[: OUTPUTS - 1]


def outputs_facts(model: Model) -> list[tuple[str, str]]:
    """How many outputs the table of coefficients leaves out, if it does."""
    what = "targets" if model.classes is None else "classes"
    said = f"{model.outputs - OUTPUTS + 1} more {what}: --json and the model file have them"
    return [("beside", said)] if model.outputs > OUTPUTS else []


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
        "rows": outcome.table.rows,
        **{name: value for name, value in model.members.items() if name != "settings"},
        "exact": _exact(run),
        "cost": {"value": _cost(run), "formula": meta.get("loss_formula")},
        "scores": outcome.scores.as_object(),
        "steps": run.trajectory.step[-1],
        "epochs": run.trajectory.epoch[-1],
        "settings": model.settings,
        "columns": outcome.table.decided,
        "at": None if outcome.at is None else {"point": _values(outcome.at), **_prediction(outcome)},
        "files": outcome.files,
        "interrupted": outcome.interrupted,
        "exit_code": exit_code,
    }


def _values(at: dict[str, str]) -> dict[str, str | float]:
    """The point of --at, its numbers as numbers."""
    return {name: float(text) if is_number(text) else text for name, text in at.items()}


def title_of(model: Model) -> str:
    """What a model is called, by its loss."""
    return TITLES.get(model.loss.partition(":")[0], f"{model.kind} regression")


def class_words(model: Model) -> str:
    """What a model of classes says: P(y = b), or y of so many classes and how they are fitted."""
    what, classes = shown_name(model.target), model.classes or ()
    if len(classes) == 2:
        said = f"{what} = {label_text(classes[1])}"
        return f"P({said})" if probable(model) else said
    return f"{what}, {len(classes)} classes, {HOW[str(model.multi_class)]},"


def model_words(model: Model) -> str:
    """The same of a fitted model, such as "linear model"."""
    return f"{title_of(model).removesuffix(' regression')} model"


def _title(outcome: Outcome) -> str:
    model, table = outcome.model, outcome.table
    what = shown_name(model.target)
    if model.classes is not None:
        what = class_words(model)
    names = ", ".join(map(shown_name, model.names)) if len(model.names) <= 3 else f"{len(model.names)} columns"
    names = names or "the intercept alone"
    return f"{title_of(model)}: {what} by {names}   ({counted(table.rows, 'row')} of {table.source})"


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
    model, offset = outcome.model, outcome.point_offset
    found: dict[str, Any] = {"prediction": predict(model, outcome.point, offset)[0].tolist()}
    if probable(model):
        found["probability"] = probability(model, outcome.point, offset)[0].tolist()
    return found


def _prediction_text(outcome: Outcome) -> str:
    found, model = _prediction(outcome), outcome.model
    if model.classes is None:
        values = np.atleast_1d(found["prediction"]).tolist()
        return ", ".join(f"{shown_name(t)} {number(v)}" for t, v in zip(model.targets, values, strict=True))
    p = np.atleast_1d(found.get("probability", [])).tolist()
    of = model.classes[1:] if len(p) == 1 else model.classes
    chance = [f", P({label_text(label)}) = {number(share)}" for label, share in zip(of, p, strict=False)][:OUTPUTS]
    return f"{shown_name(model.target)} {label_text(found['prediction'])}{''.join(chance)}"


def _at_text(at: dict[str, str]) -> str:
    return ", ".join(f"{shown_name(name)}={shown_name(value)}" for name, value in at.items())
