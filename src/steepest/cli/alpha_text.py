"""The choice of alpha by cross-validation, in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from .text import number

__all__ = ["choice_text"]

DIGITS = 4


def choice_text(meta: dict[str, Any]) -> str:
    """The chosen alpha with its score and standard error, in words."""
    i = meta["one_standard_error"] if meta["rule"] == "1se" else meta["best"]
    mean, error = -np.array(meta["mean"]), np.array(meta["standard_error"])
    score = f"{meta['scoring']} {number(float(mean[i]), DIGITS)} \N{PLUS-MINUS SIGN} {number(float(error[i]), DIGITS)}"
    rule = "the best" if meta["rule"] == "min" else "the largest within one standard error of the best"
    ends = meta["best"] in (0, len(mean) - 1) and len(mean) > 1
    words = f"{number(meta['alphas'][i], DIGITS)}   ({rule} of {len(mean)} in {meta['folds']} folds: {score})"
    return f"{words}\nThe best is at the end of those tried: a better one may lie beyond." if ends else words
