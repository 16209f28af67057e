"""Records: small, frozen settings that compare with their type, print as code and are found by name.

A loss, penalty, rule or learning rate is a ``typing.NamedTuple`` with methods, decorated with ``@record``. Its methods
are written once, in NumPy: they run as they stand on arrays and are compiled as they stand on numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from types import ModuleType
from typing import Any, TypeVar

from .errors import UsageError

__all__ = ["from_name", "loss", "make", "record", "rule", "step", "to_name", "to_spec"]

R = TypeVar("R", bound=type)


def record(cls: R) -> R:
    """Make a NamedTuple class compare and hash with its type, and be true even when it has no field.

    A bare NamedTuple is a tuple: ``Momentum(0.9) == L2(0.9)``, and one without fields is false.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> @record
    ... class Half(NamedTuple):
    ...     factor: float = 0.5
    >>> Half() == (0.5,), bool(Half()), Half()
    (False, True, Half(factor=0.5))
    """
    methods = {
        "__eq__": lambda self, other: type(self) is type(other) and tuple.__eq__(self, other),
        "__ne__": lambda self, other: type(self) is not type(other) or tuple.__ne__(self, other),
        "__hash__": lambda self: hash((type(self).__qualname__, *self)),
        "__bool__": lambda _: True,
    }
    for name, method in methods.items():
        setattr(cls, name, method)
    return cls


def loss(
    *,
    curvature: float | None,
    formula: str,
    quadratic: bool = False,
    labels: bool = False,
    attained: bool = False,
    positive: bool = False,
    nonsmooth: bool = False,
) -> Callable[[R], R]:
    """Decorate a loss: a record with value(z, y), slope(z, y) and second_derivative(z, y), see `steepest.losses`.

    Parameters
    ----------
    curvature : float or None
        Largest second derivative by z, over all z and y: infinite where there is none; None if the record says so
        itself.
    formula : str
        What a printed cost means.
    quadratic : bool
        Whether it is curvature/2 (z - y)^2, so that moments can stand in for the rows.
    labels : bool
        Whether targets are the classes 0 and 1.
    attained : bool
        Whether the least value for a class is reached at a finite z, so that separated classes have an optimum.
    positive : bool
        Whether targets are numbers >= 0.
    nonsmooth : bool
        Whether the slope jumps somewhere, so that second derivatives tell nothing there.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> import numpy as np
    >>> @loss(curvature=1.0, formula="mean log cosh")
    ... class LogCosh(NamedTuple):
    ...     def value(self, z, y):
    ...         return np.logaddexp(z - y, y - z) - np.log(2.0)
    ...     def slope(self, z, y):
    ...         return np.tanh(z - y)
    ...     def second_derivative(self, z, y):
    ...         return 1.0 - np.tanh(z - y) ** 2
    >>> LogCosh.curvature, LogCosh().slope(1.0, 1.0)
    (1.0, np.float64(0.0))
    """
    facts = {"curvature": curvature, "formula": formula, "quadratic": quadratic, "labels": labels}
    return _with({**facts, "attained": attained, "positive": positive, "nonsmooth": nonsmooth})


def rule(
    *,
    slots: int | None,
    elementwise: bool = True,
    metric: str | None = None,
    proximal: bool = False,
    sees: tuple[str, ...] = (),
    batch: bool = False,
) -> Callable[[R], R]:
    """Decorate a rule: a record with the method direction(g, memory, t), see `steepest.rules`.

    Parameters
    ----------
    slots : int or None
        How many arrays shaped like the parameters it remembers; None if the record says so itself.
    elementwise : bool
        Whether each coordinate is treated by itself; if not, the method is always given whole arrays.
    metric : "matrix", "renewed", "diagonal" or None
        Whether its memory begins with the curvature at the start: all of it, (d + 1, d + 1), in place of slots; the
        same, renewed before every step; or the diagonal of it in the first slot.
    proximal : bool
        Whether an L1 penalty may follow its step.
    sees : tuple of "rate", "point", "weights"
        What it is shown before each step, in slots of their own that come after its ``slots``.
    batch : bool
        Whether every step must look at all rows; rules with a metric do so anyway.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> import numpy as np
    >>> @rule(slots=0)
    ... class Sign(NamedTuple):
    ...     def direction(self, g, memory, t):
    ...         return np.sign(g)
    >>> Sign().direction(-3.0, (), 1), Sign.slots
    (np.float64(-1.0), 0)
    """
    facts = {"slots": slots, "elementwise": elementwise, "metric": metric, "proximal": proximal, "sees": sees}
    return _with({**facts, "batch": batch or metric is not None})


def step(*, slots: int = 0) -> Callable[[R], R]:
    """Decorate a learning rate: a record with rate(t) -> eta, or adapt(t, at, g, cost, memory), see `steepest.steps`.

    Parameters
    ----------
    slots : int
        How many arrays shaped like the parameters it remembers, zero at the start.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> @step()
    ... class Harmonic(NamedTuple):
    ...     eta: float = 0.1
    ...     def rate(self, t):
    ...         return self.eta / t
    >>> Harmonic().rate(4)
    0.025
    """
    return _with({"slots": slots})


def _with(facts: dict[str, Any]) -> Callable[[R], R]:
    def decorate(cls: R) -> R:
        for name, fact in facts.items():
            if not (name in ("slots", "curvature") and fact is None):
                setattr(cls, name, fact)
        return record(cls)

    return decorate


def to_name(cls: type) -> str:
    """Public spelling of a record's class: ``SquaredError`` is "squared_error", ``RMSProp`` is "rmsprop".

    Examples
    --------
    >>> from steepest.objective.losses import SquaredError
    >>> to_name(SquaredError)
    'squared_error'
    """
    return re.sub("(?<=[a-z])(?=[A-Z][a-z])", "_", cls.__name__).lower()


def to_spec(item: Any) -> str:
    """Write a record as the command line reads it: ``Momentum(0.95)`` is "momentum:beta=0.95".

    One of the user's own, ``MyRule()`` in mine.py, is "mine:MyRule".
    """
    cls, fields = type(item), ",".join(f"{k}={v!r}" for k, v in zip(item._fields, item, strict=True))
    ours = cls.__module__.partition(".")[0] == __name__.partition(".")[0]
    return (to_name(cls) if ours else f"{cls.__module__}:{cls.__name__}") + (f":{fields}" if fields else "")


def from_name(spec: Any, module: ModuleType, what: str) -> Any:
    """Look up ``"momentum"`` or ``"momentum:beta=0.95"`` in a module's ``__all__``; a record is returned as it is.

    Raises
    ------
    UsageError
        If no public record of the module has that name, or a field is unknown or not a number.

    Examples
    --------
    >>> from steepest import rules
    >>> from_name("momentum:beta=0.95", rules, "rule")
    Momentum(beta=0.95)
    """
    if isinstance(spec, tuple) and hasattr(spec, "_fields"):
        return spec
    known = {to_name(getattr(module, name)): getattr(module, name) for name in module.__all__}
    asked, _, rest = str(spec).partition(":")
    name = next((name for name in known if name.replace("_", "") == asked.replace("_", "")), None)
    if name is None:
        near = get_close_matches(asked, known, 1)
        mend = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(sorted(known))}"
        raise UsageError(f"no {what} is called {asked!r}: {mend}")
    return make(known[name], rest, what)


def make(cls: Any, text: str, what: str) -> Any:
    """A record of this class with the fields that ``"beta=0.9,pairs=5"`` gives."""
    fields = dict(_field(cls, item, what) for item in text.split(",") if item)
    missing = [f for f in cls._fields if f not in fields and f not in cls._field_defaults]
    if missing:
        raise UsageError(f"{what} {to_name(cls)!r} needs {missing[0]!r}: write {to_name(cls)}:{missing[0]}=NUMBER")
    return cls(**fields)


def _field(cls: Any, item: str, what: str) -> tuple[str, Any]:
    key, _, text = item.partition("=")
    if key not in cls._fields:
        raise UsageError(f"{what} {to_name(cls)!r} has no field {key!r}: it has {', '.join(cls._fields) or 'none'}")
    try:
        return key, int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        raise UsageError(f"{what} {to_name(cls)!r}: {key}={text!r} is not a number") from None


def check_record(item: Any, kind: str, needs: tuple[str, ...]) -> None:
    """Refuse a record that lacks what its kind needs, or whose own ``check`` finds its settings wrong."""
    missing = [name for name in needs if not hasattr(item, name)]
    if missing:
        decorator = kind if kind in ("loss", "rule") else "record"
        raise UsageError(f"{item!r} is no {kind}: it lacks {', '.join(missing)}; decorate its class with @{decorator}")
    wrong = item.check() if hasattr(item, "check") else None
    if wrong:
        raise UsageError(wrong)
