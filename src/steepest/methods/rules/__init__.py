"""Rules: the direction p_t of a step, from the gradient g_t and the rule's memory.

A rule is a record with one method, ``direction(g, memory, t) -> p``, written once in NumPy. ``memory`` holds ``slots``
arrays shaped like the parameters, zero at the start and updated in place; g itself is not to be changed; t counts
updates from 1. The step is w <- w - eta p. An ``elementwise`` rule (the default) treats each coordinate independently,
so the same method runs on whole arrays in plain NumPy and on single numbers in compiled code; a rule that sums or
compares over g needs ``elementwise=False`` and is given whole arrays in both.

A rule with a ``preconditioner`` finds second derivatives of the objective in its memory. It may have
a second method, ``learn(step, change, memory)``, which is given each step and the change of the gradient.

A rule that ``sees`` more than the gradient finds it after its own slots, in the order in which it names it: "rate"
(eta), "point" (where g was computed) or "weights" (the same, with 0 for the intercept and the fixed coefficients). A
rule whose answer is not the current point has a method ``answer(at, memory) -> w``, elementwise like ``direction``.

To add a rule, write such a record, in a file of this folder or of your own, and name it in ``__all__``.

Notes
-----
Parameters of the methods, in the units of the descent, those of standardised columns if it has them:

g : float or (d + 1, k) array
    Gradient of the objective at the current point, intercept last; it is not to be changed.
memory : (slots, ...) array
    The rule's memory, updated in place.
t : int >= 1
    Number of the update.
step, change : (d + 1, k) arrays
    The last step, and the change of the gradient over it.
at : float or (d + 1, k) array
    The point that moves.

Examples
--------
>>> from steepest import minimize, rules
>>> minimize("(x - 3)**2", 6, rule=rules.Momentum(0.5), learning_rate=0.1, steps=2).x.ravel().round(6).tolist()
[6.0, 5.4, 4.62]
"""

from __future__ import annotations

from . import adam, adaptive, anderson, momentum, parameter_free, second_order
from .adam import *  # noqa: F403  # what a file names in its __all__ is a rule
from .adaptive import *  # noqa: F403
from .anderson import *  # noqa: F403
from .momentum import *  # noqa: F403
from .parameter_free import *  # noqa: F403
from .second_order import *  # noqa: F403

__all__ = [
    *momentum.__all__,
    *adaptive.__all__,
    *adam.__all__,
    *parameter_free.__all__,
    *second_order.__all__,
    *anderson.__all__,
]
