"""Tables as the commands read them: by the flags, or by the columns of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..data.readers.tables import Table, read_table
from ..solve.model import Label, Model
from .text import label_text

__all__ = ["class_numbers", "class_places", "classes_of", "model_table", "target_table"]

LISTED = 10  # labels shown in a message


class TableFlags(Protocol):
    """The options that say how a table is read."""

    @property
    def target(self) -> str | None:
        """-t."""

    @property
    def weights(self) -> str | None:
        """--weights."""

    @property
    def no_header(self) -> bool:
        """--no-header."""

    @property
    def delimiter(self) -> str | None:
        """--delimiter."""


class TargetFlags(TableFlags, Protocol):
    """The same, with the columns to fit."""

    @property
    def features(self) -> tuple[str, ...] | None:
        """-x."""


def target_table(file: str, flags: TargetFlags, labels: bool) -> Table:
    """Read the table that the flags -t, -x, --weights, --no-header and --delimiter describe."""
    table = read_table(
        file,
        target=flags.target,
        features=flags.features,
        weights=flags.weights,
        header=False if flags.no_header else None,
        delimiter=flags.delimiter,
        labels=labels,
    )
    if table.y is None:
        raise UsageError(f"{table.source}: which column is the target? Name it with -t, one of {_listed(table.names)}")
    return table


def model_table(
    model: Model, file: str, no_header: bool, delimiter: str | None, target: bool = False, weights: str | None = None
) -> Table:
    """Read the columns of a model, by name, and its target if required."""
    return read_table(
        file,
        target=model.target if target else None,
        features=model.names,
        weights=weights,
        header=False if no_header else None,
        delimiter=delimiter,
        labels=target and model.classes is not None,
    )


def classes_of(table: Table, positive: str | None) -> tuple[Label, Label]:
    """Find the negative and the positive label of a target column: sorted, unless ``positive`` says otherwise."""
    found = np.unique(_target(table)).tolist()
    if len(found) != 2:
        shown = _listed([label_text(label) for label in found])
        count = "only one label" if len(found) == 1 else f"{len(found)} different labels"
        problem = f"{count} ({shown}): logistic regression needs two"
        raise DataError(problem, file=table.source, column=table.target)
    if positive is None:
        return found[0], found[1]
    texts = [label_text(label) for label in found]
    if positive not in texts:
        raise UsageError(f"--positive {positive!r} is not a label of column {table.target!r}: it has {_listed(texts)}")
    return found[1 - texts.index(positive)], found[texts.index(positive)]


def class_numbers(table: Table, classes: tuple[Label, Label]) -> NDArray[np.float64]:
    """Labels as 0 (negative) and 1 (positive); see `class_places`."""
    return class_places(table, classes).astype(np.float64)


def class_places(table: Table, classes: Sequence[Label]) -> NDArray[np.int64]:
    """Labels as their places among the classes, 0 .. k - 1.

    Raises
    ------
    DataError
        If a label is none of them.
    """
    y = _target(table)
    places = np.full(len(y), -1)
    if isinstance(classes[0], str) == (y.dtype.kind == "U"):
        for place, label in enumerate(classes):
            places[y == label] = place
    if places.min() < 0:
        row = int(places.argmin())
        two, names = len(classes) == 2, [label_text(label) for label in classes]
        shown = f"neither of the model's classes {' and '.join(names)}" if two else f"no class of {_listed(names)}"
        problem = f"row {row + 1}: {label_text(y[row].item())} is {shown}"
        raise DataError(problem, file=table.source, column=table.target)
    return places


def _target(table: Table) -> NDArray[Any]:
    assert table.y is not None  # named by the user
    return table.y


def _listed(names: Any) -> str:
    return ", ".join(names[:LISTED]) + (f", ... ({len(names)} in all)" if len(names) > LISTED else "")
