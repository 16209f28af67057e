"""Tables in parts, larger than memory if need be: read in passes, whose sums have the same bits for every cut.

Sources are formats of files, works what a pass computes, and engines where. Imports ``data`` and the rooms below it.
Begin with ``parts.py``.
"""
