"""The command ``predict``: one prediction a line for the rows of a file."""

from __future__ import annotations

import click

from ...data.readers.text_format import TextFormat
from ..column_options import unknown_option
from ..options import json_option, table_options

__all__ = ["command"]


@click.command(short_help="Predict the rows of a table with a model file.")
@click.argument("model")
@click.argument("file")
@click.option("--proba", is_flag=True, help="Probabilities of all classes instead (logistic).")
@unknown_option
@table_options
@json_option
def command(model: str, file: str, proba: bool, unknown: str, form: TextFormat, as_json: bool) -> None:
    """Predict each row of FILE (or - for standard input) with MODEL; the columns are found by name.

    Prints CSV: a header, then one line for each row, with numbers in full precision.
    """
    from ...solve.model import read_model
    from ..actions.predict import print_predictions
    from ..table_input import model_table

    found = read_model(model)
    print_predictions(found, model_table(found, file, form, unknown), proba, as_json)
