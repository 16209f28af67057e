"""Fits of a table in parts: what they compute are passes over it, or epochs of batches.

Begin with ``fit.py``.
"""
