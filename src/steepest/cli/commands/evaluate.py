"""The command ``evaluate``: how well a model predicts the rows of a file."""

from __future__ import annotations

from typing import Any

import click

from ..column_options import unknown_option
from ..options import json_option, table_options
from ..parts_options import PartsChoice, engine_option, files_argument, memory_option, name_of

__all__ = ["command"]


@click.command(short_help="Measure how well a model file predicts a table.")
@click.argument("model")
@files_argument
@click.option("--weights", metavar="COL", help="Column of the rows' weights. [default: all alike]")
@click.option("--calibration", is_flag=True, help="Also the calibration table: predicted and observed shares.")
@click.option("--held-out", is_flag=True, help="Only the rows that fit --test held out of FILE.")
@memory_option
@engine_option
@unknown_option
@table_options
@json_option
def command(model: str, files: tuple[str, ...], memory: int | None, engine: str | None, **flags: Any) -> None:
    """Compare the predictions of MODEL with the target column of FILE (or - for standard input).

    Linear: R2, RMSE, MAE. Logistic: accuracy, log loss, D2, Brier score, AUC, and the confusion matrix. Several files,
    a folder, a pattern or an address are one table.
    """
    from ...solve.model import read_model
    from ..actions.evaluate import Flags, evaluate_command

    asked, choice = Flags(file=name_of(files), **flags), PartsChoice(memory, engine=engine)
    if choice.takes(files):
        from ..actions.evaluate_in_parts import evaluate_files

        return evaluate_files(read_model(model), files, choice, asked)
    return evaluate_command(read_model(model), asked)
