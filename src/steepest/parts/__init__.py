"""Tables in parts, larger than memory if need be: read in passes, whose sums have the same bits for every cut.

The room imports data and what is below it. Sources are formats of files, works what a pass computes, and engines where.
Begin with ``parts.py``.
"""
