"""The automatic mode: which method is cheapest on this table, and what it begins with.

Begin with ``plan.py``.
"""
