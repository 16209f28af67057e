"""Learning rates: how far to go at update t (counted from 1), as ``@step()`` records with one method ``rate(t)``.

A schedule is that method alone, plain arithmetic on numbers: it is compiled as it stands.

A learning rate that looks at the descent goes with all rows at once. It has one or both of these:

``adapt(t, at, g, cost, memory) -> eta``, with cost and gradient where the step begins. ``memory`` holds its own
``slots`` arrays shaped like the parameters, zero at the start; decorate the record with ``@step(slots=...)``. Its
``rate(t)`` only says what is used before anything is known, 0 where that depends on the gradient.

``seek(probe, cost, fall, memory) -> share``: ``probe(share)`` gives cost and slope at that share of the step, 1 being
the whole of it, ``fall`` is the slope downhill at its foot; it returns the share that is taken, 0 where none is better.

To add a learning rate write such a record, in a file here or of your own, and name it in ``__all__``: nothing else.
"""

from __future__ import annotations

from . import adaptive, cyclic, line_search, schedules
from .adaptive import *  # noqa: F403  # what a file names in its __all__ is a learning rate
from .cyclic import *  # noqa: F403
from .line_search import *  # noqa: F403
from .schedules import *  # noqa: F403

__all__ = [*schedules.__all__, *cyclic.__all__, *line_search.__all__, *adaptive.__all__]
