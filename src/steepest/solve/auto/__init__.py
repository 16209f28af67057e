"""The automatic mode: the cheapest method for a table, and its start.

Begin with ``plan.py``.
"""
