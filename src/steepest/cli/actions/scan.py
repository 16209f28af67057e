"""The work of ``scan``: what a table in files holds, and what a fit of it would cost."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from ...core.errors import DataError
from ...core.memory import size_text
from ...core.shown_text import counted
from ...parts.facts import ColumnFact, columns_of
from ...parts.labels import Labels, labels_of
from ...parts.parts import Parts
from ...parts.scan import scan
from ...parts.sources.arrow import ArrowSource
from ...parts.sources.files import File, find_files
from ..exit_status import print_object
from ..parts_options import name_of
from ..text import aligned, describe, label_text, say, shown_name
from .scan_plan import Asked, Plan, as_object, plan_lines, plan_of

__all__ = ["Flags", "scan_command"]

FEW = 20  # classes that are listed
FORMATS = {"parquet": "Parquet", "arrow": "Arrow", "json": "JSON lines", "numpy": "npy"}


class Flags(NamedTuple):
    """The options of ``scan`` as Click hands them over."""

    target: str | tuple[str, ...] | None = None
    drop: tuple[str, ...] | None = None
    plan: bool = False
    rows: float | None = None
    machines: int | None = None
    cores: int | None = None
    disk: int | None = None
    network: int | None = None
    memory: int | None = None
    as_json: bool = False

    @property
    def asked(self) -> Asked:
        """What to plan for."""
        return Asked(self.rows, self.machines, self.cores, self.disk, self.network)


class Found(NamedTuple):
    """What is known of a table."""

    source: str
    files: tuple[File, ...]
    columns: tuple[ColumnFact, ...]  # () where the files do not say
    table: Parts
    labels: Labels | None  # of the target, if it has few
    plan: Plan | None

    @property
    def size(self) -> int:
        """Bytes of the files."""
        return sum(file.size for file in self.files)

    @property
    def roles(self) -> dict[str, str]:
        """The role of each column in use."""
        source = self.table.source
        features = source.layout.features if isinstance(source, ArrowSource) else source.names
        return dict.fromkeys(features, "feature") | dict.fromkeys(source.targets, "target")


def scan_command(names: tuple[str, ...], flags: Flags) -> None:
    """Find the files, read their schemas, print."""
    files = find_files(list(names))
    table = scan(list(names), flags.target, drop=flags.drop or (), memory=flags.memory, cache=False)
    labels = _labels(names, flags, table)
    plan = plan_of(table, files, flags.asked) if flags.plan or flags.asked != Asked() else None
    found = Found(name_of(names), files, columns_of(files), table, labels, plan)
    if flags.as_json:
        print_object(_as_object(found))
    else:
        say(_lines(found))


def _labels(names: tuple[str, ...], flags: Flags, table: Parts) -> Labels | None:
    """The labels of the target, by a pass over it and one other column; None of a target that has too many."""
    if len(table.source.targets) != 1:
        return None
    try:
        return labels_of(scan(list(names), flags.target, table.names[:1], cache=False))
    except DataError as error:
        if error.column is None or error.file is not None:
            raise
        return None


def _lines(found: Found) -> list[str]:
    """The answer for a person."""
    kinds = Counter(FORMATS.get(file.format or "", file.format or "") for file in found.files)
    kind = ", ".join(f"{counted(count, 'file')} of {name}" for name, count in kinds.items())
    n, features = found.table.shape[0], sum(role == "feature" for role in found.roles.values())
    title = f"{found.source}: {counted(n, 'row')}, {counted(features, 'feature')}, {size_text(found.size)} in {kind}"
    classes = describe([("classes", _label_text(found.labels))]) if found.labels else []
    plan = plan_lines(found.plan) if found.plan else []
    blocks = [[title], aligned(_columns(found), left=3), classes, plan]
    return [line for block in blocks if block for line in ("", *block)][1:]


def _columns(found: Found) -> list[list[str]]:
    """A row for each column: name, type, nulls and role."""
    roles = found.roles
    if not found.columns:
        return [["column", "role"], *([shown_name(name), role] for name, role in roles.items())]
    head = ["column", "role", "type", "nulls"]
    rows = [
        [shown_name(name), roles.get(name, "not used"), kind, "?" if nulls is None else f"{nulls:,}"]
        for name, kind, nulls in found.columns
    ]
    return [head, *rows]


def _label_text(labels: Labels) -> str:
    """The labels and the weight of their rows; of many the number."""
    if len(labels.labels) > FEW:
        return f"{len(labels.labels):,}"
    each = zip(labels.labels, labels.totals, strict=True)
    return ", ".join(f"{label_text(label)} ({total:,.10g})" for label, total in each)


def _as_object(found: Found) -> dict[str, Any]:
    """The answer for a program."""
    n, roles = found.table.shape[0], found.roles
    known = {column.name: column for column in found.columns}
    columns = [
        {"name": name, "type": known[name].type if name in known else None,
         "nulls": known[name].nulls if name in known else None, "role": roles.get(name)}
        for name in dict.fromkeys((*known, *roles))
    ]  # fmt: skip
    labels = found.labels and dict(zip(map(label_text, found.labels.labels), found.labels.totals, strict=True))
    plan = found.plan and as_object(found.plan)
    head = {"command": "scan", "source": found.source, "rows": n, "bytes": found.size}
    return {**head, "files": [file.name for file in found.files], "columns": columns, "classes": labels, "plan": plan}
