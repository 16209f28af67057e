"""The entry points: whole fits, any function, paths of alpha, streams, comparisons, the model file.

Imports ``descent`` and the rooms below it. Begin with ``fit.py``.
"""
