"""Model files and recorded runs, as text or as an object."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.files import plain
from ...descent.method_text import method_text
from ...descent.trajectory import Trajectory
from ...solve.model import is_model, read_model
from ..exit_status import print_object
from ..report import class_words, coefficient_table, model_words, outputs_facts, verdict_text
from ..text import aligned, by_point, describe, label_text, say, shown_name

__all__ = ["show_file"]

STATES = 10  # approximate number of rows shown of a run
COLUMNS = 4  # coefficients shown of each


def show_file(file: str, everything: bool, as_json: bool) -> None:
    """Find out the kind of a file and print it."""
    found, lines = _model(file, everything) if file == "-" or is_model(file) else _run(file)
    if as_json:
        print_object({"command": "show", **found})
    else:
        say(lines)


def _model(file: str, everything: bool) -> tuple[dict[str, Any], list[str]]:
    model = read_model(file)
    what = shown_name(model.target)
    if model.classes is not None:
        what = class_words(model).removesuffix(",")
        what += f", the other label is {label_text(model.classes[0])}" if model.outputs == 1 else ""
    facts = [*outputs_facts(model), ("loss", str(model.settings.get("loss_formula", model.loss)))]
    parts = (("offset", model.offset), ("exposure", model.exposure))
    facts += [(part, shown_name(name)) for part, name in parts if name is not None]
    if "rule" in model.settings:
        facts.append(("by", method_text(model.settings)))
    if "status" in model.verdict:
        facts.append(("verdict", verdict_text(model.verdict)))
    lines = [
        f"{model_words(model)}: {what}",
        "",
        *coefficient_table(model, everything=everything),
        "",
        *describe(facts),
    ]
    return {"what": "model", **model.members}, lines


def _run(file: str) -> tuple[dict[str, Any], list[str]]:
    path = Trajectory.load(Path(file))
    places = np.searchsorted(path.step, path.cost_step)  # steps with a known cost
    places = places[shown_places(path.step[places])]
    table = {name: column[places] for name, column in path.table().items()}
    verdict = None if path.verdict is None else plain(path.verdict.as_dict())
    facts = [("cost", str(path.meta.get("loss_formula"))), ("by", method_text(path.meta))]
    facts += [] if verdict is None else [("verdict", verdict_text(verdict))]
    title = f"run of {path.step[-1]:,} steps, {len(path):,} of its states recorded"
    states = [dict(zip(table, row, strict=True)) for row in zip(*(plain(c) for c in table.values()), strict=True)]
    found = {"what": "run", "names": path.names, "recorded": len(path), "meta": path.meta, "verdict": verdict}
    return {**found, "states": states}, [title, "", *_state_lines(table), "", *describe(facts)]


def shown_places(steps: NDArray[np.int64]) -> list[int]:
    """Indices of about ten steps, log-spaced, including the first and the last.

    Examples
    --------
    >>> shown_places(np.arange(1001))
    [0, 1, 3, 5, 10, 22, 47, 100, 216, 465, 1000]
    """
    last = int(steps[-1])
    aims = [0, *np.geomspace(1, last, STATES).tolist()] if last else [0]
    return sorted(set(np.searchsorted(steps, aims).clip(max=len(steps) - 1).tolist()))


def _state_lines(table: dict[str, Any]) -> list[str]:
    fixed = ("step", "cost", "gradient_norm", "learning_rate")
    names = [name for name in table if name not in (*fixed, "epoch", "seconds")]
    shown = [*names[:COLUMNS], *(names[-1:] if len(names) > COLUMNS else [])]
    columns = [[shown_name(name).replace("_", " "), *_cells(name, table[name])] for name in (*fixed[:3], *shown)]
    return aligned(list(zip(*columns, strict=True)), left=0)


def _cells(name: str, values: Any) -> list[str]:
    return [f"{v:,}" for v in values.tolist()] if name == "step" else by_point(values.tolist(), 7)
