"""The command ``evaluate``: how well a model predicts the rows of a file."""

from __future__ import annotations

import click

from ...data.readers.text_format import TextFormat
from ..options import json_option, table_options

__all__ = ["command"]


@click.command(short_help="Measure how well a model file predicts a table.")
@click.argument("model")
@click.argument("file")
@table_options
@json_option
def command(model: str, file: str, form: TextFormat, as_json: bool) -> None:
    """Compare the predictions of MODEL with the target column of FILE (or - for standard input).

    Linear: R2, RMSE, MAE. Logistic: accuracy, log loss, and the confusion matrix.
    """
    from ...solve.model import read_model
    from ..actions.evaluate import print_measures

    print_measures(read_model(model), file, form, as_json)
