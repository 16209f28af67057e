"""The plan of a cache: what stands in it, and what was read to make it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from ...core.checksum import BLANK, has_checksum, sealed
from ...core.files import write_new
from ...core.schema import read_json
from ...data.sections import Section

__all__ = ["BLOCK", "Plan", "read_plan", "write_plan"]

FORMAT, VERSION = "steepest-table", 1
FILE = "plan.json"
BLOCK = 4096  # rows that have a checksum of their own


class Plan(NamedTuple):
    """What stands in a cache."""

    identity: str  # of the source
    made: str  # a random name of this cache
    names: list[str]
    targets: list[str]
    levels: list[str] | None
    rows: int
    piece: int  # rows of a piece, a multiple of a block
    file: int  # rows of a file, a multiple of a piece
    sections: dict[str, Section]
    stored: int | None  # numbers stored in sparse rows
    size: int  # bytes of all files
    checksums: str  # SHA-256 of the file of checksums
    marks: Any  # where the pieces of a numbered stream begin; None of other sources


def write_plan(folder: Path, plan: Plan) -> None:
    """Write the plan, with its checksum."""
    text = json.dumps({"format": FORMAT, "version": VERSION, **plan._asdict(), "checksum": BLANK})
    write_new(folder / FILE, lambda file: file.write(sealed(text.encode())))


def read_plan(folder: Path) -> Plan:
    """The plan of a cache.

    Raises
    ------
    OSError, ValueError
        If there is none, or it is damaged or of another version.
    """
    data = (folder / FILE).read_bytes()
    if not has_checksum(data, FILE):
        raise ValueError
    found = read_json(data)
    if (found.pop("format"), found.pop("version")) != (FORMAT, VERSION):
        raise ValueError
    found.pop("checksum")
    sections = {name: Section(*section) for name, section in found.pop("sections").items()}
    return Plan(**found, sections=sections)
