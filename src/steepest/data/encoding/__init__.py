"""Encoding: the columns of people's tables (text, dates, gaps) as columns of numbers, and back again for predictions.

Imports `core` and `data.csr`. Begin with ``recipe.py``: a Recipe is a list of column rules; a rule gives pieces.
"""
