"""Decorators of records: what the package may ask each kind of record about, settled once by its class.

A loss, penalty, rule, learning rate, average or gradient estimate is a ``typing.NamedTuple`` with methods. Its methods
are written once, in NumPy: they run as they stand on arrays and are compiled as they stand on numbers. The decorator of
its kind sets every fact about it, and a default for each optional method that has one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .record_defaults import (
    ends_of_domain,
    itself,
    never_wrong,
    none_easier,
    none_saturated,
    probability,
    slopes_far_out,
)
from .types import Preconditioning

__all__ = ["average", "estimate", "loss", "record", "rule", "step"]

R = TypeVar("R", bound=type)


def record(cls: R) -> R:
    """Make a NamedTuple class compare and hash with its type, and be true even when it has no field.

    A bare NamedTuple is a tuple: ``Momentum(0.9) == L2(0.9)``, and one without fields is false. A class without a
    method ``check`` gets one that finds nothing wrong. Penalties are decorated with this alone.

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
    return _with_defaults(cls, check=never_wrong)


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
    quadratic : bool, default False
        Whether it is curvature/2 (z - y)^2, so that moments can stand in for the rows.
    labels : bool, default False
        Whether targets are the classes 0 and 1.
    attained : bool, default False
        Whether it is made of linear and quadratic pieces, or grows on both sides: then every table has an optimum.
    positive : bool, default False
        Whether targets are numbers >= 0, or > 0 where the loss of 0 is infinite.
    nonsmooth : bool, default False
        Whether the slope jumps somewhere, so that second derivatives tell nothing there.

    Returns
    -------
    decorator
        Takes the class and returns it, with its facts as attributes.

    Notes
    -----
    Further facts follow from the methods of the class: ``dual`` (it has conjugate and domain), ``piecewise_linear`` (it
    has jumps), ``staged`` (it has easier), ``identity_link`` (it has no inverse), ``constant_known`` (it has constant).
    A negative log-likelihood without unknown scale has the property ``likelihood``, as `steepest.losses.LogLoss`; its
    third derivative is at most the second, or has the bound ``third_ratio``. If -l(z, y) is the log-likelihood but for
    a part without z, that part is ``saturated(y)``. Without it, ``easier``, ``inverse`` and ``end_slopes`` it gets
    defaults: 0, no easier losses, z itself (the logistic function for labels, unless ``attained``), and the ends of its
    domain, or else its slopes at numbers too large for a table.

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
    facts |= {"attained": attained, "positive": positive, "nonsmooth": nonsmooth}

    def decorate(cls: R) -> R:
        powers = {"dual": _has(cls, "conjugate", "domain"), "piecewise_linear": _has(cls, "jumps")}
        powers |= {"likelihood": _has(cls, "likelihood"), "third_varies": _has(cls, "third_ratio")}
        powers["third_known"] = powers["likelihood"] or powers["third_varies"]
        powers |= {"staged": _has(cls, "easier"), "constant_known": _has(cls, "constant")}
        made = _with_facts(cls, facts | powers | {"identity_link": not _has(cls, "inverse")})
        ends = ends_of_domain if powers["dual"] else slopes_far_out
        link = probability if labels and not attained else itself
        made = _with_defaults(made, easier=none_easier, inverse=link, end_slopes=ends)
        return _with_defaults(made, saturated=none_saturated)

    return decorate


def rule(
    *,
    slots: int | None,
    elementwise: bool = True,
    preconditioner: str | None = None,
    proximal: bool = False,
    sees: tuple[str, ...] = (),
    batch: bool = False,
) -> Callable[[R], R]:
    """Decorate a rule: a record with the method direction(g, memory, t), see `steepest.rules`.

    Parameters
    ----------
    slots : int or None
        How many arrays shaped like the parameters it remembers; None if the record says so itself.
    elementwise : bool, default True
        Whether each coordinate is treated by itself; if not, the method is always given whole arrays.
    preconditioner : "matrix", "hessian", "diagonal" or None
        Whether its memory begins with second derivatives of the objective: all of those at the start, (d + 1, d + 1),
        in place of slots; the same, renewed before every step; or their diagonal in the first slot.
    proximal : bool, default False
        Whether an L1 penalty may follow its step.
    sees : tuple of "rate", "point", "weights", default ()
        What it is shown before each step, in slots of their own that come after its ``slots``.
    batch : bool, default False
        Whether every step must look at all rows; rules with a preconditioner do so anyway.

    Returns
    -------
    decorator
        Takes the class and returns it, with its facts as attributes.

    Notes
    -----
    Two more facts follow from the methods of the class: ``learns`` (it has learn) and ``answers`` (it has answer). A
    rule with momentum has the property ``memory_share``, the share of the last direction that it keeps; else it is 0.
    A rule that is linear in gradient and memory, the same at every t and elementwise, may have ``stability``: the
    product of constant learning rate and largest curvature below which it converges on a quadratic; else it is None.

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
    kind = Preconditioning(preconditioner)
    facts = {"slots": slots, "elementwise": elementwise, "preconditioner": kind, "proximal": proximal, "sees": sees}
    facts |= {"batch": batch or bool(kind)}

    def decorate(cls: R) -> R:
        found = facts | {"learns": _has(cls, "learn"), "answers": _has(cls, "answer")}
        absent = {"memory_share": 0.0, "stability": None}
        return _with_facts(cls, found | {name: fact for name, fact in absent.items() if not _has(cls, name)})

    return decorate


def step(*, slots: int = 0) -> Callable[[R], R]:
    """Decorate a learning rate: a record with rate(t) -> eta, or adapt(t, at, g, cost, memory), see `steepest.steps`.

    Parameters
    ----------
    slots : int, default 0
        How many arrays shaped like the parameters it remembers, zero at the start.

    Returns
    -------
    decorator
        Takes the class and returns it, with its facts as attributes.

    Notes
    -----
    Three more facts follow from the methods of the class: ``seeks`` (it has seek), ``adapts`` (it has adapt) and
    ``looks`` (it has one of the two, so it needs all rows).

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

    def decorate(cls: R) -> R:
        seeks, adapts = _has(cls, "seek"), _has(cls, "adapt")
        return _with_facts(cls, {"slots": slots, "seeks": seeks, "adapts": adapts, "looks": seeks or adapts})

    return decorate


def average(*, slots: int = 1) -> Callable[[R], R]:
    """Decorate an average: a record with share(t), see `steepest.averages`.

    Parameters
    ----------
    slots : 0 or 1
        Whether it keeps a mean of points; without one the answer is the last point.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> @average()
    ... class Halves(NamedTuple):
    ...     def share(self, t):
    ...         return 0.5
    >>> Halves().slots
    1
    """
    return lambda cls: _with_facts(cls, {"slots": slots})


def estimate(cls: R) -> R:
    """Decorate a gradient estimate: a record with slots(n, d) and gradient(...), see `steepest.estimates`.

    The fact ``renewing`` says whether it has ``renews``, so that it now and then needs the gradient over all rows.

    Examples
    --------
    >>> from steepest.methods.estimates import SAGA, LooplessSVRG
    >>> SAGA.renewing, LooplessSVRG.renewing
    (False, True)
    """
    return _with_facts(cls, {"renewing": _has(cls, "renews")})


def _has(cls: type, *methods: str) -> bool:
    return all(hasattr(cls, name) for name in methods)


def _with_facts(cls: R, facts: dict[str, Any]) -> R:
    for name, fact in facts.items():
        if not (name in ("slots", "curvature") and fact is None):
            setattr(cls, name, fact)
    return record(cls)


def _with_defaults(cls: R, **methods: Callable[..., Any]) -> R:
    for name, method in methods.items():
        if not hasattr(cls, name):
            setattr(cls, name, method)
    return cls
