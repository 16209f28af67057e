"""The lab: one HTML page where a descent is tried by hand; its built assets, what writes the page, what serves it.

Knows nothing of fits: tables, runs and answers are handed in. Imports ``core`` alone. Begin with ``page.py``.
"""
