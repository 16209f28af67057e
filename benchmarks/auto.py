"""The automatic mode, with only the penalty set, against other packages at several of their tolerances."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from benchmarks.auto_first import first_calls
from benchmarks.auto_race import DEFAULT, OURS, race
from benchmarks.auto_report import load, record, save
from benchmarks.measure import Row
from benchmarks.picture import draw
from benchmarks.workloads import WORKLOADS, MissingTableError


class Claim(NamedTuple):
    """What is wanted against the fastest peer of a name that comes within ``reach``; "<=": of our time in its."""

    wanted: str
    peer: str = ""
    reach: float = 1e-9
    level: str = DEFAULT  # of ours


CLAIMS = {
    "correlated": (Claim(">= 3x"),),
    **dict.fromkeys(("rare", "heavy", "heavy-rare", "million"), (Claim(">= 4x"),)),
    **dict.fromkeys(("a9a", "breast-cancer", "spector"), (Claim("<= 1.5x"), Claim("", "scikit-learn"))),
    "words": (Claim(">= 1x", reach=1e-6, level="tol 1e-06"), Claim("")),
    "squares": (Claim("<= 1.1x", "intelex LinearRegression"), Claim(">= 4x", "scikit-learn Ridge(cholesky)")),
    **dict.fromkeys(("squares-long", "squares-wide"), (Claim("<= 1.1x", "intelex LinearRegression"),)),
}


def rows() -> Iterator[Row]:
    """All workloads or those named in STEEPEST_WORKLOADS; for the others, what the last race on each left."""
    from benchmarks.__main__ import machine

    races, notes = load(), dict.fromkeys(WORKLOADS, "an earlier run")
    for name in _chosen():
        try:
            races[name], notes[name] = _race(name, machine()), ""
        except MissingTableError as error:
            notes[name] = str(error)
        races = {key: races[key] for key in WORKLOADS if key in races}
        save(races)
    draw(races)
    for name, note in notes.items():
        yield from _noted(_rows(name, races[name]), note) if name in races else [_unmeasured(name, note)]


def _chosen() -> list[str]:
    chosen = os.environ.get("STEEPEST_WORKLOADS")
    names = chosen.split(",") if chosen else list(WORKLOADS)
    if unknown := [name for name in names if name not in WORKLOADS]:
        raise SystemExit(f"no workload is called {unknown[0]!r}: choose of {', '.join(WORKLOADS)}")
    return names


def _noted(found: Iterator[Row], note: str) -> Iterator[Row]:
    for row in found:
        yield row._replace(figures=f"{row.figures}; {note}") if note else row


def _unmeasured(name: str, note: str) -> Row:
    return Row(f"auto, {WORKLOADS[name].title}", "not measured", "" if note == "an earlier run" else note)


def _race(name: str, machine: str) -> dict[str, Any]:
    print(f"{name}:", flush=True)
    work = WORKLOADS[name].make()
    found = record(WORKLOADS[name].title, race(work), first_calls(name), machine)
    del work
    gc.collect()
    return found


def _rows(name: str, found: dict[str, Any]) -> Iterator[Row]:
    levels = {one["level"]: one for one in found["ran"] if one["name"] == OURS}
    mine = levels[DEFAULT]
    for claim in CLAIMS[name]:
        yield _row(found, levels[claim.level], claim)
    first = found["first"]
    figures = ", ".join(f"{key} {seconds:.2f} s" for key, seconds in first.items())
    what = f"auto, {found['title']}: first fit of a process, empty cache, in later ones"
    yield Row(what, f"{first['empty cache'] / mine['seconds']:.3g}x", f"{figures}; later {mine['seconds']:.4g} s")


def _row(found: dict[str, Any], mine: dict[str, Any], claim: Claim) -> Row:
    peers = [one for one in found["ran"] if one["name"] != OURS and claim.peer in one["name"]]
    near = [one for one in peers if one["error"] <= claim.reach]
    against = f"{claim.peer or 'fastest peer'} to {claim.reach:g}"
    ours_first = claim.wanted.startswith("<=")
    what = f"auto, {found['title']}: " + (f"automatic over {against}" if ours_first else f"{against} over automatic")
    if not near or mine["error"] > claim.reach:
        figures = [_figures(mine, found["ours"]), *(["no peer reached it"] if not near else [])]
        return Row(what, "not reached", "; ".join(figures), claim.wanted)
    peer = min(near, key=lambda one: one["seconds"])
    ratio = mine["seconds"] / peer["seconds"]
    figures = f"{_figures(mine, found['ours'])}; {peer['name']} ({peer['level']}) {_time(peer)}"
    return Row(what, f"{ratio if ours_first else 1 / ratio:.3g}x", figures, claim.wanted)


def _figures(mine: dict[str, Any], facts: dict[str, Any]) -> str:
    proof = f"{facts['kind']} {facts['gap']:.1e}, {facts['status']}"
    return f"automatic {_time(mine)}, {facts['passes']:.3g} passes, {proof}"


def _time(one: dict[str, Any]) -> str:
    return f"{one['seconds']:.4g} s, error {one['error']:.1e}"
