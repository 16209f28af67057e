"""Functions in the place of a table: formulas, their derivatives (``jets.py``), and callables.

Begin with ``function.py``.
"""
