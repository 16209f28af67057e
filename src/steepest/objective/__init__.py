"""What is minimised: losses, penalties, the problem, and functions given as formulas or callables.

Imports ``core``. Begin with ``problem.py``, then one loss in ``losses/squares.py``.
"""
