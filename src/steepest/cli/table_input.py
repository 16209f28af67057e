"""Tables as the commands read them: by the flags, or by the columns of a model."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..data.encoding.condition import read_condition
from ..data.readers.tables import Table, read_columns
from ..data.readers.text_format import TextFormat
from ..solve.model import Label, Model
from .column_options import ColumnChoice
from .text import label_text

__all__ = ["class_numbers", "classes_of", "model_table", "target_table"]

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
    def form(self) -> TextFormat:
        """--header, --delimiter, --decimal, --thousands, --encoding."""


class TargetFlags(TableFlags, Protocol):
    """The same, with the columns to fit and what they are."""

    @property
    def features(self) -> tuple[str, ...] | None:
        """-x."""

    @property
    def columns(self) -> ColumnChoice:
        """--drop, --where, --missing and so on."""


def target_table(file: str, flags: TargetFlags, labels: bool) -> Table:
    """Read and encode the table that the flags describe."""
    choice = flags.columns
    table = read_columns(
        file,
        target=flags.target,
        features=flags.features,
        weights=flags.weights,
        labels=labels,
        drop=choice.drop,
        settings=choice.settings,
        where=None if choice.where is None else read_condition(choice.where),
        **flags.form._asdict(),
    ).encoded(choice.settings)
    if table.y is None:
        raise UsageError(f"{table.source}: which column is the target? Name it with -t, one of {_listed(table.names)}")
    return table


def model_table(model: Model, file: str, form: TextFormat, target: bool = False, unknown: str = "error") -> Table:
    """Read the columns of a model, by name, and its target if required; encode them as the model's were."""
    return read_columns(
        file,
        target=model.target if target else None,
        features=model.recipe.columns,
        recipe=model.recipe,
        labels=target and model.classes is not None,
        **form._asdict(),
    ).encoded_by(model.recipe, unknown)


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
