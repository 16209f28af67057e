"""The work of ``summary``: the rows of a model's table, and what they say of its coefficients."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...data.make_rows import make_rows
from ...data.readers.asked import Asked
from ...data.readers.tables import read_columns
from ...data.readers.text_format import PLAIN, TextFormat
from ...solve.model import Model, probable, read_model
from ...solve.model_problem import problem_of
from ...solve.summary import Fitted, Summary, refuse_status, summarize
from ..exit_status import print_object
from ..picture_input import columns_of_fit
from ..suggestions import as_options
from ..table_input import class_numbers, encoded_aloud
from ..text import label_text, say, shown_name

__all__ = ["Flags", "print_summary", "summary_of"]

SHOWN = 12  # coefficients, but for --all


class Flags(NamedTuple):
    """The options of ``summary`` as Click hands them over."""

    model: str
    file: str
    cov: str = "nonrobust"
    cluster: str | None = None
    level: float = 0.95
    everything: bool = False
    sort: str | None = None
    weights: str | None = None
    form: TextFormat = PLAIN
    as_json: bool = False
    target: str | None = None  # that of the model


def print_summary(flags: Flags) -> None:
    """Read the model and its table, and print."""
    model = read_model(flags.model)
    try:
        found = summary_of(model, flags)
    except UsageError as error:
        raise UsageError(as_options(str(error))) from None
    if flags.as_json:
        head = {"command": "summary", "kind": model.kind, "source": flags.file}
        print_object({**head, **found.as_dict()})
    else:
        say(found.text(sort=flags.sort, most=None if flags.everything else SHOWN).split("\n"))


def summary_of(model: Model, flags: Flags) -> Summary:
    """The summary of a model on the table that it was fitted to.

    Raises
    ------
    UsageError, DataError
        If the model or the rows have none.
    """
    if model.outputs > 1:
        raise UsageError(
            f"a summary is of one target or two classes, this model has {model.outputs} outputs: "
            "show prints its coefficients, evaluate its scores"
        )
    refuse_status(str(model.verdict.get("status", "")))
    problem = problem_of(model)
    raw, recipe, _ = columns_of_fit(model, flags.file, flags, training=True)
    table = encoded_aloud(raw, recipe, "other")
    y = table.y if model.classes is None else class_numbers(table, model.classes)
    rows = make_rows(table.X, y, weight=table.weight, offset=table.offset)
    fitted = Fitted(rows, problem, model.w, tuple(table.names), _target(model))
    return summarize(fitted, cov_type=flags.cov, groups=_clusters(flags, raw.places), level=flags.level)


def _clusters(flags: Flags, places: NDArray[np.int64] | None) -> object:
    """The labels in the column of --cluster, of the rows in these places of the file."""
    if flags.cluster is None:
        return None
    if flags.file == "-":
        raise UsageError("--cluster reads the table a second time, which standard input does not allow: name a file")
    found = read_columns(flags.file, Asked(flags.cluster, (), labels=True), flags.form).y
    return found if places is None or found is None else found[places]


def _target(model: Model) -> str:
    name = shown_name(model.target)
    if model.classes is None:
        return name
    said = f"{name} = {label_text(model.classes[1])}"
    return f"P({said})" if probable(model) else said
