"""The cache: the rows of a table on disk, as they stand in memory, so that a further pass decodes nothing.

Begin with ``cached.py``: which tables have one, and the source that reads it.
"""
