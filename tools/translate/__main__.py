"""Writes the file: ``python -m tools.translate``."""

from __future__ import annotations

from pathlib import Path

from .page import generated

PATH = Path(__file__).parents[2] / "front" / "src" / "engine" / "engine.gen.ts"


def main() -> None:
    """Write the file and say what is in it."""
    text, count, missing = generated()
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(text, encoding="utf-8", newline="\n")
    print(f"{PATH.name}: {count} records")
    for name, _, reason in missing:
        print(f"  not {name}: it {reason}")


if __name__ == "__main__":
    main()
