"""What the runs with benchopt found: ``results.json`` keeps them, ``RESULTS.md`` shows the time to a relative error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.auto_race import OURS
from benchmarks.measure import Row

STORE = Path(__file__).with_name("results.json")
PAGE = Path(__file__).with_name("RESULTS.md")
LEVELS = (1e-3, 1e-6, 1e-9)
INTRODUCTION = """# In benchopt

Written by `python -m benchmarks.benchopt` from what `benchopt run` left; `benchmarks/benchopt/README.md` says how.

- A solver is run anew for each stopping value: a tolerance, or a count of steps. Time is the median of the repetitions,
  and the time to a relative error (F - F*) / F* is that of the loosest stopping value that came within it. F* is the
  least objective that any solver found.
- Empty: not reached. benchopt stops a solver 4 s to 40 s after it is set up, compilation included, even if no tolerance
  was tight enough by then. On a loaded machine that is soon: on 100k x 400 `steepest`, glum and newton-cholesky had
  time for their loosest tolerance only, so that table does not compare them.
- The penalty lmbd is 1.
- The clock starts with the table in memory. Compilation, and the layout that a peer needs, are off the clock.
- The ratio is a solver's time over that of `steepest`, the automatic mode, to 1e-9; above 1 `steepest` is faster.
"""


def load() -> dict[str, Any]:
    """Races by problem and table."""
    return json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else {}


def save(races: dict[str, Any]) -> None:
    """Keep them, and write the page."""
    STORE.write_text(json.dumps(races, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text("\n".join([INTRODUCTION, *map(_section, races.values())]), encoding="utf-8")


def time_to(ran: list[dict[str, Any]], name: str, error: float) -> float | None:
    """Seconds of a solver's loosest stopping value that came within the error; None if none did."""
    return next((one["seconds"] for one in ran if one["name"] == name and one["error"] <= error), None)


def _section(race: dict[str, Any]) -> str:
    ran = race["ran"]
    reach = LEVELS[-1]
    names = sorted({one["name"] for one in ran}, key=lambda name: (time_to(ran, name, reach) or 1e9, name))
    heads = [*(f"to {level:.0e} (s)" for level in LEVELS), "ratio", "least error", "runs"]
    lines = [f"## {race['title']}", "", race["machine"], ""]
    lines += [f"| solver | {' | '.join(heads)} |", "| --- " * (len(heads) + 1) + "|"]
    return "\n".join([*lines, *(_line(ran, name) for name in names)]) + "\n"


def _line(ran: list[dict[str, Any]], name: str) -> str:
    times = [time_to(ran, name, level) for level in LEVELS]
    ours = time_to(ran, OURS, LEVELS[-1])
    ratio = f"{times[-1] / ours:.2f}" if times[-1] and ours else ""
    mine = [one for one in ran if one["name"] == name]
    cells = [*(f"{seconds:.4f}" if seconds else "" for seconds in times), ratio]
    cells += [f"{min(one['error'] for one in mine):.0e}", str(max(one["runs"] for one in mine))]
    return f"| {f'**{name}**' if name == OURS else name} | {' | '.join(cells)} |"


def rows() -> Iterator[Row]:
    """The fastest other solver in our time, from what the last runs left."""
    for race in load().values():
        yield _row(race)


def _row(race: dict[str, Any]) -> Row:
    ran, reach = race["ran"], LEVELS[-1]
    ours, others = time_to(ran, OURS, reach), _others(ran)
    what = f"benchopt, {race['title']}: fastest other over automatic to {reach:g}"
    if not ours or not others:
        return Row(what, "not reached", "by steepest" if not ours else f"by another; automatic {ours:.4g} s")
    name = min(others, key=lambda name: others[name])
    figures = f"automatic {ours:.4g} s; {name} {others[name]:.4g} s; an earlier run"
    return Row(what, f"{others[name] / ours:.3g}x", figures)


def finding(shown: list[dict[str, Any]]) -> str:
    """On how many tables the automatic mode is first."""
    first = sum(_is_first(race["ran"]) for race in shown)
    return f"In benchopt, steepest is first to a relative error of 1e-9 on {first} of {len(shown)} tables"


def _is_first(ran: list[dict[str, Any]]) -> bool:
    """Not where no other came as close, since it may only have run out of time."""
    ours, others = time_to(ran, OURS, LEVELS[-1]), _others(ran)
    return ours is not None and bool(others) and ours < min(others.values())


def _others(ran: list[dict[str, Any]]) -> dict[str, float]:
    """Times of the other packages that came within the smallest error."""
    times = {one["name"]: time_to(ran, one["name"], LEVELS[-1]) for one in ran}
    return {name: seconds for name, seconds in times.items() if seconds and not name.startswith(OURS)}
