"""Parameters of the estimators: names that do not exist and values of the wrong type, each with what is right."""

from __future__ import annotations

import inspect
import math
import re
import sys
from numbers import Real
from typing import Any, Self

import numpy as np

from ..core.aliases import Answer, answer_to, use
from ..core.errors import UsageError

__all__ = ["ParameterNames", "UnknownParameterError", "check_values"]

FIT = Answer("give the weights of the rows to fit(X, y, sample_weight=...)")
NUMBERS = (
    *("alpha", "l1_ratio", "max_iter", "max_updates", "tol"),
    *("validation_fraction", "n_iter_no_change", "n_jobs", "batch_size"),
)
NONE = ("tol", "n_jobs", "batch_size", "max_updates")  # these may be None
FLAGS = ("fit_intercept", "warm_start", "progress", "early_stopping")
TABLE = Answer("give it to fit(X, y)")
ELSEWHERE = {
    "steps": use("max_updates", words="use {}, which counts steps"),
    "sample_weight": FIT,
    "target": TABLE,
    "features": TABLE,
}
EXACT = 2.0**53  # below which a whole number is written without an exponent
OPTION = re.compile(r"(?<!\S)-")  # how an option of the command line begins


class UnknownParameterError(UsageError, TypeError):
    """A parameter that the estimator does not have."""


class ParameterNames:
    """The check of the names of parameters, a mixin of both estimators."""

    _parameters: tuple[str, ...] | None = ()  # None: any keyword

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        found = inspect.signature(cls.__init__, follow_wrapped=False).parameters.values()
        every = any(parameter.kind is parameter.VAR_KEYWORD for parameter in found)
        cls._parameters = None if every else tuple(parameter.name for parameter in found)[1:]

    def __new__(cls, *_: Any, **named: Any) -> Self:
        """Refuse a name that is no parameter, before Python does so without a remedy."""
        known = cls._parameters
        for name in named:
            if known is not None and name not in known:
                raise _unknown(cls.__name__, name, list(known))
        return super().__new__(cls)


def _unknown(cls: str, name: str, known: list[str]) -> UnknownParameterError:
    problem, answer = f"{cls} has no parameter {name!r}", answer_to(name, [*known, *ELSEWHERE])
    if answer and not answer.settings and OPTION.search(answer.words):
        answer = None
    for setting, _ in answer.settings if answer else ():
        if setting not in known:
            answer = ELSEWHERE.get(setting)
            break
    return UnknownParameterError(problem if answer else f"{problem}: it has {', '.join(known)}", answer)


def check_values(estimator: Any) -> None:
    """Refuse any other value where a number or a truth value is needed.

    Raises
    ------
    UsageError
        With the number that the text spells.
    """
    for name in NUMBERS:
        value = vars(estimator)[name]
        if value is None and name in NONE:
            continue
        if isinstance(value, (Real, np.bool_)) and not isinstance(value, np.timedelta64):
            _refuse_large(name, value)
            continue
        raise UsageError(f"{name} must be a number{' or None' * (name in NONE)}, not {value!r}{_written(name, value)}")
    for name in FLAGS:
        value = vars(estimator)[name]
        if not (isinstance(value, (bool, np.bool_)) or (isinstance(value, int) and value in (0, 1))):
            raise UsageError(f"{name} must be True or False, not {value!r}")


def _refuse_large(name: str, value: Any) -> None:
    try:
        float(value)
    except OverflowError:
        raise UsageError(
            f"{name} is beyond {sys.float_info.max:.2g}, the largest number: choose a smaller one"
        ) from None


def _written(name: str, value: Any) -> str:
    """The remedy for the text of a finite number."""
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return ""
    if not math.isfinite(number) or isinstance(value, np.datetime64):  # the text of a year is that of a number
        return ""
    return f": write {name}={int(number) if number.is_integer() and abs(number) < EXACT else number}"
