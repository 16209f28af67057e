"""Sources: tables in files or in memory, as batches of rows that can be read again; each format is one file.

Begin with ``source.py``, the protocol.
"""
