"""Files to tables: delimited text, JSON lines, libsvm, NumPy and Arrow files.

Begin with ``tables.py``.
"""
