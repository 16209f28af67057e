"""Tables: rows, classes and moments, as in-memory implementations of `Data`, and readers of files.

Imports ``kernels`` and the rooms below it. Begin with ``rows.py``.
"""
