"""Distance from the optimum: curvature, preconditioners, duality gaps, directions of recession, and the verdict.

Imports ``data`` and the rooms below it. Begin with ``certificate.py``.
"""
