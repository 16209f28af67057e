"""What races left behind: ``auto.json`` keeps the last one on each table, ``AUTO.md`` shows them all."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.auto_race import Candidate, Race

STORE = Path(__file__).with_name("auto.json")
PAGE = Path(__file__).with_name("AUTO.md")
PACKAGES = ("scikit-learn-intelex", "glum", "liblinear-official", "skglm", "torch", "vowpalwabbit")
INTRODUCTION = """# The automatic mode against its peers

Written by `python -m benchmarks auto`; `STEEPEST_WORKLOADS=correlated,spector` runs only those two tables.

- On each table all candidates take turns in one process. Time is the median of 7 runs after a first one that is not
  counted; of a single run where a peer takes 8 times as long as ours, or over 6 s, and then it is not tried tighter.
  After 20 s a peer is stopped, if it comes back to Python by then.
- One judge computes every objective from the coefficients, in float64, off the clock. The relative error is
  (F - F*) / F*, where F* is the least objective of any candidate or of Newton steps on all rows from the best one.
- Time is a whole fit from a NumPy array or CSR matrix, into the layout that a candidate works on and back; only Vowpal
  Wabbit's file is made before. The automatic mode's time includes its trajectory, certificate and verdict.
- A level is a peer's own tolerance and its most steps; each starts at the peer's default.
"""


def load() -> dict[str, Any]:
    """Races by workload."""
    return json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else {}


def save(races: dict[str, Any]) -> None:
    """Keep them, and write the page."""
    STORE.write_text(json.dumps(races, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text("\n".join([INTRODUCTION, *map(_section, races.values())]), encoding="utf-8")


def record(title: str, result: Race, first: tuple[float, float], machine: str) -> dict[str, Any]:
    """A race as plain values."""
    return {
        "title": title,
        "machine": f"{machine.rstrip('.')}, {versions()}.",
        "ours": result.facts,
        "first": {"empty cache": first[0], "warm cache": first[1]},
        "ran": [_plain(candidate) for candidate in result.ran],
        "missing": result.missing,
    }


def versions() -> str:
    """The other peers with their versions, as far as they are installed."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


def _plain(candidate: Candidate) -> dict[str, Any]:
    names = ("name", "level", "seconds", "error", "note")
    return {name: getattr(candidate, name) for name in names} | {"runs": len(candidate.times)}


def _section(race: dict[str, Any]) -> str:
    lines = [f"## {race['title']}", "", race["machine"], ""]
    lines += ["| candidate | level | seconds | runs | relative error | |", "| --- | --- | --- | --- | --- | --- |"]
    lines += [_line(one, race["ours"]) for one in sorted(race["ran"], key=lambda one: one["seconds"])]
    lines += [f"| {name} | | | | | {reason} |" for name, reason in race["missing"].items()]
    return "\n".join(lines) + "\n"


def _line(one: dict[str, Any], facts: dict[str, Any]) -> str:
    note, name = one["note"], one["name"]
    if one["level"] == "default":
        note = f"{facts['passes']:.3g} passes, {facts['kind']} {facts['gap']:.1e}, {facts['status']}"
        name = f"**{name}**"
    return f"| {name} | {one['level']} | {one['seconds']:.4g} | {one['runs']} | {one['error']:.1e} | {note} |"
