"""The ground floor: types, errors, records, units of columns, files, progress and threads. Imports no other room.

Begin with ``records.py``: what a loss, a rule and a learning rate are as Python objects.
"""
