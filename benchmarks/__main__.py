"""Measure and write ``RESULTS.md``: ``python -m benchmarks`` runs all groups, ``python -m benchmarks pass`` one.

A group is a module here with a function ``rows()`` that yields `measure.Row`; name it in ``GROUPS``. The packages of
the peers are in ``requirements.txt``. Nothing here runs in the test suite.
"""

from __future__ import annotations

import datetime
import importlib
import os
import platform
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

GROUPS = {
    "pass": "full_pass",
    "epoch": "epoch",
    "moments": "moments",
    "memory": "memory",
    "recorded": "recorded",
    "start": "start",
    "auto": "auto",
    "benchopt": "benchopt.report",
    "wide": "wide",
    "stream": "stream",
    "scale": "scale",
    "cluster": "cluster",
    "lost": "cluster_lost",
    "tables": "tables",
    "pictures": "pictures",
    "page": "page",
}
RESULTS = Path(__file__).with_name("RESULTS.md")
PACKAGES = ("numpy", "numba", "scikit-learn")
INTRODUCTION = """# Results

Written by `python -m benchmarks`. Each row is a ratio of two things measured side by side in one run, taking turns;
times are the best of several, in `auto` medians (AUTO.md has all its candidates). Ratios travel from one machine to the
next better than seconds do.
"""


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        sys.exit(f"no group is called {unknown[0]!r}: choose of {', '.join(GROUPS)}")
    sections = _read()
    for name in names or GROUPS:
        sections[name] = _measure(name)
        _write(sections)


def _measure(name: str) -> str:
    lines = [f"## {name}", "", machine(), "", "| what | ratio | measured | wanted |", "| --- | --- | --- | --- |"]
    for row in importlib.import_module(f"benchmarks.{GROUPS[name]}").rows():
        print(f"{row.what}: {row.ratio} ({row.figures}) {row.wanted}", flush=True)
        lines.append(f"| {row.what} | {row.ratio} | {row.figures} | {row.wanted} |")
    return "\n".join(lines) + "\n"


def _read() -> dict[str, str]:
    """Sections already measured, by group."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    pieces = re.split(r"(?m)^(?=## )", text)[1:]
    return {piece.split()[1]: piece.rstrip() + "\n" for piece in pieces}


def _write(sections: dict[str, str]) -> None:
    pieces = [INTRODUCTION, *(sections[name] for name in GROUPS if name in sections)]
    RESULTS.write_text("\n".join(pieces), encoding="utf-8")


def machine() -> str:
    """The day, the commit, the machine and the packages of a measurement."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    today = datetime.datetime.now(datetime.UTC).date()
    cores = f"{os.cpu_count()} cores, {_processor()}, {platform.system()}"
    return f"{today}, commit {_commit()}; {cores}; Python {platform.python_version()}, {versions}."


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", info.read_text()) if info.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def _commit() -> str:
    def git(*words: str) -> str:
        here = Path(__file__).parent
        return subprocess.run(["git", *words], cwd=here, capture_output=True, text=True, check=False).stdout.strip()

    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" and changes" if git("status", "--porcelain") else "")


if __name__ == "__main__":
    main(sys.argv[1:])
