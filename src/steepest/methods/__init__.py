"""How the objective is minimised: rules, learning rates, averages, gradient estimates, and the order of rows.

Imports ``core``. Begin with ``method.py``, then one rule in ``rules/momentum.py``.
"""
