"""Record a run: ``python -m benchmarks.benchopt ols FILE.parquet``, in the environment that benchopt ran in.

It keeps every run in ``ols/curves.parquet``, their medians in ``results.json``, and writes the page and the picture.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.benchopt.curves import SOLVERS, races, read
from benchmarks.benchopt.report import finding, load, save
from benchmarks.picture import FILE, draw


def main(words: list[str]) -> None:
    if words and (len(words) < 2 or words[0] not in SOLVERS):
        sys.exit(f"usage: python -m benchmarks.benchopt [{'|'.join(SOLVERS)} FILE.parquet ...]")
    found = load()
    if words:
        found = {key: race for key, race in found.items() if not key.startswith(words[0])} | _recorded(*words)
    save(found)
    draw(found, FILE.with_name("benchopt.svg"), finding)


def _recorded(problem: str, *files: str) -> dict[str, Any]:
    curves = read(files, problem)
    curves.to_parquet(Path(__file__).parent / problem / "curves.parquet", index=False)
    return races(curves, problem)


if __name__ == "__main__":
    main(sys.argv[1:])
