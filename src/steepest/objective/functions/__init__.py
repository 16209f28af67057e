"""Functions as objectives, in place of a table: formulas, their derivatives (``jets.py``), and callables.

Begin with ``function.py``.
"""
