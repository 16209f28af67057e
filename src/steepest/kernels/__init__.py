"""The compiled layer: full passes and sampled steps. The only place that imports Numba, and only when it compiles.

Imports ``objective``, ``methods`` and ``core``. Begin with ``full_pass.py``; how a record's own method is called from
compiled code is in ``dispatch.py``.
"""

from ..core.interrupts import postponed_interrupt

with postponed_interrupt():  # half imported, it could not be imported again in this session
    import numba as numba
