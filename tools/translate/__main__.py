"""Writes the file: ``python -m tools.translate``."""

from __future__ import annotations

from pathlib import Path

from .page import generated

PATH = Path(__file__).parents[2] / "front" / "src" / "engine" / "engine.gen.ts"


def main() -> None:
    """Write the file and say what is in it."""
    text, records = generated()
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(text, encoding="utf-8", newline="\n")
    print(f"{PATH.name}: {sum(not each.reason for each in records)} of {len(records)} records")
    for each in records:
        if each.reason:
            print(f"  without {each.name}: it {each.reason}")


if __name__ == "__main__":
    main()
