"""Fitted objects: what can be read from an estimator or a run, whoever defined it."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from ..descent.trajectory import Trajectory

__all__ = ["Classifying", "Descended", "Linear", "trajectory_of"]


@runtime_checkable
class Descended(Protocol):
    """A fitted estimator that keeps its run, or a list of runs."""

    trajectory_: Any


@runtime_checkable
class Linear(Descended, Protocol):
    """The same with coefficients."""

    coef_: Any
    intercept_: Any
    loss: Any


@runtime_checkable
class Classifying(Protocol):
    """A fitted classifier."""

    classes_: Any


@runtime_checkable
class _Run(Protocol):
    trajectory: Any


def trajectory_of(answer: object) -> Trajectory | None:
    """The run of something fitted, or a run itself; None for several runs and for everything else."""
    path: object = answer
    if isinstance(answer, Descended):
        path = answer.trajectory_
    elif isinstance(answer, _Run):
        path = answer.trajectory
    return path if isinstance(path, Trajectory) else None
