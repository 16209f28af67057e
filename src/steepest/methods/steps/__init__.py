"""Learning rates: how far to go at update t (counted from 1), as ``@step()`` records with one method ``rate(t)``.

A schedule has only that method, plain arithmetic on numbers, which is compiled as it is.

A learning rate that depends on the descent needs the gradient over all rows. It has one or both of these methods:

``adapt(t, at, g, cost, memory) -> eta``, with cost and gradient at the start of the step. ``memory`` has ``slots``
arrays shaped like the parameters, zero at the start; decorate the record with ``@step(slots=...)``. Its ``rate(t)`` is
the rate before the first step, 0 where that depends on the gradient.

``seek(probe, cost, fall, memory) -> share``: ``probe(share)`` gives cost and directional derivative at that share of
the step (1 is the full step), and ``fall`` is minus the directional derivative at its start. It returns the accepted
share, 0 if no share lowers the cost.

To add a learning rate, write such a record, in a file of this folder or of your own, and name it in ``__all__``.

Notes
-----
Parameters of the methods:

t : int >= 1
    Number of the update.
at, g : (d + 1, k) arrays
    The point where the step begins, and the gradient of the objective there, intercept last.
cost : float
    The objective there.
memory : (slots, ...) array, default ()
    Memory of the learning rate, updated in place; searches have none.
probe : callable, float -> (float, float)
    Cost and directional derivative at a share of the step.
fall : float
    Minus the directional derivative at the start of the step.

Examples
--------
>>> from steepest import minimize, steps
>>> minimize("(x - 3)**2", 6, learning_rate=steps.ExponentialDecay(0.25, 0.5), steps=2).x.ravel().tolist()
[6.0, 4.5, 4.125]
"""

from __future__ import annotations

from . import adaptive, cyclic, line_search, schedules
from .adaptive import *  # noqa: F403  # what a file names in its __all__ is a learning rate
from .cyclic import *  # noqa: F403
from .line_search import *  # noqa: F403
from .schedules import *  # noqa: F403

__all__ = [*schedules.__all__, *cyclic.__all__, *line_search.__all__, *adaptive.__all__]
