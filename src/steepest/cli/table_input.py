"""Tables as the commands read them: by the flags, or by the columns of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..data.encoding.condition import read_condition
from ..data.encoding.recipe import Recipe
from ..data.encoding.settings import Settings
from ..data.readers.asked import Asked
from ..data.readers.raw_table import RawTable
from ..data.readers.tables import Table, read_columns
from ..data.readers.text_format import TextFormat
from ..solve.model import Label, Model
from .column_choice import ColumnChoice
from .text import label_text, warn

__all__ = [
    "class_numbers",
    "class_places",
    "classes_of",
    "encoded_aloud",
    "model_columns",
    "ordered_classes",
    "target_columns",
    "target_table",
]

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
    def form(self) -> TextFormat:
        """--header, --delimiter, --decimal, --thousands, --encoding."""


class Named(Protocol):
    """A table that has a name, and its target too."""

    @property
    def source(self) -> str:
        """Its name, as shown in messages."""

    @property
    def target(self) -> str | None:
        """The name of the target, or the names of several."""


class TargetFlags(TableFlags, Protocol):
    """The same, with the columns to fit and what they are."""

    @property
    def features(self) -> tuple[str, ...] | None:
        """-x."""

    @property
    def columns(self) -> ColumnChoice:
        """--drop, --where, --missing and so on."""


def target_table(file: str, flags: TargetFlags, labels: bool, **parts: str | None) -> Table:
    """Read and encode the table that the flags describe, with known offsets."""
    return target_columns(file, flags, labels, **parts).encoded(flags.columns.settings)


def target_columns(
    file: str, flags: TargetFlags, labels: bool, offset: str | None = None, exposure: str | None = None
) -> RawTable:
    """Read the table that the flags describe."""
    if labels and isinstance(flags.target, tuple):
        raise UsageError(f"-t names {len(flags.target)} columns, but classes are in one: fit each by itself")
    drop, where, settings = flags.columns
    condition = None if where is None else read_condition(where)
    asked = Asked(flags.target, flags.features, flags.weights, offset, exposure, labels, drop, condition, settings)
    table = read_columns(file, asked, flags.form)
    if table.y is None:
        raise UsageError(f"{table.source}: which column is the target? Name it with -t, one of {_listed(table.names)}")
    return table


def model_columns(
    model: Model,
    file: str,
    form: TextFormat,
    target: bool = False,
    weights: str | None = None,
    where: str | None = None,
    kept: Sequence[str] = (),
) -> RawTable:
    """Read the columns of a model, by name, and its target if required: without rows with gaps, if the fit had none."""
    asked = Asked(
        target=model.targets if target else None,
        features=model.recipe.columns,
        weights=weights,
        offset=model.offset,
        exposure=model.exposure,
        labels=target and model.classes is not None,
        where=None if where is None else read_condition(where),
        settings=Settings("drop" if target and model.settings.get("missing") == "drop" else "error"),
        recipe=model.recipe,
        kept=kept,
    )
    return read_columns(file, asked, form)


def encoded_aloud(raw: RawTable, recipe: Recipe, unknown: str) -> Table:
    """The table by a recipe learnt before, with a warning for each column that has levels the recipe does not know."""
    table = raw.encoded_by(recipe, unknown)
    for line in table.notes[len(raw.notes) :]:
        warn(line)
    return table


def classes_of(table: Table | RawTable, positive: str | None) -> tuple[Label, ...]:
    """Find the labels of a target column, sorted; of two the negative and the positive, as ``positive`` says.

    Raises
    ------
    DataError
        If there is one label only, or so many that they are no classes.
    UsageError
        If ``positive`` is none of the labels, or there are more than two.
    """
    found = tuple(np.unique(_target(table)).tolist())
    return ordered_classes(found, len(_target(table)), positive, table)


def ordered_classes(found: tuple[Label, ...], rows: int, positive: str | None, table: Named) -> tuple[Label, ...]:
    """The labels of so many rows in the order of a model, as `classes_of` says."""
    texts = [label_text(label) for label in found]
    if fault := _no_classes(found, rows):
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


def class_numbers(table: Table | RawTable, classes: tuple[Label, ...]) -> NDArray[np.float64]:
    """Labels as 0 (negative) and 1 (positive), (n,); of more than two classes one-hot, (n, k). See `class_places`."""
    places = class_places(table, classes)
    return np.asarray(places if len(classes) == 2 else places[:, None] == np.arange(len(classes)), np.float64)


def class_places(table: Table | RawTable, classes: Sequence[Label]) -> NDArray[np.int64]:
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
        shown = (
            f"neither of the model's classes {' and '.join(names)}"
            if two
            else f"none of the model's classes {_listed(names)}"
        )
        problem = (
            f"row {row + 1}: {label_text(y[row].item())} is {shown}: write labels as the table of the fit has them"
        )
        raise DataError(problem, file=table.source, column=table.target)
    return places


def _target(table: Table | RawTable) -> NDArray[Any]:
    assert table.y is not None  # named by the user
    return table.y


def _listed(names: Any) -> str:
    return ", ".join(names[:LISTED]) + (f", ... ({len(names)} in all)" if len(names) > LISTED else "")
