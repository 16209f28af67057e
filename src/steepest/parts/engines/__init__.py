"""Engines: where the parts of a pass are worked on. Only this room imports Dask and Spark.

Each is a function from a work and parts to a forest. Begin with ``here.py``: threads of this process.
"""
