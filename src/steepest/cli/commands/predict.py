"""The command ``predict``: one prediction a line for the rows of a file."""

from __future__ import annotations

from typing import Any

import click

from ...data.readers.text_format import TextFormat
from ..column_options import unknown_option
from ..options import force_option, json_option, table_options
from ..values import COLUMNS

__all__ = ["command"]


@click.command(short_help="Predict the rows of a table with a model file.")
@click.argument("model")
@click.argument("file")
@click.option("--proba", is_flag=True, help="Probabilities of all classes instead (logistic).")
@click.option("-o", "--output", metavar="OUT", help="Write the predictions to this .csv or .parquet file.")
@click.option("--keep", type=COLUMNS, metavar="COL,COL", help="Columns of FILE to write before the predictions.")
@unknown_option
@table_options
@force_option
@json_option
def command(model: str, file: str, form: TextFormat, **asked: Any) -> None:
    """Predict each row of FILE (or - for standard input) with MODEL; the columns are found by name.

    Prints CSV: a header, then one line for each row, with numbers in full precision.
    """
    from ..actions.predict import Flags, predict_command

    predict_command(model, file, form, Flags(**asked))
