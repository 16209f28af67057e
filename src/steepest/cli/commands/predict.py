"""The command ``predict``: one prediction a line for the rows of a file."""

from __future__ import annotations

from typing import Any

import click

from ...data.readers.text_format import TextFormat
from ..column_options import unknown_option
from ..options import force_option, json_option, table_options
from ..parts_options import PartsChoice, engine_option, files_argument, memory_option
from ..values import COLUMNS

__all__ = ["command"]


@click.command(short_help="Predict the rows of a table with a model file.")
@click.argument("model")
@files_argument
@click.option("--proba", is_flag=True, help="Probabilities of all classes instead (logistic).")
@click.option("-o", "--output", metavar="OUT", help="Write the predictions to this .csv or .parquet file.")
@click.option("--keep", type=COLUMNS, metavar="COL,COL", help="Columns of FILE to write before the predictions.")
@memory_option
@engine_option
@unknown_option
@table_options
@force_option
@json_option
def command(
    model: str, files: tuple[str, ...], form: TextFormat, memory: int | None, engine: str | None, **flags: Any
) -> None:
    """Predict each row of FILE (or - for standard input) with MODEL; the columns are found by name.

    Prints CSV: a header, then one line for each row, with numbers in full precision. Several files, a folder, a
    pattern or an address are one table; -o DIR/ writes into a folder.
    """
    from ..actions.predict import Flags

    choice = PartsChoice(memory, engine=engine)
    if choice.takes(files):
        from ..actions.predict_in_parts import predict_files

        return predict_files(model, files, form, choice, Flags(**flags))
    from ..actions.predict import predict_command

    return predict_command(model, files[0], form, Flags(**flags))
