"""Spark: passes on the executors of a session, over files, and over data frames. Begin with ``engine.py``."""
