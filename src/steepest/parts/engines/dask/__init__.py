"""Dask: passes on the workers of a cluster, over files, and over data frames and arrays that are spread over it.

Begin with ``engine.py``; ``tasks.py`` is how a task survives its worker.
"""
