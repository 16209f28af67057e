"""The descent loop: states, stops, blocks of steps, trajectories.

Imports ``optimality`` and the rooms below it. Begin with ``loop.py``.
"""
