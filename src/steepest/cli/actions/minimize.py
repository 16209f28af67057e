"""The work of ``minimize``: from flags to a descent on a formula, a table of its steps, and an exit status."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import UsageError
from ...core.files import check_new, plain
from ...descent.method_text import method_text
from ...descent.storage import check_name
from ...descent.trajectory import Trajectory
from ...objective.functions.formula import read_formula
from ...optimality.verdict import Verdict
from ...solve.minimize import minimize
from ..exit_status import INTERRUPTED, of_verdict, print_object
from ..progress import shown
from ..report import verdict_text
from ..text import aligned, by_point, describe, number, say, shown_name, warn
from .show import shown_places

__all__ = ["Flags", "minimize_command"]

SHOWN = 8  # variables


class Flags(NamedTuple):
    """The options of ``minimize`` as Click hands them over."""

    formula: str
    start: tuple[float, ...]
    rule: str
    learning_rate: str | float
    steps: int
    tol: str | float
    bounds: tuple[str, ...]
    trajectory: str | None
    require_converged: bool
    as_json: bool
    force: bool


def minimize_command(flags: Flags) -> int:
    """Descend as the flags say, print the answer, write the file, and return the exit status."""
    if flags.trajectory:
        check_name(Path(flags.trajectory))
        check_new(flags.trajectory, flags.force)
    with shown("steps") as progress:
        path = minimize(
            read_formula(flags.formula),
            flags.start,
            rule=flags.rule,
            learning_rate=flags.learning_rate,
            steps=flags.steps,
            tol=None if flags.tol == "none" else float(flags.tol),
            bounds=_bounds(flags.bounds),
            progress=progress,
        )
    if flags.trajectory:
        path.save(flags.trajectory, force=flags.force)
    status = _status(path, flags)
    if flags.as_json:
        print_object(_object(path, flags, status))
    else:
        say(_lines(path, flags))
    if not _reached(path):
        verdict = _verdict(path)
        warn(verdict.status if verdict.unusable else f"not converged: {verdict.status}")
    return status


def _bounds(given: tuple[str, ...]) -> dict[str, tuple[float | None, float | None]] | None:
    """Read NAME=LOW:HIGH, several of them separated by commas or given one by one."""
    found: dict[str, tuple[float | None, float | None]] = {}
    for item in ",".join(given).split(",") if given else ():
        name, equals, ends = item.partition("=")
        low, colon, high = ends.partition(":")
        if not (name.strip() and equals and colon):
            raise UsageError(f"--bounds: {item!r} is not NAME=LOW:HIGH, with LOW or HIGH left out where there is none")
        if name.strip() in found:
            raise UsageError(f"--bounds: {name.strip()!r} is given twice")
        found[name.strip()] = (_end(low), _end(high))
    return found or None


def _end(text: str) -> float | None:
    try:
        return float(text) if text.strip() else None
    except ValueError:
        raise UsageError(f"--bounds: {text!r} is not a number") from None


def _verdict(path: Trajectory) -> Verdict:
    assert path.verdict is not None
    return path.verdict


def _answer(path: Trajectory) -> int:
    """Index of the state that is the answer."""
    return int(np.searchsorted(path.step, path.meta["reported_step"]))


def _lines(path: Trajectory, flags: Flags) -> list[str]:
    i, settings = _answer(path), method_text(path.meta)
    facts = [
        ("cost", f"{number(float(path.cost[i]))}   ({path.meta['loss_formula']})"),
        ("steps", f"{path.step[-1]:,}   {settings}"),
        ("verdict", verdict_text(plain(_verdict(path).as_dict()))),
    ]
    facts += [("wrote", flags.trajectory)] if flags.trajectory else []
    names = [shown_name(name) for name in path.names]
    answer = aligned(list(zip(names, by_point(path.x[i].tolist()), strict=True)))
    where = "descent" if i == len(path) - 1 else f"step {path.step[i]:,} of the descent"
    head = f"{where} on {path.meta['function']} from {', '.join(number(v) for v in flags.start[:SHOWN])}"
    return [head, "", *_steps(path), "", *answer, "", *describe(facts)]


def _steps(path: Trajectory) -> list[str]:
    """About ten steps, log-spaced, with point, cost and slope."""
    places = shown_places(path.step)
    columns = [["step", *(f"{t:,}" for t in path.step[places].tolist())]]
    for name, x in list(zip(path.names, path.x.T, strict=True))[:SHOWN]:
        columns.append([shown_name(name), *by_point(x[places].tolist(), 7)])
    columns.append(["cost", *by_point(path.cost[places].tolist(), 7)])
    columns.append([*_slopes(path, places)])
    return aligned(list(zip(*columns, strict=True)), left=0)


def _slopes(path: Trajectory, places: list[int]) -> list[str]:
    """The last column: derivatives of a function of one variable, otherwise gradient norms."""
    if len(path.names) > 1:
        return ["gradient norm", *by_point(path.gradient_norm[places].tolist(), 7)]
    slopes = read_formula(path.meta["function"]).jet(path.x[places], 1).slope[0]
    return ["slope", *by_point(slopes.tolist(), 7)]


def _object(path: Trajectory, flags: Flags, status: int) -> dict[str, Any]:
    i = _answer(path)
    return {
        "command": "minimize",
        "formula": path.meta["function"],
        "names": path.names,
        "start": flags.start,
        "x": path.x[i].tolist(),
        "cost": {"value": float(path.cost[i]), "formula": path.meta["loss_formula"]},
        "gradient_norm": float(path.gradient_norm[i]),
        "steps": int(path.step[-1]),
        "verdict": plain(_verdict(path).as_dict()),
        "settings": {name: plain(value) for name, value in path.meta.items()},
        "files": [flags.trajectory] if flags.trajectory else [],
        "interrupted": bool(path.meta.get("interrupted")),
        "exit_code": status,
    }


def _reached(path: Trajectory) -> bool:
    """Whether a minimum was reached."""
    verdict = _verdict(path)
    return verdict.status == "converged" or (verdict.status == "stationary" and "local minimum" in verdict.message)


def _status(path: Trajectory, flags: Flags) -> int:
    if path.meta.get("interrupted"):
        return INTERRUPTED
    return of_verdict(_verdict(path), flags.require_converged and not _reached(path))
