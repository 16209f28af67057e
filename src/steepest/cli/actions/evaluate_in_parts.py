"""The work of ``evaluate`` over a table in parts: the scores of a model, by the sums of one pass."""

from __future__ import annotations

from ...parts.scan import within
from ...solve.model import Model
from ...solve.passes.scored import scores_in_parts
from ..parts_input import engine_of, refuse_in_passes, source_to_predict
from ..parts_options import PartsChoice
from .evaluate import Flags, Scored, print_scores

__all__ = ["evaluate_files"]


def evaluate_files(model: Model, files: tuple[str, ...], choice: PartsChoice, flags: Flags) -> None:
    """Read a table in passes, score the model on it, print."""
    refuse_in_passes(
        {
            "--held-out": flags.held_out,
            "--calibration": flags.calibration,
        }
    )
    source = source_to_predict(model, files, flags.form, target=True, weights=flags.weights, unknown=flags.unknown)
    with engine_of(choice.engine) as engine:
        table = within(source, choice.memory, engine, False)
        found = scores_in_parts(model, table)
    print_scores(model, Scored(flags.file, found.rows, found.measures, found.targets), flags)
