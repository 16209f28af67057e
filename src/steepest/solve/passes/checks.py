"""Checks of a table in parts, from its survey: the refusals of a table in memory, with the place in the files."""

from __future__ import annotations

import numpy as np

from ...core.errors import DataError, UsageError
from ...core.records import to_name
from ...data.checks import SMALLEST
from ...data.gram import LARGEST
from ...objective.explained import out_of_range, takes_zero
from ...objective.objective import coordinates_of
from ...objective.problem import Problem
from ...parts.parts import Parts
from ...parts.sources.source import place_of
from ...parts.survey import Survey
from ..notes import open_coefficients

__all__ = ["check_survey"]

LISTED = 5  # labels


def check_survey(parts: Parts, survey: Survey, problem: Problem) -> None:
    """Refuse a table that cannot be fitted.

    Raises
    ------
    DataError, UsageError
        If targets are not those of the loss, or numbers are too large or too small for it.
    """
    targets, loss = survey.targets, to_name(type(problem.loss))
    if len(survey.mean) == 0 and not problem.intercept:
        raise DataError("the table has no columns besides the target, and there is no intercept: nothing to fit")
    if not max(np.abs(targets.least).max(), np.abs(targets.most).max()) < LARGEST:
        row = targets.highest if targets.most.max() >= LARGEST else targets.lowest
        raise DataError(f"the target of {place_of(parts.source, row)} is too large: rescale it")
    if not np.abs(survey.offsets).max() < LARGEST:
        raise UsageError("offsets are too large: choose offsets nearer to 0")
    if problem.loss.labels and not survey.sample.supports.joint:
        _check_labels(survey, loss)
    if problem.loss.positive and out_of_range(problem.loss, targets.least).any():
        least, sign = targets.least.min(), ">=" if takes_zero(problem.loss) else ">"
        found = f"is {least:g}, but the {loss} loss needs numbers {sign} 0"
        where = place_of(parts.source, targets.lowest)
        raise DataError(f"the target of {where} {found}: remove the row or choose another loss")
    _refuse_tiny(parts, survey, problem)


def _check_labels(survey: Survey, loss: str) -> None:
    values = survey.targets.values
    values = None if values is None else values[survey.targets.counts > 0]
    if values is None or not np.isin(values, (0.0, 1.0)).all():
        some = survey.sample.y[:, 0] if values is None else values
        listed = ", ".join(f"{v:g}" for v in np.unique(some)[:LISTED])
        raise DataError(f"{loss.replace('_', ' ')} needs labels 0 and 1, found {listed}: name two classes")
    if len(values) == 1:
        which = "every label" if survey.counted == survey.rows else "the label of every row of weight > 0"
        raise DataError(f"{which} is {int(values[0])}: a classifier needs rows of both classes")


def _refuse_tiny(parts: Parts, survey: Survey, problem: Problem) -> None:
    is_open = open_coefficients(coordinates_of(problem, len(survey.mean)))
    tiny = (survey.variance < SMALLEST**2) & (np.abs(survey.mean) < SMALLEST) & (survey.least < survey.most)
    found = np.flatnonzero(is_open & tiny)
    if len(found):
        more = f"multiply it by {1 / SMALLEST:g} or more"
        raise DataError(f"column {parts.names[found[0]]!r} holds numbers so small that their squares are 0: {more}")
