"""Tables as the commands read them: by the flags, or by the columns of a model."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..data.readers.roles import Asked
from ..data.readers.tables import Table, read_columns, read_rows
from ..solve.model import Label, Model
from .text import label_text

__all__ = ["class_numbers", "classes_of", "model_table", "target_table"]

LISTED = 10  # labels shown in a message
FEW = 3  # labels that are classes, however few the rows
MOST = (100, 1000)  # classes that are numbers, and texts, if there are two rows or more of each


class TableFlags(Protocol):
    """The options that say how a table is read."""

    @property
    def target(self) -> str | tuple[str, ...] | None:
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


def target_table(
    file: str, flags: TargetFlags, labels: bool, offset: str | None = None, exposure: str | None = None
) -> Table:
    """Read the table that the flags -t, -x, --weights, --no-header and --delimiter describe, with known offsets."""
    if labels and isinstance(flags.target, tuple):
        raise UsageError(f"-t names {len(flags.target)} columns, but classes are in one: fit each by itself")
    asked = Asked(flags.target, flags.features, flags.weights, offset, exposure)
    header = False if flags.no_header else None
    table = read_columns(file, asked, header=header, delimiter=flags.delimiter, labels=labels)
    if table.y is None:
        raise UsageError(f"{table.source}: which column is the target? Name it with -t, one of {_listed(table.names)}")
    return table


def model_table(model: Model, file: str, no_header: bool, delimiter: str | None, target: bool = False) -> Table:
    """Read the columns of a model, by name, and its target if required."""
    header = False if no_header else None
    if not (model.names or model.shifted or target):
        return read_rows(file, header=header, delimiter=delimiter)
    asked = Asked(model.targets if target else None, model.names, None, model.offset, model.exposure)
    labels = target and model.classes is not None
    return read_columns(file, asked, header=header, delimiter=delimiter, labels=labels)


def classes_of(table: Table, positive: str | None) -> tuple[Label, ...]:
    """Find the labels of a target column, sorted; of two the negative and the positive, as ``positive`` says.

    Raises
    ------
    DataError
        If there is one label only, or so many that they are no classes.
    UsageError
        If ``positive`` is none of the labels, or there are more than two.
    """
    found = tuple(np.unique(_target(table)).tolist())
    texts = [label_text(label) for label in found]
    if fault := _no_classes(found, len(_target(table))):
        raise DataError(fault, file=table.source, column=table.target)
    if positive is None:
        return found
    if len(found) > 2:
        raise UsageError(f"--positive is for two classes, here are {len(found)} ({_listed(texts)}): leave it out")
    if positive not in texts:
        raise UsageError(f"--positive {positive!r} is not a label of column {table.target!r}: it has {_listed(texts)}")
    return found[1 - texts.index(positive)], found[texts.index(positive)]


def _no_classes(found: tuple[Label, ...], rows: int) -> str | None:
    """Why these labels of so many rows are no classes, or None."""
    k, shown = len(found), _listed([label_text(label) for label in found])
    if k < 2:
        return f"only one label ({shown}): logistic regression needs two or more"
    if k <= FEW or (k <= MOST[isinstance(found[0], str)] and 2 * k <= rows):
        return None
    what = f"{k:,} different {'labels' if isinstance(found[0], str) else 'numbers'} in {rows:,} rows ({shown})"
    mend = "choose another target" if isinstance(found[0], str) else "fit linear predicts a quantity"
    return f"{what} are too many for classes: {mend}"


def class_numbers(table: Table, classes: tuple[Label, ...]) -> NDArray[np.float64]:
    """Labels as 0 (negative) and 1 (positive), (n,); of more than two classes one-hot, (n, k).

    Raises
    ------
    DataError
        If a label is none of the classes.
    """
    y = _target(table)
    known = np.isin(y, classes) if isinstance(classes[0], str) == (y.dtype.kind == "U") else np.zeros(len(y), bool)
    if not known.all():
        row = int(known.argmin())
        shown = (" and " if len(classes) == 2 else ", ").join(label_text(label) for label in classes)
        word = "neither" if len(classes) == 2 else "none"
        problem = f"row {row + 1}: {label_text(y[row].item())} is {word} of the model's classes {shown}"
        raise DataError(problem, file=table.source, column=table.target)
    own = y == classes[1] if len(classes) == 2 else y[:, None] == np.array(classes)
    return np.asarray(own, np.float64)


def _target(table: Table) -> NDArray[Any]:
    assert table.y is not None  # named by the user
    return table.y


def _listed(names: Any) -> str:
    return ", ".join(names[:LISTED]) + (f", ... ({len(names)} in all)" if len(names) > LISTED else "")
