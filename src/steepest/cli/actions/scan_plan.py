"""What a fit of a table in files would cost: here, and by the cost model for other rows and machines."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...core.errors import UsageError
from ...core.memory import size_text
from ...core.shown_text import counted
from ...core.threads import thread_count
from ...parts.cost_model import NETWORK, Machines, PassCost, Size, pass_time
from ...parts.facts import Speed, disk_speed, measured_speed
from ...parts.parts import Parts
from ...parts.sources.files import File
from ..text import aligned, describe, number

__all__ = ["Asked", "Plan", "as_object", "plan_lines", "plan_of"]

PASSES = {"linear": 1, "logistic": 5}  # usual numbers for a fit; those of logistic include the survey
WIDE = {"linear": 30, "logistic": 30}  # the same without Hessians
UNKNOWN = "not measured, as the files are below 17 MB or remote: give its speed with --disk"
MODEL = "{} is computed from these speeds by the cost model (documentation, Clusters), without a cache. Not measured."


class Asked(NamedTuple):
    """What to plan for beside the table here; None: as it is here."""

    rows: float | None = None
    machines: int | None = None
    cores: int | None = None
    disk: int | None = None
    network: int | None = None


class Plan(NamedTuple):
    """What was measured, and what follows from it."""

    table: Parts
    speed: Speed
    disk: float | None  # bytes a second, measured
    machines: Machines
    size: Size
    here: PassCost
    there: PassCost | None  # None: nothing else is asked for

    @property
    def passes(self) -> dict[str, int]:
        """Passes of the fits."""
        return PASSES if self.size.hessian else WIDE


def plan_of(table: Parts, files: tuple[File, ...], asked: Asked) -> Plan:
    """Measure the speeds, and compute what was asked for."""
    (n, d), speed, disk = table.shape, measured_speed(table), disk_speed(files)
    if asked.rows is not None and asked.rows < 1:
        raise UsageError(f"--rows {asked.rows:g}: give a number of 1 or more")
    size = Size(n, d, sum(file.size for file in files) / n)
    speeds, given = speed.speeds(size), disk if asked.disk is None else asked.disk
    machines = Machines(asked.machines or 1, asked.cores or thread_count(None), given, asked.network or NETWORK)
    here = pass_time(size, Machines(1, table.engine.workers, disk), speeds)
    size = size._replace(rows=n if asked.rows is None else asked.rows)
    there = None if asked == Asked() else pass_time(size, machines, speeds)
    return Plan(table, speed, disk, machines, size, here, there)


def plan_lines(plan: Plan) -> list[str]:
    """The plan for a person."""
    table, speed, n = plan.table, plan.speed, plan.table.shape[0]
    rate = f"{float(f'{speed.rows / speed.seconds:.2g}'):,.0f} rows a CPU second, measured on {speed.rows:,} rows"
    share = f"{speed.decoding / speed.seconds:.0%} of the time for decoding them"
    blocks = f"{size_text(table.memory)} at most, in blocks of {counted(table.block, 'row')}"
    facts = [
        ("memory", f"{blocks}; {counted(table.engine.workers, 'worker')}"),
        ("speed", f"{rate}, {share}"),
        ("disk", UNKNOWN if plan.disk is None else f"{size_text(plan.disk)} a second, measured"),
    ]
    for kind, passes in plan.passes.items():
        over = f"about {passes} pass{'es' * (passes > 1)} over the data"
        facts.append((f"fit {kind}", f"{over}, {number(passes * speed.of(n), 2)} CPU seconds"))
    facts.append(("cache", f"{size_text(_cache(table))} of disk, where later passes are faster with it"))
    return [*describe(facts), "", *aligned(_times(plan)), *_said(plan)]


def _cache(table: Parts) -> int:
    """Bytes of the rows as numbers."""
    return 8 * table.shape[0] * (table.shape[1] + len(table.source.targets))


def _times(plan: Plan) -> list[list[str]]:
    """A row for each part of the time of a pass, and for each fit."""
    found = [plan.here] if plan.there is None else [plan.here, plan.there]
    known = [plan.disk, plan.machines.disk][: len(found)]
    rows = [
        ["disk", *("?" if speed is None else _time(each.disk) for each, speed in zip(found, known, strict=True))],
        ["decoding", *(_time(each.decoding) for each in found)],
        ["arithmetic", *(_time(each.arithmetic) for each in found)],
    ]
    if plan.there is not None and plan.there.tasks:
        rows += [
            ["scheduler", "", _time(plan.there.scheduler)],
            ["network", "", _time(plan.there.network)],
        ]
    rows.append(["a pass", *(_time(each.seconds) for each in found)])
    rows += [[f"fit {kind}", *(_time(p * each.seconds) for each in found)] for kind, p in plan.passes.items()]
    return [["seconds", "here", *([] if plan.there is None else [_named(plan)])], *rows]


def _named(plan: Plan) -> str:
    machines = plan.machines
    rows = f"{plan.size.rows:.4g}".replace("e+", "e")
    return f"{rows} rows, {counted(machines.machines, 'machine')} x {machines.cores}"


def _said(plan: Plan) -> list[str]:
    """What the figures are."""
    return ["", MODEL.format("The table" if plan.there is None else "The last column")]


def _time(seconds: float) -> str:
    """Seconds with two digits.

    Examples
    --------
    >>> _time(0.01234), _time(3.21), _time(12345.6)
    ('0.012', '3.2', '12,000')
    """
    return f"{float(f'{seconds:.2g}'):,.10g}"


def as_object(plan: Plan) -> dict[str, Any]:
    """The plan for a program."""
    table, speed = plan.table, plan.speed
    found = {
        "memory": table.memory, "workers": table.engine.workers, "cache": _cache(table), "disk": plan.disk,
        "cpu_seconds": {kind: passes * speed.of(table.shape[0]) for kind, passes in plan.passes.items()},
        "passes": plan.passes, "pass_seconds": _seconds(plan.here),
    }  # fmt: skip
    if plan.there is not None:
        found["model"] = {**plan.machines._asdict(), "rows": plan.size.rows, "pass_seconds": _seconds(plan.there)}
    return found


def _seconds(each: PassCost) -> dict[str, float]:
    return {**each._asdict(), "total": each.seconds}
