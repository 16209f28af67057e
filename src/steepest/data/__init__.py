"""Tables: rows in memory, dense or sparse, classes, moments, the passes over them, and readers of files.

Imports ``kernels`` (when a pass is compiled) and the rooms below it. Begin with ``rows.py``; what every kind of data
must answer is in ``objective/data.py``.
"""
