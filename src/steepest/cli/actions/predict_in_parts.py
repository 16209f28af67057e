"""Predictions of a table in parts: written as they are computed, into a file, a folder or the standard output."""

from __future__ import annotations

import sys

from ...core.errors import UsageError
from ...data.readers.text_format import PLAIN, TextFormat
from ...parts.parts import Parts
from ...parts.predictions import ROW, predictions
from ...solve.model import Model, read_model, refuse_without_probabilities
from ...solve.passes.predicted import Predicted, predict_in_parts, weights_for
from ..exit_status import print_object
from ..outputs import check_output
from ..parts_input import open_to_predict, refuse_in_passes
from ..parts_options import name_of
from ..prediction_file import write_csv
from ..text import say
from .predict import Flags

__all__ = ["predict_files"]


def predict_files(path: str, files: tuple[str, ...], form: TextFormat, memory: int | None, asked: Flags) -> None:
    """Predict the rows of files, and print the predictions or write them."""
    model = read_model(path)
    refuse_in_passes({"--header, --delimiter and the like": form != PLAIN, "--unknown other": asked.unknown != "error"})
    if asked.as_json and asked.output is None:
        raise UsageError("--json of a table that is read in passes needs -o: name the file of the predictions")
    if asked.output is not None and not is_folder(asked.output):
        check_output(asked.output, files, asked.force)
    table = open_to_predict(model, files, memory)
    if asked.output is None:
        _print_rows(model, table, asked)
        return
    written = predict_in_parts(model, table, asked.output, asked.proba, asked.keep or (), asked.force)
    if asked.as_json:
        head = {"command": "predict", "target": model.target, "source": name_of(files), "rows": written.rows}
        print_object({**head, "files": written.files})
    else:
        say([f"wrote     {asked.output}   ({written.rows:,} rows)"])


def is_folder(path: str) -> bool:
    """Whether predictions are written into a folder of this name: one without an ending."""
    return not path.lower().endswith((".csv", ".parquet"))


def _print_rows(model: Model, table: Parts, asked: Flags) -> None:
    """Print the predictions as CSV, a line for each row."""
    if asked.proba:
        refuse_without_probabilities(model)
    found = predictions(table, weights_for(model, table), Predicted(model, asked.proba), asked.keep or ())
    for number, columns in enumerate(found):
        cells = {name: _listed(column) for name, column in columns.items() if asked.keep or name != ROW}
        write_csv(sys.stdout, cells, head=number == 0)


def _listed(column: object) -> list[object]:
    """The cells of a column of NumPy or of Arrow."""
    found: list[object] = column.to_pylist() if hasattr(column, "to_pylist") else column.tolist()  # type: ignore[attr-defined]
    return found
