"""What a notebook shows of an estimator: scikit-learn's diagram, and below it the run of a fit."""

from __future__ import annotations

from typing import Any

from ..core.html_text import block
from ..descent.html import html_of
from ..solve.fitted import trajectory_of

__all__ = ["Notebook"]


class Notebook:
    """The run of a fit below scikit-learn's diagram, a mixin of both estimators; in a pipeline the diagram alone."""

    def _repr_html_inner(self: Any) -> str:
        return str(super()._repr_html_inner()) + _run_html(self)  # type: ignore[misc]  # of BaseEstimator

    def _repr_mimebundle_(self: Any, **more: Any) -> dict[str, str]:
        found: dict[str, str] = super()._repr_mimebundle_(**more)  # type: ignore[misc]  # of BaseEstimator
        if "text/html" in found:
            found["text/html"] += _run_html(self)
        return found


def _run_html(estimator: Any) -> str:
    """Cost, answer, verdict and picture of the last fit; "" before."""
    if "trajectory_" not in vars(estimator):
        return ""
    path, verdict = trajectory_of(estimator), vars(estimator).get("verdict_")
    if path is not None:
        return html_of(path)
    return block("several runs" if verdict is None else verdict.message)
